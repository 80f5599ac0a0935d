package slack

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack/socketmode"

	"github.com/daybrief/daybrief/digest"
)

// Socket timings, in real time: they are about the network.
const (
	pingEvery   = 15 * time.Second // ours, so that no NAT forgets the connection
	silentLimit = 45 * time.Second // without a frame, a ping or a pong the connection is dead
	ackLimit    = 2 * time.Second  // to write an acknowledgement
	dialLimit   = 30 * time.Second
)

// Run serves until ctx is done, and returns nil then. It returns an error,
// made to be shown, when Slack refuses a token: nothing works until the
// operator acts. Over HTTP it runs the workers; mount Routes beside it.
func (a *App) Run(ctx context.Context) error {
	end := a.work(ctx)
	defer end() // after all that reads has ended
	if err := a.introduce(ctx); err != nil {
		return err
	}
	if a.o.AppToken == "" {
		<-ctx.Done()
		return nil
	}
	return a.runSocket(ctx)
}

// introduce asks who we are until Slack says, so that a refused token is told
// at the start.
func (a *App) introduce(ctx context.Context) error {
	p := a.newPolicy()
	for {
		p.open(a.clock.now())
		id, err := a.identify(ctx)
		if err == nil {
			a.log.Info("Slack knows the bot", "workspace", id.Team, "bot", id.Name, "scopes", len(id.Scopes))
			return nil
		}
		if refused := refusal(err, "bot"); refused != nil {
			return refused
		}
		wait := p.next(ending{err: err, wait: waitOf(err)}, a.clock.now())
		if !a.pause(ctx, wait) {
			return nil
		}
		a.log.Warn("Slack could not be reached; trying again", "error", err, "waited", wait)
	}
}

// pause waits, and reports whether to go on after it.
func (a *App) pause(ctx context.Context, d time.Duration) bool {
	return ctx.Err() == nil && a.clock.wait(ctx, d) == nil
}

func (a *App) newPolicy() *policy {
	if a.o.Jitter != nil {
		return &policy{jitter: a.o.Jitter}
	}
	return &policy{jitter: rand.Float64}
}

func waitOf(err error) time.Duration {
	var ce *callError
	if errors.As(err, &ce) {
		return ce.Wait
	}
	return 0
}

// refusal is the sentence for a token that Slack refuses, nil for any other
// error.
func refusal(err error, which string) error {
	code := codeOf(err)
	if !refusedToken(code) && (which != "app" || code != "missing_scope" && code != "no_permission" && code != "http_404" && code != "http_403") {
		return nil
	}
	e := digest.Errorf(digest.Forbidden, "Slack refuses the %s token (%s)", which, code)
	e.Err = err
	if which == "app" {
		return e.WithHint("create an app-level token (xapp-) with the scope connections:write under “Basic Information” and put it into SLACK_APP_TOKEN")
	}
	return e.WithHint("copy the bot token (xoxb-) from “OAuth & Permissions” into SLACK_BOT_TOKEN; after a change of scopes, install the app again first")
}

// runSocket keeps one socket open, by the policy.
func (a *App) runSocket(ctx context.Context) error {
	p := a.newPolicy()
	var open sync.WaitGroup
	defer open.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // what is still read beside the next one, too
	for ctx.Err() == nil {
		p.open(a.clock.now())
		end := a.oneSocket(ctx, &open)
		if refused := refusal(end.err, "app"); refused != nil {
			return refused
		}
		if ctx.Err() != nil {
			return nil
		}
		wait := p.next(end, a.clock.now())
		a.note(end, wait)
		if !a.pause(ctx, wait) {
			return nil
		}
	}
	return nil
}

// note tells the log and Health why a socket ended.
func (a *App) note(end ending, wait time.Duration) {
	var problem string
	switch end.reason {
	case reasonWarning, reasonRefresh:
		a.log.Info("Slack renews the socket", "reason", end.reason)
		return // the next one is on its way, and this one is still read
	case reasonDisabled:
		problem = "Socket Mode is turned off in the app's settings; nobody can reach the bot until it is on again."
		a.log.Error("Socket Mode is turned off in the app's settings; trying again", "wait", wait)
	case reasonTooMany:
		problem = "Too many processes use this app's sockets; stop the others, or give each its own app."
		a.log.Error("too many sockets for this app; trying again", "wait", wait)
	default:
		problem = "The connection to Slack is being made again."
		a.log.Warn("the connection to Slack ended; trying again", "reason", end.reason, "error", end.err, "wait", wait)
	}
	a.health.set(false, problem, a.clock.now())
}

