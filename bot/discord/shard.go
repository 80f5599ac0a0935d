package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"github.com/daybrief/daybrief/digest"
)

// shard owns one connection to the gateway. One goroutine opens, watches and
// closes it, so that no two can fight over it.
type shard struct {
	g         *gateway
	id, count int
	turns     context.Context // of interactions: outlives the connection
	link      *link           // the session to resume; nil for a new one
}

// ending is how a connection came to its end.
type ending struct {
	err    error
	fatal  bool          // connecting again cannot help
	worked bool          // it was ready before, for a while
	wait   time.Duration // at least, before the next attempt
}

// run connects again and again, until the context ends or it cannot help.
func (s *shard) run(ctx context.Context) error {
	failures := 0
	for {
		e := s.connect(ctx)
		s.g.set(s.id, false)
		if ctx.Err() != nil {
			return nil
		}
		if e.fatal {
			s.g.log.ErrorContext(ctx, "discord: the gateway ended for good", "shard", s.id, "err", e.err)
			return e.err
		}
		if e.worked {
			failures = 0
		}
		failures++
		pause := max(e.wait, jitter(s.g.a.opts.timing.backoff, failures))
		s.g.log.WarnContext(ctx, "discord: the gateway's connection ended, connecting again", "shard", s.id, "err", e.err, "failures", failures, "pause", pause)
		if s.g.a.rest.timing.sleep(ctx, pause) != nil {
			return nil
		}
	}
}

// connect makes one connection and stays with it to its end.
func (s *shard) connect(ctx context.Context) ending {
	info, e := s.permit(ctx)
	if e != nil {
		return *e
	}
	resuming := s.link != nil
	l := s.link
	s.link = nil // a session is resumed once; when that fails a new one is begun
	if l == nil {
		if err := s.g.waitTurn(ctx, info.Limit.MaxConcurrency); err != nil {
			return ending{err: err}
		}
		var err error
		if l, err = s.newLink(info.URL); err != nil {
			return ending{err: err, fatal: true}
		}
	}
	if e := s.open(ctx, l, resuming); e != nil {
		return *e
	}
	s.g.set(s.id, true)
	s.g.log.InfoContext(ctx, "discord: connected", "shard", s.id, "shards", s.count, "resumed", resuming)
	began := s.g.a.opts.timing.now()
	e2 := s.watch(ctx, l)
	e2.worked = s.g.a.opts.timing.now().Sub(began) >= steady
	return e2
}

// steady is how long a connection lasts that works: one that is closed again
// and again as soon as it is ready is a failure each time, or it would use up
// the session starts of a day.
const steady = time.Minute

// permit asks whether a session may be begun. The budget is asked for before
// resuming too, since Discord may answer that with "begin a new one".
func (s *shard) permit(ctx context.Context) (botGateway, *ending) {
	info, err := s.g.info(ctx)
	if err != nil {
		if lasting(err) {
			return info, &ending{err: asRefused(err), fatal: true}
		}
		return info, &ending{err: err}
	}
	if info.Limit.Remaining < minStarts {
		wait := time.Duration(min(max(info.Limit.ResetAfter, 0), 86_400_000)) * time.Millisecond
		err := digest.Errorf(digest.Unavailable, "only %d session starts are left today", info.Limit.Remaining).
			WithHint("The bot waits until Discord grants new ones; look for what made it connect so often.")
		s.g.log.ErrorContext(ctx, "discord: not connecting, or Discord would reset the token", "err", err, "wait", wait)
		return info, &ending{err: err, wait: max(wait, s.g.a.opts.timing.backoff)}
	}
	return info, nil
}

// link is one session of discordgo with what is heard of it.
type link struct {
	session *discordgo.Session
	ready   chan string // READY or RESUMED

	mu   sync.Mutex
	wire *wire
	dead bool // abandoned: it may not connect any more
}

// newLink makes a session with every default of discordgo that would act on
// its own switched off.
func (s *shard) newLink(url string) (*link, error) {
	session, err := discordgo.New("Bot " + s.g.a.opts.Token)
	if err != nil {
		return nil, err
	}
	l := &link{session: session, ready: make(chan string, 4)}
	session.ShouldReconnectOnError = false
	session.ShouldReconnectVoiceOnSessionError = false
	session.ShouldRetryOnRateLimit = false
	session.MaxRestRetries = 0
	session.StateEnabled = false
	session.Compress = false
	session.Debug = false
	session.LogLevel = -1 // its log has no levels below errors that are errors; ours tells what matters
	session.UserAgent = s.g.a.rest.agent
	session.Identify.Intents = discordgo.IntentsGuilds
	session.ShardID, session.ShardCount = s.id, s.count
	session.Client = &http.Client{Transport: localGateway{url}}
	session.Dialer = dialer(l.keep)
	session.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) { s.event(l, e) })
	return l, nil
}

func (l *link) keep(w *wire) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return errors.New("the session was abandoned")
	}
	l.wire = w
	return nil
}

func (l *link) current() *wire {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wire
}

// abandon gives a session up without asking it: after some frames discordgo
// holds its own lock for ever, and then its Close blocks too. The connection
// is closed under it; a goroutine of it may stay.
func (l *link) abandon() {
	l.mu.Lock()
	l.dead = true
	w := l.wire
	l.mu.Unlock()
	if w != nil {
		_ = w.Close()
	}
}

