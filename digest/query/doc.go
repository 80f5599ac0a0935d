// Package query reads what people ask: "korea-trade", "any news on the fed
// this week", `"rate hike" japan`, "asean trade -china", "한국 무역" become a
// digest.Query of countries, a region, topics, words, exclusions and a window
// of time.
//
// What comes in: the names of countries, topics and groups (they are the
// tagger's, so that an article and a request mean the same by a word), the
// names of the sources, and a request of at most digest.MaxQuery runes. What
// goes out: a Query, or one digest.Error that says what cannot be read. The
// package also completes a request while it is typed, and says a Query back
// to people.
//
// A request is read in this order, and the order is the whole idea:
//
//  1. The text is cut into words ("scan"). Quotes make a phrase, "-" before a
//     word and words such as "without" exclude, "key:value" is taken as said.
//     Chinese, Japanese, Korean and Thai are cut into single characters, so
//     that the same longest match finds names in every language.
//  2. Windows of time are taken out ("since 7d", "this week", "지난 3일").
//  3. The longest name wins at each place: "hong kong", "bank of japan" and
//     "trade war" before "war". Names that are ordinary words too ("us", "it",
//     "turkey", "georgia") need a reason.
//  4. Words that nothing knows are compared with the names: one slip of the
//     finger in a short word, two in a long one. A correction is always told.
//  5. What is left is words. Which ones: a word that is an alias of a topic is
//     absorbed by it ("rate hike" is monetary-policy), a quoted phrase stays a
//     phrase, words that only carry a request ("any news on …") vanish, in ten
//     languages, and so do words that only lean on a topic ("oil prices",
//     "trade talks").
//
// The words of requests are data, in words.txt; what people say for countries
// and topics only when they ask is in aliases.txt.
//
// The only library is x/text for Unicode normal forms. Reading is
// deterministic, and a Reader is safe for concurrent use.
package query
