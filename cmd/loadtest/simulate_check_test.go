package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// at is a time of the record: "3 10:20" is on its third day.
func at(s string) time.Time {
	var day, hour, minute, second int
	if n, _ := fmt.Sscanf(s, "%d %d:%d:%d", &day, &hour, &minute, &second); n < 3 {
		panic(s + " is no time")
	}
	return time.Date(2026, 10, 11+day, hour, minute, second, 0, time.UTC)
}

// record is a small world and what one person saw of it. It begins as it
// should be; a test then tampers with it.
type record struct{ *theatre }

// newRecord is of a person who sleeps from ten to six, hears at most twice an
// hour of country C1 and every two hours of big stories on topic "big", and
// follows two stories.
func newRecord() *record {
	w := &world{start: at("1 00:00"), length: 10 * 24 * time.Hour, after: afterwards, byStory: map[int][]int{}}
	r := &record{newTheatre(w, &simulated{Broken: map[string][]string{}})}
	w.people = []someone{{to: digest.Destination{Platform: "slack", Channel: "U0", Direct: true},
		quiet: digest.QuietHours{From: 22 * 60, To: 6 * 60, Zone: "UTC"},
		alerts: []desire{{id: 1, country: "C1", rules: digest.Rules{PerHour: 2}},
			{id: 2, topic: "big", rules: digest.Rules{Big: 3, Within: 6 * time.Hour, Cooldown: 2 * time.Hour}}}}}

	r.happens(0, "1 08:00", "P1")
	r.happens(0, "1 12:00", "P2")
	r.happens(0, "1 15:00", "P1")
	r.happens(0, "1 15:10", "Mirror 1").copied = true
	r.happens(0, "1 16:00", "P2").old = true
	r.heard("1 08:00", 1, 0)
	r.heard("1 12:00", 1, 0)

	r.happens(1, "1 23:00", "P3")
	r.heard("2 06:00", 1, 1)

	for i, when := range []string{"3 10:00", "3 10:10", "3 10:20"} {
		r.happens(2+i, when, "P1")
	}
	r.heard("3 10:00", 1, 2)
	r.heard("3 10:10", 1, 3)
	r.heard("3 11:00", 1, 4)

	r.happens(5, "4 07:00", "P1").countries = []string{"C2"}
	r.grows(6, "4 09:00", "4 10:00", "4 11:00")
	r.heard("4 11:00", 2, 6)

	r.happens(7, "5 09:00", "P7").topic = "t7"
	w.people[0].muted = []muting{{at: at("5 07:00"), until: at("5 20:00"), kind: digest.MuteStory, story: 7}}
	r.happens(8, "6 09:00", "P1").old = true          // its date is of last week
	r.happens(9, "6 15:00", "New paper 9").old = true // of a source's first reading

	r.happens(10, "7 08:00", "P1")
	r.happens(10, "7 13:00", "P1").severity = 2
	r.heard("7 08:00", 1, 10)
	r.heard("7 13:00", 1, 10)

	r.grows(11, "8 09:00", "8 09:30", "8 10:00")
	r.grows(12, "8 10:10", "8 10:20", "8 10:30")
	r.grows(13, "8 11:00", "8 11:30", "8 12:00:30") // when what has waited goes out
	r.heard("8 10:00", 2, 11)
	r.heard("8 12:00:30", 2, 12)
	r.heard("8 14:00:30", 2, 13)

	r.happens(14, "14 08:00", "P4").countries = []string{"C2"}
	r.happens(14, "15 08:00", "P5").countries = []string{"C2"}
	w.follows = []following{{at: at("1 09:00"), story: 0, id: 11}, {at: at("14 09:00"), story: 14, id: 12}}
	r.updated("1 12:00", 11, 1)
	r.updated("1 15:00", 11, 2)
	r.updated("15 08:00", 12, len(w.articles)-1)
	r.over[11] = true
	return r
}

// happens adds an article. Articles are to come in order.
func (r *record) happens(story int, when, source string) *happening {
	n := len(r.world.articles)
	r.world.articles = append(r.world.articles, happening{at: at(when), story: story, source: source, countries: []string{"C1"}, topic: "t", body: fmt.Sprint("body ", n)})
	r.world.byStory[story] = append(r.world.byStory[story], n)
	r.began[story] = int64(1000 + story)
	return &r.world.articles[n]
}

