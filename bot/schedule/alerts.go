package schedule

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/alert"
)

// AlertStore is the part of the store that alerts need.
type AlertStore interface {
	AlertNews
	AlertLedger
	Changed(ctx context.Context, after int64) (digest.Changed, error)
	UpdateSubscription(ctx context.Context, s digest.Subscription) error
	Setting(ctx context.Context, key string) (string, error)
	SetSetting(ctx context.Context, key, value string) error
	Sources(ctx context.Context) ([]digest.Source, error)
}

// AlertNews is where articles and stories come from.
type AlertNews interface {
	ArticlesAfter(ctx context.Context, id int64, limit int) ([]digest.Article, error)
	LastArticle(ctx context.Context) (int64, error)
	Articles(ctx context.Context, ids []int64) ([]digest.Article, error)
	Stories(ctx context.Context, ids []int64) ([]digest.Story, error)
	Members(ctx context.Context, storyIDs []int64) (map[int64][]int64, error)
	Printed(ctx context.Context, articleIDs []int64) (map[int64]time.Time, error)
	SourceSince(ctx context.Context, name string) (time.Time, error)
}

// AlertLedger is what was alerted, and what waits.
type AlertLedger interface {
	CreateEditions(ctx context.Context, plans []digest.EditionPlan, enqueue func(ctx context.Context, tx *sql.Tx, deliveries []int64) error) (int, error)
	FirstDelivery(ctx context.Context, subscriptionID int64) (digest.Delivery, error)
	AlertedOf(ctx context.Context, storyIDs []int64) ([]digest.Alerted, error)
	AlertTimes(ctx context.Context, since time.Time) (map[int64][]time.Time, error)
	AddHeld(ctx context.Context, held ...digest.Held) error
	DelayHeld(ctx context.Context, ids []int64, until time.Time) error
	DropHeld(ctx context.Context, ids []int64) error
	HeldDue(ctx context.Context, now time.Time, limit int) ([]digest.Held, error)
	HeldOf(ctx context.Context, storyIDs []int64) ([]digest.Held, error)
}

// AlertOptions are what Alerts need.
type AlertOptions struct {
	Store     AlertStore
	Read      func(query string, now time.Time) (digest.Query, error) // query.Reader's; called from several goroutines at once
	Enqueue   func(ctx context.Context, tx *sql.Tx, deliveries []int64) error
	Platforms []bot.Platform
	Lang      string // of alerts whose subscription has none
	Zone      string // of quiet hours and messages that name none
	Now       func() time.Time
	Log       *slog.Logger
	Every     time.Duration // how often it looks without being nudged; 0 means a second
}

// Alerts sends what people want to hear at once. It goes through the articles
// in the order in which they were stored, from a cursor that it keeps in the
// store, and writes what it decides about each: the alert, its deliveries, its
// jobs and what the destination then knows are one transaction. Whatever it
// forgets when it is stopped stands in the store, and what it does twice
// changes nothing, so that it may be killed at any moment. One process runs it
// at a time, see Holder; two would do no harm but work.
type Alerts struct {
	o         AlertOptions
	platforms map[string]bot.Platform
	nudge     chan struct{}
	ran       atomic.Bool

	mu      sync.Mutex // one Step at a time
	loaded  bool
	cursor  cursor
	choices choices
	news    newsroom
	pending map[int64]bool // followed stories, by subscription, that may have news
	looked  time.Time      // when silent stories were last looked for
}

// NewAlerts makes Alerts.
func NewAlerts(o AlertOptions) *Alerts {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Every = cmp.Or(o.Every, time.Second)
	a := &Alerts{o: o, platforms: map[string]bot.Platform{}, nudge: make(chan struct{}, 1)}
	for _, p := range o.Platforms {
		a.platforms[p.Name()] = p
	}
	return a
}

// Nudge says that there may be news. It never blocks.
func (a *Alerts) Nudge() {
	select {
	case a.nudge <- struct{}{}:
	default:
	}
}

