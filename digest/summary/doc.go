// Package summary picks the sentences that tell an article or a story. It
// writes none: every sentence stands in a source and names the article that it
// is from, so that a reader can check it and nothing can be made up.
//
// In come analysed articles (text.Document) and, where somebody asked for
// something, the index terms of what was asked; out come at most a few
// digest.Sentence within a budget of runes. The functions are pure: the same
// articles give the same sentences.
//
// An article is told by its lead, which journalists write to be just that, but
// a guarded one: bylines, captions, credits, teasers, calls to subscribe and
// quotes that nobody is named for are passed over, and so is a sentence that
// repeats the headline above it. Later sentences are preferred, modestly, when
// they hold numbers and names. With a focus the sentences that speak of it win,
// and a sentence goes on speaking of what the one before it named ("The
// stalemate centers on…"). A story is told by the best source and by what a
// further source adds. Ranking all sentences against each other (maximal
// marginal relevance, centrality) did no better in trials than the lead, and
// cannot be explained to a reader.
//
// What is passed over is known by its words, in the file noise.txt, by its
// quotation marks and by its missing full stop; there is no model and no
// library behind it.
package summary
