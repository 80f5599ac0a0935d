package main

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"
	"time"
)

// TestDigestsDueAtOnce is a small morning: all are built, and posting begins.
func TestDigestsDueAtOnce(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	cmd := digestsCmd{Subscriptions: 60, Queries: 10, Articles: 500, Database: "sqlite", For: time.Second}
	if err := cmd.Run(&call{ctx: t.Context(), stdout: &out, stderr: io.Discard, json: true}); err != nil {
		t.Fatal(err)
	}
	var got digestsFigures
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Editions != 60 || got.Parts < 60 || got.Stories == 0 || got.Slack.Posts == 0 || got.Discord.Posts == 0 {
		t.Errorf("got %s", out.String())
	}
}

func TestTheFakeSlackRefusesWhatIsTooFast(t *testing.T) {
	t.Parallel()
	s := &limitedSlack{since: map[string]time.Time{}}
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	if !s.admit("C1", now) || s.admit("C1", now.Add(time.Second/2)) || !s.admit("C2", now.Add(time.Second/2)) || !s.admit("C1", now.Add(time.Second)) {
		t.Error("a channel does not take a message a second")
	}
	admitted := 0
	for i := range 2 * slackMinute {
		if s.admit(slackChannel(i), now.Add(2*time.Second)) {
			admitted++
		}
	}
	if admitted+3 != slackMinute {
		t.Errorf("a workspace takes %d a minute", admitted+3)
	}
}
