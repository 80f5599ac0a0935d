package alert

import (
	"cmp"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Quiet reports whether quiet hours hold at a time, and until when they then
// do. They are read from the clock on the wall of their zone, or of zone where
// they name none (UTC where neither can be loaded): on the day the clocks
// change they are an hour longer or shorter, and a minute that the clock shows
// twice is quiet both times or neither.
func Quiet(q digest.QuietHours, zone string, now time.Time) (until time.Time, quiet bool) {
	loc, err := time.LoadLocation(cmp.Or(q.Zone, zone))
	if err != nil {
		loc = time.UTC
	}
	t := now.In(loc)
	if !isQuiet(q, t) {
		return time.Time{}, false
	}
	// Quiet hours end within three days: a weekend and the nights around it.
	// Each step goes to where the wall clock should show their end.
	limit := t.Add(4 * 24 * time.Hour)
	for t.Before(limit) && isQuiet(q, t) {
		next := step(q, t)
		if _, before := t.Zone(); before != offset(next) {
			next = firstAwake(q, t, next)
		}
		t = next
	}
	return t.UTC(), true
}

// isQuiet looks at the wall clock alone.
func isQuiet(q digest.QuietHours, t time.Time) bool {
	if day := t.Weekday(); q.Weekends && (day == time.Saturday || day == time.Sunday) {
		return true
	}
	m := t.Hour()*60 + t.Minute()
	if q.From <= q.To {
		return q.From <= m && m < q.To
	}
	return m >= q.From || m < q.To
}

// step goes from a quiet time to the next at which it may end, were no clock
// changed: the end of the hours, or midnight on a weekend.
func step(q digest.QuietHours, t time.Time) time.Time {
	m := t.Hour()*60 + t.Minute()
	minutes := 24*60 - m
	if day := t.Weekday(); !q.Weekends || day != time.Saturday && day != time.Sunday {
		if left := q.To - m; left > 0 {
			minutes = left
		}
	}
	return t.Truncate(time.Minute).Add(time.Duration(minutes) * time.Minute)
}

// firstAwake goes minute by minute over a change of the clocks, which the
// times between t and to have among them; a step past to is the caller's.
func firstAwake(q digest.QuietHours, t, to time.Time) time.Time {
	const shift = 3 * time.Hour // no zone changes by more
	from := to.Add(-shift).Truncate(time.Minute)
	if from.Before(t) {
		from = t.Truncate(time.Minute)
	}
	for at := from; at.Before(to.Add(shift)); at = at.Add(time.Minute) {
		if at.After(t) && !isQuiet(q, at) {
			return at
		}
	}
	return to
}

func offset(t time.Time) int {
	_, seconds := t.Zone()
	return seconds
}
