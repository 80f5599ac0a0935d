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
	args []string
	want []string
	code int
}

// commandRuns goes through all subcommands in an order in which each has
// something to do.
func commandRuns(p *program) map[string][]commandRun {
	opml := p.write("feeds.opml", `<opml version="2.0"><body><outline text="Far Away News" type="rss" xmlUrl="https://example.org/far.xml"/></body></opml>`)
	page, bad := p.write("page.txt", newsPage), p.write("bad.jsonl", "{\"title\":\"Chile votes\"}\nnot json\n")
	return map[string][]commandRun{
		"import": {{args: []string{page}, want: []string{"import"}}, {args: []string{page}}, {args: []string{bad}, want: []string{"import"}, code: exitFailed}},
		"subscriptions add": {{args: []string{"korea-trade", "--to", "web", "--when", "daily 8:00", "--zone", "Asia/Seoul"}, want: []string{"subscribe"}},
			{args: []string{"korea-trade", "--to", "web", "--when", "daily 8:00", "--zone", "Asia/Seoul"}, code: exitFailed}},
		"subscriptions list": {{}}, "subscriptions next": {{}},
		"subscriptions pause":  {{args: []string{"1"}, want: []string{"paused"}}},
		"subscriptions resume": {{args: []string{"1"}, want: []string{"resumed"}}},
		"subscriptions remove": {{args: []string{"1"}, want: []string{"removed"}}, {args: []string{"77"}, code: exitFailed}},
		"sources add":          {{args: []string{"--force", "--name", "Nowhere Times", "http://127.0.0.1:9/feed.xml"}, want: []string{"source added"}}},
		"sources list":         {{}}, "sources export": {{}}, "sources check": {{args: []string{"http://127.0.0.1:9/feed.xml"}, code: exitFailed}},
		"sources remove": {{args: []string{"Nowhere Times"}, want: []string{"source removed"}}},
		"sources import": {{args: []string{opml}, want: []string{"sources imported"}}, {args: []string{opml}}},
		"brief":          {{args: []string{"korea-trade"}}},
		"digest":         {{args: []string{"korea-trade"}}},
		"chat":           {{args: []string{"korea-trade"}}, {args: []string{"subscribe", "korea-trade", "daily", "9:00"}, want: []string{"subscribe"}}},
		"topics list":    {{}}, "topics test": {{args: []string{"trade"}}},
		"manifest": {{args: []string{"slack"}}}, "doctor": {{}}, "version": {{}}, "healthcheck": {{code: exitFailed}},
		"backup":  {{args: []string{p.path("copy.db")}, want: []string{"backup"}}},
		"migrate": {{want: []string{"migrate"}}, {args: []string{"--from", p.path("test.db"), "--to", p.path("moved.db")}}}, // noted in the new one
		"serve": {{args: []string{"--sample", "--listen", "127.0.0.1:0", "--no-poll"}, want: []string{"sample", "sources configured", "subscription configured"}},
			{args: []string{"--sample", "--listen", "127.0.0.1:0", "--no-poll"}}},
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
		if runs[name] == nil {
			t.Errorf("%q is a command that no one has thought of here: does it change something?", name)
		}
	}
	p.must("subscriptions", "list") // makes the database
	s := p.open(p.path("test.db"))
	for _, name := range []string{"import", "subscriptions add", "subscriptions pause", "subscriptions resume", "subscriptions remove", "sources add", "sources remove", "sources import",
		"subscriptions list", "subscriptions next", "sources list", "sources export", "sources check", "brief", "digest", "chat", "topics list", "topics test", "manifest", "doctor", "version",
		"healthcheck", "backup", "migrate", "serve"} {
		for _, r := range runs[name] {
			p.noted(s, name, r)
		}
		delete(runs, name)
	}
	if len(runs) != 0 {
		t.Errorf("not run: %v", runs)
	}
	if lines := p.audits(p.open(p.path("moved.db"))); len(lines) == 0 || lines[0].Action != "migrate" {
		t.Errorf("the new database does not say where it comes from: %v", lines)
	}
}

// noted runs a command and compares what it changed with what it noted.
func (p *program) noted(s *store.Store, name string, r commandRun) {
	p.t.Helper()
	before, lines := p.stored(s), len(p.audits(s))
	env, stdout, stderr := p.environment(append(strings.Fields(name), r.args...)...)
	ctx, cancel := context.WithCancel(p.t.Context())
	defer cancel()
	env.served = func(service) { cancel() }
	if code := run(ctx, env); code != r.code {
		p.t.Errorf("%s %v: exit %d\n%s%s", name, r.args, code, stdout, stderr)
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
		p.t.Errorf("%s %v notes %q, want %q", name, r.args, got, r.want)
	}
	if changed && len(got) == 0 {
		p.t.Errorf("%s %v changes what is stored and notes nothing", name, r.args)
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
