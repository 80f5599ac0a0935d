// Package slack brings daybrief to Slack: it renders messages as Block Kit,
// posts them, and turns what people type and press into requests.
//
// In come a [bot.Message] to render, a [bot.Post] to send, and, over Socket
// Mode or signed HTTP, slash commands, mentions, direct messages, button
// presses and form submissions, which become a [bot.Request] for
// Options.Handler. Out go posts, answers, modals and App Home views.
//
// # Rendering
//
// Untrusted words stand in rich_text blocks, whose text elements Slack never
// parses, so that no headline can mention, link or format anything. Only the
// small grey lines (context blocks) are mrkdwn: those are escaped once, are
// verbatim, and have their marks taken apart by zero-width joiners. Every
// limit of Slack's is kept by construction, by cutting a message into pieces
// that fit each alone and packing pieces into parts; [Validate] checks the
// same limits on the finished bytes, from a second reading of the rules.
//
// # Talking
//
// Everything that arrives is acknowledged before any work, deduplicated, and
// put on a bounded queue. A limiter keeps Slack's budgets: it waits a few
// seconds at most and otherwise says when to come back, so that the delivery
// queue, which survives a restart, does the waiting.
//
// A post may stand under another, in its thread; a thread that is refused is
// no reason to be silent, so the words go to the channel then. Forms are
// filled in by a [bot.Former] and submitted as requests: they are opened
// within the three seconds that Slack gives, as a skeleton where filling takes
// longer. They offer what the commands take: of a subscription, of an alert, of
// quiet hours. A channel can be picked in them, also on the Home tab; then the
// request is about that channel, with the person's rights there. Many buttons,
// and what can be done with a story, stand in menus.
//
// # Libraries
//
// slack-go builds blocks, calls the Web API and knows the Socket Mode frames.
// Its own Socket Mode loop is not used: after a successful connect it
// reconnects without any delay and hides the reason of a disconnect, stalls
// when nobody reads its events, and blocks in Ack while disconnected. The loop
// here is a few hundred lines on gorilla/websocket, which slack-go uses too,
// and opens the next socket before Slack closes the old one. Payloads of
// interactions are decoded by small structs of our own, because slack-go
// rejects a whole event for one block that it does not know, and a message
// shortcut brings anybody's blocks.
package slack
