package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot/deliver"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// faultsCmd has a child process build and post digests to a fake of a platform
// through a proxy that answers wrongly, cuts connections and hangs, kills the
// child at random moments, and counts what became visible. What is killed is
// the program's own store, queue, deliverer and adapter; only the digests are
// made up.
type faultsCmd struct {
	Kills    int           `help:"How often a child is killed." default:"200"`
	Posts    int           `help:"About how many parts of digests are posted." default:"2000"`
	Seed     uint64        `help:"Of what goes wrong." default:"1"`
	Database string        `help:"sqlite, postgres or both." enum:"sqlite,postgres,both" default:"both"`
	Platform string        `help:"slack, discord or both." enum:"slack,discord,both" default:"both"`
	Replicas int           `help:"Processes that share the work; more than one need PostgreSQL." default:"1"`
	Cut      time.Duration `help:"How long nothing passes between the processes and PostgreSQL, once." default:"0s"`
	History  bool          `help:"The Slack app may read history, and so look for posts whose fate is unknown."`
	Within   time.Duration `help:"How long it may take." default:"40m"`
	Attempt  time.Duration `help:"How long one attempt to post may take." default:"6s"`
	Skew     time.Duration `help:"How much older than that an attempt counts as interrupted." default:"10s"`
	Verbose  bool          `help:"Show what the processes log."`
}

// faultFigures is what became of one pair of a platform and a database.
type faultFigures struct {
	Platform string  `json:"platform"`
	Database string  `json:"database"`
	Posts    int     `json:"posts"`
	Visible  int     `json:"visible"`
	Lost     int     `json:"lost"`
	Twice    int     `json:"twice"`
	Unknown  int     `json:"unknown"`
	Kills    int     `json:"kills"`
	Replicas int     `json:"replicas"`
	Cut      float64 `json:"cut_s,omitempty"`
	Faults   int64   `json:"faults"` // answers that went wrong
	Took     float64 `json:"took_s"`
}

func (f faultFigures) String() string {
	out := fmt.Sprintf("%s on %s: %d parts, %d visible, %d lost, %d twice, %d of unknown fate; %d kills of %d processes, %d faults", f.Platform, f.Database, f.Posts, f.Visible, f.Lost, f.Twice, f.Unknown,
		f.Kills, f.Replicas, f.Faults)
	if f.Cut > 0 {
		out += fmt.Sprintf(", %.0f s without the database", f.Cut)
	}
	return out + fmt.Sprintf("; %.0f s", f.Took)
}

// errUnsure is the end of a run in which the promise was broken.
var errUnsure = errors.New("a post was lost, was seen twice, or its unknown fate is not told")

// Run runs each pair.
func (f faultsCmd) Run(c *call) error {
	if f.Replicas > 1 || f.Cut > 0 {
		if f.Database == "sqlite" {
			return errors.New("replicas and cuts need --database postgres")
		}
		f.Database = "postgres"
	}
	var bad error
	for _, database := range either(f.Database, "sqlite", "postgres") {
		for _, platform := range either(f.Platform, "slack", "discord") {
			w := &witness{}
			var out faultFigures
			if err := w.watch(func() (err error) { out, err = f.pair(c, w, platform, database); return err }); err != nil {
				return fmt.Errorf("%s on %s: %w", platform, database, err)
			}
			if err := c.report(out); err != nil {
				return err
			}
			if out.Lost+out.Twice > 0 {
				bad = errUnsure
			}
		}
	}
	return bad
}

// either is a choice, or both.
func either(choice, one, other string) []string {
	if choice == "both" {
		return []string{one, other}
	}
	return []string{choice}
}

// siege is one pair under treatment.
type siege struct {
	faultsCmd
	call    *call
	random  *rand.Rand
	place   fakePlace
	proxy   *faultProxy
	wire    *wire // nil without a cut
	store   *store.Store
	child   childCmd // as each child is started
	editors int      // subscriptions, each of which has one edition
	kills   int
}

func (f faultsCmd) pair(c *call, w *witness, platform, database string) (faultFigures, error) {
	ctx, cancel := context.WithTimeout(c.ctx, f.Within)
	defer cancel()
	began := time.Now()
	s := &siege{faultsCmd: f, call: c, random: rand.New(rand.NewPCG(f.Seed, 5)), place: newFakePlace(w, platform, f.History)}
	s.proxy = newFaultProxy(w, s.place.address(), f.Seed)
	s.child = childCmd{Platform: platform, API: s.proxy.address(), Token: s.place.token(), Attempt: f.Attempt, Skew: f.Skew, Verbose: f.Verbose}
	if err := s.prepare(ctx, w, database); err != nil {
		return faultFigures{}, err
	}
	if err := s.run(ctx); err != nil {
		return faultFigures{}, err
	}
	out, err := s.count(ctx)
	out.Platform, out.Database, out.Replicas, out.Cut = platform, database, max(1, f.Replicas), f.Cut.Seconds()
	out.Kills, out.Faults, out.Took = s.kills, s.proxy.wrong.Load(), time.Since(began).Round(time.Second/10).Seconds()
	return out, err
}

