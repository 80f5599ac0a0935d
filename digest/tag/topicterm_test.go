package tag

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseTerm(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]string{
		"tariff":            "tariff|1",
		"tariff*":           "tariff*|1",
		"  rate   hike ":    "rate hike|1",
		`"rate hike"`:       "rate hike|1",
		`"rate hike"^2`:     "rate hike|2",
		"rate hik*^.5":      "rate hik*|0.5",
		"=Fed":              "Fed exactly|1",
		"ko:무역":             "무역 in ko|1",
		"ko: =삼성^1.5":       "삼성 exactly in ko|1.5",
		"de:zoll*^0.4":      "zoll* in de|0.4",
		"re: entry":         "re: entry|1",
		"us strike*":        "US strike*|1",
		"u.s. aid":          "US aid|1",
		"covid-19":          "covid-19|1",
		"s&p 500":           "s&p 500|1",
		"it:x":              "x in it|1",
		"xx:word":           "xx:word|1",
		"money-market fund": "money-market fund|1",
	} {
		term, err := parseTerm(spec, strongTerm)
		if err != nil {
			t.Errorf("%q: %v", spec, err)
		} else if got := showTerm(term); got != want {
			t.Errorf("%q: got %s, want %s", spec, got, want)
		}
	}
	if term, _ := parseTerm("quota", weakTerm); term.weight != 0.4 {
		t.Errorf("a weak term weighs %v, want 0.4", term.weight)
	}
}

// showTerm is what was read of a term, on one line.
func showTerm(t topicTerm) string {
	var words []string
	for _, w := range t.words {
		s := w.text
		if w.open {
			s += "*"
		}
		words = append(words, s)
	}
	s := strings.Join(words, " ")
	if t.exact {
		s += " exactly"
	}
	if t.lang != "" {
		s += " in " + t.lang
	}
	return fmt.Sprintf("%s|%v", s, t.weight)
}

func TestParseTermFaults(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]string{
		"":                          "has no words",
		"   ":                       "has no words",
		"ko:":                       "has no words",
		"=":                         "has no words",
		`""`:                        "has no words",
		"*":                         "has a * after fewer than two letters, which would match too much",
		"t*":                        "has a * after fewer than two letters, which would match too much",
		"tar*iff":                   "has a * that does not end a word",
		"**":                        "has a * that does not end a word",
		"=Fed*":                     "has both = and *, which contradict each other",
		"tariff^0":                  "has a weight that is not a number above 0 and at most 3",
		"tariff^9":                  "has a weight that is not a number above 0 and at most 3",
		"tariff^NaN":                "has a weight that is not a number above 0 and at most 3",
		"tariff^":                   "has a weight that is not a number above 0 and at most 3",
		"rate - hike":               "has a word without letters or digits",
		"a\x00b":                    "has characters that are no text",
		"\xff":                      "has characters that are no text",
		strings.Repeat("ab ", 9):    "has more than 8 words",
		strings.Repeat("abcd", 30):  "is longer than 80 characters",
		strings.Repeat("무역협상", 30):  "is longer than 80 characters",
		"a b c d e f g h i j k l m": "has more than 8 words",
	} {
		if _, err := parseTerm(spec, strongTerm); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", spec, err, want)
		}
	}
	if _, err := parseTerm("tax^2", excludeTerm); err == nil || err.Error() != "has a weight, which excluding terms have not" {
		t.Errorf("an excluding term with a weight: %v", err)
	}
}

func TestParseAlias(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]topicAlias{
		"commerce":       {text: "commerce", strong: true},
		"prices?":        {text: "prices"},
		"boj=JP":         {text: "boj", country: "JP", strong: true},
		"fed=US?":        {text: "fed", country: "US"},
		"ko:통상":          {text: "통상", lang: "ko", strong: true},
		"ecb = eurozone": {text: "ecb", country: "eurozone", strong: true},
	} {
		if got, err := parseAlias(spec); err != nil || got != want {
			t.Errorf("%q: got %+v %v, want %+v", spec, got, err, want)
		}
	}
	for _, spec := range []string{"", "?", "=JP", "boj=", "boj=Japan", "boj=J P", "ko:", "a\nb\x01", strings.Repeat("x", 90)} {
		if a, err := parseAlias(spec); err == nil {
			t.Errorf("%q: was read as %+v", spec, a)
		}
	}
}

// FuzzParseTerm: what is accepted has words that can be matched and says so
// again when it is written out.
func FuzzParseTerm(f *testing.F) {
	for _, seed := range []string{"tariff*^1.5", `"rate hike"`, "=Fed", "ko:무역", "us-led", "x^", "*", "a b c^.1", "ja:円相場*", "\u200b", "^1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		term, err := parseTerm(spec, strongTerm)
		if err != nil {
			if _, isFault := err.(termFault); !isFault {
				t.Fatalf("%q: error of another kind: %v", spec, err)
			}
			return
		}
		if len(term.words) == 0 || term.weight <= 0 || term.weight > maxWeight || !utf8.ValidString(term.text) {
			t.Fatalf("%q was read as %+v", spec, term)
		}
		d := Definition{Slug: "fuzz", Strong: []string{spec}}
		if _, err := compileTopics([]Definition{d}); err != nil {
			t.Fatalf("%q was read but not compiled: %v", spec, err)
		}
	})
}

func FuzzParseAlias(f *testing.F) {
	for _, seed := range []string{"boj=JP", "prices?", "ko:통상=KR?", "=", "?", "a=b-c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		a, err := parseAlias(spec)
		if err == nil && (strings.TrimSpace(a.text) == "" || !utf8.ValidString(a.text) || strings.Contains(a.text, "\n")) {
			t.Fatalf("%q was read as %+v", spec, a)
		}
	})
}
