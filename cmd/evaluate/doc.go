// Evaluate measures how well daybrief judges news, on labelled files that
// stand anywhere: one JSON object a line, with the answer that a person gave,
// or for extraction a folder of pages.
//
//	evaluate tags FILE                   countries and topics of articles
//	evaluate stories FILE                articles grouped by event
//	evaluate retrieval ARTICLES QUERIES  ranking for requests
//	evaluate requests FILE               requests read
//	evaluate extraction DIR              the text of pages
//	evaluate train-countries FILE        the weights of package tag, fitted anew
//
// Each prints a table for people, or with --json one object for programs, and
// with --errors N the N worst cases, so that a person can look at what went
// wrong and judge whether the figure or the label is to blame. It is a program
// of its own, and not a subcommand of daybrief, because only those who change
// the judging need it.
//
// A subcommand is a type in a file of its own with a Run method and one line in
// commands (main.go). What they share: readRows (rows.go), the counts from
// which precision and recall come (score.go), and what a run cost (cost.go).
package main
