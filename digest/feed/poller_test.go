package feed_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
)

// shelf keeps sources in memory as the store does.
type shelf struct {
	mu       sync.Mutex
	sources  map[int64]digest.Source
	saves    int   // transactions with health
	broken   error // of SaveHealths
	articles []digest.Article
}

func newShelf(sources ...digest.Source) *shelf {
	s := &shelf{sources: map[int64]digest.Source{}}
	for i, src := range sources {
		src.ID = int64(i + 1)
		s.sources[src.ID] = src
	}
	return s
}

func (s *shelf) DueSources(_ context.Context, now time.Time, limit int) ([]digest.Source, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []digest.Source
	for _, src := range s.sources {
		if !src.Health.Next.After(now) && src.Health.State != digest.SourceGone {
			due = append(due, src)
		}
	}
	slices.SortFunc(due, func(a, b digest.Source) int {
		return cmp.Or(a.Health.Next.Compare(b.Health.Next), cmp.Compare(a.ID, b.ID))
	})
	return due[:min(limit, len(due))], nil
}

func (s *shelf) Source(_ context.Context, name string) (digest.Source, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, src := range s.sources {
		if src.Name == name {
			return src, nil
		}
	}
	return digest.Source{}, digest.Errorf(digest.NotFound, "no source %s", name)
}

func (s *shelf) SaveSource(_ context.Context, src digest.Source) (int64, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sources[src.ID] = src
	return src.ID, false, nil
}

func (s *shelf) SaveHealths(_ context.Context, all map[int64]digest.SourceHealth) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saves++
	for id, h := range all {
		if src, ok := s.sources[id]; ok {
			src.Health = h
			s.sources[id] = src
		}
	}
	return s.broken
}

func (s *shelf) take(_ context.Context, articles []digest.Article) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.articles = append(s.articles, articles...)
	return len(articles), nil
}

func (s *shelf) health(id int64) digest.SourceHealth {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sources[id].Health
}

func (s *shelf) taken() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.articles)
}

// sources are n of the world's, each at a host of its own.
func (w *world) sources(n int, path string) []digest.Source {
	out := make([]digest.Source, n)
	for i := range out {
		out[i] = w.source(path)
		out[i].Name = "Source " + strconv.Itoa(i)
		out[i].URL = w.url("h"+strconv.Itoa(i)+".example.org", path)
	}
	return out
}

func (w *world) poller(s *shelf, change ...func(*feed.PollerOptions)) *feed.Poller {
	o := feed.PollerOptions{Fetcher: w.fetcher(), Store: s, Take: s.take, Now: w.clock.now, Concurrent: 8}
	for _, c := range change {
		c(&o)
	}
	return feed.NewPoller(o)
}

func TestPollerReadsAllThatIsDueOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var asked atomic.Int32
	w.handle("/feed", func(rw http.ResponseWriter, _ *http.Request) { asked.Add(1); _, _ = io.WriteString(rw, twoItems) })
	const n = 700 // more than two batches
	s := newShelf(w.sources(n, "/feed")...)
	p := w.poller(s)
	for range 2 { // the second time nothing is due
		if err := p.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if asked.Load() != n || s.taken() != 2*n {
		t.Errorf("%d sources were asked, %d articles taken", asked.Load(), s.taken())
	}
	if s.saves < n/64 || s.saves > n/16 {
		t.Errorf("health was stored in %d transactions for %d sources", s.saves, n)
	}
	for id, src := range s.sources {
		if src.Health.State != digest.SourceOK || !src.Health.Next.After(w.clock.now()) {
			t.Errorf("source %d: %+v", id, src.Health)
		}
	}
}

func TestPollerDoesNotWaitForASlowSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve("/feed", "application/xml", twoItems)
	const n = 600
	release, rest := make(chan struct{}), make(chan struct{})
	w.handle("/slow", func(rw http.ResponseWriter, _ *http.Request) { <-release; _, _ = io.WriteString(rw, twoItems) })
	s := newShelf(append(w.sources(1, "/slow"), w.sources(n, "/feed")...)...)
	var taken atomic.Int32
	p := w.poller(s, func(o *feed.PollerOptions) {
		o.Take = func(context.Context, []digest.Article) (int, error) {
			if taken.Add(1) == n {
				close(rest)
			}
			return 2, nil
		}
	})
	done := make(chan error)
	go func() { done <- p.Poll(t.Context()) }()
	select {
	case <-rest:
	case err := <-done:
		t.Fatalf("ended before the slow one: %v", err)
	}
	close(release)
	if err := <-done; err != nil || taken.Load() != n+1 {
		t.Errorf("%d taken, %v", taken.Load(), err)
	}
}

// A host with many sources that does not answer must not take all workers.
func TestPollerDoesNotWaitForASlowHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve("/feed", "application/xml", twoItems)
	const n, slow = 100, 50
	release, rest := make(chan struct{}), make(chan struct{})
	w.handle("/slow", func(rw http.ResponseWriter, _ *http.Request) { <-release; _, _ = io.WriteString(rw, twoItems) })
	hanging := w.sources(slow, "/slow")
	for i := range hanging {
		hanging[i].Name, hanging[i].URL = "Slow "+strconv.Itoa(i), w.url("slow.example.org", "/slow")
	}
	s := newShelf(append(hanging, w.sources(n, "/feed")...)...)
	var taken atomic.Int32
	p := w.poller(s, func(o *feed.PollerOptions) {
		o.Concurrent = 4
		o.Take = func(context.Context, []digest.Article) (int, error) {
			if taken.Add(1) == n {
				close(rest)
			}
			return 2, nil
		}
	})
	done := make(chan error, 1)
	go func() { done <- p.Poll(t.Context()) }()
	select {
	case <-rest:
	case <-time.After(time.Minute):
		t.Error("the others wait for the slow host")
	}
	close(release)
	if err := <-done; err != nil || taken.Load() != n+slow {
		t.Errorf("%d taken, %v", taken.Load(), err)
	}
}

