package alert

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// What counts as news, whatever an article's date says.
const (
	// SeenWithin is how long ago an article may have been seen first: one that
	// waited longer, since the program was down, alerts nobody.
	SeenWithin = 6 * time.Hour
	// DatedWithin is how old an article may have been when it was seen first.
	DatedWithin = 12 * time.Hour
	// FirstPollWithin is DatedWithin for what comes with the first reading of a
	// source, when everything it has is new to us. There an article without a
	// date is old.
	FirstPollWithin = time.Hour
	// FirstPoll is how long after a source's first article its others still
	// belong to the first reading.
	FirstPoll = 10 * time.Minute
	// StoryWithin is how long ago a story may have begun to be told for the
	// first time.
	StoryWithin = 72 * time.Hour
	// ReprintAfter is how long after its text was first seen an article is that
	// text printed again, and no news.
	ReprintAfter = time.Hour
)

// Trigger is the article that may alert someone.
type Trigger struct {
	ArticleID   int64
	Source      string
	Seen        time.Time // first
	Dated       time.Time // as the source says; zero when it says nothing
	Printed     time.Time // when its text was first seen; zero: with it
	SourceSince time.Time // when its source's first article was seen; zero: not known
}

// Old returns why an article is no news, "" when it is.
func (t Trigger) Old(now time.Time) Reason {
	limit := DatedWithin
	if !t.SourceSince.IsZero() && t.Seen.Sub(t.SourceSince) < FirstPoll {
		if limit = FirstPollWithin; t.Dated.IsZero() {
			return Old
		}
	}
	switch {
	case now.Sub(t.Seen) > SeenWithin:
		return Late
	case !t.Dated.IsZero() && t.Seen.Sub(t.Dated) > limit:
		return Old
	case !t.Printed.IsZero() && t.Seen.Sub(t.Printed) > ReprintAfter:
		return Reprint
	}
	return ""
}

// Wish is one alert of a destination that a story is of interest to.
type Wish struct {
	Subscription int64
	Rules        digest.Rules
	Zone         string      // of the subscription, for quiet hours that name none
	Sent         []time.Time // when it sent something, ascending; at least those of the last hour and of its cooldown
}

// Case is one story at one destination, when an article has joined it.
type Case struct {
	Now     time.Time
	Trigger Trigger
	Story   Story
	Wishes  []Wish // those that the story is of interest to, by subscription
	Profile digest.Profile
	Told    *digest.Alerted // what the destination was last told of it; nil for nothing
	Waits   bool            // an alert of it is held there
	Unsent  bool            // what Told says did not reach it: see Release
}

// Action is what is done about a case.
type Action string

// The actions.
const (
	Nothing Action = ""
	Send    Action = "send"
	Hold    Action = "hold" // until Verdict.Until
	Drop    Action = "drop" // as if told: quiet hours that drop
)

// Reason says why a case is not sent at once.
type Reason string

// The reasons.
const (
	Old      Reason = "old"      // the article is, or its source was read for the first time
	Late     Reason = "late"     // it was seen too long ago
	Reprint  Reason = "reprint"  // its text was seen before
	OldStory Reason = "oldstory" // the story began too long ago
	Muted    Reason = "muted"
	Told     Reason = "told" // already, and it has not escalated
	Small    Reason = "small"
	Waiting  Reason = "waiting" // it is held already
	InQuiet  Reason = "quiet"
	Cooling  Reason = "cooldown"
	Limited  Reason = "limit"
	NoWish   Reason = "nobody" // no alert is left that wants it
	Unsent   Reason = "unsent" // it was to be sent, and quiet hours came before it could be
)

// Change is what has escalated since a destination was told.
type Change struct {
	Sources, Before int    // twice as many sources: now, and then
	Country         string // a new one, by code
	Severity        string // a severer word, by its name in severity.txt
}

