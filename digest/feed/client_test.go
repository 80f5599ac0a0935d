package feed_test

import (
	"context"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
)

// tlsWorld is a server with a certificate for example.com.
func tlsWorld(t *testing.T) (*httptest.Server, feed.Options) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"`+r.Proto+`"`)
		_, _ = io.WriteString(w, twoItems)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	rule, err := feed.ParseAllow(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return server, feed.Options{Allow: []feed.AllowRule{rule}, RootCAs: roots}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	server, options := tlsWorld(t)
	f := feed.NewFetcher(options)
	defer f.Close()
	src := digest.Source{Name: "x", URL: server.URL, Kind: digest.FeedSource}
	if r, err := f.Poll(context.Background(), src); err != nil || len(r.Articles) != 2 {
		t.Fatalf("%+v %v", r, err)
	}
	if r, _ := f.Poll(context.Background(), src); !strings.HasPrefix(r.Settle(0).ETag, `"HTTP/2.0"`) {
		t.Errorf("it is not read by HTTP/2: %s", r.Settle(0).ETag)
	}
	options.RootCAs = nil
	stranger := feed.NewFetcher(options)
	defer stranger.Close()
	_, err := stranger.Poll(context.Background(), src)
	if err == nil || !strings.Contains(err.Error(), "the certificate of 127.0.0.1 is not valid") {
		t.Errorf("%v", err)
	}
}

func TestTheTypeThatAServerGivesIsNoMatter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, kind := range []string{"text/html; charset=utf-8", "text/plain", "application/octet-stream", "image/png", "", "application/json"} {
		path := "/" + strconv.Itoa(i)
		w.serve(path, kind, twoItems)
		if r, err := w.fetcher().Poll(context.Background(), w.source(path)); err != nil || len(r.Articles) != 2 {
			t.Errorf("as %q: %+v %v", kind, r, err)
		}
	}
}

func TestPollLimitsAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.options.Concurrent = 3
	var inside, most atomic.Int32
	arrived, release := make(chan struct{}, 16), make(chan struct{})
	w.handle("/feed", func(rw http.ResponseWriter, _ *http.Request) {
		most.Store(max(most.Load(), inside.Add(1)))
		arrived <- struct{}{}
		<-release
		inside.Add(-1)
		_, _ = io.WriteString(rw, twoItems)
	})
	f := w.fetcher()
	var polls sync.WaitGroup
	for _, src := range w.sources(9, "/feed") {
		polls.Go(func() {
			if _, err := f.Poll(context.Background(), src); err != nil {
				t.Error(err)
			}
		})
	}
	for range 3 {
		<-arrived
	}
	close(release)
	polls.Wait()
	if most.Load() != 3 {
		t.Errorf("%d polls at once", most.Load())
	}
}

func TestRequestHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var got http.Header
	w.handle("/feed", func(rw http.ResponseWriter, r *http.Request) {
		got = r.Header
		http.SetCookie(rw, &http.Cookie{Name: "track", Value: "me"})
		_, _ = io.WriteString(rw, twoItems)
	})
	f, src := w.fetcher(), w.source("/feed")
	for range 2 {
		if _, err := f.Poll(context.Background(), src); err != nil {
			t.Fatal(err)
		}
	}
	if got.Get("Accept-Encoding") != "gzip, br" || !strings.HasPrefix(got.Get("Accept"), "application/atom+xml") || got.Get("Cookie") != "" || got.Get("Referer") != "" {
		t.Errorf("%v", got)
	}
	src.Kind = digest.PageSource
	if _, err := f.Poll(context.Background(), src); err != nil || !strings.HasPrefix(got.Get("Accept"), "text/html") {
		t.Errorf("%v %v", got, err)
	}
}

func TestPollRefusesWhatCannotBeReadAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, kind := range []digest.SourceKind{digest.ImportSource, digest.APISource, digest.SampleSource, "telex"} {
		if _, err := w.fetcher().Poll(context.Background(), digest.Source{Name: "x", Kind: kind}); digest.CodeOf(err) != digest.Invalid {
			t.Errorf("%s: %v", kind, err)
		}
	}
	for _, address := range []string{"", "news.example.org", "https://user:pw@news.example.org/", "http://[::1", "https:///feed"} {
		r, err := w.fetcher().Poll(context.Background(), digest.Source{Name: "x", Kind: digest.FeedSource, URL: address})
		if digest.CodeOf(err) != digest.Invalid || r.Settle(0).State != digest.SourceFailing || strings.Contains(err.Error(), "pw") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestConnectionRefusedIsASentence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	src := w.source("/feed")
	w.server.Close()
	_, err := w.fetcher().Poll(context.Background(), src)
	if digest.CodeOf(err) != digest.Unavailable || err.Error() != "feeds.example.org refuses the connection" {
		t.Errorf("%v", err)
	}
}

func TestNewsroom(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://feeds.bbci.co.uk/news/world/rss.xml": "bbci.co.uk", "https://www.example.org/a": "example.org", "https://en.yna.co.kr/RSS": "yna.co.kr",
		"https://feeds.feedburner.com/x": "", "https://paper.substack.com/feed": "", "http://10.0.0.1/": "10.0.0.1", "": "",
	} {
		if got := feed.Newsroom(address); got != want {
			t.Errorf("%s: %q", address, got)
		}
	}
}

func TestPollPathGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	row := strings.Repeat(`{"title":"Row"}`+"\n", 6_000)
	for i, name := range []string{"a.jsonl", "b.jsonl", "c.jsonl", ".hidden.jsonl", "sub/.git/d.jsonl"} {
		path := write(t, filepath.Join(dir, filepath.FromSlash(name)), row)
		at := w.clock.now().Add(time.Duration(i) * time.Second)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	f, src := w.fetcher(), digest.Source{Name: "Drop box", URL: dir, Kind: digest.PathSource}
	for look, want := range []int{12_000, 6_000, 0} {
		r, err := f.Poll(context.Background(), src)
		if err != nil || len(r.Articles) != want {
			t.Fatalf("look %d: %d articles, %v", look, len(r.Articles), err)
		}
		src.Health = r.Settle(want)
	}
}

func TestPollPathOfOneFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := write(t, filepath.Join(t.TempDir(), "page.txt"), "Bridge Opens to Traffic\n")
	f, src := w.fetcher(), digest.Source{Name: "Page", URL: path, Kind: digest.PathSource}
	r, err := f.Poll(context.Background(), src)
	if err != nil || len(r.Articles) != 1 {
		t.Fatalf("%+v %v", r, err)
	}
	src.Health = r.Settle(1)
	write(t, path, "Bridge Opens to Traffic\nFerry Returns to Islands\n")
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
	if r, err = f.Poll(context.Background(), src); err != nil || len(r.Articles) != 2 {
		t.Errorf("%+v %v", r, err)
	}
}
