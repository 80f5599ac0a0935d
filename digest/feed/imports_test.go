package feed_test

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what comes out as what is expected")

// show renders articles the way the testdata expects them: one line a field,
// fields that are empty left out.
func show(w io.Writer, a digest.Article) {
	fmt.Fprintf(w, "= %s\n", a.Title)
	for _, f := range []struct{ name, value string }{
		{"id", a.GUID}, {"url", a.URL}, {"author", a.Author}, {"source", a.Source}, {"lang", a.Lang},
	} {
		if f.value != "" {
			fmt.Fprintf(w, "%s: %s\n", f.name, f.value)
		}
	}
	if !a.Published.IsZero() {
		fmt.Fprintf(w, "published: %s\n", a.Published.Format("2006-01-02T15:04:05Z07:00"))
	}
	if a.Body != "" {
		fmt.Fprintf(w, "%s\n", a.Body)
	}
}

// cases runs one subtest for each txtar file of a folder and compares what it
// makes of the file with its section "want".
func cases(t *testing.T, folder string, run func(t *testing.T, input txtar.File) string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases in %s: %v", folder, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			ar, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(ar.Files, func(f txtar.File) bool { return f.Name == "want" })
			if i < 0 {
				i = len(ar.Files)
				ar.Files = append(ar.Files, txtar.File{Name: "want"})
			}
			got := run(t, ar.Files[0])
			if *update {
				ar.Files[i].Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := string(ar.Files[i].Data); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func TestImportCases(t *testing.T) {
	t.Parallel()
	cases(t, "import", func(_ *testing.T, input txtar.File) string {
		var b strings.Builder
		unknown := map[string]int{}
		o := feed.ReadOptions{Unknown: func(key string) { unknown[key]++ }}
		for a, err := range feed.ReadStream(strings.NewReader(string(input.Data)), input.Name, o) {
			if err != nil {
				fmt.Fprintf(&b, "! %v\n", err)
				continue
			}
			show(&b, a)
		}
		for _, key := range slices.Sorted(mapsKeys(unknown)) {
			fmt.Fprintf(&b, "? %s %d\n", key, unknown[key])
		}
		return b.String()
	})
}

func mapsKeys(m map[string]int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func collect(it feed.Articles) (articles []digest.Article, errs []error) {
	for a, err := range it {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		articles = append(articles, a)
	}
	return articles, errs
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadDir(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "b.txt"), "Port reopens after storm\n")
	write(t, filepath.Join(dir, "a", "one.jsonl"), `{"title":"First"}`+"\n"+`{"title":"Second"}`+"\n")
	write(t, filepath.Join(dir, ".hidden.txt"), "Nobody reads this\n")
	write(t, filepath.Join(dir, ".git", "x.txt"), "Nor this\n")
	write(t, filepath.Join(dir, "picture.png"), "\x89PNG\r\n\x1a\n\x00\x00\x00")
	articles, errs := collect(feed.ReadDir(dir, feed.ReadOptions{}))
	var titles []string
	for _, a := range articles {
		titles = append(titles, a.Title+"/"+a.Source)
	}
	if want := []string{"First/one", "Second/one", "Port reopens after storm/b"}; !slices.Equal(titles, want) {
		t.Errorf("got %q, want %q", titles, want)
	}
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "picture.png: this is not a text file") {
		t.Errorf("errors: %v", errs)
	}
}

func TestReadStopsWhenAsked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.jsonl"), strings.Repeat(`{"title":"x"}`+"\n", 10))
	write(t, filepath.Join(dir, "b.txt"), "Another headline\n")
	n := 0
	for range feed.Read(dir, nil, feed.ReadOptions{}) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("read %d", n)
	}
}

func TestReadMissing(t *testing.T) {
	t.Parallel()
	for _, path := range []string{filepath.Join(t.TempDir(), "none.txt")} {
		_, errs := collect(feed.Read(path, nil, feed.ReadOptions{}))
		if len(errs) != 1 || digest.CodeOf(errs[0]) != digest.Invalid || !errors.Is(errs[0], os.ErrNotExist) {
			t.Errorf("%s: %v", path, errs)
		}
	}
}

// endlessLine is a line of n bytes between two articles, made as it is read.
func endlessLine(n int64) io.Reader {
	return io.MultiReader(
		strings.NewReader(`{"title":"Before"}`+"\n"+`{"title":"`),
		io.LimitReader(zeros{}, n),
		strings.NewReader(`"}`+"\n"+`{"title":"After"}`+"\n"))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestLongLineIsRefusedAndReadingGoesOn(t *testing.T) {
	t.Parallel()
	var last feed.Progress
	o := feed.ReadOptions{Progress: func(p feed.Progress) { last = p }}
	articles, errs := collect(feed.ReadStream(endlessLine(100<<20), "big.jsonl", o))
	if len(articles) != 2 || articles[1].Title != "After" {
		t.Errorf("articles: %v", articles)
	}
	if len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), "big.jsonl:2: the line is longer than") {
		t.Errorf("errors: %v", errs)
	}
	if last.Articles != 2 || last.Bad != 1 || last.Bytes < 100<<20 {
		t.Errorf("progress: %+v", last)
	}
}

func TestSourceName(t *testing.T) {
	t.Parallel()
	const rows = `{"title":"A","source":"Harbour Wire"}` + "\n" + `{"title":"B"}` + "\n"
	articles, _ := collect(feed.ReadStream(strings.NewReader(rows), "rows.jsonl", feed.ReadOptions{Source: "Desk"}))
	if len(articles) != 2 || articles[0].Source != "Harbour Wire" || articles[1].Source != "Desk" {
		t.Errorf("got %+v", articles)
	}
}
