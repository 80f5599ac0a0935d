package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Routes serves what Slack sends over HTTP, where Socket Mode is off:
// /slack/commands, /slack/interactions and /slack/events. Each request is
// signed by Slack; any other gets 401.
func (a *App) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /slack/commands", a.signed(a.httpCommand))
	mux.Handle("POST /slack/interactions", a.signed(a.httpInteraction))
	mux.Handle("POST /slack/events", a.signed(a.httpEvent))
	return mux
}

// signed reads the body within its limit and checks its signature before
// anything of it is parsed.
func (a *App) signed(next func(http.ResponseWriter, *http.Request, []byte)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			http.Error(w, "the request is too large", http.StatusRequestEntityTooLarge)
		case err != nil:
			http.Error(w, "the request could not be read", http.StatusBadRequest)
		case !verify(a.o.SigningSecret, r.Header, body, a.now()):
			a.log.Warn("a request to the Slack address has no valid signature", "path", r.URL.Path, "from", r.RemoteAddr)
			http.Error(w, "the signature is not Slack's", http.StatusUnauthorized)
		default:
			next(w, r, body)
		}
	})
}

// verify checks that Slack signed a body, less than signatureWindow from now.
// slack-go's verifier reads the wall clock, which a test cannot move.
// https://docs.slack.dev/authentication/verifying-requests-from-slack
func verify(secret string, h http.Header, body []byte, now time.Time) bool {
	stamp := h.Get("X-Slack-Request-Timestamp")
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || secret == "" || now.Sub(time.Unix(at, 0)).Abs() > signatureWindow {
		return false
	}
	given, err := hex.DecodeString(strings.TrimPrefix(h.Get("X-Slack-Signature"), "v0="))
	if err != nil || !strings.HasPrefix(h.Get("X-Slack-Signature"), "v0=") {
		return false
	}
	return hmac.Equal(given, sign(secret, stamp, body))
}

func sign(secret, stamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	return mac.Sum(nil)
}

func (a *App) httpCommand(w http.ResponseWriter, r *http.Request, body []byte) {
	form, ok := formBody(r, body)
	if !ok {
		http.Error(w, "a form is expected", http.StatusBadRequest)
		return
	}
	if form.Get("ssl_check") == "1" { // Slack tries the certificate now and then
		w.WriteHeader(http.StatusOK)
		return
	}
	flat := map[string]string{}
	for key := range form {
		flat[key] = form.Get(key)
	}
	payload, err := json.Marshal(flat)
	if err != nil {
		http.Error(w, "the form could not be read", http.StatusBadRequest)
		return
	}
	a.deliver(w, r, envelope{kind: slashCommands, payload: payload})
}

func (a *App) httpInteraction(w http.ResponseWriter, r *http.Request, body []byte) {
	form, ok := formBody(r, body)
	if !ok || form.Get("payload") == "" {
		http.Error(w, "a form with a payload is expected", http.StatusBadRequest)
		return
	}
	a.deliver(w, r, envelope{kind: interactive, payload: []byte(form.Get("payload"))})
}

func (a *App) httpEvent(w http.ResponseWriter, r *http.Request, body []byte) {
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		http.Error(w, "an event is expected", http.StatusBadRequest)
		return
	}
	if e.Type == "url_verification" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = io.WriteString(w, e.Challenge)
		return
	}
	a.deliver(w, r, envelope{kind: eventsAPI, payload: body})
}

// formBody is a form from the signed body alone, never from the address.
func formBody(r *http.Request, body []byte) (url.Values, bool) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, false
	}
	form, err := url.ParseQuery(string(body))
	return form, err == nil
}

// deliver takes on an envelope and writes its acknowledgement. One that is
// refused, or whose answer is late, gets 503, so that Slack comes again.
func (a *App) deliver(w http.ResponseWriter, r *http.Request, e envelope) {
	answer := make(chan any, 1)
	e.ack = func(payload any) error {
		select {
		case answer <- payload:
			return nil
		default:
			return errors.New("it was acknowledged before")
		}
	}
	if !a.accept(e) {
		close(answer) // a refusal has said what it says
	}
	timer := time.NewTimer(a.o.due.http)
	defer timer.Stop()
	select {
	case payload, ok := <-answer:
		if ok {
			writeAck(w, payload)
			return
		}
	case <-r.Context().Done():
	case <-timer.C:
	}
	http.Error(w, "busy", http.StatusServiceUnavailable)
}

func writeAck(w http.ResponseWriter, payload any) {
	if payload == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	data, err := json.Marshal(payload)
	if err != nil {
		http.Error(w, "the answer could not be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(data)
}
