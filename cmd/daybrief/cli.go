package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/config"
	"github.com/daybrief/daybrief/digest"
)

// Exit codes: a contract.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// environment is all of the outside that the program uses, so that a test can
// run the whole of it.
type environment struct {
	args     []string
	stdin    io.Reader
	stdout   io.Writer
	stderr   io.Writer
	getenv   func(string) string
	now      func() time.Time
	version  string
	terminal bot.Terminal // how to write messages
	progress bool         // stderr is a terminal
	// served, when set, hears of a running serve: its page's address, a tick
	// that a test can give, and its store.
	served func(service)
}

// cli is the command line. Kong (alecthomas/kong) reads it from this struct:
// it is kept up, small, and needs no code for what the tags say.
type cli struct {
	Config   string `help:"Configuration file. Default: daybrief.yaml, when it is there." env:"DAYBRIEF_CONFIG" placeholder:"FILE" type:"path"`
	Database string `help:"SQLite file or postgres:// address. Default: what the configuration says, else daybrief.db." placeholder:"DSN"`
	JSON     bool   `help:"Print data as JSON." name:"json"`

	Serve         serveCmd         `cmd:"" help:"Run the bot: read sources, post digests, answer commands, serve the page."`
	Brief         briefCmd         `cmd:"" help:"Answer a request: daybrief brief korea-trade"`
	Digest        digestCmd        `cmd:"" help:"Build a digest now, without posting it."`
	Chat          chatCmd          `cmd:"" help:"Try the bot's commands here: subscribe, alert, subscriptions, help."`
	Import        importCmd        `cmd:"" help:"Read articles from files, folders, pages or standard input."`
	Sources       sourcesCmd       `cmd:"" help:"What is read: list, add, remove, check, import, export."`
	Subscriptions subscriptionsCmd `cmd:"" help:"Who gets what when: list, add, remove, pause, resume, next."`
	Topics        topicsCmd        `cmd:"" help:"The topics: list them, or test what one would match."`
	Manifest      manifestCmd      `cmd:"" help:"What to paste into Slack's or Discord's console."`
	Doctor        doctorCmd        `cmd:"" help:"Check everything that set-up can get wrong, and say how to mend it."`
	Migrate       migrateCmd       `cmd:"" help:"Bring the database up to date, or move everything to another one."`
	Backup        backupCmd        `cmd:"" help:"Write a copy of the SQLite database, while the bot runs, and check it."`
	Healthcheck   healthcheckCmd   `cmd:"" help:"Ask a running bot whether it is well."`
	Version       versionCmd       `cmd:"" help:"Print the version."`
}

// call is what a subcommand gets.
type call struct {
	environment
	ctx context.Context //nolint:containedctx // one call, one context
	cli *cli
}

// run is the program. It returns the exit code.
func run(ctx context.Context, env environment) int {
	var c cli
	code := -1
	parser, err := newParser(&c, env, func(n int) { code = n })
	if err != nil {
		fmt.Fprintln(env.stderr, "daybrief:", sentenceOf(err))
		return exitFailed
	}
	if len(env.args) == 0 {
		env.args = []string{"--help"}
	}
	parsed, err := parser.Parse(hideExclusions(env.args))
	if code >= 0 { // --help
		return code
	}
	if err != nil {
		fmt.Fprintf(env.stderr, "daybrief: %s\nRun “daybrief --help” to see what there is.\n", usageOf(sentenceOf(err)))
		return exitUsage
	}
	if err := parsed.Run(&call{environment: env, ctx: ctx, cli: &c}); err != nil {
		return env.fail(err)
	}
	return exitDone
}

