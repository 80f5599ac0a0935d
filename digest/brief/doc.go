// Package brief is the way out: a query becomes an answer (a digest.Brief), a
// subscription becomes a digest.Digest.
//
// What comes in: a query that package query has read, a store that finds
// candidates, and titles for topics. What goes out: ranked stories, each with
// a summary made of its own sentences, its articles, and why it is there.
//
// How a story is judged is one pure function, Rank. It is a soft product: the
// weight of each asked country, times that of each asked topic, times the
// words, times how new the story is, times how many independent sources carry
// it. A hard filter first would lose what is nearly right and could not say
// by how much; instead a floor keeps out what is foreign to the query.
//
// What an answer does, in order:
//
//  1. It asks the store for candidates: articles that have everything asked
//     for, and those that lack one thing.
//  2. It ranks them, story by story. Words that no story has are dropped, and
//     told, never silently.
//  3. It leaves out what the query excludes.
//  4. It loads what is shown and no more: that, and not the ranking, is what
//     an answer's time goes into.
//  5. With nothing found it tells what is near and has stories; with nothing
//     near it says so, and tells the day's top stories as what they are.
//
// A digest does the same for a window of time and then thinks of its reader:
// what the destination was told before is left out unless it really grew, and
// what grew stands in a section of its own with what changed, in a third of the
// lines where there is enough that is new; no source has more than a third of
// it, and one country or topic does not crowd out the others.
//
// The package needs no library. It reads no clock: each call says when it is.
package brief