// oneSocket opens a socket and reads it until it ends, or until Slack asks to
// replace it: then it goes on being read, beside the next one, until Slack
// closes it, so that no command falls into a gap.
func (a *App) oneSocket(ctx context.Context, open *sync.WaitGroup) ending {
	s, err := a.dial(ctx)
	if err != nil {
		return ending{err: err, wait: waitOf(err)}
	}
	a.health.connects.Add(1)
	ended := make(chan ending, 2)
	open.Go(func() { ended <- s.read() })
	open.Go(s.keepAlive)
	select {
	case <-ctx.Done():
		s.close()
		return ending{}
	case end := <-ended:
		select {
		case end.reason = <-s.asked: // Slack said why, then closed
		default:
		}
		return end
	case reason := <-s.asked:
		if reason == reasonWarning || reason == reasonRefresh {
			s.closeLater(ctx, open)
		} else {
			s.close()
		}
		return ending{reason: reason}
	}
}

// socket is one open WebSocket.
type socket struct {
	app   *App
	conn  *websocket.Conn
	asked chan string // the reason of a disconnect
	done  chan struct{}
	once  sync.Once

	write sync.Mutex // gorilla allows one writer
}

// dial asks for an address and connects to it.
func (a *App) dial(ctx context.Context) (*socket, error) {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	_, address, err := a.api.StartSocketModeContext(ctx)
	if err != nil {
		return nil, err
	}
	d := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialLimit, NetDialContext: (&net.Dialer{KeepAlive: pingEvery}).DialContext}
	conn, res, err := d.DialContext(ctx, address, nil)
	if res != nil && res.Body != nil {
		_ = res.Body.Close()
	}
	if err != nil {
		return nil, &callError{Method: "socket", Code: "network", Err: secretError{err}}
	}
	conn.SetReadLimit(maxBody)
	s := &socket{app: a, conn: conn, asked: make(chan string, 1), done: make(chan struct{})}
	s.alive()
	conn.SetPongHandler(func(string) error { s.alive(); return nil })
	conn.SetPingHandler(func(data string) error {
		s.alive()
		return conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(ackLimit))
	})
	return s, nil
}

func (s *socket) alive() { _ = s.conn.SetReadDeadline(time.Now().Add(silentLimit)) }

// keepAlive pings until the socket is closed.
func (s *socket) keepAlive() {
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-t.C:
			_ = s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(ackLimit))
		}
	}
}

func (s *socket) close() {
	s.once.Do(func() {
		close(s.done)
		_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
		_ = s.conn.Close()
	})
}

// closeLater closes the socket when Slack did not do it itself.
func (s *socket) closeLater(ctx context.Context, open *sync.WaitGroup) {
	open.Go(func() {
		t := time.NewTimer(overlapGrace)
		defer t.Stop()
		select {
		case <-ctx.Done():
		case <-s.done:
		case <-t.C:
		}
		s.close()
	})
}

// read takes frames until the connection ends. It only acknowledges and
// queues: whatever is slow would hold up the acknowledgement of the next.
func (s *socket) read() ending {
	defer s.close()
	for {
		_, data, err := s.conn.ReadMessage()
		if err != nil {
			return ending{err: &callError{Method: "socket", Code: "network", Err: secretError{err}}}
		}
		s.alive()
		var f socketmode.Request
		if err := json.Unmarshal(data, &f); err != nil {
			s.app.health.bad.Add(1)
			s.app.log.Warn("Slack sent a frame that cannot be read", "error", err)
			continue
		}
		s.frame(f)
	}
}

func (s *socket) frame(f socketmode.Request) {
	a := s.app
	switch f.Type {
	case socketmode.RequestTypeHello:
		a.health.set(true, "", a.clock.now())
		a.log.Info("connected to Slack", "sockets", f.NumConnections, "seconds", f.DebugInfo.ApproximateConnectionTime)
	case socketmode.RequestTypeDisconnect:
		select {
		case s.asked <- f.Reason:
		default: // asked already
		}
	default:
		a.accept(envelope{kind: f.Type, payload: f.Payload, ack: func(payload any) error { return s.ack(f.EnvelopeID, payload) }})
	}
}

// ack acknowledges an envelope, within ackLimit.
func (s *socket) ack(id string, payload any) error {
	data, err := json.Marshal(socketmode.Response{EnvelopeID: id, Payload: payload})
	if err != nil {
		return err
	}
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.conn.SetWriteDeadline(time.Now().Add(ackLimit)); err != nil {
		return err
	}
	return s.conn.WriteMessage(websocket.TextMessage, data)
}
