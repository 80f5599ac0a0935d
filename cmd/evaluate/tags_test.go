package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const tagRows = `{"id":"1","title":"Seoul and Tokyo sign trade pact","body":"South Korea and Japan signed a trade pact that cuts import tariffs.","countries":["KR","JP"],"topics":["trade"],"complete":"topics"}
{"id":"2","title":"Macron visits steel plant","body":"","countries":["FR","US"],"topics":["metals"],"complete":"countries"}

{"id":"3","title":"Quiet day","body":"Nothing happened.","countries":[],"topics":["business"],"complete":"topics"}
`

func writeRows(t *testing.T, rows string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.jsonl")
	if err := os.WriteFile(path, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTagsReport(t *testing.T) {
	var out bytes.Buffer
	if err := (&TagsCmd{File: writeRows(t, tagRows), JSON: true, Apart: []string{"business"}}).Run(&out); err != nil {
		t.Fatal(err)
	}
	var report struct {
		Countries struct {
			P, R, F1 float64
			Macro    float64 `json:"macro_f1"`
			Without  float64 `json:"f1_without_us"`
		}
		Topics struct {
			F1      float64
			ByTopic map[string]prf `json:"by_topic"`
		}
		PerSecond float64 `json:"articles_per_s"`
		PeakMB    float64 `json:"peak_mb"`
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	c := report.Countries
	if c.P != 1 || c.R != 0.75 || c.Without != 1 || c.Macro != 0.75 {
		t.Errorf("countries %+v, want precision 1, recall 3 of 4, all right without the US", c)
	}
	if _, ok := report.Topics.ByTopic["business"]; !ok || report.PerSecond <= 0 || report.PeakMB <= 0 {
		t.Errorf("report %s", out.String())
	}
	if _, ok := report.Topics.ByTopic["metals"]; ok {
		t.Error("topics of a row that is complete for countries alone were scored")
	}
}

func TestTagsTableAndErrors(t *testing.T) {
	var out bytes.Buffer
	if err := (&TagsCmd{File: writeRows(t, tagRows), Errors: 1}).Run(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"3 articles", "micro F1", "countries", "wrong", "Macron visits steel plant", "missed [US]"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestTagsMentions(t *testing.T) {
	rows := `{"title":"Festival","body":"A film from Brazil was shown in Venice.","mentioned":["Brazil","Italy","Atlantis"]}`
	var out bytes.Buffer
	if err := (&TagsCmd{File: writeRows(t, rows), JSON: true}).Run(&out); err != nil {
		t.Fatal(err)
	}
	var report tagReport
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	if c := report.Countries; c.P != 1 || math.Abs(c.R-2.0/3) > 1e-9 {
		t.Errorf("mentions %+v, want both places found and the unknown name missed", c.prf)
	}
}

func TestTagsRefusesBadFiles(t *testing.T) {
	for name, rows := range map[string]string{"empty": "\n", "not JSON": "{\"title\":\"a\"}\nnope\n", "wrong shape": `{"title":3}`} {
		if err := (&TagsCmd{File: writeRows(t, rows)}).Run(&bytes.Buffer{}); err == nil {
			t.Errorf("%s: no error", name)
		} else if name == "not JSON" && !strings.Contains(err.Error(), ":2:") {
			t.Errorf("the error does not name the line: %v", err)
		}
	}
	if err := (&TagsCmd{File: "does-not-exist.jsonl"}).Run(&bytes.Buffer{}); err == nil {
		t.Error("a missing file gave no error")
	}
}

func TestTagsSkipAndLimit(t *testing.T) {
	var out bytes.Buffer
	if err := (&TagsCmd{File: writeRows(t, tagRows), Skip: 1, Limit: 1}).Run(&out); err != nil || !strings.Contains(out.String(), " 1 articles") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if err := (&TagsCmd{File: writeRows(t, tagRows), Skip: 9}).Run(&out); err == nil {
		t.Error("skipping all rows gave no error")
	}
}

func TestLabelScore(t *testing.T) {
	var s labelScore
	s.add([]string{"A", "B", "B"}, []string{"A", "C"})
	s.add([]string{"C"}, []string{"C"})
	if s.all != (counts{right: 2, wrong: 1, missed: 1}) {
		t.Errorf("counts %+v", s.all)
	}
	if got, want := s.macroF1(), (1+2.0/3)/2; math.Abs(got-want) > 1e-9 {
		t.Errorf("macro F1 %.4f, want %.4f: B was never given and does not count", got, want)
	}
	if (counts{}).prf() != (prf{}) {
		t.Error("no counts give no figures")
	}
}

// TestTrainRepeats fits on a few rows: the same rows give the same weights,
// and what tells right from wrong gets the weight.
func TestTrainRepeats(t *testing.T) {
	var rows strings.Builder
	for range 20 {
		rows.WriteString(`{"title":"Kenya votes","body":"Kenya votes today. A visitor from Peru watched.","countries":["KE"]}` + "\n")
		rows.WriteString(`{"title":"Peru votes","body":"Peru votes today. A visitor from Kenya watched.","countries":["PE"]}` + "\n")
	}
	path := writeRows(t, rows.String())
	run := func() string {
		var out bytes.Buffer
		if err := (&TrainCountriesCmd{File: path, Learn: 0.5, Ridge: 1}).Run(&out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	first := run()
	if first != run() {
		t.Error("two runs gave different weights")
	}
	if !strings.Contains(first, "F1 1.000 on") || !strings.Contains(first, "var bodyWeights") || !strings.Contains(first, "// title-name") {
		t.Errorf("output\n%s", first)
	}
}

func TestSolve(t *testing.T) {
	x := solve([][]float64{{4, 1}, {1, 3}}, []float64{1, 2})
	if math.Abs(x[0]-1.0/11) > 1e-9 || math.Abs(x[1]-7.0/11) > 1e-9 {
		t.Errorf("solution %v", x)
	}
}

func TestReadRowsStopsEarly(t *testing.T) {
	n := 0
	for row, err := range readRows[tagRow](writeRows(t, tagRows)) {
		if err != nil || row.Title == "" {
			t.Fatal(row, err)
		}
		n++
		if n == 2 {
			break
		}
	}
	rows, err := allRows[tagRow](writeRows(t, tagRows))
	if n != 2 || err != nil || len(rows) != 3 || !slices.Equal(*rows[0].Countries, []string{"KR", "JP"}) {
		t.Errorf("%d, %v, %d rows", n, err, len(rows))
	}
}

func FuzzReadRows(f *testing.F) {
	f.Add(tagRows)
	f.Add("{\"title\":1}\n\n{}")
	f.Add("\xff\n{")
	f.Fuzz(func(t *testing.T, s string) {
		n := 0
		for _, err := range readRows[tagRow](writeRows(t, s)) {
			if n++; err != nil && n > strings.Count(s, "\n")+1 {
				t.Fatalf("%d rows in %q", n, s)
			}
		}
	})
}
