package story

import (
	"strconv"
	"strings"

	"github.com/daybrief/daybrief/digest/text"
)

// A report on prices, rates or an index reads each day as on the day before,
// but for its measures: percents, points, cents, degrees. They are what tells
// one day's report from the next one's, where for an event's articles those
// that are told again and again are the same. What counts people or things is
// no measure: the toll of a disaster rises and it is one disaster.

// measureMark begins the unit of a measure; no word begins with it. headMark
// ends that of one in a headline.
const (
	measureMark = "#"
	headMark    = "!"
)

// Units that are no lines of the list of measures: percent is its first line.
const (
	percentLine = 1
	moneyLine   = 200
)

func measureUnit(line int) string { return measureMark + strconv.Itoa(line) }

// Bits of the unit of a count that is a measure, and no term's number.
const (
	measureID = 1 << 31
	headID    = 1 << 30 // it stands in the headline
)

// measureOf is the unit of a count for that of an amount; ok is false for one
// that is no measure.
func measureOf(unit string) (id uint32, ok bool) {
	line, ok := strings.CutPrefix(unit, measureMark)
	if !ok {
		return 0, false
	}
	id = measureID
	if head, ok := strings.CutSuffix(line, headMark); ok {
		line, id = head, id|headID
	}
	n, err := strconv.ParseUint(line, 10, 8)
	return id | uint32(n), err == nil
}

func (c count) isMeasure() bool { return c.unit&measureID != 0 }
func (c count) inHead() bool    { return c.isMeasure() && c.unit&headID != 0 }
func (c count) any() bool       { return true }

// in reports whether a list counts or measures the same, and whether alike.
func (c count) in(list []count, counts func(count) bool) (found, equal bool) {
	for _, d := range list {
		if counts(d) && d.unit|headID == c.unit|headID {
			found = true
			equal = equal || d.value == c.value
		}
	}
	return found, equal
}

// amountsOf counts the amounts of a, of those that count, that b has alike, and
// otherwise alone.
func amountsOf(a, b *article, counts func(count) bool) (same, other int) {
	for _, c := range a.amounts {
		if !counts(c) {
			continue
		}
		switch found, equal := c.in(b.amounts, counts); {
		case equal:
			same++
		case found:
			other++
		}
	}
	return same, other
}

// measureAt is the unit of the number at word i where it is a measure, else "".
func (r *reader) measureAt(words []text.Word, i int) string {
	unit := r.measure(words, i)
	if unit != "" && words[i].Field == text.Title {
		unit += headMark
	}
	return unit
}

func (r *reader) measure(words []text.Word, i int) string {
	body := r.doc.TitleText
	if words[i].Field == text.Body {
		body = r.doc.BodyText
	}
	rest := body[words[i].End:]
	if strings.HasPrefix(rest, "%") || strings.HasPrefix(rest, " %") {
		return measureUnit(percentLine)
	}
	if i+1 < len(words) && words[i+1].Start-words[i].End <= 2 {
		if i+2 < len(words) && perHundred(words[i+1].Form, words[i+2].Form) {
			return measureUnit(percentLine)
		}
		if u := lists().measure[words[i+1].Form]; u != "" {
			return u
		}
	}
	before := body[:words[i].Start]
	for _, sign := range []string{"$", "€", "£", "¥", "₩", "₹"} {
		if strings.HasSuffix(before, sign) && !manifold(words, i) {
			return measureUnit(moneyLine)
		}
	}
	return ""
}

// perHundred reports "per cent" in the languages that write it as two words.
func perHundred(a, b string) bool {
	switch a {
	case "per", "por", "pour", "pro":
		return b == "cent" || b == "cento" || b == "ciento"
	}
	return false
}

// manifold reports that a sum is one of millions: a deal's or a budget's, told
// again and again, and no price.
func manifold(words []text.Word, i int) bool {
	if i+1 == len(words) || words[i+1].Start-words[i].End > 2 {
		return false
	}
	switch words[i+1].Form {
	case "million", "billion", "trillion", "thousand", "m", "mn", "bn", "b", "tn", "k":
		return true
	}
	return false
}

// moved reports that two articles are of different days and measure the same
// things otherwise: one article of a series beside another. Where both have a
// measure in the headline, that tells; else hardly any measure of the one may
// stand in the other.
func moved(a, b *article) bool {
	if apart(a, b) <= sameDay {
		return false
	}
	if same, other := amountsOf(a, b, count.inHead); same+other > 0 {
		return same == 0
	}
	same, other := amountsOf(a, b, count.isMeasure)
	return other >= movedMeasures && other > 2*same
}

// movedMeasures is how many measures must differ: one may be a slip, or a
// second look.
const movedMeasures = 2

// measuresApart reports whether a has moved on from most of the latest articles
// of s that can be compared, and is of the day of none.
func measuresApart(a *article, s *group) bool {
	on, off := 0, 0
	for _, b := range s.live[max(0, len(s.live)-vetoMembers):] {
		switch {
		case apart(a, b) <= sameDay:
			return false
		case moved(a, b):
			off++
		case measures(b) >= movedMeasures:
			on++
		}
	}
	return off > on
}

func measures(a *article) int {
	n := 0
	for _, c := range a.amounts {
		if c.isMeasure() {
			n++
		}
	}
	return n
}
