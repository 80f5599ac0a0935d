package slack_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest"
)

// transports runs a test over Socket Mode and over signed HTTP.
func transports(t *testing.T, f func(t *testing.T, w *world)) {
	t.Run("socket", func(t *testing.T) {
		t.Parallel()
		f(t, running(t, nil))
	})
	t.Run("http", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, slacktest.Options{}, func(o *slack.Options) { o.AppToken = "" })
		w.srv.ViaHTTP(w.app.Routes())
		w.run()
		f(t, w)
	})
}

func TestSlashCommand(t *testing.T) {
	t.Parallel()
	transports(t, func(t *testing.T, w *world) {
		for _, c := range []struct{ line, command, args string }{
			{"/brief korea-trade", "brief", "korea-trade"},
			{"/brief", "brief", ""},
			{"/brief subscribe korea-trade weekdays 8:00", "subscribe", "korea-trade weekdays 8:00"},
			{"/brief Subscriptions", "subscriptions", ""},
			{"/brief digest preview", "digest", "preview"},
			{"/brief sources", "sources", ""},
			{"/brief alert korea-trade", "alert", "korea-trade"},
			{"/brief help", "help", ""},
			{"/brief help?", "help", ""},
			{"/brief digesting news", "brief", "digesting news"},
			{"/brief subscribe x <#C0GENERAL|general>", "subscribe", "x slack:C0GENERAL"},
			{"/brief R&amp;D &lt;3 <https://example.org|example.org>", "brief", "R&D <3 example.org"},
		} {
			d := w.srv.Slash("U0MINA", "C0GENERAL", c.line)
			if d.Refused || len(d.Ack) > 0 {
				t.Fatalf("%s: acknowledged with %q, refused %v", c.line, d.Ack, d.Refused)
			}
			if m := d.Answer(1); m.To != "U0MINA" || m.Channel != "C0GENERAL" {
				t.Errorf("%s: the answer is to %q in %q", c.line, m.To, m.Channel)
			}
			r := w.h.last(t)
			if r.Command != c.command || r.Args != c.args {
				t.Errorf("%s: asked %q %q", c.line, r.Command, r.Args)
			}
		}
		r := w.h.last(t)
		want := digest.Person{Platform: "slack", Workspace: "T0FAKE", ID: "U0MINA", Name: "Mina"}
		if r.Person != want || r.Zone != "Asia/Seoul" || r.Lang != "ko-KR" || !r.Manager || r.Now.Before(start) || r.Now.After(w.clock.Now()) ||
			r.Place != (digest.Destination{Platform: "slack", Workspace: "T0FAKE", Channel: "C0GENERAL"}) {
			t.Errorf("who asked: %+v", r)
		}
		if n := w.srv.Calls("users.info"); n != 1 {
			t.Errorf("users.info was called %d times", n)
		}
	})
}

func TestMentionIsAnsweredInItsThread(t *testing.T) {
	t.Parallel()
	transports(t, func(t *testing.T, w *world) {
		w.srv.Mention("U0JON", "C0GENERAL", "korea trade?")
		m := w.srv.WaitMessage("the answer", func(m slacktest.Message) bool { return m.Channel == "C0GENERAL" })
		if m.Thread == "" || m.To != "" {
			t.Errorf("the answer is %+v", m)
		}
		if r := w.h.last(t); r.Command != "brief" || r.Args != "korea trade?" {
			t.Errorf("asked %+v", r)
		}
		w.srv.Mention("U0JON", "C0GENERAL", "subscriptions")
		private := w.srv.WaitMessage("the private answer", func(m slacktest.Message) bool { return m.To == "U0JON" })
		if private.Channel != "C0GENERAL" {
			t.Errorf("what is about one person is %+v", private)
		}
	})
}

