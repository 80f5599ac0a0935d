package story

import (
	"fmt"
	"strings"
)

// Limits of what may belong together, whatever the words say.
const (
	sameDay   = 14 * 3600      // seconds between articles of a routine series on one day
	sameEvent = 365 * 24 * 3600 // seconds between the dates of articles on one event
	sureOf    = 1.8            // from this margin on countries that differ are doubted, not the words
)

// veto says what keeps an article out of a story that is similar enough; ""
// when nothing does.
func (g *Grouper) veto(a *article, m *match) string {
	s := m.group
	if seriesApart(a, s) {
		return "another day of a routine series"
	}
	if datesApart(a, s) {
		return "other dates"
	}
	if m.margin() < sureOf {
		if v := placesApart(a, s); v != "" {
			return "other places: " + v
		}
	}
	if v := g.labelsApart(a, s); v != "" {
		return "another number: " + v
	}
	return ""
}

// vetoStories is veto for two stories.
func (g *Grouper) vetoStories(m *match, other *group) string {
	small, large := m.group, other
	if len(small.live) > len(large.live) {
		small, large = large, small
	}
	// What keeps most of the small one out keeps it out.
	kept, why := 0, ""
	members := small.live[max(0, len(small.live)-vetoMembers):]
	for _, a := range members {
		one := match{group: large, score: m.score, needed: m.needed}
		if v := g.veto(a, &one); v != "" {
			kept++
			why = v
		}
	}
	if 2*kept > len(members) {
		return why
	}
	return ""
}

// vetoMembers is how many of a story's articles are asked.
const vetoMembers = 8

func seriesApart(a *article, s *group) bool {
	if a.routine == noRoutine {
		return false
	}
	for _, b := range s.live {
		same := a.series == b.series || (a.routine == b.routine && a.routine.daily())
		if same && anotherDay(a, b) {
			return true
		}
	}
	return false
}

// anotherDay reports whether articles of routine series are of different days.
func anotherDay(a, b *article) bool {
	if a.routine == noRoutine || b.routine == noRoutine {
		return false
	}
	return apart(a, b) > sameDay
}

// apart is how many seconds lie between two articles; 0 where one has no date.
func apart(a, b *article) int64 {
	x, y := a.when(), b.when()
	if x == 0 || y == 0 {
		return 0
	}
	return max(x-y, y-x)
}

// when is the time of an article; of one without a date the day that its text
// names, of one without that the time when it was stored; 0 without any.
func (a *article) when() int64 {
	if a.day != 0 {
		return int64(a.day) * 86400
	}
	return a.time
}

// datesApart reports whether a lies far from every dated article of s.
func datesApart(a *article, s *group) bool {
	dated := false
	for _, b := range s.live {
		if a.when() == 0 || b.when() == 0 {
			continue
		}
		if apart(a, b) <= sameEvent {
			return false
		}
		dated = true
	}
	return dated
}

// placesApart tells a's countries and those of s where they have none in
// common.
func placesApart(a *article, s *group) string {
	if len(a.places) == 0 {
		return ""
	}
	counts := map[uint16]int{}
	placed := 0
	for _, b := range s.live {
		if len(b.places) > 0 {
			placed++
		}
		for _, p := range b.places {
			counts[p]++
		}
	}
	for _, p := range a.places {
		if counts[p] > 0 {
			return ""
		}
	}
	var common []uint16
	for _, b := range s.live {
		for _, p := range b.places {
			if 2*counts[p] > placed {
				common = append(common, p)
				counts[p] = 0
			}
		}
	}
	if len(common) == 0 {
		return ""
	}
	return placeNames(a.places) + ", not " + placeNames(common)
}

func placeNames(places []uint16) string {
	names := make([]string, len(places))
	for i, p := range places {
		names[i] = string([]byte{byte(p >> 8), byte(p)})
	}
	return strings.Join(names, " ")
}

// labelsApart tells a number of a that names the event ("magnitude 6.1") where
// all of s that have it have another.
func (g *Grouper) labelsApart(a *article, s *group) string {
	for _, c := range a.amounts {
		word := &g.words.words[c.unit]
		if !lists().labelStem[word.stem] {
			continue
		}
		other := false
		for _, b := range s.live {
			for _, d := range b.amounts {
				if d.unit == c.unit && d.value == c.value {
					return ""
				}
				other = other || d.unit == c.unit
			}
		}
		if other {
			return fmt.Sprintf("%s differs", word.surface)
		}
	}
	return ""
}

// contrast measures how far the names that a and s are about keep them apart:
// the share of s's that a does not mention at all, and of a's that s does not.
func (g *Grouper) contrast(a *article, s *group) (theirs, ours float64) {
	var all, missing, own, unknown float64
	j := 0
	for i := range s.terms {
		t := &s.terms[i]
		for j < len(a.terms) && a.terms[j].id < t.id {
			if a.terms[j].salient {
				k := g.rare.of(a.terms[j].id)
				own += k
				unknown += k
			}
			j++
		}
		var w *weight
		if j < len(a.terms) && a.terms[j].id == t.id {
			w = &a.terms[j]
			j++
			if w.salient {
				own += g.rare.of(w.id)
			}
		}
		if 2*int(t.salient) > len(s.live) {
			k := g.rare.of(t.id)
			all += k
			if w == nil {
				missing += k
			}
		}
	}
	for ; j < len(a.terms); j++ {
		if a.terms[j].salient {
			k := g.rare.of(a.terms[j].id)
			own += k
			unknown += k
		}
	}
	return ratio(missing, all), ratio(unknown, own)
}

func ratio(part, all float64) float64 {
	if all == 0 {
		return 0
	}
	return part / all
}

// contrastStories is contrast between two stories: the share of each one's
// names that the other never mentions.
func (g *Grouper) contrastStories(a, b *group) (theirs, ours float64) {
	return g.unmentioned(b, a), g.unmentioned(a, b)
}

// unmentioned is the share of the names that s is about that o lacks.
func (g *Grouper) unmentioned(s, o *group) float64 {
	var all, missing float64
	at := 0
	for i := range s.terms {
		t := &s.terms[i]
		if 2*int(t.salient) <= len(s.live) {
			continue
		}
		k := g.rare.of(t.id)
		all += k
		pos, ok := findSum(o.terms[at:], t.id)
		at += pos
		if !ok || int(o.terms[at].n)*g.tuning.mention < len(o.live) {
			missing += k
		}
	}
	return ratio(missing, all)
}

// amountsAgree counts the numbers of a that an article of s counts alike, and
// those that all of them count otherwise.
func amountsAgree(a *article, s *group) (same, other int) {
	for _, c := range a.amounts {
		found, equal := false, false
		for _, b := range s.live {
			for _, d := range b.amounts {
				if d.unit == c.unit {
					found = true
					equal = equal || d.value == c.value
				}
			}
		}
		switch {
		case equal:
			same++
		case found:
			other++
		}
	}
	return same, other
}
