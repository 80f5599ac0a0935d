package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// TestTwoReplicasShareAMorning runs two of them on one PostgreSQL: each part is
// posted once, one holds Discord's gateway, both hold a socket of Slack, and
// when the first stops, the second answers on both.
func TestTwoReplicasShareAMorning(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.dsn = storetest.PostgresDSN(t)
	d := p.desk()
	p.must("--config", d.config, "import", p.write("page.txt", newsPage))
	first, stopFirst := p.serve("--config", d.config)
	d.discord.WaitConnected(1)
	second, stopSecond := p.serve("--config", d.config)
	defer stopSecond()
	d.slack.WaitSockets(2)
	if _, page := get(t, second.URL+"metrics", nil); !strings.Contains(page, `daybrief_lease_held{lease="discord.gateway"} 0`) {
		t.Error("the second replica believes that it holds the gateway")
	}

	p.clock.Set(time.Date(2026, 11, 23, 23, 0, 20, 0, time.UTC))
	tick(t, first)
	tick(t, second)
	d.slack.WaitMessage("the digest", func(m slacktest.Message) bool { return m.Channel == "C0123ABC" && m.To == "" })
	d.discord.WaitVisible(d.channel, 1)
	tick(t, second)
	if n, m := len(d.slack.Public("C0123ABC")), len(d.discord.Visible(d.channel)); n != 1 || m != 1 {
		t.Errorf("%d and %d posts", n, m)
	}

	stopFirst()
	d.discord.WaitConnected(1)
	if m := d.slack.Slash("U0MINA", "C0123ABC", "/brief korea-trade").Answer(1); !strings.Contains(m.Shown(), "$350 billion") {
		t.Errorf("Slack answers:\n%s", m.Shown())
	}
}

// TestRolesSplitTheWork runs a worker that serves no page and holds no
// connection beside a process that does both and posts nothing.
func TestRolesSplitTheWork(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.dsn = storetest.PostgresDSN(t)
	d := p.desk()
	p.must("--config", d.config, "import", p.write("page.txt", newsPage))
	front, stopFront := p.serve("--config", d.config, "--role", "gateway,web")
	defer stopFront()
	d.slack.WaitSockets(1)
	d.discord.WaitConnected(1)
	worker, stopWorker := p.serve("--config", d.config, "--role", "worker")
	defer stopWorker()
	for path, want := range map[string]int{"": http.StatusNotFound, "ask?q=korea": http.StatusNotFound, "readyz": http.StatusOK, "metrics": http.StatusOK} {
		if status, _ := get(t, worker.URL+path, nil); status != want {
			t.Errorf("the worker answers /%s with %d", path, status)
		}
	}
	if status, _ := get(t, front.URL, nil); status != http.StatusOK {
		t.Errorf("the page: %d", status)
	}
	if n := d.slack.Sockets(); n != 1 {
		t.Errorf("%d sockets", n)
	}
	p.clock.Set(time.Date(2026, 11, 23, 23, 0, 20, 0, time.UTC))
	tick(t, worker)
	d.slack.WaitMessage("the digest", func(m slacktest.Message) bool { return m.Channel == "C0123ABC" && m.To == "" })
	d.discord.WaitVisible(d.channel, 1)
}
