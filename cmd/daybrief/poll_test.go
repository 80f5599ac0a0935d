package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/config"
)

// servePolling starts the bot as it is without --no-poll.
func (p *program) servePolling(args ...string) service {
	p.t.Helper()
	s, _ := p.serve(append(args, "--no-poll=false")...)
	return s
}

// until waits until something holds, for at most a minute.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(time.Minute); !holds(); {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("after a minute: %s does not hold", what)
		}
	}
}

// source is a row of sources list --json.
func (p *program) source(config, name string) sourceJSON {
	p.t.Helper()
	var all []sourceJSON
	if err := json.Unmarshal([]byte(p.must("--config", config, "--json", "sources", "list")), &all); err != nil {
		p.t.Fatal(err)
	}
	for _, s := range all {
		if s.Name == name {
			return s
		}
	}
	return sourceJSON{}
}

// oldNews are headlines of events that have nothing to do with each other.
const oldNews = `Korean Exports of Memory Chips Rise a Third in September
Seoul Imposes Quotas on Imported Rice After Farmers March
Hyundai Opens Its Export Terminal at Ulsan
Korea and Chile Renew Their Free Trade Agreement
Customs Office in Busan Seizes Counterfeit Sneakers Bound for Europe
Korean Steel Mills Face Anti-Dumping Duties in Canada
Kimchi Exports Reach a Record as Americans Take to Cabbage
Seoul Lifts Its Ban on Imports of Fukushima Seafood Processing Gear
Shipbuilders Win Orders for Eleven Gas Carriers From Qatar
Korea Signs a Pact With Vietnam on Tariffs for Textiles`

// harbourFeed has one item of this morning and others of weeks ago.
func harbourFeed(now time.Time) string {
	item := func(id int, title, text string, at time.Time) string {
		return fmt.Sprintf("<item><guid>%d</guid><title>%s</title><link>https://harbour.example.org/%d</link><description>%s</description><pubDate>%s</pubDate></item>",
			id, title, id, text, at.Format(time.RFC1123Z))
	}
	var b strings.Builder
	b.WriteString("<rss version=\"2.0\"><channel><title>Harbour Wire</title>")
	b.WriteString(item(0, "South Korea and United States Agree on Lower Car Tariffs", "South Korea and the United States agreed to cut tariffs on cars, the trade ministry in Seoul said.", now.Add(-time.Hour)))
	for i, title := range strings.Split(oldNews, "\n") {
		b.WriteString(item(i+1, title, title+".", now.AddDate(0, 0, -20-i)))
	}
	b.WriteString("</channel></rss>")
	return b.String()
}

// harbour writes a configuration with one source, at a server of a test.
func (p *program) harbour(server string) string {
	return p.write("daybrief.yaml", fmt.Sprintf("starter_sources: false\nzone: Asia/Seoul\nfetch:\n  allow: [127.0.0.0/8]\nsources:\n  - name: Harbour Wire\n    url: %s/feed\n    country: KR\n    full_text: never\n", server))
}

// TestANewSourceIsReadAndPostsNothingOld adds a source to a running bot's
// configuration: all of it can be found, and the next digest tells of today.
func TestANewSourceIsReadAndPostsNothingOld(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, harbourFeed(p.clock.Now()))
	}))
	defer server.Close()
	config := p.harbour(server.URL)
	s := p.servePolling("--config", config)
	until(t, "the source is read", func() bool { return p.source(config, "Harbour Wire").State == "ok" })
	if got := p.must("--config", config, "brief", "korea-trade", "--since", "60d", "--limit", "40"); !strings.Contains(got, "Kimchi") || !strings.Contains(got, "Vietnam") {
		t.Errorf("the old ones are not found:\n%s", got)
	}
	list := p.must("--config", config, "sources", "list")
	for _, want := range []string{"NEXT", "UNDATED", "DELAY", "Harbour Wire  ok", "in ", "  0%  "} {
		if !strings.Contains(list, want) {
			t.Errorf("the list of sources lacks %q:\n%s", want, list)
		}
	}
	p.clock.Set(time.Date(2026, 11, 23, 23, 0, 20, 0, time.UTC))
	tick(t, s)
	page := fetch(t, s.URL)
	if !strings.Contains(page, "Lower Car Tariffs") {
		t.Errorf("the digest lacks the news:\n%s", page)
	}
	for title := range strings.Lines(oldNews) {
		if strings.Contains(page, strings.TrimSpace(title)) {
			t.Errorf("the digest tells of %s", title)
		}
	}
}

