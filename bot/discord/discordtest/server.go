package discordtest

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Token is the bot's token that the fake accepts.
const Token = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GfakeT.not-a-real-token-but-as-long-as-one"

// Ids that are always there.
const (
	ApplicationID = "900000000000000001"
	BotID         = "900000000000000002"
)

// Rights, as Discord's bits.
const (
	ViewChannel     = 1 << 10
	SendMessages    = 1 << 11
	EmbedLinks      = 1 << 14
	ReadHistory     = 1 << 16
	CreateThreads   = 1 << 35
	SendInThreads   = 1 << 38
	ManageGuild     = 1 << 5
	DefaultRights   = ViewChannel | SendMessages | EmbedLinks | SendInThreads
	AllBotMayEver   = DefaultRights | ReadHistory | CreateThreads
	memberDefault   = ViewChannel | SendMessages
	flagEphemeral   = 1 << 6
	flagComponents  = 1 << 15
	flagCrossposted = 1 << 0
)

// Kinds of channels.
const (
	Text         = 0
	Direct       = 1
	Category     = 4
	Announcement = 5
	Thread       = 11
	Forum        = 15
)

// Options of a Server. All have a usable zero.
type Options struct {
	Now       func() time.Time // nil: time.Now
	Heartbeat time.Duration    // interval that the gateway asks for; 0: 41.25 s
	// Patience is how long an interaction waits for its first answer, in real
	// time; 0: the three seconds of Discord. A test that is not about lateness
	// makes it long, so as not to depend on the machine.
	Patience time.Duration
	// NoOpenAPI leaves the check against Discord's document out: for
	// benchmarks, and for tests that make very many requests.
	NoOpenAPI bool
	// Rates switches on Discord's limits of requests: 50 a second in all, 5
	// messages in 5 s a channel.
	Rates bool
	// Broken says that the test breaks limits on purpose, so that they do not
	// fail it.
	Broken bool
}

// Server is the fake.
type Server struct {
	// URL is what DAYBRIEF_DISCORD_API_URL is set to.
	URL string

	t    testing.TB
	opts Options
	http *httptest.Server
	key  ed25519.PrivateKey

	mu           sync.Mutex
	changed      chan struct{} // closed and replaced with every change: what waiting waits for
	last         int64         // ids
	guilds       map[string]*guild
	channels     map[string]*channel
	dms          map[string]string // user -> channel
	opened       []time.Time       // direct-message channels
	users        map[string]*person
	commands     map[string][]map[string]any // by guild; "" for global
	puts         int
	nonces       map[string]nonce
	interactions map[string]*Interaction // by token
	faults       []*Fault
	log          []Request
	violations   []string
	gw           gatewayState
	buckets      map[string][]time.Time
	endpoint     string
	app          map[string]any
}

type guild struct {
	id, name string
	everyone int64     // rights of everyone's role
	rights   int64     // of the bot's role
	roles    []string  // further ones of the bot
	timeout  time.Time // until when the bot is sent out
	managers map[string]bool
	gone     bool
}

type person struct {
	id, name, locale string
	refuses          int // code for direct messages: 50007, 50278
}

type nonce struct {
	id string
	at time.Time
}

// Request is one request of the bot, as it came.
type Request struct {
	Method, Path, Query string
	Header              http.Header
	Body                []byte
	At                  time.Time // by the server's clock
	Came                time.Time // by the real clock
}

// New starts a fake that stops with the test. At its end the test fails for
// every limit that was broken.
func New(t testing.TB, opts Options) *Server {
	t.Helper()
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Heartbeat == 0 {
		opts.Heartbeat = 41250 * time.Millisecond
	}
	if opts.Patience == 0 {
		opts.Patience = 3 * time.Second
	}
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{
		t: t, opts: opts, key: key, changed: make(chan struct{}), last: opts.Now().UnixMilli(),
		guilds: map[string]*guild{}, channels: map[string]*channel{}, dms: map[string]string{}, users: map[string]*person{},
		commands: map[string][]map[string]any{}, nonces: map[string]nonce{}, interactions: map[string]*Interaction{}, buckets: map[string][]time.Time{},
		gw: gatewayState{remaining: 1000, shards: 1, concurrency: 1, sessions: map[string]*session{}},
	}
	s.app = map[string]any{"id": ApplicationID, "name": "daybrief test", "verify_key": s.PublicKey(), "flags": 0, "description": "", "icon": nil,
		"summary": "", "bot_public": true, "bot_require_code_grant": false}
	if _, err := openapi(); err != nil && !opts.NoOpenAPI {
		t.Logf("discordtest: limits only, without Discord's document (%v); set %s to check requests against it", err, EnvOpenAPI)
		s.opts.NoOpenAPI = true
	}
	s.http = httptest.NewServer(s.routes())
	s.URL = s.http.URL
	t.Cleanup(s.stop)
	return s
}

func (s *Server) stop() {
	s.DropConnections()
	s.http.CloseClientConnections()
	s.http.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opts.Broken {
		return
	}
	for _, v := range s.violations {
		s.t.Errorf("discordtest: %s", v)
	}
}

// Env sets the environment variables that point a whole program at the fake.
func (s *Server) Env() []string {
	return []string{"DAYBRIEF_DISCORD_API_URL=" + s.URL, "DISCORD_TOKEN=" + Token, "DISCORD_PUBLIC_KEY=" + s.PublicKey()}
}

// Setenv sets Env in this process until the test ends.
func (s *Server) Setenv(t *testing.T) {
	t.Helper()
	t.Setenv("DAYBRIEF_DISCORD_API_URL", s.URL)
	t.Setenv("DISCORD_TOKEN", Token)
	t.Setenv("DISCORD_PUBLIC_KEY", s.PublicKey())
}

