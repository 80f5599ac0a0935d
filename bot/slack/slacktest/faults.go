package slacktest

import (
	"io"
	"net/http"
	"strconv"
)

// Fault is what goes wrong with one call.
type Fault struct {
	status     int
	retryAfter string
	code       string // of an answer with ok false
	effect     bool   // the call has its effect all the same
	cut        bool   // the connection ends without an answer
	hang       bool   // no answer comes until the caller gives up
}

// TooMany is status 429 with Retry-After, in seconds.
func TooMany(seconds int) Fault {
	return Fault{status: http.StatusTooManyRequests, retryAfter: strconv.Itoa(seconds), code: "ratelimited"}
}

// TooManyBare is status 429 without Retry-After, as a free workspace over its
// quota answers.
func TooManyBare() Fault {
	return Fault{status: http.StatusTooManyRequests, code: "message_limit_exceeded"}
}

// TooManyEmpty is status 429 with neither Retry-After nor a code.
func TooManyEmpty() Fault { return Fault{status: http.StatusTooManyRequests} }

// TooManyOK is status 200 with the error code.
func TooManyOK() Fault { return Fault{status: http.StatusOK, code: "ratelimited"} }

// Refuse is status 200 with an error code: is_archived, user_disabled, …
func Refuse(code string) Fault { return Fault{status: http.StatusOK, code: code} }

// Broken is a server's fault: 500, 502, 503. after says whether the call had
// its effect before.
func Broken(status int, after bool) Fault { return Fault{status: status, effect: after} }

// Reset ends the connection without an answer, before or after the call had
// its effect.
func Reset(after bool) Fault { return Fault{cut: true, effect: after} }

// Hang gives no answer until the caller gives up, before or after the call had
// its effect.
func Hang(after bool) Fault { return Fault{hang: true, effect: after} }

// Fail queues faults for the next calls of a method; "response_url" is one.
func (s *Server) Fail(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], faults...)
}

// fault takes the next one for a method.
func (s *Server) fault(method string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[method]++
	s.change()
	queue := s.faults[method]
	if len(queue) == 0 {
		return Fault{}, false
	}
	s.faults[method] = queue[1:]
	return queue[0], true
}

// fail carries a fault out.
func (f Fault) fail(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then net/http notices that the caller gave up
	switch {
	case f.cut:
		panic(http.ErrAbortHandler) // net/http's way to end a connection
	case f.hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	if f.retryAfter != "" {
		w.Header().Set("Retry-After", f.retryAfter)
	}
	if f.status >= http.StatusInternalServerError {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.status)
		_, _ = w.Write([]byte("<html>the server is broken</html>"))
		return
	}
	writeJSON(w, f.status, map[string]any{"ok": false, "error": f.code})
}
