package main

import (
	"context"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

// TestWhatIsTypedWrongGetsItsSentence goes through mistakes on the command
// line: the exit code is the contract's, and the sentence is ours.
func TestWhatIsTypedWrongGetsItsSentence(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	if err := os.Mkdir(p.path("folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		code int
		args []string
		want string
	}{
		{exitUsage, []string{"brief", "--limit", "many", "x"}, `--limit is "many"; it must be a whole number`},
		{exitUsage, []string{"subscriptions", "pause", "x"}, `<id> is "x"; it must be a whole number`},
		{exitUsage, []string{"brief", "--since"}, "--since needs a value after it"},
		{exitUsage, []string{"backup"}, `"<file>" is missing`},
		{exitUsage, []string{"subscriptions", "add", "korea"}, "--to=WHERE is missing"},
		{exitUsage, []string{"brief", "--format", "pdf", "x"}, `must be one of "text", "json"`},
		{exitUsage, []string{"digest", "--length", "0"}, "--length must be from 1 to 50"},
		{exitUsage, []string{"import", "ftp://example.org/x"}, "it must begin with http:// or https://"},
		{exitUsage, []string{"sources", "add", "--force", "--country", "Atlantis", "http://127.0.0.1:9/"}, `--country is "Atlantis"`},
		{exitUsage, []string{"sources", "add", "--force", "--language", "klingon", "http://127.0.0.1:9/"}, `--language is "klingon"`},
		{exitUsage, []string{"sources", "add", "--force", "--topics", "nosuch", "http://127.0.0.1:9/"}, `--topics has "nosuch"`},
		{exitDone, []string{"sources", "add", "--force", "--country", "Korea", "--language", "ko", "--topics", "trade", "http://127.0.0.1:9/"}, ""},
		{exitFailed, []string{"sources", "import", p.path("none.opml")}, "none.opml cannot be read: no such file or directory"},
		{exitFailed, []string{"--config", p.path("folder"), "brief", "x"}, "folder cannot be read: is a directory"},
		{exitFailed, []string{"--database", "/nosuch/folder/x.db", "brief", "x"}, "Its folder must exist"},
	} {
		got := p.run(c.args...)
		if got.code != c.code || !strings.Contains(got.stderr, c.want) {
			t.Errorf("%v: exit %d, want %d, and %q in:\n%s", c.args, got.code, c.code, c.want, got.stderr)
		}
		for _, theirs := range []string{"EOL", "64 bit", "dial tcp", "lookup", "stat /", "open /"} {
			if strings.Contains(got.stderr, theirs) {
				t.Errorf("%v: “%s” is a library's word:\n%s", c.args, theirs, got.stderr)
			}
		}
	}
	p.env["DAYBRIEF_LISTEN"] = "zzz"
	if got := p.run("brief", "x"); !strings.Contains(got.stderr, `DAYBRIEF_LISTEN: listen is "zzz"`) {
		t.Errorf("a variable that is wrong is not named: %s", got.stderr)
	}
}

func TestNetworkFaultsInOurWords(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]string{
		&net.OpError{Op: "listen", Err: &net.DNSError{Name: "nosuch.invalid", Err: "no such host"}}: `there is no host "nosuch.invalid"`,
		&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}:                                         "nothing listens there",
		context.DeadlineExceeded: "it takes too long",
		os.ErrClosed:             "file already closed",
	} {
		if got := netSentence(err); got != want {
			t.Errorf("%v: %s", err, got)
		}
	}
}

func TestZonesInTheEnvironment(t *testing.T) {
	t.Parallel()
	for tz, want := range map[string]string{"Asia/Seoul": "Asia/Seoul", ":Asia/Seoul": "Asia/Seoul", "/usr/share/zoneinfo/Asia/Seoul": "Asia/Seoul", ":/usr/share/zoneinfo/Asia/Seoul": "Asia/Seoul",
		"": "", ":": "", "Mars/Olympus": "", "/etc/nosuch": "", ":/etc/nosuch": "", "Local": ""} {
		if got := zoneIn(tz); got != want {
			t.Errorf("%q: %q, want %q", tz, got, want)
		}
	}
}

