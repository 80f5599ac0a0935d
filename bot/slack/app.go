package slack

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// DefaultCommand is the slash command unless Options name another.
const DefaultCommand = "/brief"

// Platform is the word for Slack in digest.Destination.Platform and
// digest.Person.Platform.
const Platform = "slack"

// Options is what an App needs. Only a bot token is needed to post; people can
// ask when there is an app token (Socket Mode) or a signing secret (HTTP) too.
type Options struct {
	BotToken      string // xoxb-…, from "OAuth & Permissions"
	AppToken      string // xapp-…, with connections:write; turns Socket Mode on
	SigningSecret string // from "Basic Information"; needed for HTTP alone

	APIURL     string               // default https://slack.com/api/; tests point it at a fake
	HTTPClient *http.Client         // default: one without redirects and with the environment's proxy
	Now        func() time.Time     // default time.Now
	Logger     *slog.Logger         // default: none
	Handler    bot.Handler          // answers; nil when nobody can ask
	Command    string               // default /brief; another app in the workspace may have that
	Commands   []bot.CommandSpec    // the words after the command; default: those of Words
	Manage     string               // who may manage a channel besides admins: "anyone", "members" (no guests), or "" and "admins" for nobody else
	Managers   bool                 // find out who may manage a channel, by conversations.info where its scope was granted
	Workers    int                  // requests handled at once, default 8
	Thinkers   int                  // of these, how many the Handler is asked at once, default two a core: more would keep the socket from being read
	Queue      int                  // requests that wait, default 256; more are told that the bot is busy
	Channels   []string             // channels that the operator's digests go to, for Doctor
	Pauses     map[string]time.Time // what ExportPauses returned before a restart

	// Patience is how long Send itself waits for its turn; default 5 s. It is
	// short where a ledger has the post as being sent meanwhile: should the
	// program be killed then, nobody could tell that it was not.
	Patience time.Duration

	// Wait waits for d or until ctx is done; default: a timer. With it, Slack's
	// rates and the sockets go by Now too; without, by the machine's clock.
	Wait func(ctx context.Context, d time.Duration) error
	// Jitter draws from [0, 1) to spread reconnects; default math/rand/v2.
	Jitter func() float64
	// Paused is told when Slack asked for a pause, with all that are to come,
	// so that a restart honours them.
	Paused func(pauses map[string]time.Time)
	// Revoked is told that the app was uninstalled, or its token revoked, in a
	// workspace. It may be told more than once.
	Revoked func(ctx context.Context, workspace, reason string)

	due deadlines // default: what Slack and people wait for; tests take their time
}

// deadlines are how long things may take while Slack, or a person, waits for
// them, by the machine's clock.
type deadlines struct {
	form     time.Duration // after a press, until it is too late to open a form
	skeleton time.Duration // to know what a form holds, before it is opened without
	submit   time.Duration // of a submission, before the form shows that it is worked on
	http     time.Duration // of an answer that is part of its acknowledgement over HTTP
	lookup   time.Duration // of a person or a channel, before it goes on without
}

// slackDeadlines are within the three seconds that Slack waits for an
// acknowledgement, and that a trigger_id opens a view.
func slackDeadlines() deadlines {
	return deadlines{form: 2200 * time.Millisecond, skeleton: 300 * time.Millisecond, submit: 2200 * time.Millisecond, http: 2700 * time.Millisecond, lookup: 1500 * time.Millisecond}
}

// App is daybrief in one Slack workspace. It is safe for concurrent use.
type App struct {
	o      Options
	log    *slog.Logger
	now    func() time.Time // of digests and people
	clock  clock            // of what Slack counts
	limits *limiter
	calls  *caller
	api    *slackgo.Client

	seen   *seen
	jobs   chan job
	urgent chan job      // those whose answer is their acknowledgement
	busy   chan struct{} // holds one for each answer that is being made
	gate   sync.RWMutex  // held by what queues a job, so that none comes after the last worker went
	closed bool          // Run has ended
	health health

	people   *memory[person] // by user id
	channels *channels

	asking sync.Mutex // held while auth.test is asked
	idMu   sync.Mutex
	id     identity // once auth.test has answered

	dmMu sync.Mutex
	dms  map[string]string // user id to the id of the conversation with them
}

var (
	_ bot.Platform = (*App)(nil)
	_ bot.Finder   = (*App)(nil)
	_ bot.Doorman  = (*App)(nil)
)

// Words are the words that may follow the slash command; anything else is a
// query.
func Words() []string {
	return []string{"subscribe", "subscriptions", "unsubscribe", "digest", "sources", "alert", "help"}
}

