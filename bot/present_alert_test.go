package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
)

func TestAlertMessage(t *testing.T) {
	t.Parallel()
	a := bot.Alert{Subscription: 3, Name: "korea-trade", Sources: 4, Span: 40 * time.Minute, Why: []string{"KR", "US", "trade", "“collapse”"},
		Item: bot.Item{StoryID: 9, Title: "Tariff talks collapse in Gyeongju", URL: "https://news.example/1", Summary: []string{"Both sides left."}}}
	m := bot.AlertMessage(a, bot.View{Lang: "en"})
	if got, want := m.Title.String(), "Alert: korea-trade – Tariff talks collapse in Gyeongju"; got != want {
		t.Errorf("title %q", got)
	}
	if got, want := m.Lead[0].String(), "Both sides left. · 4 sources in 40 min · why: KR, US, trade, “collapse”"; got != want {
		t.Errorf("line %q", got)
	}
	var ids []string
	for _, b := range m.Actions {
		ids = append(ids, b.ID+" "+b.Label)
	}
	if got, want := strings.Join(ids, ", "), "v1:followstory:9 Follow this story, v1:mute:3/9 Mute this story, v1:fewer:3 Fewer alerts"; got != want {
		t.Errorf("buttons %q", got)
	}
	a.Changes = []bot.AlertChange{{Sources: 8, Before: 4}, {Country: "CN"}, {Severity: "deaths"}}
	if got := bot.AlertMessage(a, bot.View{Lang: "en"}).Title.String(); !strings.HasSuffix(got, " – now 8 sources, 4 before, now CN too, now with deaths") {
		t.Errorf("title %q", got)
	}
	if got := bot.AlertMessage(a, bot.View{Lang: "ko"}).Title.String(); !strings.Contains(got, "속보: korea-trade") || strings.Contains(got, "now") {
		t.Errorf("title %q", got)
	}
}

func TestBundleAndFollowMessages(t *testing.T) {
	t.Parallel()
	one := bot.Alert{Subscription: 3, Name: "korea-trade", Item: bot.Item{StoryID: 9, Title: "Talks"}}
	m := bot.BundleMessage([]bot.Alert{one, one}, bot.View{})
	if m.Title.String() != "2 alerts that waited" || len(m.Sections[0].Items) != 2 || m.Sections[0].Items[0].Label != "korea-trade" {
		t.Errorf("%+v", m)
	}
	f := bot.FollowMessage(bot.Item{Title: "Talks", Sources: []string{"A"}, More: 2}, []bot.Item{{Title: "More talks"}}, 5, bot.View{})
	if f.Title.String() != "Update: Talks" || f.Lead[0].String() != "1 article · 3 sources" || f.Actions[0].ID != "v1:unsubscribe:5" {
		t.Errorf("%+v", f)
	}
}
