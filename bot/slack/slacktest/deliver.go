package slacktest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// AckWithin sets Options.AckLimit from now on: short for what is never
// acknowledged, so that a test does not wait long for nothing.
func (s *Server) AckWithin(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.AckLimit = d
}

// ViaHTTP delivers to a handler, signed, instead of over Socket Mode.
func (s *Server) ViaHTTP(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = h
}

// deliver sends one thing and waits for its acknowledgement.
func (s *Server) deliver(d *Delivery) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	h := s.handler
	s.mu.Unlock()
	if h != nil {
		return s.deliverHTTP(d, h)
	}
	return s.deliverSocket(d)
}

func (s *Server) deliverSocket(d *Delivery) *Delivery {
	s.t.Helper()
	c := s.newest()
	acked := make(chan json.RawMessage, 1)
	s.mu.Lock()
	d.id = s.next("envelope")
	s.waiting[d.id] = acked
	limit := s.o.AckLimit
	s.mu.Unlock()
	start := time.Now()
	frame := answer{"type": d.kind, "envelope_id": d.id, "payload": d.payload, "accepts_response_payload": d.kind != "events_api"}
	if d.events {
		frame["retry_attempt"], frame["retry_reason"] = 1, "timeout"
	}
	if err := c.send(frame); err != nil {
		s.t.Fatalf("deliver %s: %v", d.kind, err)
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case d.Ack = <-acked:
		d.Latency = time.Since(start)
	case <-timer.C:
		d.Refused = true
		s.mu.Lock()
		delete(s.waiting, d.id)
		s.late[d.id] = true // should it come yet, that breaks no rule
		s.mu.Unlock()
	}
	s.say(d)
	return d
}

// say shows what the acknowledgement of a command says, as Slack does.
func (s *Server) say(d *Delivery) {
	var out struct {
		Text string `json:"text"`
	}
	if d.kind != "slash_commands" || len(d.Ack) == 0 || json.Unmarshal(d.Ack, &out) != nil || out.Text == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &Message{Channel: fmt.Sprint(d.payload["channel_id"]), TS: s.ts(), To: fmt.Sprint(d.payload["user_id"]), Text: out.Text}
	s.messages = append(s.messages, m)
	if r := s.responses[d.uses]; r != nil {
		r.said = append(r.said, m)
	}
	s.change()
}

func (s *Server) deliverHTTP(d *Delivery, h http.Handler) *Delivery {
	s.t.Helper()
	path, kind := "/slack/events", "application/json"
	payload, err := json.Marshal(d.payload)
	if err != nil {
		s.t.Fatal(err)
	}
	body := string(payload)
	switch d.kind {
	case "slash_commands":
		form := url.Values{}
		for key, value := range d.payload {
			form.Set(key, fmt.Sprint(value))
		}
		path, kind, body = "/slack/commands", "application/x-www-form-urlencoded", form.Encode()
	case "interactive":
		path, kind, body = "/slack/interactions", "application/x-www-form-urlencoded", url.Values{"payload": {string(payload)}}.Encode()
	}
	r := s.SignedRequest(path, kind, body, s.o.Now())
	if d.events {
		r.Header.Set("X-Slack-Retry-Num", "1")
		r.Header.Set("X-Slack-Retry-Reason", "http_timeout")
	}
	w := httptest.NewRecorder()
	s.mu.Lock()
	limit := s.o.AckLimit
	s.mu.Unlock()
	start := time.Now()
	h.ServeHTTP(w, r)
	d.Latency, d.Status = time.Since(start), w.Code
	d.Refused = w.Code != http.StatusOK || d.Latency > limit
	if w.Body.Len() > 0 && w.Code == http.StatusOK {
		d.Ack = w.Body.Bytes()
	}
	s.say(d)
	return d
}

// SignedRequest is a request as Slack signs it, at a time.
func (s *Server) SignedRequest(path, kind, body string, at time.Time) *http.Request {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(s.SigningSecret))
	mac.Write([]byte("v0:" + stamp + ":" + body))
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return r
}
