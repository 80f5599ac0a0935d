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
//     names weighing more, old stories less. A headline is compared with the
//     story's headlines, a full text with its full texts.
//  4. What is needed. The similarity of two noisy sums grows with how many
//     articles they hold, so the bar grows too (see bar): one number per
//     profile says how alike two single articles of one event are.
//  5. Veto. Two earthquakes read alike. Other places, other names, other
//     numbers, other dates, or another day of a routine series keep them apart.
//  6. Merges. A story that grew is compared with its neighbours: early
//     fragments of one event are put together once there is evidence enough.
//
// There is no library in this: the well known ones cluster batches, need a
// model, or are not deterministic.
package story
