package discord_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
	"github.com/daybrief/daybrief/digest"
)

// former is a handler with forms.
type former struct {
	*handler
	form func(context.Context, bot.Request) (map[string]string, error)
}

func (f former) Form(ctx context.Context, r bot.Request) (map[string]string, error) {
	return f.form(ctx, r)
}

// forms makes a stage whose handler fills forms in as told.
func forms(t *testing.T, h *handler, form func(context.Context, bot.Request) (map[string]string, error)) *stage {
	t.Helper()
	return live(t, h, func(o *discord.Options) { o.Handler = former{h, form} }, discordtest.Options{})
}

func filled(values map[string]string) func(context.Context, bot.Request) (map[string]string, error) {
	return func(context.Context, bot.Request) (map[string]string, error) { return values, nil }
}

func TestSubscribeWithoutWordsOpensAForm(t *testing.T) {
	t.Parallel()
	h := answering("subscribed")
	s := forms(t, h, filled(map[string]string{"zone": "Asia/Seoul", "where": "here"}))
	r := newRoom(s)
	f := s.Slash(r.at(r.mina), "subscribe", map[string]string{"when": "weekdays 9:00"}).WaitForm()
	if f.Title != "New subscription" || len(f.Fields) != 5 || !f.Field("query").Required {
		t.Fatalf("%+v", f)
	}
	for id, want := range map[string]string{"query": "", "when": "weekdays 9:00 Asia/Seoul", "where": "here", "format": "compact", "filters": ""} {
		if got := f.Field(id); got.Value != want || got.Label == "" {
			t.Errorf("%s: %+v", id, got)
		}
	}
	m := s.Fill(r.at(r.mina), f, map[string]string{"query": " korea-trade ", "when": "weekdays 9:00", "format": "review"}).WaitAnswer()
	if !strings.Contains(m.Plain(), "subscribed") || m.To != r.mina {
		t.Errorf("%q to %q", m.Plain(), m.To)
	}
	got := h.last(t)
	if got.Command != "subscribe" || got.Args != "" || got.Action != "" || got.Person.ID != r.mina || got.Place.Channel != r.channel {
		t.Errorf("%+v", got)
	}
	if _, zone := got.Fields["zone"]; zone || got.Fields["query"] != "korea-trade" || got.Fields["format"] != "review" || got.Fields["filters"] != "" || got.Fields["when"] != "weekdays 9:00" || got.Fields["where"] != "here" {
		t.Errorf("fields %v", got.Fields)
	}
	// In direct messages there is one place, so the length can be chosen.
	f = s.Slash(discordtest.Where{User: r.joon}, "subscribe", nil).WaitForm()
	if f.Title != "새 구독" || f.Field("where").ID != "" || f.Field("length").Value != "7" {
		t.Errorf("%+v", f)
	}
	s.Fill(discordtest.Where{User: r.joon}, f, map[string]string{"query": "chips", "when": "Asia/Tokyo", "filters": "exclude football"}).WaitAnswer()
	if got := h.last(t).Fields; got["zone"] != "Asia/Tokyo" || got["when"] != "" || got["filters"] != "exclude football" || got["length"] != "7" {
		t.Errorf("in direct messages: %v", got)
	}
	s.Slash(r.at(r.mina), "subscribe", map[string]string{"query": "chips"}).WaitAnswer()
	if got := h.last(t); got.Command != "subscribe" || got.Fields["query"] != "chips" {
		t.Errorf("with words: %+v", got)
	}
}

