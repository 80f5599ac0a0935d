// Package slacktest is Slack in a test: an in-process fake of the Web API and
// of Socket Mode, with one workspace in it, that enforces what Slack enforces.
//
// A test starts a [Server], points daybrief at Server.URL, acts as people
// (Slash, Press, DM, Mention, …) and looks at what became visible. Whatever
// breaks a limit or a rule of Slack's that daybrief keeps is refused as Slack
// would, and fails the test at its end. Faults, disconnects and repeats are
// knobs.
//
// The rules are those of [slack.Validate] for payloads; the rest (tokens in
// the header, scopes, trigger ids, uses of a response_url, the size of an
// acknowledgement) is checked here. No wait is a sleep: each waits for a change
// with a deadline.
//
// It is imported by tests alone.
package slacktest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Options choose what the workspace is like. All may be left out.
type Options struct {
	Now      func() time.Time // the server's clock; default time.Now
	Scopes   []string         // of the bot token; default all that the manifest asks for, without history
	Pace     func() time.Time // when set, posts to one channel less than a second apart by this clock are a breach
	Deadline time.Duration    // of each wait; default a minute: a busy machine is slow

	// AckLimit is how long an acknowledgement is waited for, by the machine's
	// clock, and TriggerLife how long a trigger id opens a view, by Now. Both
	// are three seconds by default, as at Slack; a test that is not about them
	// gives more, so that it passes on a busy machine.
	AckLimit, TriggerLife time.Duration
}

// Server is the fake. Its methods are safe for concurrent use; those that act
// as a person fail the test when nothing happens in time, so they are called
// on the test's goroutine.
type Server struct {
	URL           string // of the Web API, with a slash at its end: DAYBRIEF_SLACK_API_URL
	BotToken      string
	AppToken      string
	SigningSecret string
	Team          string // the workspace's id
	BotUser       string
	BotName       string

	t    testing.TB
	o    Options
	http *httptest.Server

	mu        sync.Mutex
	changed   chan struct{} // closed at each change
	scopes    []string
	channels  map[string]*Channel
	users     map[string]*User
	dms       map[string]string // user to conversation
	messages  []*Message
	views     map[string]*View
	homes     map[string]*View // by user
	triggers  map[string]*trigger
	responses map[string]*response
	files     map[string]*File // by id
	faults    map[string][]Fault
	calls     map[string]int
	lastPost  map[string]time.Time
	breaches  []string
	serial    int

	sockets   []*socket
	accepted  int // counts from 1 for onConnect; connects follows when the socket is in the list
	connects  int
	onConnect func(n int) string
	waiting   map[string]chan json.RawMessage // acknowledgements, by envelope
	late      map[string]bool                 // envelopes that are no longer waited for
	handler   http.Handler
}

// Channel is a conversation of several.
type Channel struct {
	ID, Name string
	Member   bool // the bot is in it
	Private  bool
	Archived bool
	Flat     bool // it has no threads
	Creator  string
	Members  []string // user ids; nil for everyone
}

// User is a person.
type User struct {
	ID, Name, Zone, Locale string
	Admin, Disabled, Guest bool
}

// Message is what someone can see.
type Message struct {
	Channel string
	TS      string
	Thread  string
	From    string // "" for the bot
	To      string // the only person who sees it, "" for everyone
	Text    string
	Blocks  json.RawMessage
	Key     string // of the metadata
	Updates int
	Deleted bool
}

// View is a modal or a Home tab.
type View struct {
	ID, User, Hash string
	JSON           json.RawMessage
	Updates        int
}

type trigger struct {
	made time.Time
	used bool
}

type response struct {
	made          time.Time
	uses          int
	channel, user string
	original      *Message // that replace_original replaces
	said          []*Message
}

// slackLimit is what Slack gives for an acknowledgement, and for opening a view.
const slackLimit = 3 * time.Second

