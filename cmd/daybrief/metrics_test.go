package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

// waitMetrics reads /metrics until it holds all lines, since what is counted
// is counted just after others can see it.
func waitMetrics(t *testing.T, s service, lines ...string) {
	t.Helper()
	var page string
	var missing []string
	defer func() {
		if t.Failed() {
			t.Logf("no %q among\n%s", missing, strings.Join(regexp.MustCompile(`(?m)^daybrief_.*`).FindAllString(page, -1), "\n"))
		}
	}()
	until(t, "all lines are there", func() bool {
		_, page = get(t, s.URL+"metrics", nil)
		missing = missing[:0]
		for _, line := range lines {
			if !strings.Contains(page, "\n"+line+"\n") {
				missing = append(missing, line)
			}
		}
		return len(missing) == 0
	})
}

// TestMetricsMove posts a morning of which Slack refuses the first try.
func TestMetricsMove(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	d := p.desk()
	p.runs = time.Time{} // its clock stands still, so that times are known
	p.must("--config", d.config, "sources", "add", "--force", "--name", "Nowhere Times", "http://127.0.0.1:9/feed.xml")
	s, stop := p.serve("--config", d.config)
	defer stop()
	d.slack.WaitSockets(1)
	waitMetrics(t, s, `daybrief_sources{state="new"} 1`, `daybrief_sources{state="failing"} 0`, `daybrief_deliveries{state="sent"} 0`,
		`daybrief_last_tick_timestamp_seconds 1.7954742e+09`, `daybrief_platform_paused{platform="slack"} 0`, `daybrief_overdue_deliveries 0`)

	d.slack.Fail("chat.postMessage", slacktest.TooMany(30))
	p.clock.Set(time.Date(2026, 11, 23, 23, 0, 20, 0, time.UTC))
	tick(t, s)
	d.discord.WaitVisible(d.channel, 1)
	waitMetrics(t, s, `daybrief_editions_total{kind="built"} 3`, `daybrief_delivery_attempts_total{platform="slack",state="pending"} 1`,
		`daybrief_delivery_attempts_total{platform="discord",state="sent"} 1`, `daybrief_delivery_lag_seconds_count{platform="discord"} 1`,
		`daybrief_delivery_lag_seconds_bucket{platform="discord",le="15"} 0`, `daybrief_delivery_lag_seconds_bucket{platform="discord",le="30"} 1`,
		`daybrief_platform_pauses_total{platform="slack"} 1`, `daybrief_platform_paused{platform="slack"} 1`,
		`daybrief_deliveries{state="pending"} 1`, `daybrief_deliveries{state="sent"} 2`, `daybrief_deliveries{state="unknown"} 0`)
}
