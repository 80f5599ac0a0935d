package query

import (
	"testing"
	"unicode/utf8"
)

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed, known string
		want         float64
	}{
		{"korea", "korea", 0},
		{"koera", "korea", swapped},
		{"jpaan", "japan", swapped},
		{"trad", "trade", missing},
		{"spaiin", "spain", twice},
		{"chana", "china", vowel},
		{"chzna", "china", other},
		{"chinax", "china", other},
		{"", "abc", 3 * missing},
		{"中囯", "中国", other},
	} {
		if got := distance([]rune(c.typed), []rune(c.known), 9); got-c.want > 1e-9 || c.want-got > 1e-9 {
			t.Errorf("distance(%q, %q) = %v, want %v", c.typed, c.known, got, c.want)
		}
	}
}

func TestDistanceGivesUpBeyondTheLimit(t *testing.T) {
	t.Parallel()
	if d := distance([]rune("abcdefgh"), []rune("zyxwvuts"), 1); d <= 1 {
		t.Errorf("distance %v for words without a letter in common", d)
	}
}

func TestAllowedGrowsWithTheWord(t *testing.T) {
	t.Parallel()
	last := 0.0
	for n := range 20 {
		if a := allowed(n); a < last {
			t.Errorf("a word of %d letters is allowed %v, a shorter one %v", n, a, last)
		} else {
			last = a
		}
	}
	if allowed(3) != 0 {
		t.Error("words of three letters are corrected")
	}
}

func FuzzDistance(f *testing.F) {
	f.Add("korea", "koera")
	f.Add("", "x")
	f.Fuzz(func(t *testing.T, a, b string) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) || len(a) > 64 || len(b) > 64 {
			return
		}
		d := distance([]rune(a), []rune(b), 1000)
		if d < 0 || (d == 0) != (string([]rune(a)) == string([]rune(b))) {
			t.Fatalf("distance(%q, %q) = %v", a, b, d)
		}
	})
}

// TestSlipsAreUnderstood mistypes names in the four ways that fingers do, at
// every place of the word but its first letter, and counts how many are read
// as what was meant.
func TestSlipsAreUnderstood(t *testing.T) {
	t.Parallel()
	r := testReader(t)
	right, all := 0, 0
	for _, name := range []string{"thailand", "argentina", "indonesia", "kazakhstan", "switzerland", "ukraine", "bangladesh", "venezuela", "inflation",
		"elections", "monetary policy", "migration", "technology", "agriculture", "south korea", "new zealand", "saudi arabia"} {
		want, err := r.Read(name, testNow)
		if err != nil {
			t.Fatal(err)
		}
		for _, typed := range slips(name) {
			all++
			got, err := r.Read(typed, testNow)
			got.Corrections = nil
			if err == nil && say(got) == say(want) {
				right++
			} else {
				t.Logf("%s is read as %s", typed, say(got))
			}
		}
	}
	if right*100 < all*97 {
		t.Errorf("%d of %d slips are understood", right, all)
	}
}

// slips are a word with two letters swapped, one left out, one doubled, and
// one wrong.
func slips(word string) []string {
	var out []string
	for i := 1; i < len(word)-1; i++ {
		if word[i] == ' ' || word[i+1] == ' ' {
			continue
		}
		out = append(out,
			word[:i]+string(word[i+1])+string(word[i])+word[i+2:],
			word[:i]+word[i+1:],
			word[:i+1]+word[i:],
			word[:i]+"q"+word[i+1:])
	}
	return out
}
