package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/command"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/brief"
	"github.com/daybrief/daybrief/digest/ingest"
	"github.com/daybrief/daybrief/digest/query"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/story"
	"github.com/daybrief/daybrief/digest/tag"
)

// answering is all that answers a command, as the program plugs it together:
// a store full of articles, the briefer over it and the handler of commands.
type answering struct {
	handler *command.Handler
	store   *store.Store
	took    time.Duration // to take the articles in
	dir     string
}

// newAnswering takes n made-up articles of ninety days in, through the way
// that all news comes. It must be closed.
func newAnswering(c *call, n int, now func() time.Time) (*answering, error) {
	dir, err := os.MkdirTemp("", "loadtest-")
	if err != nil {
		return nil, err
	}
	a := &answering{dir: dir}
	if err := a.fill(c, n, now); err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func (a *answering) close() {
	if a.store != nil {
		_ = a.store.Close()
	}
	_ = os.RemoveAll(a.dir)
}

func (a *answering) fill(c *call, n int, now func() time.Time) error {
	tagger, err := tag.New(tag.Options{})
	if err != nil {
		return err
	}
	if a.store, err = store.Open(c.ctx, filepath.Join(a.dir, "loadtest.db")); err != nil {
		return err
	}
	start := time.Now()
	if err := a.takeIn(c, n, now, tagger); err != nil {
		return err
	}
	a.took = time.Since(start)
	reader := query.New(query.Options{Names: tagger.Names(), Zone: time.UTC})
	briefs := brief.New(brief.Options{Store: a.store, Reader: reader, Tagger: tagger, Share: true})
	composer := schedule.Composer{Digests: briefs, Lang: "en", Topic: tagger.TopicTitle, Now: now}
	a.handler = command.New(command.Options{Reader: reader, Briefs: pages{briefs}, Store: a.store, Schedules: times{composer},
		Lang: "en", Zone: "UTC", Topic: tagger.TopicTitle, Log: slog.New(slog.DiscardHandler)})
	return nil
}

func (a *answering) takeIn(c *call, n int, now func() time.Time, tagger *tag.Tagger) error {
	pipeline := ingest.New(ingest.Options{Store: a.store, Tagger: tagger, Grouper: story.New(story.Options{}), Now: now})
	batch, done := make([]digest.Article, 0, 2000), 0
	add := func() error {
		counts, err := pipeline.Add(c.ctx, batch)
		if done += counts.New; err == nil && len(batch) > 0 {
			fmt.Fprintf(c.stderr, "\r\x1b[K%d of %d articles", done, n)
		}
		batch = batch[:0]
		return err
	}
	for article := range (news{articles: n, days: 90, until: now(), seed: 1}).all() {
		if batch = append(batch, article); len(batch) == cap(batch) {
			if err := add(); err != nil {
				return err
			}
		}
	}
	err := add()
	fmt.Fprint(c.stderr, "\r\x1b[K")
	return err
}

// asked are requests as people make them: broad and narrow ones, words, one
// that nothing answers.
func asked() []string {
	return []string{"korea-trade", "us", "china-trade", "ukraine-conflict", "japan monetary policy", "chips", "uk government", "asean trade -china", "brazil", "football",
		"france elections", "gas pipeline", "india health since 30d", "israel iran", "central bank inflation", "chad-sport", "", "germany energy", "floods", "\"supreme court\""}
}

// pages lets commands ask the briefer.
type pages struct{ *brief.Briefer }

// Answer answers a page of a query.
func (p pages) Answer(ctx context.Context, q digest.Query, page command.Page) (digest.Brief, error) {
	return p.Briefer.Answer(ctx, brief.Ask{Query: q, Limit: page.Limit, Offset: page.Offset, Now: page.Now, Format: page.Format})
}

// times lets commands ask about schedules. Nothing is posted here.
type times struct{ composer schedule.Composer }

func (times) Parse(when string) (string, error)        { return schedule.ParseWhen(when) }
func (times) Describe(spec string, w bot.Words) string { return schedule.Describe(spec, w) }
func (times) RunNow(context.Context, int64) (digest.Edition, error) {
	return digest.Edition{}, digest.Errorf(digest.Unavailable, "nothing is posted here")
}

// Coming lists the next runs.
func (times) Coming(spec, zone string, after time.Time, n int) ([]time.Time, error) {
	p, err := schedule.NewPlan(spec, zone, nil)
	if err != nil {
		return nil, err
	}
	return p.Coming(after, n), nil
}

// Preview builds a digest.
func (t times) Preview(ctx context.Context, sub digest.Subscription) (bot.Message, error) {
	return t.composer.Preview(ctx, sub)
}

// spread is how long something took, over many times.
type spread struct {
	N    int     `json:"n"`
	P50  float64 `json:"p50_ms"`
	P90  float64 `json:"p90_ms"`
	P99  float64 `json:"p99_ms"`
	Most float64 `json:"max_ms"`
}

// spreadOf counts in milliseconds.
func spreadOf(all []time.Duration) spread {
	if len(all) == 0 {
		return spread{}
	}
	slices.Sort(all)
	at := func(q float64) float64 { return float64(all[int(q*float64(len(all)-1))].Microseconds()) / 1000 }
	return spread{len(all), at(.5), at(.9), at(.99), at(1)}
}

func (s spread) String() string {
	return fmt.Sprintf("p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, most %.1f ms (%d times)", s.P50, s.P90, s.P99, s.Most, s.N)
}

// heap is what the program holds after a collection, in bytes.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// cpuTime is what the process has used of all cores.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// witness is what fakes take for a test: it keeps the first failure and cleans
// up at the end.
type witness struct {
	testing.TB // of which only what follows is used

	mu      sync.Mutex
	failure error
	last    []func()
}

func (w *witness) Helper() {}

// Errorf keeps the first failure.
func (w *witness) Errorf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failure == nil {
		w.failure = fmt.Errorf(format, args...)
	}
}

// Fatalf keeps the first failure and ends the goroutine.
func (w *witness) Fatalf(format string, args ...any) {
	w.Errorf(format, args...)
	runtime.Goexit()
}

// Fatal is Fatalf.
func (w *witness) Fatal(args ...any) { w.Fatalf("%s", fmt.Sprint(args...)) }

// Cleanup has f done at the end.
func (w *witness) Cleanup(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = append(w.last, f)
}

// watch runs f, of which a failure may end the goroutine, cleans up, and
// returns the first failure.
func (w *witness) watch(f func() error) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := f(); err != nil {
			w.Errorf("%w", err)
		}
	}()
	<-done
	for _, f := range slices.Backward(w.last) {
		f()
	}
	return w.failure
}

// leap is a clock that goes on with the machine's and leaps over what is
// waited for, so that a platform's budget does not hide the program's speed.
type leap struct{ ahead atomic.Int64 }

// Now is the machine's time and what was leapt over.
func (l *leap) Now() time.Time { return time.Now().Add(time.Duration(l.ahead.Load())) }

// Wait leaps.
func (l *leap) Wait(ctx context.Context, d time.Duration) error {
	l.ahead.Add(int64(max(d, 0)))
	return ctx.Err()
}
