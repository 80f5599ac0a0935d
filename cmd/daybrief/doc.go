// Daybrief turns stored news articles into briefings on Slack and Discord, in
// the terminal and on a page.
//
// This is the tour: what the program is for, and then each package in the
// order in which things happen. Read it first.
//
// # What it is for
//
// People who read the world every morning want one line for each event, true
// to its sources, never twice, never missing, on time in their zone, and an
// answer in a second when they ask. Three promises follow, and most of the
// design is there to keep them. Judging is explainable: every tag, every
// story and every place in a ranking can say why. Delivering is exact: each
// part of a digest becomes visible once, or the operator is told. And it is
// simple to run: one binary, one file, no service beside it.
//
// # The words
//
// Package [digest] holds the words of the domain, from article to delivery,
// and imports the standard library alone. Package [bot] holds the words of
// conversation: the neutral message that every platform renders, and the
// small contract that a platform keeps. [config] is what the operator writes;
// nothing but this command imports it.
//
// # The way in
//
// [digest/feed] brings the world as articles: feeds, pages, files, politely
// and safely. [digest/text] analyses the words of an article once, for
// everyone after it. [digest/tag] says which countries and topics it is
// about, with the words that caused it. [digest/story] puts the articles on
// one event together. [digest/ingest] runs them in this order and hands the
// result to [digest/store], the only package that knows SQL, which keeps it
// in SQLite or PostgreSQL.
//
// # The way out
//
// [digest/query] reads a request such as “korea-trade” into countries, topics
// and words. [digest/brief] picks and ranks the stories that answer it, and
// [digest/summary] finds the sentences that tell them. For a person who asked,
// [bot/command] makes the answer a message. What a person has muted, and what
// they lean to, [digest/brief] takes into account.
//
// # The morning
//
// [bot/schedule] knows when things happen. Each minute it looks for
// subscriptions whose time has come, has a digest built, and writes edition,
// deliveries, jobs and next time in one transaction. [bot/deliver] takes a
// delivery from the ledger, posts it, and writes down what became of it. Who
// wants to hear at once need not wait for the morning: [digest/alert] matches
// each new article with all alert queries and judges who is told, now or later.
//
// # At once
//
// [digest/alert] holds the queries of all who want to hear at once, in an index
// that asks of an article only what it has, and decides who is told: once for a
// story, not in quiet hours, no more often than they chose. bot/schedule goes
// through the articles as they get their stories and writes what is decided
// into the same ledger.
//
// # Several processes
//
// On PostgreSQL any number of them share the work. River elects who ticks; a
// lease says who holds a platform's connection; everything else may be done by
// any of them, since the ledger decides. On SQLite there is one, which a lock
// makes sure of.
//
// # The platforms
//
// [bot/slack] and [bot/discord] turn a message into what their platform
// shows, within its limits, and what a person typed or pressed into a
// request. [bot/web] is the page, which is a platform like them.
//
// # This command
//
// Each subcommand is a file here: serve.go is the bot itself, page.go its page,
// room.go what it does on a full disk, gone.go what it does when a workspace
// removes it; ask.go asks from the terminal, chat.go is its conversation there,
// import.go reads files. app.go plugs the packages together; it is the only
// place that sees them all. The floors, which package may import which, are a
// test: floors_test.go.
package main
