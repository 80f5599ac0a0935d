package schedule_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// TestAlertKeepsWhatBroughtIt looks for the reasons of an alert in its edition,
// where the button under it finds them.
func TestAlertKeepsWhatBroughtIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t, storetest.SQLite(t))
	sub := d.alert("korea-trade", func(s *digest.Subscription) {
		s.Rules.PerHour, s.Lang, s.Rules.Filter.Include = 2, "ko", []string{"table"}
	})
	d.add(func(a *digest.Article) {
		a.Countries = []digest.Tag{{Slug: "KR", Weight: 0.9, Why: []string{"title: “Seoul”", "text: “won”"}}}
	}, 0)
	d.step()
	all, err := d.store.Editions(d.Context(), digest.EditionFilter{SubscriptionID: sub.ID})
	d.check(err)
	if len(all) != 1 {
		t.Fatalf("%d editions", len(all))
	}
	var m bot.Message
	d.check(json.Unmarshal(all[0].Content, &m))
	want := []string{"나라 KR (제목: “Seoul”; 본문: “won”)", "주제 trade", "단어 “table”", "독립된 매체 1곳 · 이 기사: Paper 2", "korea-trade 규칙에 따라: 모든 소식, 한 시간에 최대 2건, table 포함"}
	if !slices.Equal(m.Why, want) {
		t.Errorf("why:\n%s\nwant:\n%s", strings.Join(m.Why, "\n"), strings.Join(want, "\n"))
	}
	found := slices.ContainsFunc(m.Actions, func(a bot.Action) bool {
		return a.ID == bot.ActionID("why", "s1/"+all[0].Slot)
	})
	if !found {
		t.Errorf("no button asks why: %+v", m.Actions)
	}
}

// TestBundleKeepsWhatBroughtEach has two wait for the next hour.
func TestBundleKeepsWhatBroughtEach(t *testing.T) {
	t.Parallel()
	d := newDesk(t, storetest.SQLite(t))
	sub := d.alert("korea", func(s *digest.Subscription) { s.Rules.PerHour = 1 })
	d.add(nil, 0)
	d.step()
	d.add(nil, 0)
	d.add(nil, 0)
	d.step()
	d.clock.Advance(61 * time.Minute)
	d.step()
	all, err := d.store.Editions(d.Context(), digest.EditionFilter{SubscriptionID: sub.ID, Limit: 1})
	d.check(err)
	var m bot.Message
	d.check(json.Unmarshal(all[0].Content, &m))
	if !strings.HasPrefix(all[0].Slot, "bundle:") || len(m.Sections) != 1 || len(m.Sections[0].Items) != 2 {
		t.Fatalf("%s: %+v", all[0].Slot, m)
	}
	for _, it := range m.Sections[0].Items {
		if len(it.Why) != 3 || it.Why[0] != "country KR" {
			t.Errorf("%s: %q", it.Title, it.Why)
		}
	}
	if last := m.Actions[len(m.Actions)-1]; !strings.HasSuffix(last.ID, "/"+all[0].Slot) {
		t.Errorf("the button asks of %s", last.ID)
	}
}
