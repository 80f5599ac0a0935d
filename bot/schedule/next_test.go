package schedule_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
)

func plan(t testing.TB, spec, zone string, skip ...string) *schedule.Plan {
	t.Helper()
	p, err := schedule.NewPlan(spec, zone, skip)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWhenIsReadAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"daily 08:00": "0 8 * * *", "weekdays 7:30": "30 7 * * 1-5", "mondays 9am": "0 9 * * 1", "hourly": "0 * * * *",
		"every day at 8": "0 8 * * *", "8am and 6pm": "0 8,18 * * *", "8:00, 18:30": "0 8 * * *; 30 18 * * *",
		"mon, wed and fri at 8": "0 8 * * 1,3,5", "mon-fri 8:00": "0 8 * * 1,2,3,4,5", "fri-mon 8": "0 8 * * 5,6,0,1",
		"weekends": "0 8 * * 0,6", "1st of the month 9:00": "0 9 1 * *", "monthly": "0 8 1 * *", "noon": "0 12 * * *",
		"Weekdays at 12 am": "0 0 * * 1-5", "daily 12pm": "0 12 * * *", "평일 8시": "0 8 * * 1-5", "매일 07:30": "30 7 * * *",
		"0 8 * * 1-5": "0 8 * * 1-5", "@daily": "@daily", "0 8 * * mon-fri": "0 8 * * mon-fri", "0 8 * * *; 30 9 * * *": "0 8 * * *; 30 9 * * *",
		"weekdays hourly": "0 * * * 1-5",
	} {
		got, err := schedule.ParseWhen(typed)
		if err != nil || got != want {
			t.Errorf("ParseWhen(%q) = %q, %v; want %q", typed, got, err, want)
		}
	}
}

func TestWhatIsNoTimeGetsOneSentence(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"", "sometimes", "25:00", "8:75", "13pm", "mondays on the 3rd", "0 8 30 2 *", "@every 5s", "99 8 * * *", "\xff\xfe", "hourly 8:00", "CRON_TZ=UTC 0 8 * * *"} {
		if got, err := schedule.ParseWhen(typed); err == nil || digest.CodeOf(err) != digest.Invalid {
			t.Errorf("ParseWhen(%q) = %q, %v", typed, got, err)
		}
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]string{
		"0 8 * * 1-5": "weekdays at 08:00", "0 8,18 * * *": "daily at 08:00, 18:00", "30 7 * * 1,3": "Mondays, Wednesdays at 07:30",
		"0 * * * *": "every hour at :00", "0 9 1 * *": "monthly on day 1 at 09:00", "*/5 * * * *": "at the times */5 * * * *", "0 8 * * *; 30 18 * * *": "daily at 08:00, 18:30",
	} {
		if got := schedule.Describe(spec, bot.WordsIn("en")); got != want {
			t.Errorf("Describe(%q) = %q, want %q", spec, got, want)
		}
	}
	if got := schedule.Describe("0 8 * * 1-5", bot.WordsIn("ko")); got != "평일 08:00" {
		t.Errorf("in Korean %q", got)
	}
}

func TestNewYorkSpringAndAutumn(t *testing.T) {
	t.Parallel()
	// In 2026 New York loses 02:00-03:00 on 8 March and repeats 01:00-02:00 on 1 November.
	gap := plan(t, "30 2 * * *", "America/New_York")
	run := gap.Next(time.Date(2026, 3, 8, 5, 0, 0, 0, time.UTC))
	if got := run.In(gap.Zone()).Format(time.RFC3339); got != "2026-03-08T03:00:00-04:00" {
		t.Errorf("a time that does not exist runs at %s", got)
	}
	twice := plan(t, "30 1 * * *", "America/New_York")
	first := twice.Next(time.Date(2026, 11, 1, 4, 0, 0, 0, time.UTC))
	if got := first.In(twice.Zone()).Format(time.RFC3339); got != "2026-11-01T01:30:00-04:00" {
		t.Errorf("a time that exists twice runs at %s", got)
	}
	if second := twice.Next(first); second.Sub(first) != 25*time.Hour {
		t.Errorf("and again after %v", second.Sub(first))
	}
}

func TestSkippedDays(t *testing.T) {
	t.Parallel()
	p := plan(t, "0 8 * * *", "Asia/Seoul", "2026-12-25")
	got := p.Next(time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC))
	if p.Slot(got) != "2026-12-26T08:00" {
		t.Errorf("next is %s", p.Slot(got))
	}
}

// A year of days in zones with all kinds of changes: each local date has its
// run exactly once, in order, at the wall time asked or, where that is
// missing, the first minute after the gap.
func TestEveryLocalDayRunsOnce(t *testing.T) {
	t.Parallel()
	zones := []string{"America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Seoul", "America/Santiago", "Africa/Casablanca",
		"Asia/Beirut", "Pacific/Chatham", "America/Sao_Paulo", "Africa/Cairo", "Asia/Kathmandu"}
	for _, zone := range zones {
		for _, at := range []string{"0 0 * * *", "30 0 * * *", "30 1 * * *", "15 2 * * *", "0 3 * * *", "0 8 * * *"} {
			p := plan(t, at, zone)
			run := time.Date(2026, 1, 1, 12, 0, 0, 0, p.Zone())
			seen := map[string]bool{}
			for range 365 {
				next := p.Next(run)
				if slot := p.Slot(next); seen[slot[:10]] || !next.After(run) || next.Sub(run) > 50*time.Hour {
					t.Fatalf("%s in %s: %s follows %s", at, zone, slot, p.Slot(run))
				} else {
					seen[slot[:10]] = true
				}
				run = next
			}
			if len(seen) != 365 {
				t.Errorf("%s in %s: %d days", at, zone, len(seen))
			}
		}
	}
}

func TestNextIsAlwaysLaterAndTheSameForAnyMomentBefore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		zone := rapid.SampledFrom([]string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Seoul"}).Draw(rt, "zone")
		spec := rapid.SampledFrom([]string{"*/20 * * * *", "0 * * * *", "30 2 * * *", "0 8 * * 1-5", "59 23 31 * *"}).Draw(rt, "spec")
		p := plan(t, spec, zone)
		after := time.Unix(rapid.Int64Range(1767225600, 1830297600).Draw(rt, "after"), 0)
		next := p.Next(after)
		if !next.After(after) {
			rt.Fatalf("%v is not after %v", next, after)
		}
		between := after.Add(time.Duration(rapid.Int64Range(0, int64(next.Sub(after))-1).Draw(rt, "between")))
		if again := p.Next(between); !again.Equal(next) {
			rt.Fatalf("from %v the next is %v, from %v it is %v", after, next, between, again)
		}
	})
}

func FuzzParseWhen(f *testing.F) {
	for _, s := range []string{"daily 8:00", "0 8 * * *", "mon-fri 9am", "1st 8", "평일"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		spec, err := schedule.ParseWhen(s)
		if err != nil {
			return
		}
		if _, err := schedule.NewPlan(spec, "Asia/Seoul", nil); err != nil {
			t.Errorf("ParseWhen(%q) gives %q, which is refused: %v", s, spec, err)
		}
	})
}
