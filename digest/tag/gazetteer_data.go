package tag

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest/text"
)

//go:embed data/countries data/locals data/cldr data/geonames data/given.txt data/common.txt
var countryData embed.FS

// noCountry is the country of a phrase that means none.
const noCountry uint16 = 0xffff

// entry is one name in the data, before it goes into a trie.
type entry struct {
	name  string
	lang  string   // "" for English and names that all languages share
	codes []string // one, or several that the name stands for at once
	kind  kind
	marks uint8
	admin string
	size  uint8
}

// lineKinds are the letters that begin the lines of a country's block.
var lineKinds = map[string]kind{
	"n": kindName, "a": kindPeople, "c": kindCity, "r": kindRegion, "s": kindSeat, "f": kindFirm, "z": kindNothing, "b": kindBank, "m": kindMoney, "x": kindIndex, "l": kindLeader,
}

// dataLines calls fn with each line of a data file that says something.
func dataLines(name string, fn func(line string) error) error {
	data, err := fs.ReadFile(countryData, "data/"+name)
	if err != nil {
		return fmt.Errorf("read names: %w", err)
	}
	sc := bufio.NewScanner(bytes.NewReader(data))
	sc.Buffer(nil, 1<<20)
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimSpace(sc.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if err := fn(line); err != nil {
			return fmt.Errorf("read names: data/%s:%d: %w", name, n, err)
		}
	}
	return sc.Err()
}

// blocks reads a file of "= CODE" blocks.
func blocks(file, lang string, add func(entry) error) error {
	var codes []string
	return dataLines(file, func(line string) error {
		head, rest, _ := strings.Cut(line, " ")
		if head == "=" {
			codes = strings.Split(strings.TrimSpace(rest), "+")
			return nil
		}
		k, ok := lineKinds[head]
		if !ok || codes == nil {
			return fmt.Errorf("the line begins with %q, which is no kind of name", head)
		}
		for i, item := range strings.Split(rest, "|") {
			name, marks := splitMarks(item)
			if name == "" {
				return fmt.Errorf("an empty name in %q", line)
			}
			e := entry{name: name, lang: lang, codes: codes, kind: k, marks: marks}
			if k == kindCity && i == 0 && lang == "" {
				e.kind = kindCapital
			}
			if k == kindCity {
				e.size = 9
			}
			if err := add(e); err != nil {
				return err
			}
		}
		return nil
	})
}

// splitMarks takes the marks off the end of a name.
func splitMarks(item string) (string, uint8) {
	item = strings.TrimSpace(item)
	var marks uint8
	for item != "" {
		switch item[len(item)-1] {
		case '!':
			marks |= markUpper
		case '~':
			marks |= markSupported
		case '%':
			marks |= markDoubtful
		case '^':
			marks |= markCased
		default:
			return item, marks | casedMark(item)
		}
		item = item[:len(item)-1]
	}
	return item, marks
}

// casedMark is markCased for a name that is written with a capital.
func casedMark(name string) uint8 {
	if r, _ := utf8.DecodeRuneInString(name); unicode.IsUpper(r) {
		return markCased
	}
	return 0
}

// leaders reads the file of leaders and its date ("2026-02-15").
func leaders(add func(entry) error) (asOf string, err error) {
	err = dataLines("countries/leaders.txt", func(line string) error {
		if date, ok := strings.CutPrefix(line, "as-of: "); ok {
			asOf = date
			return nil
		}
		code, rest, ok := strings.Cut(line, " ")
		if !ok || len(code) != 2 {
			return fmt.Errorf("the line begins with %q, which is no country code", code)
		}
		for _, item := range strings.Split(rest, "|") {
			name, marks := splitMarks(item)
			if err := add(entry{name: name, codes: []string{code}, kind: kindLeader, marks: marks}); err != nil {
				return err
			}
		}
		return nil
	})
	return asOf, err
}