// New starts a workspace with the channels C0GENERAL (the bot is in it) and
// C0OUTSIDE (it is not), and the persons U0MINA (in Seoul, Korean, an admin)
// and U0JON (in New York, English).
func New(t testing.TB, o Options) *Server {
	t.Helper()
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Deadline = cmp.Or(o.Deadline, time.Minute)
	o.AckLimit, o.TriggerLife = cmp.Or(o.AckLimit, slackLimit), cmp.Or(o.TriggerLife, slackLimit)
	if o.Scopes == nil {
		o.Scopes = []string{"chat:write", "commands", "im:write", "users:read", "app_mentions:read", "im:history", "channels:read", "chat:write.public", "files:write"}
	}
	s := &Server{BotToken: "xoxb-1-fake", AppToken: "xapp-1-fake", SigningSecret: strings.Repeat("5", 32), Team: "T0FAKE", BotUser: "U0BOT", BotName: "daybrief", t: t, o: o,
		changed: make(chan struct{}), scopes: o.Scopes, channels: map[string]*Channel{}, users: map[string]*User{}, dms: map[string]string{}, views: map[string]*View{},
		homes: map[string]*View{}, triggers: map[string]*trigger{}, responses: map[string]*response{}, files: map[string]*File{}, faults: map[string][]Fault{}, calls: map[string]int{},
		lastPost: map[string]time.Time{}, waiting: map[string]chan json.RawMessage{}, late: map[string]bool{}}
	s.AddChannel(Channel{ID: "C0GENERAL", Name: "general", Member: true, Creator: "U0MINA"})
	s.AddChannel(Channel{ID: "C0OUTSIDE", Name: "outside", Private: true})
	s.AddUser(User{ID: "U0MINA", Name: "Mina", Zone: "Asia/Seoul", Locale: "ko-KR", Admin: true})
	s.AddUser(User{ID: "U0JON", Name: "Jon", Zone: "America/New_York", Locale: "en-US"})
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveMethod)
	mux.HandleFunc("POST /respond/{id}", s.serveResponse)
	mux.HandleFunc("GET /socket", s.serveSocket)
	mux.HandleFunc("POST /upload/{id}", s.serveUpload)
	s.http = httptest.NewServer(mux)
	s.URL = s.http.URL + "/api/"
	t.Cleanup(s.finish)
	return s
}

// finish closes the server and fails the test for each breach of a rule.
func (s *Server) finish() {
	s.CloseSockets()
	s.http.CloseClientConnections()
	s.http.Close()
	for _, b := range s.Breaches() {
		s.t.Errorf("a rule of Slack's was broken: %s", b)
	}
}

// AddChannel adds or replaces a channel.
func (s *Server) AddChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[c.ID] = &c
}

// AddUser adds or replaces a person.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[u.ID] = &u
}

// SetScopes changes what the bot token may do.
func (s *Server) SetScopes(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scopes = scopes
}

// Breaches lists the rules that were broken so far.
func (s *Server) Breaches() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.breaches)
}

// Forgive forgets the breaches, for a test that makes one on purpose.
func (s *Server) Forgive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.breaches = nil
}

// Calls counts the calls of a method, faults included.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// Messages lists what can be seen in a channel, oldest first: by everyone, and
// by each person alone. A person's direct messages are those of DMChannel.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.messages {
		if m.Channel == channel && !m.Deleted && m.From == "" {
			out = append(out, *m)
		}
	}
	return out
}

// Public lists what the bot said to everyone in a channel.
func (s *Server) Public(channel string) []Message {
	return slices.DeleteFunc(s.Messages(channel), func(m Message) bool { return m.To != "" })
}

// DMChannel is the conversation of the bot and a person, opened if need be.
func (s *Server) DMChannel(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dmChannel(user)
}

func (s *Server) dmChannel(user string) string {
	if s.dms[user] == "" {
		s.dms[user] = "D" + strings.TrimPrefix(user, "U")
	}
	return s.dms[user]
}

// Home is a person's Home tab, nil when none was published.
func (s *Server) Home(user string) *View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return copyView(s.homes[user])
}

