// Package command turns what a person typed or pressed into a message. It is
// the same for Slack, Discord, the page and the terminal: a platform brings a
// bot.Request and shows the bot.Reply.
//
// What comes in is untrusted: the text, and every press of a button, whose
// right is checked anew each time, since anyone who sees a button can press
// it. Buttons name rows in the store and carry no state, so that old messages
// work after a restart.
//
// The package judges no news and knows no platform. What it needs from brief,
// query, schedule and store it asks for through the small interfaces in
// Options.
package command
