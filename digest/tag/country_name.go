package tag

import (
	"cmp"
	"slices"

	"github.com/daybrief/daybrief/digest"
)

// sortTags puts the strongest first, and equals in the order of their slugs.
func sortTags(tags []digest.Tag) {
	slices.SortStableFunc(tags, func(a, b digest.Tag) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Slug, b.Slug))
	})
}

// shortNames are the English names that news uses where CLDR's are stiff. They
// stand before those, so that they are the titles.
var shortNames = map[string]string{
	"BA": "Bosnia and Herzegovina", "CD": "DR Congo", "CG": "Republic of Congo", "CI": "Ivory Coast", "TR": "Turkey", "AG": "Antigua and Barbuda",
	"KN": "Saint Kitts and Nevis", "LC": "Saint Lucia", "VC": "Saint Vincent and the Grenadines", "TT": "Trinidad and Tobago",
	"ST": "São Tomé and Príncipe", "SH": "Saint Helena", "CC": "Cocos Islands", "UM": "U.S. Outlying Islands",
}

// Names lists every name of countries, peoples, places, seats and groups in
// every language, and of topics: what requests are read with. Strong names
// can stand for nothing else in a request.
func (t *Tagger) Names() []digest.Name {
	var out []digest.Name
	add := func(e entry) error {
		if e.kind == kindNothing || e.marks&markAll != 0 || len(e.codes) != 1 {
			return nil
		}
		out = append(out, digest.Name{
			Text: e.name, Lang: cmp.Or(e.lang, "en"), Kind: nameKinds[e.kind], Slugs: []string{e.codes[0]},
			Strong: e.marks&(markSupported|markDoubtful) == 0 && e.kind != kindTown,
		})
		return nil
	}
	for _, code := range t.names.codes {
		out = append(out, digest.Name{Text: code, Kind: digest.CountryName, Slugs: []string{code}})
	}
	eachEntry(add)
	for _, g := range t.names.groups {
		slugs := append([]string{g.slug}, g.members...)
		for _, n := range append([]string{g.slug}, g.names...) {
			out = append(out, digest.Name{Text: n, Lang: "en", Kind: digest.GroupName, Slugs: slugs, Strong: true})
		}
	}
	return append(out, topicNames(t.topics.defs)...)
}

var nameKinds = [kinds]digest.NameKind{
	kindName: digest.CountryName, kindPeople: digest.DemonymName, kindCapital: digest.PlaceName, kindCity: digest.PlaceName, kindRegion: digest.PlaceName,
	kindSeat: digest.SeatName, kindLeader: digest.SeatName, kindBank: digest.SeatName, kindMoney: digest.SeatName, kindIndex: digest.SeatName,
	kindFirm: digest.SeatName, kindTown: digest.PlaceName,
}

// eachEntry reads all names but those of small towns. The data are embedded
// and were read before, so errors cannot come up.
func eachEntry(add func(entry) error) {
	for _, file := range []string{"africa", "americas", "asia", "europe", "oceania"} {
		_ = blocks("countries/"+file+".txt", "", add)
	}
	_, _ = leaders(add)
	_ = perLanguage("cldr/territories.txt", "", kindName, shortFirst(add))
	_ = perLanguage("cldr/cities.txt", "", kindCity, add)
	for _, lang := range localLanguages() {
		_ = blocks("locals/"+lang+".txt", lang, add)
	}
	_ = towns(func(e entry) error {
		if e.size < citySize-1 {
			return nil
		}
		return add(e)
	})
}

// shortFirst puts the short name of a country before its first English one.
func shortFirst(add func(entry) error) func(entry) error {
	done := make(map[string]bool)
	return func(e entry) error {
		code := e.codes[0]
		if short, ok := shortNames[code]; ok && cmp.Or(e.lang, "en") == "en" && !done[code] {
			done[code] = true
			first := e
			first.name = short
			if err := add(first); err != nil {
				return err
			}
		}
		return add(e)
	}
}
