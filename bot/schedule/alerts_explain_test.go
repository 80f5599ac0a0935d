package schedule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

func (d *desk) explainer() schedule.Explainer {
	return schedule.Explainer{Store: d.store, Read: readKR, Lang: "en", Zone: "UTC", Now: d.clock.Now}
}

// TestDryRunTellsWhatWouldHaveBeenSent compares a dry run with what the same
// alert really sent over the same time.
func TestDryRunTellsWhatWouldHaveBeenSent(t *testing.T) {
	t.Parallel()
	d := newDesk(t, storetest.SQLite(t))
	sub := d.alert("korea-trade", func(s *digest.Subscription) { s.Rules.PerHour, s.Created = 2, d.clock.Now().Add(-time.Hour) })
	since := d.clock.Now()
	d.step()
	var first int64
	for i := range 9 {
		switch i % 3 {
		case 0:
			first = d.add(nil, 0)
		case 1:
			d.add(nil, first)
		case 2:
			d.add(func(a *digest.Article) { a.Countries = nil }, 0)
		}
		d.step()
		d.clock.Advance(7 * time.Minute)
	}
	d.clock.Advance(3 * time.Hour)
	d.step()
	trial, err := d.explainer().DryRun(d.Context(), sub, since, d.clock.Now())
	d.check(err)
	really := 0
	for _, text := range d.sent(sub) {
		really += max(1, strings.Count(text, `"story":`))
	}
	if len(trial.Alerts) == 0 || trial.Held == 0 || trial.Looked == 0 {
		t.Fatalf("%+v", trial)
	}
	if len(trial.Alerts) != really {
		t.Errorf("a dry run has %d alerts, there were %d: %+v\n%q", len(trial.Alerts), really, trial.Alerts, d.sent(sub))
	}
	for i := 1; i < len(trial.Alerts); i++ {
		if trial.Alerts[i].At.Before(trial.Alerts[i-1].At) {
			t.Error("not in order")
		}
	}
	sub.Rules.Big = 9
	trial, err = d.explainer().DryRun(d.Context(), sub, since, d.clock.Now())
	d.check(err)
	if len(trial.Alerts) != 0 {
		t.Errorf("only big: %+v", trial)
	}
	sub.Rules.Filter.Match = "("
	if _, err := d.explainer().DryRun(d.Context(), sub, since, d.clock.Now()); digest.CodeOf(err) != digest.Invalid {
		t.Errorf("a filter that cannot be read: %v", err)
	}
}

func TestWhyNot(t *testing.T) {
	t.Parallel()
	d := newDesk(t, storetest.SQLite(t))
	sub := d.alert("korea-trade", func(s *digest.Subscription) { s.Created = d.clock.Now().Add(-time.Hour) })
	d.step()
	page := func(name string, change func(*digest.Article)) string {
		d.add(func(a *digest.Article) {
			a.URL, a.Title = "https://news.example/why/"+name, "Something about "+name
			if change != nil {
				change(a)
			}
		}, 0)
		return "https://news.example/why/" + name
	}
	d.quiet(digest.QuietHours{}, digest.Mute{Kind: digest.MuteSource, Value: "Loud Paper", Label: "Loud Paper"})
	told := page("told", nil)
	d.step()
	for _, c := range []struct{ what, want string }{
		{"https://news.example/none", "no source that I read had this address"},
		{"zxqv wvutsr", "no article has these words"},
		{told, "told here already"},
		{"Something about told", "told here already"},
		{page("elsewhere", func(a *digest.Article) { a.Countries = []digest.Tag{{Slug: "JP", Weight: 1}} }), "it is about JP, trade, and not firmly about KR"},
		{page("muted", func(a *digest.Article) { a.Source = "Loud Paper" }), "It is muted: Loud Paper."},
		{page("old", func(a *digest.Article) { a.Published = d.clock.Now().Add(-20 * time.Hour) }), "old when I first saw it"},
		{page("new", nil), "By all rules it is to be sent"},
	} {
		steps, err := d.explainer().WhyNot(d.Context(), sub, c.what)
		d.check(err)
		last := steps[len(steps)-1]
		if !strings.Contains(last.Text, c.want) || last.Passed != strings.HasPrefix(c.want, "By all") {
			t.Errorf("%s: %+v, want %q", c.what, steps, c.want)
		}
		for _, s := range steps[:len(steps)-1] {
			if !s.Passed {
				t.Errorf("%s goes on after %+v", c.what, s)
			}
		}
	}
	sub.Rules.Filter.Exclude, sub.Lang = []string{"something"}, "ko"
	steps, err := d.explainer().WhyNot(d.Context(), sub, told)
	d.check(err)
	if last := steps[len(steps)-1]; last.Passed || !strings.Contains(last.Text, "필터") {
		t.Errorf("%+v", steps)
	}
	daily, err := d.store.CreateSubscription(d.Context(), digesttest.Subscription(func(s *digest.Subscription) { s.Query = "korea-trade" }))
	d.check(err)
	for _, want := range []string{"waits for the next digest", "below the cut"} {
		steps, err := d.explainer().WhyNot(d.Context(), daily, told)
		d.check(err)
		if last := steps[len(steps)-1]; !strings.Contains(last.Text, want) {
			t.Errorf("%+v, want %q", steps, want)
		}
		_, _, err = d.store.CreateEdition(d.Context(), digest.EditionPlan{Edition: digest.Edition{SubscriptionID: daily.ID, Slot: fmt.Sprint(want), Scheduled: d.clock.Now().Add(time.Hour)}}, nil)
		d.check(err)
	}
}

