package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store"
)

// commandRun is a run of a subcommand, and the lines that it must leave in the
// audit; none for one that changes nothing.
type commandRun struct {
	name string // of the subcommand
	args []string
	want []string
	code int
}

// commandRuns goes through all subcommands in an order in which each has
// something to do.
func commandRuns(p *program) []commandRun {
	opml := p.write("feeds.opml", `<opml version="2.0"><body><outline text="Far Away News" type="rss" xmlUrl="https://example.org/far.xml"/></body></opml>`)
	page, bad := p.write("page.txt", newsPage), p.write("bad.jsonl", "{\"title\":\"Chile votes\"}\nnot json\n")
	daily := []string{"korea-trade", "--to", "web", "--when", "daily 8:00", "--zone", "Asia/Seoul"}
	serve := []string{"--sample", "--listen", "127.0.0.1:0", "--no-poll"}
	return []commandRun{
		{name: "import", args: []string{page}, want: []string{"import"}},
		{name: "import", args: []string{page}},
		{name: "import", args: []string{bad}, want: []string{"import"}, code: exitFailed},
		{name: "subscriptions add", args: daily, want: []string{"subscribe"}},
		{name: "subscriptions add", args: daily, code: exitFailed},
		{name: "subscriptions pause", args: []string{"1"}, want: []string{"paused"}},
		{name: "subscriptions resume", args: []string{"1"}, want: []string{"resumed"}},
		{name: "subscriptions remove", args: []string{"1"}, want: []string{"removed"}},
		{name: "subscriptions remove", args: []string{"77"}, code: exitFailed},
		{name: "sources add", args: []string{"--force", "--name", "Nowhere Times", "http://127.0.0.1:9/feed.xml"}, want: []string{"source added"}},
		{name: "sources remove", args: []string{"Nowhere Times"}, want: []string{"source removed"}},
		{name: "sources import", args: []string{opml}, want: []string{"sources imported"}},
		{name: "sources import", args: []string{opml}},
		{name: "subscriptions list"},
		{name: "subscriptions next"},
		{name: "sources list"},
		{name: "sources export"},
		{name: "sources check", args: []string{"http://127.0.0.1:9/feed.xml"}, code: exitFailed},
		{name: "brief", args: []string{"korea-trade"}},
		{name: "digest", args: []string{"korea-trade"}},
		{name: "chat", args: []string{"korea-trade"}},
		{name: "chat", args: []string{"subscribe", "korea-trade", "daily", "9:00"}, want: []string{"subscribe"}},
		{name: "topics list"},
		{name: "topics test", args: []string{"trade"}},
		{name: "manifest", args: []string{"slack"}},
		{name: "doctor"},
		{name: "version"},
		{name: "healthcheck", code: exitFailed},
		{name: "backup", args: []string{p.path("copy.db")}, want: []string{"backup"}},
		{name: "migrate", want: []string{"migrate"}},
		{name: "migrate", args: []string{"--from", p.path("test.db"), "--to", p.path("moved.db")}}, // noted in the new one
		{name: "serve", args: serve, want: []string{"sample", "sources configured", "subscription configured"}},
		{name: "serve", args: serve},
	}
}

// TestWhatTheOperatorChangesIsNoted runs each subcommand that there is: one
// that changes what is stored leaves a line, another leaves none, and a new
// one fails the test until it says which it is.
func TestWhatTheOperatorChangesIsNoted(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.env["DAYBRIEF_LISTEN"] = "127.0.0.1:9" // where no bot answers the health check
	runs := commandRuns(p)
	parser, err := newParser(&cli{}, environment{stdout: io.Discard, stderr: io.Discard}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range parser.Model.Leaves(false) {
		name := strings.TrimPrefix(leaf.Path(), "daybrief ")
		name = strings.TrimSpace(regexp.MustCompile(` [<\[].*`).ReplaceAllString(name, ""))
		if !slices.ContainsFunc(runs, func(r commandRun) bool { return r.name == name }) {
			t.Errorf("%q is a command that no one has thought of here: does it change something?", name)
		}
	}
	p.must("subscriptions", "list") // makes the database
	s := p.open(p.path("test.db"))
	for _, r := range runs {
		p.noted(s, r)
	}
	if lines := p.audits(p.open(p.path("moved.db"))); len(lines) == 0 || lines[0].Action != "migrate" {
		t.Errorf("the new database does not say where it comes from: %v", lines)
	}
}

// noted runs a command and compares what it changed with what it noted.
func (p *program) noted(s *store.Store, r commandRun) {
	p.t.Helper()
	before, lines := p.stored(s), len(p.audits(s))
	env, stdout, stderr := p.environment(append(strings.Fields(r.name), r.args...)...)
	ctx, cancel := context.WithCancel(p.t.Context())
	defer cancel()
	env.served = func(service) { cancel() }
	if code := run(ctx, env); code != r.code {
		p.t.Errorf("%s %v: exit %d\n%s%s", r.name, r.args, code, stdout, stderr)
	}
	changed := p.stored(s) != before
	all := p.audits(s)
	var got []string
	for _, a := range all[:len(all)-lines] {
		if a.Person.Platform != "terminal" || a.Detail == "" || !a.At.Equal(p.clock.Now()) {
			p.t.Errorf("%+v", a)
		}
		got = append(got, a.Action)
	}
	slices.Sort(got)
	if !slices.Equal(got, r.want) {
		p.t.Errorf("%s %v notes %q, want %q", r.name, r.args, got, r.want)
	}
	if changed && len(got) == 0 {
		p.t.Errorf("%s %v changes what is stored and notes nothing", r.name, r.args)
	}
}

// open opens a database until the test ends.
func (p *program) open(dsn string) *store.Store {
	p.t.Helper()
	s, err := store.Open(p.t.Context(), dsn)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		if err := s.Close(); err != nil {
			p.t.Error(err)
		}
	})
	return s
}

// audits are all lines of the audit, latest first.
func (p *program) audits(s *store.Store) []digest.Audit {
	p.t.Helper()
	all, err := s.Audits(p.t.Context(), p.clock.Now().AddDate(0, 0, 1), 1000)
	if err != nil {
		p.t.Fatal(err)
	}
	return all
}

// stored is what the tables hold that a person can change: all but the audit
// itself, what buttons of old answers stand for, and the queue's own.
func (p *program) stored(s *store.Store) string {
	p.t.Helper()
	var out strings.Builder
	for _, table := range []string{"sources", "articles", "subscriptions", "editions", "deliveries", "settings", "profiles", "held"} {
		rows, err := s.DB().QueryContext(p.t.Context(), "SELECT * FROM "+table+" ORDER BY 1, 2")
		if err != nil {
			p.t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			p.t.Fatal(err)
		}
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				p.t.Fatal(err)
			}
			fmt.Fprint(&out, table)
			for _, v := range values {
				fmt.Fprintf(&out, "|%v", *(v.(*any)))
			}
			out.WriteByte('\n')
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			p.t.Fatal(err)
		}
	}
	return out.String()
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
