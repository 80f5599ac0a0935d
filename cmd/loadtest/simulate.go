package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
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
	"github.com/daybrief/daybrief/digest/text"
)

type simulateCmd struct {
	Days    int    `help:"How long." default:"90"`
	Stories int    `help:"How many stories happen in that time." default:"5000"`
	People  int    `help:"How many people and channels have alerts." default:"300"`
	Seed    uint64 `help:"Another world." default:"1"`
	Show    int    `help:"How many violations of each rule to show." default:"5"`
}

// simulated is the outcome of a simulation.
type simulated struct {
	Seed     uint64              `json:"seed"`
	Articles int                 `json:"articles"`
	Alerts   int                 `json:"alerts"`  // messages with one story
	Bundles  int                 `json:"bundles"` // messages with several
	Kills    int                 `json:"kills"`   // in the middle of a step
	Restarts int                 `json:"restarts"`
	Should   int                 `json:"should"` // times that someone was to hear, by the checker
	Took     time.Duration       `json:"took"`
	Broken   map[string][]string `json:"broken"` // violations by rule
}

// Run lives through made-up weeks with alerts and checks what people saw.
func (s simulateCmd) Run(c *call) error {
	out, err := s.simulate(c.ctx)
	if err != nil {
		return err
	}
	broken := 0
	for rule, list := range out.Broken {
		broken += len(list)
		for _, b := range list[:min(len(list), s.Show)] {
			fmt.Fprintf(c.stderr, "%s: %s\n", rule, b)
		}
	}
	if c.json {
		err = json.NewEncoder(c.stdout).Encode(out)
	} else {
		_, err = fmt.Fprintf(c.stdout, "%d days, %d stories of %d articles, %d people: %d alerts and %d bundles; %d times killed, %d restarts; %d times someone was to hear; %d violations; %s\n",
			s.Days, s.Stories, out.Articles, s.People, out.Alerts, out.Bundles, out.Kills, out.Restarts, out.Should, broken, out.Took.Round(time.Second))
	}
	if broken > 0 {
		err = errors.Join(err, fmt.Errorf("%d violations", broken))
	}
	return err
}

// seen is what a person sees: a message at a time.
type seen struct {
	at      time.Time
	to      string
	sub     int64 // that its buttons name
	stories []int64
}

// theatre runs a world against the real store and the real Alerts, on a clock
// of its own.
type theatre struct {
	world  *world
	rng    *rand.Rand
	store  *store.Store
	alerts *schedule.Alerts
	now    time.Time
	ids    map[int]int64 // of the world's articles
	began  map[int]int64 // IDs of the world's stories
	log    []seen
	out    *simulated
	killed int // writes left until the program dies; 0 for a program that lives
}

func (s simulateCmd) simulate(ctx context.Context) (simulated, error) {
	start := time.Now()
	out := simulated{Seed: s.Seed, Broken: map[string][]string{}}
	shm := "/dev/shm" // memory, where there is such a place: nothing here is to last
	if _, err := os.Stat(shm); err != nil {
		shm = ""
	}
	dir, err := os.MkdirTemp(shm, "daybrief-simulate-")
	if err != nil {
		return out, err
	}
	defer os.RemoveAll(dir)
	db, err := store.Open(ctx, filepath.Join(dir, "x.db"))
	if err != nil {
		return out, err
	}
	defer db.Close()
	t := &theatre{world: newWorld(s), rng: rand.New(rand.NewPCG(s.Seed, 99)), store: db, ids: map[int]int64{}, began: map[int]int64{}, out: &out}
	if err := t.play(ctx); err != nil {
		return out, err
	}
	out.Articles = len(t.world.articles)
	check(t)
	out.Took = time.Since(start)
	return out, nil
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
	end := t.world.start.Add(t.world.length + 4*24*time.Hour)
	next := t.world.start.Add(tick)
	for i, m := 0, 0; next.Before(end); {
		switch {
		case i < len(t.world.articles) && !t.world.articles[i].at.After(next):
			t.now = t.world.articles[i].at
			if err := t.publish(ctx, i); err != nil {
				return err
			}
			i++
		case m < len(t.world.mutes) && !t.world.mutes[m].at.After(next):
			t.now = t.world.mutes[m].at
			if err := t.mute(ctx, t.world.mutes[m]); err != nil {
				return err
			}
			m++
			continue
		default:
			t.now = next
			next = next.Add(tick)
		}
		if err := t.work(ctx); err != nil {
			return err
		}
	}
	return nil
}

// settle stores the people with their alerts, and the sources' pasts.
func (t *theatre) settle(ctx context.Context) error {
	for i := range t.world.sources {
		e := entry(digest.Article{Title: "An old piece " + strconv.Itoa(i), Source: sourceName(i), Stored: t.world.start.AddDate(0, 0, -20), Published: t.world.start.AddDate(0, 0, -20)})
		added, err := t.store.AddArticles(ctx, []digest.Entry{e})
		if err != nil {
			return err
		}
		if err := t.store.SaveGroups(ctx, []digest.Grouping{{ArticleID: added[0].ID, StoryID: added[0].ID}}); err != nil {
			return err
		}
	}
	for i := range t.world.people {
		p := &t.world.people[i]
		if err := t.store.SaveProfile(ctx, digest.Profile{Destination: p.to, Quiet: p.quiet}); err != nil {
			return err
		}
		for j := range p.alerts {
			sub, err := t.store.CreateSubscription(ctx, digest.Subscription{Kind: digest.AlertKind, Query: strconv.Itoa(i) + "/" + strconv.Itoa(j), Destination: p.to,
				Zone: p.quiet.Zone, Rules: p.alerts[j].rules, Created: t.world.start, Owner: digest.Person{Platform: "slack", ID: p.to.Channel}})
			if err != nil {
				return err
			}
			p.alerts[j].id = sub.ID
		}
	}
	return nil
}

