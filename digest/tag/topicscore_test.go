package tag

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// ownScorer is a scorer with a topic of an operator's.
func ownScorer(t *testing.T, own ...Definition) *topicScorer {
	t.Helper()
	s, err := newTopicScorer(own)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func weightIn(s *topicScorer, slug, title, body string) float64 {
	return digest.WeightOf(s.score(text.Analyse(title, body, "en")), slug)
}

var chess = Definition{Slug: "chess", Strong: []string{"chess", "grandmaster*"}, Weak: []string{"rook", "bishop", "gambit"}, Exclude: []string{"chess board"}}

func TestWhereATermStandsMatters(t *testing.T) {
	t.Parallel()
	s := ownScorer(t, chess)
	filler := strings.Repeat("The people of the old town talked for a long time about the weather and the road. ", 12)
	title := weightIn(s, "chess", "A day of chess", filler)
	lead := weightIn(s, "chess", "A day in town", "Chess was played in the square. "+filler)
	body := weightIn(s, "chess", "A day in town", filler+"\n\nChess was played in the square. "+filler)
	if !(title > lead && lead > body) {
		t.Errorf("title %.2f, lead %.2f, body %.2f: want them falling", title, lead, body)
	}
	if body >= digest.FirmWeight {
		t.Errorf("one word deep in the body weighs %.2f", body)
	}
}

func TestHeadlineAlone(t *testing.T) {
	t.Parallel()
	s := ownScorer(t, chess)
	for title, want := range map[string]bool{
		"Grandmaster, 14, beats champion": true,
		"Rook to the north tower":         false,
		"Bishop and rook: a new gambit":   true,
		"Old chess board found in attic":  false,
		"Nothing of the kind":             false,
	} {
		if got := weightIn(s, "chess", title, "") >= digest.FirmWeight; got != want {
			t.Errorf("%q is about chess: %v", title, got)
		}
	}
}

// TestTopicsShareAnArticle: a topic that is a small part of an article is weak
// beside the one that fills it.
func TestTopicsShareAnArticle(t *testing.T) {
	t.Parallel()
	s := testScorer(t)
	body := "The central bank raised its key interest rate by half a point. Two members had wanted a larger rate hike.\n\n" +
		"Inflation has fallen, the governor said, but monetary policy must stay tight. Lending rates will follow. " +
		"She spoke beside the harbour, where a ship was being loaded."
	tags := s.score(text.Analyse("Central bank raises interest rates", body, "en"))
	if tags[0].Slug != "monetary-policy" || !tags[0].Firm() {
		t.Errorf("strongest is %v", tags[0])
	}
	if w := digest.WeightOf(tags, "shipping"); w >= 0.2 {
		t.Errorf("shipping has weight %.2f", w)
	}
}

func TestLongerTermsCountOnce(t *testing.T) {
	t.Parallel()
	s := ownScorer(t, Definition{Slug: "chess", Strong: []string{"chess", "chess club", "club night"}})
	e, ok := s.explain("chess", text.Analyse("The chess club night", "", "en"))
	if !ok || len(e.Terms) != 1 || e.Terms[0].Term != "chess club" {
		t.Errorf("got %+v, want the longest term that begins first, alone", e.Terms)
	}
}

func TestHeavierOfTwoEqualTerms(t *testing.T) {
	t.Parallel()
	s := ownScorer(t, Definition{Slug: "chess", Weak: []string{"=chess"}, Strong: []string{"=Chess^2"}})
	e, _ := s.explain("chess", text.Analyse("Days of Chess", "", "en"))
	if len(e.Terms) != 1 || e.Terms[0].Weight != 2 {
		t.Errorf("got %+v", e.Terms)
	}
}

func TestOwnTopicReplacesBuiltin(t *testing.T) {
	t.Parallel()
	s := ownScorer(t, Definition{Slug: "sport", Title: map[string]string{"en": "Games"}, Strong: []string{"tiddlywinks"}})
	if n := len(s.defs); n != len(builtinSlugs) {
		t.Errorf("%d topics, want %d", n, len(builtinSlugs))
	}
	if w := weightIn(s, "sport", "World Cup final ends in penalties", ""); w != 0 {
		t.Errorf("the built-in words still count: %.2f", w)
	}
	if w := weightIn(s, "sport", "Tiddlywinks returns", ""); w < digest.FirmWeight {
		t.Errorf("the new words do not count: %.2f", w)
	}
	if w := weightIn(testScorer(t), "sport", "World Cup final ends in penalties", ""); w < digest.FirmWeight {
		t.Errorf("the built-in scorer was changed: %.2f", w)
	}
}

func TestOwnTopicFaults(t *testing.T) {
	t.Parallel()
	many := make([]string, maxTerms+1)
	for i := range many {
		many[i] = fmt.Sprint("word", i)
	}
	strong := []string{"chess"}
	for want, own := range map[string][]Definition{
		"a topic has no slug": {{Strong: strong}},
		"topic Chess Club: a slug is at most 40 lower-case letters, digits and hyphens between them":                       {{Slug: "Chess Club", Strong: strong}},
		"topic chess-: a slug is at most 40 lower-case letters, digits and hyphens between them":                           {{Slug: "chess-", Strong: strong}},
		"topic kr: two letters would be taken for a country":                                                               {{Slug: "kr", Strong: strong}},
		"topic chess: it has no strong or weak terms, so nothing would match":                                              {{Slug: "chess", Exclude: strong}},
		`topic chess: the title in "en" is empty, or too long for one line`:                                                {{Slug: "chess", Strong: strong, Title: map[string]string{"en": ""}}},
		`topic chess: "Korea" is not a country of two capital letters, such as KR`:                                         {{Slug: "chess", Strong: strong, Countries: []string{"Korea"}}},
		`topic chess: the alias "fide=Switzerland" names a country that is not two capital letters, such as KR`:            {{Slug: "chess", Strong: strong, Aliases: []string{"fide=Switzerland"}}},
		`topic chess: the term "che*ss" has a * that does not end a word`:                                                  {{Slug: "chess", Strong: []string{"che*ss"}}},
		`topic chess: the term "board^2" has a weight, which excluding terms have not`:                                     {{Slug: "chess", Strong: strong, Exclude: []string{"board^2"}}},
		"topic chess: it is defined twice":                                                                                 {{Slug: "chess", Strong: strong}, {Slug: "chess", Strong: strong}},
		"topic chess: it has more than 5000 terms":                                                                         {{Slug: "chess", Strong: many}},
		"topic " + strings.Repeat("x", 59) + "…: a slug is at most 40 lower-case letters, digits and hyphens between them": {{Slug: strings.Repeat("x", 90), Strong: strong}},
	} {
		_, err := newTopicScorer(own)
		if err == nil || err.Error() != want || digest.CodeOf(err) != digest.Invalid {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

func TestScoreIsRepeatable(t *testing.T) {
	t.Parallel()
	s := testScorer(t)
	cases := readTopicCases(t)
	first := make([]string, len(cases))
	for i, c := range cases {
		first[i] = fmt.Sprint(s.score(text.Analyse(c.title, c.body, "")))
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i, c := range cases {
				if got := fmt.Sprint(s.score(text.Analyse(c.title, c.body, ""))); got != first[i] {
					t.Errorf("%s: got %s, first %s", c.name, got, first[i])
				}
			}
		})
	}
	wg.Wait()
}

func TestScoreOfNothing(t *testing.T) {
	t.Parallel()
	s := testScorer(t)
	for _, title := range []string{"", " ", "…", "12", "\n"} {
		if tags := s.score(text.Analyse(title, "", "")); len(tags) > 0 {
			t.Errorf("%q has topics %v", title, tags)
		}
	}
	if tags := s.score(text.Analyse("", "The central bank raised interest rates. More will follow.", "en")); len(tags) == 0 || tags[0].Slug != "monetary-policy" {
		t.Errorf("a body without a title has topics %v", tags)
	}
}

// FuzzScore: any text has topics whose weights are probabilities, strongest
// first, each once and with a cause.
func FuzzScore(f *testing.F) {
	f.Add("Fed raises rates", "The dollar rose. Stocks fell.")
	f.Add("日銀、利上げ", "円相場は\n\nA.B.C. ***")
	f.Add("", "\xff\xfe وقف إطلاق النار")
	s := testScorer(f)
	f.Fuzz(func(t *testing.T, title, body string) {
		tags := s.score(text.Analyse(title, body, ""))
		seen := map[string]bool{}
		for i, tag := range tags {
			if tag.Weight < digest.WeakWeight || tag.Weight > 1 || len(tag.Why) == 0 || len(tag.Why) > maxWhy || seen[tag.Slug] {
				t.Fatalf("%q %q: tag %+v", title, body, tag)
			}
			if i > 0 && tags[i-1].Weight < tag.Weight {
				t.Fatalf("%q %q: %v are not sorted", title, body, tags)
			}
			seen[tag.Slug] = true
		}
	})
}

func TestFactorsNameTerms(t *testing.T) {
	t.Parallel()
	factors, err := readFactors()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range builtins(t) {
		var terms []string
		for _, spec := range slices.Concat(d.Strong, d.Weak) {
			term, _ := parseTerm(spec, strongTerm)
			terms = append(terms, term.text)
		}
		for term, f := range factors[d.Slug] {
			if !slices.Contains(terms, term) {
				t.Errorf("%s: there is no term %q for the factor %v", d.Slug, term, f)
			}
			if f < 0.5 || f > 2 {
				t.Errorf("%s: the factor %v of %q is out of bounds", d.Slug, f, term)
			}
		}
	}
	for slug := range factors {
		if !slices.Contains(builtinSlugs[:], slug) {
			t.Errorf("factors of %s, which is no topic", slug)
		}
	}
	for slug := range topicBias {
		if !slices.Contains(builtinSlugs[:], slug) {
			t.Errorf("a bias of %s, which is no topic", slug)
		}
	}
}

func TestParseFactorFaults(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"trade", "trade:", "Trade: x 1", "trade: x", "trade: x y", "trade: x 0", "trade: x -1", "trade: x NaN", "trade: x 99"} {
		if f, err := parseFactors(data); err == nil {
			t.Errorf("%q was read as %v", data, f)
		}
	}
}