func TestDirectMessage(t *testing.T) {
	t.Parallel()
	transports(t, func(t *testing.T, w *world) {
		w.srv.DM("U0JON", "korea trade")
		m := w.srv.WaitMessage("the answer", func(m slacktest.Message) bool { return m.Channel == w.srv.DMChannel("U0JON") })
		if m.Thread != "" || m.To != "" {
			t.Errorf("the answer is %+v", m)
		}
		r := w.h.last(t)
		if !r.Place.Direct || r.Place.Channel != "U0JON" || !r.Manager {
			t.Errorf("asked %+v", r)
		}
	})
}

// TestOwnAndOtherWordsAreLeftAlone: our own messages come back as events, as
// do edits and other bots' words.
func TestOwnAndOtherWordsAreLeftAlone(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	for _, e := range []map[string]any{
		{"type": "message", "channel_type": "im", "user": "U0BOT", "text": "x", "channel": "D0JON", "ts": "1.1"},
		{"type": "message", "channel_type": "im", "bot_id": "B0OTHER", "user": "U0X", "text": "x", "channel": "D0JON", "ts": "1.2"},
		{"type": "message", "channel_type": "im", "subtype": "message_changed", "channel": "D0JON", "ts": "1.3"},
		{"type": "message", "channel_type": "channel", "user": "U0JON", "text": "x", "channel": "C0GENERAL", "ts": "1.4"},
		{"type": "app_mention", "user": "U0JON", "text": "x", "channel": "C0GENERAL", "ts": "1.5", "edited": map[string]any{"ts": "1.6"}},
		{"type": "app_home_opened", "user": "U0JON", "tab": "messages"},
		{"type": "channel_rename"},
	} {
		if w.srv.Event(e).Refused {
			t.Errorf("%v was not acknowledged", e)
		}
	}
	w.srv.Slash("U0JON", "C0GENERAL", "/brief last").Answer(1)
	if n := len(w.h.Requests()); n != 1 {
		t.Errorf("the handler was asked %d times", n)
	}
}

func TestShortcutAsksAboutTheMessage(t *testing.T) {
	t.Parallel()
	transports(t, func(t *testing.T, w *world) {
		d := w.srv.Shortcut("U0JON", "C0OUTSIDE", "Look: <https://example.org/x|tariffs> &amp; <@U0MINA> on "+strings.Repeat("trade ", 400))
		if m := d.Answer(1); m.To != "U0JON" {
			t.Errorf("the answer is %+v", m)
		}
		r := w.h.last(t)
		if r.Command != "brief" || !strings.HasPrefix(r.Args, "Look: tariffs & slack:@U0MINA on trade trade") || len([]rune(r.Args)) > 1000 {
			t.Errorf("asked %q %q", r.Command, r.Args)
		}
	})
}

