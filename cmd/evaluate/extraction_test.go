package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pagesDir is a folder of one page with a frame around its text.
func pagesDir(t *testing.T) (dir, body string) {
	t.Helper()
	dir = t.TempDir()
	paragraph := "The port of Busan reopened on Monday after a week of storms, and ships that had waited outside came in one by one. "
	body = strings.Repeat(paragraph, 2) + "\n\n" + strings.Repeat("Officials said that the damage to its cranes was small and would be mended within days. ", 3)
	page := "<html><head><title>Busan reopens</title></head><body><nav><a href=/>Home</a> <a href=/a>About this site</a></nav><article><h1>Busan reopens</h1><p>" +
		strings.ReplaceAll(body, "\n\n", "</p><p>") + "</p></article><footer>All rights reserved by the paper</footer></body></html>"
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write([]byte(page)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	truth, err := json.Marshal(map[string]pageText{"one": {Body: body, URL: "https://paper.example/busan"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"ground-truth.json": truth, "html/one.html.gz": z.Bytes(),
		"output/half.json": []byte(`{"version":"1","output":{"one":{"articleBody":"The port of Busan reopened on Monday"}}}`),
		"output/none.json": []byte(`{"one":{"articleBody":""}}`)} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir, body
}

func TestExtractionIsScoredBesideItsPeers(t *testing.T) {
	t.Parallel()
	dir, _ := pagesDir(t)
	var out bytes.Buffer
	if err := (&ExtractionCmd{Dir: dir, JSON: true, Peers: true}).Run(&out); err != nil {
		t.Fatal(err)
	}
	var got extractionReport
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	half, none := got.Peers["half"], got.Peers["none"]
	if got.F1 != 1 || got.Exact != 1 || got.Pages != 1 || half.P != 1 || half.R <= 0 || half.R > 0.2 || none != (prf{}) {
		t.Errorf("scored %+v", got)
	}
	out.Reset()
	if err := (&ExtractionCmd{Dir: dir, Peers: true, Errors: 1}).Run(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 pages", "daybrief      1.000   1.000  1.000", "https://paper.example/busan", "half"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

func TestExtractionNeedsItsPages(t *testing.T) {
	t.Parallel()
	dir, _ := pagesDir(t)
	if err := os.Remove(filepath.Join(dir, "html", "one.html.gz")); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{dir, t.TempDir()} {
		if err := (&ExtractionCmd{Dir: d}).Run(&bytes.Buffer{}); err == nil {
			t.Errorf("%s was scored", d)
		}
	}
}

func TestRunsOfFourWordsAreCompared(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want, got string
		counts    counts
	}{
		{"one two three four five", "one two three four five", counts{right: 2}},
		{"one two three four five", "One two three four five", counts{right: 1, wrong: 1, missed: 1}},
		{"one two three four", "one two three four five six", counts{right: 1, wrong: 2}},
		{"one, two; three-four", "one two three four", counts{right: 1}},
		{"one two", "one two", counts{right: 1}},
		{"one two", "", counts{missed: 1}},
		{"", "one", counts{wrong: 1}},
		{"", "", counts{}},
		{"a b c d a b c d", "a b c d", counts{right: 1, missed: 4}},
		{"서울에서 열린 회의가 오늘 끝났다", "서울에서 열린 회의가 오늘 끝났다", counts{right: 2}},
	} {
		if got := compareRuns(runs(wordsOf(c.want)), runs(wordsOf(c.got))); got != c.counts {
			t.Errorf("%q for %q: %+v, want %+v", c.got, c.want, got, c.counts)
		}
	}
}

// TestMeansAreOverPages: a long page weighs as much as a short one, and a page
// in which nothing was found takes from recall alone.
func TestMeansAreOverPages(t *testing.T) {
	t.Parallel()
	s := textScore{{counts: counts{right: 1000}}, {counts: counts{right: 1, wrong: 1}}, {counts: counts{missed: 7}}, {}}
	if got := s.prf(); got.P != 0.75 || got.R != 2.0/3 {
		t.Errorf("got %+v", got)
	}
}