// Run works until ctx is done. Run again, it reads its state anew, since another
// process may have worked meanwhile.
func (a *Alerts) Run(ctx context.Context) error {
	if a.ran.Swap(true) {
		a.forget()
	}
	tick := time.NewTicker(a.o.Every)
	defer tick.Stop()
	for {
		more, err := a.Step(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was told to stop
		}
		if err != nil {
			a.o.Log.ErrorContext(ctx, "alerts could not be looked for", "error", err)
		}
		if more && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-a.nudge:
		case <-tick.C:
		}
	}
}

// forget drops what is remembered of the store.
func (a *Alerts) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.loaded = false
}

// Step releases what is held and has waited long enough, takes one batch of
// new articles, and tells what is new of followed stories. more means that there
// is another batch. After an error all is read anew at the next step.
func (a *Alerts) Step(ctx context.Context) (more bool, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.load(ctx); err != nil {
		a.loaded = false
		return false, err
	}
	// What waits goes first: else what is new could take its place for ever.
	err = a.release(ctx)
	if err == nil {
		more, err = a.take(ctx)
	}
	if err == nil {
		err = a.followAll(ctx)
	}
	if err != nil {
		a.loaded = false
	}
	return more && err == nil, err
}

// load reads the state that is not there, and what was changed since.
func (a *Alerts) load(ctx context.Context) error {
	if a.loaded {
		return a.refresh(ctx)
	}
	a.choices, a.news, a.pending = newChoices(), newNewsroom(), map[int64]bool{}
	a.looked = time.Time{}
	if err := a.readCursor(ctx); err != nil {
		return err
	}
	if err := a.refresh(ctx); err != nil {
		return err
	}
	// Cooldowns are bounded, so the last message of each alert is among these.
	sent, err := a.o.Store.AlertTimes(ctx, a.o.Now().Add(-a.choices.longest()))
	if err != nil {
		return fmt.Errorf("read when alerts were sent: %w", err)
	}
	a.choices.sent = sent
	a.loaded = true
	return nil
}

// refresh takes over what people have changed, here or in another process.
func (a *Alerts) refresh(ctx context.Context) error {
	changed, err := a.o.Store.Changed(ctx, a.choices.upTo)
	if err != nil {
		return fmt.Errorf("read what was changed: %w", err)
	}
	if changed.UpTo == a.choices.upTo && a.choices.upTo > 0 {
		return nil
	}
	a.apply(ctx, changed)
	if len(a.choices.active) != changed.Active || len(a.choices.profiles) != changed.People {
		// Something was deleted: what is there now is all there is.
		sent := a.choices.sent
		if changed, err = a.o.Store.Changed(ctx, 0); err != nil {
			return fmt.Errorf("read all subscriptions: %w", err)
		}
		a.choices = newChoices()
		a.choices.sent = sent
		a.apply(ctx, changed)
	}
	return nil
}

func (a *Alerts) apply(ctx context.Context, changed digest.Changed) {
	for _, p := range changed.Profiles {
		a.choices.profiles[p.Destination.String()] = p
	}
	readings := a.readAll(changed.Subscriptions)
	for i, sub := range changed.Subscriptions {
		if err := a.choose(sub, readings[i]); err != nil {
			a.o.Log.WarnContext(ctx, "an alert cannot be read", "subscription", sub.ID, "error", err)
		}
	}
	a.choices.upTo = changed.UpTo
}

// reading is what the query of an alert was read as.
type reading struct {
	query digest.Query
	err   error
}

// readAll reads the queries of the active alerts among subscriptions, on all
// CPUs: at the start there may be a hundred thousand.
func (a *Alerts) readAll(subs []digest.Subscription) []reading {
	out, now := make([]reading, len(subs)), a.o.Now()
	var next atomic.Int64
	var done sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(subs)) {
		done.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(subs); i = int(next.Add(1)) - 1 {
				if sub := &subs[i]; sub.Kind == digest.AlertKind && sub.State == digest.Active {
					out[i].query, out[i].err = a.o.Read(sub.Query, now)
				}
			}
		})
	}
	done.Wait()
	return out
}