// TestButtons presses what an answer carries: a private one, one that shares,
// one that replaces, one that deletes, a menu, a link.
func TestButtons(t *testing.T) {
	t.Parallel()
	transports(t, func(t *testing.T, w *world) {
		actions := []bot.Action{{ID: "v1:why:1", Label: "Why"}, {ID: "v1:share:1", Label: "Share"}, {ID: "v1:more:1", Label: "More"}, {ID: "v1:gone:1", Label: "Dismiss"},
			{ID: "v1:manage:", Label: "Manage one", Options: []bot.Option{{Label: "One", Value: "41"}, {Label: "Two", Value: "42"}}}, {Label: "Page", URL: "https://example.org/"}}
		w.h.handle = func(_ context.Context, r bot.Request) (bot.Reply, error) {
			reply := said(r.Command+r.Action+" "+r.Value, actions...)
			verb, _, _ := bot.ParseActionID(r.Action)
			reply.Public, reply.Replace, reply.Delete = verb == "share", verb == "more", verb == "gone"
			if reply.Delete {
				reply.Message = bot.Message{}
			}
			return reply, nil
		}
		first := w.srv.Slash("U0JON", "C0GENERAL", "/brief korea").Answer(1)
		if m := w.srv.Press("U0MINA", first, "v1:why:1", "").Answer(1); m.To != "U0MINA" || m.Shown() != "v1:why:1\n[Why] [Share] [More] [Dismiss] [Manage one ▾] [Page]\n" {
			t.Errorf("why: %q", m.Shown())
		}
		if r := w.h.last(t); r.Command != "" || r.Action != "v1:why:1" || r.Value != "" || r.Person.ID != "U0MINA" {
			t.Errorf("asked %+v", r)
		}
		if m := w.srv.Press("U0JON", first, "v1:share:1", "").Answer(1); m.To != "" {
			t.Errorf("shared to %q", m.To)
		}
		if m := w.srv.Press("U0JON", first, "v1:manage:", "42").Answer(1); !strings.Contains(m.Shown(), "v1:manage: 42") {
			t.Errorf("menu: %s", m.Shown())
		}
		w.srv.Press("U0JON", first, "v1:more:1", "")
		w.srv.WaitMessage("the next page in the place of the first", func(m slacktest.Message) bool { return m.TS == first.TS && m.Updates == 1 })
		asked := len(w.h.Requests())
		w.srv.Press("U0JON", first, "link:5", "")
		w.srv.Press("U0JON", first, "v1:gone:1", "")
		w.srv.WaitCalls("response_url", 6)
		waitFor(t, "the message goes", func() bool {
			for _, m := range w.srv.Messages("C0GENERAL") {
				if m.TS == first.TS {
					return false
				}
			}
			return true
		})
		if n := len(w.h.Requests()) - asked; n != 1 {
			t.Errorf("a link's press asked the handler: %d requests", n)
		}
	})
}

