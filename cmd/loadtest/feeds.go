package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
	"github.com/daybrief/daybrief/digest/ingest"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/story"
	"github.com/daybrief/daybrief/digest/tag"
)

// feedsCmd measures reading very many sources of which most say that nothing
// is new: through the real store, the real judging and the real poller.
type feedsCmd struct {
	Sources    int    `help:"Sources." default:"10000"`
	Hosts      int    `help:"Hosts they are at; addresses of the loopback network, of which other systems than Linux have one alone." default:"2500"`
	Change     int    `help:"Of a hundred readings, how many find one new item." default:"10"`
	Items      int    `help:"Items of a feed." default:"5"`
	Rounds     int    `help:"Measured rounds, after the one that reads all for the first time." default:"3"`
	Concurrent int    `help:"Sources read at once." default:"16"`
	Database   string `help:"Where to store. Default: a SQLite file for this run." placeholder:"DSN"`
	Miniflux   string `help:"Binary of miniflux, to compare with; needs --postgres." type:"existingfile" placeholder:"FILE"`
	Postgres   string `help:"A PostgreSQL server where databases may be made, for both." placeholder:"URL"`
	Profile    string `help:"Write CPU profiles of each kind of round to FILE.first and FILE.later." placeholder:"FILE"`
}

// feedFigures is what one program needed for one kind of round.
type feedFigures struct {
	Program    string  `json:"program"`
	Round      string  `json:"round"` // "first", "later"
	Polls      int     `json:"polls"`
	Seconds    float64 `json:"seconds"`
	PerSecond  float64 `json:"polls_per_second"`
	CPUms      float64 `json:"cpu_ms_per_poll"`
	PerCPU     float64 `json:"polls_per_cpu_second"`
	Articles   int     `json:"articles"` // that are stored
	PeakMB     float64 `json:"peak_mb,omitempty"`
	HeapMB     float64 `json:"heap_mb,omitempty"`     // live, at rest
	AtRest     int     `json:"goroutines_at_rest"`    // beyond those before the first poll
	OfMiniflux float64 `json:"of_miniflux,omitempty"` // CPU time per poll as a share of miniflux's
}

// Run measures.
func (f feedsCmd) Run(c *call) error {
	if f.Miniflux != "" && f.Postgres == "" {
		return errors.New("--miniflux needs --postgres, a server for the databases of both")
	}
	port, stop, err := startFeedServer(c.ctx, "--change="+strconv.Itoa(f.Change), "--items="+strconv.Itoa(f.Items))
	if err != nil {
		return err
	}
	defer stop()
	var peer feedFigures
	if f.Miniflux != "" {
		all, err := f.miniflux(c.ctx, port)
		if err != nil {
			return err
		}
		peer = all[len(all)-1]
		for _, got := range all {
			if err := c.report(got); err != nil {
				return err
			}
		}
	}
	ours, err := f.daybrief(c.ctx, port)
	for _, got := range ours {
		if got.Round == peer.Round && peer.CPUms > 0 {
			got.OfMiniflux = got.CPUms / peer.CPUms
		}
		if err := c.report(got); err != nil {
			return err
		}
	}
	return err
}

// address is where a source is read.
func (f feedsCmd) address(port string, i int) string {
	host := "127.0.0.1"
	if f.Hosts > 1 {
		h := i % f.Hosts
		host = fmt.Sprintf("127.%d.%d.%d", 1+h>>16, h>>8&255, h&255)
	}
	return fmt.Sprintf("http://%s:%s/feed/%d", host, port, i)
}

// daybrief measures this program.
func (f feedsCmd) daybrief(ctx context.Context, port string) ([]feedFigures, error) {
	dsn, drop, err := f.database(ctx)
	if err != nil {
		return nil, err
	}
	defer drop()
	s, err := store.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for i := range f.Sources {
		src := digest.Source{Name: "Source " + strconv.Itoa(i), URL: f.address(port, i), Kind: digest.FeedSource, FullText: digest.FullTextNever, From: "config"}
		if _, _, err := s.SaveSource(ctx, src); err != nil {
			return nil, err
		}
	}
	tagger, err := tag.New(tag.Options{})
	if err != nil {
		return nil, err
	}
	first, err := f.measure(ctx, feedMeter{store: s, tagger: tagger, round: "first", times: 1})
	if err != nil {
		return nil, err
	}
	// The other rounds are those of a program that was started again: what the
	// first one has read of old news is no longer looked at.
	later, err := f.measure(ctx, feedMeter{store: s, tagger: tagger, round: "later", times: f.Rounds})
	return []feedFigures{first, later}, err
}

