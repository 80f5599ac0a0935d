package tag

import (
	"fmt"
	"slices"
	"testing"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

func testTagger(t testing.TB, own ...Definition) *Tagger {
	t.Helper()
	s, err := newTopicScorer(own)
	if err != nil {
		t.Fatal(err)
	}
	return &Tagger{topics: s}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	tagger := testTagger(t, chess)
	doc := text.Analyse("Chess returns to the park", "The old chess boards are back. Chess clubs met; chess was played. A rook was missing.", "en")
	e, err := tagger.Explain("chess", doc)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"title: “Chess” (chess, 1.0)",
		"lead: “Chess” (chess, 1.0, 2 times)",
		"body: “rook” (rook, 0.4)",
		"lead: “chess boards” (chess board, excluded)",
	}
	if got := e.Lines(); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	tags := tagger.topics.score(doc)
	if w := digest.WeightOf(tags, "chess"); w != e.Weight || w < digest.FirmWeight {
		t.Errorf("explained as %.3f, tagged as %.3f", e.Weight, w)
	}
	if again, _ := tagger.Explain("chess", doc); again.Weight != e.Weight || len(again.Terms) != len(e.Terms) {
		t.Errorf("the second explanation differs: %+v", again)
	}
}

func TestExplainFaults(t *testing.T) {
	t.Parallel()
	tagger := testTagger(t)
	doc := text.Analyse("Nothing of the kind", "", "en")
	if e, err := tagger.Explain("space", doc); err != nil || e.Weight != 0 || len(e.Lines()) != 0 {
		t.Errorf("a topic that does not match: %+v %v", e, err)
	}
	if _, err := tagger.Explain("chess", doc); digest.CodeOf(err) != digest.NotFound || digest.HintOf(err) == "" {
		t.Errorf("a topic that does not exist: %v", err)
	}
}

func TestTopicTitle(t *testing.T) {
	t.Parallel()
	tagger := testTagger(t, Definition{Slug: "chess", Strong: []string{"chess"}}, Definition{Slug: "go-game", Title: map[string]string{"ko": "바둑"}, Strong: []string{"바둑"}})
	for _, c := range [][3]string{
		{"trade", "ko", "무역"}, {"trade", "de-AT", "Handel"}, {"trade", "zh-Hant", "贸易"}, {"trade", "fi", "Trade"}, {"trade", "", "Trade"},
		{"chess", "en", "chess"}, {"go-game", "ko", "바둑"}, {"go-game", "en", "go-game"}, {"unknown", "en", "unknown"},
	} {
		if got := tagger.TopicTitle(c[0], c[1]); got != c[2] {
			t.Errorf("title of %s in %s: got %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func TestTopicsAreListed(t *testing.T) {
	t.Parallel()
	topics := testTagger(t, chess).Topics()
	if n := len(topics); n != len(builtinSlugs)+1 || topics[0].Slug != "trade" || topics[n-1].Slug != "chess" {
		t.Errorf("%d topics, first %s, last %s", n, topics[0].Slug, topics[n-1].Slug)
	}
}

func ExampleTagger_Explain() {
	tagger, err := New(Options{Topics: []Definition{{
		Slug:    "chips",
		Strong:  []string{"semiconductor*", "chip maker*"},
		Weak:    []string{"wafer*", "fab"},
		Exclude: []string{"potato chip*"},
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := tagger.Explain("chips", text.Analyse("Chip makers plan three new fabs", "", "en"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f\n", e.Weight)
	for _, line := range e.Lines() {
		fmt.Println(line)
	}
	// Output:
	// 0.89
	// title: “Chip makers” (chip maker*, 1.0)
	// title: “fabs” (fab, 0.4)
}
