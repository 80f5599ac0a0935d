package discordtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Fault is something that goes wrong with requests. Its zero value does
// nothing; the first fault that fits a request and is not used up acts.
type Fault struct {
	Method string // "" for any
	Path   string // a part of the path; "" for any
	Times  int    // how often; 0 for once, -1 for always

	// Effect lets the request take effect before it goes wrong.
	Effect bool
	// Reset closes the connection without an answer.
	Reset bool
	// Hang answers nothing until the client has gone.
	Hang bool

	Status  int
	Code    int // Discord's code in the body
	Headers map[string]string
	// RetryAfter is the body's retry_after, in seconds; with Status 429.
	RetryAfter float64
	Global     bool
	Raw        string // the whole body instead
	Delay      time.Duration

	used int
}

// Inject adds a fault.
func (s *Server) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// ClearFaults makes everything work again.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// fault picks the fault for a request. s.mu is held.
func (s *Server) fault(req *http.Request) *Fault {
	for _, f := range s.faults {
		if f.Method != "" && f.Method != req.Method || !strings.Contains(req.URL.Path, f.Path) {
			continue
		}
		if f.Times >= 0 && f.used >= max(1, f.Times) {
			continue
		}
		f.used++
		return f
	}
	return nil
}

// apply does what the fault says; effect lets the request take effect.
func (f *Fault) apply(w http.ResponseWriter, req *http.Request, effect func()) {
	if f.Effect {
		effect()
	}
	if f.Delay > 0 {
		t := time.NewTimer(f.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-req.Context().Done():
			return
		}
	}
	switch {
	case f.Hang:
		<-req.Context().Done()
	case f.Reset:
		reset(w)
	default:
		f.answer(w)
	}
}

func reset(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if c, _, err := h.Hijack(); err == nil {
			_ = c.Close()
		}
	}
}

func (f *Fault) answer(w http.ResponseWriter) {
	for k, v := range f.Headers {
		w.Header().Set(k, v)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.Status)
	if f.Raw != "" {
		_, _ = fmt.Fprint(w, f.Raw)
		return
	}
	body := map[string]any{"message": fmt.Sprintf("fault %d", f.Status), "code": f.Code}
	if f.Status == http.StatusTooManyRequests {
		body["retry_after"], body["global"] = f.RetryAfter, f.Global
	}
	_ = json.NewEncoder(w).Encode(body)
}
