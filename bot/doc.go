// Package bot holds the words of conversation: the message that every
// platform renders, the request and reply of a command, and the small
// contract that a platform keeps.
//
// A Message is neutral: it says what is to be seen and in which order, and no
// platform's markup. Every text in it is a run of Spans whose Text is
// literal, so that a headline from the world can never become a mention, a
// link or a heading: only the platform's package turns spans into markup, in
// one place, with its own escaping.
//
// What the program says, errors too, stands in one catalogue by its English,
// see Words; tests look for what has no Korean.
//
// What comes in: a Request, from Slack, Discord, the web page or the
// terminal. What goes out: a Reply with a Message; and Posts, the parts of an
// edition, each rendered once and delivered by bytes.
//
// The package imports package digest and the standard library alone.
package bot