func entry(a digest.Article) digest.Entry {
	e := digest.Entry{Article: a}
	e.TitleTerms, _ = text.Analyse(a.Title, "", "en").Terms()
	return e
}

// publish stores an article, in its story, as ingest does.
func (t *theatre) publish(ctx context.Context, i int) error {
	w := &t.world.articles[i]
	a := digest.Article{Title: w.title, Body: w.body, URL: fmt.Sprintf("https://news.example/%d", i), Source: w.source, Stored: t.now, Published: w.dated, Lang: "en"}
	for _, c := range w.countries {
		a.Countries = append(a.Countries, digest.Tag{Slug: c, Weight: 0.9})
	}
	a.Topics = []digest.Tag{{Slug: w.topic, Weight: 0.9}}
	added, err := t.store.AddArticles(ctx, []digest.Entry{entry(a)})
	if err != nil {
		return err
	}
	id := added[0].ID
	t.ids[i] = id
	if t.began[w.story] == 0 {
		t.began[w.story] = id
	}
	st := digest.Story{ID: t.began[w.story], Title: w.title, First: t.world.firstOf(w.story), Last: t.now, Topics: a.Topics}
	for _, c := range t.world.countriesAt(w.story, t.now) {
		st.Countries = append(st.Countries, digest.Tag{Slug: c, Weight: 0.9})
	}
	st.Articles, st.Sources = 1, 1
	if err := t.store.SaveStories(ctx, []digest.Story{st}); err != nil {
		return err
	}
	return t.store.SaveGroups(ctx, []digest.Grouping{{ArticleID: id, StoryID: st.ID}})
}

func (t *theatre) mute(ctx context.Context, m muting) error {
	p := &t.world.people[m.person]
	profile, err := t.store.Profile(ctx, p.to)
	if err != nil {
		return err
	}
	mute := digest.Mute{Kind: digest.MuteTopic, Value: m.topic, Created: t.now, Until: m.until}
	if m.story >= 0 {
		if t.began[m.story] == 0 {
			return nil
		}
		mute.Kind, mute.Value = digest.MuteStory, strconv.FormatInt(t.began[m.story], 10)
	}
	profile.Mutes = slices.DeleteFunc(profile.Mutes, func(m digest.Mute) bool { return !m.Active(t.now) })
	profile.Mutes = append(profile.Mutes, mute)
	p.muted = append(p.muted, muting{at: t.now, until: m.until, story: m.story, topic: m.topic})
	return t.store.SaveProfile(ctx, profile)
}

// work runs the program once and delivers what it wrote. Now and then it is
// killed in the middle, and started again.
func (t *theatre) work(ctx context.Context) error {
	switch {
	case t.rng.IntN(40) == 0:
		t.out.Kills++
		t.killed = 1 + t.rng.IntN(4)
		t.alerts = schedule.NewAlerts(t.options(mortal{t.store, t}))
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

func (t *theatre) restart() { t.alerts = schedule.NewAlerts(t.options(t.store)) }

func (t *theatre) options(s schedule.AlertStore) schedule.AlertOptions {
	return schedule.AlertOptions{Store: s, Read: t.world.read, Platforms: []bot.Platform{paper{}}, Now: func() time.Time { return t.now }, Lang: "en", Zone: "UTC"}
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
		s.at, s.to = t.now, d.Destination.String()
		t.log = append(t.log, s)
		if len(s.stories) == 1 {
			t.out.Alerts++
		} else {
			t.out.Bundles++
		}
		d.State, d.Ref, d.Updated = digest.Sent, strconv.FormatInt(d.ID, 10), t.now
		if err := t.store.FinishDelivery(ctx, d); err != nil {
			return err
		}
	}
	return nil
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
		if verb == "fewer" {
			s.sub, _ = strconv.ParseInt(sub, 10, 64)
		}
	}
	for _, section := range m.Sections {
		for _, it := range section.Items {
			s.stories = append(s.stories, it.StoryID)
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

// mortal is a store whose program dies at one of its writes: before it, or
// after it when nobody was told that it was done.
type mortal struct {
	*store.Store
	t *theatre
}

var errDied = errors.New("killed")

func (m mortal) write(do func() error) error {
	m.t.killed--
	if m.t.killed != 0 {
		return do()
	}
	if m.t.rng.IntN(2) == 0 {
		return errDied
	}
	return errors.Join(do(), errDied)
}

// CreateEditions may die.
func (m mortal) CreateEditions(ctx context.Context, plans []digest.EditionPlan, enqueue func(context.Context, *sql.Tx, []int64) error) (n int, err error) {
	err = m.write(func() (err error) { n, err = m.Store.CreateEditions(ctx, plans, enqueue); return err })
	return n, err
}

// AddHeld may die.
func (m mortal) AddHeld(ctx context.Context, held ...digest.Held) error {
	return m.write(func() error { return m.Store.AddHeld(ctx, held...) })
}

// DelayHeld may die.
func (m mortal) DelayHeld(ctx context.Context, ids []int64, until time.Time) error {
	return m.write(func() error { return m.Store.DelayHeld(ctx, ids, until) })
}

// DropHeld may die.
func (m mortal) DropHeld(ctx context.Context, ids []int64) error {
	return m.write(func() error { return m.Store.DropHeld(ctx, ids) })
}

// SetSetting may die.
func (m mortal) SetSetting(ctx context.Context, key, value string) error {
	return m.write(func() error { return m.Store.SetSetting(ctx, key, value) })
}
