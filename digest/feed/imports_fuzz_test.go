package feed_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
	"golang.org/x/tools/txtar"
)

// seedFrom adds the inputs of a testdata folder to a corpus.
func seedFrom(f *testing.F, folder string) {
	f.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		ar, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(ar.Files[0].Name, ar.Files[0].Data)
	}
}

// checkArticle fails when an article is not in its stored form.
func checkArticle(t *testing.T, a digest.Article) {
	t.Helper()
	if a.Title == "" || strings.ContainsAny(a.Title, "\n\x00") || len(a.Title) > digest.MaxTitle || len(a.Body) > digest.MaxBody {
		t.Errorf("title %q, body of %d bytes", a.Title, len(a.Body))
	}
	for _, s := range []string{a.Title, a.Body, a.Author, a.Source, a.GUID, a.URL} {
		if !utf8.ValidString(s) {
			t.Errorf("not UTF-8: %q", s)
		}
	}
	if a.URL != "" && !strings.HasPrefix(a.URL, "http") {
		t.Errorf("address %q", a.URL)
	}
}

func FuzzReadStream(f *testing.F) {
	seedFrom(f, "import")
	for _, name := range []string{"a.txt", "a.md", "a.csv", "a.json", "a.jsonl", "a.html", "a.xml", "a"} {
		f.Add(name, []byte("One\n\nTwo. Three.\n"))
		f.Add(name, []byte("\xff\xfeO\x00n\x00e\x00"))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		for a, err := range feed.ReadStream(bytes.NewReader(data), name, feed.ReadOptions{}) {
			if err != nil {
				if digest.CodeOf(err) != digest.Invalid || !strings.HasPrefix(err.Error(), name) {
					t.Errorf("error %v", err)
				}
				continue
			}
			checkArticle(t, a)
		}
	})
}