func TestWrongUsageExitsWithTwo(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, args := range [][]string{{"nonsense"}, {"brief", "--since", "sometimes", "x"}, {"brief", "--limit", "0", "x"}, {"import"}, {"migrate", "--from", "a.db"}, {"manifest", "teams"}} {
		if got := p.run(args...); got.code != exitUsage || !strings.HasPrefix(got.stderr, "daybrief: ") {
			t.Errorf("%v: exit %d: %s", args, got.code, got.stderr)
		}
	}
	if got := p.run("--help"); got.code != 0 || !strings.Contains(got.stdout, "serve") {
		t.Errorf("help: exit %d: %s", got.code, got.stdout)
	}
}

func TestBadInputGetsASentence(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(p *program) []string
		want    string
	}{
		"a query of 10,000 characters": {func(*program) []string { return []string{"brief", strings.Repeat("korea ", 1700)} }, "long"},
		"an unknown zone": {func(p *program) []string {
			return []string{"--config", p.write("c.yaml", "zone: Mars/Olympus\n"), "brief", "x"}
		}, "Mars/Olympus"},
		"a corrupt database": {func(p *program) []string {
			p.write("test.db", strings.Repeat("this is no database ", 500))
			return []string{"brief", "x"}
		}, "database"},
		"a file that is not there": {func(p *program) []string { return []string{"import", p.path("none.txt")} }, "none.txt"},
		"a file that is no text":   {func(p *program) []string { return []string{"import", p.write("x.txt", "\x7fELF\x00\x01\x02\x00\x00")} }, "x.txt"},
		"a feed that is a bomb": {func(p *program) []string {
			return []string{"import", p.write("bomb.xml", `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><rss><channel><title>&c;</title></channel></rss>`)}
		}, "bomb.xml"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProgram(t)
			got := p.run(c.prepare(p)...)
			if got.code != exitFailed || !strings.Contains(got.stderr, c.want) || strings.Contains(got.stderr, "goroutine") || len(got.stderr) > 600 {
				t.Errorf("exit %d: %s", got.code, got.stderr)
			}
		})
	}
}

func TestMistakesThatLookLikeSuccessAreRefused(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.must("subscriptions", "add", "korea-trade", "--to", "web", "--when", "daily 8:00", "--zone", "Asia/Seoul")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"moving from a database that is not there": {[]string{"migrate", "--from", p.path("nosuch.db"), "--to", p.path("new.db")}, "there is no database"},
		"the same subscription twice":              {[]string{"subscriptions", "add", "korea-trade", "--to", "web", "--when", "daily 8:00", "--zone", "Asia/Seoul"}, "as number 1"},
		"a channel's name for its id":              {[]string{"subscriptions", "add", "korea", "--to", "slack:general"}, "not a Slack destination"},
		"a topic that is not there":                {[]string{"topics", "test", "nosuch"}, "no topic"},
		"a time to come":                           {[]string{"brief", "korea", "--since", "2999-01-01"}, "--since lies in the future"},
		"a length below nothing":                   {[]string{"brief", "korea", "--since", "-1d"}, `"-1d"`},
		"no address to listen on":                  {[]string{"serve", "--listen", "nonsense"}, "not an address and a port"},
	} {
		if got := p.run(c.args...); got.code == exitDone || !strings.Contains(got.stderr, c.want) || strings.Contains(got.stderr, exclusionMark) {
			t.Errorf("%s: exit %d: %s", name, got.code, got.stderr)
		}
	}
	if _, err := os.Stat(p.path("nosuch.db")); err == nil {
		t.Error("a database was made by asking for one that is not there")
	}
	if got := p.must("brief", "korea"); !strings.Contains(got, "No article is stored yet") {
		t.Errorf("an empty store: %s", got)
	}
}

func TestARefusedTokenEndsTheBotWithASentence(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	slack := slacktest.New(t, slacktest.Options{})
	p.env["SLACK_BOT_TOKEN"], p.env["SLACK_APP_TOKEN"], p.env["DAYBRIEF_SLACK_API_URL"] = "xoxb-wrong", slack.AppToken, slack.URL
	p.write("daybrief.yaml", "starter_sources: false\n")
	got := p.run("--config", p.path("daybrief.yaml"), "serve", "--listen", "127.0.0.1:0", "--no-poll")
	if got.code != exitFailed || !strings.Contains(got.stderr, "Slack") || strings.Contains(got.stderr+got.stdout, "xoxb-wrong") {
		t.Errorf("exit %d: %s", got.code, got.stderr)
	}
}
