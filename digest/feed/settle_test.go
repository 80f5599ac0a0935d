package feed_test

import (
	"errors"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)

func hours(t *rapid.T, name string, most int) time.Duration {
	return time.Duration(rapid.IntRange(0, most*3600).Draw(t, name)) * time.Second
}

// anyHealth draws a health such as Settle itself makes.
func anyHealth(t *rapid.T) digest.SourceHealth {
	h := digest.SourceHealth{Failures: rapid.IntRange(0, 40).Draw(t, "failures"), PerDay: rapid.Float64Range(0, 2000).Draw(t, "perDay")}
	if rapid.Bool().Draw(t, "known") {
		h.LastSuccess = noon.Add(-hours(t, "since", 24*60))
		h.Interval = feed.MinInterval + hours(t, "interval", 23)
		h.MovedTo, h.MovedTimes = "https://new.example.org/", rapid.IntRange(0, 5).Draw(t, "moved")
	}
	return h
}

func anyOutcome(t *rapid.T) feed.Outcome {
	o := feed.Outcome{
		At: noon, Took: hours(t, "took", 1), Seed: rapid.Uint64().Draw(t, "seed"), Items: rapid.IntRange(0, 500).Draw(t, "items"),
		RetryAfter: hours(t, "retry", 24), MaxAge: hours(t, "maxAge", 24), TTL: hours(t, "ttl", 24*7), Delay: hours(t, "delay", 100),
		SkipHours: rapid.SliceOfN(rapid.IntRange(0, 23), 0, 24).Draw(t, "skip"),
		MovedTo:   rapid.SampledFrom([]string{"", "https://new.example.org/", "https://newer.example.org/"}).Draw(t, "to"),
	}
	o.Undated = rapid.IntRange(0, o.Items).Draw(t, "undated")
	if rapid.Bool().Draw(t, "fails") {
		o.Err = errors.New("it failed")
	}
	for d := range 7 {
		if rapid.IntRange(0, 4).Draw(t, "day") == 0 {
			o.SkipDays = append(o.SkipDays, time.Weekday(d))
		}
	}
	return o
}

func TestSettleProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h, o := anyHealth(t), anyOutcome(t)
		added := rapid.IntRange(0, 500).Draw(t, "added")
		got := feed.Settle(h, o, added)
		if wait := got.Next.Sub(noon); wait < feed.MinInterval || wait > feed.MaxInterval {
			t.Fatalf("next in %v", wait)
		}
		if again := feed.Settle(h, o, added); again != got {
			t.Fatalf("not a function: %+v, %+v", got, again)
		}
		if got.Undated < 0 || got.Undated > 1 || got.PerDay < 0 || got.PerDay > 500*24*12+2000 {
			t.Fatalf("averages %+v", got)
		}
		if o.Err != nil {
			checkFailure(t, h, o, got)
			return
		}
		checkSuccess(t, h, o, got)
	})
}

func checkFailure(t *rapid.T, h digest.SourceHealth, o feed.Outcome, got digest.SourceHealth) {
	if got.State != digest.SourceFailing || got.Failures != h.Failures+1 || got.LastError == "" || !got.LastSuccess.Equal(h.LastSuccess) || got.ETag != h.ETag {
		t.Fatalf("after a failure: %+v", got)
	}
	if got.Next.Before(noon.Add(o.RetryAfter - o.RetryAfter/10)) {
		t.Fatalf("comes earlier than asked: %v", got.Next)
	}
	more := feed.Settle(got, o, 0)
	if more.Next.Before(got.Next) {
		t.Fatalf("a further failure is tried sooner: %v, %v", got.Next, more.Next)
	}
}

func checkSuccess(t *rapid.T, h digest.SourceHealth, o feed.Outcome, got digest.SourceHealth) {
	if got.Failures != 0 || got.LastError != "" || !got.LastSuccess.Equal(noon) || !got.ToldAt.IsZero() {
		t.Fatalf("after a success: %+v", got)
	}
	if got.Interval < feed.MinInterval || got.Interval > feed.MaxInterval {
		t.Fatalf("interval %v", got.Interval)
	}
	if h.Interval > 0 && (got.Interval > 2*h.Interval || got.Interval < h.Interval/2) {
		t.Fatalf("interval jumps from %v to %v", h.Interval, got.Interval)
	}
	asked := min(max(o.TTL, o.MaxAge, o.RetryAfter), feed.MaxInterval)
	if got.Next.Sub(noon) < asked-asked/10 {
		t.Fatalf("comes in %v, asked for %v", got.Next.Sub(noon), asked)
	}
	if (got.MovedTo == "") != (o.MovedTo == "") {
		t.Fatalf("moved: %+v", got)
	}
}

