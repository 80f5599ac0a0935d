package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/deliver"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/brief"
	"github.com/daybrief/daybrief/digest/ingest"
	"github.com/daybrief/daybrief/digest/query"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/store/storetest"
	"github.com/daybrief/daybrief/digest/story"
	"github.com/daybrief/daybrief/digest/tag"
)

// digestsCmd has very many digests due in one minute: how long they take to
// build, and how near the posting then comes to what the platforms allow.
type digestsCmd struct {
	Subscriptions int           `help:"How many are due, half of them in Slack and half in Discord." default:"10000"`
	Queries       int           `help:"How many different queries they have." default:"200"`
	Articles      int           `help:"Articles of the last three days in the store." default:"20000"`
	Database      string        `help:"sqlite or postgres." enum:"sqlite,postgres" default:"sqlite"`
	For           time.Duration `help:"How long the posting is watched." default:"60s"`
	Known         bool          `help:"What Discord's channels are was asked before, as on every morning but the first. Asking takes a while."`
	Profile       string        `help:"Write a CPU profile of the building to this file." placeholder:"FILE"`
}

// digestsFigures is what was measured.
type digestsFigures struct {
	Database      string      `json:"database"`
	Subscriptions int         `json:"subscriptions"`
	Queries       int         `json:"queries"`
	Articles      int         `json:"articles"`
	Editions      int         `json:"editions"`
	Parts         int         `json:"parts"`
	Stories       float64     `json:"stories_per_edition"`
	Built         float64     `json:"built_s"`
	CPU           float64     `json:"built_cpu_s"` // of this process, on all cores
	Slack         paceFigures `json:"slack"`
	Discord       paceFigures `json:"discord"`
}

// Run fills a store, builds, posts.
func (g digestsCmd) Run(c *call) error {
	w := &witness{}
	var out digestsFigures
	err := w.watch(func() (err error) { out, err = g.measure(c, w); return err })
	if err != nil {
		return err
	}
	return c.report(out)
}

func (f digestsFigures) String() string {
	return fmt.Sprintf("%d editions of %d queries in %d parts built in %.1f s (%.1f s of CPU, %.0f/s, %.1f stories each) on %s\nSlack: %v\nDiscord: %v",
		f.Editions, f.Queries, f.Parts, f.Built, f.CPU, float64(f.Editions)/f.Built, f.Stories, f.Database, f.Slack, f.Discord)
}

// morning is what the digests are built in.
type morning struct {
	digestsCmd
	call      *call
	store     *store.Store
	tagger    *tag.Tagger
	slack     *limitedSlack
	discord   *limitedDiscord
	scheduler *schedule.Scheduler
}

func (g digestsCmd) measure(c *call, w *witness) (digestsFigures, error) {
	m := &morning{digestsCmd: g, call: c, slack: newLimitedSlack(w, g.Subscriptions/2), discord: newLimitedDiscord(w, g.Subscriptions/2)}
	if err := m.prepare(w); err != nil {
		return digestsFigures{}, err
	}
	cpu := cpuTime()
	took, err := m.build()
	cpu = cpuTime() - cpu
	if err != nil {
		return digestsFigures{}, err
	}
	out := digestsFigures{Database: g.Database, Subscriptions: g.Subscriptions, Queries: g.Queries, Articles: g.Articles, Built: took.Seconds(), CPU: cpu.Seconds()}
	if err := m.count(&out); err != nil {
		return out, err
	}
	out.Slack, out.Discord, err = m.post()
	return out, err
}

func (m *morning) prepare(w *witness) error {
	dir, err := os.MkdirTemp("", "loadtest-digests-")
	if err != nil {
		return err
	}
	w.Cleanup(func() { os.RemoveAll(dir) })
	dsn := filepath.Join(dir, "digests.db")
	if m.Database == "postgres" {
		dsn = storetest.PostgresDSN(w)
	}
	ctx := m.call.ctx
	if m.store, err = store.Open(ctx, dsn); err != nil {
		return err
	}
	w.Cleanup(func() { _ = m.store.Close() })
	if m.tagger, err = tag.New(tag.Options{}); err != nil {
		return err
	}
	if err := m.takeIn(); err != nil {
		return err
	}
	if err := schedule.MigrateQueue(ctx, m.store.DB(), m.store.Dialect()); err != nil {
		return err
	}
	if err := m.subscribe(); err != nil {
		return err
	}
	return m.plan(w)
}

// takeIn takes articles of the last three days in, through the way that all
// news comes.
func (m *morning) takeIn() error {
	pipeline := ingest.New(ingest.Options{Store: m.store, Tagger: m.tagger, Grouper: story.New(story.Options{}), Now: time.Now})
	made := news{articles: m.Articles, days: 3, until: time.Now(), seed: 1}
	batch := make([]digest.Article, 0, 2000)
	for article := range made.all() {
		if batch = append(batch, article); len(batch) < cap(batch) {
			continue
		}
		if _, err := pipeline.Add(m.call.ctx, batch); err != nil {
			return err
		}
		batch = batch[:0]
	}
	_, err := pipeline.Add(m.call.ctx, batch)
	return err
}

// topicsAsked are what each country is asked for.
func topicsAsked() []string {
	return []string{"trade", "conflict", "government", "monetary policy", "technology"}
}

