// Loadtest measures how fast and how surely the program works, against the
// limits of the machine it runs on and against peers where they are at hand.
//
//	loadtest slack       how soon a command is acknowledged and answered
//	loadtest discord     the same, with what is typed and pressed
//	loadtest alerts      from a stored article to the platform, with very many alerts
//	loadtest simulate    weeks of alerts and followed stories, with a check of what people saw
//	loadtest feeds       very many sources of which most have nothing new
//	loadtest feed-item   one feed full of news: read, judged, stored
//	loadtest digests     very many digests due in one minute, and their posting
//	loadtest faults      posts while everything fails and the program is killed
//
// Each subcommand sets up its own world (a private database, fakes of the
// platforms, a server of feeds on loopback), prints what it measured, with
// --json one line for programs, and ends by itself. Figures of one run are
// compared with each other as ratios, since machines differ.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"golang.org/x/term"
)

// commands are the subcommands, one line and one file each.
type commands struct {
	JSON  bool     `help:"Print one JSON object a line." name:"json"`
	Slack slackCmd `cmd:"" help:"People ask in Slack."`

	Discord discordCmd `cmd:"" help:"People ask, type and press buttons in Discord."`

	Alerts   alertsCmd   `cmd:"" help:"From a stored article to the platform, with very many alerts."`
	Simulate simulateCmd `cmd:"" help:"Weeks of alerts and followed stories, with a check of what people saw."`

	Feeds      feedsCmd      `cmd:"" help:"Read very many sources of which most have nothing new."`
	FeedItem   feedItemCmd   `cmd:"" help:"One feed full of news: read, judged, stored."`
	FeedServer feedServerCmd `cmd:"" hidden:"" help:"The server of feeds for the others."`

	Digests digestsCmd `cmd:"" help:"Very many digests due in one minute: built, then posted within the platforms' limits."`

	Faults      faultsCmd `cmd:"" help:"Posts while everything fails and the program is killed; counts what became visible."`
	FaultsChild childCmd  `cmd:"" hidden:"" help:"The process that faults kills."`
}

// call is what a subcommand gets.
type call struct {
	ctx    context.Context //nolint:containedctx // one call, one context
	stdout io.Writer
	stderr io.Writer
	json   bool
	live   bool // stderr is a terminal, on which a line can be written over
}

// progress writes over the line that says how far it is, where a person looks
// at it; "" takes the line away.
func (c *call) progress(format string, args ...any) {
	if c.live {
		fmt.Fprintf(c.stderr, "\r\x1b[K"+format, args...)
	}
}

// report prints figures.
func (c *call) report(figures fmt.Stringer) error {
	if c.json {
		return json.NewEncoder(c.stdout).Encode(figures)
	}
	_, err := fmt.Fprintln(c.stdout, figures)
	return err
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	parsed := kong.Parse(&c, kong.Name("loadtest"), kong.Description("Measures speed and delivery."), kong.UsageOnError())
	parsed.FatalIfErrorf(parsed.Run(&call{ctx: ctx, stdout: os.Stdout, stderr: os.Stderr, json: c.JSON, live: term.IsTerminal(int(os.Stderr.Fd()))}))
}
