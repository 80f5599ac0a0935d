// Package tag says what an article is about: which countries and which topics,
// each with a probability and the words that caused it.
//
// A country is more than a name in the text. An article that mentions Berlin
// because talks are held there is about those who talk; one that names neither
// Korea nor Koreans but "Seoul" and "the won" is about South Korea. So the work
// has three steps:
//
//	gazetteer*.go, names*.go   names of countries, peoples, places, seats of
//	                           power, leaders, money -> a trie of words
//	country_match.go           longest matches in an analysed article; which of
//	                           them are people, things or other places
//	country_score.go           what the matches of one country look like in
//	                           title, lead and body -> a probability
//
// The probability comes from a logistic regression over a few features that
// mean the same in any news (in the title, first in the title, in the first
// sentence, how often, how large a share); weights.go says how it was fitted.
// There is no country that is taken when none is named. Mentions answers the
// simpler question of which countries have a place named at all.
//
// Names are data (folder data): written by hand for English and ten more
// languages, from Unicode CLDR for all languages that it has, and from GeoNames
// for towns. No gazetteer library does this: they match names but judge none,
// and their dictionaries are larger than everything here. Names of languages
// other than English are read when the first article in that language comes.
//
// Topics are scored from weighted terms, see topic.go.
package tag