var commandName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^/[a-z0-9_-]{1,31}$`) })

// New makes an App. It makes no call: tokens are tried by Run, Send and
// Doctor. It fails for a command that Slack would refuse.
func New(o Options) (*App, error) {
	if o.Command == "" {
		o.Command = DefaultCommand
	}
	if !commandName().MatchString(o.Command) {
		return nil, digest.Errorf(digest.Invalid, "%q cannot be a slash command", o.Command).
			WithHint("use a slash and 1 to 31 of the characters a-z, 0-9, - and _")
	}
	o = o.withDefaults()
	a := &App{o: o, log: o.Logger, now: o.Now, clock: newClock(o.Now, o.Wait), jobs: make(chan job, o.Queue), urgent: make(chan job, o.Queue),
		busy: make(chan struct{}, o.Thinkers), dms: map[string]string{}}
	a.limits = newLimiter(a.clock.now)
	a.seen = newSeen(a.now)
	a.people = newMemory[person](a.now)
	a.channels = newChannels(a.now)
	a.calls = &caller{http: o.HTTPClient, limits: a.limits, clock: a.clock, maxWait: 10 * time.Second, paused: a.tellPauses, scopes: a.sawScopes}
	a.api = slackgo.New(o.BotToken, slackgo.OptionAPIURL(o.APIURL), slackgo.OptionHTTPClient(a.calls), slackgo.OptionAppLevelToken(o.AppToken))
	return a, nil
}

func (o Options) withDefaults() Options {
	if o.APIURL == "" {
		o.APIURL = slackgo.APIURL
	}
	if !strings.HasSuffix(o.APIURL, "/") {
		o.APIURL += "/"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.HTTPClient = withoutRedirects(o.HTTPClient)
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Workers <= 0 {
		o.Workers = 8
	}
	if o.Thinkers <= 0 {
		o.Thinkers = max(4, 2*runtime.GOMAXPROCS(0))
	}
	if o.Queue <= 0 {
		o.Queue = 256
	}
	if o.due == (deadlines{}) {
		o.due = slackDeadlines()
	}
	return o
}

// withoutRedirects is a client that sends nothing twice: a redirect would have
// a post repeated elsewhere.
func withoutRedirects(c *http.Client) *http.Client {
	out := http.Client{}
	if c != nil {
		out = *c
	}
	out.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &out
}

// Name is "slack".
func (a *App) Name() string { return Platform }

// Render makes the parts of a message, each a payload for Send: JSON of blocks,
// of the same in plain words, and of metadata whose key Send fills in.
func (a *App) Render(m bot.Message) ([][]byte, error) {
	return a.renderer(m.Lang, messageSurface()).payloads(m)
}

func (a *App) renderer(lang string, on surface) renderer {
	return renderer{command: a.o.Command, commands: a.words(), words: bot.WordsIn(lang), surface: on, channel: a.channels.name}
}

// identity is who we are, as auth.test says.
type identity struct {
	Workspace string
	Team      string // the workspace's name
	User      string // the bot's user id
	Bot       string // the bot's id
	Name      string // the bot's user name, as in /invite @name
	Scopes    []string
}

// identify asks who we are, once. Whoever only wants to know what is known
// meanwhile, as what reads the socket does, does not wait for that.
func (a *App) identify(ctx context.Context) (identity, error) {
	a.asking.Lock()
	defer a.asking.Unlock()
	if id := a.known(); id.Workspace != "" {
		return id, nil
	}
	res, err := a.api.AuthTestContext(ctx)
	if err != nil {
		return identity{}, err
	}
	id := identity{Workspace: res.TeamID, Team: res.Team, User: res.UserID, Bot: res.BotID, Name: res.User, Scopes: scopesOf(res.Header)}
	a.limits.restore(id.Workspace, a.o.Pauses)
	a.idMu.Lock()
	defer a.idMu.Unlock()
	a.id = id
	return id, nil
}

// known is who we are, if it is known yet.
func (a *App) known() identity {
	a.idMu.Lock()
	defer a.idMu.Unlock()
	return a.id
}

// scopesOf reads the header in which Slack lists the scopes of a token.
func scopesOf(h http.Header) []string {
	var out []string
	for s := range strings.SplitSeq(h.Get("X-OAuth-Scopes"), ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// sawScopes keeps the list current: scopes are added by installing again.
func (a *App) sawScopes(h http.Header) {
	if h.Get("X-Accepted-OAuth-Scopes") == "" && h.Get("X-OAuth-Scopes") == "" {
		return
	}
	scopes := scopesOf(h)
	a.idMu.Lock()
	defer a.idMu.Unlock()
	if a.id.Workspace != "" && len(scopes) > 0 && !isAppScope(scopes) {
		a.id.Scopes = scopes
	}
}

// isAppScope reports whether a list is that of an app-level token.
func isAppScope(scopes []string) bool {
	return len(scopes) == 1 && scopes[0] == "connections:write"
}

func (i identity) has(scopes ...string) bool {
	for _, want := range scopes {
		for _, s := range i.Scopes {
			if s == want {
				return true
			}
		}
	}
	return false
}

// mayAskOfChannels reports whether a scope lets conversations.info and
// conversations.members be called, of public or of private channels.
func (i identity) mayAskOfChannels() bool { return i.has("channels:read", "groups:read") }

// ExportPauses returns until when Slack asked us not to call what, so that it
// can be kept over a restart and given to Options.Pauses.
func (a *App) ExportPauses() map[string]time.Time { return a.limits.export(a.known().Workspace) }

func (a *App) tellPauses() {
	if a.o.Paused != nil {
		a.o.Paused(a.ExportPauses())
	}
}
