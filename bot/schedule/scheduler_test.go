package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/deliver"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/brief"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// news is a Digester with one story for each query, that counts what it is
// asked.
type news struct {
	mu     sync.Mutex
	orders []brief.Order
	empty  bool
	fail   error
}

func (n *news) Digest(_ context.Context, o brief.Order) (digest.Digest, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.orders = append(n.orders, o)
	d := digest.Digest{Name: o.Subscription.Name, Since: o.Since, Until: o.Until, Late: o.Late}
	if !n.empty {
		d.Stories = []digest.StoryBrief{{Story: digest.Story{ID: 1, Title: "Seoul and Washington apart", Articles: 2, Sources: 2}}}
		d.Sections = []digest.Section{{Stories: d.Stories}}
	}
	return d, n.fail
}

// office is a scheduler on a real store and queue, with a fake platform.
type office struct {
	store     *store.Store
	clock     *digesttest.Clock
	platform  *bottest.Platform
	news      *news
	scheduler *schedule.Scheduler
	sub       digest.Subscription
}

func newOffice(t *testing.T, s *store.Store) *office {
	t.Helper()
	if err := schedule.MigrateQueue(t.Context(), s.DB(), s.Dialect()); err != nil {
		t.Fatal(err)
	}
	o := &office{store: s, clock: digesttest.NewClock(time.Time{}), platform: bottest.NewPlatform("slack"), news: &news{}}
	o.scheduler = o.open(t)
	sub, err := s.CreateSubscription(t.Context(), digesttest.Subscription(nil))
	if err != nil {
		t.Fatal(err)
	}
	o.sub = sub
	return o
}

// open makes another scheduler on the same database: a replica, or the
// program after a restart.
func (o *office) open(t *testing.T, change ...func(*schedule.Options)) *schedule.Scheduler {
	t.Helper()
	opts := schedule.Options{Store: o.store, DB: o.store.DB(), Dialect: o.store.Dialect(), Platforms: []bot.Platform{o.platform}, Now: o.clock.Now, Log: slog.New(slog.DiscardHandler),
		Composer: schedule.Composer{Digests: o.news, Now: o.clock.Now, Lang: "en"}}
	for _, c := range change {
		c(&opts)
	}
	opts.Troubles = schedule.NewTroubles(opts)
	opts.Deliverer = deliver.New(deliver.Options{Ledger: o.store, Troubles: opts.Troubles, Platforms: opts.Platforms, Now: o.clock.Now, Elapsed: elapsed(o.clock), Log: opts.Log})
	s, err := schedule.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// elapsed is a clock that nobody sets, as a test's goes: nothing is late
// because a machine is slow.
func elapsed(c *digesttest.Clock) func() time.Duration {
	return func() time.Duration { return c.Now().Sub(digesttest.Now()) }
}

func (o *office) start(t *testing.T, s *schedule.Scheduler) {
	t.Helper()
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
}

func (o *office) tick(t *testing.T) {
	t.Helper()
	if err := o.scheduler.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (o *office) editions(t *testing.T) []digest.Edition {
	t.Helper()
	all, err := o.store.Editions(t.Context(), digest.EditionFilter{SubscriptionID: o.sub.ID})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// onStores runs a test on both databases.
func onStores(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// onBoth runs a test of an office on both databases.
func onBoth(t *testing.T, test func(t *testing.T, o *office)) {
	t.Helper()
	onStores(t, func(t *testing.T, s *store.Store) { test(t, newOffice(t, s)) })
}

func TestADigestComesOnceAtItsTime(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, o *office) {
		o.start(t, o.scheduler)
		for range 3 {
			o.tick(t)
		}
		got := o.platform.WaitVisible(t, o.sub.Destination, 2)
		if len(got) != 2 || len(o.editions(t)) != 1 {
			t.Errorf("visible %v, editions %d", got, len(o.editions(t)))
		}
		sub, err := o.store.Subscription(t.Context(), o.sub.ID)
		if err != nil || !sub.NextRun.After(o.clock.Now()) || !sub.LastRun.Equal(o.sub.NextRun) {
			t.Errorf("next %v, last %v, %v", sub.NextRun, sub.LastRun, err)
		}
	})
}

func TestSeveralProcessesBuildOneEdition(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, o *office) {
		var group errgroup.Group
		for range 4 {
			replica := o.open(t)
			group.Go(func() error { return replica.Tick(t.Context()) })
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		o.start(t, o.scheduler)
		o.platform.WaitVisible(t, o.sub.Destination, 2)
		if n := len(o.editions(t)); n != 1 {
			t.Errorf("%d editions", n)
		}
	})
}

func TestAQueueThatLostItsJobsLosesNoPost(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, o *office) {
		o.tick(t)
		if _, err := o.store.DB().ExecContext(t.Context(), "DELETE FROM river_job"); err != nil {
			t.Fatal(err)
		}
		o.start(t, o.scheduler)
		if err := o.scheduler.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := o.platform.WaitVisible(t, o.sub.Destination, 1); len(got) > 2 {
			t.Errorf("visible %v", got)
		}
	})
}

