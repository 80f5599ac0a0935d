package tag

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest/text"
	"golang.org/x/text/unicode/norm"
)

// gazetteer is all that is known of names. It is built once, on first use, and
// never changes: every Tagger reads the same one.
type gazetteer struct {
	codes   []string          // ISO 3166-1 alpha-2, sorted
	index   map[string]uint16 // code -> place in codes
	admins  []string          // divisions' keys; "" first
	byAbbr  map[string]uint16 // form of an abbreviation -> place in admins
	main    *trie             // English and shared names
	langs   map[string]func() *trie
	context map[string][]choice
	given   map[string]bool
	asPlace map[string]bool // given names that are places too
	groups  []group
	county  []sense
	asOf    string // date of the leaders
}

type built struct {
	g   *gazetteer
	err error
}

var theGazetteer = sync.OnceValue(func() built {
	g, err := buildGazetteer()
	return built{g, err}
})

func buildGazetteer() (*gazetteer, error) {
	g := &gazetteer{index: map[string]uint16{}, admins: []string{""}, byAbbr: map[string]uint16{}, main: newTrie(), langs: map[string]func() *trie{}}
	steps := []func() error{g.readCodes, g.readDivisions, g.readNames, g.readLanguages, func() (err error) {
		g.context, err = readContext()
		return err
	}, func() (err error) {
		g.groups, err = readGroups()
		return err
	}}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// readCodes lists the countries: those that CLDR names in English.
func (g *gazetteer) readCodes() error {
	err := perLanguage("cldr/territories.txt", "en", kindName, func(e entry) error {
		if !slices.Contains(g.codes, e.codes[0]) {
			g.codes = append(g.codes, e.codes[0])
		}
		return nil
	})
	slices.Sort(g.codes)
	for i, c := range g.codes {
		g.index[c] = uint16(i)
	}
	g.county = []sense{{country: g.index["US"], kind: kindTown, size: 8, marks: markCased}}
	return err
}

func (g *gazetteer) readDivisions() error {
	list, err := divisions()
	for _, d := range list {
		id := uint16(len(g.admins))
		g.admins = append(g.admins, d.key)
		for _, a := range d.abbrs {
			for _, f := range forms(a) {
				g.byAbbr[f] = id
			}
		}
		g.main.add(forms(d.name), sense{country: g.index[d.key[:2]], admin: id, kind: kindRegion, marks: markCased})
	}
	return err
}

// readNames fills the trie of English and shared names.
func (g *gazetteer) readNames() error {
	var err error
	if g.given, g.asPlace, err = readGiven(); err != nil {
		return err
	}
	add := func(e entry) error { g.addTo(g.main, e); return nil }
	for _, file := range []string{"africa", "americas", "asia", "europe", "oceania"} {
		if err = blocks("countries/"+file+".txt", "", add); err != nil {
			return err
		}
	}
	if g.asOf, err = leaders(add); err != nil {
		return err
	}
	if err = perLanguage("cldr/territories.txt", "en", kindName, add); err != nil {
		return err
	}
	if err = perLanguage("cldr/cities.txt", "en", kindCity, add); err != nil {
		return err
	}
	if err = nothings(add); err != nil {
		return err
	}
	admins := map[string]uint16{}
	for i, a := range g.admins {
		admins[a] = uint16(i)
	}
	return towns(func(e entry) error { g.addTown(e, admins); return nil })
}

// addTo puts an entry into a trie, and for a name with accents also the name
// as it is written without.
func (g *gazetteer) addTo(t *trie, e entry) {
	fs := formsFor(e.name, e.lang)
	if e.kind == kindMoney && e.lang == "" && len(fs) > 1 && e.codes[0] != "US" {
		return // "Mexican peso" is read as "Mexican" and what isCurrency makes of it
	}
	for _, s := range g.senses(e) {
		if len(fs) == 1 && g.asPlace[fs[0]] {
			s.marks |= markGiven
		}
		t.add(fs, s)
		if plain := withoutAccents(e.name); plain != e.name {
			t.add(formsFor(plain, e.lang), s)
		}
	}
}

func (g *gazetteer) senses(e entry) []sense {
	if e.kind == kindNothing {
		return []sense{{country: noCountry, kind: kindNothing, marks: e.marks}}
	}
	list := make([]sense, 0, len(e.codes))
	for _, code := range e.codes {
		s := sense{country: g.index[code], kind: e.kind, marks: e.marks, size: e.size}
		if len(e.codes) > 1 {
			s.marks |= markAll
		}
		list = append(list, s)
	}
	return list
}

// addTown adds a place of GeoNames. A large one counts as a city unless its
// name has a meaning already; names of one or two letters are left out.
func (g *gazetteer) addTown(e entry, admins map[string]uint16) {
	plain := withoutAccents(e.name)
	if utf8.RuneCountInString(e.name) < 3 || commonWords()[strings.ToLower(plain)] {
		return
	}
	fs := formsFor(e.name, "")
	s := sense{country: g.index[e.codes[0]], kind: kindTown, marks: e.marks, size: e.size, admin: admins[e.admin]}
	if len(fs) == 1 {
		s.marks |= markGiven // most small towns are named like people
	}
	if e.size >= citySize && !g.given[strings.ToLower(plain)] && !g.main.hasCountry(fs) {
		s.kind, s.marks = kindCity, s.marks|markTowns
	}
	g.main.add(fs, s)
	if plain != e.name {
		g.main.add(formsFor(plain, ""), s)
	}
}

// citySize is the size from which a place of GeoNames counts as a city: about
// 200,000 people.
const citySize = 8

// readLanguages prepares the tries of other languages, each built when an
// article in it comes.
func (g *gazetteer) readLanguages() error {
	seen := map[string]bool{}
	err := perLanguage("cldr/territories.txt", "", kindName, func(e entry) error {
		seen[e.lang] = true
		return nil
	})
	for _, lang := range localLanguages() {
		seen[lang] = true
	}
	delete(seen, "")
	for lang := range seen {
		g.langs[lang] = sync.OnceValue(func() *trie { return g.languageTrie(lang) })
	}
	return err
}

// languageTrie holds the names of one language. Its data are embedded and read
// by readLanguages before, so errors cannot come up any more.
func (g *gazetteer) languageTrie(lang string) *trie {
	t := newTrie()
	_ = g.languageEntries(lang, func(e entry) error { g.addTo(t, e); return nil })
	return t
}

func (g *gazetteer) languageEntries(lang string, add func(entry) error) error {
	if slices.Contains(localLanguages(), lang) {
		if err := blocks("locals/"+lang+".txt", lang, add); err != nil {
			return err
		}
	}
	if _, inflects := nameEndings[lang]; inflects { // names that it shares with English take its endings
		shared := func(e entry) error { e.lang = lang; return add(e) }
		if err := perLanguage("cldr/territories.txt", "en", kindName, shared); err != nil {
			return err
		}
		if _, err := leaders(shared); err != nil {
			return err
		}
	}
	for _, part := range []struct {
		file string
		kind kind
	}{{"cldr/territories.txt", kindName}, {"cldr/cities.txt", kindCity}, {"cldr/languages.txt", kindPeople}} {
		if err := perLanguage(part.file, lang, part.kind, add); err != nil {
			return err
		}
	}
	return nil
}

// formsFor are the keys of a name in a language's trie.
func formsFor(name, lang string) []string {
	if lang == "" && plainName(name) {
		return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == ' ' || r == '-' })
	}
	doc := text.Analyse(name, "", lang)
	out := make([]string, 0, len(doc.Words))
	for i := range doc.Words {
		if !(len(out) == 0 && doc.Words[i].Form == "the") {
			out = append(out, wordKey(&doc.Words[i], lang))
		}
	}
	return out
}

// plainName reports whether splitting at spaces and hyphens gives the words
// that package text would: most names, and much cheaper.
func plainName(name string) bool {
	for i := range len(name) {
		c := name[i] | 0x20
		if (c < 'a' || c > 'z') && name[i] != ' ' && name[i] != '-' {
			return false
		}
	}
	return len(name) > 5 && !strings.HasPrefix(name, "The ") && !strings.HasPrefix(name, "the ") && !strings.Contains(name, "US")
}

func withoutAccents(s string) string {
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	if ascii {
		return s
	}
	latin := false
	out := strings.Map(func(r rune) rune {
		latin = latin || (r < 0x250 && r >= 'A')
		if r >= 0x300 && r <= 0x36f {
			return -1
		}
		if plain, ok := plainLetters[r]; ok {
			return plain
		}
		return r
	}, norm.NFD.String(s))
	if !latin {
		return s
	}
	return norm.NFC.String(out)
}

var plainLetters = map[rune]rune{'ø': 'o', 'Ø': 'O', 'ł': 'l', 'Ł': 'L', 'đ': 'd', 'Đ': 'D', 'ı': 'i'}