// close ends a session with a close code.
//
// discordgo holds the session's lock for a second after it has said that it
// goes. A session that is over is not waited for any longer than until the
// gateway has heard it; one that is to be resumed is, as its lock is needed.
func (s *shard) close(l *link, code int) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = recover() }() // a close that panics has closed enough
		_ = l.session.CloseWithCode(code)
	}()
	var heard chan struct{} // never, for one to be resumed
	if w := l.current(); w != nil && code == websocket.CloseNormalClosure {
		heard = w.heard
	}
	t := time.NewTimer(s.g.a.opts.timing.close)
	defer t.Stop()
	select {
	case <-done:
	case <-heard:
	case <-t.C:
		l.abandon()
	}
}

// open connects and waits for READY or RESUMED.
func (s *shard) open(ctx context.Context, l *link, resuming bool) *ending {
	for len(l.ready) > 0 {
		<-l.ready
	}
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("discordgo panicked: %v", p)
			}
		}()
		done <- l.session.Open()
	}()
	limit := time.NewTimer(s.g.a.opts.timing.open)
	defer limit.Stop()
	select {
	case err := <-done:
		if err != nil {
			return s.failed(l, err)
		}
	case <-limit.C:
		l.abandon()
		return &ending{err: errors.New("the gateway did not come up in time")}
	case <-ctx.Done():
		l.abandon()
		return &ending{err: ctx.Err()}
	}
	return s.greeted(ctx, l, resuming)
}

// failed reads why discordgo could not open.
func (s *shard) failed(l *link, err error) *ending {
	var c *websocket.CloseError
	if errors.As(err, &c) {
		if fatal := fatalClose(c.Code); fatal != nil {
			return &ending{err: fatal, fatal: true}
		}
	}
	if w := l.current(); w != nil {
		if _, refused := w.state(); refused {
			return s.invalidSession()
		}
	}
	return &ending{err: s.g.a.rest.redact(err)}
}

// invalidSession waits one to five seconds before a new session is begun, as
// Discord asks.
func (s *shard) invalidSession() *ending {
	least := s.g.a.opts.timing.invalid
	return &ending{err: errSecond, wait: least + time.Duration(rand.Int64N(int64(4*least)))}
}

func (s *shard) greeted(ctx context.Context, l *link, resuming bool) *ending {
	limit := time.NewTimer(s.g.a.opts.timing.ready)
	defer limit.Stop()
	w := l.current()
	select {
	case <-l.ready:
		return nil
	case <-w.done:
		if _, refused := w.state(); refused {
			return s.invalidSession()
		}
		return &ending{err: fmt.Errorf("the gateway closed before it was ready (resuming: %t)", resuming)}
	case <-limit.C:
		s.close(l, 4000)
		return &ending{err: errors.New("the gateway said nothing after its greeting")}
	case <-ctx.Done():
		s.close(l, websocket.CloseNormalClosure)
		return &ending{err: ctx.Err()}
	}
}

// watch stays with a connection until it ends, and ends it when two
// heartbeats went unanswered: the library waits for five.
func (s *shard) watch(ctx context.Context, l *link) ending {
	w := l.current()
	interval, _ := w.state()
	if interval == 0 {
		interval = s.g.a.opts.timing.beat
	}
	tick := time.NewTicker(max(interval/4, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			s.close(l, websocket.CloseNormalClosure)
			return ending{err: ctx.Err()}
		case <-w.done:
			if _, refused := w.state(); refused {
				return *s.invalidSession()
			}
			s.link = l
			return ending{err: errors.New("the gateway closed the connection")}
		case <-tick.C:
			if l.silent(2 * interval) {
				s.close(l, 4000) // not 1000 or 1001: those end the session
				if !l.isDead() {
					s.link = l
				}
				return ending{err: errors.New("two heartbeats went unanswered")}
			}
		}
	}
}

func (l *link) isDead() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dead
}

// silent reports whether the last answered heartbeat is longer ago than limit.
func (l *link) silent(limit time.Duration) bool {
	if !l.session.TryRLock() {
		return false // it is busy with something; the next tick looks again
	}
	last := l.session.LastHeartbeatAck
	l.session.RUnlock()
	return time.Since(last) > limit
}

// event takes what the gateway dispatches. discordgo calls it in a goroutine
// of its own, so a panic here would end the program.
func (s *shard) event(l *link, e *discordgo.Event) {
	defer func() {
		if p := recover(); p != nil {
			s.g.log.Error("discord: a gateway event panicked", "type", e.Type, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	switch e.Type {
	case "READY", "RESUMED":
		select {
		case l.ready <- e.Type:
		default:
		}
	case "INTERACTION_CREATE":
		s.g.a.take(s.turns, e.RawData)
	case "GUILD_CREATE", "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE":
		s.g.a.learnEvent(e.Type, e.RawData)
	case "GUILD_DELETE":
		s.guildGone(e.RawData)
	}
}

// guildGone tells that the bot was removed from a server. A server that is
// merely unavailable says so and comes back.
func (s *shard) guildGone(data []byte) {
	var g struct {
		ID          string `json:"id"`
		Unavailable bool   `json:"unavailable"`
	}
	if json.Unmarshal(data, &g) != nil || g.ID == "" || g.Unavailable {
		return
	}
	s.g.log.Info("discord: removed from a server", "guild", g.ID)
	if s.g.a.opts.Removed != nil {
		s.g.a.opts.Removed(s.turns, g.ID)
	}
}