func TestPollerKeepsWhatItKnowsWhenItIsStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve("/feed", "application/xml", twoItems)
	ctx, cancel := context.WithCancel(t.Context())
	w.handle("/slow", func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	s := newShelf(append(w.sources(3, "/feed"), w.sources(1, "/slow")...)...)
	p := w.poller(s, func(o *feed.PollerOptions) { o.Concurrent = 1 })
	if err := p.Poll(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if s.health(1).State != digest.SourceOK || s.health(4).State != "" {
		t.Errorf("read: %+v, cut off: %+v", s.health(1), s.health(4))
	}
	if err := p.One(t.Context(), "Source 1"); err != nil {
		t.Errorf("a source is still taken: %v", err)
	}
}

func TestPollerBeginsNothingShortBeforeItsDeadline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve("/feed", "application/xml", twoItems)
	s := newShelf(w.sources(3, "/feed")...)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := w.poller(s).Poll(ctx); err != nil || s.taken() != 0 {
		t.Errorf("%d articles, %v", s.taken(), err)
	}
}

func TestPollerTellsOnceAndFollowsAMove(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.handle("/broken", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusInternalServerError) })
	w.handle("/old", func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "/new", http.StatusMovedPermanently)
	})
	w.serve("/new", "application/xml", twoItems)
	s := newShelf(w.sources(1, "/broken")[0], w.sources(2, "/old")[1])
	var told []string
	p := w.poller(s, func(o *feed.PollerOptions) {
		o.Concurrent = 1
		o.Tell = func(_ context.Context, src digest.Source, h digest.SourceHealth) {
			told = append(told, src.Name+": "+h.LastError)
		}
	})
	for range 6 {
		if err := p.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.clock.advance(25 * time.Hour)
	}
	if len(told) != 1 || s.health(1).ToldAt.IsZero() || s.health(1).Failures != 6 {
		t.Errorf("told %q, %+v", told, s.health(1))
	}
	if got := s.sources[2].URL; got != w.url("h1.example.org", "/new") {
		t.Errorf("it is read at %s", got)
	}
}

func TestPollerStopsAtAFaultOfTheStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve("/feed", "application/xml", twoItems)
	full := digest.Errorf(digest.Unavailable, "the disk is full")
	s := newShelf(w.sources(500, "/feed")...)
	s.broken = full
	if err := w.poller(s).Poll(t.Context()); !errors.Is(err, full) || s.saves != 1 {
		t.Errorf("%v after %d tries", err, s.saves)
	}
	s.broken = nil
	p := w.poller(s, func(o *feed.PollerOptions) {
		o.Take = func(context.Context, []digest.Article) (int, error) { return 0, full }
	})
	if err := p.Poll(t.Context()); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
}

// watched starts a poller that watches, and returns what waits until so many
// articles have come.
func watched(t *testing.T, src digest.Source) (s *shelf, until func(n int)) {
	t.Helper()
	w := newWorld(t)
	s = newShelf(src)
	came := make(chan struct{}, 64)
	p := w.poller(s, func(o *feed.PollerOptions) {
		o.Watcher, o.Now = feed.NewWatcher(nil), time.Now
		o.Take = func(ctx context.Context, articles []digest.Article) (int, error) {
			n, err := s.take(ctx, articles)
			came <- struct{}{}
			return n, err
		}
	})
	if err := p.Poll(t.Context()); err != nil { // tells the watcher what to watch
		t.Fatal(err)
	}
	var watch sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	watch.Go(func() {
		if err := p.Watch(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); watch.Wait() })
	return s, func(n int) {
		t.Helper()
		for limit := time.After(time.Minute); s.taken() < n; {
			select {
			case <-came:
			case <-limit:
				t.Fatalf("%d articles after 20 s, want %d", s.taken(), n)
			}
		}
	}
}

func TestAWatchedFolderIsReadAsSoonAsItChanges(t *testing.T) {
	t.Parallel()
	dir, other := t.TempDir(), t.TempDir()
	write(t, filepath.Join(dir, "a.txt"), "The Bridge Opens to Traffic\n")
	s, until := watched(t, digest.Source{Name: "Drop box", URL: dir, Kind: digest.PathSource})
	until(1)
	write(t, filepath.Join(dir, "b.txt"), "The Ferry Returns to Islands\n")
	until(2)
	// A file that was written long ago elsewhere, in a new folder.
	moved := write(t, filepath.Join(other, "c.txt"), "The Harbour Closes at Night\n")
	long := time.Now().Add(-time.Hour)
	if err := os.Chtimes(moved, long, long); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "sub", "deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(moved, filepath.Join(dir, "sub", "deep", "c.txt")); err != nil {
		t.Fatal(err)
	}
	until(3)
	if got := s.articles[2].Title; got != "The Harbour Closes at Night" {
		t.Errorf("%q", got)
	}
}

func TestAWatchedFileIsReadWhenItIsReplaced(t *testing.T) {
	t.Parallel()
	path := write(t, filepath.Join(t.TempDir(), "page.txt"), "The Bridge Opens to Traffic\n")
	_, until := watched(t, digest.Source{Name: "Page", URL: path, Kind: digest.PathSource})
	until(1)
	next := write(t, path+".new", "The Bridge Opens to Traffic\nThe Ferry Returns to Islands\n")
	if err := os.Rename(next, path); err != nil {
		t.Fatal(err)
	}
	until(3)
}
