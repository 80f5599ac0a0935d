package slack_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

// TestAChannelIsPicked subscribes a channel from the Home tab, where there is
// no "here": the request is about the channel, with the person's rights there,
// and so are the buttons of its answer.
func TestAChannelIsPicked(t *testing.T) {
	t.Parallel()
	transports(t, func(t *testing.T, w *world) {
		w.h.handle = func(_ context.Context, r bot.Request) (bot.Reply, error) {
			return said("Subscribed.", bot.Action{ID: "v1:preview:7", Label: "Preview now"}), nil
		}
		for i, c := range []struct {
			user, channel string
			manager       bool
		}{{"U0MINA", "C0GENERAL", true}, {"U0JON", "C0GENERAL", false}, {"U0MINA", "C0OUTSIDE", true}} {
			w.srv.OpenHome(c.user)
			w.srv.WaitHome(c.user, anyView)
			w.srv.PressHome(c.user, "v1:form:subscribe")
			w.srv.WaitView("the form", func(slacktest.View) bool { return len(w.srv.Views()) == i+1 })
			v := w.srv.Views()[i]
			w.srv.Submit(c.user, v, map[string]string{"query": "korea", "channel": c.channel})
			w.srv.WaitView("the outcome", func(o slacktest.View) bool { return o.ID == v.ID && strings.HasPrefix(o.Shown(), "Subscribed.") })
			var r bot.Request
			for _, asked := range w.h.Requests() {
				if asked.Command == "subscribe" {
					r = asked
				}
			}
			if r.Place != (channelOf(c.channel)) || r.Fields["where"] != "slack:"+c.channel || r.Manager != c.manager {
				t.Errorf("%+v: asked %+v", c, r)
			}
			w.srv.PressView(c.user, *w.srv.View(v.ID), "v1:preview:7")
			w.asked("the press", func(r bot.Request) bool { return r.Action == "v1:preview:7" && r.Place == channelOf(c.channel) })
		}
	})
}

// TestAChannelOfOthersIsRefused, where Slack tells who is in it: to know a
// channel's id is not to be there.
func TestAChannelOfOthersIsRefused(t *testing.T) {
	t.Parallel()
	w := running(t, func(o *slack.Options) { o.Manage = "anyone" })
	w.srv.AddChannel(slacktest.Channel{ID: "C0CLUB", Name: "club", Member: true, Members: []string{"U0A", "U0B", "U0C", "U0MEMBER"}})
	w.srv.AddUser(slacktest.User{ID: "U0MEMBER", Name: "Mem"})
	submit := func(user string) string {
		before := len(w.srv.Views())
		w.srv.Slash(user, "C0GENERAL", "/brief subscribe")
		w.srv.WaitView("the form", func(slacktest.View) bool { return len(w.srv.Views()) == before+1 })
		return string(w.srv.Submit(user, w.srv.Views()[before], map[string]string{"query": "korea", "channel": "C0CLUB"}).Ack)
	}
	if ack := submit("U0JON"); ack != `{"errors":{"channel":"You are not in that channel"},"response_action":"errors"}` || len(w.h.Requests()) != 0 {
		t.Errorf("who is not there: %s, %d requests", ack, len(w.h.Requests()))
	}
	for i, user := range []string{"U0MEMBER", "U0MINA"} { // Mina is an admin
		if ack := submit(user); strings.Contains(ack, "errors") || len(w.h.Requests()) != i+1 {
			t.Errorf("%s: %s", user, ack)
		}
	}
	w.srv.Fail("conversations.members", slacktest.Refuse("missing_scope"))
	if ack := submit("U0JON"); strings.Contains(ack, "errors") {
		t.Errorf("where it cannot be told: %s", ack)
	}
}

// TestWhoIsOutsideIsAskedAtOnce, even before anything told who we are and what
// we may ask.
func TestWhoIsOutsideIsAskedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, nil)
	w.srv.AddChannel(slacktest.Channel{ID: "C0CLUB", Name: "club", Member: true, Members: []string{"U0MINA"}})
	if !w.app.IsOutside(t.Context(), "C0CLUB", "U0JON") || w.app.IsOutside(t.Context(), "C0CLUB", "U0MINA") {
		t.Error("it is not known who is in the channel")
	}
}

// TestAlertByForm asks for an alert without words, and changes its rules.
func TestAlertByForm(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.srv.Slash("U0JON", "C0GENERAL", "/brief alert")
	v := w.srv.WaitView("the form", anyView)
	if d := w.srv.Submit("U0JON", v, nil); !strings.Contains(string(d.Ack), `"errors":{"query":"Say what to alert you to"}`) {
		t.Errorf("an empty form was answered with %s", d.Ack)
	}
	w.srv.Submit("U0JON", v, map[string]string{"query": "korea", "big": "yes", "per_hour": "2", "every": "30 min", "filters": "exclude football"})
	if r := w.h.last(t); r.Command != "alert" || fields(r) != `{"big":"yes","every":"30 min","filters":"exclude football","per_hour":"2","query":"korea","where":"dm"}` {
		t.Errorf("asked %+v", r)
	}
	w.h.mu.Lock()
	w.h.form = func(bot.Request) (map[string]string, error) {
		return map[string]string{"query": "korea", "where": "dm", "big": "9", "per_hour": "4", "every": "90 min", "filters": "exclude football"}, nil
	}
	w.h.mu.Unlock()
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions edit 7")
	v = w.srv.WaitView("the form of the alert", func(v slacktest.View) bool { return strings.Contains(v.Shown(), "[90 min ▾]") })
	w.srv.Submit("U0JON", v, map[string]string{"filters": slacktest.Emptied})
	if r := w.h.last(t); r.Args != "edit 7" || fields(r) != `{"big":"9","every":"90 min","filters":"off","per_hour":"4","query":"korea","where":"dm"}` {
		t.Errorf("asked %+v", r)
	}
}

