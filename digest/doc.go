// Package digest holds the words of the domain: article, source, tag, story,
// query, brief, digest, edition, subscription, destination, delivery.
//
// Every other package speaks in these words, so they are defined once, here,
// with what makes each of them valid and what they mean to a reader of the
// news. The package imports the standard library alone and does no input or
// output: what comes in are values, what goes out are values and errors.
//
// The subpackages turn articles into a briefing and never talk to people:
//
//	feed     the world -> articles
//	text     one analysis of an article's words
//	tag      article -> countries and topics
//	story    articles about one event -> one story
//	summary  article or story -> a few of its own sentences
//	query    "korea-trade" -> Query
//	ingest   the way in:  feed -> tag -> story -> store
//	brief    the way out: query -> pick, rank, summarise -> Brief, Digest
//	store    the only SQL
//
// All times are UTC unless a field says otherwise; all lengths are counted in
// runes unless a field says otherwise.
package digest
