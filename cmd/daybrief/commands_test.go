package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/command"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

// TestBothPlatformsHaveTheSameCommands compares what Discord registers and
// what Slack's one command understands with what package command serves.
func TestBothPlatformsHaveTheSameCommands(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	slack := slacktest.New(t, slacktest.Options{Now: p.clock.Now})
	slack.AddChannel(slacktest.Channel{ID: "C0123ABC", Name: "desk", Member: true})
	slack.AddUser(slacktest.User{ID: "U0MINA", Name: "Mina", Zone: "Asia/Seoul", Locale: "en-US"})
	discord := discordtest.New(t, discordtest.Options{Now: p.clock.Now, Patience: time.Minute})
	for _, kv := range discord.Env() {
		k, v, _ := strings.Cut(kv, "=")
		p.env[k] = v
	}
	p.env["SLACK_BOT_TOKEN"], p.env["SLACK_APP_TOKEN"], p.env["DAYBRIEF_SLACK_API_URL"] = slack.BotToken, slack.AppToken, slack.URL
	_, stop := p.serve("--config", p.write("daybrief.yaml", "starter_sources: false\n"))
	slack.WaitSockets(1)
	discord.WaitConnected(1)
	var served, registered []string
	for _, s := range command.Specs() {
		served = append(served, s.Name)
	}
	for _, c := range discord.Commands("") {
		// Commands on a message have no type 1 and a name of their own.
		if name, ok := c["name"].(string); ok && slices.Contains(served, name) {
			registered = append(registered, name)
		}
	}
	slices.Sort(served)
	slices.Sort(registered)
	if !slices.Equal(served, registered) {
		t.Errorf("Discord has %v, package command serves %v", registered, served)
	}
	for _, name := range served {
		if name == "brief" || name == "subscribe" || name == "alert" { // without words these answer, or open a form
			continue
		}
		m := slack.Slash("U0MINA", "C0123ABC", "/brief "+name).Answer(1)
		if strings.Contains(m.Shown(), "no command") || strings.Contains(m.Shown(), "I understood") {
			t.Errorf("Slack does not know %q: %s", name, m.Shown())
		}
	}
	stop()
}