func TestLateAndMissed(t *testing.T) {
	t.Parallel()
	o := newOffice(t, storetest.SQLite(t))
	o.clock.Advance(2*time.Hour + 10*time.Minute)
	o.tick(t)
	if e := o.editions(t); len(e) != 1 || e[0].Missed || !strings.Contains(string(e[0].Content), "Late by 2 h 10 min") {
		t.Errorf("late: %+v", e)
	}
	o.clock.Advance(31 * time.Hour) // 17:10 the next day: nine hours after its run
	o.tick(t)
	e := o.editions(t)
	if len(e) != 2 || !e[0].Missed {
		t.Errorf("missed: %+v", e)
	}
	if deliveries, err := o.store.Deliveries(t.Context(), e[0].ID); err != nil || len(deliveries) != 0 {
		t.Errorf("a missed digest has %d deliveries, %v", len(deliveries), err)
	}
}

func TestAClockThatJumpsNeitherDoublesNorLoses(t *testing.T) {
	t.Parallel()
	o := newOffice(t, storetest.SQLite(t))
	start := o.clock.Now()
	o.tick(t)
	o.clock.Set(start.Add(-48 * time.Hour))
	o.tick(t)
	o.clock.Set(start.Add(time.Minute))
	o.tick(t)
	if n := len(o.editions(t)); n != 1 {
		t.Errorf("%d editions after jumping back and forth", n)
	}
	o.clock.Set(start.Add(24 * time.Hour))
	o.tick(t)
	if n := len(o.editions(t)); n != 2 {
		t.Errorf("%d editions on the second day", n)
	}
}

func TestOneThatFailsKeepsNoOtherWaiting(t *testing.T) {
	t.Parallel()
	o := newOffice(t, storetest.SQLite(t))
	broken := digesttest.Subscription(func(s *digest.Subscription) { s.Schedule = "not cron"; s.NextRun = s.NextRun.Add(-time.Minute) })
	if _, err := o.store.CreateSubscription(t.Context(), broken); err != nil {
		t.Fatal(err)
	}
	o.tick(t)
	if len(o.editions(t)) != 1 {
		t.Error("the good one was not built")
	}
	o.news.fail = errors.New("no")
	o.clock.Advance(24 * time.Hour)
	o.tick(t)
	o.news.fail = nil
	o.clock.Advance(time.Minute)
	o.tick(t)
	if len(o.editions(t)) != 2 {
		t.Error("one that failed was not tried again")
	}
}

func TestWhatIsRefusedIsSuspendedAndItsOwnerTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t, storetest.SQLite(t))
	o.platform.Script(bottest.Outcome{Err: &bot.SendError{Fate: bot.Refused, Reason: "is_archived", Remedy: "Unarchive the channel.", Suspend: true, Err: errors.New("archived")}})
	o.start(t, o.scheduler)
	o.tick(t)
	owner := digest.Destination{Platform: "slack", Workspace: o.sub.Owner.Workspace, Channel: o.sub.Owner.ID, Direct: true}
	o.platform.WaitVisible(t, owner, 1)
	sub, err := o.store.Subscription(t.Context(), o.sub.ID)
	if err != nil || sub.State != digest.Suspended || sub.Reason != "Unarchive the channel." {
		t.Errorf("%+v %v", sub, err)
	}
}

func TestQuietSaysNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t, storetest.SQLite(t))
	o.news.empty = true
	o.sub.Quiet = true
	if err := o.store.UpdateSubscription(t.Context(), o.sub); err != nil {
		t.Fatal(err)
	}
	o.tick(t)
	e := o.editions(t)
	if len(e) != 1 {
		t.Fatalf("%d editions", len(e))
	}
	if d, err := o.store.Deliveries(t.Context(), e[0].ID); err != nil || len(d) != 0 {
		t.Errorf("%d deliveries, %v", len(d), err)
	}
}

func TestSyncFollowsTheConfiguration(t *testing.T) {
	t.Parallel()
	o := newOffice(t, storetest.SQLite(t))
	desk := digest.Subscription{Name: "Korea desk", Query: "korea-trade", Destination: digest.Destination{Platform: "slack", Channel: "C1"}, Schedule: "0 8 * * *", Zone: "Asia/Seoul", From: "config"}
	list := func() string {
		subs, err := o.store.Subscriptions(t.Context(), digest.SubscriptionFilter{From: "config", States: []digest.SubscriptionState{digest.Active, digest.Removed}})
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, s := range subs {
			out = append(out, fmt.Sprintf("%s %s %s %s next %s", s.Name, s.Query, s.Schedule, s.State, s.NextRun.Format("02T15:04")))
		}
		return strings.Join(out, "; ")
	}
	sync := func(wanted ...digest.Subscription) {
		if err := o.scheduler.Sync(t.Context(), wanted); err != nil {
			t.Fatal(err)
		}
	}
	sync(desk)
	first := list()
	o.clock.Advance(30 * time.Hour) // as if it had been down: the missed run must stay due
	sync(desk)
	if again := list(); again != first {
		t.Errorf("the same configuration changes %q to %q", first, again)
	}
	desk.Query = "japan-trade"
	sync(desk)
	if got := list(); got != strings.ReplaceAll(first, "korea-trade", "japan-trade") {
		t.Errorf("a changed query: %q", got)
	}
	desk.Schedule = "0 9 * * *"
	sync(desk)
	if got := list(); !strings.Contains(got, "0 9 * * * active") || strings.Count(got, ";") != 0 {
		t.Errorf("a changed time: %q", got)
	}
	sync()
	if got := list(); !strings.Contains(got, "removed") {
		t.Errorf("a removed one: %q", got)
	}
	sync(desk)
	if got := list(); !strings.Contains(got, "active") || strings.Contains(got, ";") {
		t.Errorf("and back: %q", got)
	}
}

func TestThreadsPutTheStoriesUnderTheirHeadlines(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, o *office) {
		o.sub.Threads = true
		if err := o.store.UpdateSubscription(t.Context(), o.sub); err != nil {
			t.Fatal(err)
		}
		o.tick(t)
		e := o.editions(t)
		if len(e) != 1 {
			t.Fatalf("%d editions", len(e))
		}
		all, err := o.store.Deliveries(t.Context(), e[0].ID)
		if err != nil || len(all) < 2 || all[0].Thread != "" || all[len(all)-1].Thread != digest.ThreadFirst {
			t.Fatalf("%+v %v", all, err)
		}
		var head, thread string
		for i, d := range all {
			if d.Thread == "" {
				head += string(d.Payload)
			} else {
				thread += string(d.Payload)
			}
			if d.Part != i || d.Parts != len(all) {
				t.Errorf("part %d of %d is numbered %d of %d", i, len(all), d.Part, d.Parts)
			}
		}
		if !strings.Contains(head, "Seoul and Washington apart") || !strings.Contains(thread, "Seoul and Washington apart") || strings.Contains(thread, "Manage") {
			t.Errorf("in the channel:\n%s\nunder it:\n%s", head, thread)
		}
	})
}
