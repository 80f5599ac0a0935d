package alert_test

import (
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/alert"
	"github.com/daybrief/daybrief/digest/digesttest"
)

// TestQuietByTheMinute compares where quiet hours end with a clock that is read
// each minute, over days on which clocks change.
func TestQuietByTheMinute(t *testing.T) {
	t.Parallel()
	for _, q := range []digest.QuietHours{
		{From: 22 * 60, To: 7 * 60, Zone: "Europe/Berlin"},
		{From: 30, To: 150, Zone: "Europe/Berlin"},
		{From: 60, To: 135, Zone: "America/New_York", Weekends: true},
		{From: 90, To: 95, Zone: "Australia/Lord_Howe"},
		{From: 9 * 60, To: 9 * 60, Zone: "America/New_York", Weekends: true},
		{From: 23*60 + 59, To: 0, Zone: "America/Santiago"},
		{From: 7*60 + 10, To: 7 * 60, Zone: "Europe/Berlin"},
	} {
		zone, err := time.LoadLocation(q.Zone)
		if err != nil {
			t.Fatal(err)
		}
		clock := func(at time.Time) bool {
			l := at.In(zone)
			m := l.Hour()*60 + l.Minute()
			if q.Weekends && (l.Weekday() == 0 || l.Weekday() == 6) {
				return true
			}
			return q.From < q.To && q.From <= m && m < q.To || q.From > q.To && (m < q.To || q.From <= m)
		}
		for _, start := range []time.Time{time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 27, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC),
			time.Date(2026, 10, 23, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 30, 0, 0, 0, 0, time.UTC), time.Date(2026, 9, 4, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 3, 0, 0, 0, 0, time.UTC)} {
			for at := start.Add(13 * time.Second); at.Before(start.AddDate(0, 0, 4)); at = at.Add(23 * time.Minute) {
				until, quiet := alert.Quiet(q, "", at)
				if quiet != clock(at) {
					t.Fatalf("%+v at %s: %v", q, at, quiet)
				}
				want := at
				for clock(want) {
					want = want.Truncate(time.Minute).Add(time.Minute)
				}
				if quiet && !until.Equal(want) {
					t.Fatalf("%+v at %s: until %s, want %s", q, at, until, want)
				}
			}
		}
	}
}

func TestQuietZones(t *testing.T) {
	t.Parallel()
	now := digesttest.Now() // 08:00 in Seoul, 23:00 in UTC
	night := digest.QuietHours{From: 22 * 60, To: 7 * 60}
	for zone, want := range map[string]bool{"Asia/Seoul": false, "UTC": true, "Nowhere/None": true, "": true} {
		if _, quiet := alert.Quiet(night, zone, now); quiet != want {
			t.Errorf("%q: %v", zone, quiet)
		}
	}
	if _, quiet := alert.Quiet(digest.QuietHours{}, "UTC", now); quiet {
		t.Error("no hours are quiet")
	}
}

// seenAgo is a trigger that is news.
func seenAgo(d time.Duration) alert.Trigger {
	at := digesttest.Now().Add(-d)
	return alert.Trigger{ArticleID: 1, Source: "A", Seen: at, Dated: at, SourceSince: at.AddDate(0, -1, 0)}
}