// grows adds a story that three sources have.
func (r *record) grows(story int, times ...string) {
	for i, when := range times {
		h := r.happens(story, when, fmt.Sprintf("P%d", 20+i))
		h.countries, h.topic = []string{"C3"}, "big"
	}
}

// heard adds an alert to what the person saw.
func (r *record) heard(when string, sub int64, story int) {
	r.log = append(r.log, seen{at: at(when), to: r.world.people[0].to.String(), sub: sub, stories: []int64{r.began[story]}})
	r.inOrder()
}

// updated adds an update.
func (r *record) updated(when string, sub int64, news ...int) *seen {
	s := seen{at: at(when), to: r.world.people[0].to.String(), sub: sub, update: true, news: news, ref: when}
	if i := slices.IndexFunc(r.log, func(s seen) bool { return s.sub == sub }); i >= 0 {
		s.thread = r.log[i].ref
	}
	r.log = append(r.log, s)
	r.inOrder()
	return r.find(when, sub)
}

func (r *record) inOrder() {
	slices.SortStableFunc(r.log, func(a, b seen) int { return a.at.Compare(b.at) })
}

// find is the message of a time.
func (r *record) find(when string, sub int64) *seen {
	for i := range r.log {
		if r.log[i].at.Equal(at(when)) && r.log[i].sub == sub {
			return &r.log[i]
		}
	}
	panic("nothing was seen at " + when)
}

// moves has a message come at another time.
func (r *record) moves(when string, sub int64, to string) {
	r.find(when, sub).at = at(to)
	r.inOrder()
}

// lacks takes a message out.
func (r *record) lacks(when string, sub int64) {
	s := r.find(when, sub).at
	r.log = slices.DeleteFunc(r.log, func(x seen) bool { return x.at.Equal(s) && x.sub == sub })
}

// broken are the rules that the checker finds broken, as often as it does.
func (r *record) broken() string {
	check(r.theatre)
	var out []string
	for _, rule := range slices.Sorted(maps.Keys(r.out.Broken)) {
		for range r.out.Broken[rule] {
			out = append(out, rule)
		}
	}
	return strings.Join(out, " ")
}

func TestAnHonestRecordBreaksNoRule(t *testing.T) {
	t.Parallel()
	r := newRecord()
	if got := r.broken(); got != "" {
		t.Errorf("%s: %v", got, r.out.Broken)
	}
	if r.out.Should != 12 || r.out.Behind != 1 || r.out.ShouldNew != 3 {
		t.Errorf("the person should have heard %d times, once behind another (%d), and of %d articles", r.out.Should, r.out.Behind, r.out.ShouldNew)
	}
}

