package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// simulateCmd lives through made-up weeks on a clock of its own: stories
// break, grow and end, people have alerts, follow stories, mute and sleep, and
// the program is killed and started again. What people saw is then compared
// with the rules, by a checker that knows nothing of what the program decided.
type simulateCmd struct {
	Days     int    `help:"How long." default:"90"`
	Stories  int    `help:"How many stories happen in that time." default:"5000"`
	People   int    `help:"How many people and channels have alerts." default:"300"`
	Database string `help:"sqlite or postgres." enum:"sqlite,postgres" default:"sqlite"`
	Seed     uint64 `help:"Another world." default:"1"`
	Show     int    `help:"How many violations of each rule to show." default:"5"`

	busy  int           // so many times as much is muted and followed; 0 for 1
	after time.Duration // how long it goes on after the last story began; 0 for until all that is followed can be over

	// spoil puts something wrong between the program and its store, to see
	// that the checker tells.
	spoil func(*theatre, schedule.AlertStore) schedule.AlertStore
}

// simulated is the outcome of a simulation.
type simulated struct {
	Days      int                 `json:"days"`
	Stories   int                 `json:"stories"`
	People    int                 `json:"people"`
	Seed      uint64              `json:"seed"`
	Database  string              `json:"database"`
	Articles  int                 `json:"articles"`
	Alerts    int                 `json:"alerts"`     // messages with one story
	Bundles   int                 `json:"bundles"`    // messages with several
	Followed  int                 `json:"followed"`   // times that someone began to follow a story
	Updates   int                 `json:"updates"`    // messages about a followed story
	Ended     int                 `json:"ended"`      // followings of stories that fell silent
	Mutes     int                 `json:"mutes"`      // of stories, topics, countries and sources
	Kills     int                 `json:"kills"`      // in the middle of a step
	Restarts  int                 `json:"restarts"`   // in order
	Should    int                 `json:"should"`     // times that someone was to hear, by the checker
	Behind    int                 `json:"behind"`     // of these the times that an alert that had waited longer went first
	ShouldNew int                 `json:"should_new"` // articles that someone who follows was to hear of, by the checker
	Took      float64             `json:"took_s"`
	Broken    map[string][]string `json:"broken"` // violations by rule
}

func (s simulated) String() string {
	return fmt.Sprintf(`%d days, %d stories of %d articles, %d people, %d mutes, %d times killed, %d restarts, on %s
alerts: %d and %d bundles; %d times someone was to hear, %d of them after what had waited longer
following: %d stories, of which %d fell silent, %d updates; %d times someone was to hear of an article
%d violations; %.0f s`, s.Days, s.Stories, s.Articles, s.People, s.Mutes, s.Kills, s.Restarts, s.Database, s.Alerts, s.Bundles, s.Should, s.Behind,
		s.Followed, s.Ended, s.Updates, s.ShouldNew, s.violations(), s.Took)
}

func (s simulated) violations() (n int) {
	for _, list := range s.Broken {
		n += len(list)
	}
	return n
}

// Run lives through made-up weeks with alerts and checks what people saw.
func (s simulateCmd) Run(c *call) error {
	out, err := s.simulate(c.ctx)
	if err != nil {
		return err
	}
	for _, rule := range slices.Sorted(maps.Keys(out.Broken)) {
		list := out.Broken[rule]
		for _, b := range list[:min(len(list), s.Show)] {
			fmt.Fprintf(c.stderr, "%s: %s\n", rule, b)
		}
	}
	err = c.report(out)
	if n := out.violations(); n > 0 {
		err = errors.Join(err, fmt.Errorf("%d violations", n))
	}
	return err
}

// seen is what a person sees: a message at a time.
type seen struct {
	at      time.Time
	to      string
	sub     int64 // that its buttons name
	stories []int64

	update bool   // it is of a followed story
	news   []int  // of an update: the world's articles that it tells
	ref    string // what the platform calls it
	thread string // the message that it is under
}

// theatre runs a world against the real store and the real Alerts, on a clock
// of its own.
type theatre struct {
	world  *world
	rng    *rand.Rand
	store  *store.Store
	spoil  func(*theatre, schedule.AlertStore) schedule.AlertStore
	alerts *schedule.Alerts
	now    time.Time
	began  map[int]int64  // IDs of the world's stories
	over   map[int64]bool // followings that the program ended
	log    []seen
	out    *simulated
	killed int // writes left until the program dies; 0 for a program that lives
}

func (s simulateCmd) simulate(ctx context.Context) (out simulated, err error) {
	w := &witness{}
	err = w.watch(func() (err error) { out, err = s.watched(ctx, w); return err })
	return out, err
}

func (s simulateCmd) watched(ctx context.Context, w *witness) (simulated, error) {
	start := time.Now()
	out := simulated{Days: s.Days, Stories: s.Stories, People: s.People, Seed: s.Seed, Database: s.Database, Broken: map[string][]string{}}
	db, err := s.open(ctx, w)
	if err != nil {
		return out, err
	}
	t := newTheatre(newWorld(s), &out)
	t.rng, t.store, t.spoil = rand.New(rand.NewPCG(s.Seed, 99)), db, s.spoil
	if err := t.play(ctx); err != nil {
		return out, err
	}
	out.Articles, out.Mutes = len(t.world.articles), len(t.world.mutes)
	check(t)
	out.Took = time.Since(start).Seconds()
	return out, nil
}

// newTheatre is one in which nothing has happened yet.
func newTheatre(w *world, out *simulated) *theatre {
	return &theatre{world: w, began: map[int]int64{}, over: map[int64]bool{}, out: out}
}