func TestOld(t *testing.T) {
	t.Parallel()
	now := digesttest.Now()
	for name, c := range map[string]struct {
		change func(*alert.Trigger)
		want   alert.Reason
	}{
		"news":               {func(*alert.Trigger) {}, ""},
		"undated":            {func(t *alert.Trigger) { t.Dated = time.Time{} }, ""},
		"seen long ago":      {func(t *alert.Trigger) { t.Seen = now.Add(-7 * time.Hour); t.Dated = t.Seen }, alert.Late},
		"dated long ago":     {func(t *alert.Trigger) { t.Dated = now.Add(-13 * time.Hour) }, alert.Old},
		"dated in time":      {func(t *alert.Trigger) { t.Dated = now.Add(-11 * time.Hour) }, ""},
		"first poll":         {func(t *alert.Trigger) { t.SourceSince, t.Dated = now.Add(-5*time.Minute), now.Add(-2*time.Hour) }, alert.Old},
		"first poll, fresh":  {func(t *alert.Trigger) { t.SourceSince, t.Dated = now, now.Add(-30*time.Minute) }, ""},
		"first poll undated": {func(t *alert.Trigger) { t.SourceSince, t.Dated = now, time.Time{} }, alert.Old},
		"printed again":      {func(t *alert.Trigger) { t.Printed = now.Add(-2 * time.Hour) }, alert.Reprint},
		"dated in future":    {func(t *alert.Trigger) { t.Dated = now.AddDate(1, 0, 0) }, ""},
	} {
		trigger := seenAgo(0)
		c.change(&trigger)
		if got := trigger.Old(now); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// prints are articles of as many newsrooms, each a minute after the other, the
// last one now.
func prints(n int) []alert.Print {
	var out []alert.Print
	for i := range n {
		out = append(out, alert.Print{ArticleID: int64(i + 1), Seen: digesttest.Now().Add(time.Duration(i+1-n) * time.Minute), Newsroom: string(rune('a' + i)), Text: uint64(i + 1)})
	}
	return out
}

func TestJudge(t *testing.T) {
	t.Parallel()
	now := digesttest.Now()
	ago := func(d ...time.Duration) (out []time.Time) {
		for _, x := range d {
			out = append(out, now.Add(-x))
		}
		return out
	}
	told := func(sources int, severity string, countries ...string) *digest.Alerted {
		return &digest.Alerted{Times: 1, Sources: sources, Countries: countries, Severity: severity}
	}
	night := digest.QuietHours{From: 22 * 60, To: 7 * 60, Zone: "UTC"} // now is 23:00
	for name, c := range map[string]struct {
		change func(*alert.Case)
		do     alert.Action
		why    alert.Reason
	}{
		"news":                  {func(*alert.Case) {}, alert.Send, ""},
		"nobody":                {func(c *alert.Case) { c.Wishes = nil }, alert.Nothing, alert.NoWish},
		"old story":             {func(c *alert.Case) { c.Story.Prints[0].Seen = now.Add(-73 * time.Hour) }, alert.Nothing, alert.OldStory},
		"told":                  {func(c *alert.Case) { c.Told = told(2, "", "KR") }, alert.Nothing, alert.Told},
		"twice as many":         {func(c *alert.Case) { c.Story.Prints = prints(4); c.Told = told(2, "", "KR") }, alert.Send, ""},
		"another country":       {func(c *alert.Case) { c.Told = told(9, "", "US") }, alert.Send, ""},
		"a first country":       {func(c *alert.Case) { c.Told = told(9, "") }, alert.Nothing, alert.Told},
		"severer":               {func(c *alert.Case) { c.Story.Prints[1].Severity = "deaths"; c.Told = told(9, "arrest", "KR") }, alert.Send, ""},
		"as severe":             {func(c *alert.Case) { c.Story.Prints[1].Severity = "earthquake"; c.Told = told(9, "deaths", "KR") }, alert.Nothing, alert.Told},
		"small":                 {func(c *alert.Case) { c.Wishes[0].Rules.Big = 3 }, alert.Nothing, alert.Small},
		"big":                   {func(c *alert.Case) { c.Wishes[0].Rules.Big = 2 }, alert.Send, ""},
		"big too slowly":        {func(c *alert.Case) { c.Wishes[0].Rules = digest.Rules{Big: 2, Within: time.Minute} }, alert.Nothing, alert.Small},
		"muted story":           {func(c *alert.Case) { c.Profile.Mutes = []digest.Mute{{Kind: digest.MuteStory, Value: "1"}} }, alert.Nothing, alert.Muted},
		"muted before a merge":  {func(c *alert.Case) { c.Profile.Mutes = []digest.Mute{{Kind: digest.MuteStory, Value: "2"}} }, alert.Nothing, alert.Muted},
		"muted source":          {func(c *alert.Case) { c.Profile.Mutes = []digest.Mute{{Kind: digest.MuteSource, Value: "A"}} }, alert.Nothing, alert.Muted},
		"muted topic":           {func(c *alert.Case) { c.Profile.Mutes = []digest.Mute{{Kind: digest.MuteTopic, Value: "trade"}} }, alert.Nothing, alert.Muted},
		"muted country":         {func(c *alert.Case) { c.Profile.Mutes = []digest.Mute{{Kind: digest.MuteCountry, Value: "KR"}} }, alert.Nothing, alert.Muted},
		"no longer muted":       {func(c *alert.Case) { c.Profile.Mutes = []digest.Mute{{Kind: digest.MuteStory, Value: "1", Until: now}} }, alert.Send, ""},
		"quiet":                 {func(c *alert.Case) { c.Profile.Quiet = night }, alert.Hold, alert.InQuiet},
		"quiet, dropped":        {func(c *alert.Case) { c.Profile.Quiet = night; c.Profile.Quiet.Drop = true }, alert.Drop, alert.InQuiet},
		"quiet, waits already":  {func(c *alert.Case) { c.Profile.Quiet, c.Waits = night, true }, alert.Nothing, alert.Waiting},
		"waited, dropped":       {func(c *alert.Case) { c.Profile.Quiet, c.Waits = night, true; c.Profile.Quiet.Drop = true }, alert.Nothing, alert.Waiting},
		"waits, but may go now": {func(c *alert.Case) { c.Waits = true }, alert.Send, ""},
		"cooldown":              {func(c *alert.Case) { c.Wishes[0].Rules.Cooldown, c.Wishes[0].Sent = time.Hour, ago(time.Minute) }, alert.Hold, alert.Cooling},
		"after the cooldown":    {func(c *alert.Case) { c.Wishes[0].Rules.Cooldown, c.Wishes[0].Sent = time.Hour, ago(time.Hour) }, alert.Send, ""},
		"limit":                 {func(c *alert.Case) { c.Wishes[0].Rules.PerHour, c.Wishes[0].Sent = 2, ago(50*time.Minute, time.Minute) }, alert.Hold, alert.Limited},
		"after the hour":        {func(c *alert.Case) { c.Wishes[0].Rules.PerHour, c.Wishes[0].Sent = 2, ago(time.Hour, time.Minute) }, alert.Send, ""},
	} {
		one := alert.Case{Now: now, Trigger: seenAgo(0), Story: alert.Story{ID: 1, Prints: prints(2), Countries: []string{"KR"}, Topics: []string{"trade"}},
			Wishes: []alert.Wish{{Subscription: 7}}}
		c.change(&one)
		v := alert.Judge(one)
		if v.Do != c.do || v.Why != c.why {
			t.Errorf("%s: %q %q, want %q %q", name, v.Do, v.Why, c.do, c.why)
		}
		if v.Do == alert.Hold && !v.Until.After(now) {
			t.Errorf("%s: held until %s", name, v.Until)
		}
		if again := alert.Judge(one); again.Do != v.Do || !again.Until.Equal(v.Until) {
			t.Errorf("%s: another verdict the second time", name)
		}
	}
}

func TestJudgeTakesTheAlertThatMay(t *testing.T) {
	t.Parallel()
	c := alert.Case{Now: digesttest.Now(), Trigger: seenAgo(0), Story: alert.Story{ID: 1, Prints: prints(2)}, Wishes: []alert.Wish{
		{Subscription: 7, Rules: digest.Rules{PerHour: 1}, Sent: []time.Time{digesttest.Now().Add(-time.Minute)}}, {Subscription: 8}}}
	if v := alert.Judge(c); v.Do != alert.Send || v.Subscription != 8 || v.Said.SubscriptionID != 8 {
		t.Errorf("%+v", v)
	}
	c.Wishes = c.Wishes[:1]
	if v := alert.Judge(c); v.Do != alert.Hold || !v.Until.Equal(digesttest.Now().Add(59*time.Minute)) {
		t.Errorf("%+v", v)
	}
}

func TestSaidGrowsOnly(t *testing.T) {
	t.Parallel()
	c := alert.Case{Now: digesttest.Now(), Trigger: seenAgo(0), Story: alert.Story{ID: 1, Prints: prints(2), Countries: []string{"CN"}}, Wishes: []alert.Wish{{Subscription: 7}},
		Told: &digest.Alerted{Times: 3, Sources: 9, Countries: []string{"KR"}, Severity: "war"}}
	v := alert.Judge(c)
	if v.Said.Times != 4 || v.Said.Sources != 9 || strings.Join(v.Said.Countries, " ") != "CN KR" || v.Said.Severity != "war" {
		t.Errorf("%+v", v.Said)
	}
	if len(v.Changes) != 1 || v.Changes[0].Country != "CN" {
		t.Errorf("%+v", v.Changes)
	}
}

func TestIndependentSources(t *testing.T) {
	t.Parallel()
	p := prints(4)
	p[1].Newsroom = p[0].Newsroom // one room
	p[3].Text = p[2].Text         // one text
	s := alert.Story{Prints: p}
	if n := s.Sources(); n != 2 {
		t.Errorf("%d sources", n)
	}
	if n := s.SourcesWithin(90*time.Second, digesttest.Now()); n != 1 {
		t.Errorf("%d sources of late", n)
	}
	if got := s.Began(); !got.Equal(p[0].Seen) {
		t.Errorf("began %s", got)
	}
}

func TestNewPrintTellsCopies(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("The same words of one agency. ", 20)
	a, b := digesttest.Article(1, func(a *digest.Article) { a.Body = long }), digesttest.Article(2, func(a *digest.Article) { a.Body = strings.ToUpper(long) })
	if alert.NewPrint(&a, "").Text != alert.NewPrint(&b, "room").Text {
		t.Error("a copy under another headline is told apart")
	}
	a.Body, b.Body = "Short.", "Short."
	if alert.NewPrint(&a, "").Text == alert.NewPrint(&b, "").Text {
		t.Error("a teaser makes two articles one")
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"":       "",
		"Short.": "",
		"Talks between the two sides broke down on Monday. More follows.": "Talks between the two sides broke down on Monday.",
	} {
		a := digesttest.Article(1, func(a *digest.Article) { a.Body = body })
		if got := alert.Sentence(&a); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
	a := digesttest.Article(1, func(a *digest.Article) { a.Body = strings.Repeat("word ", 400) })
	if got := alert.Sentence(&a); len(got) > 290 || !strings.HasSuffix(got, "…") {
		t.Errorf("%q", got)
	}
}

func TestRelease(t *testing.T) {
	t.Parallel()
	base := func() alert.Case {
		return alert.Case{Now: digesttest.Now(), Story: alert.Story{ID: 1, Prints: prints(2), Countries: []string{"KR"}}, Wishes: []alert.Wish{{Subscription: 7}}}
	}
	for name, c := range map[string]struct {
		change func(*alert.Case)
		do     alert.Action
	}{
		"goes":         {func(*alert.Case) {}, alert.Send},
		"muted since":  {func(c *alert.Case) { c.Profile.Mutes = []digest.Mute{{Kind: digest.MuteCountry, Value: "KR"}} }, alert.Drop},
		"told since":   {func(c *alert.Case) { c.Told = &digest.Alerted{Sources: 2, Countries: []string{"KR"}} }, alert.Drop},
		"unsubscribed": {func(c *alert.Case) { c.Wishes = nil }, alert.Drop},
		"quiet again":  {func(c *alert.Case) { c.Profile.Quiet = digest.QuietHours{From: 0, To: 1439, Zone: "UTC"} }, alert.Hold},
		"full again": {func(c *alert.Case) {
			c.Wishes[0].Rules.PerHour, c.Wishes[0].Sent = 1, []time.Time{digesttest.Now()}
		}, alert.Hold},
	} {
		one := base()
		c.change(&one)
		if v := alert.Release(one); v.Do != c.do {
			t.Errorf("%s: %+v", name, v)
		}
	}
}