// View is a modal as it is now, nil for none.
func (s *Server) View(id string) *View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return copyView(s.views[id])
}

func copyView(v *View) *View {
	if v == nil {
		return nil
	}
	c := *v
	return &c
}

// breach notes a broken rule. The lock is held.
func (s *Server) breach(format string, args ...any) {
	s.breaches = append(s.breaches, fmt.Sprintf(format, args...))
	s.change()
}

// WaitBreaches waits until n rules were broken, and lists them.
func (s *Server) WaitBreaches(n int) []string {
	s.t.Helper()
	if !s.until(func() bool { return len(s.Breaches()) >= n }) {
		s.t.Fatalf("%d rules were broken, not %d", len(s.Breaches()), n)
	}
	return s.Breaches()
}

// change tells those who wait. The lock is held.
func (s *Server) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// next is a new id. The lock is held.
func (s *Server) next(prefix string) string {
	s.serial++
	return fmt.Sprintf("%s%06d", prefix, s.serial)
}

// ts is a new message time, unique as Slack's are. The lock is held.
func (s *Server) ts() string {
	s.serial++
	return fmt.Sprintf("%d.%06d", s.o.Now().Unix(), s.serial)
}

// until waits until ok, which is asked at each change without the lock, and
// reports whether that came before the deadline.
func (s *Server) until(ok func() bool) bool {
	deadline := time.NewTimer(s.o.Deadline)
	defer deadline.Stop()
	for {
		s.mu.Lock()
		changed := s.changed // taken before asking, so that no change is missed
		s.mu.Unlock()
		if ok() {
			return true
		}
		select {
		case <-changed:
		case <-deadline.C:
			return false
		}
	}
}

// everything is a copy of all that the bot said, the deleted left out.
func (s *Server) everything() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.messages {
		if m.From == "" && !m.Deleted {
			out = append(out, *m)
		}
	}
	return out
}

// WaitMessage waits for a message of the bot's that match accepts.
func (s *Server) WaitMessage(what string, match func(Message) bool) Message {
	s.t.Helper()
	var found Message
	if !s.until(func() bool {
		all := s.everything()
		i := slices.IndexFunc(all, match)
		if i >= 0 {
			found = all[i]
		}
		return i >= 0
	}) {
		s.t.Fatalf("no message came: %s\nthere are: %s", what, s.list())
	}
	return found
}

// WaitCalls waits until a method was called n times.
func (s *Server) WaitCalls(method string, n int) {
	s.t.Helper()
	if !s.until(func() bool { return s.Calls(method) >= n }) {
		s.t.Fatalf("%s was called %d times, not %d", method, s.Calls(method), n)
	}
}

// WaitHome waits for a Home tab that match accepts.
func (s *Server) WaitHome(user string, match func(View) bool) View {
	s.t.Helper()
	var found View
	if !s.until(func() bool {
		v := s.Home(user)
		if v == nil || !match(*v) {
			return false
		}
		found = *v
		return true
	}) {
		s.t.Fatalf("no such Home tab of %s was published; there is\n%+v", user, s.Home(user))
	}
	return found
}

// Views lists the modals, in the order they were opened.
func (s *Server) Views() []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []View
	for _, v := range s.views {
		out = append(out, *v)
	}
	slices.SortFunc(out, func(a, b View) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// WaitView waits for a modal that match accepts.
func (s *Server) WaitView(what string, match func(View) bool) View {
	s.t.Helper()
	var found View
	if !s.until(func() bool {
		all := s.Views()
		i := slices.IndexFunc(all, match)
		if i >= 0 {
			found = all[i]
		}
		return i >= 0
	}) {
		s.t.Fatalf("no such modal was opened: %s", what)
	}
	return found
}

func (s *Server) list() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, m := range s.messages {
		fmt.Fprintf(&b, "\n%s %s to %q deleted %v: %.200q", m.Channel, m.TS, m.To, m.Deleted, m.Text)
	}
	return b.String()
}