// open makes the database, in memory where there is a place for that: nothing
// here is to last.
func (s simulateCmd) open(ctx context.Context, w *witness) (*store.Store, error) {
	shm := "/dev/shm"
	if _, err := os.Stat(shm); err != nil {
		shm = ""
	}
	dir, err := os.MkdirTemp(shm, "daybrief-simulate-")
	if err != nil {
		return nil, err
	}
	w.Cleanup(func() { os.RemoveAll(dir) })
	dsn := filepath.Join(dir, "simulate.db")
	if s.Database == "postgres" {
		dsn = storetest.PostgresDSN(w)
	}
	db, err := store.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	w.Cleanup(func() { db.Close() })
	return db, nil
}

// tick is how often the program looks at held alerts here.
const tick = 5 * time.Minute

func (t *theatre) play(ctx context.Context) error {
	t.now = t.world.start
	if err := t.settle(ctx); err != nil {
		return err
	}
	t.restart()
	if err := t.work(ctx); err != nil {
		return err
	}
	end := t.world.end()
	acts := t.acts()
	for next := t.world.start.Add(tick); next.Before(end); next = next.Add(tick) {
		for len(acts) > 0 && !acts[0].at.After(next) {
			t.now = acts[0].at
			if err := t.act(ctx, acts[0]); err != nil {
				return err
			}
			acts = acts[1:]
		}
		t.now = next
		if err := t.work(ctx); err != nil {
			return err
		}
	}
	return t.close(ctx)
}

// close looks which followings the program has ended.
func (t *theatre) close(ctx context.Context) error {
	for _, f := range t.world.follows {
		if f.id == 0 || !f.stop.IsZero() {
			continue
		}
		sub, err := t.store.Subscription(ctx, f.id)
		if err != nil {
			return err
		}
		if sub.State == digest.Removed {
			t.over[f.id] = true
			t.out.Ended++
		}
	}
	return nil
}

// work runs the program once and delivers what it wrote. Now and then it is
// killed in the middle, and started again.
func (t *theatre) work(ctx context.Context) error {
	switch {
	case t.rng.IntN(40) == 0:
		t.out.Kills++
		t.killed = 1 + t.rng.IntN(4)
		t.start(mortal{t.store, t})
		for t.killed > 0 {
			before := t.killed
			_, err := t.alerts.Step(ctx)
			if err != nil && !errors.Is(err, errDied) {
				return err
			}
			if t.killed == before {
				break // nothing more to write
			}
		}
		t.killed = 0
		t.restart()
	case t.rng.IntN(200) == 0:
		t.out.Restarts++
		t.restart()
	}
	for more := true; more; {
		var err error
		if more, err = t.alerts.Step(ctx); err != nil {
			return err
		}
	}
	return t.deliver(ctx)
}

func (t *theatre) restart() { t.start(t.store) }

func (t *theatre) start(s schedule.AlertStore) {
	if t.spoil != nil {
		s = t.spoil(t, s)
	}
	t.alerts = schedule.NewAlerts(schedule.AlertOptions{Store: s, Read: t.world.read, Platforms: []bot.Platform{paper{}}, Now: func() time.Time { return t.now }, Lang: "en", Zone: "UTC"})
}

// deliver shows what is due, as it was rendered.
func (t *theatre) deliver(ctx context.Context) error {
	due, err := t.store.DueDeliveries(ctx, t.now, 1000)
	if err != nil {
		return err
	}
	for _, d := range due {
		d, ok, err := t.store.ClaimDelivery(ctx, d.ID, t.now)
		if err != nil || !ok {
			return errors.Join(err, fmt.Errorf("delivery %d was not claimed", d.ID))
		}
		s, err := look(d.Payload)
		if err != nil {
			return err
		}
		d.State, d.Ref, d.Updated = digest.Sent, strconv.FormatInt(d.ID, 10), t.now
		s.at, s.to, s.ref, s.thread = t.now, d.Destination.String(), d.Ref, d.Thread
		t.show(s)
		if err := t.store.FinishDelivery(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// show is a message that becomes visible.
func (t *theatre) show(s seen) {
	t.log = append(t.log, s)
	switch {
	case s.update:
		t.out.Updates++
	case len(s.stories) == 1:
		t.out.Alerts++
	default:
		t.out.Bundles++
	}
}

// look reads a message as a person does.
func look(payload []byte) (seen, error) {
	var m bot.Message
	var s seen
	if err := json.Unmarshal(payload, &m); err != nil {
		return s, err
	}
	for _, a := range m.Actions {
		verb, arg, _ := bot.ParseActionID(a.ID)
		sub, story, both := strings.Cut(arg, "/")
		if verb == "mute" && both {
			id, _ := strconv.ParseInt(story, 10, 64)
			s.stories = append(s.stories, id)
		}
		if verb == "fewer" || verb == "unsubscribe" {
			s.sub, _ = strconv.ParseInt(sub, 10, 64)
			s.update = verb == "unsubscribe"
		}
	}
	for _, section := range m.Sections {
		for _, it := range section.Items {
			s.stories = append(s.stories, it.StoryID)
			if n, err := strconv.Atoi(strings.TrimPrefix(it.URL, articleURL)); err == nil && s.update {
				s.news = append(s.news, n)
			}
		}
	}
	return s, nil
}

// paper is a platform that shows messages as they are.
type paper struct{}

// Name is that of a platform.
func (paper) Name() string { return "slack" }

// Render keeps all of a message.
func (paper) Render(m bot.Message) ([][]byte, error) {
	b, err := json.Marshal(m)
	return [][]byte{b}, err
}

// Send is never called: the simulation delivers by itself.
func (paper) Send(context.Context, bot.Post) (string, error) { return "", errors.New("not sent") }
