package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// childClock is the variable that makes the test's own program the bot, whose
// clock stands at its value: what a SIGKILL leaves behind only a process of its
// own can show.
const childClock = "DAYBRIEF_TEST_CHILD_CLOCK"

func TestMain(m *testing.M) {
	clock := os.Getenv(childClock)
	if clock == "" {
		os.Exit(m.Run())
	}
	at, err := time.Parse(time.RFC3339, clock)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitUsage)
	}
	os.Exit(run(context.Background(), environment{args: os.Args[1:], stdin: strings.NewReader(""), stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv,
		now: func() time.Time { return at }, version: "test", served: func(service) { fmt.Println(childServes) }}))
}

const childServes = "the child serves"

// child starts the bot as a process of its own, and returns what kills it.
func (p *program) child(args ...string) (kill func()) {
	p.t.Helper()
	env, _, _ := p.environment(append([]string{"serve", "--listen", "127.0.0.1:0", "--no-poll"}, args...)...)
	program, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.CommandContext(p.t.Context(), program, env.args...)
	cmd.Env = append(os.Environ(), childClock+"="+p.clock.Now().Format(time.RFC3339))
	for k, v := range p.env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	var stderr bottest.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	kill = func() {
		_ = cmd.Process.Kill() // it may be dead
		_ = cmd.Wait()         // it is, by a signal
	}
	p.t.Cleanup(kill)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == childServes {
			return kill
		}
	}
	p.t.Fatalf("the child did not start:\n%s", &stderr)
	return nil
}

// TestAKilledReplicaIsTakenOver kills the replica that holds the gateway: the
// other has it within 15 s, answers on both platforms and posts the morning,
// each part once.
func TestAKilledReplicaIsTakenOver(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.dsn = storetest.PostgresDSN(t)
	d := p.desk()
	p.runs = time.Time{} // its clock stands still as the child's does, or a lease would run out on a slow machine
	p.must("--config", d.config, "import", p.write("page.txt", newsPage))
	kill := p.child("--config", d.config)
	d.discord.WaitConnected(1)
	d.slack.WaitSockets(1)
	second, stop := p.serve("--config", d.config)
	defer stop()
	d.slack.WaitSockets(2)

	kill()
	d.discord.WaitGateway("the killed one's connection gone", func(c discordtest.GatewayCounts) bool { return c.Open == 0 })
	if _, page := get(t, second.URL+"metrics", nil); !strings.Contains(page, `daybrief_lease_held{lease="discord.gateway"} 0`) {
		t.Error("the lease of the killed one is not there")
	}
	p.clock.Advance(15 * time.Second)
	d.discord.WaitConnected(1)
	where := discordtest.Where{User: d.jon, Channel: d.channel}
	if m := d.discord.Slash(where, "brief", map[string]string{"query": "korea-trade"}).WaitAnswer(); !strings.Contains(m.Plain(), "$350 billion") {
		t.Errorf("Discord answers:\n%s", m.Plain())
	}
	if m := d.slack.Slash("U0MINA", "C0123ABC", "/brief korea-trade").Answer(1); !strings.Contains(m.Shown(), "$350 billion") {
		t.Errorf("Slack answers:\n%s", m.Shown())
	}

	p.clock.Set(time.Date(2026, 11, 23, 23, 0, 20, 0, time.UTC))
	tick(t, second)
	d.slack.WaitMessage("the digest", func(m slacktest.Message) bool { return m.Channel == "C0123ABC" && m.To == "" })
	d.discord.WaitVisible(d.channel, 1)
	tick(t, second)
	if n, m := len(d.slack.Public("C0123ABC")), len(d.discord.Visible(d.channel)); n != 1 || m != 1 {
		t.Errorf("%d and %d posts", n, m)
	}
}

// TestAKilledBotStartsAgainAtOnce kills the one process that serves a SQLite
// file. While it lives no other may; the moment it is dead, the next may.
func TestAKilledBotStartsAgainAtOnce(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	config := p.write("daybrief.yaml", "starter_sources: false\n")
	kill := p.child("--config", config)
	if got := p.run("--config", config, "serve", "--listen", "127.0.0.1:0", "--no-poll"); got.code != exitFailed || !strings.Contains(got.stderr, "another “daybrief serve” uses") {
		t.Errorf("a second one: exit %d, %s", got.code, got.stderr)
	}
	kill()
	_, stop := p.serve("--config", config)
	stop()
}
