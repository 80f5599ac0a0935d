package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// world is what happens in a simulation, made up beforehand.
type world struct {
	start    time.Time
	length   time.Duration // in which stories begin
	after    time.Duration // for which it goes on
	sources  int
	articles []happening // in the order they are first seen
	byStory  map[int][]int
	mutes    []muting // in order
	follows  []following
	people   []someone
}

// happening is an article to come.
type happening struct {
	at        time.Time // first seen
	dated     time.Time // as it says; zero: it says nothing
	story     int
	source    string
	title     string
	body      string
	countries []string
	topic     string
	severity  int  // level of the word in its headline
	copied    bool // it has another's text, and no voice of its own
	old       bool // it must alert nobody
}

// someone is a person or a channel.
type someone struct {
	to     digest.Destination
	quiet  digest.QuietHours
	alerts []desire
	muted  []muting // as it was done
}

// desire is an alert.
type desire struct {
	id      int64 // of the subscription
	country string
	topic   string
	word    string
	rules   digest.Rules
}

// muting is a mute to come.
type muting struct {
	at, until time.Time
	person    int
	kind      digest.MuteKind
	story     int    // of MuteStory
	value     string // of the others
}

// mutes reports whether it keeps a story back, or what a source says of it.
func (m *muting) mutes(w *world, story int, source string, t time.Time) bool {
	switch m.kind {
	case digest.MuteStory:
		return m.story == story
	case digest.MuteTopic:
		return m.value == w.articles[w.byStory[story][0]].topic
	case digest.MuteCountry:
		return slices.Contains(w.countriesAt(story, t), m.value)
	}
	return m.value == source
}

// following is that a person begins to follow a story.
type following struct {
	at     time.Time
	stop   time.Time // when the person has had enough; zero: never
	person int
	story  int
	id     int64 // of the subscription; 0: there was no story yet
}

// mirrors are sources that only copy.
const mirrors = 80

func sourceName(i int) string {
	if i < mirrors {
		return fmt.Sprintf("Mirror %d", i)
	}
	return fmt.Sprintf("Paper %d", i)
}

// afterwards is how long until all stories that are followed are over.
const afterwards = 10 * 24 * time.Hour

// newWorld makes up a world; the same seed makes the same.
func newWorld(s simulateCmd) *world {
	r := rand.New(rand.NewPCG(s.Seed, 5))
	// Clocks change in Europe on 25 October, in America on 1 November 2026.
	w := &world{start: time.Date(2026, 10, 12, 0, 0, 0, 0, time.UTC), length: time.Duration(s.Days) * 24 * time.Hour, after: cmp.Or(s.after, afterwards), sources: mirrors + 60, byStory: map[int][]int{}}
	for n := range s.Stories {
		w.tell(r, n)
	}
	late := w.start.Add(w.length + w.after/2) // what comes then could be told after the end
	w.articles = slices.DeleteFunc(w.articles, func(h happening) bool { return h.at.After(late) })
	slices.SortFunc(w.articles, func(a, b happening) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.story, b.story)) })
	for i := range w.articles {
		w.byStory[w.articles[i].story] = append(w.byStory[w.articles[i].story], i)
	}
	for i := range s.People {
		w.people = append(w.people, newSomeone(r, i))
	}
	busy := max(s.busy, 1)
	for range busy * s.People * s.Days / 20 {
		w.mutes = append(w.mutes, w.newMute(r, s))
	}
	for range busy * s.People * s.Days / 25 {
		w.follows = append(w.follows, w.newFollowing(r, s))
	}
	return w
}

// end is when nothing more is to be looked at.
func (w *world) end() time.Time { return w.start.Add(w.length + w.after) }

// few picks a small number often, a great one seldom.
func few(r *rand.Rand, n int) int { return min(int(r.ExpFloat64()*float64(n)/5), n-1) }

// tell makes up the articles of a story: most stories have few, some dozens.
func (w *world) tell(r *rand.Rand, n int) {
	at := w.start.Add(time.Duration(r.Int64N(int64(w.length))))
	countries := []string{"C" + strconv.Itoa(few(r, 40))}
	topic := "topic" + strconv.Itoa(few(r, 25))
	count := 1 + int(r.ExpFloat64()*3)
	if r.IntN(20) == 0 {
		count += r.IntN(40)
	}
	body, severity := "", 0
	for i := range count {
		h := happening{at: at, story: n, source: sourceName(mirrors + r.IntN(w.sources-mirrors)), topic: topic, countries: slices.Clone(countries)}
		h.dated = at.Add(-time.Duration(r.IntN(90)) * time.Minute)
		if r.IntN(12) == 0 {
			severity = max(severity, 1+r.IntN(3))
			h.severity = severity
		}
		h.title = fmt.Sprintf("%s about %s, story %d, report %d", []string{"News", "Sanctions", "Explosion", "Coup"}[h.severity], topic, n, i)
		h.body = fmt.Sprintf("Report %d of story %d has its own words for what went on there, and %d more of them to tell. ", i, n, r.IntN(1e6)) + strings.Repeat("It is long enough to be no teaser. ", 6)
		switch k := r.IntN(100); {
		case k < 8 && body != "": // a copy by one who copies nobody else of this story
			h.source, h.body, h.copied = sourceName(i%mirrors), body, true
			h.severity = 0
			h.title = fmt.Sprintf("News about %s, story %d, copy %d", topic, n, i)
		case k < 12: // re-dated or not, it is old
			h.dated, h.old = at.Add(-13*time.Hour-time.Duration(r.IntN(1000))*time.Hour), true
		case k < 14: // of a source that is read for the first time, undated
			h.source, h.dated, h.old = fmt.Sprintf("New paper %d.%d", n, i), time.Time{}, true
		case k < 24: // another country gets involved
			countries = append(countries, "C"+strconv.Itoa(few(r, 40)))
			h.countries = slices.Clone(countries[len(countries)-1:])
		}
		if !h.copied {
			body = h.body
		}
		w.articles = append(w.articles, h)
		at = at.Add(time.Duration(r.ExpFloat64() * float64(3*time.Hour) / float64(1+i%4)))
		if r.IntN(60) == 0 { // it is thought to be over, and some followings of it are
			at = at.Add(5*24*time.Hour + time.Duration(r.Int64N(int64(4*24*time.Hour))))
		}
	}
}

