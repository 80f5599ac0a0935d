package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/daybrief/daybrief/digest"
)

// room knows whether articles can be taken in. When the disk is full no source
// is read, since what it brings could not be kept; all else goes on as far as
// it can. The operator is told once, and hears when there is room again.
type room struct {
	store interface {
		Room(ctx context.Context) error
	}
	// say tells the operator: the cause, or nil when there is room again.
	say    func(ctx context.Context, cause error)
	now    func() time.Time
	log    *slog.Logger
	unsaid chan error // what say is to be called with

	mu    sync.Mutex
	cause error     // nil: there is room
	told  bool      // of cause
	last  time.Time // when the operator was told last
}

// How often it is looked whether there is room, how long the operator hears no
// more of a disk that is full again and again, and how much may wait to be
// said, which is two things an hour.
const (
	lookEvery  = 20 * time.Second
	toldEnough = time.Hour
	mostUnsaid = 16
)

// watch looks from time to time until ctx ends, and says what changed: who
// stores articles must not wait until it is said.
func (r *room) watch(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for r.look(ctx); ; {
		select {
		case <-tick.C:
			r.look(ctx)
		case cause := <-r.unsaid:
			r.say(ctx, cause)
		case <-ctx.Done():
			return nil
		}
	}
}

// look asks the store, and reports whether articles can be taken in.
func (r *room) look(ctx context.Context) bool {
	r.note(r.store.Room(ctx))
	return r.full() == nil
}

// note takes notice of how storing articles ended. An error of another kind
// says nothing about room.
func (r *room) note(err error) {
	if err != nil && !errors.Is(err, digest.ErrFull) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if (err == nil) == (r.cause == nil) {
		return
	}
	if r.cause = err; err == nil {
		r.log.Info("there is room again; articles are taken in as before")
	} else {
		r.log.Error("no articles are taken in until there is room; digests and answers go on with what is stored",
			"why", err, "remedy", digest.HintOf(err), "cause", errors.Unwrap(err))
		if r.told = r.last.IsZero() || r.now().Sub(r.last) >= toldEnough; r.told {
			r.last = r.now()
		}
	}
	if !r.told {
		return
	}
	select {
	case r.unsaid <- err:
	default: // nobody has said anything for hours; the log has it
	}
}

// full returns why articles are not taken in; nil when they are.
func (r *room) full() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cause
}

// newRoom makes it for a running bot: the log, the operator, the page and the
// metrics tell.
func (b *server) newRoom() *room {
	r := &room{store: b.store, now: b.now, log: b.log, say: b.sayRoom, unsaid: make(chan error, mostUnsaid)}
	b.metrics.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "daybrief_taking_in",
		Help: "1 while articles are taken in, 0 while there is no room for them on the disk."}, func() float64 {
		if r.full() != nil {
			return 0
		}
		return 1
	}))
	return r
}

// sayRoom tells the operator. The notice does not go through the ledger, which
// may have no room for it.
func (b *server) sayRoom(ctx context.Context, cause error) {
	text := b.words().Text("There is room on the disk again, and I take in news as before.")
	if cause != nil {
		text = b.words().Text(noRoom)
	}
	b.tellOperator(ctx, "room", 0, text)
}

// noRoom is what people are told while the disk is full.
const noRoom = "The disk is full, so I take in no more news. Digests and answers go on with what I have. Make room, and I go on by myself."
