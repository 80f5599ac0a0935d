package feed

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// FuzzAnswer: whatever a server says about when to come back, it is within
// the bounds.
func FuzzAnswer(f *testing.F) {
	f.Add("120", "max-age=60")
	f.Add("Tue, 03 Feb 2026 14:00:00 GMT", `public, Max-Age="7200"`)
	f.Add("-1", "no-store, max-age=1")
	f.Add("99999999999999999999", "max-age=99999999999999999999")
	now := time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, retry, cache string) {
		h := http.Header{"Retry-After": {retry}, "Cache-Control": {cache}}
		for name, got := range map[string]time.Duration{"Retry-After": retryAfter(h, now), "Cache-Control": maxAge(h)} {
			if got < 0 || got > MaxInterval {
				t.Errorf("%s: %v", name, got)
			}
		}
	})
}

// FuzzDiscover: every link that a page points to can be read.
func FuzzDiscover(f *testing.F) {
	f.Add([]byte(`<link rel="alternate" type="application/rss+xml" href="/rss"><a href="feed.xml">RSS</a>`), "https://news.example.org/")
	f.Add([]byte(`<base href="//other.example.org"><a href="javascript:rss">x</a>`), "https://news.example.org/a/b")
	f.Fuzz(func(t *testing.T, page []byte, address string) {
		for _, l := range Discover(page, "text/html", address) {
			if !strings.HasPrefix(l.URL, "https://") && !strings.HasPrefix(l.URL, "http://") {
				t.Errorf("%q", l.URL)
			}
		}
	})
}

// FuzzWithoutSite: what is left of a title is a part of it, and something.
func FuzzWithoutSite(f *testing.F) {
	f.Add("Bridge opens | Harbour Wire", "Harbour Wire")
	f.Add("Harbour Wire - Bridge", "harbourwire")
	f.Add(" | | ", "|")
	f.Fuzz(func(t *testing.T, title, site string) {
		got := withoutSite(title, site, nil)
		if !strings.Contains(title, got) || (got == "" && strings.TrimSpace(title) != "") {
			t.Errorf("%q of %q without %q", got, title, site)
		}
	})
}
