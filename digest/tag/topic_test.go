package tag

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// topicCase is one article of testdata/topics and what is asked of its topics.
type topicCase struct {
	name        string
	title, body string
	firm        map[string]string // slug -> a reason that must be told, or ""
	maybe, not  []string
}

func readTopicCases(t testing.TB) []topicCase {
	t.Helper()
	files, err := filepath.Glob("testdata/topics/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var cases []topicCase
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			cases = append(cases, readTopicCase(t, filepath.Base(file)+"/"+f.Name, string(f.Data)))
		}
	}
	return cases
}

func readTopicCase(t testing.TB, name, data string) topicCase {
	c := topicCase{name: name, firm: map[string]string{}}
	for line := range strings.Lines(data) {
		mark, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch mark {
		case "T":
			c.title = rest
		case "B":
			c.body = strings.TrimSpace(c.body + "\n\n" + rest)
		case "=":
			slug, reason, _ := strings.Cut(rest, " ")
			c.firm[slug] = reason
		case "?":
			c.maybe = append(c.maybe, rest)
		case "~":
			c.not = append(c.not, rest)
		case "":
		default:
			t.Fatalf("%s: the line %q has no mark", name, line)
		}
	}
	return c
}

func TestTopicCases(t *testing.T) {
	t.Parallel()
	s := testScorer(t)
	for _, c := range readTopicCases(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.check(t, s.score(text.Analyse(c.title, c.body, "")))
		})
	}
}

func (c topicCase) check(t *testing.T, tags []digest.Tag) {
	firm := digest.Firm(tags)
	for slug, reason := range c.firm {
		i := slices.IndexFunc(tags, func(t digest.Tag) bool { return t.Slug == slug })
		switch {
		case !slices.Contains(firm, slug):
			t.Errorf("%q is not about %s: %.2f", c.title, slug, digest.WeightOf(tags, slug))
		case reason != "" && !slices.Contains(tags[i].Why, reason):
			t.Errorf("%q is about %s for %q, want %q among them", c.title, slug, tags[i].Why, reason)
		}
	}
	for _, slug := range firm {
		if _, wanted := c.firm[slug]; !wanted && !slices.Contains(c.maybe, slug) {
			i := slices.IndexFunc(tags, func(t digest.Tag) bool { return t.Slug == slug })
			t.Errorf("%q is about %s: %.2f %v", c.title, slug, tags[i].Weight, tags[i].Why)
		}
	}
	for _, slug := range c.not {
		if slices.Contains(firm, slug) {
			t.Errorf("%q must not be about %s", c.title, slug)
		}
	}
}

func testScorer(t testing.TB) *topicScorer {
	t.Helper()
	s, err := newTopicScorer(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
