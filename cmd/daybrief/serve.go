package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/command"
	"github.com/daybrief/daybrief/bot/deliver"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/bot/web"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/brief"
	"github.com/daybrief/daybrief/digest/feed"
	"github.com/daybrief/daybrief/digest/store"
)

type serveCmd struct {
	Sample bool   `help:"Add sample articles, so that there is a full digest to see without a network."`
	Listen string `help:"Address of the page, instead of DAYBRIEF_LISTEN or the configuration's. Each process on one machine needs its own." placeholder:"HOST:PORT"`
	NoPoll bool   `help:"Read no sources."`
	Role   string `help:"What this process does: all, or some of worker, fetch, gateway, web with commas between them. Needs PostgreSQL." placeholder:"ROLES"`
}

// service is a running bot, as a test sees it.
type service struct {
	URL   string                          // of the page; "" without one
	Tick  func(ctx context.Context) error // what happens each minute
	Store *store.Store
}

// server is everything that serve runs.
type server struct {
	*call
	*app
	cmd       serveCmd
	platforms []bot.Platform
	links     []link
	mount     map[string]http.Handler
	scheduler *schedule.Scheduler
	troubles  *schedule.Troubles
	room      *room
	handler   *command.Handler
	composer  schedule.Composer
	listener  net.Listener
	roles     []schedule.Role // none: all
	process   string
	metrics   *metrics
	onces     atomic.Int64 // see once
}

// Run runs the bot until it is told to stop.
func (s serveCmd) Run(c *call) error {
	a, err := openApp(c)
	if err != nil {
		return err
	}
	defer a.close()
	if s.Listen != "" {
		a.config.Web.Listen = s.Listen
	}
	b := &server{call: c, app: a, cmd: s, mount: map[string]http.Handler{}, process: process(), metrics: newMetrics(c.version)}
	if b.roles, err = rolesOf(cmp.Or(s.Role, a.config.Role)); err != nil {
		return err
	}
	b.room = b.newRoom()
	a.stored, a.took = func(n int) { b.metrics.articles.Add(float64(n)) }, b.room.note
	release, err := b.alone()
	if err != nil {
		return err
	}
	defer release()
	if err := b.prepare(); err != nil {
		return err
	}
	return b.run()
}

// prepare does all that can fail before anything runs.
func (b *server) prepare() error {
	if err := schedule.MigrateQueue(b.ctx, b.store.DB(), b.store.Dialect()); err != nil {
		return err
	}
	if err := b.fill(); err != nil {
		return err
	}
	b.composer = b.newComposer()
	schedules := &schedules{composer: b.composer, skip: b.config.SkipDays}
	b.handler = b.app.handler(schedules, b.mayPost, b.mayThread)
	b.platforms = []bot.Platform{web.Platform{}}
	if err := errors.Join(b.connectSlack(), b.connectDiscord()); err != nil {
		return err
	}
	if err := b.plan(); err != nil {
		return err
	}
	schedules.scheduler = b.scheduler
	return b.listen()
}

// newComposer makes what builds digests, for serve and in the terminal.
func (a *app) newComposer() schedule.Composer {
	return schedule.Composer{Digests: a.briefs, SkipDays: a.config.SkipDays, Lang: a.config.Language, Page: a.config.Web.URL, Now: a.now, Profile: a.store.Profile}
}

// handler answers commands, for serve and in the terminal.
func (a *app) handler(plans command.Schedules, mayPost, mayThread func(context.Context, digest.Destination) error) *command.Handler {
	return command.New(command.Options{Reader: a.reader, Briefs: answers{a.briefs}, Store: a.store, Schedules: plans, MayPost: mayPost, MayThread: mayThread,
		Alerts: schedule.Explainer{Store: a.store, Read: a.reader.Read, Lang: a.config.Language, Zone: a.zone, Now: a.now},
		Lang:   a.config.Language, Zone: a.zone, Page: a.config.Web.URL, Topic: a.tagger.TopicTitle, Country: a.country, Log: a.log})
}

// country names a country for people.
func (a *app) country(code, lang string) string {
	return a.reader.Title(digest.Query{Countries: []string{code}}, lang)
}

// mayPost asks the platform of a channel whether it can post there.
func (b *server) mayPost(ctx context.Context, to digest.Destination) error {
	for _, p := range b.platforms {
		if door, ok := p.(bot.Doorman); ok && p.Name() == to.Platform {
			return door.MayPost(ctx, to)
		}
	}
	return nil
}

// mayThread asks it whether threads can be begun there too, where that takes
// more.
func (b *server) mayThread(ctx context.Context, to digest.Destination) error {
	for _, p := range b.platforms {
		if door, ok := p.(bot.Threader); ok && p.Name() == to.Platform {
			return door.MayThread(ctx, to)
		}
	}
	return b.mayPost(ctx, to)
}

