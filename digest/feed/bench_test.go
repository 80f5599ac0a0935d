package feed_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
)

// BenchmarkPoll304 is a poll of an unchanged feed, server and client together
// in one process.
func BenchmarkPoll304(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", `"1"`)
		_, _ = io.WriteString(w, twoItems)
	}))
	defer server.Close()
	rule, err := feed.ParseAllow(server.Listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	f := feed.NewFetcher(feed.Options{Allow: []feed.AllowRule{rule}})
	defer f.Close()
	src := digest.Source{Name: "x", URL: server.URL, Kind: digest.FeedSource, Health: digest.SourceHealth{ETag: `"1"`}}
	b.ReportAllocs()
	for b.Loop() {
		r, err := f.Poll(context.Background(), src)
		if err != nil || len(r.Articles) != 0 {
			b.Fatal(err)
		}
		src.Health = r.Settle(0)
		src.Health.ETag = `"1"`
	}
}
