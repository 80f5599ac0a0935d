package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBCubed(t *testing.T) {
	t.Parallel()
	rows := []storyRow{{Story: "a"}, {Story: "a"}, {Story: "a"}, {Story: "b"}}
	all := []int{0, 1, 2, 3}
	// One of a is with b: precision (1+1+1/2+1/2)/4, recall (2/3+2/3+1/3+1)/4.
	got := bcubed(rows, []int64{1, 1, 2, 2}, all)
	if !near(got.P, .75) || !near(got.R, 2./3) || !near(got.F1, 2*.75*(2./3)/(.75+2./3)) {
		t.Errorf("got %+v", got)
	}
	if got := bcubed(rows, []int64{1, 1, 1, 4}, all); !near(got.F1, 1) {
		t.Errorf("all right: %+v", got)
	}
	if got := bcubed(rows, []int64{1, 2, 3, 4}, all); !near(got.P, 1) || !near(got.R, .5) {
		t.Errorf("all apart: %+v", got)
	}
	if got := bcubed(nil, nil, nil); got != (prf{}) {
		t.Errorf("of nothing: %+v", got)
	}
}

func TestDuplicatesAreLeftOut(t *testing.T) {
	t.Parallel()
	rows := []storyRow{{Title: "One  more", Body: "x"}, {Title: "one more", Body: "X"}, {Title: "one more"}}
	if got := withoutDuplicates(rows); len(got) != 2 || got[0] != 0 || got[1] != 2 {
		t.Errorf("got %v", got)
	}
}

// stories writes rows to a file, scores them, and returns what was printed.
func stories(t *testing.T, c StoriesCmd, rows string) string {
	t.Helper()
	c.File = filepath.Join(t.TempDir(), "stories.jsonl")
	if err := os.WriteFile(c.File, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := c.Run(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

const ferries = `{"id":"1","title":"Ferry Aurelia sinks off Tamborin island, dozens missing","published":"2026-11-24T08:00:00Z","story":"ferry"}
{"id":"2","title":"Parliament passes budget after all-night sitting","published":"2026-11-24","story":"budget"}
{"id":"3","title":"Dozens missing after ferry Aurelia sinks near Tamborin","published":"2026-11-24T09:00:00Z","story":"ferry"}
`

func TestStoriesGoTheWholeWay(t *testing.T) {
	t.Parallel()
	var got struct {
		B3       prf     `json:"b3"`
		Distinct prf     `json:"b3_without_duplicates"`
		Rate     float64 `json:"articles_per_s"`
		Found    int     `json:"found"`
	}
	if err := json.Unmarshal([]byte(stories(t, StoriesCmd{JSON: true}, ferries)), &got); err != nil {
		t.Fatal(err)
	}
	if !near(got.B3.F1, 1) || !near(got.Distinct.F1, 1) || got.Rate <= 0 || got.Found != 2 {
		t.Errorf("got %+v", got)
	}
}

// Labelled files have rows without a title, without a time, and with days that
// do not exist.
func TestStoriesOfIncompleteRows(t *testing.T) {
	t.Parallel()
	rows := strings.ReplaceAll(ferries, `"2026-11-24"`, `"2026-14-40"`) +
		`{"id":"4","title":"","body":"","published":null,"story":"none"}
{"id":"5","title":"","body":"Ferry Aurelia sank off Tamborin island and dozens are missing, the coastguard said.","published":null,"story":"ferry"}
`
	if got := stories(t, StoriesCmd{Errors: 3}, rows); !strings.Contains(got, "5 articles, 3 stories labelled") {
		t.Errorf("got %s", got)
	}
}
