// Package ingest is the way in: feed -> tag -> story -> store.
//
// In come articles from wherever (feeds, imports, the ingest endpoint); out
// goes how many were new, revised, known or bad. In between each article is
// cleaned, its words are analysed once, it is tagged with what it is about,
// stored, and put into the story of its event; the stories that changed are
// described anew.
//
// Analysis is the expensive part and runs on all cores. Storing and grouping
// happen one batch after the other, in the order in which the articles came:
// what story an article joins depends on the articles before it and on
// nothing else. Callers that wait for their turn are stored together, in one
// transaction: with thousands of sources each brings an article or two.
//
// Nothing is lost by a crash. Articles are stored before they are grouped; an
// article without a story is grouped at the next start. A story's description
// is stored before the grouping that it tells of, so that whatever stands in a
// story can be seen. Sending articles again is harmless at any time.
//
// The package declares the few methods that it needs of the store, the tagger
// and the grouper; tests run it on a map and on the real store.
package ingest
