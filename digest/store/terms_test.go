package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
)

func TestPlainTerm(t *testing.T) {
	for in, want := range map[string]string{
		"rate": "rate", "Rate": "rate", "U.S": "u.s", "한국": "한국", "É": "É", " a b\t": "ab", "~ckr": "ckr",
		"a\x00b": "ab", "a\xffb": "ab", "": "", "~": "", strings.Repeat("é", 150): strings.Repeat("é", 100),
	} {
		if got := plainTerm(in); got != want {
			t.Errorf("%q gave %q, want %q", in, got, want)
		}
	}
}

func FuzzPlainTerm(f *testing.F) {
	for _, s := range []string{"rate", "~ckr", "a\x00\xff b", "ｆｕｌｌ", "\u2028", strings.Repeat("한", 90)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := plainTerm(s)
		if !utf8.ValidString(p) || len(p) > maxTermBytes || strings.ContainsAny(p, " ~\t\n\x00") {
			t.Errorf("%q gave %q", s, p)
		}
		if again := plainTerm(p); again != p {
			t.Errorf("%q gave %q, then %q", s, p, again)
		}
	})
}

func TestDayOf(t *testing.T) {
	for at, want := range map[string]int64{
		"1970-01-01T00:00:00Z": 0, "1970-01-01T23:59:59Z": 0, "1969-12-31T23:59:59Z": -1, "1969-12-31T00:00:00Z": -1,
		"1969-12-30T23:59:59Z": -2, "2026-11-23T23:00:00Z": 20780,
	} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := dayOf(when.UnixMicro()); got != want {
			t.Errorf("%s is day %d, want %d", at, got, want)
		}
	}
}

func TestFrequencies(t *testing.T) {
	title := []string{"hike", "rate", "hike", filler}
	body := strings.Fields(strings.Repeat("rate ", 40) + "fed hike")
	f := frequency(frequencies(title, body))
	if a, b := f.lengths(); a != 4 || b != 42 {
		t.Errorf("lengths %d, %d", a, b)
	}
	for word, want := range map[string][2]int{"hike": {2, 1}, "rate": {1, 31}, "fed": {0, 1}, "none": {0, 0}, filler: {0, 0}} {
		if a, b := f.of(hashTerm(word)); a != want[0] || b != want[1] {
			t.Errorf("%s stands %d, %d times, want %v", word, a, b, want)
		}
	}
	for _, short := range []frequency{nil, {}, {1, 2, 3}, {0, 1, 0, 1}} { // damaged or missing
		short.lengths()
		if a, b := short.of(1); a+b != 0 {
			t.Errorf("%v has %d, %d", short, a, b)
		}
	}
}

// TestFrequenciesLarge looks every word of a large vocabulary up again.
func TestFrequenciesLarge(t *testing.T) {
	var body []string
	for i := range 3000 {
		body = append(body, fmt.Sprintf("word%d", i))
	}
	f := frequency(frequencies(nil, body))
	for _, w := range body {
		if _, n := f.of(hashTerm(w)); n < 1 {
			t.Fatalf("%s is lost", w)
		}
	}
	if clashes := 3000 - (len(f)-4)/4; clashes > 3 {
		t.Errorf("%d words of 3000 share a hash", clashes)
	}
}

func TestIndexLimits(t *testing.T) {
	e := digest.Entry{TitleTerms: []string{"A", "~", "b c"}, BodyTerms: slices.Repeat([]string{"x"}, 2*maxPositions)}
	e.Countries = []digest.Tag{{Slug: "KR", Weight: 1}, {Slug: "JP", Weight: digest.WeakWeight / 2}}
	e.Topics = []digest.Tag{{Slug: "ai", Weight: digest.WeakWeight}}
	x := index(&e, 86_400_000_000)
	if want := []string{"a", filler, "bc", filler, "x"}; !slices.Equal(x.words[:5], want) {
		t.Errorf("words %q", x.words[:5])
	}
	if len(x.words) > maxPositions+1 {
		t.Errorf("%d words", len(x.words))
	}
	kept := 0
	for _, w := range x.words {
		if w == "x" {
			kept++
		}
	}
	if kept != maxRepeats {
		t.Errorf("x is found %d times", kept)
	}
	if want := []string{"~d1", "~ckr", "~tai"}; !slices.Equal(x.marks, want) {
		t.Errorf("marks %q, want %q", x.marks, want)
	}
}

func TestSpell(t *testing.T) {
	e := expression{{phrase{"rate"}}, {phrase{"a\"b", `it's`, `c\d`}}, {phrase{"~d1"}, phrase{"~d2"}}}
	for _, c := range []struct {
		index wordIndex
		want  string
	}{
		{fts5{}, `("rate") AND ("a""b it's c\d") AND ("~d1" OR "~d2")`},
		{tsvector{}, `(('rate')) & (('a"b' <-> 'it''s' <-> 'c\\d')) & (('~d1') | ('~d2'))`},
	} {
		if got := c.index.spell(e); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestVectorLiteral(t *testing.T) {
	x := indexed{words: []string{"rate", filler, "it's", "rate"}, marks: []string{"~ckr", "~d1"}}
	if got, want := vectorLiteral(x), `'rate':1,4 'it''s':3 '~ckr' '~d1' `; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLists(t *testing.T) {
	var all []int
	for i := range 1300 {
		all = append(all, i)
	}
	var sizes []int
	seen := map[any]bool{}
	for _, l := range lists(all) {
		sizes = append(sizes, len(l))
		for _, v := range l {
			seen[v] = true
		}
	}
	if !slices.Equal(sizes, []int{512, 512, 512}) || len(seen) != 1300 {
		t.Errorf("lists of %v with %d values", sizes, len(seen))
	}
	if l := lists([]int{7, 8, 9}); len(l) != 1 || len(l[0]) != 4 || l[0][3] != 9 {
		t.Errorf("three values gave %v", l)
	}
}