// Verdict is what becomes of a case.
type Verdict struct {
	Do           Action
	Why          Reason    // unless it is sent
	Mute         string    // what is muted: the label of the mute
	Until        time.Time // of Hold
	Subscription int64     // that sends, holds or drops
	Changes      []Change  // of a story that was told before
	Said         digest.Alerted
}

// Judge decides about one case.
func Judge(c Case) Verdict {
	if old := c.Trigger.Old(c.Now); old != "" {
		return Verdict{Why: old}
	}
	if c.Told == nil && c.Now.Sub(c.Story.Began()) > StoryWithin {
		return Verdict{Why: OldStory}
	}
	if m, muted := mutedBy(c.Profile, &c.Story, c.Trigger.Source, c.Now); muted {
		return Verdict{Why: Muted, Mute: m.Label}
	}
	wishes, v := c.wishes()
	if v.Why != "" {
		return v
	}
	v.Said = c.said(wishes[0].Subscription)
	v.Subscription = wishes[0].Subscription
	if until, quiet := Quiet(c.Profile.Quiet, wishes[0].Zone, c.Now); quiet {
		v.Do, v.Why, v.Until = Hold, InQuiet, until
		if c.Profile.Quiet.Drop {
			v.Do = Drop
		}
	} else {
		c.pace(wishes, &v)
	}
	if v.Do != Send && c.Waits { // what has waited for its turn into quiet hours is not dropped there
		return Verdict{Why: Waiting}
	}
	return v
}

// wishes returns those that the story is worth telling to: big enough for them
// the first time, escalated any other time.
func (c *Case) wishes() ([]Wish, Verdict) {
	if len(c.Wishes) == 0 {
		return nil, Verdict{Why: NoWish}
	}
	if c.Told != nil {
		changes := Escalation(*c.Told, &c.Story)
		if len(changes) == 0 {
			return nil, Verdict{Why: Told}
		}
		return c.Wishes, Verdict{Changes: changes}
	}
	big := slices.DeleteFunc(slices.Clone(c.Wishes), func(w Wish) bool { return !Big(w.Rules, &c.Story, c.Now) })
	if len(big) == 0 {
		return nil, Verdict{Why: Small}
	}
	return big, Verdict{}
}

// Big reports whether a story is big enough for rules: so many independent
// sources have it within their time, counted by when their articles were first
// seen.
func Big(r digest.Rules, s *Story, now time.Time) bool {
	return r.Big <= 1 || s.SourcesWithin(cmp.Or(r.Within, digest.DefaultWithin), now) >= r.Big
}

// Escalation returns what has escalated since a destination was told, nil when
// nothing has: at least twice as many independent sources, each firm country
// that the story did not have, a word severer than any it had. The first country
// of a story that had none is no new one: it was only not known.
func Escalation(told digest.Alerted, s *Story) []Change {
	var out []Change
	if n := s.Sources(); n >= 2*max(told.Sources, 1) {
		out = append(out, Change{Sources: n, Before: told.Sources})
	}
	for _, country := range s.Countries {
		if len(told.Countries) > 0 && !slices.Contains(told.Countries, country) {
			out = append(out, Change{Country: country})
		}
	}
	if worst := s.Severity(); Level(worst) > Level(told.Severity) {
		out = append(out, Change{Severity: worst})
	}
	return out
}

// said is what the destination knows once it is told.
func (c *Case) said(subscription int64) digest.Alerted {
	out := digest.Alerted{Destination: c.Profile.Destination, StoryID: c.Story.ID, SubscriptionID: subscription, Times: 1,
		Sources: c.Story.Sources(), Countries: slices.Clone(c.Story.Countries), Severity: c.Story.Severity(), At: c.Now}
	if c.Told == nil {
		return out
	}
	out.Times, out.Sources = c.Told.Times+1, max(out.Sources, c.Told.Sources)
	for _, country := range c.Told.Countries {
		if !slices.Contains(out.Countries, country) {
			out.Countries = append(out.Countries, country)
		}
	}
	if Level(c.Told.Severity) > Level(out.Severity) {
		out.Severity = c.Told.Severity
	}
	return out
}

