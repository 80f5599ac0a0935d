package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
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
	handler  *command.Handler
	store    *store.Store
	articles int
	took     time.Duration // to take them in
	dir      string
}

// figures are those that are known before anybody asks.
func (a *answering) figures() askedFigures {
	return askedFigures{Articles: a.articles, TakenIn: float64(a.articles) / a.took.Seconds(), HeapBefore: heap()}
}

// newAnswering takes n made-up articles of ninety days in, through the way
// that all news comes. It must be closed.
func newAnswering(c *call, n int, now func() time.Time) (*answering, error) {
	dir, err := os.MkdirTemp("", "loadtest-")
	if err != nil {
		return nil, err
	}
	a := &answering{dir: dir, articles: n}
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
	composer := schedule.Composer{Digests: briefs, Lang: "en", Now: now}
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
			c.progress("%d of %d articles", done, n)
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
	c.progress("")
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