func TestTheCheckerFindsWhatWasTamperedWith(t *testing.T) {
	t.Parallel()
	person := func(r *record) *someone { return &r.world.people[0] }
	mute := func(r *record, from string, kind digest.MuteKind, value string) {
		person(r).muted = append(person(r).muted, muting{at: at(from), until: at(from).Add(2 * time.Hour), kind: kind, value: value})
	}
	muted := func(kind digest.MuteKind, value string) func(r *record) {
		return func(r *record) {
			person(r).muted[0].kind, person(r).muted[0].value = kind, value
			r.heard("5 09:00", 1, 7)
		}
	}
	for name, c := range map[string]struct {
		tamper func(r *record)
		want   string
	}{
		"an alert again":                  {func(r *record) { r.heard("1 17:00", 1, 0) }, "repeat"},
		"an escalation that is none":      {func(r *record) { r.heard("1 15:00", 1, 0) }, "repeat"},
		"a copy that escalates":           {func(r *record) { r.heard("1 15:10", 1, 0) }, "repeat"},
		"an old article that escalates":   {func(r *record) { r.heard("1 16:00", 1, 0) }, "repeat"},
		"one in quiet hours":              {func(r *record) { r.moves("2 06:00", 1, "1 23:00") }, "quiet"},
		"one that quiet hours drop":       {func(r *record) { person(r).quiet.Drop = true }, "repeat"},
		"some on a quiet weekend":         {func(r *record) { person(r).quiet.Weekends = true }, "quiet quiet"},
		"one over the limit":              {func(r *record) { r.moves("3 11:00", 1, "3 10:20") }, "limit"},
		"one within the cooldown":         {func(r *record) { r.moves("8 12:00:30", 2, "8 10:30") }, "limit"},
		"one left out":                    {func(r *record) { r.lacks("3 11:00", 1) }, "leftout"},
		"the first of a story left out":   {func(r *record) { r.lacks("7 08:00", 1) }, "leftout"},
		"an escalation left out":          {func(r *record) { r.lacks("1 12:00", 1) }, "leftout"},
		"a severe word left out":          {func(r *record) { r.lacks("7 13:00", 1) }, "leftout"},
		"one that waits for days":         {func(r *record) { r.moves("7 13:00", 1, "9 13:00") }, "leftout"},
		"one an hour late":                {func(r *record) { r.moves("7 08:00", 1, "7 09:00") }, "late"},
		"a mute of a story ignored":       {muted(digest.MuteStory, ""), "muted"},
		"a mute of a topic ignored":       {muted(digest.MuteTopic, "t7"), "muted"},
		"a mute of a country ignored":     {muted(digest.MuteCountry, "C1"), "muted"},
		"a mute of a source ignored":      {muted(digest.MuteSource, "P7"), "unasked"},
		"a mute that is over obeyed":      {func(r *record) { person(r).muted[0].until = at("5 08:00") }, "leftout"},
		"an old article with a new date":  {func(r *record) { r.heard("6 09:00", 1, 8) }, "unasked"},
		"a source's first reading":        {func(r *record) { r.heard("6 15:00", 1, 9) }, "unasked"},
		"a story that is not big yet":     {func(r *record) { r.moves("4 11:00", 2, "4 10:00") }, "unasked"},
		"a story that nobody asked for":   {func(r *record) { r.heard("4 07:00", 1, 5) }, "unasked"},
		"a new country left out":          {func(r *record) { r.world.articles[2].countries = []string{"C9"} }, "leftout"},
		"an article told twice":           {func(r *record) { r.find("1 15:00", 11).news = []int{1, 2} }, "twice"},
		"an article of another story":     {func(r *record) { r.find("1 15:00", 11).news = []int{2, 5} }, "stray"},
		"an article before the following": {func(r *record) { r.find("1 12:00", 11).news = []int{0, 1} }, "stray"},
		"an article to come":              {func(r *record) { r.find("1 12:00", 11).news = []int{1, 2} }, "stray twice"},
		"a copy as news":                  {func(r *record) { r.updated("1 15:50", 11, 3) }, "stray"},
		"an old article as news":          {func(r *record) { r.updated("1 16:30", 11, 4) }, "stray"},
		"an update beside its thread":     {func(r *record) { r.find("1 15:00", 11).thread = "" }, "thread"},
		"a first update in a thread":      {func(r *record) { r.find("1 12:00", 11).thread = "another" }, "thread"},
		"an update soon after another":    {func(r *record) { r.updated("1 12:20", 11) }, "often"},
		"an update at night":              {func(r *record) { r.updated("2 03:00", 11) }, "quiet"},
		"an update after enough":          {func(r *record) { r.world.follows[0].stop = at("1 13:00") }, "over"},
		"an update after 7 days":          {func(r *record) { r.updated("9 12:00", 11) }, "over"},
		"an update of what is muted":      {func(r *record) { mute(r, "1 14:00", digest.MuteTopic, "t") }, "muted"},
		"a muted source in an update":     {func(r *record) { mute(r, "15 07:00", digest.MuteSource, "P5") }, "muted"},
		"an article not told":             {func(r *record) { r.find("1 15:00", 11).news = nil }, "missed"},
		"an update left out":              {func(r *record) { r.lacks("15 08:00", 12) }, "missed"},
		"an update late":                  {func(r *record) { r.moves("15 08:00", 12, "15 09:00") }, "missed"},
		"a following that goes on":        {func(r *record) { r.over[11] = false }, "unended"},
		"a following that ends too soon":  {func(r *record) { r.over[12] = true }, "unended"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRecord()
			c.tamper(r)
			if got := r.broken(); got != c.want {
				t.Errorf("found %q, want %q: %v", got, c.want, r.out.Broken)
			}
		})
	}
}
