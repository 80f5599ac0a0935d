package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot/command"
)

// TestBothPlatformsHaveTheSameCommands compares what Discord registers and
// what Slack's one command understands with what package command serves.
func TestBothPlatformsHaveTheSameCommands(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	slack, discord := p.platforms()
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
