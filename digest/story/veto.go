package story

import (
	"fmt"
	"math"
	"strings"
)

// Limits of what may belong together, whatever the words say.
const (
	sameDay   = 14 * 3600       // seconds between articles of a routine series on one day
	sameEvent = 365 * 24 * 3600 // seconds between the dates of articles on one event
	sureOf    = 1.8             // from this margin on countries that differ are doubted, not the words
)

// veto says what keeps an article out of a story that is similar enough; ""
// when nothing does.
func (g *Grouper) veto(a *article, s *group) string {
	if seriesApart(a, s) {
		return "another day of a routine series"
	}
	if measuresApart(a, s) {
		return "another day: what it measures has changed"
	}
	if datesApart(a, s) {
		return "other dates"
	}
	if v := g.newcomer(a, s); v != "" {
		return "after days, others in the headline: " + v
	}
	if v := placesApart(a, s); v != "" {
		return "other places: " + v
	}
	if v := g.labelsApart(a, s); v != "" {
		return "another number: " + v
	}
	return ""
}

// vetoStories is veto for two stories.
func (g *Grouper) vetoStories(small, large *group) string {
	if len(small.live) > len(large.live) {
		small, large = large, small
	}
	if small.isRoutine() || large.isRoutine() {
		return "a routine series"
	}
	// What keeps most of the small one out keeps it out.
	kept, why := 0, ""
	members := small.live[max(0, len(small.live)-vetoMembers):]
	for _, a := range members {
		if v := g.veto(a, large); v != "" {
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
		return columnApart(a, s)
	}
	for _, b := range s.live {
		same := a.series == b.series || (a.routine == b.routine && a.routine.daily())
		if same && anotherDay(a, b) {
			return true
		}
	}
	return false
}

// columnApart reports whether s has articles under the label of a, by its
// source, and all of other days: a column.
func columnApart(a *article, s *group) bool {
	column := false
	for _, b := range s.live {
		if a.series == 0 || b.series != a.series {
			continue
		}
		if apart(a, b) <= sameDay {
			return false
		}
		column = true
	}
	return column
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

// silence is for how many seconds nothing was told of a story until what comes
// must be plainly of it.
const silence = 48 * 3600

// newcomer is a name in the headline of a full text that no article of s has,
// where hardly any of the headline's names are those of s and s has been silent
// for days: the same club's next match, the same firm's next deal.
func (g *Grouper) newcomer(a *article, s *group) string {
	if !a.full || s.full == 0 || s.last == 0 || a.time-s.last < silence {
		return ""
	}
	known, at, strange := 0, 0, 0
	name, sums := "", g.sums(s)
	for i := range a.terms {
		w := &a.terms[i]
		pos, ok := findSum(sums[at:], w.id)
		at += pos
		switch {
		case w.title() == 0 || !w.salient():
		case ok:
			known++
		default:
			strange++
			name = g.words.words[w.id].surface
		}
	}
	if strange*knownPerNewcomer < known {
		return ""
	}
	return name
}

// knownPerNewcomer is how many names of a story in a headline speak for it
// against one that is not.
const knownPerNewcomer = 3

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

// magnitudesApart is how far the strengths of two earthquakes must lie apart:
// first reports of one differ by less.
const magnitudesApart = 0.8

// labelsApart tells a number of a that names the event ("magnitude 6.1") where
// all of s that have it have quite another.
func (g *Grouper) labelsApart(a *article, s *group) string {
	for _, c := range a.amounts {
		if c.isMeasure() {
			continue
		}
		word := &g.words.words[c.unit]
		if !lists().labelStem[word.stem] {
			continue
		}
		other := false
		for _, b := range s.live {
			for _, d := range b.amounts {
				if d.unit != c.unit {
					continue
				}
				if math.Abs(float64(d.value-c.value)) < magnitudesApart {
					return ""
				}
				other = true
			}
		}
		if other {
			return fmt.Sprintf("%s %g", word.surface, c.value)
		}
	}
	return ""
}

// contrast is how far the names that an article and a story are about keep
// them apart.
type contrast struct {
	missing float64 // share of the story's names that the article does not mention at all
	strange float64 // share of the article's that the story does not mention
}

// contrast compares names. A story is about the names that most of its
// articles are about.
func (g *Grouper) contrast(a *article, s *group) contrast {
	var theirs, ours tally
	j, sums := 0, g.sums(s)
	for i := range a.terms {
		w := &a.terms[i]
		for j < len(sums) && sums[j].id < w.id {
			theirs.addCore(g, s, &sums[j], false)
			j++
		}
		known := j < len(sums) && sums[j].id == w.id
		if known {
			theirs.addCore(g, s, &sums[j], true)
			j++
		}
		if w.salient() {
			ours.add(g.rare.of(w.id), !known)
		}
	}
	for ; j < len(sums); j++ {
		theirs.addCore(g, s, &sums[j], false)
	}
	return contrast{ratio(theirs.part, theirs.all), ratio(ours.part, ours.all)}
}

// tally adds up weights, and those of a part.
type tally struct{ part, all float64 }

func (t *tally) add(k float64, part bool) {
	t.all += k
	if part {
		t.part += k
	}
}

// addCore adds a term of a story when the story is about it.
func (t *tally) addCore(g *Grouper, s *group, x *sum, mentioned bool) {
	if 2*int(x.salient) > len(s.live) {
		t.add(g.rare.of(x.id), !mentioned)
	}
}

func ratio(part, all float64) float64 {
	if all == 0 {
		return 0
	}
	return part / all
}

// unmentioned is the share of the names that s is about that o lacks.
func (g *Grouper) unmentioned(s, o *group) float64 {
	var t tally
	at := 0
	ours, theirs := g.sums(s), g.sums(o)
	for i := range ours {
		x := &ours[i]
		if 2*int(x.salient) <= len(s.live) {
			continue
		}
		pos, ok := findSum(theirs[at:], x.id)
		at += pos
		t.add(g.rare.of(x.id), !ok || int(theirs[at].n)*g.tuning.mention < len(o.live))
	}
	return ratio(t.part, t.all)
}

// amountsOfLast is how many of a story's articles are asked for numbers.
const amountsOfLast = 16

// amountsAgree counts the numbers of a that an article of s counts alike, and
// those that all of them count otherwise.
func amountsAgree(a *article, s *group) (same, other int) {
	for _, c := range a.amounts {
		found, equal := false, false
		for _, b := range s.live[max(0, len(s.live)-amountsOfLast):] {
			f, e := c.in(b.amounts, count.any)
			found, equal = found || f, equal || e
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
