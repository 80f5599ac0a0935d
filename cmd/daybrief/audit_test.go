package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest/store"
)

// TestWhatTheOperatorChangesIsNoted goes through the subcommands that change
// something, and one that does not.
func TestWhatTheOperatorChangesIsNoted(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	opml := p.write("feeds.opml", `<opml version="2.0"><body><outline text="Far Away News" type="rss" xmlUrl="https://example.org/far.xml"/></body></opml>`)
	for _, args := range [][]string{
		{"subscriptions", "add", "korea-trade", "--to", "web", "--when", "daily 8:00", "--zone", "Asia/Seoul"},
		{"subscriptions", "pause", "1"}, {"subscriptions", "resume", "1"}, {"subscriptions", "remove", "1"}, {"subscriptions", "list"},
		{"sources", "add", "--force", "--name", "Nowhere Times", "http://127.0.0.1:9/feed.xml"},
		{"sources", "remove", "Nowhere Times"}, {"sources", "import", opml}, {"sources", "import", opml},
	} {
		p.must(args...)
	}
	s, err := store.Open(t.Context(), p.path("test.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all, err := s.Audits(t.Context(), p.clock.Now().AddDate(0, 0, 1), 100)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, a := range all {
		if a.Person.Platform != "terminal" || a.Detail == "" || !a.At.Equal(p.clock.Now()) {
			t.Errorf("%+v", a)
		}
		got[a.Action]++
	}
	want := map[string]int{"subscribe": 1, "paused": 1, "resumed": 1, "removed": 1, "source added": 1, "source removed": 1, "sources imported": 1}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("noted: %v, want %v", got, want)
	}
}

func TestDaysAreTimesOnTheCommandLine(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.must("import", p.write("page.txt", newsPage))
	for _, since := range []string{"yesterday", "monday", "7d", "2026-11-01"} {
		if got := p.must("brief", "korea-trade", "--since", since); !strings.Contains(got, "korea") && !strings.Contains(got, "Korea") {
			t.Errorf("--since %s: %s", since, got)
		}
	}
	for _, since := range []string{"japan", "-1d", "sometimes", "yesterday japan"} {
		if got := p.run("brief", "korea-trade", "--since="+since); got.code != exitUsage {
			t.Errorf("--since %s: exit %d", since, got.code)
		}
	}
}

// TestAZoneThatDoesNotExistIsTold sets TZ, which is read as a default.
func TestAZoneThatDoesNotExistIsTold(t *testing.T) {
	p := newProgram(t)
	t.Setenv("TZ", "Mars/Olympus")
	if got := p.run("subscriptions", "list"); got.code != 0 || !strings.Contains(got.stderr, "Mars/Olympus") {
		t.Errorf("exit %d: %s", got.code, got.stderr)
	}
	t.Setenv("TZ", "Asia/Seoul")
	if got := p.run("subscriptions", "list"); got.stderr != "" {
		t.Errorf("a good one: %s", got.stderr)
	}
}
