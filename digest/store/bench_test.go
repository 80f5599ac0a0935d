package store_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// corpusSize is how many articles the benchmarks of reading have; the aims in
// their comments are for 200,000.
var corpusSize = flag.Int("articles", 5_000, "articles in the benchmarks' store")

// databases are what each benchmark runs on.
var databases = []struct {
	name string
	open storetest.Open
}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}}

// fill stores a corpus in batches, as an import does.
func fill(tb testing.TB, s *store.Store, articles int) {
	tb.Helper()
	batch := make([]digest.Entry, 0, 200)
	flush := func() {
		if _, err := s.AddArticles(context.Background(), batch); err != nil {
			tb.Fatal(err)
		}
		batch = batch[:0]
	}
	for e := range (digesttest.Corpus{Seed: 7, Articles: articles}).Entries() {
		if batch = append(batch, e); len(batch) == cap(batch) {
			flush()
		}
	}
	flush()
}

// BenchmarkAddArticles reports articles a second, batches of 200. The aim on
// SQLite is 3,000.
func BenchmarkAddArticles(b *testing.B) {
	for _, db := range databases {
		b.Run(db.name, func(b *testing.B) {
			s := db.open(b)
			entries := slices.Collect(digesttest.Corpus{Seed: 3, Articles: max(b.N, 1)}.Entries())
			b.ResetTimer()
			for batch := range slices.Chunk(entries, 200) {
				if _, err := s.AddArticles(context.Background(), batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "articles/s")
		})
	}
}

// searches are the kinds of query that are timed. The aims, at 200,000
// articles: two words, a country and 7 days, the best 50, p99 under 85 ms on
// SQLite and 25 on PostgreSQL; two tags under 50 ms. Without a limit a search
// gives up to 2,000, most of which lack one thing that was asked for.
var searches = []struct {
	name string
	make func(r *rand.Rand) digest.Search
}{
	{"words+country/7d", func(r *rand.Rand) digest.Search {
		return digest.Search{Terms: [][]string{word(r), word(r)}, Countries: country(r), Since: days(7)}
	}},
	{"words+country/7d/50", func(r *rand.Rand) digest.Search {
		return digest.Search{Terms: [][]string{word(r), word(r)}, Countries: country(r), Since: days(7), Limit: 50}
	}},
	{"words/7d", func(r *rand.Rand) digest.Search {
		return digest.Search{Terms: [][]string{word(r), word(r)}, Since: days(7)}
	}},
	{"words/all", func(r *rand.Rand) digest.Search { return digest.Search{Terms: [][]string{word(r), word(r)}} }},
	{"tags/7d", func(r *rand.Rand) digest.Search {
		return digest.Search{Countries: country(r), Topics: topic(r), Since: days(7)}
	}},
	{"tags/all", func(r *rand.Rand) digest.Search { return digest.Search{Countries: country(r), Topics: topic(r)} }},
	{"region+topic/7d", func(r *rand.Rand) digest.Search {
		return digest.Search{Members: []string{"DE", "FR", "IT", "ES", "NL", "PL", "SE", "LU"}, Topics: topic(r), Since: days(7)}
	}},
	{"nothing/7d", func(*rand.Rand) digest.Search { return digest.Search{Since: days(7)} }},
}

func days(n int) time.Time { return digesttest.Now().AddDate(0, 0, -n) }

// word draws from the words that stand in about 1 to 40 of 100 articles.
func word(r *rand.Rand) []string { return []string{digesttest.Word(5 + r.IntN(800))} }

func country(r *rand.Rand) []string {
	return []string{[]string{"US", "CN", "KR", "JP", "DE", "TW", "TH", "LU"}[r.IntN(8)]}
}

func topic(r *rand.Rand) []string {
	return []string{[]string{"government", "business", "trade", "energy", "inflation", "ai"}[r.IntN(6)]}
}

// BenchmarkSearch reports quantiles of one search.
func BenchmarkSearch(b *testing.B) {
	for _, db := range databases {
		b.Run(db.name, func(b *testing.B) {
			s := benchStore(b, db.name, db.open)
			for _, q := range searches {
				b.Run(q.name, func(b *testing.B) { timeSearch(b, s, q.make) })
			}
		})
	}
}

// benchStore fills a new store, or takes the one that BENCH_SQLITE or
// BENCH_POSTGRES names, which is filled when it is empty and kept.
func benchStore(b *testing.B, name string, open storetest.Open) *store.Store {
	dsn := os.Getenv("BENCH_" + strings.ToUpper(name))
	if dsn == "" {
		s := open(b)
		fill(b, s, *corpusSize)
		return s
	}
	s, err := store.Open(ctx, dsn)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	if n, _, err := s.Window(ctx, time.Time{}, time.Time{}); err == nil && n == 0 {
		fill(b, s, *corpusSize)
	}
	return s
}

func timeSearch(b *testing.B, s *store.Store, query func(*rand.Rand) digest.Search) {
	r := rand.New(rand.NewPCG(11, 13))
	took := make([]time.Duration, 0, b.N)
	found := 0
	for b.Loop() {
		q := query(r)
		start := time.Now()
		c, err := s.Search(context.Background(), q)
		if err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
		found += len(c)
	}
	slices.Sort(took)
	for _, p := range []int{50, 99} {
		b.ReportMetric(float64(took[len(took)*p/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
	b.ReportMetric(float64(found)/float64(len(took)), "found")
}

// BenchmarkLedger reports how many editions of one part a second can be
// created, claimed and finished, one after another: three commits each.
func BenchmarkLedger(b *testing.B) {
	for _, db := range databases {
		b.Run(db.name, func(b *testing.B) {
			s := db.open(b)
			sub, err := s.CreateSubscription(ctx, digesttest.Subscription(nil))
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				liveOnce(b, s, sub)
				sub.NextRun = sub.NextRun.Add(time.Minute)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "editions/s")
		})
	}
}

func liveOnce(b *testing.B, s *store.Store, sub digest.Subscription) {
	var ids []int64
	_, _, err := s.CreateEdition(ctx, digesttest.Plan(sub, 1, nil), func(_ context.Context, _ *sql.Tx, made []int64) error {
		ids = made
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	d, ok, err := s.ClaimDelivery(ctx, ids[0], sub.NextRun)
	if err != nil || !ok {
		b.Fatal(ok, err)
	}
	d.State, d.Ref = digest.Sent, "1700000000.000100"
	if err := s.FinishDelivery(ctx, d); err != nil {
		b.Fatal(err)
	}
}
