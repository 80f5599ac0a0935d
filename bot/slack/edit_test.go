package slack_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest"
)

// stored is a subscription as its form holds it.
func stored(change map[string]string) func(bot.Request) (map[string]string, error) {
	values := map[string]string{"query": "korea-trade", "when": "30 7 * * 1,3,5", "zone": "Asia/Seoul", "where": "here", "format": "cards", "length": "12"}
	for k, v := range change {
		values[k] = v
	}
	return func(bot.Request) (map[string]string, error) { return values, nil }
}

func fields(r bot.Request) string {
	data, err := json.Marshal(r.Fields)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

const wholeEdit = `{"format":"cards","length":"12","query":"korea-trade","review":"no","when":"mon wed fri 07:30","where":"here","zone":"Asia/Seoul"}`

// TestEditByForm opens the form of a subscription from each place that has its
// button, and saves it: what was not changed comes back as it was.
func TestEditByForm(t *testing.T) {
	t.Parallel()
	transports(t, func(t *testing.T, w *world) {
		edit := bot.Action{ID: "v1:edit:7", Label: "Change"}
		w.h.form = stored(nil)
		w.h.handle = func(_ context.Context, r bot.Request) (bot.Reply, error) {
			if r.Command == "subscriptions" && r.Fields != nil {
				return said("Changed.", bot.Action{ID: "v1:undo:7", Label: "Undo"}), nil
			}
			return said("Subscribed.", edit), nil
		}
		opens := map[string]func(){
			"a reply": func() {
				w.srv.Press("U0JON", w.srv.Slash("U0JON", "C0GENERAL", "/brief subscribe x").Answer(1), edit.ID, "")
			},
			"filters":     func() { w.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions filter 7") },
			"words":       func() { w.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions edit #7") },
			"other words": func() { w.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions edit 7") },
		}
		for name, open := range opens {
			before := len(w.srv.Views())
			open()
			v := w.srv.WaitView(name, func(v slacktest.View) bool { return len(w.srv.Views()) == before+1 && v.ID == w.srv.Views()[before].ID })
			if got := v.Shown(); got != "What: [korea-trade ▾]\nWhere to: [This channel, #general ▾]\nOr to another channel: [None ▾]\nOn which days: [Monday, Wednesday, Friday ▾]\nAt what time: [07:30]\n"+
				"Time zone: [Asia/Seoul ▾]\nHow much of each story: [A short paragraph ▾]\nHow many stories: [12 ▾]\n" {
				t.Errorf("%s: the form shows\n%s", name, got)
			}
			w.srv.Submit("U0JON", v, nil)
			if r := w.h.last(t); r.Command != "subscriptions" || r.Args != "edit 7" || fields(r) != wholeEdit || r.Place.Channel != "C0GENERAL" || r.Place.Direct || r.Action != "" {
				t.Errorf("%s: asked %+v", name, r)
			}
			if got := w.srv.View(v.ID).Shown(); got != "Changed.\n[Undo]\n" {
				t.Errorf("%s: the form shows %q", name, got)
			}
		}
	})
}

// TestEditInHome opens the form on the Home tab, which is drawn anew after.
func TestEditInHome(t *testing.T) {
	t.Parallel()
	transports(t, func(t *testing.T, w *world) {
		w.h.form = stored(map[string]string{"where": "slack:C0OTHER", "when": "weekdays 8:00"})
		name := "korea-trade"
		w.h.handle = func(_ context.Context, r bot.Request) (bot.Reply, error) {
			if r.Command == "home" {
				return said("You have "+name, bot.Action{ID: "v1:edit:7", Label: "Edit"}), nil
			}
			name = r.Fields["query"]
			return said("Changed."), nil
		}
		w.srv.OpenHome("U0JON")
		w.srv.WaitHome("U0JON", anyView)
		w.srv.PressHome("U0JON", "v1:edit:7")
		v := w.opened()
		if !strings.Contains(v.Shown(), "Where to: [Where it goes now ▾]\nOr to another channel: [None ▾]\nOn which days: [Monday to Friday ▾]\nAt what time: [08:00]") {
			t.Errorf("the form shows\n%s", v.Shown())
		}
		w.srv.Submit("U0JON", v, map[string]string{"query": "japan"})
		if r := w.h.Requests()[1]; r.Args != "edit 7" || !r.Place.Direct || strings.Contains(fields(r), "where") {
			t.Errorf("asked %+v: what stays where it is has no place", r)
		}
		w.srv.WaitHome("U0JON", func(v slacktest.View) bool { return strings.HasPrefix(v.Shown(), "You have japan") })
	})
}

// TestEditInTheReplyOfAForm presses Change in the modal that tells of a new
// subscription: the form takes its place.
func TestEditInTheReplyOfAForm(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.h.form = func(r bot.Request) (map[string]string, error) {
		if r.Action == "" {
			return nil, nil //nolint:nilnil // a new one has nothing in it
		}
		return stored(nil)(r)
	}
	w.h.handle = func(_ context.Context, r bot.Request) (bot.Reply, error) {
		if strings.HasPrefix(r.Args, "edit") {
			return said("Changed."), nil
		}
		return said("Subscribed.", bot.Action{ID: "v1:edit:7", Label: "Change"}), nil
	}
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscribe")
	v := w.opened()
	w.srv.Submit("U0JON", v, map[string]string{"query": "korea"})
	w.srv.PressView("U0JON", *w.srv.View(v.ID), "v1:edit:7")
	v = w.srv.WaitView("the form again", func(v slacktest.View) bool { return strings.Contains(v.Shown(), "[12 ▾]") })
	if n := len(w.srv.Views()); n != 1 {
		t.Errorf("%d modals are open", n)
	}
	w.srv.Submit("U0JON", v, nil)
	if r := w.h.last(t); r.Args != "edit 7" || fields(r) != wholeEdit || r.Place.Channel != "C0GENERAL" {
		t.Errorf("asked %+v", r)
	}
	if got := w.srv.View(v.ID).Shown(); got != "Changed.\n" {
		t.Errorf("it shows %q", got)
	}
}

// TestUncommonSubscriptions fills in what the usual choices cannot hold.
func TestUncommonSubscriptions(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("semiconductor ", 20)
	for name, c := range map[string]struct {
		values map[string]string
		shows  string
		fields string
	}{
		"twice a day":        {map[string]string{"when": "0 8,18 * * *"}, "When: [daily 08:00 and 18:00]", `"when":"daily 08:00 and 18:00"`},
		"three times a day":  {map[string]string{"when": "30 8,12,18 * * 1-5"}, "When: [weekdays 08:30, 12:30 and 18:30]", `"when":"weekdays 08:30, 12:30 and 18:30"`},
		"by the hours":       {map[string]string{"when": "0 8-12 * * *"}, "When: [0 8-12 * * *]", `"when":"0 8-12 * * *"`},
		"weekends":           {map[string]string{"when": "15 9 * * 0,6"}, "[Saturday and Sunday ▾]", `"when":"weekends 09:15"`},
		"every day":          {map[string]string{"when": "0 0 * * *"}, "[Every day ▾]\nAt what time: [00:00]", `"when":"daily 00:00"`},
		"a Sunday":           {map[string]string{"when": "5 23 * * 7"}, "[Sunday ▾]\nAt what time: [23:05]", `"when":"sun 23:05"`},
		"by words":           {map[string]string{"when": "Mondays, thursdays 9:05"}, "[Monday, Thursday ▾]\nAt what time: [09:05]", `"when":"mon thu 09:05"`},
		"the month's first":  {map[string]string{"when": "0 8 1 * *"}, "When: [0 8 1 * *]", `"when":"0 8 1 * *"`},
		"hourly":             {map[string]string{"when": "hourly"}, "When: [hourly]", `"when":"hourly"`},
		"no time":            {map[string]string{"when": ""}, "[Monday to Friday ▾]\nAt what time: [08:00]", `"when":"weekdays 08:00"`},
		"a long query":       {map[string]string{"query": long}, "What: [semiconductor semi", `"query":"` + strings.TrimSpace(long)},
		"no length":          {map[string]string{"length": "0"}, "How many stories: [7 ▾]", `"length":"7"`},
		"an odd length":      {map[string]string{"length": "many"}, "How many stories: [7 ▾]", `"length":"7"`},
		"to direct messages": {map[string]string{"where": "dm"}, "Where to: [Direct messages to me ▾]", `"where":"dm"`},
		"here, by its id":    {map[string]string{"where": "slack:C0GENERAL"}, "Where to: [This channel, #general ▾]", `"where":"here"`},
		"hostile":            {map[string]string{"query": "<!here> & *b*", "zone": "<x>"}, "What: [<!here> & *b* ▾]", ``},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := running(t, nil)
			w.h.form = stored(c.values)
			w.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions edit 7")
			v := w.srv.WaitView("the form", anyView)
			if !strings.Contains(v.Shown(), c.shows) {
				t.Errorf("the form shows\n%s", v.Shown())
			}
			d := w.srv.Submit("U0JON", v, nil)
			if name == "hostile" {
				if !strings.Contains(string(d.Ack), `"errors":{"zone":"This is no time zone`) {
					t.Errorf("acknowledged with %s", d.Ack)
				}
				return
			}
			if r := w.h.last(t); !strings.Contains(fields(r), c.fields) {
				t.Errorf("asked %s", fields(r))
			}
		})
	}
}

// TestTheFormOfAnAlertHasNoTime: what a subscription does not have, its form
// does not ask for.
func TestTheFormOfAnAlertHasNoTime(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.h.form = func(bot.Request) (map[string]string, error) {
		return map[string]string{"query": "korea", "where": "dm"}, nil
	}
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions edit 7")
	v := w.srv.WaitView("the form", anyView)
	if got := v.Shown(); got != "What: [korea ▾]\nWhere to: [Direct messages to me ▾]\nOr to another channel: [None ▾]\n" {
		t.Errorf("it shows\n%s", got)
	}
	w.srv.Submit("U0JON", v, nil)
	if r := w.h.last(t); fields(r) != `{"query":"korea","where":"dm"}` {
		t.Errorf("asked %s", fields(r))
	}
}

// TestErrorsStandAtTheirField: the form stays open, with what was typed.
func TestErrorsStandAtTheirField(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.h.handle = func(context.Context, bot.Request) (bot.Reply, error) {
		reply := said("No.")
		reply.Wrong = map[string]string{"when": "That is no time.", "limit": "At most 25.", "where": strings.Repeat("I am not there. ", 50), "moon": "It is full."}
		return reply, nil
	}
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscribe")
	v := w.opened()
	d := w.srv.Submit("U0JON", v, map[string]string{"query": "korea"})
	var ack struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
	}
	if err := json.Unmarshal(d.Ack, &ack); err != nil || ack.Action != "errors" || ack.Errors["time"] != "That is no time." || ack.Errors["length"] != "At most 25." ||
		ack.Errors["query"] != "It is full." || len(ack.Errors) != 4 || len([]rune(ack.Errors["where"])) > 300 {
		t.Errorf("acknowledged with %s", d.Ack)
	}
	if now := w.srv.View(v.ID); now.Updates != v.Updates {
		t.Error("the form was changed")
	}
}

// TestAFormThatFailedStaysOpen with what was typed, and says why.
func TestAFormThatFailedStaysOpen(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.h.handle = func(context.Context, bot.Request) (bot.Reply, error) {
		reply := said("You have 50 subscriptions. See /subscriptions.")
		reply.Failed = true
		return reply, nil
	}
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscribe")
	v := w.opened()
	d := w.srv.Submit("U0JON", v, map[string]string{"query": "korea"})
	if string(d.Ack) != `{"errors":{"query":"You have 50 subscriptions. See /brief subscriptions."},"response_action":"errors"}` || w.srv.View(v.ID).Updates != v.Updates {
		t.Errorf("acknowledged with %s", d.Ack)
	}
}

// TestWhatMayNotBeChangedOpensNoForm shows the refusal in its place.
func TestWhatMayNotBeChangedOpensNoForm(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.h.form = func(bot.Request) (map[string]string, error) {
		return nil, digest.Errorf(digest.Forbidden, "subscription #7 is not yours to change")
	}
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions edit 7")
	v := w.srv.WaitView("the refusal", anyView)
	if !strings.HasPrefix(v.Shown(), "Subscription #7 is not yours to change. (e-") || strings.Contains(string(v.JSON), `"submit"`) {
		t.Errorf("it shows %q", v.Shown())
	}
	w.h.mu.Lock()
	w.h.form = func(bot.Request) (map[string]string, error) { panic("a bug") }
	w.h.mu.Unlock()
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions edit 8")
	w.srv.WaitView("the fault", func(v slacktest.View) bool { return strings.Contains(v.Shown(), "a fault in the program") })
}

// answersAlone is a handler without forms.
type answersAlone struct{ h *handler }

func (a answersAlone) Handle(ctx context.Context, r bot.Request) (bot.Reply, error) {
	return a.h.Handle(ctx, r)
}

func (a answersAlone) Complete(ctx context.Context, r bot.Request, field, typed string) []bot.Option {
	return a.h.Complete(ctx, r, field, typed)
}

// TestEditWithoutForms: what opens no form is asked of the handler, in words.
func TestEditWithoutForms(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	for _, line := range []string{"/brief subscriptions edit", "/brief subscriptions edit x", "/brief subscriptions edit -1", "/brief subscriptions pause 7"} {
		w.srv.Slash("U0JON", "C0GENERAL", line).Answer(1)
		if r := w.h.last(t); "/brief subscriptions "+r.Args != line {
			t.Errorf("%s: asked %+v", line, r)
		}
	}
	w.srv.Fail("views.open", slacktest.Refuse("expired_trigger_id"))
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions edit 7").Answer(1)
	if r := w.h.last(t); r.Args != "edit 7" {
		t.Errorf("asked %+v", r)
	}
	without := running(t, func(o *slack.Options) { o.Handler = answersAlone{w.h} })
	m := without.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions edit 7").Answer(1)
	if n := len(without.srv.Views()); n != 0 || m.Shown() != "subscriptions edit 7\n" {
		t.Errorf("%d modals, %q", n, m.Shown())
	}
	without.srv.Slash("U0JON", "C0GENERAL", "/brief subscribe")
	without.opened()
}

// TestAnOutcomeFindsThePersonWhoClosedTheForm submits, closes, and is told in
// direct messages.
func TestAnOutcomeFindsThePersonWhoClosedTheForm(t *testing.T) {
	t.Parallel()
	w := running(t, hurried)
	free := make(chan struct{})
	w.h.handle = func(context.Context, bot.Request) (bot.Reply, error) { <-free; return said("Subscribed."), nil }
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscribe")
	v := w.opened()
	w.srv.Submit("U0JON", v, map[string]string{"query": "korea"})
	w.srv.CloseView(v.ID)
	close(free)
	w.srv.WaitMessage("the outcome in direct messages", func(m slacktest.Message) bool {
		return m.Channel == w.srv.DMChannel("U0JON") && m.Shown() == "Subscribed.\n"
	})
}
