package slack_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest"
)

// opened waits for the form with its inputs.
func (w *world) opened() slacktest.View {
	w.t.Helper()
	return w.srv.WaitView("the whole form", func(v slacktest.View) bool { return strings.Contains(string(v.JSON), `"timepicker"`) })
}

func TestSubscribeByForm(t *testing.T) {
	t.Parallel()
	transports(t, func(t *testing.T, w *world) {
		w.h.complete = func(field, typed string) []bot.Option {
			return []bot.Option{{Label: field + " of " + typed, Value: field + "-" + typed}, {Label: strings.Repeat("x", 90), Value: strings.Repeat("x", 90)}}
		}
		w.h.handle = func(_ context.Context, r bot.Request) (bot.Reply, error) {
			return said("Subscribed you to "+r.Fields["query"]+r.Action+".", bot.Action{ID: "v1:preview:7", Label: "Preview now"}), nil
		}
		w.srv.Slash("U0JON", "C0GENERAL", "/brief subscribe")
		v := w.opened()
		if shown := v.Shown(); !strings.Contains(shown, "What: [A country, a topic, both, or words ▾]") || !strings.Contains(shown, "At what time: [08:00]") {
			t.Errorf("the form shows\n%s", shown)
		}
		if got := w.srv.Suggest("U0JON", v, "query", "korea tr"); strings.Join(got, ",") != "korea tr,query-korea tr" {
			t.Errorf("suggested %q", got)
		}
		if got := w.srv.Suggest("U0JON", v, "zone", "seo"); strings.Join(got, ",") != "zone-seo" {
			t.Errorf("suggested %q", got)
		}
		if got := w.srv.Suggest("U0JON", v, "query", ""); strings.Join(got, ",") != "query-" {
			t.Errorf("suggested %q", got)
		}
		d := w.srv.Submit("U0JON", v, nil)
		if !strings.Contains(string(d.Ack), `"errors":{"query":"Say what to subscribe to"}`) {
			t.Errorf("an empty form was answered with %s", d.Ack)
		}
		w.srv.Submit("U0JON", v, map[string]string{"query": "korea-trade", "where": "here", "days": "mon", "time": "07:30", "format": "cards", "length": "10"})
		r := w.h.last(t)
		want := map[string]string{"query": "korea-trade", "where": "here", "when": "mon 07:30", "zone": "America/New_York", "format": "cards", "limit": "10", "silent": "no"}
		got, _ := json.Marshal(r.Fields)
		if expected, _ := json.Marshal(want); string(got) != string(expected) || r.Command != "subscribe" || r.Place.Channel != "C0GENERAL" || r.Person.Name != "Jon" {
			t.Errorf("asked %+v", r)
		}
		done := w.srv.View(v.ID)
		if !strings.Contains(done.Shown(), "Subscribed you to korea-trade.") {
			t.Errorf("the form shows\n%s", done.Shown())
		}
		w.srv.PressView("U0JON", *done, "v1:preview:7")
		w.srv.WaitView("the preview in the form", func(v slacktest.View) bool { return strings.Contains(v.Shown(), "v1:preview:7") })
		if r := w.h.last(t); r.Place.Channel != "C0GENERAL" || r.Place.Direct {
			t.Errorf("a press in the form is about %v", r.Place)
		}
	})
}

// TestFormInTheirLanguage opens the form for someone who is known already.
func TestFormInTheirLanguage(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.srv.Slash("U0MINA", "D0MINA", "/brief x").Answer(1)
	w.srv.Slash("U0MINA", "D0MINA", "/brief subscribe")
	v := w.opened()
	if shown := v.Shown(); !strings.Contains(shown, "요일") || v.Updates != 0 || !strings.Contains(shown, "어디로: [나에게 다이렉트 메시지 ▾]\n요일") {
		t.Errorf("the form shows\n%s\nafter %d updates; in direct messages there is one menu of places", shown, v.Updates)
	}
	if !strings.Contains(string(v.JSON), "Asia/Seoul") {
		t.Error("the zone is not the person's")
	}
}

// TestALateTriggerGetsWords: a form can be opened for three seconds.
func TestALateTriggerGetsWords(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.srv.Fail("views.open", slacktest.Refuse("expired_trigger_id"))
	if got := w.srv.Slash("U0JON", "C0GENERAL", "/brief subscribe").Answer(1).Shown(); got != "subscribe\n" {
		t.Errorf("the answer is %q", got)
	}
}

