package feed_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
)

const twoItems = `<rss version="2.0"><channel><title>Harbour Wire</title><ttl>60</ttl>
<item><title>Bridge opens</title><link>/bridge</link><guid>1</guid><pubDate>Tue, 03 Feb 2026 09:00:00 GMT</pubDate></item>
<item><title>Ferry returns</title><link>/ferry</link><guid>2</guid></item></channel></rss>`

func TestPollIsConditional(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var seen []http.Header
	w.handle("/feed", func(rw http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header)
		rw.Header().Set("ETag", `"v1"`)
		rw.Header().Set("Last-Modified", "Tue, 03 Feb 2026 09:00:00 GMT")
		rw.Header().Set("Cache-Control", "public, max-age=7200")
		if r.Header.Get("If-None-Match") == `"v1"` {
			rw.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = io.WriteString(rw, twoItems)
	})
	f, src := w.fetcher(), w.source("/feed")
	src.Lang = "en"
	r, err := f.Poll(context.Background(), src)
	if err != nil || len(r.Articles) != 2 || r.Articles[0].Source != src.Name || r.Articles[0].Lang != "en" || r.Articles[0].URL != w.url("feeds.example.org", "/bridge") {
		t.Fatalf("%+v %v", r, err)
	}
	src.Health = r.Settle(2)
	h := src.Health
	if h.State != digest.SourceOK || !strings.HasPrefix(h.ETag, `"v1"`) || h.LastModified == "" || h.Undated != 0.5 || !h.LastSuccess.Equal(w.clock.now()) || !h.LastNew.Equal(w.clock.now()) {
		t.Errorf("health %+v", h)
	}
	if wait := h.Next.Sub(w.clock.now()); wait < 108*time.Minute || wait > 132*time.Minute {
		t.Errorf("next in %v, the server asked for two hours", wait)
	}
	w.clock.advance(2 * time.Hour)
	r, err = f.Poll(context.Background(), src)
	if err != nil || len(r.Articles) != 0 || len(seen) != 2 {
		t.Fatalf("%+v %v", r, err)
	}
	if again := r.Settle(0); again.ETag != h.ETag || again.LastModified != h.LastModified || again.State != digest.SourceOK {
		t.Errorf("health after 304: %+v", again)
	}
	if ua := seen[0].Get("User-Agent"); !strings.HasPrefix(ua, "daybrief/") || !strings.Contains(ua, "(+https://operator.example.org/)") {
		t.Errorf("User-Agent %q", ua)
	}
	if seen[1].Get("If-Modified-Since") != h.LastModified {
		t.Errorf("second request: %v", seen[1])
	}
}

func TestPollDecompresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pack := map[string]func(io.Writer) io.WriteCloser{
		"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"br":   func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
	}
	for enc, writer := range pack {
		w.handle("/"+enc, func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Encoding", enc)
			z := writer(rw)
			_, _ = io.WriteString(z, twoItems)
			_ = z.Close()
		})
		if r, err := w.fetcher().Poll(context.Background(), w.source("/"+enc)); err != nil || len(r.Articles) != 2 {
			t.Errorf("%s: %+v %v", enc, r, err)
		}
	}
}

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

func TestPollFollowsPermanentMovesAfterThree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := http.StatusMovedPermanently
	w.handle("/old", func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, "/mid", code) })
	w.handle("/mid", func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "/new", http.StatusPermanentRedirect)
	})
	w.serve("/new", "application/xml", twoItems)
	f, src := w.fetcher(), w.source("/old")
	moved := ""
	poll := func() {
		t.Helper()
		r, err := f.Poll(context.Background(), src)
		if err != nil {
			t.Fatal(err)
		}
		src.Health, moved = r.Settle(0), r.Moved
	}
	poll()
	poll()
	if moved != "" || src.Health.MovedTimes != 2 {
		t.Fatalf("after two: %q %+v", moved, src.Health)
	}
	code = http.StatusFound
	poll()
	if src.Health.MovedTimes != 0 {
		t.Fatalf("a temporary redirect counts: %+v", src.Health)
	}
	code = http.StatusMovedPermanently
	poll()
	poll()
	poll()
	if moved != w.url("feeds.example.org", "/new") || src.Health.MovedTo != "" {
		t.Errorf("after three: %q %+v", moved, src.Health)
	}
}

func TestPollRefusesNamesThatChangeTheirAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.handle("/feed", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Connection", "close")
		_, _ = io.WriteString(rw, twoItems)
	})
	w.names.answer = func(_ string, n int) netip.Addr {
		if n == 0 {
			return netip.MustParseAddr("127.0.0.1")
		}
		return netip.MustParseAddr("10.0.0.8")
	}
	f, src := w.fetcher(), w.source("/feed")
	if _, err := f.Poll(context.Background(), src); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Poll(context.Background(), src); digest.CodeOf(err) != digest.Forbidden || digest.HintOf(err) == "" {
		t.Errorf("%v", err)
	}
}

func TestPollRefusesOtherPortsOfAnAllowedHost(t *testing.T) {
	t.Parallel()
	w, other := newWorld(t), newWorld(t)
	other.serve("/feed", "application/xml", twoItems)
	src := w.source("/feed")
	src.URL = other.url("feeds.example.org", "/feed")
	if _, err := w.fetcher().Poll(context.Background(), src); digest.CodeOf(err) != digest.Forbidden {
		t.Errorf("%v", err)
	}
}

func TestPollLimitsPerHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var inside, most atomic.Int32
	arrived := make(chan struct{}, 16)
	release := make(chan struct{})
	w.handle("/feed", func(rw http.ResponseWriter, _ *http.Request) {
		n := inside.Add(1)
		for {
			m := most.Load()
			if n <= m || most.CompareAndSwap(m, n) {
				break
			}
		}
		arrived <- struct{}{}
		<-release
		inside.Add(-1)
		_, _ = io.WriteString(rw, twoItems)
	})
	f := w.fetcher()
	var polls sync.WaitGroup
	for i := range 8 {
		polls.Go(func() {
			src := w.source("/feed")
			if i%2 == 1 {
				src.URL = w.url("other.example.org", "/feed")
			}
			if _, err := f.Poll(context.Background(), src); err != nil {
				t.Error(err)
			}
		})
	}
	for range 4 { // two at each of two hosts
		<-arrived
	}
	close(release)
	polls.Wait()
	if most.Load() != 4 {
		t.Errorf("%d polls at once at two hosts", most.Load())
	}
}

func TestPollKeepsNoGoroutine(t *testing.T) { // not parallel: it counts
	w := newWorld(t)
	w.serve("/feed", "application/xml", twoItems)
	f := w.fetcher()
	if _, err := f.Poll(context.Background(), w.source("/feed")); err != nil {
		t.Fatal(err)
	}
	f.Close()
	before := runtime.NumGoroutine()
	for i := range 50 {
		src := w.source("/feed")
		src.URL = w.url(fmt.Sprintf("h%d.example.org", i), "/feed")
		if _, err := f.Poll(context.Background(), src); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > before+5; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
	}
}

func TestPollPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve("/page", "text/html", `<html><head><title>Notice of the harbour</title></head><body><p>The port is closed until further notice because of the storm.</p></body></html>`)
	src := w.source("/page")
	src.Kind = digest.PageSource
	r, err := w.fetcher().Poll(context.Background(), src)
	if err != nil || len(r.Articles) != 1 || r.Articles[0].GUID != src.URL || !strings.Contains(r.Articles[0].Body, "closed until further notice") {
		t.Errorf("%+v %v", r.Articles, err)
	}
}

func TestPollSitemapIndex(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	entry := func(n int) string {
		return fmt.Sprintf(`<urlset xmlns:news="n"><url><loc>https://e.example.org/%d</loc><news:news><news:title>Title %d</news:title></news:news></url></urlset>`, n, n)
	}
	var index strings.Builder
	for i := range 5 {
		fmt.Fprintf(&index, "<sitemap><loc>%s</loc><lastmod>2026-02-0%d</lastmod></sitemap>", w.url("feeds.example.org", fmt.Sprintf("/s%d", i)), i+1)
		w.serve(fmt.Sprintf("/s%d", i), "application/xml", entry(i))
	}
	w.serve("/index", "application/xml", "<sitemapindex>"+index.String()+"</sitemapindex>")
	r, err := w.fetcher().Poll(context.Background(), w.source("/index"))
	if err != nil || len(r.Articles) != 3 || r.Articles[0].Title != "Title 4" {
		t.Errorf("%+v %v", r.Articles, err)
	}
}

func TestPollPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	old := write(t, filepath.Join(dir, "a.jsonl"), `{"title":"One"}`+"\n{bad\n")
	if err := os.Chtimes(old, w.clock.now(), w.clock.now()); err != nil {
		t.Fatal(err)
	}
	src := digest.Source{Name: "Drop box", URL: dir, Kind: digest.PathSource}
	f := w.fetcher()
	r, err := f.Poll(context.Background(), src)
	if err != nil || len(r.Articles) != 1 || len(r.Problems) != 1 || r.Articles[0].Source != "Drop box" {
		t.Fatalf("%+v %v", r, err)
	}
	src.Health = r.Settle(1)
	if wait := src.Health.Next.Sub(w.clock.now()); wait != time.Minute {
		t.Errorf("next look in %v", wait)
	}
	if r, err = f.Poll(context.Background(), src); err != nil || len(r.Articles) != 0 {
		t.Fatalf("an unchanged folder was read again: %+v %v", r, err)
	}
	src.Health = r.Settle(0)
	fresh := write(t, filepath.Join(dir, "sub", "b.txt"), "Two comes as a headline\n")
	if err := os.Chtimes(fresh, w.clock.now(), w.clock.now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if r, err = f.Poll(context.Background(), src); err != nil || len(r.Articles) != 1 {
		t.Errorf("%+v %v", r, err)
	}
	src.URL = filepath.Join(dir, "none")
	if _, err = f.Poll(context.Background(), src); digest.CodeOf(err) != digest.Unavailable {
		t.Errorf("%v", err)
	}
}

func TestPollKnowsArticlesWhoseIdsChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := 0
	w.handle("/feed", func(rw http.ResponseWriter, _ *http.Request) {
		n++
		_, _ = fmt.Fprintf(rw, `<rss><channel><title>x</title><item><title>Bridge opens</title><link>/bridge</link><guid>random-%d</guid></item>
			<item><title>Live: part %d</title><link>/live</link><guid>live-%d</guid></item></channel></rss>`, n, n, n)
	})
	stored := map[string]digest.Article{}
	w.options.Stored = func(_ context.Context, url string) (digest.Article, error) {
		if a, ok := stored[url]; ok {
			return a, nil
		}
		return digest.Article{}, digest.Errorf(digest.NotFound, "none")
	}
	f, src := w.fetcher(), w.source("/feed")
	for want, ids := range [][]string{{"random-1", "live-1"}, {"random-1", "live-2"}} {
		r, err := f.Poll(context.Background(), src)
		if err != nil || r.Articles[0].GUID != ids[0] || r.Articles[1].GUID != ids[1] {
			t.Fatalf("poll %d: %+v %v", want+1, r.Articles, err)
		}
		for _, a := range r.Articles {
			stored[a.URL] = a
		}
		src.Health = r.Settle(2)
	}
}

func TestPollSparesADocumentThatIsTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body, asked := twoItems, []string{}
	w.handle("/feed", func(rw http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Get("If-None-Match"))
		_, _ = io.WriteString(rw, body)
	})
	f, src := w.fetcher(), w.source("/feed")
	for i, want := range []int{2, 0, 1} {
		if i == 2 {
			body = strings.Replace(twoItems, "<item><title>Ferry returns</title><link>/ferry</link><guid>2</guid></item>", "", 1)
		}
		r, err := f.Poll(context.Background(), src)
		if err != nil || len(r.Articles) != want {
			t.Fatalf("poll %d: %+v %v", i+1, r.Articles, err)
		}
		src.Health = r.Settle(want)
		if src.Health.State != digest.SourceOK {
			t.Errorf("poll %d: %+v", i+1, src.Health)
		}
	}
	if strings.Join(asked, "") != "" {
		t.Errorf("our own hash was sent: %q", asked)
	}
}
