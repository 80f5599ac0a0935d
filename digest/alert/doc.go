// Package alert decides who hears of what at once: which alert queries a new
// article matches, and whether a match is worth a message now, later or never.
//
// In come an article as it was stored and grouped, the alert queries, and what
// is known of a story and of a destination; out come subscriptions and
// verdicts. It is pure: it reads no clock, no store, and the same case gives
// the same verdict. Package schedule drives it and writes what it decides.
//
// # What matches
//
// An article matches a query when it matches it fully: what a search would put
// first, without the doubts that a search may have since it only ranks.
//
//   - every asked country is firm on the article (digest.FirmWeight);
//   - of a region, one member is firm;
//   - every asked topic is firm;
//   - every asked word is in the title or the body, by its index term, and the
//     words of a phrase stand one after the other in one of the two;
//   - the source is the asked one, the language one of those asked;
//   - no excluded country or topic is firm, no excluded word is in it, and it
//     is from no excluded source;
//   - the subscription's Filter lets it through.
//
// The window of a query ("last 7 days") means nothing for an alert. A query
// that asks for nothing matches everything. Why names what matched in the words
// that people see, and Matcher.Miss the first thing that did not.
//
// # The index
//
// Index is turned around: not articles under their words, but queries under
// the one thing that they need and that is rarest among articles so far - a
// word, or a pair of a country, a topic and a source where they need two. An
// article looks only under what it has, so its cost grows with what matches
// and hardly with how many queries there are. Regular expressions, which are
// RE2 and so take time linear in the text, run last and only for those that
// matched all else.
//
// # When it is sent
//
// Judge holds the rules of alerting; each is a function with the rule above it.
// A destination hears of a story once, however many of its alerts match, and
// again only when the story escalates: at least twice as many independent
// sources as when it was told, another firm country, or a severer word in a
// headline (severity.txt). What is old never alerts, whatever its date says.
// Mutes, quiet hours, the least time between two alerts and the most in an hour
// are kept; what they hold back is held for one message, or dropped.
package alert
