package ingest_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
	"github.com/daybrief/daybrief/digest/ingest"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/story"
	"github.com/daybrief/daybrief/digest/tag"
)

// The interfaces are those of the real parts.
var (
	_ ingest.Store   = (*store.Store)(nil)
	_ ingest.Tagger  = (*tag.Tagger)(nil)
	_ ingest.Grouper = (*story.Grouper)(nil)
)

func open(tb testing.TB, path string) *store.Store {
	tb.Helper()
	s, err := store.Open(context.Background(), path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

func realPipeline(tb testing.TB, s *store.Store) *ingest.Pipeline {
	tb.Helper()
	tagger, err := tag.New(tag.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return ingest.New(ingest.Options{Store: s, Tagger: tagger, Grouper: story.New(story.Options{})})
}

// The sample set through the real tagger, grouper and store: what a newcomer
// sees first.
func TestSampleOnTheRealStore(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "daybrief.db")
	s := open(t, path)
	articles := feed.Sample(time.Now())
	counts, err := realPipeline(t, s).Add(ctx, articles)
	if err != nil || counts.New != len(articles) || len(counts.Bad) > 0 {
		t.Fatalf("%+v %v", counts, err)
	}
	again, err := realPipeline(t, s).Add(ctx, feed.Sample(time.Now().Add(time.Hour)))
	if err != nil || again.New+again.Revised != 0 || again.Known != len(articles) {
		t.Fatalf("again: %+v %v", again, err)
	}
	live, shared, countries, topics := stories(t, s)
	if live < 25 || live > 45 || shared < 12 {
		t.Errorf("%d stories, %d of several sources", live, shared)
	}
	if len(countries) < 12 || len(topics) < 10 {
		t.Errorf("countries %v, topics %v", countries, topics)
	}
	for _, slug := range []string{"KR", "JP", "US"} {
		if countries[slug] == 0 {
			t.Errorf("no story about %s in %v", slug, countries)
		}
	}
	if topics["trade"] == 0 || topics["monetary-policy"] == 0 {
		t.Errorf("topics %v", topics)
	}
}

// stories counts what the store holds: stories, those of several sources, and
// how many are about each country and topic.
func stories(t *testing.T, s *store.Store) (n, shared int, countries, topics map[string]int) {
	t.Helper()
	ctx := context.Background()
	ids := map[int64]bool{}
	if err := s.Live(ctx, time.Now().AddDate(0, 0, -7), func(a digest.LiveArticle) error { ids[a.StoryID] = true; return nil }); err != nil {
		t.Fatal(err)
	}
	var list []int64
	for id := range ids {
		list = append(list, id)
	}
	all, err := s.Stories(ctx, list)
	if err != nil || len(all) != len(list) {
		t.Fatalf("%d stories of %d, %v", len(all), len(list), err)
	}
	countries, topics = map[string]int{}, map[string]int{}
	for _, st := range all {
		if st.Sources > 1 {
			shared++
		}
		if !st.Sample || st.Title == "" || st.First.IsZero() || st.Last.Before(st.First) {
			t.Errorf("%+v", st)
		}
		for _, c := range digest.Firm(st.Countries) {
			countries[c]++
		}
		for _, c := range digest.Firm(st.Topics) {
			topics[c]++
		}
	}
	return len(all), shared, countries, topics
}

// BenchmarkAddFeed takes in a feed of 100 new articles with bodies: analysed,
// tagged, grouped and stored on SQLite.
func BenchmarkAddFeed(b *testing.B) {
	p := realPipeline(b, open(b, filepath.Join(b.TempDir(), "daybrief.db")))
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		articles := made(n, 100)
		n += len(articles)
		if counts, err := p.Add(context.Background(), articles); err != nil || counts.New != 100 {
			b.Fatal(counts, err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "articles/s")
}
