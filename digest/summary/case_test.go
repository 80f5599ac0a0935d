package summary

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// TestCases reads testdata/cases: a title and body, more of them for a story
// (title2, body2), focus, budget and sentences where they apply, and the
// sentences wanted, one a line.
func TestCases(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(paths) < 30 {
		t.Fatalf("%d cases: %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			files := caseFiles(t, path)
			o := Options{Budget: number(t, files["budget"]), Sentences: number(t, files["sentences"])}
			if files["focus"] != "" {
				o.Focus = text.QueryTerms(files["focus"], "")
			}
			sources := caseSources(files)
			got := Story(sources, o)
			check(t, sources, got, o)
			if lines := texts(got); !slices.Equal(lines, strings.FieldsFunc(files["want"], func(r rune) bool { return r == '\n' })) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(lines, "\n\t"), strings.ReplaceAll(files["want"], "\n", "\n\t"))
			}
		})
	}
}

func caseFiles(t *testing.T, path string) map[string]string {
	t.Helper()
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, f := range a.Files {
		files[f.Name] = strings.TrimSpace(string(f.Data))
	}
	if _, ok := files["want"]; !ok {
		t.Fatal("the case says not what it wants")
	}
	return files
}

func caseSources(files map[string]string) []Source {
	out := []Source{newSource(1, files["title"], files["body"])}
	for i := 2; ; i++ {
		n := strconv.Itoa(i)
		title, ok := files["title"+n]
		if !ok {
			return out
		}
		out = append(out, newSource(int64(i), title, files["body"+n]))
	}
}

func newSource(id int64, title, body string) Source {
	return Source{Doc: text.Analyse(title, body, ""), Article: &digest.Article{ID: id}}
}

func number(t *testing.T, s string) int {
	t.Helper()
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func texts(sentences []digest.Sentence) []string {
	var out []string
	for _, s := range sentences {
		out = append(out, s.Text)
	}
	return out
}
