package brief

import (
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/query"
	"github.com/daybrief/daybrief/digest/store"
)

// BenchmarkAnswer asks a store of 100,000 articles, with -short of 10,000, and
// reports the 99th percentile beside the mean.
func BenchmarkAnswer(b *testing.B) {
	size := 100_000
	if testing.Short() {
		size = 10_000
	}
	s := filled(b, size)
	briefer := New(Options{Store: s, Reader: query.New(query.Options{Names: names()})})
	for name, request := range map[string]string{
		"country-topic": "us-conflict", "rare": "thailand-ai", "country": "us", "everything": "", "word": "us " + digesttest.Word(300), "region": "asia markets", "nothing": "chad-sport",
		"month": "us-markets since 30d", "dropped": "us-markets unobtainium",
	} {
		b.Run(name, func(b *testing.B) {
			q, err := briefer.reader.Read(request, digesttest.Now())
			if err != nil {
				b.Fatal(err)
			}
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				if _, err := briefer.Answer(b.Context(), Ask{Query: q, Now: digesttest.Now()}); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Milliseconds()), "p99-ms")
		})
	}
}

// BenchmarkDigest builds digests of one minute for channels that ask for the
// same, as a server does at eight in the morning.
func BenchmarkDigest(b *testing.B) {
	s := filled(b, 10_000)
	briefer := New(Options{Store: s, Reader: query.New(query.Options{Names: names()}), Share: true})
	for n := 0; b.Loop(); n++ {
		o := daily(func(o *Order) {
			o.Since = o.Until.Add(-7 * 24 * time.Hour)
			o.Subscription.Query = []string{"us", "trade", "us-trade", "asia"}[n%4]
			o.Subscription.Destination.Channel = strconv.Itoa(n)
		})
		if _, err := briefer.Digest(b.Context(), o); err != nil {
			b.Fatal(err)
		}
	}
}

// filled is a store of made-up articles in stories of one to four.
func filled(b *testing.B, size int) *store.Store {
	b.Helper()
	s, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "bench.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	const batch = 2000
	var entries []digest.Entry
	n := 0
	for e := range (digesttest.Corpus{Articles: size, Days: 60}).Entries() {
		if entries = append(entries, e); len(entries) == batch || n+len(entries) == size {
			n += len(entries)
			storeBatch(b, s, entries)
			entries = entries[:0]
		}
	}
	return s
}

func storeBatch(b *testing.B, s *store.Store, entries []digest.Entry) {
	b.Helper()
	added, err := s.AddArticles(b.Context(), entries)
	if err != nil {
		b.Fatal(err)
	}
	var groups []digest.Grouping
	var stories []digest.Story
	for i := 0; i < len(added); {
		size := min(1+i%4, len(added)-i)
		a := entries[i].Article
		stories = append(stories, digest.Story{ID: added[i].ID, Title: a.Title, First: a.Time(), Last: a.Time(), Articles: size, Sources: size, Countries: a.Countries, Topics: a.Topics})
		for range size {
			groups = append(groups, digest.Grouping{ArticleID: added[i].ID, StoryID: stories[len(stories)-1].ID, Join: digest.Join{StoryID: added[i].ID}})
			i++
		}
	}
	if err := s.SaveGroups(b.Context(), groups); err != nil {
		b.Fatal(err)
	}
	if err := s.SaveStories(b.Context(), stories); err != nil {
		b.Fatal(err)
	}
}