// subscribe makes the subscriptions, all due now.
func (m *morning) subscribe() error {
	now := time.Now()
	for i := range m.Subscriptions {
		n := i % m.Queries
		country, _, _ := strings.Cut(places()[n/len(topicsAsked())%len(places())], ":")
		sub := digest.Subscription{Kind: digest.DigestKind, Name: fmt.Sprintf("Desk %d", i), Query: country + " " + topicsAsked()[n%len(topicsAsked())],
			Destination: m.discord.destination(i / 2), Schedule: "0 8 * * *", Zone: "UTC", Format: digest.Compact, Length: 10, Lang: "en", From: "command",
			State: digest.Active, Created: now, NextRun: now.Truncate(time.Minute)}
		if i%2 == 0 {
			sub.Destination = m.slack.destination(i / 2)
		}
		if _, err := m.store.CreateSubscription(m.call.ctx, sub); err != nil {
			return err
		}
	}
	return nil
}

// plan plugs the scheduler together as serve does.
func (m *morning) plan(w *witness) error {
	log := slog.New(slog.DiscardHandler)
	app, err := slack.New(slack.Options{BotToken: m.slack.srv.BotToken, APIURL: m.slack.address() + "/api/", Logger: log, Patience: childPatience})
	if err != nil {
		return err
	}
	adapter, err := discord.New(discord.Options{Token: m.discord.token(), APIURL: m.discord.address(), Logger: log})
	if err != nil {
		return err
	}
	if m.Known {
		if err := m.know(adapter); err != nil {
			return err
		}
	}
	listener, err := m.store.Listener(m.call.ctx)
	if err != nil {
		return err
	}
	if listener != nil {
		w.Cleanup(listener.Close)
	}
	reader := query.New(query.Options{Names: m.tagger.Names(), Zone: time.UTC})
	briefs := brief.New(brief.Options{Store: m.store, Reader: reader, Tagger: m.tagger, Share: true})
	o := schedule.Options{Store: m.store, DB: m.store.DB(), Dialect: m.store.Dialect(), Listener: listener, Platforms: []bot.Platform{app, adapter}, Lang: "en",
		Composer: schedule.Composer{Digests: briefs, Lang: "en", Now: time.Now}, Now: time.Now, Log: log}
	o.Deliverer = deliver.New(deliver.Options{Ledger: m.store, Troubles: schedule.NewTroubles(o), Platforms: o.Platforms, Now: time.Now, Log: log})
	m.scheduler, err = schedule.New(o)
	return err
}

// know asks what each of Discord's channels is, as the first morning did.
func (m *morning) know(door bot.Doorman) error {
	group, ctx := errgroup.WithContext(m.call.ctx)
	group.SetLimit(8)
	for i := range m.discord.channels {
		group.Go(func() error { return door.MayPost(ctx, m.discord.destination(i)) })
	}
	return group.Wait()
}

// build is the tick in which all are due.
func (m *morning) build() (time.Duration, error) {
	stop, err := profile(m.Profile)
	if err != nil {
		return 0, err
	}
	defer stop()
	start := time.Now()
	err = m.scheduler.Tick(m.call.ctx)
	return time.Since(start), err
}

// count looks at what was built.
func (m *morning) count(out *digestsFigures) error {
	rows := m.store.DB().QueryRowContext(m.call.ctx, "SELECT (SELECT count(*) FROM editions), (SELECT count(*) FROM deliveries)")
	if err := rows.Scan(&out.Editions, &out.Parts); err != nil {
		return err
	}
	if out.Editions != m.Subscriptions {
		return fmt.Errorf("%d editions of %d were built", out.Editions, m.Subscriptions)
	}
	editions, err := m.store.Editions(m.call.ctx, digest.EditionFilter{Limit: 1000})
	if err != nil {
		return err
	}
	for _, e := range editions {
		out.Stories += float64(len(e.Stories)) / float64(len(editions))
	}
	return nil
}

// warmUp is the longest time that the posting goes on before it is watched.
const warmUp = 10 * time.Second

// post starts the queue and watches what becomes visible.
func (m *morning) post() (inSlack, inDiscord paceFigures, err error) {
	ctx := m.call.ctx
	if err := m.scheduler.Start(ctx); err != nil {
		return inSlack, inDiscord, err
	}
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		err = cmp.Or(err, m.scheduler.Stop(stop))
	}()
	if err := wait(ctx, min(warmUp, m.For)); err != nil {
		return inSlack, inDiscord, err
	}
	before := []int64{m.slack.posted.Load(), m.discord.posted.Load()}
	start := time.Now()
	if err := m.watch(ctx, before); err != nil {
		return inSlack, inDiscord, err
	}
	took := time.Since(start).Seconds()
	inSlack = paced(m.slack.posted.Load()-before[0], took, slackAllows, m.slack.refused.Load())
	inDiscord = paced(m.discord.posted.Load()-before[1], took, discordAllows, m.discord.refused.Load())
	return inSlack, inDiscord, nil
}

// watch lasts as long as was asked for, and until something was posted at all:
// on a machine that is busy with other things that may take a while.
func (m *morning) watch(ctx context.Context, before []int64) error {
	if err := wait(ctx, m.For); err != nil {
		return err
	}
	for range 600 {
		if m.slack.posted.Load() > before[0] && m.discord.posted.Load() > before[1] {
			return nil
		}
		if err := wait(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}
