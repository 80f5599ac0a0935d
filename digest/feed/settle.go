package feed

import (
	"math"
	"slices"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Bounds and constants of polling.
const (
	MinInterval = 5 * time.Minute
	MaxInterval = 24 * time.Hour

	firstInterval = 30 * time.Minute   // before anything is known about a source
	pathInterval  = time.Minute        // of a watched file or folder: looking costs nothing
	rateMemory    = 7 * 24 * time.Hour // how long an average remembers
	slowAfter     = 8 * time.Second    // a reading that took longer is slow
	movedAfter    = 3                  // equal permanent redirects until the address is changed
	tellAfter     = 3                  // failures in a row until the operator is told
)

// Outcome is what one reading of a source has shown. All that Settle needs is
// in it, so that Settle is a pure function.
type Outcome struct {
	At   time.Time     // when it was tried
	Took time.Duration // how long it took
	Err  error         // what went wrong; nil after a success
	Gone bool          // the server said so (410)

	Items   int           // articles that the feed held; 0 with an unchanged one
	Undated int           // of them without a usable date
	Recent  int           // of them published in the day before At
	Delay   time.Duration // median from published to At, of those published since the last success; 0 when there are none

	ETag         string // conditional state to send next time
	LastModified string
	MovedTo      string // where a chain of permanent redirects ended; "" when there was none

	RetryAfter time.Duration  // the server asks not to come earlier; 0 when it does not
	MaxAge     time.Duration  // Cache-Control: it does not change earlier
	TTL        time.Duration  // RSS ttl
	SkipHours  []int          // RSS skipHours, UTC
	SkipDays   []time.Weekday // RSS skipDays

	Path bool   // a watched file or folder
	Seed uint64 // of the jitter: sources polled together drift apart
}

// Settle returns the health of a source after a reading, with the time of the
// next one. Added is how many articles of it were not known before.
//
// The interval follows how often a source brings something new: four polls
// for each expected article, at most twice as long or half as long as before,
// between MinInterval and MaxInterval, never earlier than the source and its
// server ask for. Failures double the wait each time.
func Settle(h digest.SourceHealth, o Outcome, added int) digest.SourceHealth {
	h.LastTry, h.Took = o.At, o.Took
	switch {
	case o.Gone:
		h.State, h.Failures, h.Next = digest.SourceGone, h.Failures+1, time.Time{}
		h.LastError = "the server says that it is gone for good (410)"
	case o.Err != nil:
		fail(&h, o)
	default:
		succeed(&h, o, added)
	}
	return h
}

func fail(h *digest.SourceHealth, o Outcome) {
	h.State, h.LastError = digest.SourceFailing, cutAtWord(o.Err.Error(), 300)
	h.Failures++
	wait := max(h.Interval, MinInterval)
	for range min(h.Failures, 10) - 1 {
		wait *= 2
	}
	wait = max(min(wait, MaxInterval), o.RetryAfter)
	h.Next = o.At.Add(clamp(jitter(wait, o.Seed)))
	h.MovedTo, h.MovedTimes = "", 0
}

func succeed(h *digest.SourceHealth, o Outcome, added int) {
	first := h.LastSuccess.IsZero()
	h.PerDay = rate(h, o, added)
	h.Interval = interval(h.Interval, h.PerDay, o.Path)
	if o.Items > 0 {
		h.Undated = blend(h.Undated, float64(o.Undated)/float64(o.Items), first)
	}
	if o.Delay > 0 {
		h.Delay = time.Duration(blend(float64(h.Delay), float64(o.Delay), h.Delay == 0))
	}
	if added > 0 {
		h.LastNew = o.At
	}
	h.LastSuccess, h.LastError, h.Failures, h.ToldAt = o.At, "", 0, time.Time{}
	h.ETag, h.LastModified = o.ETag, o.LastModified
	moved(h, o.MovedTo)
	h.Next = next(h.Interval, o)
	h.State = stateOf(h, o, added)
}

// rate is the moving average of new articles a day. The first reading brings
// all that a feed holds, so it is judged by the dates.
func rate(h *digest.SourceHealth, o Outcome, added int) float64 {
	if h.LastSuccess.IsZero() {
		return float64(min(o.Recent, max(added, 0)))
	}
	days := max(o.At.Sub(h.LastSuccess), MinInterval).Hours() / 24
	weight := 1 - math.Exp(-days/(rateMemory.Hours()/24))
	return max(h.PerDay+weight*(float64(max(added, 0))/days-h.PerDay), 0)
}

func interval(before time.Duration, perDay float64, path bool) time.Duration {
	if path {
		return pathInterval
	}
	wanted := time.Duration(float64(24*time.Hour) / (4*perDay + 1))
	if before == 0 {
		return clamp(min(wanted, 2*firstInterval))
	}
	mean := time.Duration(math.Sqrt(float64(before) * float64(wanted)))
	return clamp(max(min(mean, 2*before), before/2))
}

func clamp(d time.Duration) time.Duration { return max(min(d, MaxInterval), MinInterval) }

func blend(old, now float64, first bool) float64 {
	if first {
		return now
	}
	return 0.7*old + 0.3*now
}

// moved counts equal permanent redirects in a row.
func moved(h *digest.SourceHealth, to string) {
	switch to {
	case "":
		h.MovedTo, h.MovedTimes = "", 0
	case h.MovedTo:
		h.MovedTimes++
	default:
		h.MovedTo, h.MovedTimes = to, 1
	}
}

// next is when to read again after a success.
func next(every time.Duration, o Outcome) time.Time {
	if o.Path {
		return o.At.Add(every)
	}
	every = max(every, o.TTL, o.MaxAge, o.RetryAfter)
	at := o.At.Add(clamp(jitter(every, o.Seed)))
	open := at
	for range 7 * 24 {
		if !skipped(open, o) {
			break
		}
		open = open.Truncate(time.Hour).Add(time.Hour + time.Duration(o.Seed%3000)*time.Second/1000)
	}
	if skipped(open, o) {
		return at // it never changes, by its own words: then they mean nothing
	}
	return o.At.Add(min(open.Sub(o.At), MaxInterval))
}

func skipped(t time.Time, o Outcome) bool {
	t = t.UTC()
	return slices.Contains(o.SkipHours, t.Hour()) || slices.Contains(o.SkipDays, t.Weekday())
}

// jitter changes a wait by up to a tenth, in a way that the seed decides.
func jitter(d time.Duration, seed uint64) time.Duration {
	seed ^= seed >> 33
	seed *= 0xff51afd7ed558ccd // the finaliser of MurmurHash3: neighbours spread
	seed ^= seed >> 33
	share := float64(seed>>11)/float64(1<<53)*0.2 - 0.1
	return d + time.Duration(share*float64(d))
}

// stateOf is the state after a success.
func stateOf(h *digest.SourceHealth, o Outcome, added int) digest.SourceState {
	switch {
	case o.Took >= slowAfter:
		return digest.SourceSlow
	case added == 0 && isQuiet(h, o.At):
		return digest.SourceQuiet
	}
	return digest.SourceOK
}

// isQuiet reports whether the silence is longer than four usual gaps and a
// day. Where the time of the last news is not known, the interval that has
// grown with the silence stands for it.
func isQuiet(h *digest.SourceHealth, now time.Time) bool {
	if h.LastNew.IsZero() {
		return h.Interval >= MaxInterval/2
	}
	usual := 14 * 24 * time.Hour
	if h.PerDay > 0.3 {
		usual = time.Duration(4 * float64(24*time.Hour) / h.PerDay)
	}
	return now.Sub(h.LastNew) > max(usual, 24*time.Hour)
}

// MustTell reports whether the operator has to be told now that a source
// fails: once for each row of failures.
func MustTell(h digest.SourceHealth) bool {
	return h.ToldAt.IsZero() && (h.State == digest.SourceGone || h.Failures >= tellAfter)
}