// newParser reads command lines into c. exit is called where help was asked
// for and given.
func newParser(c *cli, env environment, exit func(int)) (*kong.Kong, error) {
	return kong.New(c, kong.Name("daybrief"), kong.Writers(env.stdout, env.stderr), kong.Exit(exit),
		kong.Description("Turns stored news articles into briefings on Slack and Discord, in the terminal and on a page."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
}

// errUsage is wrapped by errors of wrong usage that only a subcommand can see.
var errUsage = errors.New("usage")

// fail tells an error and returns the exit code.
func (env environment) fail(err error) int {
	var silent silentError
	if errors.As(err, &silent) {
		return exitFailed
	}
	var mistakes config.Mistakes
	if errors.As(err, &mistakes) {
		fmt.Fprintf(env.stderr, "daybrief: the configuration has %s:\n%v\n", plural(len(mistakes), "mistake"), mistakes)
		return exitFailed
	}
	fmt.Fprintln(env.stderr, "daybrief:", sentenceOf(err))
	if hint := digest.HintOf(err); hint != "" {
		fmt.Fprintln(env.stderr, strings.ToUpper(hint[:1])+hint[1:])
	}
	if errors.Is(err, errUsage) {
		return exitUsage
	}
	return exitFailed
}

// sentenceOf is an error without the marks that are ours alone.
func sentenceOf(err error) string {
	// A quoted value shows the mark as an escape.
	return strings.NewReplacer(exclusionMark, "-", `\ue001`, "-").Replace(strings.TrimPrefix(err.Error(), errUsage.Error()+": "))
}

// usageOf says in our words what the parser says in its own.
func usageOf(text string) string {
	for _, w := range parserWords() {
		text = w.theirs.ReplaceAllString(text, w.ours)
	}
	return text
}

type wording struct {
	theirs *regexp.Regexp
	ours   string
}

var parserWords = sync.OnceValue(func() []wording {
	return []wording{
		{regexp.MustCompile(`^(.+): expected a valid \d+ bit u?int but got (".*")$`), `$1 is $2; it must be a whole number`},
		{regexp.MustCompile(`^(.+): expected \w+ value but got "EOL" \(<EOL>\)$`), `$1 needs a value after it`},
		{regexp.MustCompile(`^expected ("<.*")$`), `$1 is missing`},
		{regexp.MustCompile(`^missing flags: (.*)$`), `$1 is missing`},
		{regexp.MustCompile(`","`), `", "`},
	}
})

// silentError fails without another word: all was said.
type silentError struct{ error }

// exclusionMark stands for the hyphen of "-china" while the flags are read,
// which would take it for one.
const exclusionMark = "\ue001"

func hideExclusions(args []string) []string {
	out := make([]string, len(args))
	asking := false
	for i, a := range args {
		asking = asking || a == "brief" || a == "digest"
		// A flag of one letter is none of ours but -h.
		if asking && len(a) > 1 && a[0] == '-' && a[1] != '-' && a != "-h" {
			a = exclusionMark + a[1:]
		}
		out[i] = a
	}
	return out
}

// requestText joins the words of a request.
func requestText(words []string) string {
	return strings.ReplaceAll(strings.Join(words, " "), exclusionMark, "-")
}

// printJSON writes data for programs.
func (env environment) printJSON(v any) error {
	enc := json.NewEncoder(env.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// terminalOf says how to write to f: wrapped and with colour on a terminal,
// plain otherwise. NO_COLOR (no-color.org) and TERM=dumb turn colour off.
func terminalOf(f *os.File, getenv func(string) string) bot.Terminal {
	if !isTerminal(f) {
		return bot.Terminal{Width: columnsOf(getenv, 0)}
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < 20 {
		width = 80
	}
	style := getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
	return bot.Terminal{Width: columnsOf(getenv, min(width, 100)), Style: style, Links: style}
}

func columnsOf(getenv func(string) string, or int) int {
	if n, err := strconv.Atoi(getenv("COLUMNS")); err == nil && n >= 20 {
		return n
	}
	return or
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(c *call) error {
	if c.cli.JSON {
		return c.printJSON(map[string]string{"version": c.version})
	}
	fmt.Fprintln(c.stdout, "daybrief", c.version)
	return nil
}
