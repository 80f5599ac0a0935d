package discordtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// gatewayState is the gateway with what a test has told it to do.
type gatewayState struct {
	remaining, shards, concurrency int
	resetAfter                     time.Duration

	firstOps    []int         // op of the first frame instead of the greeting, for the next connections
	onIdentify  []func(*conn) // instead of READY, for the next identifications
	noAcks      bool          // heartbeats are not answered
	conns       []*conn       // that are open
	sessions    map[string]*session
	identifies  []time.Time
	resumes     int
	connections int
	shardsSeen  [][]int
	intents     []int
	closes      []int // close codes that the bot sent
}

// session is what can be resumed.
type session struct {
	id      string
	seq     int
	invalid bool
}

// conn is one connection of the bot.
type conn struct {
	s    *Server
	ws   *websocket.Conn
	mu   sync.Mutex // of writing
	ses  *session
	live bool // READY or RESUMED was sent
	over bool // the test ends it
	beat time.Duration
}

type frame struct {
	Op int             `json:"op"`
	D  json.RawMessage `json:"d"`
	S  int             `json:"s,omitempty"`
	T  string          `json:"t,omitempty"`
}

func (s *Server) gatewayURL() string {
	return "ws" + strings.TrimPrefix(s.http.URL, "http") + "/gateway-socket"
}

func (s *Server) getGateway(ask) (any, error) { return map[string]any{"url": s.gatewayURL()}, nil }

func (s *Server) getGatewayBot(ask) (any, error) {
	return map[string]any{"url": s.gatewayURL(), "shards": s.gw.shards, "session_start_limit": map[string]any{
		"total": 1000, "remaining": s.gw.remaining, "reset_after": s.gw.resetAfter.Milliseconds(), "max_concurrency": s.gw.concurrency}}, nil
}

// socket serves one connection of the gateway.
func (s *Server) socket(w http.ResponseWriter, req *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, req, nil)
	if err != nil {
		return
	}
	c := &conn{s: s, ws: ws}
	defer func() {
		_ = ws.Close()
		s.mu.Lock()
		s.gw.conns = slices.DeleteFunc(s.gw.conns, func(x *conn) bool { return x == c })
		s.change()
		s.mu.Unlock()
	}()
	s.mu.Lock()
	s.gw.connections++
	op := 10
	if len(s.gw.firstOps) > 0 {
		op, s.gw.firstOps = s.gw.firstOps[0], s.gw.firstOps[1:]
	}
	c.beat = s.opts.Heartbeat
	s.gw.conns = append(s.gw.conns, c)
	s.change()
	s.mu.Unlock()
	c.greet(op)
	c.read()
}

func (c *conn) greet(op int) {
	switch op {
	case 10:
		c.send(10, map[string]any{"heartbeat_interval": c.beat.Milliseconds()})
	case 9:
		c.send(9, false)
	default:
		c.send(op, nil)
	}
}

func (c *conn) send(op int, d any) { c.write(frame{Op: op, D: raw(d)}) }

func raw(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null")
	}
	return data
}

func (c *conn) write(f frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.ws.WriteJSON(f) // a client that has gone is noticed by read
}

// dispatch sends an event. s.mu is not held.
func (c *conn) dispatch(event string, d any) {
	c.s.mu.Lock()
	seq := 0
	if c.ses != nil {
		c.ses.seq++
		seq = c.ses.seq
	}
	c.s.mu.Unlock()
	c.write(frame{Op: 0, T: event, S: seq, D: raw(d)})
}

func (c *conn) close(code int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	_ = c.ws.Close()
}

// read takes the bot's frames until the connection ends.
func (c *conn) read() {
	for {
		var f frame
		if err := c.ws.ReadJSON(&f); err != nil {
			if e, ok := err.(*websocket.CloseError); ok {
				c.s.mu.Lock()
				c.s.gw.closes = append(c.s.gw.closes, e.Code)
				c.s.mu.Unlock()
			}
			return
		}
		switch f.Op {
		case 1:
			c.s.mu.Lock()
			quiet := c.s.gw.noAcks
			c.s.mu.Unlock()
			if !quiet {
				c.send(11, nil)
			}
		case 2:
			c.identify(f.D)
		case 6:
			c.resume(f.D)
		default:
			c.s.mu.Lock()
			c.s.violate("the bot sent op %d to the gateway", f.Op)
			c.s.mu.Unlock()
		}
	}
}