// pace lets the first wish send that may send now. Where none may, the one
// that may soonest holds.
func (c *Case) pace(wishes []Wish, v *Verdict) {
	v.Do = Hold
	for _, w := range wishes {
		until, why := Ready(w, c.Now)
		if why == "" {
			v.Do, v.Why, v.Until, v.Subscription = Send, "", time.Time{}, w.Subscription
			break
		}
		if v.Until.IsZero() || until.Before(v.Until) {
			v.Why, v.Until, v.Subscription = why, until, w.Subscription
		}
	}
	v.Said.SubscriptionID = v.Subscription
}

// Ready returns when an alert may send again and why not before; why is "" when
// it may now. In any hour it sends at most PerHour messages, and none within
// Cooldown of the last.
func Ready(w Wish, now time.Time) (until time.Time, why Reason) {
	n := len(w.Sent)
	if n == 0 {
		return now, ""
	}
	if end := w.Sent[n-1].Add(w.Rules.Cooldown); w.Rules.Cooldown > 0 && now.Before(end) {
		until, why = end, Cooling
	}
	if most := cmp.Or(w.Rules.PerHour, digest.DefaultPerHour); n >= most {
		if end := w.Sent[n-most].Add(time.Hour); now.Before(end) && end.After(until) {
			until, why = end, Limited
		}
	}
	return until, why
}

// mutedBy returns the mute that keeps a story, or the article of a source, from
// a destination.
func mutedBy(p digest.Profile, s *Story, source string, now time.Time) (digest.Mute, bool) {
	i := slices.IndexFunc(p.Mutes, func(m digest.Mute) bool {
		if !m.Active(now) {
			return false
		}
		switch m.Kind {
		case digest.MuteStory:
			return s.is(m.Value)
		case digest.MuteSource:
			return m.Value == source
		case digest.MuteTopic:
			return slices.Contains(s.Topics, m.Value)
		case digest.MuteCountry:
			return slices.Contains(s.Countries, m.Value)
		}
		return false
	})
	if i < 0 {
		return digest.Mute{}, false
	}
	return p.Mutes[i], true
}

// is reports whether an ID is the story's, or that of one that became a part
// of it: a story's ID is that of the article that began it.
func (s *Story) is(id string) bool {
	n, err := strconv.ParseInt(id, 10, 64)
	return err == nil && (n == s.ID || slices.ContainsFunc(s.Prints, func(p Print) bool { return p.ArticleID == n }))
}

// Silenced is mutedBy for a story that waits or is followed, whatever article
// brought it.
func Silenced(p digest.Profile, s *Story, source string, now time.Time) bool {
	_, muted := mutedBy(p, s, source, now)
	return muted
}

// Release decides about a held alert whose time has come: whether it goes with
// the others now, waits on, or is dropped. Its Trigger, which was news when it
// was held, is not asked again.
func Release(c Case) Verdict {
	if _, muted := mutedBy(c.Profile, &c.Story, c.Trigger.Source, c.Now); muted {
		return Verdict{Do: Drop, Why: Muted}
	}
	if len(c.Wishes) == 0 {
		return Verdict{Do: Drop, Why: NoWish}
	}
	var changes []Change
	if c.Told != nil && !c.Unsent {
		if changes = Escalation(*c.Told, &c.Story); len(changes) == 0 {
			return Verdict{Do: Drop, Why: Told}
		}
	}
	v := Verdict{Changes: changes, Said: c.said(c.Wishes[0].Subscription), Subscription: c.Wishes[0].Subscription}
	if until, quiet := Quiet(c.Profile.Quiet, c.Wishes[0].Zone, c.Now); quiet {
		v.Do, v.Why, v.Until = Hold, InQuiet, until
		return v
	}
	c.pace(c.Wishes, &v)
	return v
}
