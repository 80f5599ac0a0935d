package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/deliver"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/ingest"
	"github.com/daybrief/daybrief/digest/query"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/story"
	"github.com/daybrief/daybrief/digest/tag"
)

// alertsCmd has articles come while very many people have alerts, and measures
// how soon after an article is stored a platform is asked to post.
type alertsCmd struct {
	Queries int           `help:"How many alerts people have." default:"100000"`
	Broad   int           `help:"How many of them ask for a country and a topic alone, and so hear often." default:"200"`
	Rate    int           `help:"Articles a second." default:"50"`
	For     time.Duration `help:"For how long." default:"30s"`

	Database string `help:"Where to store. Default: a SQLite file for this run." placeholder:"DSN"`
}

// alertsFigures are what was measured.
type alertsFigures struct {
	Queries  int           `json:"queries"`
	Load     time.Duration `json:"load"` // to read and index all alerts at start
	Heap     uint64        `json:"heap_bytes"`
	Articles int           `json:"articles"`
	Rate     float64       `json:"articles_per_second"`
	Alerts   int           `json:"alerts"`
	Stored   spread        `json:"ingest"`      // an article's way into the store and its story
	Request  spread        `json:"to_platform"` // from there to the platform's request
}

// Run measures: articles come at a steady rate through the way that all news
// comes, and a fake platform notes when it is asked to post.
func (a alertsCmd) Run(c *call) error {
	out, err := a.measure(c)
	if err != nil {
		return err
	}
	return c.report(out)
}

func (f alertsFigures) String() string {
	return fmt.Sprintf("%d alert queries, loaded in %s, %d MB of heap\n%d articles at %.1f a second, %d alerts\narticle to store: %s\nstored to platform request: %s",
		f.Queries, f.Load.Round(time.Millisecond), f.Heap>>20, f.Articles, f.Rate, f.Alerts, f.Stored, f.Request)
}

// newsroomUnderLoad is the whole way from an article to a platform.
type newsroomUnderLoad struct {
	store     *store.Store
	tagger    *tag.Tagger
	pipeline  *ingest.Pipeline
	alerts    *schedule.Alerts
	scheduler *schedule.Scheduler
	post      *postbox
}

func (a alertsCmd) measure(c *call) (out alertsFigures, err error) {
	dir, err := os.MkdirTemp("", "loadtest-alerts-")
	if err != nil {
		return out, err
	}
	defer os.RemoveAll(dir)
	n := &newsroomUnderLoad{post: &postbox{stored: map[string]time.Time{}}}
	if n.store, err = store.Open(c.ctx, cmp.Or(a.Database, filepath.Join(dir, "loadtest.db"))); err != nil {
		return out, err
	}
	defer n.store.Close()
	if err := a.prepare(c, n); err != nil {
		return out, err
	}
	start := time.Now()
	if _, err := n.alerts.Step(c.ctx); err != nil {
		return out, err
	}
	out.Queries, out.Load, out.Heap = a.Queries, time.Since(start), heap()
	if err := n.scheduler.Start(c.ctx); err != nil {
		return out, err
	}
	work, stop := context.WithCancel(c.ctx)
	var done sync.WaitGroup
	done.Go(func() { _ = n.alerts.Run(work) })
	err = a.publish(c, n, &out)
	stop()
	done.Wait()
	if e := n.scheduler.Stop(context.WithoutCancel(c.ctx)); err == nil {
		err = e
	}
	n.post.mu.Lock()
	defer n.post.mu.Unlock()
	out.Alerts, out.Request = len(n.post.waits), spreadOf(n.post.waits)
	return out, err
}

