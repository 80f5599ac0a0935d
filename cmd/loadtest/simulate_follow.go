package main

import (
	"slices"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// The rules of following: least time between two updates, and how many
// articles one of them shows.
const (
	updateEvery = 30 * time.Minute
	updateShows = 10
)

// silenceSeen is how much later than it is over the program may see that a
// followed story is: it looks each hour.
const silenceSeen = time.Hour + leeway

// checkFollowing looks at one following:
//
//	twice    no article is told twice
//	stray    what is told is of the story, fresh, in words of its own, of a
//	         source that is not muted, and came after the person began to follow
//	thread   each update after the first is under it
//	often    there is half an hour between updates
//	over     nothing comes once the person has had enough or the story was
//	         silent for 7 days
//	unended  a story that was silent for 7 days is followed no more, and none
//	         that was not
//	missed   each fresh article is told, when the person is awake
func (c *checker) checkFollowing(p *someone, f *following) {
	v := vigil{checker: c, p: p, f: f, updates: c.updates[f.id], told: map[int]bool{}}
	v.silent, v.resumed = c.silence(f)
	c.quietHours(p, v.updates)
	for i := range v.updates {
		v.update(i)
	}
	for _, i := range c.world.byStory[f.story] {
		v.article(i)
	}
	v.end()
}

// vigil is one following as it is checked.
type vigil struct {
	*checker
	p       *someone
	f       *following
	updates []seen
	told    map[int]bool
	silent  time.Time // when the story has been silent for 7 days
	resumed time.Time // when something came after that; zero: nothing did
}

// silence returns when a followed story is over, and when something came after
// that all the same: a zero time where nothing did.
func (c *checker) silence(f *following) (over, resumed time.Time) {
	last := f.at
	for _, i := range c.world.byStory[f.story] {
		at := c.world.articles[i].at
		if at.Sub(last) > digest.FollowSilence {
			return last.Add(digest.FollowSilence), at
		}
		if at.After(last) {
			last = at
		}
	}
	return last.Add(digest.FollowSilence), time.Time{}
}

// unsure reports whether the program may or may not have seen by then that the
// story is over.
func (v *vigil) unsure() bool {
	return !v.resumed.IsZero() && v.resumed.Sub(v.silent) <= silenceSeen
}

func (v *vigil) breaks(rule string, at time.Time, how string, args ...any) {
	v.checker.breaks(rule, v.p, at, "story %d, followed since %s: "+how, append([]any{v.f.story, v.f.at.Format(time.RFC3339)}, args...)...)
}

// update looks at one message.
func (v *vigil) update(i int) {
	s := v.updates[i]
	muted := v.isMuted(v.p, v.f.story, "", s.at)
	if muted {
		v.breaks("muted", s.at, "it is muted")
	}
	switch {
	case i == 0 && s.thread != "":
		v.breaks("thread", s.at, "the first update is under %s", s.thread)
	case i > 0 && s.thread != v.updates[0].ref:
		v.breaks("thread", s.at, "an update is under %q, the first is %s", s.thread, v.updates[0].ref)
	}
	if i > 0 && s.at.Sub(v.updates[i-1].at) < updateEvery {
		v.breaks("often", s.at, "%s after another update", s.at.Sub(v.updates[i-1].at))
	}
	if !v.f.stop.IsZero() && s.at.After(v.f.stop) {
		v.breaks("over", s.at, "it is followed no more")
	} else if s.at.After(v.silent.Add(silenceSeen)) && !v.unsure() {
		v.breaks("over", s.at, "it was silent for 7 days")
	}
	for _, n := range s.news {
		switch {
		case v.told[n]:
			v.breaks("twice", s.at, "article %d", n)
		case !v.fresh(n) || v.world.articles[n].at.After(s.at):
			v.breaks("stray", s.at, "article %d", n)
		case !muted && v.isMuted(v.p, v.f.story, v.world.articles[n].source, s.at):
			v.breaks("muted", s.at, "article %d of %s", n, v.world.articles[n].source)
		}
		v.told[n] = true
	}
}

// fresh reports whether an article is one to tell.
func (v *vigil) fresh(n int) bool {
	if n < 0 || n >= len(v.world.articles) {
		return false
	}
	h := &v.world.articles[n]
	return h.story == v.f.story && h.at.After(v.f.at) && !h.old && !h.copied
}

// article looks whether an article that was to be told was.
func (v *vigil) article(n int) {
	h := &v.world.articles[n]
	if !v.fresh(n) || !v.f.stop.IsZero() && !h.at.Add(leeway).Before(v.f.stop) || h.at.After(v.silent) {
		return
	}
	ready := h.at
	for _, s := range v.updates {
		if s.at.Before(h.at) && s.at.Add(updateEvery).After(ready) {
			ready = s.at.Add(updateEvery)
		}
	}
	limit := v.wakes(v.p.quiet, ready).Add(leeway)
	if v.quietAt(v.p.quiet, limit) { // who fell asleep before the program looked is told on waking
		limit = v.wakes(v.p.quiet, limit).Add(leeway)
	}
	// What is muted is passed over, and so is what comes to one who sleeps and
	// wants it dropped; either puts off the next update, too.
	since := h.at.Add(-updateEvery)
	switch {
	case v.mutedBetween(v.p, v.f.story, h.source, since, limit), v.p.quiet.Drop && v.quietBetween(since, limit):
		return
	case !v.f.stop.IsZero() && !limit.Before(v.f.stop):
		return
	}
	v.out.ShouldNew++
	if !slices.ContainsFunc(v.updates, func(s seen) bool {
		return !s.at.Before(h.at) && !s.at.After(limit) && (slices.Contains(s.news, n) || len(s.news) >= updateShows)
	}) {
		v.breaks("missed", h.at, "article %d was not told until %s", n, limit.Format(time.RFC3339))
	}
}

// quietBetween reports whether any minute between two times is quiet.
func (v *vigil) quietBetween(from, to time.Time) bool {
	for t := from; !t.After(to); t = t.Add(time.Minute) {
		if v.quietAt(v.p.quiet, t) {
			return true
		}
	}
	return false
}

// end looks whether the program ended what is over, and nothing else.
func (v *vigil) end() {
	switch over := v.over[v.f.id]; {
	case !v.f.stop.IsZero() || v.unsure():
	case over && v.silent.After(v.world.end()):
		v.breaks("unended", v.world.end(), "it is followed no more, but was not silent")
	case !over && v.silent.Add(silenceSeen).Before(v.world.end()):
		v.breaks("unended", v.world.end(), "it was silent since %s", v.silent.Add(-digest.FollowSilence).Format(time.RFC3339))
	}
}
