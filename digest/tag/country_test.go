package tag

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
	"golang.org/x/tools/txtar"
)

// countryCase is one article of testdata/countries, see headlines.txt.
type countryCase struct {
	title, home string
	body        []string
	wants       []string // "= KR reason", "~ DE", "! US"
	mentions    []string
	hasMentions bool
}

func parseCountryCase(data string) (countryCase, error) {
	var c countryCase
	for line := range strings.Lines(data) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		mark, rest, _ := strings.Cut(line, " ")
		switch mark {
		case "T":
			c.title = rest
		case "B":
			c.body = append(c.body, rest)
		case "H":
			c.home = rest
		case "M":
			c.mentions, c.hasMentions = strings.Fields(rest), true
		case "=", "~", "!":
			c.wants = append(c.wants, line)
		default:
			return c, fmt.Errorf("line %q begins with no mark", line)
		}
	}
	if c.title == "" || len(c.wants) == 0 && !c.hasMentions {
		return c, fmt.Errorf("title or expectations are missing")
	}
	return c, nil
}

// wrong says what of a case's expectations is not met.
func (c countryCase) wrong(tags []digest.Tag) []string {
	var out []string
	for _, want := range c.wants {
		code, reason, _ := strings.Cut(want[2:], " ")
		i := slices.IndexFunc(tags, func(t digest.Tag) bool { return t.Slug == code })
		weight := digest.WeightOf(tags, code)
		switch {
		case want[0] == '=' && weight < digest.FirmWeight, want[0] == '~' && weight >= digest.FirmWeight, want[0] == '!' && weight >= 0.2:
			out = append(out, fmt.Sprintf("%s: weight %.2f", want, weight))
		case reason != "" && !slices.Contains(tags[i].Why, reason):
			out = append(out, fmt.Sprintf("%s: reasons %q", want, tags[i].Why))
		}
	}
	return out
}

func newTagger(t testing.TB) *Tagger {
	t.Helper()
	tagger, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tagger
}

func TestCountryCases(t *testing.T) {
	tagger := newTagger(t)
	files, err := filepath.Glob("testdata/countries/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	total := 0
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			total++
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+f.Name, func(t *testing.T) {
				c, err := parseCountryCase(string(f.Data))
				if err != nil {
					t.Fatal(err)
				}
				doc := text.Analyse(c.title, strings.Join(c.body, "\n\n"), "")
				tags, _ := tagger.Tag(doc, Hint{Country: c.home})
				for _, w := range c.wrong(tags) {
					t.Errorf("%s", w)
				}
				if c.hasMentions {
					got := tagger.Mentions(doc)
					slices.Sort(got)
					slices.Sort(c.mentions)
					if !slices.Equal(got, c.mentions) {
						t.Errorf("mentions %v, want %v", got, c.mentions)
					}
				}
				if t.Failed() {
					t.Logf("language %s, tags %v", doc.Lang, tags)
				}
			})
		}
	}
	if total < 80 {
		t.Errorf("only %d cases", total)
	}
}

// TestLeadersAreDated: whoever brings the leaders up to date says as of when,
// since news speaks of people whom an old list does not have.
func TestLeadersAreDated(t *testing.T) {
	b := theGazetteer()
	if b.err != nil {
		t.Fatal(b.err)
	}
	asOf, err := time.Parse(time.DateOnly, b.g.asOf)
	if err != nil || asOf.Year() < 2025 {
		t.Errorf("data/countries/leaders.txt has no usable as-of date: %q, %v", b.g.asOf, err)
	}
}
