package alert_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/alert"
	"github.com/daybrief/daybrief/digest/digesttest"
)

// zipf picks a small number often and a great one seldom, as people do.
func zipf(r *rand.Rand, n int) int { return int(rand.NewZipf(r, 1.3, 4, uint64(n-1)).Uint64()) }

// wishes makes queries as people make them: most for a country and a topic,
// some for words, a few with a filter.
func wishes(n int) []alert.Query {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]alert.Query, n)
	for i := range out {
		q := digest.Query{}
		country, topic := fmt.Sprintf("C%d", zipf(r, 200)), fmt.Sprintf("topic-%d", zipf(r, 100))
		switch k := r.IntN(100); {
		case k < 55:
			q.Countries, q.Topics = []string{country}, []string{topic}
		case k < 70:
			q.Countries, q.Terms = []string{country}, []string{fmt.Sprintf("word%d", r.IntN(5000))}
		case k < 85:
			q.Terms = []string{fmt.Sprintf("word%d word%d", r.IntN(5000), r.IntN(5000))}
		case k < 93:
			q.Members, q.Region, q.Topics = []string{"C3", "C7", "C11", "C19"}, "region", []string{topic}
		case k < 97:
			q.Source, q.Topics = fmt.Sprintf("Example Times %d", r.IntN(300)), []string{topic}
		default:
			q.Countries = []string{fmt.Sprintf("C%d", 40+r.IntN(160))}
		}
		out[i] = alert.Query{ID: int64(i + 1), Query: q}
		if r.IntN(20) == 0 {
			out[i].Filter = digest.Filter{Match: `tariff(s|ed)\b`, Exclude: []string{"sport"}}
		}
	}
	return out
}

func news(n int) []digest.Article {
	r := rand.New(rand.NewPCG(3, 4))
	out := make([]digest.Article, n)
	for i := range out {
		out[i] = digesttest.Article(i+1, func(a *digest.Article) {
			a.Source = fmt.Sprintf("Example Times %d", r.IntN(300))
			a.Countries, a.Topics = nil, nil
			for range 1 + r.IntN(3) {
				a.Countries = append(a.Countries, digest.Tag{Slug: fmt.Sprintf("C%d", zipf(r, 200)), Weight: 0.8})
				a.Topics = append(a.Topics, digest.Tag{Slug: fmt.Sprintf("topic-%d", zipf(r, 100)), Weight: 0.8})
			}
			for range 250 {
				a.Body += fmt.Sprintf(" word%d", r.IntN(5000))
			}
		})
	}
	return out
}

// BenchmarkMatch is the cost of one article against 100,000 alert queries.
func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			x := alert.NewIndex()
			for _, q := range wishes(n) {
				if err := x.Add(q); err != nil {
					b.Fatal(err)
				}
			}
			articles, matches := news(2000), 0
			for i := range articles { // the index learns what articles have
				x.Match(&articles[i])
			}
			b.ResetTimer()
			for i := range b.N {
				matches += len(x.Match(&articles[i%len(articles)]))
			}
			b.ReportMetric(float64(matches)/float64(b.N), "matches/op")
		})
	}
}

func BenchmarkAdd(b *testing.B) {
	all := wishes(100_000)
	x := alert.NewIndex()
	for i := range b.N {
		if err := x.Add(all[i%len(all)]); err != nil {
			b.Fatal(err)
		}
	}
}