// prepare stores the alerts and makes all that works.
func (a alertsCmd) prepare(c *call, n *newsroomUnderLoad) (err error) {
	if n.tagger, err = tag.New(tag.Options{}); err != nil {
		return err
	}
	if err := schedule.MigrateQueue(c.ctx, n.store.DB(), n.store.Dialect()); err != nil {
		return err
	}
	quiet := slog.New(slog.NewTextHandler(c.stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	o := schedule.Options{Store: n.store, DB: n.store.DB(), Dialect: n.store.Dialect(), Platforms: []bot.Platform{n.post}, Now: time.Now, Log: quiet,
		Composer: schedule.Composer{Lang: "en", Now: time.Now}}
	o.Deliverer = deliver.New(deliver.Options{Ledger: n.store, Troubles: schedule.NewTroubles(o), Platforms: o.Platforms, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if n.scheduler, err = schedule.New(o); err != nil {
		return err
	}
	n.pipeline = ingest.New(ingest.Options{Store: n.store, Tagger: n.tagger, Grouper: story.New(story.Options{}), Now: time.Now})
	reader := query.New(query.Options{Names: n.tagger.Names(), Zone: time.UTC})
	n.alerts = schedule.NewAlerts(schedule.AlertOptions{Store: n.store, Read: reader.Read, Enqueue: n.scheduler.Enqueue, Platforms: o.Platforms, Lang: "en", Zone: "UTC", Now: time.Now, Log: quiet})
	if err := n.pasts(c); err != nil {
		return err
	}
	return a.subscribe(c, n)
}

// pasts gives each source an article of last month, so that none is new.
func (n *newsroomUnderLoad) pasts(c *call) error {
	sources := map[string]bool{}
	var old []digest.Article
	for a := range (news{articles: 5000, days: 1, until: time.Now(), seed: 2}).all() {
		if !sources[a.Source] {
			sources[a.Source] = true
			month := time.Now().AddDate(0, -1, 0)
			old = append(old, digest.Article{Title: "An old piece of " + a.Source, Source: a.Source, Published: month, Stored: month})
		}
	}
	_, err := n.pipeline.Add(c.ctx, old)
	return err
}

// subscribe stores the alerts: a few broad ones, the others for a country and a
// word that is seldom in the news. They are rows of one kind, written as such,
// since a hundred thousand commits would take minutes.
func (a alertsCmd) subscribe(c *call, n *newsroomUnderLoad) error {
	r := rand.New(rand.NewPCG(1, 1))
	sub, err := n.store.CreateSubscription(c.ctx, digest.Subscription{Kind: digest.AlertKind, Query: "nothing-at-all", Destination: digest.Destination{Platform: "post", Channel: "U0", Direct: true},
		Zone: "UTC", Rules: digest.Rules{PerHour: 1 << 20}, Created: time.Now().Add(-time.Hour)})
	if err != nil {
		return err
	}
	tx, err := n.store.DB().BeginTx(c.ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	copies, err := tx.PrepareContext(c.ctx, `INSERT INTO subscriptions (kind, name, query, platform, workspace, channel, direct, schedule, zone, format, length, catch_up, lang, quiet,
		owner_platform, owner_workspace, owner_id, owner_name, origin, created, next_run, last_run, state, reason, threads, rules, change)
		SELECT kind, name, CAST($1 AS TEXT), platform, workspace, CAST($2 AS TEXT), direct, schedule, zone, format, length, catch_up, lang, quiet,
		owner_platform, owner_workspace, owner_id, owner_name, origin, created, next_run, last_run, state, reason, threads, rules, change FROM subscriptions WHERE id = $3`)
	if err != nil {
		return err
	}
	defer copies.Close()
	where, what := places(), []string{"trade", "politics", "conflict", "monetary-policy", "technology", "crime", "disaster", "sport", "health", "energy", "elections"}
	for i := 1; i < a.Queries; i++ {
		country, _, _ := strings.Cut(where[r.IntN(len(where))], ":")
		q := fmt.Sprintf("%s %q", strings.ToLower(country), invented(r))
		if i <= a.Broad {
			q = strings.ToLower(country) + " " + what[r.IntN(len(what))]
		}
		if _, err := copies.ExecContext(c.ctx, q, fmt.Sprintf("U%d", i), sub.ID); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// publish sends articles at the rate, then waits until nothing more is posted.
func (a alertsCmd) publish(c *call, n *newsroomUnderLoad, out *alertsFigures) error {
	count := int(a.For.Seconds() * float64(a.Rate))
	next, took := time.Now(), []time.Duration{}
	start := next
	i := 0
	for art := range (news{articles: count, days: 1, until: time.Now(), seed: 3}).all() {
		if err := wait(c.ctx, time.Until(next)); err != nil {
			return err
		}
		next = next.Add(time.Second / time.Duration(a.Rate))
		i++
		art.Title = fmt.Sprintf("%s (%d)", art.Title, i)
		art.Published, art.Stored = time.Now().Add(-time.Minute), time.Time{}
		from := time.Now()
		if _, err := n.pipeline.Add(c.ctx, []digest.Article{art}); err != nil {
			return err
		}
		n.post.note(art.Title, time.Now())
		n.alerts.Nudge()
		took = append(took, time.Since(from))
	}
	out.Articles, out.Rate, out.Stored = i, float64(i)/time.Since(start).Seconds(), spreadOf(took)
	return n.post.settle(c.ctx)
}

// postbox is a platform that notes when it is asked to post an article, and
// how long after it was stored.
type postbox struct {
	mu     sync.Mutex
	stored map[string]time.Time // by title
	waits  []time.Duration
}

func (p *postbox) note(title string, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stored[title] = at
}

// settle waits until two seconds pass without a post.
func (p *postbox) settle(ctx context.Context) error {
	for before := -1; ; {
		p.mu.Lock()
		now := len(p.waits)
		p.mu.Unlock()
		if now == before {
			return nil
		}
		before = now
		if err := wait(ctx, 2*time.Second); err != nil {
			return err
		}
	}
}

// Name is that of a platform.
func (*postbox) Name() string { return "post" }

// Render keeps the headline.
func (*postbox) Render(m bot.Message) ([][]byte, error) {
	if len(m.Title) < 3 {
		return [][]byte{[]byte("several")}, nil
	}
	return [][]byte{[]byte(m.Title[2].Text)}, nil // "Alert: …", a dash, the headline
}

// Send notes the time.
func (p *postbox) Send(_ context.Context, post bot.Post) (string, error) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if at, ok := p.stored[string(post.Payload)]; ok {
		p.waits = append(p.waits, max(now.Sub(at), 0))
	}
	return post.Key, nil
}
