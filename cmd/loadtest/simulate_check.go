package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// checker looks at what people saw and at what happened, and at nothing that
// the program decided. It knows the rules from their description. Of alerts:
//
//	repeat   a story is told again only when it has grown: twice as many
//	         sources, another country, a severer word
//	quiet    nothing comes in quiet hours
//	limit    at most so many messages in any hour, none within a cooldown
//	unasked  a story is told only after a fresh article of it was asked for,
//	         and big enough where that was asked for
//	muted    nothing comes that is muted
//	leftout  whoever was to hear has heard, when the person is awake and the
//	         waits are over
//	late     where nothing keeps an alert back, it comes at once
//
// Of followed stories (see checkFollowing): twice, stray, thread, often, over,
// unended, missed; quiet and muted are as above.
type checker struct {
	*theatre
	stories map[int64]int     // the world's story of an ID
	heard   map[string][]seen // alerts by destination, in order
	updates map[int64][]seen  // of followed stories by subscription, in order
	zones   map[string]*time.Location
}

// check fills in what is broken.
func check(t *theatre) {
	c := checker{theatre: t, stories: map[int64]int{}, heard: map[string][]seen{}, updates: map[int64][]seen{}, zones: map[string]*time.Location{}}
	for story, id := range t.began {
		c.stories[id] = story
	}
	for _, s := range t.log {
		if s.update {
			c.updates[s.sub] = append(c.updates[s.sub], s)
		} else {
			c.heard[s.to] = append(c.heard[s.to], s)
		}
	}
	for i := range t.world.people {
		p := &t.world.people[i]
		c.quietHours(p, c.heard[p.to.String()])
		c.pace(p)
		for _, story := range c.concerned(p) {
			c.replay(p, story)
		}
	}
	for i := range t.world.follows {
		if f := &t.world.follows[i]; f.id != 0 {
			c.checkFollowing(&t.world.people[f.person], f)
		}
	}
}

func (c *checker) breaks(rule string, p *someone, at time.Time, how string, args ...any) {
	c.out.Broken[rule] = append(c.out.Broken[rule], fmt.Sprintf("%s, %s: %s", p.to, at.Format(time.RFC3339), fmt.Sprintf(how, args...)))
}

// quietAt reads the clock on a person's wall.
func (c *checker) quietAt(q digest.QuietHours, t time.Time) bool {
	zone := c.zones[q.Zone]
	if zone == nil {
		var err error
		if zone, err = time.LoadLocation(q.Zone); err != nil {
			zone = time.UTC
		}
		c.zones[q.Zone] = zone
	}
	local := t.In(zone)
	if q.Weekends && (local.Weekday() == time.Sunday || local.Weekday() == time.Saturday) {
		return true
	}
	minute := 60*local.Hour() + local.Minute()
	switch {
	case q.From == q.To:
		return false
	case q.From < q.To:
		return minute >= q.From && minute < q.To
	}
	return minute < q.To || minute >= q.From
}

// wakes is the first minute from t on that is not quiet.
func (c *checker) wakes(q digest.QuietHours, t time.Time) time.Time {
	for c.quietAt(q, t) {
		t = t.Truncate(time.Minute).Add(time.Minute)
	}
	return t
}

func (c *checker) quietHours(p *someone, heard []seen) {
	for _, s := range heard {
		if c.quietAt(p.quiet, s.at) {
			c.breaks("quiet", p, s.at, "a message of %d stories", len(s.stories))
		}
	}
}

func (c *checker) pace(p *someone) {
	for _, d := range p.alerts {
		var times []time.Time
		for _, s := range c.heard[p.to.String()] {
			if s.sub == d.id {
				times = append(times, s.at)
			}
		}
		most := cmp.Or(d.rules.PerHour, digest.DefaultPerHour)
		for i := range times {
			if i >= most && times[i].Sub(times[i-most]) < time.Hour {
				c.breaks("limit", p, times[i], "more than %d in an hour", most)
			}
			if i > 0 && times[i].Sub(times[i-1]) < d.rules.Cooldown {
				c.breaks("limit", p, times[i], "within %s", d.rules.Cooldown)
			}
		}
	}
}

