package digest

import (
	"strings"
	"time"
)

// MaxQuery is the longest request that is read, in runes.
const MaxQuery = 500

// Query is what someone asks: countries AND topics AND words, in a window of
// time, without exclusions. Within one list of countries the articles may be
// about any of them when they came from a Region, and about all of them
// otherwise ("thailand-cambodia" means both).
type Query struct {
	Raw       string   // what was typed, cleaned, at most MaxQuery runes
	Name      string   // its short name as people would type it: "korea-trade"; "" where no reader gave one
	Countries []string // ISO alpha-2, upper case, in the order asked
	Region    string   // a group's slug: "asean"; its countries are in RegionCountries
	Members   []string // the countries of Region
	Topics    []string // slugs, in the order asked
	Terms     []string // words left over, as typed, lower case; a phrase keeps its spaces
	Source    string   // only this source, by name
	Langs     []string // only these languages; empty: all
	Exclude   Exclusions
	Since     time.Time // zero: the caller's default window
	Until     time.Time // zero: now

	Corrections []Correction // what was read differently from how it was typed
	Dropped     []string     // words that no story has, left out of the answer
}

// Exclusions are what an answer must not be about.
type Exclusions struct {
	Countries []string
	Topics    []string
	Terms     []string
	Sources   []string
}

// Correction is a near miss that was read as something known.
type Correction struct {
	Typed string // "korea trad"
	Read  string // "trade"
}

// Empty reports whether the query asks for nothing in particular.
func (q Query) Empty() bool {
	return len(q.Countries) == 0 && q.Region == "" && len(q.Topics) == 0 && len(q.Terms) == 0 && q.Source == ""
}

// Slug is the short name of the query in its normal form: countries, topics
// and words joined by hyphens, as its Name where a reader gave one, else with
// codes ("kr-trade"). Two requests with the same slug ask for the same thing,
// apart from the window. Who changes what a query asks for clears its Name.
func (q Query) Slug() string {
	if q.Name != "" {
		return q.Name
	}
	var parts []string
	for _, c := range q.Countries {
		parts = append(parts, strings.ToLower(c))
	}
	if q.Region != "" {
		parts = append(parts, q.Region)
	}
	parts = append(parts, q.Topics...)
	for _, t := range q.Terms {
		parts = append(parts, strings.ReplaceAll(t, " ", "_"))
	}
	if q.Source != "" {
		parts = append(parts, "source:"+strings.ReplaceAll(q.Source, " ", "_"))
	}
	for _, list := range [][]string{q.Exclude.Countries, q.Exclude.Topics, q.Exclude.Terms, q.Exclude.Sources} {
		for _, x := range list {
			parts = append(parts, "!"+strings.ReplaceAll(strings.ToLower(x), " ", "_"))
		}
	}
	return strings.Join(parts, "-")
}