// choose takes over one subscription as it is now.
func (a *Alerts) choose(sub digest.Subscription, read reading) error {
	c := &a.choices
	c.drop(sub.ID)
	alerts := sub.Kind == digest.AlertKind
	if sub.State != digest.Active || !alerts && sub.Kind != digest.FollowKind {
		return nil
	}
	w := &wish{sub: sub}
	c.active[sub.ID] = w
	if !alerts {
		story, err := followed(sub)
		if err != nil {
			return err
		}
		w.story, c.follows[sub.ID] = story, w
		a.pending[sub.ID] = true
		return nil
	}
	if read.err != nil {
		return read.err
	}
	return c.index.Add(alert.Query{ID: sub.ID, Query: read.query, Filter: sub.Rules.Filter, Created: sub.Created})
}

// followed is the story that a subscription follows.
func followed(sub digest.Subscription) (int64, error) {
	id, err := strconv.ParseInt(strings.TrimPrefix(sub.Query, "story:"), 10, 64)
	if err != nil {
		return 0, digest.Errorf(digest.Invalid, "%q names no story", sub.Query)
	}
	return id, nil
}

// choices is what people have chosen, as it is remembered.
type choices struct {
	upTo     int64
	index    *alert.Index
	active   map[int64]*wish // alerts and followed stories
	follows  map[int64]*wish // of these the followed stories
	profiles map[string]digest.Profile
	sent     map[int64][]time.Time // by subscription, ascending
}

// wish is an alert, whose query the index has, or a followed story.
type wish struct {
	sub   digest.Subscription
	story int64 // that is followed
}

func newChoices() choices {
	return choices{index: alert.NewIndex(), active: map[int64]*wish{}, follows: map[int64]*wish{}, profiles: map[string]digest.Profile{}, sent: map[int64][]time.Time{}}
}

func (c *choices) drop(id int64) {
	c.index.Remove(id)
	delete(c.active, id)
	delete(c.follows, id)
}

// profile is what was chosen for a destination.
func (c *choices) profile(of digest.Destination) digest.Profile {
	p := c.profiles[of.String()]
	p.Destination = of
	return p
}

// maxCooldown bounds how far back messages are read: a longer cooldown counts
// as this.
const maxCooldown = 7 * 24 * time.Hour

// longest is how far back it matters when something was sent.
func (c *choices) longest() time.Duration {
	d := 24 * time.Hour
	for _, w := range c.active {
		d = max(d, min(w.sub.Rules.Cooldown, maxCooldown))
	}
	return d
}

// note remembers that an alert sends a message at a time. Two at one time are
// two.
func (c *choices) note(subscription int64, at time.Time) {
	list := c.sent[subscription]
	if n := len(list); n > 0 && at.Before(list[n-1]) { // the clock was set back
		at = list[n-1]
	}
	const kept = 64
	if len(list) > kept {
		list = append([]time.Time(nil), list[len(list)-kept/2:]...)
	}
	c.sent[subscription] = append(list, at)
}

// unsent forgets that an alert sent at a time: it was held instead.
func (c *choices) unsent(subscription int64, at time.Time) {
	list := c.sent[subscription]
	i := slices.IndexFunc(list, func(t time.Time) bool {
		return t.Truncate(time.Microsecond).Equal(at.Truncate(time.Microsecond))
	})
	if i >= 0 {
		c.sent[subscription] = slices.Concat(list[:i], list[i+1:])
	}
}

// asWish is a subscription as a judge sees it.
func (c *choices) asWish(w *wish, zone string) alert.Wish {
	return alert.Wish{Subscription: w.sub.ID, Rules: w.sub.Rules, Zone: cmp.Or(w.sub.Zone, zone), Sent: c.sent[w.sub.ID]}
}