// fill adds the sources of the configuration, and the sample.
func (b *server) fill() error {
	if err := b.fillSources(); err != nil {
		return err
	}
	if !b.cmd.Sample {
		return nil
	}
	counts, err := b.ingest.Add(b.ctx, feed.Sample(b.now()))
	if err != nil {
		return err
	}
	if counts.New > 0 {
		b.audit(b.call, "sample", stored(counts))
	}
	fmt.Fprintf(b.stdout, "Sample: %s added, %d there already.\n", plural(counts.New, "article"), counts.Known+counts.Revised)
	return nil
}

// fillSources writes the sources that are new or changed; most starts have
// none.
func (b *server) fillSources() error {
	have, err := b.store.Sources(b.ctx)
	if err != nil {
		return err
	}
	known := map[string]digest.Source{}
	for _, s := range have {
		known[s.Name] = s
	}
	unwanted, err := b.store.Settings(b.ctx, unwantedPrefix)
	if err != nil {
		return err
	}
	changed := 0
	for _, src := range configSources(b.config, feed.Starter()) {
		if src.From != "config" && unwanted[unwantedPrefix+src.Name] != "" {
			continue
		}
		old, ok := known[src.Name]
		src.ID, src.Health = old.ID, old.Health
		if ok && (sameSource(old, src) || old.Health.State == digest.SourceGone) {
			continue
		}
		src.ID, src.Health = 0, digest.SourceHealth{}
		if _, _, err := b.store.SaveSource(b.ctx, src); err != nil {
			return err
		}
		changed++
	}
	if changed > 0 {
		b.audit(b.call, "sources configured", plural(changed, "source"))
	}
	return nil
}

// sameSource compares what is said of a source now with what is stored. The
// address of a starter source may have moved since, which is not undone.
func sameSource(a, b digest.Source) bool {
	return (b.From != "config" || a.URL == b.URL) && a.Kind == b.Kind && a.Country == b.Country && a.Lang == b.Lang && slices.Equal(a.Topics, b.Topics) && a.Group == b.Group && a.FullText == b.FullText
}

// plan makes the scheduler with all that it drives.
func (b *server) plan() error {
	listener, err := b.store.Listener(b.ctx)
	if err != nil {
		return err
	}
	o := schedule.Options{Store: b.ledger(), DB: b.store.DB(), Dialect: b.store.Dialect(), Listener: listener, Composer: b.composer, Platforms: b.platforms,
		Lang: b.config.Language, Prune: b.prune, Roles: b.roles, Now: b.now, Log: b.log}
	if b.config.Operator != "" {
		to := destination(b.config.Operator)
		o.Operator = &to
	}
	b.troubles = schedule.NewTroubles(o)
	o.Troubles = b.troubles
	if !b.cmd.NoPoll && b.does(schedule.Fetch) {
		o.Poll = b.poller().Poll
	}
	o.Deliverer = deliver.New(deliver.Options{Ledger: b.ledger(), Troubles: b.troubles, Hours: schedule.Hours{Store: b.store, Zone: b.zone, Now: b.now, Log: b.log}, Platforms: b.platforms, Now: b.now, Log: b.log})
	if b.scheduler, err = schedule.New(o); err != nil {
		return err
	}
	if b.does(schedule.Worker) {
		alerts := schedule.NewAlerts(schedule.AlertOptions{Store: b.ledger(), Read: b.reader.Read, Enqueue: b.scheduler.Enqueue, Platforms: b.platforms,
			Lang: b.config.Language, Zone: b.zone, Now: b.now, Log: b.log})
		b.grouped = alerts.Nudge
		b.links = append(b.links, link{name: "alerts", inner: true, places: []string{"alerts"}, run: alerts.Run})
		if b.store.Dialect() == store.Postgres {
			crew := &schedule.Crew{Store: b.store, Process: b.process, Platforms: b.platforms, Pauses: b.pauses, Now: b.now, Log: b.log}
			b.links = append(b.links, link{name: "workers", inner: true, run: crew.Run})
		}
	}
	wanted, err := configSubscriptions(b.config, b.zone)
	if err != nil {
		return err
	}
	return b.subscribe(wanted)
}

// subscribe makes the subscriptions of the configuration be those in the
// store, and notes those that changed.
func (b *server) subscribe(wanted []digest.Subscription) error {
	configured := digest.SubscriptionFilter{From: "config", States: []digest.SubscriptionState{digest.Active, digest.Paused, digest.Suspended, digest.Removed}}
	before, err := b.store.Subscriptions(b.ctx, configured)
	if err != nil {
		return err
	}
	if err := b.scheduler.Sync(b.ctx, wanted); err != nil {
		return err
	}
	after, err := b.store.Subscriptions(b.ctx, configured)
	if err != nil {
		return err
	}
	old := map[int64]digest.Subscription{}
	for _, s := range before {
		old[s.ID] = s
	}
	for _, s := range after {
		if !reflect.DeepEqual(old[s.ID], s) {
			b.audit(b.call, "subscription configured", fmt.Sprintf("%d %s -> %s %s %s %s", s.ID, s.Query, s.Destination, s.Schedule, s.Zone, s.State))
		}
	}
	return nil
}

// words are those that channels and the operator read.
func (b *server) words() bot.Words { return bot.WordsIn(b.config.Language) }

