// Package feed brings the world in: it turns feeds, pages, files and folders
// into articles, and nothing else. It judges nothing, and what is stored goes
// through the few methods that Poller declares.
//
// In come bytes (an HTTP answer, a file, standard input) and addresses; out go
// values of digest.Article, digest.Source and digest.SourceHealth, and errors
// that name what was wrong and where. All input is untrusted: every reader has
// limits on size, depth and time, reads broken documents as far as they go,
// and never panics.
//
// The parts, in the order an article passes them:
//
//	ReadFile, ReadDir, ReadStream   import files: text, Markdown, HTML, JSON(L), CSV, feeds
//	Fetcher                         polite, guarded HTTP; Poll reads one source once
//	Parse                           a feed document -> Feed; a pure function
//	Extract                         a page -> its main text; a pure function
//	Result.Settle                   when to read the source again, and how it is doing; pure
//	Poller                          reads all that is due, and keeps what it brought and how it went
//	Watcher                         tells when a watched file or folder changes
//	ParseOPML, WriteOPML, Starter   lists of sources
//	Sample                          articles that come with the program
//
// Parsers are functions from bytes to values, so that each can be fuzzed and
// each case is a file in testdata. Fetching is one struct whose clock,
// resolver and allowed addresses are given to it, so that the tests run
// against a world inside the process.
//
// Libraries: mmcdole/gofeed reads RSS 0.9x to 2.0, RDF, Atom and JSON Feed
// (the widest set of real-world quirks and the best-kept in Go);
// readeck/go-readability finds the main part of a page (the best-kept of its
// kind; see articleText for what is added to it and for why it is not
// go-trafilatura); temoto/robotstxt reads robots.txt; x/net/html/charset and
// gogs/chardet (a part of go-readability already) tell encodings;
// andybalholm/brotli decodes br; fsnotify tells of changed files (the only
// one that knows all systems).
package feed
