package slacktest

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// socket is one open connection of Socket Mode.
type socket struct {
	conn  *websocket.Conn
	write sync.Mutex
}

func (c *socket) send(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.write.Lock()
	defer c.write.Unlock()
	if err := c.conn.SetWriteDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	return c.conn.WriteMessage(websocket.TextMessage, data)
}

func (s *Server) connectionsOpen(call) answer {
	return answer{"url": "ws" + s.http.URL[len("http"):] + "/socket?ticket=" + s.next("secret")}
}

// maxAck is the size at which Slack drops an acknowledgement without a word.
const maxAck = 20 * 1024

// serveSocket is the WebSocket: hello, then acknowledgements come in.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &socket{conn: conn}
	defer s.gone(c)
	s.mu.Lock()
	s.accepted++
	n, hook := s.accepted, s.onConnect
	s.mu.Unlock()
	_ = c.send(map[string]any{"type": "hello", "num_connections": 1, "connection_info": map[string]string{"app_id": "A0FAKE"},
		"debug_info": map[string]any{"host": "fake", "approximate_connection_time": 18060}})
	reason := ""
	if hook != nil {
		reason = hook(n)
	}
	if reason != "" {
		_ = c.send(map[string]any{"type": "disconnect", "reason": reason})
	}
	s.mu.Lock()
	s.connects++ // with the list, so that who sees the count sees the socket
	if reason == "" {
		s.sockets = append(s.sockets, c)
	}
	s.change()
	s.mu.Unlock()
	if reason == "" {
		s.read(c)
	}
}

func (s *Server) read(c *socket) {
	for {
		_, data, err := c.conn.ReadMessage()
		if err != nil {
			return
		}
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		s.mu.Lock()
		switch err := json.Unmarshal(data, &ack); {
		case err != nil:
			s.breach("a frame that is no JSON")
		case len(data) >= maxAck:
			s.breach("an acknowledgement of %d bytes, which Slack drops", len(data))
		case s.late[ack.EnvelopeID]:
			delete(s.late, ack.EnvelopeID)
		case s.waiting[ack.EnvelopeID] == nil:
			s.breach("envelope %q was acknowledged twice, or never sent", ack.EnvelopeID)
		default:
			s.waiting[ack.EnvelopeID] <- ack.Payload
			delete(s.waiting, ack.EnvelopeID)
		}
		s.mu.Unlock()
	}
}

func (s *Server) gone(c *socket) {
	_ = c.conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets = slices.DeleteFunc(s.sockets, func(o *socket) bool { return o == c })
	s.change()
}

// OnConnect has each new socket told a reason to disconnect right after hello;
// "" leaves it open. n counts from 1.
func (s *Server) OnConnect(reason func(n int) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onConnect = reason
}

// Connects counts the sockets that were opened.
func (s *Server) Connects() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connects
}

// Sockets counts those that are open.
func (s *Server) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// WaitSockets waits until n sockets are open.
func (s *Server) WaitSockets(n int) {
	s.t.Helper()
	if !s.until(func() bool { return s.Sockets() == n }) {
		s.t.Fatalf("%d sockets are open, not %d", s.Sockets(), n)
	}
}

// WaitConnects waits until n sockets were opened since the start.
func (s *Server) WaitConnects(n int) {
	s.t.Helper()
	if !s.until(func() bool { return s.Connects() >= n }) {
		s.t.Fatalf("%d sockets were opened, not %d", s.Connects(), n)
	}
}

// Disconnect tells each open socket a reason: warning, refresh_requested,
// link_disabled, too_many_websockets. As at Slack, a warned socket stays open;
// the others are closed.
func (s *Server) Disconnect(reason string) {
	for _, c := range s.open() {
		_ = c.send(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]string{"host": "fake"}})
		if reason != "warning" && reason != "refresh_requested" {
			_ = c.conn.Close()
		}
	}
}

// CloseSockets ends the open connections without a word.
func (s *Server) CloseSockets() {
	for _, c := range s.open() {
		_ = c.conn.Close()
	}
}

func (s *Server) open() []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sockets)
}

// SendFrame sends bytes as they are on the newest socket.
func (s *Server) SendFrame(data string) {
	s.t.Helper()
	c := s.newest()
	c.write.Lock()
	defer c.write.Unlock()
	if err := c.conn.WriteMessage(websocket.TextMessage, []byte(data)); err != nil {
		s.t.Fatalf("send a frame: %v", err)
	}
}

// newest waits for a socket, and gives the one opened last.
func (s *Server) newest() *socket {
	s.t.Helper()
	var c *socket
	if !s.until(func() bool {
		if open := s.open(); len(open) > 0 {
			c = open[len(open)-1]
		}
		return c != nil
	}) {
		s.t.Fatal("no socket is open")
	}
	return c
}

// CloseOldest closes all sockets but the one opened last, as Slack does some
// seconds after it warned.
func (s *Server) CloseOldest() {
	open := s.open()
	for _, c := range open[:max(len(open)-1, 0)] {
		_ = c.conn.Close()
	}
}
