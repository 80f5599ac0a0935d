package tag

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

func theNames(t testing.TB) *gazetteer {
	t.Helper()
	b := theGazetteer()
	if b.err != nil {
		t.Fatal(b.err)
	}
	return b.g
}

// notISO are codes that news needs and ISO 3166-1 has not assigned.
var notISO = []string{"XK"}

func TestEveryCountryIsCovered(t *testing.T) {
	g := theNames(t)
	if n := len(g.codes); n != 249+len(notISO) {
		t.Errorf("%d countries, want 249 of ISO 3166-1 and %v", n, notISO)
	}
	kindsOf := map[string]map[kind]int{}
	eachEntry(func(e entry) error {
		for _, code := range e.codes {
			if kindsOf[code] == nil {
				kindsOf[code] = map[kind]int{}
			}
			kindsOf[code][e.kind]++
		}
		return nil
	})
	for _, code := range g.codes {
		if kindsOf[code][kindName] < 3 {
			t.Errorf("%s has %d names", code, kindsOf[code][kindName])
		}
	}
	uninhabited := []string{"BV", "HM", "TF", "GS", "IO", "UM", "AQ", "AX", "SJ", "CX", "CC", "PN", "TK", "NU", "NF", "BQ", "BL", "MF", "PM", "MP", "WF", "GP", "MQ", "GF", "YT",
		"VI", "VG", "TC", "AI", "MS", "CK", "GG", "XK", "SH", "FM", "TL", "PS", "VA", "GI", "MO", "HK", "IM", "JE", "SX", "CW", "AW", "DM", "GD"}
	for _, code := range g.codes {
		if !slices.Contains(uninhabited, code) && (kindsOf[code][kindPeople] == 0 || kindsOf[code][kindCapital] == 0) {
			t.Errorf("%s has %d names of its people and %d of its capital", code, kindsOf[code][kindPeople], kindsOf[code][kindCapital])
		}
	}
	for lang, want := range map[string]int{"ko": 240, "ja": 240, "zh": 240, "es": 100, "fr": 180, "de": 100, "pt": 100, "ar": 240, "ru": 240} {
		n := 0
		_ = perLanguage("cldr/territories.txt", lang, kindName, func(entry) error { n++; return nil })
		if n < want {
			t.Errorf("%s: %d names of countries besides the English ones, want %d", lang, n, want)
		}
	}
}

// TestDataIsClean catches slips of the hand: unknown codes, stray spaces,
// marks without a name.
func TestDataIsClean(t *testing.T) {
	g := theNames(t)
	check := func(e entry) error {
		for _, code := range e.codes {
			if _, ok := g.index[code]; !ok {
				t.Errorf("%q is of %q, which is no country", e.name, code)
			}
		}
		if e.name == "" || e.name != strings.TrimSpace(e.name) || strings.ContainsAny(e.name, "|~!%^=;") {
			t.Errorf("%v: the name %q is not clean", e.codes, e.name)
		}
		if strings.ContainsFunc(e.name, unicode.IsControl) {
			t.Errorf("%v: the name %q has a control character", e.codes, e.name)
		}
		return nil
	}
	eachEntry(check)
	if err := towns(check); err != nil {
		t.Error(err)
	}
	for name, choices := range g.context {
		for _, c := range choices {
			if _, ok := g.index[c.code]; !ok {
				t.Errorf("context of %q: %q is no country", name, c.code)
			}
		}
	}
	for _, group := range g.groups {
		for _, code := range group.members {
			if _, ok := g.index[code]; !ok {
				t.Errorf("group %s: %q is no country", group.slug, code)
			}
		}
		if !slices.Equal(slices.Compact(slices.Sorted(slices.Values(group.members))), slices.Sorted(slices.Values(group.members))) {
			t.Errorf("group %s names a country twice", group.slug)
		}
	}
}

func TestSplitMarks(t *testing.T) {
	for in, want := range map[string]struct {
		name  string
		marks uint8
	}{
		" UK! ": {"UK", markUpper | markCased}, "won~": {"won", markSupported}, "Chad%": {"Chad", markDoubtful | markCased}, "한국": {"한국", 0},
		"ICE!~": {"ICE", markUpper | markSupported | markCased}, "~": {"", markSupported}, "": {"", 0},
	} {
		if name, marks := splitMarks(in); name != want.name || marks != want.marks {
			t.Errorf("splitMarks(%q) = %q, %b; want %q, %b", in, name, marks, want.name, want.marks)
		}
	}
}

func TestTrieLongest(t *testing.T) {
	tr := newTrie()
	tr.add([]string{"south"}, sense{country: 1})
	tr.add([]string{"south", "korea"}, sense{country: 2})
	tr.add([]string{"south", "korea"}, sense{country: 2, kind: kindTown}) // the more telling sense stays
	node := tr.next(tr.root("south"), "korea")
	if s := tr.senses[node]; len(s) != 1 || s[0].country != 2 || s[0].kind != kindName {
		t.Errorf("senses of the longer name: %+v", s)
	}
	if tr.root("korea") != 0 || tr.next(tr.root("south"), "sudan") != 0 {
		t.Error("names were found that were not added")
	}
}

func TestWordKeys(t *testing.T) {
	for _, c := range []struct{ lang, a, b string }{
		{"pl", "Polska", "Polski"}, {"pl", "Ukraina", "Ukrainy"}, {"ru", "Китай", "Китаем"}, {"de", "Deutschland", "Deutschlands"}, {"tr", "Türkiye", "Türkiye'nin"},
		{"fi", "Suomi", "Suomi"}, {"he", "איראן", "ואיראן"}, {"ar", "الصين", "والصين"}, {"cs", "Polsko", "Polska"}, {"hu", "Ukrajna", "Ukrajna"},
	} {
		if a, b := formsFor(c.a, c.lang), formsFor(c.b, c.lang); !slices.Equal(a, b) {
			t.Errorf("%s: %q and %q are looked up by %q and %q", c.lang, c.a, c.b, a, b)
		}
	}
}

// TestPlainNames checks the shortcut for plain names against the whole way.
func TestPlainNames(t *testing.T) {
	n := 0
	_ = towns(func(e entry) error {
		if plainName(e.name) && n < 5000 {
			n++
			if short, long := formsFor(e.name, ""), forms(e.name); !slices.Equal(short, long) {
				t.Errorf("%q: %q, but package text gives %q", e.name, short, long)
			}
		}
		return nil
	})
	if n == 0 {
		t.Error("no plain names")
	}
}

func TestWithoutAccents(t *testing.T) {
	for in, want := range map[string]string{"São Paulo": "Sao Paulo", "Łódź": "Lodz", "Malmö": "Malmo", "İzmir": "Izmir", "한국": "한국", "Россия": "Россия", "Paris": "Paris"} {
		if got := withoutAccents(in); got != want {
			t.Errorf("withoutAccents(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzSplitMarks(f *testing.F) {
	for _, s := range []string{"UK!", "won~", " ~!%^ ", "한국%", "\xff!"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, _ := splitMarks(s)
		if !strings.HasPrefix(strings.TrimSpace(s), name) || name != "" && strings.ContainsAny(name[len(name)-1:], "!~%^") {
			t.Errorf("splitMarks(%q) = %q", s, name)
		}
	})
}
