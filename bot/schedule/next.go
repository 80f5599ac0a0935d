package schedule

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/daybrief/daybrief/digest"
)

// Plan is when a subscription runs: one or more cron specs in a zone, less
// the days on which nothing is posted. It is safe for concurrent use.
//
// The specs are evaluated on the wall clock, not on instants: robfig/cron
// fires `30 1 * * *` twice on the day the clocks go back and leaves out
// `30 2 * * *` on the day they go forward. Here a time that does not exist
// runs at the next existing minute, and a time that exists twice runs once,
// at its first.
type Plan struct {
	specs []cron.Schedule
	zone  *time.Location
	skip  map[string]bool // dates as "2006-01-02"
}

// MaxSpec is the longest schedule that is read, in bytes.
const MaxSpec = 200

// searchLimit bounds the search for the next run: a spec such as 30 February
// never comes.
const searchLimit = 5 * 366 * 24 * time.Hour

// NewPlan reads a schedule: cron specs of five fields or descriptors such as
// @daily, several of them separated by semicolons. zone is an IANA name, or
// "" or "local" for the machine's.
func NewPlan(spec, zone string, skipDays []string) (*Plan, error) {
	loc, err := LoadZone(zone)
	if err != nil {
		return nil, err
	}
	p := &Plan{zone: loc, skip: map[string]bool{}}
	for _, day := range skipDays {
		p.skip[day] = true
	}
	if len(spec) > MaxSpec {
		return nil, digest.Errorf(digest.Invalid, "the schedule is longer than %d characters", MaxSpec)
	}
	for _, one := range strings.Split(spec, ";") {
		s, err := parseSpec(strings.TrimSpace(one))
		if err != nil {
			return nil, err
		}
		p.specs = append(p.specs, s)
	}
	if p.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, digest.Errorf(digest.Invalid, "the schedule %q never comes", spec)
	}
	return p, nil
}

func parseSpec(spec string) (cron.Schedule, error) {
	if strings.HasPrefix(spec, "TZ=") || strings.HasPrefix(spec, "CRON_TZ=") {
		return nil, digest.Errorf(digest.Invalid, "the schedule names a zone").WithHint("Give the zone on its own.")
	}
	if strings.HasPrefix(spec, "@every") || strings.HasPrefix(spec, "@reboot") {
		return nil, digest.Errorf(digest.Invalid, "the schedule %q counts from no fixed time", spec).WithHint("Use fields, such as 0 */2 * * * for every two hours.")
	}
	s, err := cron.ParseStandard(spec)
	if err != nil {
		return nil, digest.Errorf(digest.Invalid, "the schedule %q cannot be read: %s", spec, strings.TrimPrefix(err.Error(), "failed to parse ")).
			WithHint(`Try "weekdays 8:00", "mondays 9am" or five cron fields such as 0 8 * * 1-5.`)
	}
	return s, nil
}

// LoadZone loads an IANA zone; "" and "local" are the machine's.
func LoadZone(zone string) (*time.Location, error) {
	if zone == "" || zone == "local" {
		return time.Local, nil
	}
	loc, err := time.LoadLocation(zone)
	if err != nil || strings.ContainsAny(zone, `\.`) {
		return nil, digest.Errorf(digest.Invalid, "there is no time zone %q", zone).WithHint("Use an IANA name such as Asia/Seoul or Europe/London.")
	}
	return loc, nil
}

// Next is the first run after an instant; the zero time when there is none.
func (p *Plan) Next(after time.Time) time.Time {
	var first time.Time
	for _, s := range p.specs {
		if t := p.next(s, after); !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

func (p *Plan) next(s cron.Schedule, after time.Time) time.Time {
	wall := wallClock(after.In(p.zone))
	// A gap or an overlap is at most a few hours, so runs that map to an
	// instant not after the given one end soon.
	for limit := wall.Add(searchLimit); ; {
		wall = s.Next(wall)
		if wall.IsZero() || wall.After(limit) {
			return time.Time{}
		}
		if p.skip[wall.Format(time.DateOnly)] {
			continue
		}
		if t := p.instant(wall); t.After(after) {
			return t.UTC()
		}
	}
}

// wallClock is what the clock on the wall shows, as a time in UTC, where every
// wall time exists once.
func wallClock(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// instant is when the zone's clocks first show wall, or, when they never do,
// the first minute they show after it.
func (p *Plan) instant(wall time.Time) time.Time {
	y, m, d := wall.Date()
	t := time.Date(y, m, d, wall.Hour(), wall.Minute(), 0, 0, p.zone)
	if !wallClock(t).Equal(wall) {
		// In a gap: time.Date used one of the two offsets. The gap's end is where
		// the offset changes.
		return gapEnd(t)
	}
	// Twice: an earlier instant with the same wall time comes first.
	for _, back := range []time.Duration{time.Hour, 30 * time.Minute, 2 * time.Hour, 20 * time.Minute} {
		if earlier := t.Add(-back); wallClock(earlier).Equal(wall) {
			return earlier
		}
	}
	return t
}

// gapEnd finds the change of offset nearest to t, to the minute.
func gapEnd(t time.Time) time.Time {
	low, high := t.Add(-26*time.Hour), t.Add(26*time.Hour)
	_, before := low.Zone()
	for high.Sub(low) > time.Minute {
		mid := low.Add(high.Sub(low) / 2).Truncate(time.Minute)
		if mid.Equal(low) {
			break
		}
		if _, offset := mid.Zone(); offset == before {
			low = mid
		} else {
			high = mid
		}
	}
	return high.Truncate(time.Minute)
}

// Slot names a run for the ledger: the local date and wall time.
func (p *Plan) Slot(run time.Time) string { return run.In(p.zone).Format(digest.SlotFormat) }

// Zone is where the plan's wall clock hangs.
func (p *Plan) Zone() *time.Location { return p.zone }

// Coming returns the next n runs after an instant.
func (p *Plan) Coming(after time.Time, n int) []time.Time {
	var out []time.Time
	for range n {
		if after = p.Next(after); after.IsZero() {
			break
		}
		out = append(out, after)
	}
	return out
}

// Check reports whether spec, in cron or in plain words, and zone can be used.
func Check(spec, zone string) error {
	cronSpec, err := ParseWhen(spec)
	if err != nil {
		return err
	}
	if _, err = NewPlan(cronSpec, zone, nil); err != nil {
		return fmt.Errorf("check schedule: %w", err)
	}
	return nil
}