// TestAnswersBeyondTheResponseURL gives a long answer: five parts go through
// the response_url, the rest by message, to the same person.
func TestAnswersBeyondTheResponseURL(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.h.handle = func(_ context.Context, r bot.Request) (bot.Reply, error) {
		m := bot.Message{Lang: "en"}
		for i := range 8 * 14 {
			m.Sections = append(m.Sections, bot.Section{Items: []bot.Item{{Title: fmt.Sprintf("Headline %d", i), URL: "https://example.org/" + strings.Repeat("x", 150), Sources: []string{"Wire"}}}})
		}
		return bot.Reply{Message: m, Public: r.Args == "public"}, nil
	}
	parts, err := w.app.Render(bot.Reply{Message: func() bot.Message { r, _ := w.h.handle(context.Background(), bot.Request{}); return r.Message }()}.Message)
	if err != nil || len(parts) < 7 {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	d := w.srv.Slash("U0JON", "C0GENERAL", "/brief all")
	d.Answer(5)
	w.srv.WaitCalls("chat.postEphemeral", len(parts)-5)
	d = w.srv.Slash("U0JON", "C0GENERAL", "/brief public")
	d.Answer(5)
	w.srv.WaitCalls("chat.postMessage", len(parts)-5)
	waitFor(t, "all parts", func() bool { return len(w.srv.Public("C0GENERAL")) == len(parts) })
	// In a channel where the bot is not, the last way is direct messages.
	dm := w.srv.DMChannel("U0JON")
	w.srv.Slash("U0JON", "C0OUTSIDE", "/brief all")
	waitFor(t, "the rest in direct messages", func() bool { return len(w.srv.Public(dm)) == len(parts)-5 })
}

func TestAnswersWhenTheResponseURLIsGone(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.srv.Fail("response_url", slacktest.Refuse("expired_url"), slacktest.Broken(500, false))
	w.srv.Slash("U0JON", "C0GENERAL", "/brief one")
	w.srv.WaitMessage("the answer as an ephemeral message", func(m slacktest.Message) bool { return m.To == "U0JON" })
	w.srv.Slash("U0JON", "C0GENERAL", "/brief two")
	w.srv.WaitCalls("response_url", 2)
	w.srv.Slash("U0JON", "C0GENERAL", "/brief three").Answer(1)
	if n := w.srv.Calls("chat.postEphemeral"); n != 1 {
		t.Errorf("%d ephemeral messages: what may have been shown is not shown again", n)
	}
}

// TestReplaceOfAMessageThatAllSee updates it by chat.update once the
// response_url is used up.
func TestReplaceOfAMessageThatAllSee(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	parts, err := w.app.Render(said("Digest", bot.Action{ID: "v1:more:1", Label: "More"}).Message)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.app.Send(context.Background(), bot.Post{Key: "k", To: channel("C0GENERAL"), Payload: parts[0]}); err != nil {
		t.Fatal(err)
	}
	w.h.handle = func(context.Context, bot.Request) (bot.Reply, error) {
		reply := said("Next page")
		reply.Replace = true
		return reply, nil
	}
	posted := w.srv.Public("C0GENERAL")[0]
	w.srv.Fail("response_url", slacktest.Refuse("used_url"))
	w.srv.Press("U0JON", posted, "v1:more:1", "")
	m := w.srv.WaitMessage("the update", func(m slacktest.Message) bool { return m.TS == posted.TS && m.Updates == 1 })
	if m.Shown() != "Next page\n" {
		t.Errorf("it shows %q", m.Shown())
	}
}

func TestErrorsAreAnsweredWithAnID(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.h.handle = func(_ context.Context, r bot.Request) (bot.Reply, error) {
		if r.Args == "plain" {
			return bot.Reply{}, errors.New("dial tcp: xoxb-secret-1")
		}
		return bot.Reply{}, digest.Errorf(digest.Invalid, "the query has no words").WithHint("type a country")
	}
	if got := w.srv.Slash("U0JON", "C0GENERAL", "/brief x").Answer(1).Shown(); !strings.HasPrefix(got, "The query has no words. Type a country. (e-") {
		t.Errorf("the answer is %q", got)
	}
	got := w.srv.Slash("U0JON", "C0GENERAL", "/brief plain").Answer(1).Shown()
	if !strings.Contains(got, "a fault in the program") || strings.Contains(got, "dial") {
		t.Errorf("the answer is %q", got)
	}
	id := got[strings.Index(got, "(e-")+1 : strings.Index(got, ")")]
	if !strings.Contains(w.log.String(), id) || strings.Contains(w.log.String(), "xoxb-secret") {
		t.Errorf("the log does not have %s, or a secret:\n%s", id, w.log)
	}
}

func TestHandlerMayBeMissing(t *testing.T) {
	t.Parallel()
	w := running(t, func(o *slack.Options) { o.Handler = nil })
	if got := w.srv.Slash("U0JON", "C0GENERAL", "/brief x").Answer(1).Shown(); !strings.Contains(got, "Nobody is here to answer yet") {
		t.Errorf("the answer is %q", got)
	}
}

func TestManagersOfAChannel(t *testing.T) {
	t.Parallel()
	w := running(t, func(o *slack.Options) { o.Managers = true })
	w.srv.AddUser(slacktest.User{ID: "U0KIM", Name: "Kim"})
	w.srv.AddChannel(slacktest.Channel{ID: "C0KIM", Member: true, Creator: "U0KIM"})
	for _, c := range []struct {
		user, channel string
		want          bool
	}{{"U0MINA", "C0KIM", true}, {"U0KIM", "C0KIM", true}, {"U0JON", "C0KIM", false}, {"U0JON", "D0JON", true}, {"U0KIM", "C0GENERAL", false}} {
		w.srv.Slash(c.user, c.channel, "/brief x").Answer(1)
		if got := w.h.last(t).Manager; got != c.want {
			t.Errorf("%s in %s manages: %v", c.user, c.channel, got)
		}
	}
	if n := w.srv.Calls("conversations.info"); n != 2 {
		t.Errorf("conversations.info was called %d times, not once for each channel", n)
	}
	w.srv.SetScopes("chat:write", "commands", "users:read") // and what was known no longer counts
	w.srv.AddUser(slacktest.User{ID: "U0NEW", Name: "New"})
	for _, user := range []string{"U0NEW", "U0KIM"} {
		w.srv.Slash(user, "C0KIM", "/brief x").Answer(1)
		if w.h.last(t).Manager {
			t.Errorf("%s manages a channel of which nothing may be asked", user)
		}
	}
}

func TestWhoMayManage(t *testing.T) {
	t.Parallel()
	for manage, want := range map[string][3]bool{"": {true, false, false}, "admins": {true, false, false}, "members": {true, true, false}, "anyone": {true, true, true}} {
		w := running(t, func(o *slack.Options) { o.Manage = manage })
		w.srv.AddUser(slacktest.User{ID: "U0GUEST", Name: "Guest", Guest: true})
		for i, user := range []string{"U0MINA", "U0JON", "U0GUEST"} {
			w.srv.Slash(user, "C0GENERAL", "/brief x").Answer(1)
			if got := w.h.last(t).Manager; got != want[i] {
				t.Errorf("%q: %s manages: %v", manage, user, got)
			}
		}
	}
}

// TestPersonIsKeptForADay moves a person to another zone.
func TestPersonIsKeptForADay(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.srv.Slash("U0JON", "C0GENERAL", "/brief x").Answer(1)
	w.srv.AddUser(slacktest.User{ID: "U0JON", Name: "Jon", Zone: "Europe/Berlin", Locale: "de-DE"})
	if _, zone, _, err := w.app.Person(context.Background(), "U0JON"); zone != "America/New_York" || err != nil {
		t.Errorf("zone %q, %v", zone, err)
	}
	w.clock.Move(25 * 60 * 60 * 1e9)
	if name, zone, lang, err := w.app.Person(context.Background(), "U0JON"); name != "Jon" || zone != "Europe/Berlin" || lang != "de-DE" || err != nil {
		t.Errorf("%q %q %q %v", name, zone, lang, err)
	}
	if _, _, _, err := w.app.Person(context.Background(), "U0NOBODY"); digest.CodeOf(err) != digest.NotFound {
		t.Errorf("nobody: %v", err)
	}
}

func TestUnknownPersonIsAnsweredAllTheSame(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.srv.Fail("users.info", slacktest.Broken(500, false))
	w.srv.Slash("U0JON", "C0GENERAL", "/brief x").Answer(1)
	w.srv.Slash("U0JON", "C0GENERAL", "/brief x").Answer(1)
	if r := w.h.last(t); r.Zone != "" || w.srv.Calls("users.info") != 1 {
		t.Errorf("asked %+v; users.info was called %d times", r, w.srv.Calls("users.info"))
	}
}

func TestUninstallIsTold(t *testing.T) {
	t.Parallel()
	told := make(chan string, 4)
	w := running(t, func(o *slack.Options) {
		o.Revoked = func(_ context.Context, workspace, reason string) { told <- workspace + " " + reason }
	})
	w.srv.Event(map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []string{"U0JON"}}})
	w.srv.Event(map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"bot": []string{"U0BOT"}}})
	if got := <-told; got != "T0FAKE tokens_revoked" {
		t.Error(got)
	}
	w.srv.Uninstall()
	if got := <-told; got != "T0FAKE app_uninstalled" {
		t.Error(got)
	}
}

func TestCommandNames(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{"": true, "/brief": true, "/news-desk_2": true, "brief": false, "/": false, "/Brief": false, "/" + strings.Repeat("x", 32): false, "/a b": false} {
		if _, err := slack.New(slack.Options{Command: name}); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
	w := running(t, func(o *slack.Options) {
		o.Command = "/news"
		o.Commands = []bot.CommandSpec{{Name: "brief"}, {Name: "weather"}}
	})
	w.srv.Slash("U0JON", "C0GENERAL", "/news weather seoul").Answer(1)
	if r := w.h.last(t); r.Command != "weather" || r.Args != "seoul" {
		t.Errorf("asked %+v", r)
	}
}
