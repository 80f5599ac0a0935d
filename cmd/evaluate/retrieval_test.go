package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestFiguresOfARanking(t *testing.T) {
	t.Parallel()
	got, relevant := strings.Fields("a x b y"), strings.Fields("a b c")
	ideal := 1 + 1/math.Log2(3) + 1/math.Log2(4)
	if n := ndcg(got, relevant, 10); !near(n, (1+1/math.Log2(4))/ideal) {
		t.Errorf("nDCG %v", n)
	}
	if n := ndcg(got, relevant, 1); !near(n, 1) {
		t.Errorf("nDCG@1 %v", n)
	}
	if p := precision(got, relevant, 10); !near(p, .2) {
		t.Errorf("P@10 %v", p)
	}
	if r := reciprocalRank(got[1:], relevant); !near(r, .5) {
		t.Errorf("reciprocal rank %v", r)
	}
	if ndcg(nil, relevant, 10) != 0 || ndcg(got, nil, 10) != 0 || reciprocalRank(got, nil) != 0 {
		t.Error("nothing found, or nothing to find, has a figure")
	}
}

func TestRetrievalGoesTheWholeWay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	articles, queries := filepath.Join(dir, "articles.jsonl"), filepath.Join(dir, "queries.jsonl")
	write := func(path, data string) {
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(articles, `{"id":"one","title":"Seoul raises duties on Chinese steel","body":"South Korea put a duty on imports."}
{"id":"two","title":"A quiet day in Oslo","body":"Nothing happened in Norway."}
{"id":"three","title":"A quiet day in Oslo","body":"Nothing at all happened in Norway."}
`)
	write(queries, `{"query":"country:NO","relevant":["two","three"]}
{"query":"country:KR steel","relevant":["one"]}
`)
	var out bytes.Buffer
	if err := (&RetrievalCmd{Articles: articles, Queries: queries, JSON: true}).Run(&out); err != nil {
		t.Fatal(err)
	}
	var r retrievalReport
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || r.Queries != 2 || !near(r.NDCG10, 1) || !near(r.MRR, 1) || !near(r.P10, .15) {
		t.Errorf("%s (%v)", out.String(), err)
	}
	out.Reset()
	if err := (&RetrievalCmd{Articles: articles, Queries: queries, Errors: 1}).Run(&out); err != nil || !strings.Contains(out.String(), "+ ") {
		t.Errorf("%s (%v)", out.String(), err)
	}
	for _, cmd := range []RetrievalCmd{{Articles: filepath.Join(dir, "none"), Queries: queries}, {Articles: articles, Queries: os.DevNull}, {Articles: os.DevNull, Queries: queries}} {
		if err := cmd.Run(&out); err == nil {
			t.Errorf("%+v gives no error", cmd)
		}
	}
}
