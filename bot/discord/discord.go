package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// Name is the word for this platform in digest.Destination and digest.Person.
const Name = "discord"

// Options are all that an Adapter needs. Only Token is required; Handler and
// Commands are needed for Run and for Interactions.
type Options struct {
	Token         string // the bot's token; secret
	PublicKey     string // of the application, 64 hex digits; needed for Interactions alone
	ApplicationID string // "" asks Discord for it

	// APIURL stands in for https://discord.com, for tests. A path that ends in
	// /api or in /api/v9 may be there or not. The gateway's address comes from
	// its answers.
	APIURL     string
	HTTPClient *http.Client     // nil: one with a limit of 20 s a request
	Now        func() time.Time // what posts and requests are dated by; nil: time.Now
	Logger     *slog.Logger     // nil: nothing is logged
	Version    string           // of the program, for the User-Agent

	Handler  bot.Handler
	Commands []bot.CommandSpec
	// Guild registers the commands in this one server, where they appear at
	// once, instead of everywhere. For trying things out.
	Guild string
	// Operators are ids of people who may manage everywhere.
	Operators []string

	Look      Look // "" means Components
	Crosspost bool // publish the first part of each digest from announcement channels to their followers
	Threads   bool // put the second and later parts of a digest into a thread under the first
	Silent    bool // posts make no notification sound
	// Webhooks are channels that are posted to through a webhook, by channel
	// id, for a name and picture of one's own; the address is a secret.
	Webhooks map[string]string
	Channels []string // ids that Doctor checks
	Threaded []string // ids that it checks too, whose digests have their details in threads

	HTTPOnly bool // interactions come to the HTTP endpoint: Run opens no gateway
	Shards   int  // connections to the gateway; 0 takes what Discord recommends

	// Setting and SetSetting keep a few words over restarts: which commands
	// are registered. Both nil: they are kept in memory.
	Setting    func(ctx context.Context, key string) (string, error)
	SetSetting func(ctx context.Context, key, value string) error
	// Removed is told when the bot is removed from a server (not when the
	// server is merely out of reach). It may be told again.
	Removed func(ctx context.Context, guild string)
	// Deauthorized is told by Events when a person removes the bot from their
	// own account. When it fails Discord tells again, for some minutes.
	Deauthorized func(ctx context.Context, user string) error
	// Once reports whether a key comes for the first time among all replicas
	// that share a store. It forgets a key after until. Interactions over HTTP
	// are taken once by it; nil: each process takes each of them once.
	Once func(ctx context.Context, key string, until time.Time) (bool, error)

	// Pauses are what Paused was told last before a restart: until when Discord
	// asked not to be asked what.
	Pauses map[string]time.Time
	// Paused is told when Discord has asked for a pause, with all that are to
	// come. It is called by whoever was about to ask, so it is quick.
	Paused func(pauses map[string]time.Time)

	timing timing
}

// timing are the times that tests change.
type timing struct {
	ack      time.Duration // a handler that is not ready by then is answered by "thinking"
	hand     time.Duration // how long a request waits while others are worked on
	complete time.Duration // for completions
	form     time.Duration // to know what a form holds: it must be the first answer
	answer   time.Duration // for the first answer over the API, as long as Discord waits for it
	endpoint time.Duration // for the first answer over HTTP; Discord waits three seconds
	once     time.Duration // to ask whether another replica has had an interaction
	event    time.Duration // for a webhook event; Discord waits three seconds
	door     time.Duration // to tell whether posting can work: a person is waiting
	open     time.Duration // for connecting to the gateway
	ready    time.Duration // from connecting to READY or RESUMED
	close    time.Duration // for ending a connection in good order
	backoff  time.Duration // the first pause before connecting again; it doubles up to backoffMax
	beat     time.Duration // a heartbeat's interval until the gateway has said it
	identify time.Duration // between two identifications
	invalid  time.Duration // at least, after an invalid session; at most five times that
	retry    time.Duration // the first pause before a request is tried again
	sleep    func(ctx context.Context, d time.Duration) error
	now      func() time.Time // the machine's time, for limits and memories; Options.Now may stand still
}

func defaultTiming() timing {
	return timing{
		ack: 50 * time.Millisecond, hand: time.Second, complete: 250 * time.Millisecond, form: 2 * time.Second,
		answer: 3 * time.Second, endpoint: 2500 * time.Millisecond, once: 500 * time.Millisecond, event: 2500 * time.Millisecond, door: 1500 * time.Millisecond,
		open: time.Minute, ready: 10 * time.Second, close: 3 * time.Second, backoff: time.Second, beat: 41250 * time.Millisecond, identify: 5 * time.Second,
		invalid: time.Second, retry: 500 * time.Millisecond, sleep: sleep, now: time.Now,
	}
}