// TestDryRunAndWhyNotAgree makes up a week of stories, of all that keeps an
// alert back, and asks about each of them in both ways.
func TestDryRunAndWhyNotAgree(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*digest.Subscription, *digest.Profile){
		"any":      func(*digest.Subscription, *digest.Profile) {},
		"only big": func(s *digest.Subscription, _ *digest.Profile) { s.Rules.Big, s.Rules.Within = 3, 6*time.Hour },
		"few":      func(s *digest.Subscription, _ *digest.Profile) { s.Rules.PerHour, s.Rules.Cooldown = 1, 5*time.Hour },
		"filtered": func(s *digest.Subscription, _ *digest.Profile) { s.Rules.Filter.Exclude = []string{"number 7"} },
		"at night": func(_ *digest.Subscription, p *digest.Profile) {
			p.Quiet = digest.QuietHours{From: 22 * 60, To: 7 * 60}
		},
		"by day": func(_ *digest.Subscription, p *digest.Profile) {
			p.Quiet = digest.QuietHours{From: 7 * 60, To: 23 * 60, Drop: true}
		},
		"never": func(_ *digest.Subscription, p *digest.Profile) { p.Quiet = digest.QuietHours{From: 0, To: 24 * 60} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, storetest.SQLite(t))
			since := d.clock.Now()
			urls := d.week()
			sub := d.alert("korea-trade", func(s *digest.Subscription) { s.Created = since.Add(-time.Hour) })
			p := digest.Profile{Destination: sub.Destination, Mutes: []digest.Mute{{Kind: digest.MuteSource, Value: "Loud Paper"}, {Kind: digest.MuteTopic, Value: "sport", Until: since.Add(84 * time.Hour)}}}
			change(&sub, &p)
			d.check(d.store.SaveProfile(d.Context(), p))
			trial, err := d.explainer().DryRun(d.Context(), sub, since, d.clock.Now())
			d.check(err)
			would, yes := map[int64]bool{}, 0
			for _, a := range trial.Alerts {
				would[a.StoryID] = true
			}
			for story, list := range urls {
				passed, said := false, ""
				for _, u := range list {
					steps, err := d.explainer().WhyNot(d.Context(), sub, u)
					d.check(err)
					last := steps[len(steps)-1]
					passed, said = passed || last.Passed, said+" "+last.Text
				}
				if passed {
					yes++
				}
				if passed != would[story] {
					t.Errorf("story %d: the dry run says %t, why not:%s", story, would[story], said)
				}
			}
			if (yes == 0) != (name == "never") || yes == len(urls) {
				t.Errorf("%d of %d stories alert", yes, len(urls))
			}
		})
	}
}

// week stores a week of articles, and returns the addresses of each story's.
func (d *desk) week() map[int64][]string {
	d.Helper()
	kinds := []func(*digest.Article){
		nil,
		func(a *digest.Article) { a.Countries = nil },
		func(a *digest.Article) { a.Published = a.Stored.Add(-20 * time.Hour) },
		func(a *digest.Article) { a.Source, a.Published = "New Paper", a.Stored.Add(-2*time.Hour) },
		func(a *digest.Article) { a.Source, a.Published = fmt.Sprintf("New Paper %d", d.n), time.Time{} },
		func(a *digest.Article) { a.Source, a.Body = "Paper X", "The same word for word, again and again." },
		func(a *digest.Article) { a.Source = "Loud Paper" },
		func(a *digest.Article) { a.Topics = append(a.Topics, digest.Tag{Slug: "sport", Weight: 1}) },
	}
	urls := map[int64][]string{}
	var stories []int64
	for i := range 96 {
		story, url := int64(0), fmt.Sprintf("https://news.example/week/%d", i)
		switch { // some join the last story, or one of days ago
		case i%5 == 4:
			story = stories[max(0, len(stories)-1-(i*7)%40)]
		case i%6 > 3:
			story = stories[len(stories)-1]
		}
		kind := kinds[(i*5+i/8)%len(kinds)]
		id := d.add(func(a *digest.Article) {
			if a.URL = url; kind != nil {
				kind(a)
			}
		}, story)
		if story == 0 {
			story = id
			stories = append(stories, id)
		}
		urls[story] = append(urls[story], url)
		d.clock.Advance(105 * time.Minute)
	}
	return urls
}
