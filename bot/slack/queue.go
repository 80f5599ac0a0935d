package slack

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/daybrief/daybrief/bot"
)

// job is one thing to do for someone who asked.
type job struct {
	delivery
	came time.Time
}

// errPanic is told to the person whose request hit a bug.
var errPanic = errors.New("a fault in the program")

// jobLimit is how long one request may take, all answers included.
const jobLimit = 2 * time.Minute

// accept takes on what Slack delivered: acknowledges it, unless the answer is
// in the acknowledgement, drops repeats, and queues the rest. It does nothing
// slow, since what calls it reads the socket. It reports false when there was
// no room, so that nothing will be done.
func (a *App) accept(e envelope) (taken bool) {
	d, err := read(e)
	if err != nil {
		a.health.bad.Add(1)
		a.log.Warn("Slack sent something that cannot be read", "kind", e.kind, "error", err)
		a.ack(d.envelope, nil) // to have it again would not help
		return true
	}
	if d.inert(a.known()) || !a.seen.add(d.key()) {
		a.ack(d.envelope, nil)
		return true
	}
	d.acked = !d.answersInAck()
	lane := a.jobs
	if !d.acked {
		lane = a.urgent
	}
	if !a.offer(lane, job{d, a.clock.now()}) {
		a.seen.drop(d.key())
		a.refuse(d)
		return false
	}
	if d.acked {
		a.ack(d.envelope, nil)
	}
	return true
}

// offer queues a job where there is room and someone to take it.
func (a *App) offer(lane chan<- job, j job) bool {
	a.gate.RLock()
	defer a.gate.RUnlock()
	if a.closed {
		return false
	}
	select {
	case lane <- j:
		return true
	default:
		return false
	}
}

// refuse tells that the queue is full: a command in its acknowledgement, the
// rest by not acknowledging, so that Slack tells the person or comes again.
func (a *App) refuse(d delivery) {
	a.health.refused.Add(1)
	a.log.Warn("too many requests are waiting; one was refused", "kind", d.kind)
	if d.command == nil {
		return
	}
	w := bot.WordsIn("")
	if who, ok := a.people.get(d.command.UserID); ok {
		w = bot.WordsIn(who.Lang)
	}
	a.ack(d.envelope, map[string]string{"response_type": "ephemeral", "text": escape(w.Say("Too many people are asking right now. Try again in a minute."))})
}

func (a *App) ack(e envelope, payload any) {
	if e.ack == nil {
		return
	}
	if err := e.ack(payload); err != nil {
		a.log.Warn("acknowledge to Slack", "kind", e.kind, "error", err)
	}
}

// urgentWorkers serve forms alone, so that what Slack waits three seconds for
// does not stand behind answers.
const urgentWorkers = 4

// work runs the workers until end is called. Then nothing more is taken on,
// and what was acknowledged is still served, whatever becomes of ctx.
func (a *App) work(ctx context.Context) (end func()) {
	ctx = context.WithoutCancel(ctx)
	a.shut(false) // it may run again: replicas take turns
	ended := make(chan struct{})
	var wg sync.WaitGroup
	for range a.o.Workers {
		wg.Go(func() { a.serveLane(ctx, a.jobs, ended) })
	}
	for range urgentWorkers {
		wg.Go(func() { a.serveLane(ctx, a.urgent, ended) })
	}
	return func() {
		a.shut(true)
		close(ended)
		wg.Wait()
	}
}

func (a *App) shut(closed bool) {
	a.gate.Lock()
	defer a.gate.Unlock()
	a.closed = closed
}

func (a *App) serveLane(ctx context.Context, lane <-chan job, ended <-chan struct{}) {
	for {
		select {
		case <-ended:
			a.drain(ctx, lane)
			return
		case j := <-lane:
			a.do(ctx, j)
		}
	}
}

// drain serves what is left in a lane.
func (a *App) drain(ctx context.Context, lane <-chan job) {
	for {
		select {
		case j := <-lane:
			a.do(ctx, j)
		default:
			return
		}
	}
}

// do handles one job. A panic in it is a bug, and no reason for the others to
// go without an answer.
func (a *App) do(ctx context.Context, j job) {
	ctx, cancel := context.WithTimeout(ctx, jobLimit)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			a.health.panics.Add(1)
			a.log.Error("a request panicked", "kind", j.kind, "panic", Redact(fmt.Sprint(p)), "stack", Redact(string(debug.Stack())))
		}
	}()
	switch {
	case j.command != nil:
		a.slash(ctx, j)
	case j.interaction != nil:
		a.interact(ctx, j)
	case j.event != nil:
		a.happened(ctx, j)
	}
}
