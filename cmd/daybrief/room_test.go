package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store"
)

// takesNoMore makes the database of a running bot full: its file may not grow,
// and what is free within it is used up.
func takesNoMore(t *testing.T, s *store.Store) {
	t.Helper()
	if _, err := s.DB().Exec("PRAGMA max_page_count = 1"); err != nil { // SQLite makes it what is there
		t.Fatal(err)
	}
	size := 4 << 20
	for n := 0; size > 0; n++ {
		if err := s.SetSetting(t.Context(), fmt.Sprintf("ballast.%d", n), strings.Repeat("x", size)); err != nil {
			if !errors.Is(err, digest.ErrFull) {
				t.Fatal(err)
			}
			size /= 2
		}
	}
}

func takesMore(t *testing.T, s *store.Store) {
	t.Helper()
	if _, err := s.DB().Exec("PRAGMA max_page_count = 1000000"); err != nil {
		t.Fatal(err)
	}
}

// send gives articles to the ingest endpoint.
func (p *program) send(s service, rows string) (status int, body string) {
	p.t.Helper()
	return exchange(p.t, http.MethodPost, s.URL+"api/articles", rows, func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+p.env["DAYBRIEF_API_TOKEN"])
	})
}

// TestAFullDisk is a day on which the disk is full from before 08:00 until
// after: nothing is taken in, questions are answered, the operator hears of it
// once, no digest is posted that the ledger has no room for, and all goes on
// by itself when there is room.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	d := p.desk()
	p.env["DAYBRIEF_API_TOKEN"] = "a token of the test, long enough"
	text, err := os.ReadFile(d.config)
	if err != nil {
		t.Fatal(err)
	}
	config := p.write("daybrief.yaml", string(text)+"operator: slack:@U0MINA\n")
	p.must("--config", config, "import", p.write("page.txt", newsPage))
	s, stop := p.serve("--config", config)
	d.slack.WaitSockets(1)
	takesNoMore(t, s.Store)

	status, body := p.send(s, threeSources("Peru and Chile Sign a Copper Treaty"))
	if status != http.StatusServiceUnavailable || !strings.Contains(body, "the disk is full") || !strings.Contains(body, "make room") {
		t.Errorf("status %d: %s", status, body)
	}
	full := func(m slacktest.Message) bool { return strings.Contains(m.Shown(), "The disk is full") }
	notice := d.slack.WaitMessage("that the disk is full", full)
	for _, path := range []string{"readyz", "healthz", ""} {
		if page := fetch(t, s.URL+path); !strings.Contains(page, "The disk is full, so I take in no more news.") {
			t.Errorf("/%s does not say it:\n%s", path, page)
		}
	}
	if page := fetch(t, s.URL+"metrics"); !strings.Contains(page, "\ndaybrief_taking_in 0\n") {
		t.Error("the metrics do not say it")
	}
	if m := d.slack.Slash("U0MINA", "C0123ABC", "/brief korea-trade").Answer(1); !strings.Contains(m.Shown(), "$350 billion") {
		t.Errorf("the answer is:\n%s", m.Shown())
	}
	if got := fetch(t, s.URL+"api/brief?q=korea-trade"); !strings.Contains(got, "$350 billion") {
		t.Errorf("the page answers:\n%s", got)
	}

	p.clock.Set(time.Date(2026, 11, 23, 23, 0, 20, 0, time.UTC))
	tick(t, s)
	// A small one may still find room.
	written, err := s.Store.Editions(t.Context(), digest.EditionFilter{Limit: 10})
	if err != nil || len(written) > 2 {
		t.Errorf("%d editions on a full disk, %v", len(written), err)
	}
	if n := len(d.slack.Public("C0123ABC")) + len(d.discord.Visible(d.channel)); n > len(written) {
		t.Errorf("%d posts, and the ledger knows of %d", n, len(written))
	}

	takesMore(t, s.Store)
	if status, body = p.send(s, threeSources("Peru and Chile Sign a Copper Treaty")); status != http.StatusOK {
		t.Errorf("with room again, status %d: %s", status, body)
	}
	d.slack.WaitMessage("that there is room", func(m slacktest.Message) bool { return strings.Contains(m.Shown(), "There is room on the disk again") })
	if page := fetch(t, s.URL+"readyz"); page != "ready\n" {
		t.Errorf("/readyz: %s", page)
	}
	tick(t, s)
	d.slack.WaitMessage("the digest", func(m slacktest.Message) bool { return m.Channel == "C0123ABC" && m.To == "" })
	d.discord.WaitVisible(d.channel, 1)
	stop()
	if n := len(d.slack.Public("C0123ABC")); n != 1 {
		t.Errorf("%d posts in the channel", n)
	}
	told := 0
	for _, m := range d.slack.Messages(notice.Channel) {
		if full(m) {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the operator was told %d times", told)
	}
}

// TestRoomTellsOnce: what the operator hears of a disk that is full, has room
// and is full again.
func TestRoomTellsOnce(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	var said []string
	r := &room{now: func() time.Time { return now }, log: slog.New(slog.DiscardHandler), unsaid: make(chan error, mostUnsaid)}
	full := fmt.Errorf("full: %w", digest.ErrFull)
	for _, step := range []struct {
		after time.Duration
		err   error
	}{
		{0, nil}, {0, full}, {time.Minute, full}, {0, errors.New("another fault")}, {time.Minute, nil}, {time.Minute, nil},
		{time.Minute, full}, {time.Minute, nil}, // within the hour: the log alone
		{2 * time.Hour, full}, {time.Minute, nil},
	} {
		now = now.Add(step.after)
		r.note(step.err)
		for len(r.unsaid) > 0 {
			said = append(said, fmt.Sprint(<-r.unsaid))
		}
	}
	if want := []string{full.Error(), "<nil>", full.Error(), "<nil>"}; !slices.Equal(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
	if r.full() != nil {
		t.Error("it is full still")
	}
}