func (c *conn) identify(d json.RawMessage) {
	var in struct {
		Token   string `json:"token"`
		Intents int    `json:"intents"`
		Shard   []int  `json:"shard"`
	}
	_ = json.Unmarshal(d, &in)
	s := c.s
	s.mu.Lock()
	s.gw.identifies = append(s.gw.identifies, time.Now())
	s.gw.intents = append(s.gw.intents, in.Intents)
	s.gw.shardsSeen = append(s.gw.shardsSeen, in.Shard)
	s.gw.remaining--
	var act func(*conn)
	if len(s.gw.onIdentify) > 0 {
		act, s.gw.onIdentify = s.gw.onIdentify[0], s.gw.onIdentify[1:]
	}
	s.change()
	s.mu.Unlock()
	switch {
	case in.Token != "Bot "+Token && in.Token != Token:
		c.close(4004)
	case act != nil:
		act(c)
	default:
		c.ready()
	}
}

func (c *conn) ready() {
	s := c.s
	s.mu.Lock()
	c.ses = &session{id: "session-" + s.id()}
	s.gw.sessions[c.ses.id] = c.ses
	var guilds, whole []any
	for id, g := range s.guilds {
		guilds = append(guilds, map[string]any{"id": id, "unavailable": true})
		if !g.gone {
			whole = append(whole, map[string]any{"id": id, "name": g.name, "unavailable": false, "channels": inGuild(s.channelsOf(id, false)), "threads": inGuild(s.channelsOf(id, true))})
		}
	}
	s.mu.Unlock()
	c.dispatch("READY", map[string]any{"v": 9, "session_id": c.ses.id, "resume_gateway_url": s.gatewayURL(), "guilds": guilds,
		"user": map[string]any{"id": BotID, "username": "daybrief", "bot": true}, "application": map[string]any{"id": ApplicationID, "flags": 0}})
	for _, g := range whole {
		c.dispatch("GUILD_CREATE", g)
	}
	c.alive()
}

// inGuild leaves out what Discord does not repeat within a server.
func inGuild(channels []any) []any {
	for _, c := range channels {
		delete(c.(map[string]any), "guild_id")
	}
	return channels
}

// TellChannel tells the bot that a channel is there or has changed; Discord
// does it by itself, the fake when it is asked to.
func (s *Server) TellChannel(channel string) {
	s.mu.Lock()
	d := s.channels[channel].json()
	s.mu.Unlock()
	for _, c := range s.open(true) {
		c.dispatch("CHANNEL_UPDATE", d)
	}
}

func (c *conn) alive() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.live = !c.over
	c.s.change()
}

func (c *conn) resume(d json.RawMessage) {
	var in struct {
		Session string `json:"session_id"`
	}
	_ = json.Unmarshal(d, &in)
	s := c.s
	s.mu.Lock()
	s.gw.resumes++
	ses := s.gw.sessions[in.Session]
	s.change()
	s.mu.Unlock()
	if ses == nil || ses.invalid {
		c.send(9, false)
		return
	}
	c.ses = ses
	c.dispatch("RESUMED", map[string]any{})
	c.alive()
}

// FirstFrames makes the next connections begin with a frame of each op, in
// place of the greeting: 7 (reconnect), 9 (invalid session), 11 (an answered
// heartbeat), which have brought clients down.
func (s *Server) FirstFrames(ops ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gw.firstOps = append(s.gw.firstOps, ops...)
}

// CloseOnIdentify makes the next identifications end with close codes.
func (s *Server) CloseOnIdentify(codes ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, code := range codes {
		s.gw.onIdentify = append(s.gw.onIdentify, func(c *conn) { c.close(code) })
	}
}