// prepare makes the database with its subscriptions.
func (s *siege) prepare(ctx context.Context, w *witness, database string) error {
	dir, err := os.MkdirTemp("", "loadtest-faults-")
	if err != nil {
		return err
	}
	w.Cleanup(func() { os.RemoveAll(dir) })
	dsn := filepath.Join(dir, "faults.db")
	if database == "postgres" {
		dsn = storetest.PostgresDSN(w)
	}
	s.child.Database = dsn
	if s.Cut > 0 {
		s.wire = newWire(w, dsn)
		s.child.Database = s.wire.dsn()
	}
	if s.store, err = store.Open(ctx, dsn); err != nil {
		return err
	}
	w.Cleanup(func() { s.store.Close() })
	if err := schedule.MigrateQueue(ctx, s.store.DB(), s.store.Dialect()); err != nil {
		return err
	}
	return s.subscribe(ctx)
}

// span is how long the digests come due: while children are killed, and no
// faster than the platform's budget lets them through.
func (s *siege) span() time.Duration {
	perSecond := map[string]float64{"slack": 3, "discord": 25}[s.child.Platform]
	return max(time.Duration(float64(s.Posts)/perSecond*float64(time.Second)), time.Duration(s.Kills)*shortestLife)
}

// shortestLife is how long a child lives on average at the least, of which it
// starts for some tenths.
const shortestLife = 900 * time.Millisecond

// subscribe makes subscriptions that come due evenly over the span.
func (s *siege) subscribe(ctx context.Context) error {
	parts := map[string]float64{"slack": 4. / 3, "discord": 2}[s.child.Platform] // of a made-up digest, on average
	s.editors = max(1, int(math.Round(float64(s.Posts)/parts)))
	now, span := time.Now(), s.span()
	for i := range s.editors {
		sub := digest.Subscription{Kind: digest.DigestKind, Name: fmt.Sprintf("Desk %d", i), Query: "korea-trade", Destination: s.place.destination(i),
			Schedule: "0 0 1 1 *", Zone: "UTC", Format: digest.Compact, Length: 30, Lang: "en", From: "command", State: digest.Active,
			Created: now, NextRun: now.Add(span * time.Duration(i) / time.Duration(s.editors))}
		if _, err := s.store.CreateSubscription(ctx, sub); err != nil {
			return err
		}
	}
	return nil
}

// run kills children until there were enough kills, then lets the last work
// until all is settled.
func (s *siege) run(ctx context.Context) error {
	crew := &crew{log: s.call.stderr, spec: s.child, again: s.wire != nil}
	defer crew.stop()
	for range max(1, s.Replicas) {
		if err := crew.add(); err != nil {
			return err
		}
	}
	life := s.span() / time.Duration(max(1, s.Kills))
	if s.wire != nil {
		go s.wire.cut(ctx, s.span()/3, s.Cut)
	}
	for s.kills < s.Kills {
		if err := wait(ctx, time.Duration(2*s.random.Float64()*float64(life))); err != nil {
			return err
		}
		if err := crew.replace(s.random.IntN(max(1, s.Replicas))); err != nil {
			return err
		}
		if s.kills++; s.kills%10 == 0 {
			s.call.progress("%s on %s: %d kills, %d visible", s.child.Platform, s.store.Dialect(), s.kills, s.place.visible())
		}
	}
	s.call.progress("")
	return s.settle(ctx, crew)
}

// settle waits until every subscription has its edition and every part its
// end.
func (s *siege) settle(ctx context.Context, crew *crew) error {
	for {
		editions, open, err := s.open(ctx)
		if err != nil {
			return err
		}
		if editions >= s.editors && open == 0 {
			return nil
		}
		if err := crew.alive(); err != nil {
			return err
		}
		if err := wait(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("%d of %d editions, %d parts without an end: %w", editions, s.editors, open, err)
		}
	}
}

// open counts the editions, and the parts that have no end yet.
func (s *siege) open(ctx context.Context) (editions, open int, err error) {
	if err := s.store.DB().QueryRowContext(ctx, "SELECT count(*) FROM editions").Scan(&editions); err != nil {
		return 0, 0, err
	}
	counts, err := s.store.DeliveryCounts(ctx)
	return editions, counts[digest.Pending] + counts[digest.Sending], err
}

// count compares the ledger with what is visible.
func (s *siege) count(ctx context.Context) (faultFigures, error) {
	var out faultFigures
	seen := s.place.seen()
	for _, state := range []digest.DeliveryState{digest.Pending, digest.Sending, digest.Sent, digest.Unknown, digest.Failed, digest.Dead} {
		rows, err := s.store.DeliveriesIn(ctx, state, 1<<20)
		if err != nil {
			return out, err
		}
		for _, d := range rows {
			out.add(d, seen[s.place.name(deliver.Key(d))])
			delete(seen, s.place.name(deliver.Key(d)))
		}
	}
	if len(seen) > 0 {
		return out, fmt.Errorf("%d posts are visible that stand in no ledger", len(seen))
	}
	return out, nil
}

// add counts one part: lost when nobody sees it and the operator is not told
// that its fate is unknown.
func (f *faultFigures) add(d digest.Delivery, times int) {
	f.Posts++
	f.Visible += times
	f.Twice += max(0, times-1)
	switch named := d.State == digest.Unknown && strings.TrimSpace(d.LastError) != ""; {
	case named:
		f.Unknown++
	case times == 0, d.State != digest.Sent:
		f.Lost++
	}
}

// wait waits for a while or until the context ends.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
