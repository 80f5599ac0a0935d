package feed_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
)

// The faults that a feed can have, each with the sentence that tells it.
func TestPollFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.options.MaxBody = 1 << 20
	redirect := func(path, to string) {
		w.handle(path, func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, to, http.StatusFound) })
	}
	status := func(path string, code int) {
		w.handle(path, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(code) })
	}
	status("/404", 404)
	status("/403", 403)
	status("/500", 500)
	status("/418", 418)
	redirect("/loop", "/loop")
	redirect("/to-loopback", "http://127.0.0.1:1/feed")
	redirect("/to-mapped", "http://[::ffff:10.0.0.1]/feed")
	redirect("/to-metadata", "http://169.254.169.254/latest/meta-data/")
	redirect("/to-nat64", "http://[64:ff9b::10.0.0.1]/feed")
	redirect("/to-6to4", "http://[2002:0a00:0001::1]/feed")
	redirect("/to-name-inside", "http://inside.example.org/feed")
	redirect("/to-file", "file:///etc/passwd")
	redirect("/to-gopher", "gopher://news.example.org/")
	redirect("/to-password", "http://user:secret@127.0.0.1:1/feed")
	w.names.answer = func(name string, _ int) netip.Addr {
		switch name {
		case "inside.example.org.":
			return netip.MustParseAddr("192.168.1.7")
		case "nowhere.example.org.":
			return netip.Addr{}
		}
		return netip.MustParseAddr("127.0.0.1")
	}
	w.handle("/gzip-bomb", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(rw)
		_, _ = io.CopyN(z, zeros{}, 64<<20)
		_ = z.Close()
	})
	w.handle("/endless", func(rw http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.CopyN(rw, zeros{}, 1<<16); err != nil {
				return
			}
		}
	})
	w.handle("/odd-encoding", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Encoding", "zstd")
		_, _ = io.WriteString(rw, "x")
	})
	w.handle("/not-gzip", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(rw, twoItems)
	})
	w.handle("/reset", func(rw http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(rw).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 999\r\n\r\n\x1f")
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	})
	w.serve("/html", "application/rss+xml", `<html><head><link rel="alternate" type="application/atom+xml" href="/atom"></head><body>x</body></html>`)
	w.serve("/bomb", "application/xml", `<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><rss><channel><title>&c;</title></channel></rss>`)
	w.serve("/empty", "application/xml", "")
	w.serve("/deep", "application/xml", "<rss><channel>"+strings.Repeat("<a>", 10_000))
	for path, want := range map[string]string{
		"/404":            "has nothing at this address (404)",
		"/403":            "does not let this program read it (403)",
		"/500":            "has a fault of its own (500)",
		"/418":            "answered with status 418",
		"/loop":           "redirects more than 5 times",
		"/to-loopback":    "127.0.0.1 is not a public address",
		"/to-mapped":      "10.0.0.1, which is not a public address",
		"/to-metadata":    "169.254.169.254 is not a public address",
		"/to-nat64":       "which is not a public address",
		"/to-6to4":        "which is not a public address",
		"/to-name-inside": "inside.example.org leads to 192.168.1.7",
		"/to-file":        "only http and https addresses are read, not file",
		"/to-gopher":      "only http and https addresses are read, not gopher",
		"/to-password":    "is not a public address",
		"/gzip-bomb":      "is larger than 1 MiB",
		"/endless":        "is larger than 1 MiB",
		"/odd-encoding":   `compressed as "zstd"`,
		"/not-gzip":       "is said to be compressed, and is not",
		"/reset":          "feeds.example.org ends the connection without an answer",
		"/html":           "a web page, not a feed",
		"/bomb":           "an entity bomb",
		"/empty":          "the document is empty",
		"/deep":           "nested deeper",
	} {
		t.Run(strings.Trim(path, "/"), func(t *testing.T) {
			t.Parallel()
			src := w.source(path)
			r, err := w.fetcher().Poll(context.Background(), src)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Fatalf("got %v, want %q", err, want)
			}
			if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "http://") {
				t.Errorf("the error shows an address: %v", err)
			}
			h := r.Settle(0)
			if h.State != digest.SourceFailing || h.Failures != 1 || h.LastError != err.Error() || !h.Next.After(w.clock.now()) {
				t.Errorf("health %+v", h)
			}
		})
	}
	t.Run("nowhere", func(t *testing.T) {
		t.Parallel()
		src := w.source("/feed")
		src.URL = w.url("nowhere.example.org", "/feed")
		if _, err := w.fetcher().Poll(context.Background(), src); err == nil || !strings.Contains(err.Error(), "there is no host nowhere.example.org") {
			t.Errorf("%v", err)
		}
	})
}

func TestPollHintsAtTheFeedOfAPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve("/", "text/html", `<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><body><a href="/atom.xml">Atom</a></body></html>`)
	_, err := w.fetcher().Poll(context.Background(), w.source("/"))
	if hint := digest.HintOf(err); hint != "It points to the feed "+w.url("feeds.example.org", "/rss") {
		t.Errorf("%q", hint)
	}
}

func TestPollSlowServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.options.Timeout = 50 * time.Millisecond
	w.handle("/slow", func(rw http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(rw, "<rss>")
		rw.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	_, err := w.fetcher().Poll(context.Background(), w.source("/slow"))
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "feeds.example.org did not answer in full within") {
		t.Errorf("%v", err)
	}
}

func TestPollStoppedSavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(context.Background())
	w.handle("/feed", func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	if _, err := w.fetcher().Poll(ctx, w.source("/feed")); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestPollTruncatedKeepsWhatCame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.handle("/cut", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("ETag", `"v1"`)
		rw.Header().Set("Content-Length", strconv.Itoa(len(twoItems)))
		_, _ = io.WriteString(rw, twoItems[:strings.Index(twoItems, "<item><title>Ferry")])
	})
	r, err := w.fetcher().Poll(context.Background(), w.source("/cut"))
	if err != nil || len(r.Articles) != 1 || len(r.Problems) == 0 {
		t.Fatalf("%+v %v", r, err)
	}
	if h := r.Settle(1); h.ETag != "" {
		t.Errorf("half a document counts as known: %+v", h)
	}
}

func TestPollRetryAfter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, value := range map[string]string{"/seconds": "7200", "/date": "Tue, 03 Feb 2026 14:00:00 GMT"} {
		w.handle(path, func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Retry-After", value)
			rw.WriteHeader(http.StatusTooManyRequests)
		})
		r, err := w.fetcher().Poll(context.Background(), w.source(path))
		if err == nil || !strings.Contains(err.Error(), "429") {
			t.Fatalf("%s: %v", path, err)
		}
		if wait := r.Settle(0).Next.Sub(w.clock.now()); wait < 2*time.Hour || wait > 133*time.Minute {
			t.Errorf("%s: next in %v", path, wait)
		}
	}
}

func TestPollGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.handle("/gone", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusGone) })
	r, err := w.fetcher().Poll(context.Background(), w.source("/gone"))
	h := r.Settle(0)
	if digest.CodeOf(err) != digest.NotFound || h.State != digest.SourceGone || !h.Next.IsZero() || !feed.MustTell(h) {
		t.Errorf("%+v %v", h, err)
	}
}
