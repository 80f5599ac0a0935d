package tag

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// taxonomyLangs are the languages that every built-in topic has titles and
// terms in.
var taxonomyLangs = []string{"en", "ko", "ja", "zh", "es", "fr", "de", "pt", "ar", "ru"}

func builtins(t testing.TB) []Definition {
	t.Helper()
	defs, err := readBuiltins()
	if err != nil {
		t.Fatal(err)
	}
	return defs
}

func TestBuiltinTopicsAreComplete(t *testing.T) {
	t.Parallel()
	defs := builtins(t)
	if len(defs) != 34 {
		t.Fatalf("%d built-in topics, want 34", len(defs))
	}
	for _, d := range defs {
		if err := d.validate(); err != nil {
			t.Errorf("%s: %v", d.Slug, err)
		}
		if !strings.HasSuffix(d.Definition, ".") || strings.Count(d.Definition, ". ") > 0 {
			t.Errorf("%s: the definition is not one sentence: %q", d.Slug, d.Definition)
		}
		if len(d.Examples) < 2 {
			t.Errorf("%s: has %d examples, want 2", d.Slug, len(d.Examples))
		}
		for _, lang := range taxonomyLangs {
			if d.Title[lang] == "" {
				t.Errorf("%s: has no title in %s", d.Slug, lang)
			}
			if n := countTerms(d, lang); n < 8 {
				t.Errorf("%s: has %d terms in %s, want 8", d.Slug, n, lang)
			}
			if !slices.ContainsFunc(d.Aliases, func(a string) bool { return strings.HasPrefix(a, lang+":") }) {
				t.Errorf("%s: has no alias in %s", d.Slug, lang)
			}
		}
	}
}

func countTerms(d Definition, lang string) int {
	n := 0
	for _, spec := range slices.Concat(d.Strong, d.Weak) {
		if strings.HasPrefix(spec, lang+":") {
			n++
		}
	}
	return n
}

func TestBuiltinTermsStandOnce(t *testing.T) {
	t.Parallel()
	for _, d := range builtins(t) {
		seen := map[string]bool{}
		for _, spec := range slices.Concat(d.Strong, d.Weak) {
			term, err := parseTerm(spec, strongTerm)
			if err != nil {
				t.Errorf("%s: %q %v", d.Slug, spec, err)
			}
			key := term.lang + ":" + term.text
			if term.exact {
				key += " exactly"
			}
			if seen[key] {
				t.Errorf("%s: the term %q stands twice", d.Slug, key)
			}
			seen[key] = true
		}
	}
}

// TestExamplesBelongToTheirTopics keeps the examples that people are shown
// true: each must be judged to be about its topic.
func TestExamplesBelongToTheirTopics(t *testing.T) {
	t.Parallel()
	s := testScorer(t)
	for _, d := range builtins(t) {
		for _, example := range d.Examples {
			tags := s.score(text.Analyse(example, "", "en"))
			if w := digest.WeightOf(tags, d.Slug); w < digest.FirmWeight {
				t.Errorf("%s: its example %q has weight %.2f: %v", d.Slug, example, w, tags)
			}
		}
	}
}

func TestReadDefinition(t *testing.T) {
	t.Parallel()
	d, err := readDefinition("chess", `
# a comment
definition: The game of kings.
title en: Chess
title de: Schach
example: Grandmaster wins in 30 moves
alias: fide=CH, chess?
strong en: grandmaster*, check mate^1.2,
    =FIDE

weak ko: 체스
exclude: chess board
`)
	if err != nil {
		t.Fatal(err)
	}
	want := Definition{
		Slug: "chess", Title: map[string]string{"en": "Chess", "de": "Schach"}, Definition: "The game of kings.",
		Strong: []string{"en:grandmaster*", "en:check mate^1.2", "en:=FIDE"}, Weak: []string{"ko:체스"}, Exclude: []string{"chess board"},
		Aliases: []string{"fide=CH", "chess?"}, Examples: []string{"Grandmaster wins in 30 moves"},
	}
	if d.Definition != want.Definition || d.Title["de"] != "Schach" || !slices.Equal(d.Strong, want.Strong) || !slices.Equal(d.Weak, want.Weak) ||
		!slices.Equal(d.Exclude, want.Exclude) || !slices.Equal(d.Aliases, want.Aliases) || !slices.Equal(d.Examples, want.Examples) {
		t.Errorf("got %+v\nwant %+v", d, want)
	}
}

func TestReadDefinitionFaults(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		"strong":              `topic x: the line "strong" is not a key, a colon and a value`,
		"strong en:":          `topic x: the line "strong en:" is not a key, a colon and a value`,
		"stronk en: a":        `topic x: "stronk en" is not a key of a topic`,
		": words":             `topic x: "" is not a key of a topic`,
		"colour: red\n green": `topic x: "colour" is not a key of a topic`,
	} {
		_, err := readDefinition("x", data)
		if err == nil || err.Error() != want || digest.CodeOf(err) != digest.Invalid {
			t.Errorf("%q: got %v, want %s", data, err, want)
		}
	}
}

// FuzzReadDefinition: whatever a file holds, reading it ends with a topic that
// can be compiled or with an error that fits a line.
func FuzzReadDefinition(f *testing.F) {
	f.Add("definition: x.\nstrong en: a, b*, =C, \"d e\"^2\n  f\nexclude: g\n")
	f.Add("strong: tariff*^\nweak ko:,,,무역\nalias: boj=JP?, =, ?\n# c\n title: \n")
	f.Fuzz(func(t *testing.T, data string) {
		d, err := readDefinition("fuzz", data)
		if err == nil {
			err = d.validate()
		}
		if err == nil {
			_, err = compileTopics([]Definition{d})
		}
		if err != nil && (utf8.RuneCountInString(err.Error()) > 400 || digest.CodeOf(err) != digest.Invalid) {
			t.Errorf("error %q with code %s", err, digest.CodeOf(err))
		}
	})
}
