package main

import (
	"strings"
	"testing"
)

// TestAConversationInTheTerminal asks, presses buttons by their number, and
// subscribes, as in a chat.
func TestAConversationInTheTerminal(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	_, stop := p.serve("--sample", "--config", p.write("daybrief.yaml", "starter_sources: false\n"))
	stop()
	env, stdout, stderr := p.environment("chat")
	env.stdin = strings.NewReader("korea-trade\n1\nsubscriptions\n99\n\nquit\nchad-sport\n")
	if code := run(t.Context(), env); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	for _, want := range []string{"[1] Follow", "Subscribed the page to korea-trade", "Manage one: #", "There is no button 99."} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in:\n%s", want, stdout)
		}
	}
	if strings.Contains(stdout.String(), "chad-sport") {
		t.Errorf("it goes on after quit:\n%s", stdout)
	}
	if one := p.must("chat", "brief", "korea-trade"); !strings.Contains(one, "[1] Follow") {
		t.Errorf("one line: %s", one)
	}
	if got := p.run("chat", "subscriptions", "pause", "77"); got.code != exitFailed {
		t.Errorf("one line that fails: exit %d, %s", got.code, got.stdout)
	}
}
