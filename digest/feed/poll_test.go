package feed_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/daybrief/daybrief/digest"
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