// sleep waits for d or until the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Adapter is Discord as a bot.Platform and a bot.Finder. It is safe for
// concurrent use.
type Adapter struct {
	opts    Options
	log     *slog.Logger
	rest    *client
	key     ed25519.PublicKey
	slots   chan struct{} // of interactions that are worked on
	busy    chan struct{} // of interactions that are told to come back
	hands   chan struct{} // of handlers at work
	turns   sync.WaitGroup
	seen    *recent[struct{}] // interaction ids
	dms     *recent[string]   // user id -> channel id
	dmTimes window
	places  *recent[place]             // channel id -> what it is
	listed  *recent[struct{}]          // ids of servers whose channels were asked for
	listing singleflight.Group         // of servers
	threads *recent[string]            // "edition channel" -> thread id
	firsts  *recent[string]            // "edition channel" -> reference of the first part
	drafts  *recent[map[string]string] // what people have typed into forms that were not taken
	pace    pacer
	hooks   map[string]webhook

	ids     atomic.Pointer[map[string]string] // of registered commands
	memory  settings
	self    atomic.Pointer[identity]
	gateway *gateway
}

var (
	_ bot.Platform = (*Adapter)(nil)
	_ bot.Finder   = (*Adapter)(nil)
	_ bot.Repeater = (*Adapter)(nil)
	_ bot.Paced    = (*Adapter)(nil)
	_ bot.Sharer   = (*Adapter)(nil)
)

// Numbers of things kept in memory and worked on at once. All are bounded, so
// that no flood of interactions and no number of channels grows the program.
const (
	maxTurns   = 128
	maxBusy    = 32
	keptIDs    = 10_000
	keptDMs    = 10_000
	keptPlace  = 20_000
	keptDrafts = 1_000
)

// New checks the options and makes an Adapter. It does not talk to Discord.
func New(o Options) (*Adapter, error) {
	o.Token = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(o.Token), "Bot "))
	if o.Token == "" || strings.ContainsFunc(o.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, digest.Errorf(digest.Invalid, "the Discord token is missing or holds characters that no token has").
			WithHint("Copy it from the developer portal, Bot, Reset Token, into DISCORD_TOKEN.")
	}
	key, err := publicKey(o.PublicKey)
	if err != nil {
		return nil, err
	}
	base, err := apiBase(o.APIURL)
	if err != nil {
		return nil, err
	}
	hooks, err := parseWebhooks(o.Webhooks)
	if err != nil {
		return nil, err
	}
	fill(&o)
	a := &Adapter{
		opts: o, log: o.Logger, key: key, hooks: hooks,
		slots: make(chan struct{}, maxTurns), busy: make(chan struct{}, maxBusy), hands: make(chan struct{}, max(16, 4*runtime.GOMAXPROCS(0))),
		seen: newRecent[struct{}](keptIDs, 16*time.Minute), dms: newRecent[string](keptDMs, 24*time.Hour),
		places: newRecent[place](keptPlace, 26*time.Hour), listed: newRecent[struct{}](keptPlace, 26*time.Hour),
		threads: newRecent[string](keptPlace, 26*time.Hour),
		firsts:  newRecent[string](keptPlace, 26*time.Hour), drafts: newRecent[map[string]string](keptDrafts, time.Hour),
		pace: pacer{next: map[string]time.Time{}}, dmTimes: window{span: time.Minute, limit: newDMs},
	}
	a.rest = newClient(o, base)
	a.gateway = newGateway(a)
	return a, nil
}

func fill(o *Options) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.HTTPClient == nil {
		o.HTTPClient = &http.Client{Timeout: 20 * time.Second}
	}
	if o.Look == "" {
		o.Look = Components
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	if o.timing.sleep == nil {
		o.timing = defaultTiming()
	}
}

func publicKey(s string) (ed25519.PublicKey, error) {
	if s == "" {
		return nil, nil
	}
	key, err := hex.DecodeString(strings.TrimSpace(s))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, digest.Errorf(digest.Invalid, "the Discord public key is not 64 hex digits").
			WithHint("Copy it from the developer portal, General Information, into DISCORD_PUBLIC_KEY.")
	}
	return key, nil
}

// Name is "discord".
func (a *Adapter) Name() string { return Name }

// String keeps the token out of logs that print the adapter.
func (a *Adapter) String() string { return "discord adapter" }

// Connected reports whether every connection to the gateway is up, or nothing
// is to be connected.
func (a *Adapter) Connected() bool { return a.opts.HTTPOnly || a.gateway.connected() }

func (a *Adapter) commandIDs() map[string]string {
	if m := a.ids.Load(); m != nil {
		return *m
	}
	return nil
}

// settings stand in for Options.Setting and SetSetting.
type settings struct {
	mu sync.Mutex
	m  map[string]string
}

func (a *Adapter) setting(ctx context.Context, key string) (string, error) {
	if a.opts.Setting != nil {
		return a.opts.Setting(ctx, key)
	}
	a.memory.mu.Lock()
	defer a.memory.mu.Unlock()
	return a.memory.m[key], nil
}

func (a *Adapter) setSetting(ctx context.Context, key, value string) error {
	if a.opts.SetSetting != nil {
		return a.opts.SetSetting(ctx, key, value)
	}
	a.memory.mu.Lock()
	defer a.memory.mu.Unlock()
	if a.memory.m == nil {
		a.memory.m = map[string]string{}
	}
	a.memory.m[key] = value
	return nil
}