// database is the one that is asked for, or one for this run alone.
func (f feedsCmd) database(ctx context.Context) (dsn string, drop func(), err error) {
	switch {
	case f.Database != "":
		return f.Database, func() {}, nil
	case f.Postgres != "":
		return temporaryDatabase(ctx, f.Postgres, "daybrief")
	}
	dir, err := os.MkdirTemp("", "loadtest")
	return filepath.Join(dir, "feeds.db"), func() { _ = os.RemoveAll(dir) }, err
}

// feedMeter measures rounds of polls.
type feedMeter struct {
	store  *store.Store
	tagger *tag.Tagger
	round  string
	times  int

	poll    func(context.Context) error
	sources int
	before  int // goroutines
}

// measure plugs together what serve does, and measures rounds of it.
func (f feedsCmd) measure(ctx context.Context, m feedMeter) (feedFigures, error) {
	rule, err := feed.ParseAllow("127.0.0.0/8")
	if err != nil {
		return feedFigures{}, err
	}
	forgetPeak()
	fetcher := feed.NewFetcher(feed.Options{Allow: []feed.AllowRule{rule}, Concurrent: f.Concurrent})
	in := ingest.New(ingest.Options{Store: m.store, Tagger: m.tagger, Grouper: story.New(story.Options{})})
	m.poll = feed.NewPoller(feed.PollerOptions{
		Fetcher: fetcher, Store: m.store, Concurrent: f.Concurrent,
		Take: func(ctx context.Context, articles []digest.Article) (int, error) {
			counts, err := in.Add(ctx, articles)
			return counts.New, err
		},
	}).Poll
	m.sources, m.before = f.Sources, runtime.NumGoroutine()
	file := f.Profile
	if file != "" {
		file += "." + m.round
	}
	stop, err := profile(file)
	if err != nil {
		return feedFigures{}, err
	}
	defer stop()
	return m.run(ctx)
}

// run reads all sources some times.
func (m feedMeter) run(ctx context.Context) (feedFigures, error) {
	got := feedFigures{Program: "daybrief", Round: m.round, Polls: m.times * m.sources}
	var took, used time.Duration
	for range m.times {
		// All are due at once: the worst case, and the one that can be measured.
		if _, err := m.store.DB().ExecContext(ctx, "UPDATE sources SET next_poll = 0"); err != nil {
			return got, err
		}
		began, cpu := time.Now(), cpuTime()
		if err := m.poll(ctx); err != nil {
			return got, err
		}
		took, used = took+time.Since(began), used+cpuTime()-cpu
	}
	got.rate(took, used)
	return got, m.rest(ctx, &got)
}

func (g *feedFigures) rate(took, used time.Duration) {
	n := float64(g.Polls)
	g.Seconds, g.PerSecond = took.Seconds(), n/took.Seconds()
	g.CPUms, g.PerCPU = used.Seconds()*1000/n, n/used.Seconds()
}

// rest looks at what is held when nothing is read, and checks that all was.
func (m feedMeter) rest(ctx context.Context, got *feedFigures) error {
	got.PeakMB = peakMB()
	got.AtRest = settledGoroutines(ctx) - m.before
	got.HeapMB = float64(heap()) / (1 << 20)
	var failed int
	if err := m.store.DB().QueryRowContext(ctx, "SELECT count(*) FROM sources WHERE state = 'failing' OR next_poll = 0").Scan(&failed); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d sources were not read", failed, m.sources)
	}
	return m.store.DB().QueryRowContext(ctx, "SELECT count(*) FROM articles").Scan(&got.Articles)
}

// settledGoroutines counts once those of closed connections have ended.
func settledGoroutines(ctx context.Context) int {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	least, since := runtime.NumGoroutine(), 0
	for since < 10 && ctx.Err() == nil {
		<-tick.C
		if n := runtime.NumGoroutine(); n < least {
			least, since = n, 0
		}
		since++
	}
	return least
}

func (g feedFigures) String() string {
	out := fmt.Sprintf("%s, %s round: %d polls in %.1f s = %.0f a second; CPU %.3f ms a poll = %.0f polls a CPU second; %d articles",
		g.Program, g.Round, g.Polls, g.Seconds, g.PerSecond, g.CPUms, g.PerCPU, g.Articles)
	if g.PeakMB > 0 {
		out += fmt.Sprintf("; peak %.0f MB, heap %.0f MB, %d goroutines more at rest", g.PeakMB, g.HeapMB, g.AtRest)
	}
	if g.OfMiniflux > 0 {
		out += fmt.Sprintf("; %.2f of miniflux's CPU time a poll", g.OfMiniflux)
	}
	return out
}