// TestASlowSubmissionIsShownAsSuch has the handler take longer than Slack
// waits: the form says so, and shows the outcome after.
func TestASlowSubmissionIsShownAsSuch(t *testing.T) {
	t.Parallel()
	w := running(t, hurried)
	free := make(chan struct{})
	w.h.handle = func(_ context.Context, r bot.Request) (bot.Reply, error) {
		if r.Fields["query"] != "" {
			<-free
		}
		return said("Subscribed."), nil
	}
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscribe")
	v := w.opened()
	d := w.srv.Submit("U0JON", v, map[string]string{"query": "korea-trade"})
	if d.Refused || !strings.Contains(w.srv.View(v.ID).Shown(), "One moment") {
		t.Errorf("refused %v, it shows %q", d.Refused, w.srv.View(v.ID).Shown())
	}
	close(free)
	w.srv.WaitView("the outcome", func(v slacktest.View) bool { return v.Shown() == "Subscribed.\n" })
}

// TestAGreatOutcomeLeavesTheForm: an acknowledgement of 20 kB would be dropped.
func TestAGreatOutcomeLeavesTheForm(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.h.handle = func(_ context.Context, r bot.Request) (bot.Reply, error) {
		if r.Fields["query"] == "" {
			return said("form"), nil
		}
		m := bot.Message{}
		for range 30 {
			m.Lead = append(m.Lead, bot.T(strings.Repeat("word ", 200)))
		}
		return bot.Reply{Message: m}, nil
	}
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscribe")
	d := w.srv.Submit("U0JON", w.opened(), map[string]string{"query": "korea-trade"})
	if string(d.Ack) != `{"response_action":"clear"}` {
		t.Errorf("acknowledged with %d bytes", len(d.Ack))
	}
	w.srv.WaitMessage("the outcome in direct messages", func(m slacktest.Message) bool { return m.Channel == w.srv.DMChannel("U0JON") })
}

func TestAPanicInASubmission(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.h.handle = func(context.Context, bot.Request) (bot.Reply, error) { panic("bug") }
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscribe")
	v := w.opened()
	w.srv.Submit("U0JON", v, map[string]string{"query": "korea-trade"})
	if shown := w.srv.View(v.ID).Shown(); !strings.Contains(shown, "a fault in the program") {
		t.Errorf("it shows %q", shown)
	}
}

// TestASkeletonComesFirstWhereFillingTakesLong: a form can be opened for three
// seconds, so it is opened before it is known what it holds.
func TestASkeletonComesFirstWhereFillingTakesLong(t *testing.T) {
	t.Parallel()
	w := running(t, hurried)
	free := make(chan struct{})
	w.h.form = func(bot.Request) (map[string]string, error) {
		<-free
		return map[string]string{"query": "korea-trade"}, nil
	}
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscribe")
	v := w.srv.WaitView("the skeleton", func(v slacktest.View) bool { return strings.Contains(v.Shown(), "One moment") })
	if strings.Contains(string(v.JSON), "submit") {
		t.Error("a skeleton can be submitted")
	}
	close(free)
	if v := w.opened(); v.Updates != 1 {
		t.Errorf("it was filled in %d times", v.Updates)
	}
}

// TestAClosedSkeletonIsNotFilled closes, and changes, the view meanwhile.
func TestAClosedSkeletonIsNotFilled(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(*slacktest.Server, slacktest.View){
		"closed":  func(s *slacktest.Server, v slacktest.View) { s.CloseView(v.ID) },
		"changed": func(s *slacktest.Server, v slacktest.View) { s.ChangeView(v.ID) },
	} {
		w := running(t, hurried)
		free := make(chan struct{})
		w.h.form = func(bot.Request) (map[string]string, error) { <-free; return map[string]string{}, nil }
		w.srv.Slash("U0JON", "C0GENERAL", "/brief subscribe")
		meanwhile(w.srv, w.srv.WaitView("the skeleton", func(v slacktest.View) bool { return strings.Contains(v.Shown(), "One moment") }))
		close(free)
		w.srv.WaitCalls("views.update", 1)
		w.srv.Slash("U0JON", "C0GENERAL", "/brief x").Answer(1)
		for _, v := range w.srv.Views() {
			if strings.Contains(string(v.JSON), "timepicker") {
				t.Errorf("%s: it was filled all the same", name)
			}
		}
		if strings.Contains(w.log.String(), "level=ERROR") {
			t.Errorf("%s: that is no error:\n%s", name, w.log)
		}
	}
}