// Environ is the process's environment with Env, for a child process.
func (s *Server) Environ() []string { return append(os.Environ(), s.Env()...) }

// PublicKey is the application's, in hex.
func (s *Server) PublicKey() string {
	return hex.EncodeToString(s.key.Public().(ed25519.PublicKey))
}

// id makes an id as Discord does: it holds the time, and each is greater than
// the one before. s.mu is held.
func (s *Server) id() string {
	const epoch = 1420070400000
	s.last = max(s.last+1, (s.opts.Now().UnixMilli()-epoch)<<22)
	return strconv.FormatInt(s.last, 10)
}

// change wakes all who wait. s.mu is held.
func (s *Server) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// wait waits until ok, which is asked with s.mu held, and fails the test after
// a deadline in real time.
func (s *Server) wait(what string, ok func() bool) {
	s.t.Helper()
	limit := time.NewTimer(waitLimit)
	defer limit.Stop()
	for {
		s.mu.Lock()
		if ok() {
			s.mu.Unlock()
			return
		}
		ch := s.changed
		s.mu.Unlock()
		select {
		case <-ch:
		case <-limit.C:
			s.t.Fatalf("discordtest: waited %v in vain for %s", waitLimit, what)
		}
	}
}

// waitLimit is how long a test waits for anything: long enough for a busy
// machine, since what comes is not waited for a moment longer.
const waitLimit = time.Minute

// AddGuild makes a server that the bot is in, with DefaultRights.
func (s *Server) AddGuild(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &guild{id: s.id(), name: name, rights: DefaultRights, managers: map[string]bool{}}
	s.guilds[g.id] = g
	return g.id
}

// AddChannel makes a channel in a server.
func (s *Server) AddChannel(guild, name string, kind int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addChannel(&channel{guild: guild, name: name, kind: kind}).id
}

// AddThread begins a thread in a channel, as a person does.
func (s *Server) AddThread(in, name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	parent := s.channels[in]
	return s.addChannel(&channel{guild: parent.guild, parent: parent.id, name: name, kind: Thread}).id
}

func (s *Server) addChannel(c *channel) *channel {
	c.id = s.id()
	s.channels[c.id] = c
	return c
}

// AddTags gives a forum its tags.
func (s *Server) AddTags(forum string, required bool, names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[forum]
	c.tagRequired = required
	for _, n := range names {
		c.tags = append(c.tags, map[string]any{"id": s.id(), "name": n, "moderated": false, "emoji_id": nil, "emoji_name": nil})
	}
}

// AddUser makes a person with a language.
func (s *Server) AddUser(name, locale string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &person{id: s.id(), name: name, locale: locale}
	s.users[u.id] = u
	return u.id
}

// MakeManager lets a person manage a server.
func (s *Server) MakeManager(guild, user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guilds[guild].managers[user] = true
}

// SetRights sets what the bot may do in a server.
func (s *Server) SetRights(guild string, rights int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guilds[guild].rights = rights
}

// Refuse makes a person take no direct messages, with Discord's code for why:
// 50007, or 50278 for no shared server; 0 takes them again.
func (s *Server) Refuse(user string, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[user].refuses = code
}

// Remove deletes a channel.
func (s *Server) Remove(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.channels, channel)
}

// Lock locks a thread.
func (s *Server) Lock(thread string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[thread].locked = true
}

// Archive archives a thread, as Discord does by itself after a while.
func (s *Server) Archive(thread string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[thread].archived = true
}

// Archived reports whether a thread is.
func (s *Server) Archived(thread string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.channels[thread].archived
}

// Delete deletes a message, as a moderator does.
func (s *Server) Delete(channel, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.dms[channel]; ok {
		channel = c
	}
	if m := s.channels[channel].find(message); m != nil {
		m.Gone = true
	}
}

// Forget drops what is kept of what happened: requests, messages,
// interactions, sessions that are over. What is left is what a server has, so
// that a long test can tell whose memory grows.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log, s.gw.identifies, s.gw.closes, s.gw.intents, s.gw.shardsSeen = nil, nil, nil, nil, nil
	clear(s.interactions)
	clear(s.nonces)
	live := map[string]*session{}
	for _, c := range s.gw.conns {
		if c.ses != nil {
			live[c.ses.id] = c.ses
		}
	}
	s.gw.sessions = live
	for _, c := range s.channels {
		c.messages = nil
	}
}

// SetApplication changes what Discord says about the application.
func (s *Server) SetApplication(key string, value any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app[key] = value
}

// Violations are the limits broken so far.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.violations...)
}

func (s *Server) violate(format string, args ...any) {
	s.violations = append(s.violations, fmt.Sprintf(format, args...))
}

// Requests are those whose path has a suffix, oldest first; "" for all.
func (s *Server) Requests(method, suffix string) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests(method, suffix)
}

// WaitRequests waits until there are n such requests.
func (s *Server) WaitRequests(method, suffix string, n int) []Request {
	s.t.Helper()
	var got []Request
	s.wait(fmt.Sprintf("%d requests %s …%s", n, method, suffix), func() bool {
		got = s.requests(method, suffix)
		return len(got) >= n
	})
	return got
}

// Commands are the registered ones; guild "" for the global ones.
func (s *Server) Commands(guild string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commands[guild]
}

// Registrations counts how often commands were registered.
func (s *Server) Registrations() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.puts
}

// Guild is the server of a channel.
func (s *Server) Guild(channel string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[channel]; c != nil {
		return c.guild
	}
	return ""
}

// WaitRegistered waits until commands were registered n times.
func (s *Server) WaitRegistered(n int) {
	s.t.Helper()
	s.wait("the commands", func() bool { return s.puts >= n })
}