func newSomeone(r *rand.Rand, n int) someone {
	zones := []string{"America/New_York", "Europe/Berlin", "Asia/Seoul", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago", "UTC", "Pacific/Apia"}
	p := someone{to: digest.Destination{Platform: "slack", Channel: fmt.Sprintf("U%d", n), Direct: n%5 != 0}}
	p.quiet.Zone = zones[r.IntN(len(zones))]
	switch r.IntN(5) {
	case 0, 1:
		p.quiet.From, p.quiet.To = 22*60+r.IntN(60), 6*60+r.IntN(120)
	case 2:
		p.quiet.From, p.quiet.To = 9*60, 17*60
	case 3:
		p.quiet.From, p.quiet.To = 30, 150 // over the hour in which clocks change
	}
	p.quiet.Weekends, p.quiet.Drop = r.IntN(4) == 0, r.IntN(4) == 0
	for range 1 + r.IntN(3) {
		d := desire{rules: digest.Rules{PerHour: []int{0, 1, 2, 4}[r.IntN(4)]}}
		country, topic := "C"+strconv.Itoa(few(r, 40)), "topic"+strconv.Itoa(few(r, 25))
		switch r.IntN(4) {
		case 0:
			d.country = "C" + strconv.Itoa(10+r.IntN(30))
		case 1:
			d.word = "topic" + strconv.Itoa(5+r.IntN(20))
		default:
			d.country, d.topic = country, topic
		}
		if r.IntN(3) == 0 {
			d.rules.Big, d.rules.Within = 2+r.IntN(3), time.Duration(1+r.IntN(12))*time.Hour
		}
		if r.IntN(4) == 0 {
			d.rules.Cooldown = time.Duration(1+r.IntN(180)) * time.Minute
		}
		p.alerts = append(p.alerts, d)
	}
	return p
}

func (w *world) newMute(r *rand.Rand, s simulateCmd) muting {
	m := muting{at: w.start.Add(time.Duration(r.Int64N(int64(w.length)))), person: r.IntN(s.People)}
	m.until = m.at.Add(time.Duration(1+r.IntN(72)) * time.Hour)
	switch r.IntN(6) {
	case 0:
		m.kind, m.value = digest.MuteCountry, "C"+strconv.Itoa(few(r, 40))
	case 1:
		m.kind, m.value = digest.MuteSource, sourceName(r.IntN(w.sources))
	case 2, 3:
		m.kind, m.value = digest.MuteTopic, cmp.Or(w.people[m.person].alerts[0].topic, "topic"+strconv.Itoa(few(r, 25)))
	default:
		m.kind, m.story = digest.MuteStory, w.current(r, m.at)
		m.person = w.concerned(r, m.story)
	}
	return m
}

// concerned is a person who asks for a story, if one is soon found.
func (w *world) concerned(r *rand.Rand, story int) int {
	h := &w.articles[w.byStory[story][0]]
	for range 30 {
		n := r.IntN(len(w.people))
		if slices.ContainsFunc(w.people[n].alerts, func(d desire) bool { return d.asks(h) }) {
			return n
		}
	}
	return r.IntN(len(w.people))
}

// current is a story that goes on at a time.
func (w *world) current(r *rand.Rand, t time.Time) int {
	i, _ := slices.BinarySearchFunc(w.articles, t, func(h happening, at time.Time) int { return h.at.Compare(at) })
	return w.articles[max(0, i-1-r.IntN(10))].story
}

func (w *world) newFollowing(r *rand.Rand, s simulateCmd) following {
	f := following{at: w.start.Add(time.Duration(r.Int64N(int64(w.length)))), person: r.IntN(s.People)}
	f.story = w.current(r, f.at)
	if r.IntN(2) == 0 {
		f.person = w.concerned(r, f.story)
	}
	if r.IntN(6) == 0 {
		f.stop = f.at.Add(time.Duration(1+r.IntN(48)) * time.Hour)
	}
	return f
}

// read is the queries' reader: they name a person's alert.
func (w *world) read(q string, _ time.Time) (digest.Query, error) {
	i, j, _ := strings.Cut(q, "/")
	person, _ := strconv.Atoi(i)
	alert, _ := strconv.Atoi(j)
	d := w.people[person].alerts[alert]
	out := digest.Query{Name: q}
	if d.country != "" {
		out.Countries = []string{d.country}
	}
	if d.topic != "" {
		out.Topics = []string{d.topic}
	}
	if d.word != "" {
		out.Terms = []string{d.word}
	}
	return out, nil
}

// until calls fn for the articles of a story that were seen up to a time.
func (w *world) until(story int, t time.Time, fn func(*happening)) {
	for _, i := range w.byStory[story] {
		if !w.articles[i].at.After(t) {
			fn(&w.articles[i])
		}
	}
}

func (w *world) firstOf(story int) time.Time { return w.articles[w.byStory[story][0]].at }

// countriesAt are those of a story at a time.
func (w *world) countriesAt(story int, t time.Time) []string {
	var out []string
	w.until(story, t, func(h *happening) {
		for _, c := range h.countries {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	})
	return out
}