// TestReviewsAreAFormat to people, and a field of their own to the handler.
func TestReviewsAreAFormat(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.h.form = stored(map[string]string{"format": "compact", "review": "yes", "silent": "no"})
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions edit 7")
	v := w.opened()
	for chosen, want := range map[string]string{"": `"format":"review","length":"12","query":"korea-trade","silent"`, "compact": `"format":"compact","length":"12","query":"korea-trade","review":"no","silent"`} {
		w.srv.Submit("U0JON", v, map[string]string{"format": chosen})
		if r := w.h.last(t); !strings.Contains(fields(r), want) {
			t.Errorf("%q: asked %s", chosen, fields(r))
		}
	}
}

// TestWhatIsWrongWithAFilterStandsAtIt, and what is wrong with a place at the
// menu that named it.
func TestWhatIsWrongWithAFilterStandsAtIt(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.h.handle = func(context.Context, bot.Request) (bot.Reply, error) {
		reply := said("No.")
		reply.Wrong = map[string]string{"filters": "No words.", "where": "I am not there.", "every": "Too long."}
		return reply, nil
	}
	w.srv.Slash("U0JON", "C0GENERAL", "/brief alert")
	v := w.srv.WaitView("the form", anyView)
	for picked, at := range map[string]string{"": "where", "C0GENERAL": "channel"} {
		d := w.srv.Submit("U0JON", v, map[string]string{"query": "korea", "channel": picked})
		for _, want := range []string{`"filters":"No words."`, `"` + at + `":"I am not there."`, `"every":"Too long."`} {
			if !strings.Contains(string(d.Ack), want) {
				t.Errorf("%q: acknowledged with %s", picked, d.Ack)
			}
		}
	}
}

// TestQuietHoursByForm becomes the words that can be typed too.
func TestQuietHoursByForm(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.h.form = func(bot.Request) (map[string]string, error) {
		return map[string]string{"quiet": "22:00-07:00 weekends drop"}, nil
	}
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions quiet")
	first := w.srv.WaitView("the form, by words", anyView)
	w.srv.OpenHome("U0JON")
	w.srv.WaitHome("U0JON", anyView)
	w.srv.PressHome("U0JON", "v1:form:quiet")
	v := w.srv.WaitView("the form", func(v slacktest.View) bool { return v.ID != first.ID })
	if v.Shown() != first.Shown() {
		t.Errorf("by words it shows\n%s\nby the button\n%s", first.Shown(), v.Shown())
	}
	for _, c := range []struct {
		fill map[string]string
		want string
	}{
		{nil, "quiet 22:00-07:00 weekends drop"},
		{map[string]string{"weekends": "no", "alerts": "hold", "to": "06:30"}, "quiet 22:00-06:30"},
		{map[string]string{"from": slacktest.Emptied, "to": slacktest.Emptied}, "quiet weekends drop"},
		{map[string]string{"from": slacktest.Emptied, "to": slacktest.Emptied, "weekends": "no"}, "quiet off"},
		{map[string]string{"from": "07:00", "weekends": "no"}, "quiet off"},
	} {
		w.srv.Submit("U0JON", v, c.fill)
		w.asked(c.want, func(r bot.Request) bool { return r.Command == "subscriptions" && r.Args == c.want && r.Place.Direct })
	}
	if d := w.srv.Submit("U0JON", v, map[string]string{"to": slacktest.Emptied}); string(d.Ack) != `{"errors":{"to":"Give both times, or none"},"response_action":"errors"}` {
		t.Errorf("half a time: %s", d.Ack)
	}
	w.h.mu.Lock()
	w.h.handle = func(context.Context, bot.Request) (bot.Reply, error) {
		return bot.Reply{Failed: true, Message: said("The store is down.").Message}, nil
	}
	w.h.mu.Unlock()
	if d := w.srv.Submit("U0JON", v, nil); !strings.Contains(string(d.Ack), `"errors":{"from":"The store is down."}`) {
		t.Errorf("a failure: %s", d.Ack)
	}
	// What keeps it from being filled in stands in its place, and is about it.
	w.h.mu.Lock()
	w.h.form = func(bot.Request) (map[string]string, error) { return nil, errors.New("the store is down") }
	w.h.mu.Unlock()
	w.srv.PressHome("U0JON", "v1:form:quiet")
	failed := w.srv.WaitView("the failure", func(v slacktest.View) bool { return strings.Contains(v.Shown(), "(e-") })
	if !strings.Contains(string(failed.JSON), `"text":"Quiet hours"`) {
		t.Errorf("a failure is shown as %s", failed.JSON)
	}
	// Without a form, words tell what holds.
	w.srv.Fail("views.open", slacktest.Refuse("expired_trigger_id"))
	w.srv.PressHome("U0JON", "v1:form:quiet")
	w.asked("words", func(r bot.Request) bool { return r.Command == "subscriptions" && r.Args == "quiet" })
}
