package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/query"
	"github.com/daybrief/daybrief/digest/tag"
)

func scorer(t *testing.T) *requestScorer {
	t.Helper()
	tagger, err := tag.New(tag.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &requestScorer{reader: query.New(query.Options{Names: tagger.Names()}), now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
}

func row(t *testing.T, line string) requestRow {
	t.Helper()
	var r requestRow
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return r
}

func TestOneWrongKeyIsNotWhole(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	for line, want := range map[string]bool{
		`{"request":"korea","countries":["KR"],"topics":[],"terms":[]}`:                                                                 true,
		`{"request":"korea","countries":["kr"]}`:                                                                                        true,
		`{"request":"korea","countries":["KP"],"topics":[],"terms":[]}`:                                                                 false,
		`{"request":"korea","countries":["KR"],"topics":["x"],"terms":[]}`:                                                              false,
		`{"request":"korea Hyundai","countries":["KR"],"topics":[],"terms":["Hyundai"]}`:                                                true,
		`{"request":"korea","countries":["KR"],"topics":[],"terms":["hyundai"]}`:                                                        false,
		`{"request":"korea","countries":["KP"],"also":[{"countries":["JP"]},{"countries":["KR"]}]}`:                                     true,
		`{"request":"korea","countries":["KP"],"also":{"countries":["KR"]}}`:                                                            true,
		`{"request":"korea since 7d","countries":["KR"],"since":168}`:                                                                   true,
		`{"request":"korea since 7d","countries":["KR"],"since":"7d"}`:                                                                  true,
		`{"request":"korea since 7d","countries":["KR"],"since":"2026-11-17"}`:                                                          true,
		`{"request":"korea since 7d","countries":["KR"],"since":72}`:                                                                    false,
		`{"request":"korea since 7d","countries":["KR"]}`:                                                                               false,
		`{"request":"korea","countries":["KR"],"since":168}`:                                                                            false,
		`{"request":"korea last 6 hours","countries":["KR"],"since":12}`:                                                                false,
		`{"request":"yesterday in korea","countries":["KR"],"since":48}`:                                                                true,
		`{"request":"asean","countries":[],"region":"asean"}`:                                                                           true,
		`{"request":"asean","countries":[],"region":"eu"}`:                                                                              false,
		`{"request":"korea -japan","countries":["KR"],"exclude":{"countries":["JP"]}}`:                                                  true,
		`{"request":"korea -japan","countries":["KR"],"exclude":["JP"]}`:                                                                true,
		`{"request":"korea -japan","countries":["KR"]}`:                                                                                 false,
		`{"request":"korea from reuters","countries":["KR"],"source":"reuters"}`:                                                        true,
		`{"request":"korea from reuters","countries":["KR"],"source":"afp"}`:                                                            false,
		`{"request":"jpaan","countries":["JP"],"corrected":"japan"}`:                                                                    true,
		`{"request":"jpaan","countries":["JP"],"corrected":["japan"]}`:                                                                  true,
		`{"request":"jpaan","countries":["JP"],"corrected":"china"}`:                                                                    false,
		`{"request":"?","countries":[]}`:                                                                                                false,
		`{"request":"korea -japan since 7d","countries":["KP"],"exclude":["JP"],"since":168,"also":[{"countries":["KR"],"topics":[]}]}`: true,
	} {
		s.whole = 0
		s.score(row(t, line))
		if got := s.whole == 1; got != want {
			t.Errorf("%s: whole %v, want %v", line, got, want)
		}
	}
}

// TestDevelopmentRequests keeps what is understood of the requests that the
// reader is developed against.
func TestDevelopmentRequests(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "digest", "query", "testdata", "requests.jsonl")
	var out bytes.Buffer
	if err := (&RequestsCmd{File: file, JSON: true, Now: "2026-11-24T12:00:00Z"}).Run(&out); err != nil {
		t.Fatal(err)
	}
	var r requestReport
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if r.N < 300 || r.Whole < .97 {
		t.Errorf("%.3f of %d requests are understood wholly; want .97 of at least 300", r.Whole, r.N)
	}
}

func TestRequestsCannotBeScored(t *testing.T) {
	t.Parallel()
	bad := filepath.Join(t.TempDir(), "bad.jsonl")
	if err := os.WriteFile(bad, []byte(`{"request":"x","since":"whenever"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, cmd := range []RequestsCmd{{File: bad, Now: "2026-11-24T12:00:00Z"}, {File: os.DevNull, Now: "2026-11-24T12:00:00Z"}, {File: bad, Now: "noon"}} {
		if err := cmd.Run(new(bytes.Buffer)); err == nil {
			t.Errorf("%+v gives no error", cmd)
		}
	}
}

func TestCasesAreShown(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := &requestScorer{cases: []requestCase{{row: row(t, `{"request":"x","countries":["KR"]}`), got: digest.Query{Terms: []string{"x"}}, wrong: []string{"countries"}}}, n: 1}
	if err := s.print(&out, &RequestsCmd{File: "f", Errors: 5}); err != nil || !bytes.Contains(out.Bytes(), []byte("wrong: countries")) {
		t.Errorf("%s (%v)", out.String(), err)
	}
}
