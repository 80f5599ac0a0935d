package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store"
)

// ready waits until /readyz says something, or does not any more.
func ready(t *testing.T, s service, text string, says bool) {
	t.Helper()
	until(t, "/readyz says “"+text+"”", func() bool {
		status, page := get(t, s.URL+"readyz", nil)
		return status == http.StatusOK && strings.Contains(page, text) == says
	})
}

// TestUninstalling goes the whole way: the event stops what goes to Slack and
// nothing else; the same void token after a restart ends nothing; doctor says
// what to do; a new token resumes what was stopped.
func TestUninstalling(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	d := p.desk()
	p.must("--config", d.config, "import", p.write("page.txt", newsPage))
	s, stop := p.serve("--config", d.config)
	db := p.open(p.path("test.db"))
	d.slack.WaitSockets(1)
	d.slack.Slash("U0MINA", "C0123ABC", "/brief subscribe korea-trade daily 8:00").Answer(1)
	ready(t, s, "SLACK_BOT_TOKEN", false)

	old := d.slack.BotToken
	d.slack.Uninstall()
	token := d.slack.Reinstall()
	ready(t, s, "SLACK_BOT_TOKEN no longer works", true)
	until(t, "all that goes to Slack is stopped", func() bool { return slackStates(t, db)["suspended"] == 2 })
	p.clock.Set(time.Date(2026, 11, 23, 23, 0, 20, 0, time.UTC))
	tick(t, s)
	d.discord.WaitVisible(d.channel, 1) // the rest goes on
	stop()

	s, stop = p.serve("--config", d.config)
	ready(t, s, "SLACK_BOT_TOKEN no longer works", true)
	until(t, "what the configuration posts to Slack is stopped again", func() bool { return slackStates(t, db)["suspended"] == 2 })
	got := p.run("--config", d.config, "doctor")
	if got.code != exitFailed || !strings.Contains(got.stdout, uninstalled) || !strings.Contains(got.stdout, "put its new token there") {
		t.Errorf("doctor: exit %d\n%s", got.code, got.stdout)
	}
	stop()
	if n := len(d.slack.Public("C0123ABC")); n != 0 {
		t.Errorf("%d posts after it was removed", n)
	}

	p.env["SLACK_BOT_TOKEN"] = token
	s, stop = p.serve("--config", d.config)
	defer stop()
	until(t, "all is as it was", func() bool { return slackStates(t, db)["active"] == 2 })
	ready(t, s, "SLACK_BOT_TOKEN", false)
	p.clock.Set(time.Date(2026, 11, 24, 23, 0, 20, 0, time.UTC))
	tick(t, s)
	d.slack.WaitMessage("the digest", func(m slacktest.Message) bool { return m.Channel == "C0123ABC" && m.To == "" })
	lines := p.audits(db)
	for _, action := range []string{"uninstalled", "token replaced"} {
		if !slices.ContainsFunc(lines, func(a digest.Audit) bool { return a.Action == action }) {
			t.Errorf("no line on %q in the audit", action)
		}
	}
	if strings.Contains(p.stored(db), old) {
		t.Error("the old token is stored")
	}
}

// slackStates counts the subscriptions to Slack by their state.
func slackStates(t *testing.T, s *store.Store) map[digest.SubscriptionState]int {
	t.Helper()
	subs, err := s.Subscriptions(t.Context(), digest.SubscriptionFilter{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[digest.SubscriptionState]int{}
	for _, sub := range subs {
		if sub.Destination.Platform == "slack" {
			out[sub.State]++
		}
	}
	return out
}
