package feed_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// rows is a feed with as many items, each with the date that at gives it.
func rows(n int, at func(i int) string) string {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Harbour Wire</title>`)
	for i := range n {
		fmt.Fprintf(&b, `<item><guid>%d</guid><title>Berth %d closes</title>%s</item>`, i, i, at(i))
	}
	b.WriteString(`</channel></rss>`)
	return b.String()
}

func pubDate(t time.Time) string { return "<pubDate>" + t.Format(time.RFC1123Z) + "</pubDate>" }

// recent counts articles that a digest of the last day would take.
func recent(articles []digest.Article, now time.Time) int {
	n := 0
	for _, a := range articles {
		if a.Stored.IsZero() { // as the pipeline does
			a.Stored = now
		}
		if a.Time().After(now.Add(-24 * time.Hour)) {
			n++
		}
	}
	return n
}

func TestANewSourceFloodsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := w.clock.now()
	for path, c := range map[string]struct {
		at   func(i int) string
		want int
	}{
		"/dated":   {func(i int) string { return pubDate(now.Add(-time.Duration(i) * 6 * time.Hour)) }, 4},
		"/undated": {func(int) string { return "" }, 3},
		"/ahead":   {func(int) string { return pubDate(now.AddDate(70, 0, 0)) }, 3},
		"/stamped": {func(int) string { return pubDate(now.Add(-time.Second)) }, 3},
		"/old":     {func(int) string { return pubDate(now.AddDate(0, -1, 0)) }, 0},
		"/mixed": {func(i int) string {
			if i < 2 {
				return pubDate(now.Add(-time.Hour))
			}
			return ""
		}, 5},
	} {
		w.serve(path, "application/xml", rows(40, c.at))
		src := w.source(path)
		r, err := w.fetcher().Poll(t.Context(), src)
		if err != nil || len(r.Articles) != 40 {
			t.Fatalf("%s: %d articles, %v", path, len(r.Articles), err)
		}
		if got := recent(r.Articles, now); got != c.want {
			t.Errorf("%s: %d of 40 count as news, want %d", path, got, c.want)
		}
	}
}

func TestUndatedItemsOfAKnownSourceAreNews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := 10
	w.handle("/feed", func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(rw, rows(n, func(int) string { return "" }))
	})
	src := w.source("/feed")
	for range 2 {
		r, err := w.fetcher().Poll(t.Context(), src)
		if err != nil {
			t.Fatal(err)
		}
		src.Health = r.Settle(n)
		n++
		w.clock.advance(time.Hour)
		if src.Health.Undated != 1 {
			t.Errorf("undated %v", src.Health.Undated)
		}
		for _, a := range r.Articles[min(len(r.Articles), 10):] {
			if !a.Stored.IsZero() {
				t.Errorf("%q counts as seen at %v", a.Title, a.Stored)
			}
		}
	}
}