// tellOperator tells the operator of a thing, where one is set.
func (b *server) tellOperator(ctx context.Context, what string, id int64, text bot.Text) {
	b.troubles.Notice(ctx, bot.Message{Lang: b.words().Lang(), At: b.now(), Lead: []bot.Text{text}}, schedule.NoticeKey(what, id, b.now()))
}

// ledger is the store, with what is counted on the way.
func (b *server) ledger() ledger { return ledger{b.store, b.metrics, b.now} }

// run serves until the context ends or a connection ends for good.
func (b *server) run() error {
	if err := b.scheduler.Start(b.ctx); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(b.ctx)
	if b.listener != nil {
		page, err := b.page()
		if err != nil {
			return err
		}
		group.Go(func() error { return serveHTTP(ctx, b.listener, page) })
	}
	group.Go(func() error { return b.room.watch(ctx) })
	for _, l := range b.links {
		group.Go(func() error { return b.hold(ctx, l) })
	}
	b.welcome()
	if b.served != nil {
		b.served(service{URL: b.url(), Tick: b.scheduler.Tick, Store: b.store})
	}
	group.Go(func() error { <-ctx.Done(); return nil })
	err := group.Wait()
	stop, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), 30*time.Second)
	defer cancel()
	return errors.Join(err, b.scheduler.Stop(stop))
}

// welcome tells what runs, for a person who just started it.
func (b *server) welcome() {
	names := []string{}
	for _, l := range b.links {
		if !l.inner {
			names = append(names, l.name)
		}
	}
	if u := b.url(); u != "" && b.does(schedule.Web) {
		fmt.Fprintln(b.stdout, "Page:", u)
	}
	if len(b.roles) > 0 {
		fmt.Fprintln(b.stdout, "Roles:", joined(b.roles))
	}
	if len(b.platforms) == 1 {
		fmt.Fprintln(b.stdout, "Slack and Discord: not connected, since no token is set. See the README, or try the page.")
	} else if len(names) > 0 {
		fmt.Fprintln(b.stdout, "Connecting:", strings.Join(names, ", "))
	}
	fmt.Fprintln(b.stdout, "Stop with Ctrl-C.")
}

// pruneBatch is how many rows are deleted in one transaction, so that the
// others get their turn.
const pruneBatch = 500

// prune deletes what is older than the configuration keeps.
func (b *server) prune(ctx context.Context) error {
	now := b.now()
	h := store.Horizons{Articles: now.Add(-time.Duration(b.config.Keep.Articles)), Features: now.Add(-featuresFor), Editions: now.Add(-time.Duration(b.config.Keep.Editions)),
		Answers: now.Add(-answersFor), Audit: now.Add(-auditFor), Leases: now.Add(-leasesFor)}
	gone, err := b.store.Prune(ctx, h, pruneBatch)
	if err == nil && gone != (store.Pruned{}) {
		b.log.InfoContext(ctx, "pruned", "articles", gone.Articles, "stories", gone.Stories, "editions", gone.Editions, "answers", gone.Answers)
	}
	return err
}

// How long the smaller things are kept.
const (
	featuresFor = 30 * 24 * time.Hour  // stories are live for a few days
	answersFor  = 30 * 24 * time.Hour  // buttons of old answers
	auditFor    = 365 * 24 * time.Hour // who changed what
	leasesFor   = 24 * time.Hour       // what was done once; clocks differ by less
)

// answers lets commands ask the briefer.
type answers struct{ *brief.Briefer }

// Answer answers a page of a query.
func (a answers) Answer(ctx context.Context, q digest.Query, p command.Page) (digest.Brief, error) {
	return a.Briefer.Answer(ctx, brief.Ask{Query: q, Limit: p.Limit, Offset: p.Offset, Now: p.Now, Format: p.Format, Profile: p.Profile, Lang: p.Lang})
}

// schedules lets commands ask the scheduler, which is made after them.
type schedules struct {
	composer  schedule.Composer
	skip      []string
	scheduler *schedule.Scheduler
}

func (s *schedules) Parse(when string) (string, error) { return schedule.ParseWhen(when) }

func (s *schedules) Describe(spec string, w bot.Words) string { return schedule.Describe(spec, w) }

func (s *schedules) Coming(spec, zone string, after time.Time, n int) ([]time.Time, error) {
	p, err := schedule.NewPlan(spec, zone, s.skip)
	if err != nil {
		return nil, err
	}
	coming := p.Coming(after, n)
	if len(coming) == 0 {
		return nil, digest.Errorf(digest.Invalid, "the schedule %q never comes", spec)
	}
	return coming, nil
}

func (s *schedules) Preview(ctx context.Context, sub digest.Subscription) (bot.Message, error) {
	return s.composer.Preview(ctx, sub)
}

func (s *schedules) RunNow(ctx context.Context, id int64) (digest.Edition, error) {
	if s.scheduler == nil {
		return digest.Edition{}, digest.Errorf(digest.Unavailable, "Nothing is posted from the terminal").WithHint("Ask for it on the page of a running “daybrief serve”, or in the channel.")
	}
	return s.scheduler.RunNow(ctx, id)
}