// InvalidOnIdentify answers the next n identifications with "invalid session".
func (s *Server) InvalidOnIdentify(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.gw.onIdentify = append(s.gw.onIdentify, func(c *conn) { c.send(9, false) })
	}
}

// SetAcks switches the answers to heartbeats on or off.
func (s *Server) SetAcks(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gw.noAcks = !on
}

// SetHeartbeat sets the interval that the gateway asks the next connections
// for. A short one makes a bot see soon that its heartbeats go unanswered, and
// a slow machine's bot see that although they are answered.
func (s *Server) SetHeartbeat(every time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Heartbeat = every
}

// SetSessionStarts sets what GET /gateway/bot says.
func (s *Server) SetSessionStarts(remaining, shards, concurrency int, resetAfter time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gw.remaining, s.gw.shards, s.gw.concurrency, s.gw.resetAfter = remaining, shards, concurrency, resetAfter
}

// InvalidateSessions makes every session unable to be resumed.
func (s *Server) InvalidateSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.gw.sessions {
		x.invalid = true
	}
}

func (s *Server) open(live bool) []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*conn
	for _, c := range s.gw.conns {
		if !live || c.live {
			out = append(out, c)
		}
	}
	return out
}

// SendOp sends a frame to every connection: 7 asks the bot to reconnect, 1
// asks for a heartbeat.
func (s *Server) SendOp(op int) {
	for _, c := range s.open(false) {
		c.send(op, nil)
	}
}

// CloseAll closes every connection with a code.
func (s *Server) CloseAll(code int) {
	for _, c := range s.over() {
		c.close(code)
	}
}

// over are all connections, which count as ready no longer: each is ended by
// whoever asks.
func (s *Server) over() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.gw.conns {
		c.live, c.over = false, true
	}
	s.change()
	return slices.Clone(s.gw.conns)
}

// DropConnections cuts every connection without a word.
func (s *Server) DropConnections() {
	for _, c := range s.over() {
		_ = c.ws.NetConn().Close()
	}
}

// RemoveFromGuild takes the bot out of a server, or lets the server have an
// outage.
func (s *Server) RemoveFromGuild(guild string, outage bool) {
	s.mu.Lock()
	s.guilds[guild].gone = !outage
	s.mu.Unlock()
	d := map[string]any{"id": guild}
	if outage {
		d["unavailable"] = true
	}
	for _, c := range s.open(true) {
		c.dispatch("GUILD_DELETE", d)
	}
}

// GatewayCounts is what the gateway has seen.
type GatewayCounts struct {
	Connections, Identifies, Resumes int
	Open                             int             // connections that are ready
	Heartbeats                       []time.Duration // of all connections that are not closed
	Closes                           []int
	Intents                          []int
	Shards                           [][]int
	Times                            []time.Time // of the identifications
}

// Gateway tells what the gateway has seen.
func (s *Server) Gateway() GatewayCounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts()
}

func (s *Server) counts() GatewayCounts {
	n := 0
	var beats []time.Duration
	for _, c := range s.gw.conns {
		if c.live {
			n++
		}
		beats = append(beats, c.beat)
	}
	return GatewayCounts{s.gw.connections, len(s.gw.identifies), s.gw.resumes, n, beats, slices.Clone(s.gw.closes), slices.Clone(s.gw.intents), slices.Clone(s.gw.shardsSeen), slices.Clone(s.gw.identifies)}
}

// WaitGateway waits until the gateway has seen what ok wants to see.
func (s *Server) WaitGateway(what string, ok func(GatewayCounts) bool) {
	s.t.Helper()
	s.wait("the gateway: "+what, func() bool { return ok(s.counts()) })
}

// WaitConnected waits until n connections are ready.
func (s *Server) WaitConnected(n int) {
	s.t.Helper()
	s.WaitGateway(fmt.Sprintf("%d connections ready", n), func(c GatewayCounts) bool { return c.Open >= n })
}
