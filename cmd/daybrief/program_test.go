package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest/digesttest"
)

// newsPage is a news page as text: an article without a headline, then headlines.
const newsPage = `The trade minister of South Korea will fly to Washington on Monday for the third round of tariff talks with the United States this year. Officials on both sides say that a deal on car duties is within reach but not done.
Talks stalled last month over a pledge by Seoul to invest $350 billion in American shipyards and chip plants. Washington wants the money paid up front, while Seoul has offered loans and guarantees instead, saying that cash on such a scale would shake the won.

Bank of Japan Seen Raising Interest Rates in December as Wages Climb
Hong Kong Court Upholds Ban on Annual Vigil
Ukraine and Russia Hold Peace Talks in Istanbul Without a Breakthrough
Chile Elects New President in Close Runoff
`

// program is the whole program, run in a test as a person would run it.
type program struct {
	t     *testing.T
	dir   string
	clock *digesttest.Clock
	env   map[string]string
	dsn   string    // of the database; "" means a file in dir
	runs  time.Time // since when the clock runs on; zero: it stands still
}

func newProgram(t *testing.T) *program {
	t.Helper()
	return &program{t: t, dir: t.TempDir(), clock: digesttest.NewClock(time.Date(2026, 11, 23, 22, 50, 0, 0, time.UTC)), env: map[string]string{}}
}

// now is the moved clock. Where platforms are, it runs on from there: a post
// that waits for its platform's turn comes due by it.
func (p *program) now() time.Time {
	if p.runs.IsZero() {
		return p.clock.Now()
	}
	return p.clock.Now().Add(time.Since(p.runs))
}

func (p *program) path(name string) string { return filepath.Join(p.dir, name) }

func (p *program) write(name, text string) string {
	p.t.Helper()
	if err := os.WriteFile(p.path(name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return p.path(name)
}

// outcome is what a run of the program printed, and its exit code.
type outcome struct {
	code           int
	stdout, stderr string
}

func (p *program) environment(args ...string) (environment, *bottest.Buffer, *bottest.Buffer) {
	stdout, stderr := &bottest.Buffer{}, &bottest.Buffer{}
	full := append([]string{"--database", cmp.Or(p.dsn, p.path("test.db"))}, args...)
	return environment{args: full, stdin: strings.NewReader(""), stdout: stdout, stderr: stderr, getenv: func(k string) string { return p.env[k] }, now: p.now, version: "test"}, stdout, stderr
}

func (p *program) run(args ...string) outcome {
	p.t.Helper()
	env, stdout, stderr := p.environment(args...)
	return outcome{run(p.t.Context(), env), stdout.String(), stderr.String()}
}

// must runs the program and fails the test when it fails.
func (p *program) must(args ...string) string {
	p.t.Helper()
	got := p.run(args...)
	if got.code != 0 {
		p.t.Fatalf("daybrief %v: exit %d\n%s%s", args, got.code, got.stdout, got.stderr)
	}
	return got.stdout
}

// serve starts the bot. stop ends it as Ctrl-C does.
func (p *program) serve(args ...string) (s service, stop func()) {
	p.t.Helper()
	ctx, cancel := context.WithCancel(p.t.Context())
	env, stdout, stderr := p.environment(append([]string{"serve", "--listen", "127.0.0.1:0", "--no-poll"}, args...)...)
	ready := make(chan service, 1)
	env.served = func(s service) { ready <- s }
	done := make(chan int, 1)
	go func() { done <- run(ctx, env) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if code := <-done; code != 0 {
			p.t.Errorf("serve: exit %d\n%s%s", code, stdout, stderr)
		}
	})
	p.t.Cleanup(stop)
	select {
	case s = <-ready:
	case code := <-done:
		done <- code
		p.t.Fatalf("serve did not start: exit %d\n%s%s", code, stdout, stderr)
	case <-time.After(2 * time.Minute):
		p.t.Fatalf("serve did not start\n%s%s", stdout, stderr)
	}
	return s, stop
}

// platforms starts a Slack with a channel and a person, and a Discord, and
// gives the program their tokens.
func (p *program) platforms() (*slacktest.Server, *discordtest.Server) {
	p.t.Helper()
	slack := slacktest.New(p.t, slacktest.Options{Now: p.now})
	slack.AddChannel(slacktest.Channel{ID: "C0123ABC", Name: "korea-desk", Member: true})
	slack.AddUser(slacktest.User{ID: "U0MINA", Name: "Mina", Zone: "Asia/Seoul", Locale: "en-US"})
	discord := discordtest.New(p.t, discordtest.Options{Now: p.now, Patience: time.Minute})
	for _, kv := range discord.Env() {
		k, v, _ := strings.Cut(kv, "=")
		p.env[k] = v
	}
	p.env["SLACK_BOT_TOKEN"], p.env["SLACK_APP_TOKEN"], p.env["DAYBRIEF_SLACK_API_URL"] = slack.BotToken, slack.AppToken, slack.URL
	return slack, discord
}

// desk is Slack and Discord with a channel each that gets a digest at 08:00 in
// Seoul, and the configuration that says so.
type desk struct {
	slack   *slacktest.Server
	discord *discordtest.Server
	channel string // Discord's
	jon     string // a person there
	config  string
}

func (p *program) desk() desk {
	p.t.Helper()
	p.runs = time.Now()
	slack, discord := p.platforms()
	guild := discord.AddGuild("Traders")
	channel := discord.AddChannel(guild, "korea-desk", 0)
	jon := discord.AddUser("Jon", "en-US")
	config := p.write("daybrief.yaml", fmt.Sprintf(`
starter_sources: false
zone: Asia/Seoul
digests:
  - name: Korea desk
    query: korea-trade
    schedule: "0 8 * * *"
    to: [slack:C0123ABC, discord:%s]
`, channel))
	return desk{slack, discord, channel, jon, config}
}

// threeSources is one event as three newsrooms tell it.
func threeSources(title string) string {
	var out strings.Builder
	for i, change := range []string{"", ", Ministers Say", " at Last"} {
		fmt.Fprintf(&out, "{\"title\":%q,\"source\":\"Wire %d\",\"url\":\"https://example.org/%d/%x\"}\n", title+change, i, i, title)
	}
	return out.String()
}

func tick(t *testing.T, s service) {
	t.Helper()
	if err := s.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func buttonOf(t *testing.T, actions []string, verb string) string {
	t.Helper()
	for _, id := range actions {
		if v, _, ok := bot.ParseActionID(id); ok && v == verb {
			return id
		}
	}
	t.Fatalf("no button for %s among %v", verb, actions)
	return ""
}