// concerned are the stories that have an article that a person asked for, or
// of which the person heard.
func (c *checker) concerned(p *someone) []int {
	set := map[int]bool{}
	for i := range c.world.articles {
		for _, d := range p.alerts {
			if d.asks(&c.world.articles[i]) {
				set[c.world.articles[i].story] = true
			}
		}
	}
	for _, s := range c.heard[p.to.String()] {
		for _, id := range s.stories {
			set[c.stories[id]] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// asks reports whether an article is what an alert asks for.
func (d *desire) asks(h *happening) bool {
	return (d.country == "" || slices.Contains(h.countries, d.country)) && (d.topic == "" || d.topic == h.topic) && (d.word == "" || d.word == h.topic)
}

// size is how much a story is at a time: what can grow.
type size struct {
	sources   int
	countries []string
	severity  int
}

func (c *checker) sizeAt(story int, t time.Time) size {
	out := size{countries: c.world.countriesAt(story, t), sources: c.voices(story, time.Time{}, t)}
	c.world.until(story, t, func(h *happening) { out.severity = max(out.severity, h.severity) })
	return out
}

// voices counts the sources that said something of their own after a time and
// up to another. One who only copies says what another said.
func (c *checker) voices(story int, after, t time.Time) int {
	own, texts := map[string]bool{}, map[string]bool{}
	c.world.until(story, t, func(h *happening) {
		if h.at.After(after) && !h.copied {
			own[h.source], texts[h.body] = true, true
		}
	})
	orphans := map[string]bool{} // texts that were said too long ago to count, and are copied: one voice each
	c.world.until(story, t, func(h *happening) {
		if h.at.After(after) && h.copied && !texts[h.body] {
			orphans[h.body] = true
		}
	})
	return len(own) + len(orphans)
}

func (s size) outgrows(old size) bool {
	if s.sources >= 2*max(old.sources, 1) || s.severity > old.severity {
		return true
	}
	return slices.ContainsFunc(s.countries, func(x string) bool { return !slices.Contains(old.countries, x) })
}

func (s size) with(old size) size {
	s.sources, s.severity = max(s.sources, old.sources), max(s.severity, old.severity)
	for _, x := range old.countries {
		if !slices.Contains(s.countries, x) {
			s.countries = append(s.countries, x)
		}
	}
	return s
}

// isMuted reports whether a story, or what a source says of it, is muted for a
// person at a time.
func (c *checker) isMuted(p *someone, story int, source string, t time.Time) bool {
	return slices.ContainsFunc(p.muted, func(m muting) bool {
		return !t.Before(m.at) && t.Before(m.until) && m.mutes(c.world, story, source, t)
	})
}

// mutedBetween reports whether it was muted at some time in between.
func (c *checker) mutedBetween(p *someone, story int, source string, from, to time.Time) bool {
	return slices.ContainsFunc(p.muted, func(m muting) bool {
		return !m.at.After(to) && from.Before(m.until) && m.mutes(c.world, story, source, to)
	})
}

// wanted reports whether a story is worth telling to a person by an alert of
// theirs when an article joins it: asked for, and big where that was asked for.
func (c *checker) wanted(p *someone, h *happening) bool {
	return slices.ContainsFunc(p.alerts, func(d desire) bool {
		if d.rules.Big <= 1 {
			return d.asks(h)
		}
		asked := false
		c.world.until(h.story, h.at, func(x *happening) { asked = asked || d.asks(x) })
		return asked && c.voices(h.story, h.at.Add(-d.rules.Within), h.at) >= d.rules.Big
	})
}

// replay goes through a story as a person lives it: each article that joins
// it, each time that the person heard of it.
func (c *checker) replay(p *someone, story int) {
	var hears []time.Time
	for _, s := range c.heard[p.to.String()] {
		for _, id := range s.stories {
			if c.stories[id] == story {
				hears = append(hears, s.at)
			}
		}
	}
	r := replay{checker: c, p: p, story: story, hears: hears}
	for _, i := range c.world.byStory[story] {
		r.upTo(c.world.articles[i].at)
		r.joins(&c.world.articles[i])
	}
	r.upTo(c.world.start.AddDate(9, 0, 0))
}

type replay struct {
	*checker
	p     *someone
	story int
	hears []time.Time
	known *size     // what the person was told, or had dropped
	due   time.Time // a fresh article made it worth telling at this time; zero: none since it was told
}

// upTo takes the messages before a time.
func (r *replay) upTo(t time.Time) {
	for len(r.hears) > 0 && r.hears[0].Before(t) {
		r.hear(r.hears[0])
		r.hears = r.hears[1:]
	}
}

func (r *replay) hear(at time.Time) {
	now := r.sizeAt(r.story, at)
	switch {
	case r.isMuted(r.p, r.story, "", at):
		r.breaks("muted", r.p, at, "story %d: it is muted", r.story)
	case r.due.IsZero() && r.known != nil:
		r.breaks("repeat", r.p, at, "story %d: %+v after %+v", r.story, now, *r.known)
	case r.due.IsZero():
		r.breaks("unasked", r.p, at, "story %d: nothing of it was asked for", r.story)
	}
	if r.known != nil {
		now = now.with(*r.known)
	}
	r.known, r.due = &now, time.Time{}
}

// joins takes an article: whether the person is to hear of the story by it.
func (r *replay) joins(h *happening) {
	if h.old || r.isMuted(r.p, r.story, h.source, h.at) {
		return
	}
	now := r.sizeAt(r.story, h.at)
	switch {
	case r.known == nil && (h.at.Sub(r.world.firstOf(r.story)) > 72*time.Hour || !r.wanted(r.p, h)):
		return
	case r.known != nil && !now.outgrows(*r.known):
		return
	}
	if r.p.quiet.Drop && r.quietAt(r.p.quiet, h.at) {
		if len(r.hears) == 0 || r.due.IsZero() {
			if r.known != nil {
				now = now.with(*r.known)
			}
			r.known, r.due = &now, time.Time{}
		}
		return
	}
	if r.due.IsZero() {
		r.due = h.at
		r.out.Should++
		r.mustHear(h)
	}
}

// leeway is how much later than at once something may come: the program looks
// at what waits each tick.
const leeway = 2 * tick

// mustHear sees that a message comes in time: when the person is awake and the
// cooldown and the hour are over, of whichever of the person's alerts.
func (r *replay) mustHear(h *happening) {
	// Each end of a wait may fall into quiet hours, and each waking may find the
	// hour full; a second round is enough for both.
	limit := h.at
	for range 2 {
		limit = r.wakes(r.p.quiet, limit)
		limit = r.wakes(r.p.quiet, limit.Add(r.p.longestWait())).Add(leeway)
	}
	switch {
	case !r.hearsBy(h, limit):
		r.breaks("leftout", r.p, h.at, "story %d: nothing came until %s", r.story, limit.Format(time.RFC3339))
	case !r.free(h.at) || r.hearsBy(h, h.at.Add(leeway)):
	case r.overtaken(h.at):
		r.out.Behind++
	default:
		r.breaks("late", r.p, h.at, "story %d: it could have come at once", r.story)
	}
}

// longestWait is the longest that a person's alerts make a message wait for
// those before it.
func (p *someone) longestWait() time.Duration {
	wait := time.Hour
	for _, d := range p.alerts {
		wait = max(wait, d.rules.Cooldown)
	}
	return wait
}

// hearsBy reports whether the person hears of the story after an article came
// and up to a limit, or has it muted in between.
func (r *replay) hearsBy(h *happening, limit time.Time) bool {
	return slices.ContainsFunc(r.hears, func(t time.Time) bool { return !t.Before(h.at) && !t.After(limit) }) ||
		r.mutedBetween(r.p, r.story, h.source, h.at, limit)
}

// free reports whether nothing at all keeps a message back at a time: the
// person is awake and has heard nothing before for longer than any wait.
func (r *replay) free(at time.Time) bool {
	return !r.quietAt(r.p.quiet, at) && !slices.ContainsFunc(r.heard[r.p.to.String()], func(s seen) bool {
		return s.at.Before(at) && at.Sub(s.at) <= r.p.longestWait()
	})
}

// overtaken reports whether the person hears of something else at that very
// moment: the end of a wait, which the program sees when it looks because of
// this article. What has waited goes first, else it could wait for ever, and
// then it is this one that waits.
func (r *replay) overtaken(at time.Time) bool {
	return slices.ContainsFunc(r.heard[r.p.to.String()], func(s seen) bool { return s.at.Equal(at) })
}
