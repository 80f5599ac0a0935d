package query

import (
	"slices"
	"testing"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Korea": "korea", "MÉXICO": "mexico", "Außenhandel": "aussenhandel", "Łódź": "lodz", "Ærø": "aero", "ı": "i",
		"Ё": "е", "й": "и", "الإمارات": "الامارات", "قُطْر": "قطر", "ガーナ": "ガーナ", "한국": "한국", "ﬁ": "fi", "ＫＲ": "kr",
	} {
		if got := fold(in); got != want {
			t.Errorf("fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestVariants(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typed, known string }{
		{"koreas", "korea"}, {"japanische", "japanisch"}, {"japanischen", "japanisch"}, {"countries", "country"}, {"stock", "stocks"}, {"chinas", "china"},
		{"japonesas", "japonesa"}, {"mexicano", "mexicana"}, {"والصين", "الصين"}, {"بالصين", "الصين"}, {"للصين", "الصين"}, {"مصرو", "المصرو"},
	} {
		if !slices.Contains(variants(c.typed), c.known) {
			t.Errorf("variants(%q) = %q, without %q", c.typed, variants(c.typed), c.known)
		}
	}
	for _, short := range []string{"us", "iran", "мир"} {
		if v := variants(short); v != nil {
			t.Errorf("variants(%q) = %q; so short a word has none", short, v)
		}
	}
}

func TestCyrillicStemsMeet(t *testing.T) {
	t.Parallel()
	for _, forms := range [][]string{
		{"корея", "корее", "кореи", "корею", "кореей"},
		{"япония", "японии", "японию", "японией"},
		{"торговля", "торговли", "торговле", "торговлей"},
		{"китаи", "китая", "китае", "китаем"}, // й is folded to и
		{"иран", "ирана", "иране", "ираном"},
		{"японскии", "японская", "японского", "японских"},
	} {
		for _, f := range forms {
			if got, want := cyrillicStem(fold(f)), cyrillicStem(fold(forms[0])); got != want {
				t.Errorf("the stem of %s is %s, of %s %s", f, got, forms[0], want)
			}
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add("Ĳ ǆ ẞ ﷺ İ")
	f.Fuzz(func(t *testing.T, s string) {
		variants(fold(s))
	})
}
