package slacktest

import (
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/daybrief/daybrief/bot/slack"
)

// Bounds of a response_url.
const (
	responseUses = 5
	responseLife = 30 * time.Minute
)

// newResponse makes a response_url. The lock is held.
func (s *Server) newResponse(r response) string {
	id := s.next("resp")
	r.made = s.o.Now()
	s.responses[id] = &r
	return s.http.URL + "/respond/" + id
}

func (s *Server) serveResponse(w http.ResponseWriter, r *http.Request) {
	f, faulty := s.fault("response_url")
	if faulty && !f.effect {
		f.fail(w, r)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, "bad", http.StatusBadRequest)
		return
	}
	status, out := s.respond(r.PathValue("id"), body)
	if faulty {
		f.fail(w, r)
		return
	}
	if status == http.StatusOK {
		_, _ = io.WriteString(w, "ok") // Slack answers in plain text here
		return
	}
	writeJSON(w, status, out)
}

// respond carries a use of a response_url out.
func (s *Server) respond(id string, body []byte) (int, answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.change()
	r := s.responses[id]
	switch {
	case r == nil:
		return http.StatusNotFound, no("no_such_url")
	case s.o.Now().Sub(r.made) > responseLife:
		return http.StatusNotFound, no("expired_url")
	case r.uses >= responseUses:
		s.breach("a response_url was used more than %d times", responseUses)
		return http.StatusNotFound, no("used_url")
	}
	var p struct {
		Type    string          `json:"response_type"`
		Replace *bool           `json:"replace_original"`
		Delete  bool            `json:"delete_original"`
		Thread  string          `json:"thread_ts"`
		Text    string          `json:"text"`
		Blocks  json.RawMessage `json:"blocks"`
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return http.StatusBadRequest, no("invalid_payload")
	}
	r.uses++
	if p.Delete {
		if r.original != nil {
			r.original.Deleted = true
		}
		return http.StatusOK, nil
	}
	if p.Type != "ephemeral" && p.Type != "in_channel" || p.Replace == nil {
		s.breach("a response_url was used without saying response_type and replace_original")
	}
	if err := slack.Validate(body); err != nil {
		s.breach("response_url: %v", err)
		return http.StatusInternalServerError, no("invalid_blocks")
	}
	if p.Replace != nil && *p.Replace && r.original != nil {
		r.original.Text, r.original.Blocks = p.Text, p.Blocks
		r.original.Updates++
		return http.StatusOK, nil
	}
	m := &Message{Channel: r.channel, TS: s.ts(), Thread: p.Thread, Text: p.Text, Blocks: p.Blocks}
	if p.Type != "in_channel" {
		m.To = r.user
	}
	s.messages, r.said = append(s.messages, m), append(r.said, m)
	return http.StatusOK, nil
}