// nothings reads the phrases that mean no country.
func nothings(add func(entry) error) error {
	return dataLines("countries/nothing.txt", func(line string) error {
		for _, item := range strings.Split(line, "|") {
			name, marks := splitMarks(item)
			if strings.Contains(name, " ") || marks != 0 { // a lower-case word shadows nothing
				if err := add(entry{name: name, kind: kindNothing, marks: marks &^ markCased}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// perLanguage reads a file of CLDR's with its "[lang]" parts; want "" reads all.
func perLanguage(file, want string, k kind, add func(entry) error) error {
	lang := ""
	return dataLines(file, func(line string) error {
		if line[0] == '[' {
			lang = strings.Trim(line, "[]")
			return nil
		}
		if want != "" && lang != want {
			return nil
		}
		code, rest, _ := strings.Cut(line, " ")
		for name := range strings.SplitSeq(rest, "|") {
			e := entry{name: name, lang: lang, codes: []string{code}, kind: k, marks: casedMark(name)}
			if k == kindCity {
				e.size = 8
			}
			if lang == "en" {
				e.lang = ""
			}
			if err := add(e); err != nil {
				return err
			}
		}
		return nil
	})
}

// towns reads the places of GeoNames.
func towns(add func(entry) error) error {
	return dataLines("geonames/places.txt", func(line string) error {
		key, rest, _ := strings.Cut(line, " ")
		code, admin, _ := strings.Cut(key, ".")
		if admin != "" {
			admin = key
		}
		for item := range strings.SplitSeq(rest, "|") {
			i := strings.LastIndexByte(item, ' ')
			if i < 0 {
				return fmt.Errorf("%q has no size", item)
			}
			size := 0
			for _, c := range item[i+1:] {
				size = size*10 + int(c-'0')
			}
			e := entry{name: item[:i], codes: []string{code}, kind: kindTown, admin: admin, size: uint8(size), marks: markCased}
			if err := add(e); err != nil {
				return err
			}
		}
		return nil
	})
}

// division is a state or province that is written after a town.
type division struct {
	key   string // "US.LA"
	name  string // "Louisiana"
	abbrs []string
}

func divisions() ([]division, error) {
	var list []division
	err := dataLines("countries/divisions.txt", func(line string) error {
		key, rest, _ := strings.Cut(line, " ")
		name, abbrs, ok := strings.Cut(rest, ":")
		if !ok {
			return fmt.Errorf("%q has no colon", line)
		}
		list = append(list, division{key, name, strings.Fields(abbrs)})
		return nil
	})
	return list, err
}

// group is a bloc or region.
type group struct {
	slug    string
	title   string
	names   []string
	members []string
}

func readGroups() ([]group, error) {
	var list []group
	err := dataLines("countries/groups.txt", func(line string) error {
		slug, rest, ok := strings.Cut(line, ":")
		names, members, ok2 := strings.Cut(rest, "=")
		if !ok || !ok2 {
			return fmt.Errorf("%q is not slug: names = members", line)
		}
		g := group{slug: slug, members: strings.Fields(members)}
		for _, n := range strings.Split(names, "|") {
			g.names = append(g.names, strings.TrimSpace(n))
		}
		g.title = g.names[0]
		list = append(list, g)
		return nil
	})
	return list, err
}

// choice is a country that an ambiguous name can stand for, with the words
// that speak for it.
type choice struct {
	code  string
	words []string
}

func readContext() (map[string][]choice, error) {
	m := map[string][]choice{}
	err := dataLines("countries/context.txt", func(line string) error {
		name, rest, ok := strings.Cut(line, ":")
		if !ok {
			return fmt.Errorf("%q has no colon", line)
		}
		for _, part := range strings.Split(rest, "/") {
			f := strings.Fields(part)
			if len(f) == 0 {
				return fmt.Errorf("an empty choice in %q", line)
			}
			m[strings.Join(forms(name), " ")] = append(m[strings.Join(forms(name), " ")], choice{f[0], f[1:]})
		}
		return nil
	})
	return m, err
}

func readGiven() (given, places map[string]bool, err error) {
	given, places = map[string]bool{}, map[string]bool{}
	err = dataLines("given.txt", func(line string) error {
		list, also := strings.CutPrefix(line, "=")
		for _, w := range strings.Fields(list) {
			given[w] = true
			if also || len(places) > 0 {
				places[w] = true
			}
		}
		return nil
	})
	return given, places, err
}

// forms are the words of a name as package text writes them in articles.
func forms(name string) []string {
	doc := text.Analyse(name, "", "")
	out := make([]string, len(doc.Words))
	for i, w := range doc.Words {
		out[i] = w.Form
	}
	return out
}

// localLanguages are the languages with a file of their own under data/locals.
func localLanguages() []string {
	files, err := fs.ReadDir(countryData, "data/locals")
	if err != nil {
		return nil // the folder is embedded: it cannot be missing
	}
	var out []string
	for _, f := range files {
		out = append(out, strings.TrimSuffix(f.Name(), ".txt"))
	}
	slices.Sort(out)
	return out
}
