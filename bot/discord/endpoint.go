package discord

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
)

// InteractionsPath is where the HTTP endpoint is mounted.
const InteractionsPath = "/discord/interactions"

// maxInteraction is the longest body of an interaction, in bytes. A message
// with its components and embeds is a few tens of thousands.
const maxInteraction = 1 << 20

// freshness is how far an interaction's time may be from ours.
const freshness = 5 * time.Minute

// Interactions is the HTTP endpoint for interactions, which stands in for the
// gateway where many replicas answer or none may keep a connection open. It
// takes only what Discord has signed within five minutes, and each
// interaction once; Discord sends wrong signatures on purpose to see that
// they are refused.
// https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint
func (a *Adapter) Interactions() http.Handler {
	return a.signed(func(w http.ResponseWriter, req *http.Request, body []byte) {
		if a.opts.Handler == nil {
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
			return
		}
		a.receive(w, req, body)
	})
}

// signed lets through what Discord has posted and signed just now.
func (a *Adapter) signed(next func(w http.ResponseWriter, req *http.Request, body []byte)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "POST only", http.StatusMethodNotAllowed)
			return
		}
		body, status := a.verified(w, req)
		if status != 0 {
			http.Error(w, http.StatusText(status), status)
			return
		}
		next(w, req, body)
	})
}

// verified reads the body and returns 0 when Discord has signed it just now,
// else the status to answer.
func (a *Adapter) verified(w http.ResponseWriter, req *http.Request) ([]byte, int) {
	if a.key == nil {
		return nil, http.StatusServiceUnavailable
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxInteraction))
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	sec, err := strconv.ParseInt(req.Header.Get("X-Signature-Timestamp"), 10, 64)
	age := a.opts.Now().Sub(time.Unix(sec, 0))
	if err != nil || age > freshness || age < -freshness {
		return nil, http.StatusUnauthorized
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	if !discordgo.VerifyInteraction(req, a.key) {
		return nil, http.StatusUnauthorized
	}
	return body, 0
}

// receive works the turn and writes its first answer as the response; what
// comes later goes over the API.
func (a *Adapter) receive(w http.ResponseWriter, req *http.Request, body []byte) {
	i, err := readInteraction(body)
	if err != nil {
		http.Error(w, "not an interaction", http.StatusBadRequest)
		return
	}
	if i.Type == kindPing {
		writeJSON(w, callback{Type: answerPong})
		return
	}
	if !a.firstOfAll(req.Context(), i) {
		http.Error(w, "seen already", http.StatusConflict)
		return
	}
	answer := &inline{out: make(chan callback, 1)}
	if !a.begin(context.WithoutCancel(req.Context()), i, answer.first) {
		http.Error(w, "seen already, or too much to do", http.StatusConflict)
		return
	}
	t := time.NewTimer(a.opts.timing.endpoint)
	defer t.Stop()
	select {
	case c := <-answer.out:
		writeJSON(w, c)
	case <-t.C:
		answer.shut()
		http.Error(w, "no answer in time", http.StatusServiceUnavailable)
	}
}

// firstOfAll reports whether no replica has taken an interaction yet. What is
// being typed may be answered twice. Where the store does not say, the
// interaction is taken: its signature is at most a few minutes old.
func (a *Adapter) firstOfAll(ctx context.Context, i interaction) bool {
	if a.opts.Once == nil || i.Type == kindAutocomplete {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, a.opts.timing.once)
	defer cancel()
	first, err := a.opts.Once(ctx, "discord.interaction."+i.ID, a.opts.Now().Add(2*freshness+time.Minute))
	if err != nil {
		a.log.WarnContext(ctx, "discord: cannot tell whether another replica has had an interaction", "err", err)
		return true
	}
	return first
}

// inline hands the first answer over to the response. Only one is taken, and
// none after the response was written.
type inline struct {
	mu   sync.Mutex
	done bool
	out  chan callback
}

func (n *inline) first(_ context.Context, c callback) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.done {
		return errNotTaken
	}
	n.done = true
	n.out <- c
	return nil
}

func (n *inline) shut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.done = true
}

func writeJSON(w http.ResponseWriter, v any) {
	data, err := encode(v)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(data) // the reader going away is Discord's to notice
}