// settleDays runs a source for some days at its own pace; news says how many
// articles came in a span.
func settleDays(days int, news func(from, to time.Time) int) (h digest.SourceHealth, polls int) {
	now := noon
	for now.Before(noon.AddDate(0, 0, days)) {
		added := news(h.LastSuccess, now)
		h = feed.Settle(h, feed.Outcome{At: now, Items: 20, Recent: added, Seed: uint64(polls)}, added)
		now = h.Next
		polls++
	}
	return h, polls
}

// every is news that comes at even gaps.
func every(gap time.Duration) func(from, to time.Time) int {
	return func(from, to time.Time) int {
		if from.IsZero() {
			return int(24 * time.Hour / gap)
		}
		return int(to.Unix()/int64(gap.Seconds()) - from.Unix()/int64(gap.Seconds()))
	}
}

func TestSettleFollowsThePaceOfASource(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		gap         time.Duration
		least, most time.Duration
	}{
		{2 * time.Minute, 5 * time.Minute, 5 * time.Minute},
		{time.Hour, 10 * time.Minute, 30 * time.Minute},
		{24 * time.Hour, 2 * time.Hour, 10 * time.Hour},
		{30 * 24 * time.Hour, 12 * time.Hour, 24 * time.Hour},
	} {
		if h, polls := settleDays(30, every(c.gap)); h.Interval < c.least || h.Interval > c.most || h.State == digest.SourceFailing {
			t.Errorf("an article every %v: read every %v after %d polls, %v", c.gap, h.Interval, polls, h.State)
		}
	}
}

func TestSettleStates(t *testing.T) {
	t.Parallel()
	busy, _ := settleDays(10, every(20*time.Minute))
	at := busy.LastSuccess
	for name, c := range map[string]struct {
		o     feed.Outcome
		added int
		want  digest.SourceState
	}{
		"news":           {feed.Outcome{At: at.Add(time.Hour)}, 3, digest.SourceOK},
		"an empty hour":  {feed.Outcome{At: at.Add(time.Hour)}, 0, digest.SourceOK},
		"an empty week":  {feed.Outcome{At: at.Add(7 * 24 * time.Hour)}, 0, digest.SourceQuiet},
		"a slow reading": {feed.Outcome{At: at.Add(time.Hour), Took: 9 * time.Second}, 3, digest.SourceSlow},
		"a failure":      {feed.Outcome{At: at.Add(time.Hour), Err: errors.New("x")}, 0, digest.SourceFailing},
		"gone":           {feed.Outcome{At: at.Add(time.Hour), Err: errors.New("x"), Gone: true}, 0, digest.SourceGone},
	} {
		if got := feed.Settle(busy, c.o, c.added); got.State != c.want {
			t.Errorf("%s: %s, want %s", name, got.State, c.want)
		}
	}
}

func TestMustTellOnce(t *testing.T) {
	t.Parallel()
	var h digest.SourceHealth
	told := 0
	now := noon
	for range 10 {
		h = feed.Settle(h, feed.Outcome{At: now, Err: errors.New("x")}, 0)
		if feed.MustTell(h) {
			told++
			h.ToldAt = now
		}
		now = h.Next
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	h = feed.Settle(h, feed.Outcome{At: now}, 0)
	if feed.MustTell(h) || !h.ToldAt.IsZero() {
		t.Errorf("after a success: %+v", h)
	}
}

func TestSettleSkipHours(t *testing.T) {
	t.Parallel()
	night := feed.Outcome{At: noon, TTL: 10 * time.Hour, SkipHours: []int{21, 22, 23, 0, 1}}
	if next := feed.Settle(digest.SourceHealth{}, night, 0).Next; next.Hour() != 2 {
		t.Errorf("next %v", next)
	}
}