func TestEditOpensAFormAndReplacesTheMessage(t *testing.T) {
	t.Parallel()
	var asked bot.Request
	h := &handler{handle: func(_ context.Context, r bot.Request) (bot.Reply, error) {
		if r.Command == "subscriptions" && strings.HasPrefix(r.Args, "edit") {
			reply := say("changed")
			reply.Replace = true
			return reply, nil
		}
		reply := say("yours")
		reply.Message.Actions = []bot.Action{{ID: "v1:edit:12", Label: "Change"}, {ID: "v1:edit:", Label: "Which", Options: []bot.Option{{Label: "Korea desk", Value: "12"}}}}
		return reply, nil
	}}
	s := forms(t, h, func(_ context.Context, r bot.Request) (map[string]string, error) {
		asked = r
		return map[string]string{"query": "korea-trade", "when": "30 8 * * 1-5", "zone": "Asia/Seoul", "format": "headlines", "length": "12", "filters": "exclude football", "review": "no"}, nil
	})
	r := newRoom(s)
	list := s.Slash(r.at(r.mina), "subscriptions", nil).WaitAnswer()
	f := s.Press(r.at(r.mina), list, "v1:edit:12").WaitForm()
	if asked.Action != "v1:edit:12" || asked.Person.ID != r.mina || f.Title != "Edit subscription" {
		t.Errorf("asked for %+v, title %q", asked, f.Title)
	}
	for id, want := range map[string]string{"query": "korea-trade", "when": "weekdays 08:30 Asia/Seoul", "format": "headlines", "length": "12", "filters": "exclude football"} {
		if got := f.Field(id).Value; got != want {
			t.Errorf("%s is %q", id, got)
		}
	}
	m := s.Fill(r.at(r.mina), f, map[string]string{"when": "daily 7:00 Europe/Paris", "filters": ""}).WaitUpdate()
	if !strings.Contains(m.Plain(), "changed") {
		t.Errorf("%q", m.Plain())
	}
	if got := h.last(t); got.Command != "subscriptions" || got.Args != "edit 12" || got.Fields["when"] != "daily 7:00" || got.Fields["zone"] != "Europe/Paris" || got.Fields["filters"] != "off" || got.Fields["review"] != "no" || got.Fields["length"] != "12" || got.Fields["query"] != "korea-trade" {
		t.Errorf("%+v", got)
	}
	if f := s.Slash(r.at(r.mina), "subscriptions", map[string]string{"action": " Edit  #12 "}).WaitForm(); f.Field("query").Value != "korea-trade" || asked.Action != "v1:edit:12" {
		t.Errorf("by a command: %+v", asked)
	}
	for _, words := range []string{"edit", "edit x", "edit 12 daily 9:00", "pause 12", "edit 0"} {
		s.Slash(r.at(r.mina), "subscriptions", map[string]string{"action": words}).WaitAnswer()
		if got := h.last(t); got.Command != "subscriptions" || got.Fields["action"] != words {
			t.Errorf("%q: %+v", words, got)
		}
	}
	again := s.Slash(r.at(r.mina), "subscriptions", nil).WaitAnswer()
	if f := s.Choose(r.at(r.mina), again, "v1:edit:", "12").WaitForm(); f.Field("query").Value != "korea-trade" || asked.Action != "v1:edit:12" || asked.Value != "" {
		t.Errorf("chosen from a menu: %+v", asked)
	}
}

// A form closes whatever is answered. What was wrong with it can be put right
// without typing it all again.
func TestAFormIsOpenedAgain(t *testing.T) {
	t.Parallel()
	h := &handler{handle: func(_ context.Context, r bot.Request) (bot.Reply, error) {
		if r.Fields["zone"] == "Mars/Base" {
			reply := say("There is no zone Mars.")
			reply.Wrong = map[string]string{"zone": "no such zone"}
			return reply, nil
		}
		if r.Fields["when"] == "never" {
			reply := say("Never is no time.")
			reply.Failed = true
			return reply, nil
		}
		return say("subscribed"), nil
	}}
	s := forms(t, h, filled(nil))
	r := newRoom(s)
	f := s.Slash(r.at(r.mina), "subscribe", nil).WaitForm()
	wrong := s.Fill(r.at(r.mina), f, map[string]string{"query": "korea-trade", "when": "never Mars/Base"}).WaitAnswer()
	if !strings.Contains(wrong.Plain(), "Mars") {
		t.Fatalf("%q", wrong.Plain())
	}
	again := s.Button(wrong, "Correct it").CustomID
	f = s.Press(r.at(r.mina), wrong, again).WaitForm()
	if f.Field("query").Value != "korea-trade" || f.Field("when").Value != "never Mars/Base" {
		t.Errorf("opened again: %+v", f)
	}
	m := s.Fill(r.at(r.mina), f, map[string]string{"when": "never Asia/Seoul"}).WaitUpdate()
	if !strings.Contains(m.Plain(), "Never is no time") {
		t.Errorf("an error: %q", m.Plain())
	}
	f = s.Press(r.at(r.mina), m, again).WaitForm()
	if f.Field("when").Value != "never Asia/Seoul" {
		t.Errorf("opened a third time: %+v", f)
	}
	m = s.Fill(r.at(r.mina), f, map[string]string{"when": "daily 8:00"}).WaitUpdate()
	if !strings.Contains(m.Plain(), "subscribed") || len(m.Buttons()) != 0 || len(s.Seen(r.channel, r.mina)) != 1 {
		t.Errorf("%q, buttons %v, %d messages", m.Plain(), m.Buttons(), len(s.Seen(r.channel, r.mina)))
	}
}