// TestAWatchedFolderIsReadAtOnce: by the clock the folder is not due again, so
// only the change itself can be what brings the file.
func TestAWatchedFolderIsReadAtOnce(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	box := filepath.Join(p.dir, "box")
	if err := os.Mkdir(box, 0o700); err != nil {
		t.Fatal(err)
	}
	config := p.write("daybrief.yaml", fmt.Sprintf("starter_sources: false\nsources:\n  - name: Drop box\n    path: %s\n", box))
	p.servePolling("--config", config)
	until(t, "the folder was looked at", func() bool { return p.source(config, "Drop box").LastSuccess != nil })
	p.write("box/page.txt", newsPage)
	until(t, "the file is read", func() bool {
		return strings.Contains(p.must("--config", config, "brief", "korea-trade", "--since", "3d"), "South Korea will fly to Washington")
	})
}

// TestWhatAServerSaidSurvivesARestart: the first reading after a restart is a
// conditional one.
func TestWhatAServerSaidSurvivesARestart(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	asked := make(chan string, 8)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Header.Get("If-None-Match")
		w.Header().Set("ETag", `"v1"`)
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, harbourFeed(p.clock.Now()))
	}))
	defer server.Close()
	config := p.harbour(server.URL)
	for _, want := range []string{"", `"v1"`} {
		_, stop := p.serve("--config", config, "--no-poll=false")
		select {
		case got := <-asked:
			if got != want {
				t.Errorf("asked with %q, want %q", got, want)
			}
		case <-time.After(time.Minute):
			t.Fatal("the source is not read")
		}
		until(t, "the reading is kept", func() bool {
			last := p.source(config, "Harbour Wire").LastSuccess
			return last != nil && last.Equal(p.clock.Now())
		})
		stop()
		p.clock.Set(p.clock.Now().Add(25 * time.Hour))
	}
}

// TestStoppingDoesNotWaitForAServer: the job that reads the sources may go on
// after the program is told to stop, and a server that does not answer is left
// alone all the same. Had its own time limit ended the reading, that would
// count as the source's failure.
func TestStoppingDoesNotWaitForAServer(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	asked := make(chan struct{}, 8)
	web := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	defer web.Close()
	program, stop := context.WithCancel(t.Context())
	defer stop()
	env, _, _ := p.environment()
	c := &call{environment: env, ctx: program, cli: &cli{Config: p.harbour(web.URL), Database: p.path("test.db")}}
	a, err := openApp(c)
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	b := &server{call: c, app: a, metrics: newMetrics("test")}
	b.room = b.newRoom()
	if err := b.fillSources(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- b.poller().Poll(t.Context()) }()
	<-asked
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if s, err := a.store.Source(t.Context(), "Harbour Wire"); err != nil || s.Health.Failures != 0 || s.Health.LastError != "" {
		t.Errorf("it was waited for: %+v, %v", s.Health, err)
	}
}

func TestRoughly(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{0: "-", 40 * time.Second: "40s", 20 * time.Minute: "20m", 3 * time.Hour: "3h", 50 * time.Hour: "2d"} {
		if got := roughly(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}

func TestSourcesOfOneSiteAreOneNewsroom(t *testing.T) {
	t.Parallel()
	no := false
	got := configSources(&config.Config{Starter: &no, Sources: []config.Source{
		{URL: "https://feeds.harbour.example.org/world.xml"}, {URL: "https://www.harbour.example.org/business.xml"}, {URL: "https://other.example.net/"},
		{URL: "https://desk.example.net/", Group: "Harbour Wire"}, {Path: "/srv/news"},
	}}, nil)
	var groups []string
	for _, s := range got {
		groups = append(groups, s.Group)
	}
	if want := []string{"example.org", "example.org", "example.net", "Harbour Wire", ""}; !slices.Equal(groups, want) {
		t.Errorf("%q, want %q", groups, want)
	}
}
