package feed_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
)

// pressWorld has a feed of teasers and the pages behind them.
type pressWorld struct {
	*world
	mu     sync.Mutex
	read   []string // paths of pages that were read
	robots int      // how often robots.txt was
	inside int      // pages being read now
	most   int      // the most at once
}

func newPressWorld(t *testing.T, robots string) *pressWorld {
	w := &pressWorld{world: newWorld(t)}
	long := strings.Repeat("The authority said that the work would go on through the winter and end in spring. ", 10)
	var items strings.Builder
	for i := range 3 {
		fmt.Fprintf(&items, `<item><guid>g%d</guid><title>Berth %d closes</title><link>/story/%d</link><description>The authority said…</description></item>`, i, i, i)
	}
	fmt.Fprintf(&items, `<item><guid>g9</guid><title>Whole already</title><link>/story/9</link><description>%s</description></item>`, long)
	w.serve("/feed", "application/xml", "<rss><channel><title>Harbour Wire</title>"+items.String()+"</channel></rss>")
	w.handle("/robots.txt", func(rw http.ResponseWriter, _ *http.Request) {
		w.mu.Lock()
		w.robots++
		w.mu.Unlock()
		if robots == "" {
			rw.WriteHeader(http.StatusNotFound)
			return
		}
		if robots == "broken" {
			rw.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = fmt.Fprint(rw, robots)
	})
	w.handle("/story/", func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.read = append(w.read, r.URL.Path)
		w.inside++
		w.most = max(w.most, w.inside)
		w.mu.Unlock()
		defer func() { w.mu.Lock(); w.inside--; w.mu.Unlock() }()
		_, _ = fmt.Fprintf(rw, `<html lang="ko"><head><title>t</title><meta name="author" content="Ines Okafor"><link rel="canonical" href="%s/full"></head><body><article><h1>t</h1><p>%s</p><p>%s</p></article></body></html>`, r.URL.Path, long, long)
	})
	return w
}

func (w *pressWorld) poll(t *testing.T, mode digest.FullText) feed.Result {
	t.Helper()
	src := w.source("/feed")
	src.FullText = mode
	r, err := w.fetcher().Poll(context.Background(), src)
	if err != nil || len(r.Articles) != 4 {
		t.Fatalf("%+v %v", r, err)
	}
	return r
}

func TestFullTextModes(t *testing.T) {
	t.Parallel()
	for mode, want := range map[digest.FullText]int{digest.FullTextAuto: 3, digest.FullTextAlways: 4, digest.FullTextNever: 0} {
		w := newPressWorld(t, "")
		r := w.poll(t, mode)
		if len(w.read) != want {
			t.Errorf("%s: read %v", mode, w.read)
		}
		a := r.Articles[0]
		if whole := len(a.Body) > 600; whole != (want > 0) {
			t.Errorf("%s: body %q", mode, a.Body)
		}
		if want > 0 && (a.Author != "Ines Okafor" || a.GUID != "g0" || a.Lang != "ko" || !strings.HasSuffix(a.URL, "/story/0/full")) {
			t.Errorf("%s: %+v", mode, a)
		}
	}
}

func TestFullTextRespectsRobots(t *testing.T) {
	t.Parallel()
	for robots, want := range map[string]int{
		"User-agent: *\nDisallow: /story/\n":                                    0,
		"User-agent: daybrief\nDisallow: /story/1\n\nUser-agent: *\nAllow: /\n": 2,
		"User-agent: other\nDisallow: /\n":                                      3,
		"broken":                                                                0, // a server that fails allows nothing
		"":                                                                      3,
	} {
		w := newPressWorld(t, robots)
		w.poll(t, digest.FullTextAuto)
		if len(w.read) != want {
			t.Errorf("%q: read %v", robots, w.read)
		}
	}
}

func TestFullTextWaitsAsLongAsASiteAsks(t *testing.T) {
	t.Parallel()
	for robots, want := range map[string]int{
		"User-agent: *\nCrawl-delay: 20\n":                                1, // the others wait for the next poll
		"User-agent: other\nCrawl-delay: 20\n\nUser-agent: *\nAllow: /\n": 3,
	} {
		w := newPressWorld(t, robots)
		w.options.PageTime = 19 * time.Second // less than the site asks for, so that nothing waits
		w.poll(t, digest.FullTextAuto)
		if len(w.read) != want {
			t.Errorf("%q: read %v", robots, w.read)
		}
	}
}

func TestFullTextLeavesStoredAndStopsAtItsLimit(t *testing.T) {
	t.Parallel()
	w := newPressWorld(t, "")
	w.options.Pages = 1
	w.options.Stored = func(_ context.Context, url string) (digest.Article, error) {
		if strings.HasSuffix(url, "/story/0") {
			return digest.Article{Title: "Berth 0 closes", Body: strings.Repeat("whole ", 200)}, nil
		}
		return digest.Article{}, digest.Errorf(digest.NotFound, "none")
	}
	r := w.poll(t, digest.FullTextAuto)
	if len(w.read) != 1 || w.read[0] != "/story/1" || !feed.IsTeaser(r.Articles[0].Body) {
		t.Errorf("read %v", w.read)
	}
}

func TestFullTextAsksOncePerHostAndOneAtATime(t *testing.T) {
	t.Parallel()
	w := newPressWorld(t, "User-agent: *\nAllow: /\n")
	f := w.fetcher()
	src := w.source("/feed")
	src.FullText = digest.FullTextAlways
	var polls sync.WaitGroup
	for range 3 {
		polls.Go(func() {
			if _, err := f.Poll(context.Background(), src); err != nil {
				t.Error(err)
			}
		})
	}
	polls.Wait()
	if len(w.read) != 12 || w.robots != 1 || w.most != 1 {
		t.Errorf("read %v, robots.txt %d times, %d at once", w.read, w.robots, w.most)
	}
}
