package command_test

import (
	"context"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/command"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// TestAgain asks for what the bot may not do yet, and once more by the button
// of the refusal, when it may: with what was asked then, and the rights of now.
func TestAgain(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	closed := true
	// A new handler for each request: what a button repeats is in the store.
	handle := func(r bot.Request) bot.Reply {
		t.Helper()
		h := handlerOver(db, func(o *command.Options) {
			o.MayPost = func(context.Context, digest.Destination) error {
				if closed {
					return digest.Errorf(digest.Forbidden, "I can't post in #desk: I'm not a member").WithHint("Type /invite @daybrief there, then try again.")
				}
				return nil
			}
		})
		reply, err := h.Handle(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return reply
	}
	desk := digest.Destination{Platform: "slack", Workspace: "T1", Channel: "C-desk"}
	mina := bot.Request{Person: digest.Person{Platform: "slack", Workspace: "T1", ID: "U-mina"}, Place: desk, Manager: true, Now: morning, Lang: "en"}
	ask := func(of bot.Request, change func(*bot.Request)) bot.Request { change(&of); return of }
	press := func(of bot.Request, id string) bot.Request { of.Action = id; return of }
	for name, c := range map[string]struct {
		r    bot.Request
		want string
	}{
		"subscribe": {ask(mina, func(r *bot.Request) { r.Command, r.Args = "subscribe", "korea-trade weekdays 8:00 here" }), "Subscribed this channel to korea-trade, weekdays 08:00"},
		"alert":     {ask(mina, func(r *bot.Request) { r.Command, r.Args = "alert", "korea-trade only big here" }), "This channel will be alerted to korea-trade"},
		"a form": {ask(mina, func(r *bot.Request) {
			r.Command, r.Fields = "subscribe", map[string]string{"query": "chad", "where": "here", "limit": "3"}
		}), "Subscribed this channel to chad"},
	} {
		closed = true
		refused := handle(c.r)
		text := bot.PlainText(refused.Message)
		if !refused.Failed || !strings.HasPrefix(text, "I can't post in #desk: I'm not a member.") || len(refused.Message.Actions) != 1 || refused.Message.Actions[0].Label != "Try again" {
			t.Fatalf("%s: %+v", name, refused)
		}
		if where := refused.Wrong["where"]; (where == "") != (c.r.Fields["where"] == "") {
			t.Errorf("%s: at its field it says %q", name, where)
		}
		button := refused.Message.Actions[0].ID
		if again := handle(press(mina, button)); !again.Failed || !again.Replace || len(again.Message.Actions) != 1 {
			t.Errorf("%s, still closed: %+v", name, again)
		}
		closed = false
		if stranger := handle(press(ask(mina, func(r *bot.Request) { r.Manager = false }), button)); !stranger.Failed || len(stranger.Message.Actions) > 0 {
			t.Errorf("%s, without the right: %+v", name, stranger)
		}
		if elsewhere := handle(press(ask(mina, func(r *bot.Request) { r.Place.Channel = "C-other" }), button)); !elsewhere.Failed {
			t.Errorf("%s, in another channel: %+v", name, elsewhere)
		}
		done := handle(press(mina, button))
		if got := bot.PlainText(done.Message); done.Failed || !done.Replace || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if subs, err := db.Subscriptions(t.Context(), digest.SubscriptionFilter{Destination: desk}); err != nil || len(subs) != 3 {
		t.Errorf("%d subscriptions, %v", len(subs), err)
	}
	for _, id := range []string{"v1:again:nothing", "v1:again:"} {
		if reply := handle(press(mina, id)); !reply.Failed {
			t.Errorf("%s: %+v", id, reply)
		}
	}
}

// TestAgainWithPermissions: a platform says what the bot lacks where the
// person is, and nothing once it is granted.
func TestAgainWithPermissions(t *testing.T) {
	t.Parallel()
	h := handlerOver(storetest.SQLite(t))
	r := bot.Request{Person: digest.Person{Platform: "discord", ID: "1"}, Place: digest.Destination{Platform: "discord", Channel: "2"}, Manager: true, Now: morning,
		Command: "subscribe", Fields: map[string]string{"query": "korea", "where": "here", "missing_permissions": "Send Messages"}}
	refused, err := h.Handle(t.Context(), r)
	if err != nil || len(refused.Message.Actions) != 1 {
		t.Fatalf("%+v, %v", refused, err)
	}
	r.Command, r.Action, r.Fields = "", refused.Message.Actions[0].ID, map[string]string{"missing_permissions": "Send Messages"}
	if reply, err := h.Handle(t.Context(), r); err != nil || !reply.Failed {
		t.Errorf("still without: %+v, %v", reply, err)
	}
	r.Fields = nil
	if reply, err := h.Handle(t.Context(), r); err != nil || reply.Failed {
		t.Errorf("granted: %+v, %v", reply, err)
	}
}