// An alert has a form of its own, to make it and to change it.
func TestAlertForms(t *testing.T) {
	t.Parallel()
	h := &handler{handle: func(_ context.Context, r bot.Request) (bot.Reply, error) {
		reply := say("alerts")
		reply.Message.Actions = []bot.Action{{ID: "v1:edit:14", Label: "Change"}}
		return reply, nil
	}}
	var asked bot.Request
	s := forms(t, h, func(_ context.Context, r bot.Request) (map[string]string, error) {
		asked = r
		if r.Action == "" {
			return map[string]string{"zone": "Asia/Seoul"}, nil
		}
		return map[string]string{"query": "korea-trade", "big": "4", "per_hour": "5", "every": "45 min", "filters": ""}, nil
	})
	r := newRoom(s)
	f := s.Slash(r.at(r.mina), "alert", nil).WaitForm()
	if asked.Command != "alert" || f.Title != "New alert" || f.Field("where").Value != "dm" || f.Field("big").Value != "no" || f.Field("per_hour").Value != "6" || f.Field("when").ID != "" {
		t.Errorf("asked for %+v: %+v", asked, f)
	}
	made := s.Fill(r.at(r.mina), f, map[string]string{"query": "chips", "big": "yes", "where": "here", "filters": "sources Wire"}).WaitAnswer()
	got := h.last(t)
	if want := map[string]string{"query": "chips", "big": "yes", "where": "here", "filters": "sources Wire", "per_hour": "6"}; got.Command != "alert" || got.Args != "" || !within(want, got.Fields) || got.Fields["review"] != "" {
		t.Errorf("%+v", got)
	}
	f = s.Press(r.at(r.mina), made, "v1:edit:14").WaitForm()
	if f.Title != "Edit alert" || f.Field("big").Value != "4" || f.Field("per_hour").Value != "5" || f.Field("every").Value != "45 min" || f.Field("where").ID != "" {
		t.Errorf("%+v", f)
	}
	s.Fill(r.at(r.mina), f, map[string]string{"every": "2 h", "big": "no"}).WaitAnswer()
	got = h.last(t)
	if want := map[string]string{"query": "korea-trade", "big": "no", "every": "2 h", "per_hour": "5"}; got.Command != "subscriptions" || got.Args != "edit 14" || !within(want, got.Fields) {
		t.Errorf("%+v", got)
	}
}

// within reports whether all of want is among got.
func within(want, got map[string]string) bool {
	for k, v := range want {
		if got[k] != v {
			return false
		}
	}
	return true
}

// What may not be changed opens no form, and says why.
func TestAFormIsRefused(t *testing.T) {
	t.Parallel()
	h := &handler{handle: func(context.Context, bot.Request) (bot.Reply, error) {
		reply := say("yours")
		reply.Message.Actions = []bot.Action{{ID: "v1:edit:12", Label: "Change"}, {ID: "v1:edit:13", Label: "Change that"}, {ID: "v1:edit:x", Label: "Change x"}}
		return reply, nil
	}}
	s := forms(t, h, func(_ context.Context, r bot.Request) (map[string]string, error) {
		if r.Action == "v1:edit:13" {
			panic("no such thing")
		}
		return nil, digest.Errorf(digest.Forbidden, "only Mina may change this")
	})
	r := newRoom(s)
	list := s.Slash(r.at(r.mina), "help", nil).WaitAnswer()
	for id, want := range map[string]string{"v1:edit:12": "Only Mina may change this", "v1:edit:13": "fault in the program", "v1:edit:x": "yours"} {
		if m := s.Press(r.at(r.mina), list, id).WaitAnswer(); !strings.Contains(m.Plain(), want) || r.mina != m.To {
			t.Errorf("%s: %q to %q", id, m.Plain(), m.To)
		}
	}
}

// A form that is worked on for long is acknowledged first.
func TestFormsOfASlowHandler(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	h := &handler{handle: func(context.Context, bot.Request) (bot.Reply, error) {
		<-release
		return say("slow but fine"), nil
	}}
	s := live(t, h, func(o *discord.Options) {
		*o = discord.AckAfter(*o, time.Millisecond)
		o.Handler = former{h, filled(nil)}
	}, discordtest.Options{})
	r := newRoom(s)
	f := s.Slash(r.at(r.mina), "subscribe", nil).WaitForm()
	i := s.Fill(r.at(r.mina), f, map[string]string{"query": "chips"})
	i.WaitAck()
	close(release)
	if m := i.WaitAnswer(); !strings.Contains(m.Plain(), "slow but fine") {
		t.Errorf("%q", m.Plain())
	}
}

func TestFormsNeedAHandlerThatFillsThem(t *testing.T) {
	t.Parallel()
	h := answering("fine")
	s := live(t, h, nil, discordtest.Options{})
	for _, c := range s.Commands("") {
		if c["name"] == "subscribe" && c["options"].([]any)[0].(map[string]any)["required"] != true {
			t.Errorf("a query is not asked for: %v", c["options"])
		}
	}
}
