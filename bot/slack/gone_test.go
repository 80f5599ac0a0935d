package slack_test

import (
	"context"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest"
)

// TestUninstallForgets: nothing of the workspace is kept, and nothing is
// posted until the app is there again.
func TestUninstallForgets(t *testing.T) {
	t.Parallel()
	told := make(chan string, 4)
	w := running(t, func(o *slack.Options) {
		o.Revoked = func(_ context.Context, workspace, _ string) { told <- workspace }
	})
	w.srv.Slash("U0JON", "C0GENERAL", "/brief x").Answer(1)
	w.send(w.post("a", direct("U0JON")))
	people, opened := w.srv.Calls("users.info"), w.srv.Calls("conversations.open")
	w.srv.Uninstall()
	if workspace := <-told; workspace != w.srv.Team {
		t.Errorf("told of %q", workspace)
	}
	w.srv.Fail("auth.test", slacktest.Refuse("account_inactive"))
	_, err := w.app.Send(context.Background(), w.post("b", direct("U0JON")))
	if se := sendError(t, err); se.Fate != bot.Unsent || se.RetryAfter < 10*time.Minute || se.Remedy == "" {
		t.Errorf("a post after that is %+v", se)
	}
	posted := len(w.srv.Public(w.srv.DMChannel("U0JON")))
	w.clock.Move(time.Hour)
	if _, err := w.app.Send(context.Background(), w.post("c", direct("U0JON"))); err != nil { // it is installed again
		t.Fatal(err)
	}
	w.srv.Slash("U0JON", "C0GENERAL", "/brief x").Answer(1)
	if w.srv.Calls("users.info") != people+1 || w.srv.Calls("conversations.open") != opened+1 || len(w.srv.Public(w.srv.DMChannel("U0JON"))) != posted+1 {
		t.Errorf("people were looked up %d times, direct messages opened %d times", w.srv.Calls("users.info")-people, w.srv.Calls("conversations.open")-opened)
	}
}

// TestWhoIsGoneSuspends: a person or a channel that was there and is not any
// more ends what goes there, and says so to whoever can mend it.
func TestWhoIsGoneSuspends(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, nil)
	w.send(w.post("a", direct("U0JON")))
	w.send(w.post("b", channel("C0GENERAL")))
	w.srv.AddUser(slacktest.User{ID: "U0JON", Name: "Jon", Disabled: true})
	w.srv.AddChannel(slacktest.Channel{ID: "C0GENERAL", Member: true, Archived: true})
	for to, reason := range map[digest.Destination]string{direct("U0JON"): "user_disabled", channel("C0GENERAL"): "is_archived"} {
		_, err := w.app.Send(context.Background(), w.post("c", to))
		if se := sendError(t, err); se.Fate != bot.Refused || !se.Suspend || se.Reason != reason || se.Remedy == "" {
			t.Errorf("%v: %+v", to, se)
		}
	}
	if _, _, _, err := w.app.Person(context.Background(), "U0JON"); digest.CodeOf(err) != digest.NotFound {
		t.Errorf("a deactivated person is looked up as there: %v", err)
	}
}

// TestNobodyWaitsForWhoWeAre: while Slack is asked who we are, and does not
// answer, deliveries are acknowledged all the same.
func TestNobodyWaitsForWhoWeAre(t *testing.T) {
	t.Parallel()
	told := make(chan string, 4)
	w := running(t, func(o *slack.Options) {
		o.Revoked = func(_ context.Context, workspace, _ string) { told <- workspace }
	})
	w.srv.Uninstall()
	<-told // and it is forgotten
	asked := w.srv.Calls("auth.test")
	w.srv.Fail("auth.test", slacktest.Hang(false))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p, sent := w.post("a", channel("C0GENERAL")), make(chan error, 1)
	go func() {
		_, err := w.app.Send(ctx, p)
		sent <- err
	}()
	w.srv.WaitCalls("auth.test", asked+1)
	d := w.srv.Slash("U0JON", "C0GENERAL", "/brief x")
	select {
	case err := <-sent:
		t.Errorf("the acknowledgement waited for %v", err)
	default:
	}
	cancel()
	if d.Refused || d.Answer(1).To != "U0JON" {
		t.Errorf("%+v", d)
	}
	if se := sendError(t, <-sent); se.Fate != bot.Unsent {
		t.Errorf("%+v", se)
	}
}
