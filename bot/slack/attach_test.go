package slack_test

import (
	"context"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

// exports is a world whose handler answers with a file.
func exports(t *testing.T, data string, scopes []string) *world {
	t.Helper()
	w := newWorld(t, slacktest.Options{Scopes: scopes}, nil)
	w.h.handle = func(context.Context, bot.Request) (bot.Reply, error) {
		reply := said("Here they are.")
		reply.File = &bot.File{Name: "subscriptions.json", Type: "application/json", Data: []byte(data)}
		return reply, nil
	}
	w.run()
	w.srv.WaitSockets(1)
	return w
}

func TestAFileGoesToThePersonAlone(t *testing.T) {
	t.Parallel()
	w := exports(t, `{"a":1}`, nil)
	if got := w.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions export").Answer(1).Shown(); got != "Here they are.\n" {
		t.Errorf("it says %q", got)
	}
	w.srv.WaitCalls("files.completeUploadExternal", 1)
	waitFor(t, "the file", func() bool { return len(w.srv.Files(w.srv.DMChannel("U0JON"))) == 1 })
	if f := w.srv.Files(w.srv.DMChannel("U0JON"))[0]; string(f.Data) != `{"a":1}` || f.Name != "subscriptions.json" || f.Title != "subscriptions.json" {
		t.Errorf("uploaded %+v", f)
	}
}

// TestAFileWithoutTheScopeIsShown as text, as much as fits, and where an
// upload fails too.
func TestAFileWithoutTheScopeIsShown(t *testing.T) {
	t.Parallel()
	w := exports(t, "{\n \"query\": \"<!here> & korea\"\n}\n", []string{"chat:write", "commands", "im:write", "users:read"})
	d := w.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions export")
	if m := d.Answer(2); m.To != "U0JON" || m.Shown() != "subscriptions.json\n{\n \"query\": \"<!here> & korea\"\n}\n" || m.Text != "subscriptions.json" {
		t.Errorf("it shows %q to %q", m.Shown(), m.To)
	}
	for _, fault := range []string{"files.getUploadURLExternal", "file_upload", "files.completeUploadExternal"} {
		w := exports(t, strings.Repeat(strings.Repeat("\"", 99)+"\n", 99), nil)
		w.srv.Fail(fault, slacktest.Broken(500, false))
		m := w.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions export").Answer(2)
		if !strings.HasPrefix(m.Shown(), "subscriptions.json (shortened)\n\"") || len(m.Shown()) < 1000 {
			t.Errorf("%s fails: it shows %q", fault, m.Shown())
		}
		if n := len(w.srv.Files(w.srv.DMChannel("U0JON"))); n != 0 {
			t.Errorf("%s fails: %d files", fault, n)
		}
	}
	w = exports(t, strings.Repeat("\u2028\u00a0\"한", 5000), []string{"chat:write", "commands", "im:write", "users:read"})
	if m := w.srv.Slash("U0JON", "C0GENERAL", "/brief x").Answer(2); !strings.Contains(m.Shown(), "한…") {
		t.Errorf("one long line is shown as %q", m.Shown())
	}
}

func TestNoFileIsNothing(t *testing.T) {
	t.Parallel()
	w := exports(t, "", nil)
	w.srv.Slash("U0JON", "C0GENERAL", "/brief one").Answer(1)
	w.srv.Slash("U0JON", "C0GENERAL", "/brief two").Answer(1)
	if n := w.srv.Calls("files.getUploadURLExternal"); n != 0 {
		t.Errorf("%d uploads", n)
	}
	if slack.OptionalScopes()["files:write"] == "" {
		t.Error("the manifest does not ask for files:write")
	}
}

// TestEachKindOfBlockIsPostedAsRendered: what goes by the Web API passes
// through a library, which must lose nothing.
func TestEachKindOfBlockIsPostedAsRendered(t *testing.T) {
	t.Parallel()
	m := story(numbered(4)...)
	m.Lead = []bot.Text{{bot.S("to "), bot.P(channel("C0GENERAL"))}}
	m.Footer = []bot.Text{{bot.P(channel("C0GENERAL"))}}
	m.Actions = numbered(9)
	w := exports(t, "one\ntwo", []string{"chat:write", "commands", "im:write", "users:read"})
	parts, err := w.app.Render(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, posted := w.send(bot.Post{Key: "k", To: channel("C0GENERAL"), Payload: parts[0]}); posted.Shown() != slacktest.ShownPayload(parts[0]) {
		t.Errorf("posted is\n%s\nrendered was\n%s", posted.Shown(), slacktest.ShownPayload(parts[0]))
	}
	w.srv.Fail("response_url", slacktest.Refuse("used_url"), slacktest.Refuse("used_url"))
	w.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions export")
	w.srv.WaitMessage("the file as an ephemeral message", func(m slacktest.Message) bool {
		return m.To == "U0JON" && m.Shown() == "subscriptions.json\none\ntwo\n"
	})
}