// homeHandler is a handler whose Home has a button to pause.
func homeHandler(_ context.Context, r bot.Request) (bot.Reply, error) {
	if r.Command != "home" {
		return said("Did "+r.Action+".", bot.Action{ID: "v1:undo:1", Label: "Undo"}), nil
	}
	if r.Fields["first"] == "true" {
		return said("Welcome, " + r.Person.Name), nil
	}
	return said("Your subscriptions", bot.Action{ID: "v1:pause:1", Label: "Pause"}), nil
}

func TestHome(t *testing.T) {
	t.Parallel()
	transports(t, func(t *testing.T, w *world) {
		w.h.handle = homeHandler
		w.srv.OpenHome("U0JON")
		first := w.srv.WaitHome("U0JON", anyView)
		if got := first.Shown(); got != "Welcome, Jon\n[New subscription] [New alert] [Quiet hours]\n" {
			t.Errorf("the first Home shows %q", got)
		}
		w.srv.OpenHome("U0JON")
		w.srv.WaitHome("U0JON", func(v slacktest.View) bool { return v.Updates == 1 })
		w.srv.PressHome("U0JON", "v1:pause:1")
		v := w.srv.WaitHome("U0JON", func(v slacktest.View) bool { return v.Updates == 2 })
		if got := v.Shown(); got != "Did v1:pause:1.\n[Undo]\nYour subscriptions\n[Pause]\n[New subscription] [New alert] [Quiet hours]\n" {
			t.Errorf("after a press, Home shows %q", got)
		}
		w.srv.PressHome("U0JON", "v1:undo:1")
		w.srv.WaitHome("U0JON", func(v slacktest.View) bool { return strings.HasPrefix(v.Shown(), "Did v1:undo:1.") })
		w.srv.PressHome("U0JON", "v1:form:subscribe")
		w.opened()
		if r := w.h.last(t); !r.Place.Direct || r.Place.Channel != "U0JON" {
			t.Errorf("Home is at %v", r.Place)
		}
	})
}

// TestALongHomeIsCut gives more than a view of 100 blocks holds.
func TestALongHomeIsCut(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.h.handle = func(context.Context, bot.Request) (bot.Reply, error) {
		m := bot.Message{Title: bot.T("Subscriptions")}
		for range 200 {
			m.Sections = append(m.Sections, bot.Section{Lines: []bot.Text{bot.T("korea-trade")}, Actions: []bot.Action{{ID: "v1:pause:1", Label: "Pause"}}})
		}
		return bot.Reply{Message: m}, nil
	}
	w.srv.OpenHome("U0JON")
	v := w.srv.WaitHome("U0JON", anyView)
	if !strings.Contains(v.Shown(), "… /brief subscriptions") {
		t.Errorf("Home ends with %q", v.Shown()[len(v.Shown())-100:])
	}
}

func TestAnOlderHomeDoesNotWin(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.h.handle = homeHandler
	w.srv.OpenHome("U0JON")
	w.srv.WaitHome("U0JON", anyView)
	w.srv.Fail("views.publish", slacktest.Refuse("hash_conflict"))
	w.srv.OpenHome("U0JON")
	w.srv.WaitCalls("views.publish", 2)
	w.srv.Slash("U0JON", "C0GENERAL", "/brief x").Answer(1)
	if n := w.srv.Calls("views.publish"); n != 2 || strings.Contains(w.log.String(), "publish a Home tab") {
		t.Errorf("views.publish was called %d times; log:\n%s", n, w.log)
	}
}

func TestFormErrorsOfTheHandlerAreShown(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.h.handle = func(context.Context, bot.Request) (bot.Reply, error) {
		return bot.Reply{}, digest.Errorf(digest.Invalid, "that is no time").WithHint("try 8:00")
	}
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscribe")
	v := w.opened()
	d := w.srv.Submit("U0JON", v, map[string]string{"query": "korea-trade"})
	if !strings.Contains(string(d.Ack), `"errors":{"query":"That is no time. Try 8:00. (e-`) {
		t.Errorf("acknowledged with %s", d.Ack)
	}
}
