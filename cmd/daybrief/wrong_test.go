package main

import (
	"context"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
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
