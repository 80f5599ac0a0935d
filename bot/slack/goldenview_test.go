package slack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

// viewCase is one view as a person comes to see it. said is what the handler
// answers, fill what the form holds.
type viewCase struct {
	said bot.Message
	fill map[string]string
	open func(w *world, user string) slacktest.View
}

func openedBy(line string) func(*world, string) slacktest.View {
	return func(w *world, user string) slacktest.View {
		w.srv.Slash(user, "C0GENERAL", line)
		return w.srv.WaitView(line, anyView)
	}
}

func openedHome(w *world, user string) slacktest.View {
	w.srv.OpenHome(user)
	return w.srv.WaitHome(user, anyView)
}

func pressedHome(w *world, user string) slacktest.View {
	openedHome(w, user)
	w.srv.PressHome(user, "v1:pause:7")
	return w.srv.WaitHome(user, func(v slacktest.View) bool { return v.Updates == 1 })
}

func formInHome(action string) func(*world, string) slacktest.View {
	return func(w *world, user string) slacktest.View {
		openedHome(w, user)
		w.srv.PressHome(user, action)
		return w.srv.WaitView(action, anyView)
	}
}

func saved(w *world, user string) slacktest.View {
	v := openedBy("/brief subscriptions edit 7")(w, user)
	w.srv.Submit(user, v, nil)
	return *w.srv.View(v.ID)
}

func quietSaved(w *world, user string) slacktest.View {
	v := openedBy("/brief subscriptions quiet")(w, user)
	w.srv.Submit(user, v, map[string]string{"weekends": "yes"})
	return *w.srv.View(v.ID)
}

// viewCases are the views in a language.
func viewCases(ko bool) map[string]viewCase {
	say := func(en, kr string) string {
		if ko {
			return kr
		}
		return en
	}
	list := bot.Message{Lang: say("en", "ko"), Title: bot.Text{bot.B(say("1 subscription", "구독 1건"))}, Sections: []bot.Section{{
		Lines:   []bot.Text{{bot.S("#7 "), bot.B("korea-trade"), bot.S(say(" · weekdays at 08:00 Seoul time · ", " · 평일 08:00 서울 시간 · ")), bot.P(channel("C0GENERAL"))}},
		Actions: []bot.Action{{ID: "v1:preview:7", Label: say("Preview now", "미리 보기")}, {ID: "v1:edit:7", Label: say("Edit", "수정")}, {ID: "v1:pause:7", Label: say("Pause", "멈춤")}, {ID: "v1:unsubscribe:7", Label: say("Unsubscribe", "구독 취소"), Style: bot.Danger}}}}}
	welcome := bot.Message{Lang: say("en", "ko"), Title: bot.T("daybrief"), Lead: []bot.Text{bot.T(say("Ask about a country, a topic, or both. Type /help to see how.", "나라나 주제, 또는 둘 다 물어보세요. /help를 입력해 보세요."))},
		Actions: []bot.Action{{ID: "v1:ask:korea-trade", Label: "korea-trade"}}}
	done := bot.Message{Lang: say("en", "ko"), Lead: []bot.Text{bot.T(say("Changed korea-trade.", "korea-trade를 바꾸었습니다."))}, Actions: []bot.Action{{ID: "v1:edit:7", Label: say("Edit", "수정")}}}
	quietly := bot.Message{Lang: say("en", "ko"), Lead: []bot.Text{bot.T(say("Quiet hours: weekends, alerts wait.", "방해 금지 시간: 주말, 알림 모아두기."))}}
	values := map[string]string{"query": "korea-trade", "when": "30 7 * * 1,3,5", "zone": "Asia/Seoul", "where": "here", "format": "cards", "length": "12"}
	alert := map[string]string{"query": "korea-trade", "where": "dm", "big": "6", "per_hour": "3", "every": "1 h", "filters": "exclude football languages en, ko"}
	whole := maps.Clone(values)
	maps.Copy(whole, map[string]string{"review": "yes", "silent": "yes", "filters": "include tariff, duty"})
	return map[string]viewCase{
		"alert":         {open: openedBy("/brief alert")},
		"edit_alert":    {fill: alert, open: openedBy("/brief subscriptions edit 7")},
		"edit_whole":    {fill: whole, open: openedBy("/brief subscriptions edit 7")},
		"home_form":     {said: welcome, open: formInHome("v1:form:subscribe")},
		"home_quiet":    {said: welcome, fill: map[string]string{"quiet": "22:00-07:00 weekends drop"}, open: formInHome("v1:form:quiet")},
		"form":          {open: openedBy("/brief subscribe")},
		"edit":          {fill: values, open: openedBy("/brief subscriptions edit 7")},
		"edit_uncommon": {fill: map[string]string{"query": strings.Repeat("semiconductor ", 9), "when": "0 8,18 * * *", "where": "slack:C0OTHER"}, open: openedBy("/brief subscriptions edit 7")},
		"quiet_saved":   {said: quietly, fill: map[string]string{"quiet": "off"}, open: quietSaved},
		"saved":         {said: done, fill: values, open: saved},
		"home_first":    {said: welcome, open: openedHome},
		"home":          {said: list, open: openedHome},
		"home_pressed":  {said: list, open: pressedHome},
	}
}

// TestGoldenViews compares each modal and Home tab, in both languages, with
// testdata/views. To write them anew run with -update.
func TestGoldenViews(t *testing.T) {
	t.Parallel()
	for lang, user := range map[string]string{"en": "U0JON", "ko": "U0MINA"} {
		for name, c := range viewCases(lang == "ko") {
			t.Run(name+"_"+lang, func(t *testing.T) {
				t.Parallel()
				w := running(t, nil)
				w.h.form = func(bot.Request) (map[string]string, error) { return c.fill, nil }
				w.h.handle = func(context.Context, bot.Request) (bot.Reply, error) { return bot.Reply{Message: c.said}, nil }
				if len(c.said.Lead)+len(c.said.Title) == 0 {
					w.h.handle = nil
				}
				compareView(t, filepath.Join("testdata", "views", name+"_"+lang+".txtar"), c.open(w, user))
			})
		}
	}
}

func compareView(t *testing.T, file string, v slacktest.View) {
	t.Helper()
	got := txtar.Format(&txtar.Archive{Files: []txtar.File{{Name: "shown.txt", Data: []byte(v.Shown())}, {Name: "view.json", Data: []byte(indent(t, plainJSON(t, v.JSON)))}}})
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s\n%s", file, firstDifference(string(got), string(want)))
	}
}

// plainJSON is the same JSON without the escapes that are there for HTML.
func plainJSON(t *testing.T, data []byte) []byte {
	t.Helper()
	var v json.RawMessage = data
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(&v); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(b.Bytes())
}
