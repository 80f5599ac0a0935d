// Package story puts the articles about one event into one story.
//
// In come articles one at a time, in the order in which they arrived, each
// with the features that Features drew from its analysed text; out comes, for
// each, the story it belongs to, why, and what else changed by it. The package
// does no input or output: a Grouper holds the stories of the live window (the
// last days) in memory, and a restarted program fills a new one from the
// features that the store kept. Everything is a function of the live articles
// and their order: sums are whole numbers, ties go to the lower ID, and nothing
// depends on when the program was restarted.
//
// How an article finds its story:
//
//  1. Copies. The same address, the same words, or nearly the same word
//     sequences (SimHash proposes, shingles confirm) join without a question.
//  2. Candidates. An inverted index of the live stories is asked for those
//     that share the article's rarest words.
//  3. Similarity. The cosine of tf-idf vectors against the story's centroid,
//     in full texts names weighing more. A headline is compared with the
//     story's headlines, a full text with its full texts, a headline with a
//     full text by how much of it stands there. Names that only one of the two
//     knows count against it, numbers that count the same for it, time too.
//  4. What is needed. The similarity of two noisy sums grows with how many
//     articles they hold, so the bar grows too (see profile.bar): one number per
//     profile says how alike two single articles of one event are. It rises
//     with a story's age: without that, a story would draw all that is ever
//     told of a country at war.
//  5. Veto. Two earthquakes read alike. Other places, other dates, another
//     magnitude, another day of a routine series, or of a column, keep them
//     apart; so do, on another day, measures that have all changed (a market's
//     report, see moved), and after days of silence a headline about others
//     (a club's next match). No story lives on by look-alikes.
//  6. Merges and second thoughts. A story that grew is compared with its
//     neighbours, and a young one is clustered anew together with them: early
//     fragments of one event are put together, and what an early mistake drew
//     together is parted.
//
// There is no library in this: the well known ones cluster batches, need a
// model, or are not deterministic. Trials with a Dirichlet process mixture drew
// everything into its largest stories, and average linkage online was no better
// than centroids; done over all articles at once it was, hence the second
// thoughts.
package story
