package brief

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
)

func candidate(id, story int64, source string, hours float64, weights ...float64) digest.Candidate {
	c := digest.Candidate{ArticleID: id, StoryID: story, Source: source, Time: digesttest.Now().Add(-time.Duration(hours * float64(time.Hour)))}
	if len(weights) > 0 {
		c.Countries = weights[:1]
	}
	if len(weights) > 1 {
		c.Topics = weights[1:2]
	}
	if len(weights) > 2 {
		c.Terms = weights[2:]
	}
	return c
}

func idsOf(ranked []Ranked) []int64 {
	var out []int64
	for _, r := range ranked {
		out = append(out, r.StoryID)
	}
	return out
}

func TestRankOrder(t *testing.T) {
	t.Parallel()
	now := Ranking{Now: digesttest.Now(), Floor: true}
	for name, c := range map[string]struct {
		how  Ranking
		in   []digest.Candidate
		want []int64
	}{
		"closer first": {now, []digest.Candidate{candidate(1, 1, "A", 1, .5, .5), candidate(2, 2, "A", 1, .9, .9)}, []int64{2, 1}},
		"newer first":  {now, []digest.Candidate{candidate(1, 1, "A", 90, .9, .9), candidate(2, 2, "A", 1, .9, .9)}, []int64{2, 1}},
		"better sourced first": {now, []digest.Candidate{candidate(1, 1, "A", 1, .9, .9), candidate(2, 2, "A", 1, .9, .9), candidate(3, 2, "B", 1, .9, .9),
			candidate(4, 1, "A", 1, .9, .9)}, []int64{2, 1}},
		"sources as told":     {Ranking{Sources: map[int64]int{1: 9}}, []digest.Candidate{candidate(1, 1, "A", 1, .9), candidate(2, 2, "A", 1, .95)}, []int64{1, 2}},
		"without a story":     {now, []digest.Candidate{candidate(7, 0, "A", 1, .9), candidate(8, 0, "A", 2, .9)}, []int64{-7, -8}},
		"a weak facet":        {now, []digest.Candidate{candidate(1, 1, "A", 1, .9, .1), candidate(2, 2, "A", 1, .3, .9)}, []int64{2}},
		"weak all over":       {now, []digest.Candidate{candidate(1, 1, "A", 1, .3, .3)}, nil},
		"a missing word":      {now, []digest.Candidate{candidate(1, 1, "A", 1, .9, .9, 0)}, nil},
		"one word of three":   {now, []digest.Candidate{candidate(1, 1, "A", 1, .9, .9, 0, 2, 2), candidate(2, 2, "A", 1, .9, .9, 0, 0, 2)}, []int64{1}},
		"without a floor":     {Ranking{}, []digest.Candidate{candidate(1, 1, "A", 1, .9, 0), candidate(2, 2, "A", 1, .1, .1)}, []int64{2, 1}},
		"the region's member": {Ranking{Region: true, Floor: true}, []digest.Candidate{{ArticleID: 1, StoryID: 1, Member: .1}, {ArticleID: 2, StoryID: 2, Member: .8}}, []int64{2}},
		"nothing asked":       {now, []digest.Candidate{candidate(1, 1, "A", 5), candidate(2, 2, "A", 1)}, []int64{2, 1}},
		"equal ones by id":    {Ranking{}, []digest.Candidate{candidate(1, 1, "A", 1, .5), candidate(2, 2, "A", 1, .5)}, []int64{2, 1}},
		"none":                {now, nil, nil},
	} {
		if got := idsOf(Rank(c.in, c.how)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestRankDoesNotDependOnTheOrderOfItsInput(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var in []digest.Candidate
	for i := range int64(300) {
		in = append(in, candidate(i+1, r.Int64N(80), string(rune('A'+r.IntN(9))), r.Float64()*200, r.Float64(), r.Float64(), r.Float64()*5))
	}
	how := Ranking{Now: digesttest.Now(), Floor: true}
	want := Rank(in, how)
	for range 20 {
		r.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
		if got := Rank(in, how); !reflect.DeepEqual(got, want) {
			t.Fatal("the order of the candidates changes the ranking")
		}
	}
}

func TestScoresStayWithinBounds(t *testing.T) {
	t.Parallel()
	for _, r := range Rank([]digest.Candidate{candidate(1, 1, "", -5, 1, 1, 99), candidate(2, 2, "", 1e6, 0, 0, 0)}, Ranking{Now: digesttest.Now()}) {
		if r.Match < 0 || r.Match > 1 || r.Score < 0 || r.Score > 1 {
			t.Errorf("story %d: match %v, score %v", r.StoryID, r.Match, r.Score)
		}
	}
}

func BenchmarkRank(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var in []digest.Candidate
	for i := range int64(2000) {
		in = append(in, candidate(i+1, i/2+1, string(rune('A'+r.IntN(20))), r.Float64()*200, r.Float64(), r.Float64()))
	}
	for b.Loop() {
		Rank(in, Ranking{Now: digesttest.Now(), Floor: true})
	}
}

func TestJoinReasons(t *testing.T) {
	t.Parallel()
	for want, reasons := range map[string][]string{
		"":                           nil,
		"its source":                 {"its source"},
		"title: “a”, “b”; lead: “c”": {"title: “a”", "title: “b”", "lead: “c”"},
		"its source; title: “a”; lead: “b”, “c”": {"its source", "title: “a”", "lead: “b”", "lead: “c”"},
	} {
		if got := joinReasons("en", reasons); got != want {
			t.Errorf("joinReasons(%q) = %q, want %q", reasons, got, want)
		}
	}
	if got := joinReasons("ko", []string{"title: “금리”", "first sentence: “관세”"}); got != "제목: “금리”; 첫 문장: “관세”" {
		t.Error(got)
	}
}
