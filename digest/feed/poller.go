package feed

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/daybrief/daybrief/digest"
)

// SourceStore is where sources and their health are kept.
type SourceStore interface {
	// DueSources returns sources whose next reading has come, longest due first.
	DueSources(ctx context.Context, now time.Time, limit int) ([]digest.Source, error)
	// Source returns a source by its name, NotFound when there is none.
	Source(ctx context.Context, name string) (digest.Source, error)
	// SaveSource stores a source under its ID; here, its new address.
	SaveSource(ctx context.Context, src digest.Source) (id int64, created bool, err error)
	// SaveHealths stores the health of several sources in one transaction.
	SaveHealths(ctx context.Context, all map[int64]digest.SourceHealth) error
}

// PollerOptions of a Poller. Fetcher, Store and Take are needed.
type PollerOptions struct {
	Fetcher *Fetcher
	Store   SourceStore
	// Take stores the articles of one source and returns how many of them
	// were not known before.
	Take func(ctx context.Context, articles []digest.Article) (added int, err error)
	// Tell is called once for each row of failures of a source; nil: nobody
	// is told.
	Tell func(ctx context.Context, src digest.Source, h digest.SourceHealth)
	// Concurrent is how many sources are read at once. 0 means 16.
	Concurrent int
	// Watcher gets to know each watched path that is read; nil: none.
	Watcher *Watcher
	Now     func() time.Time // nil: time.Now
	Log     *slog.Logger     // nil: none
}

// Poller reads the sources that are due and keeps what they bring and how
// they are doing. It is safe for concurrent use; between two calls of Poll it
// holds no goroutine and nothing about any source.
//
// A slow source keeps one worker busy and no other source waiting; a slow
// host with many sources keeps as many workers as may read at one host. Health is
// stored for many sources at once: with thousands of them a commit for each
// would be what costs most. What is lost in a crash is at most that of the
// last moment, and reading those sources again is harmless.
type Poller struct {
	o PollerOptions

	mu   sync.Mutex
	busy map[int64]chan struct{} // being read; closed when the health is stored
}

// NewPoller builds a Poller.
func NewPoller(o PollerOptions) *Poller {
	setDefault(&o.Concurrent, 16)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Poller{o: o, busy: map[int64]chan struct{}{}}
}

const (
	dueBatch    = 256             // due sources that are taken at once
	healthBatch = 64              // healths that are stored at once
	healthWait  = time.Second     // how long a health waits for others
	lastCall    = 2 * time.Minute // before a deadline: what one source may take
)

// Poll reads sources until none is due, each at most once. One that fails
// keeps no other waiting: its health says so, and it is tried again later.
// Only a fault of the store, or the end of ctx, is an error. Some time before
// the deadline of ctx it begins no further source, so that none is cut off.
func (p *Poller) Poll(ctx context.Context) error {
	r := p.newRound(ctx)
	r.feed()
	return r.finish()
}

// One reads one source now, whether it is due or not.
func (p *Poller) One(ctx context.Context, name string) error {
	for {
		src, err := p.o.Store.Source(ctx, name)
		if err != nil {
			return err
		}
		done, free := p.claim(src.ID)
		if free {
			defer p.release(src.ID)
			h, err := p.read(ctx, src)
			if err != nil {
				return err
			}
			return p.o.Store.SaveHealths(ctx, map[int64]digest.SourceHealth{src.ID: h})
		}
		select { // what is read now may have been there before the change
		case <-done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// claim takes a source, or tells when the one who has it will be done.
func (p *Poller) claim(id int64) (done <-chan struct{}, free bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.busy[id]; c != nil {
		return c, false
	}
	p.busy[id] = make(chan struct{})
	return nil, true
}

func (p *Poller) release(ids ...int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range ids {
		if c := p.busy[id]; c != nil {
			close(c)
			delete(p.busy, id)
		}
	}
}

func (p *Poller) claimed() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.busy)
}

// round is one call of Poll: a few workers that read, and one that stores.
type round struct {
	*Poller
	outer   context.Context //nolint:containedctx // of the one call that the round is
	ctx     context.Context //nolint:containedctx // ends with the first fault
	cancel  context.CancelFunc
	workers *errgroup.Group
	saver   errgroup.Group
	due     chan digest.Source
	healths chan settled
	begun   map[int64]bool
	started int // workers

	hostMu sync.Mutex
	hosts  map[string]*hostQueue // hosts at which someone reads
}

// hostQueue is the sources of one host that wait while others of it are read.
type hostQueue struct {
	reading int
	waiting []digest.Source
}

type settled struct {
	id     int64
	health digest.SourceHealth
}

func (p *Poller) newRound(ctx context.Context) *round {
	r := &round{Poller: p, outer: ctx, due: make(chan digest.Source), healths: make(chan settled, healthBatch), begun: map[int64]bool{}, hosts: map[string]*hostQueue{}}
	ctx, r.cancel = context.WithCancel(ctx)
	r.workers, r.ctx = errgroup.WithContext(ctx)
	return r
}

// feed hands out what is due until nothing is.
func (r *round) feed() {
	defer close(r.due)
	for fresh := true; fresh && r.ctx.Err() == nil && r.hasTime(); {
		due, err := r.o.Store.DueSources(r.ctx, r.o.Now(), dueBatch+r.claimed())
		if err != nil {
			r.workers.Go(func() error { return err })
			return
		}
		fresh = false
		for _, src := range due {
			fresh = r.hand(src) || fresh
		}
	}
}

// hand gives a source to a worker, unless someone reads it or has read it.
func (r *round) hand(src digest.Source) bool {
	if r.begun[src.ID] || r.ctx.Err() != nil {
		return false
	}
	if _, free := r.claim(src.ID); !free {
		return false
	}
	if r.waits(src) {
		r.begun[src.ID] = true
		return true
	}
	r.start()
	r.begun[src.ID] = true
	select {
	case r.due <- src:
		return true
	case <-r.ctx.Done():
		r.drop(src)
		return false
	}
}

// drop lets go of a source that no worker has taken, with those that wait for
// it.
func (r *round) drop(src digest.Source) {
	for waited := true; waited; src, waited = r.next(src) {
		r.release(src.ID)
	}
}

// hasTime reports whether a source that is begun now will be done before the
// caller's deadline.
func (r *round) hasTime() bool {
	end, limited := r.outer.Deadline()
	return !limited || time.Until(end) > lastCall
}

// start adds a worker while there are fewer than may be, so that a round
// without work costs nothing.
func (r *round) start() {
	if r.started == 0 {
		r.saver.Go(r.save)
	}
	if r.started < r.o.Concurrent {
		r.started++
		r.workers.Go(r.work)
	}
}

// hostKey is what sources share that must not be read at once.
func hostKey(src digest.Source) string {
	if src.Kind == digest.PathSource {
		return "path " + src.URL
	}
	return hostOf(src.URL)
}

// waits reports whether as many sources of a host are read as may be. The
// source then waits for one of them, and no worker for it.
func (r *round) waits(src digest.Source) bool {
	r.hostMu.Lock()
	defer r.hostMu.Unlock()
	key := hostKey(src)
	q := r.hosts[key]
	if q == nil {
		q = &hostQueue{}
		r.hosts[key] = q
	}
	if q.reading >= r.o.Fetcher.o.PerHost {
		q.waiting = append(q.waiting, src)
		return true
	}
	q.reading++
	return false
}

// next returns the source that waited for one that is done.
func (r *round) next(done digest.Source) (src digest.Source, waited bool) {
	r.hostMu.Lock()
	defer r.hostMu.Unlock()
	key := hostKey(done)
	q := r.hosts[key]
	if len(q.waiting) > 0 {
		src, q.waiting = q.waiting[0], q.waiting[1:]
		return src, true
	}
	if q.reading--; q.reading == 0 {
		delete(r.hosts, key)
	}
	return src, false
}

// work reads the sources that it is given, and after each those that waited
// for its host. After a fault it goes on in order to let go of them.
func (r *round) work() error {
	var failed error
	for src := range r.due {
		for waited := true; waited; src, waited = r.next(src) {
			if err := r.one(src); err != nil {
				r.release(src.ID)
				if r.ctx.Err() == nil { // the first fault, and no consequence of it
					failed = err
				}
				r.cancel()
			}
		}
	}
	return failed
}

func (r *round) one(src digest.Source) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	h, err := r.read(r.ctx, src)
	if err == nil {
		r.healths <- settled{src.ID, h}
	}
	return err
}

// save stores healths as they come, many at once.
func (r *round) save() error {
	var failed error
	for first := range r.healths {
		batch := map[int64]digest.SourceHealth{first.id: first.health}
		r.gather(batch)
		if failed == nil {
			// What is known is kept, even when the program is told to stop.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(r.outer), 10*time.Second)
			if failed = r.o.Store.SaveHealths(ctx, batch); failed != nil {
				r.cancel()
			}
			cancel()
		}
		for id := range batch {
			r.release(id)
		}
	}
	return failed
}

// gather adds the healths that come within a moment.
func (r *round) gather(batch map[int64]digest.SourceHealth) {
	wait := time.NewTimer(healthWait)
	defer wait.Stop()
	for len(batch) < healthBatch {
		select {
		case s, open := <-r.healths:
			if !open {
				return
			}
			batch[s.id] = s.health
		case <-wait.C:
			return
		}
	}
}

// finish waits for the workers and for what they have found to be stored.
func (r *round) finish() error {
	defer r.cancel()
	err := r.workers.Wait()
	close(r.healths)
	if len(r.begun) > 0 {
		r.o.Fetcher.Close() // until the next round servers would have closed them
	}
	if failed := r.saver.Wait(); failed != nil {
		return failed // it has ended the workers
	}
	if ended := r.outer.Err(); ended != nil {
		return ended
	}
	return err
}

// read reads a source, stores what it brought and returns how it is doing.
// Only a fault of the store, or the end of ctx, is an error.
func (p *Poller) read(ctx context.Context, src digest.Source) (digest.SourceHealth, error) {
	result, err := p.o.Fetcher.Poll(ctx, src)
	if err != nil && ctx.Err() != nil {
		return digest.SourceHealth{}, ctx.Err()
	}
	added := 0
	if len(result.Articles) > 0 {
		if added, err = p.o.Take(ctx, result.Articles); err != nil {
			return digest.SourceHealth{}, fmt.Errorf("store articles of %s: %w", src.Name, err)
		}
	}
	h := result.Settle(added)
	if MustTell(h) && p.o.Tell != nil {
		p.o.Tell(ctx, src, h)
		h.ToldAt = p.o.Now()
	}
	if src.Kind == digest.PathSource && p.o.Watcher != nil {
		p.o.Watcher.Add(src)
	}
	return h, p.move(ctx, src, result.Moved)
}

// move gives a source that has moved for good its new address. Where another
// source has it already, both stay as they are.
func (p *Poller) move(ctx context.Context, src digest.Source, to string) error {
	if to == "" {
		return nil
	}
	src.URL = to
	if _, _, err := p.o.Store.SaveSource(ctx, src); err != nil {
		if digest.CodeOf(err) == digest.Conflict {
			return nil
		}
		return fmt.Errorf("move %s: %w", src.Name, err)
	}
	p.o.Log.InfoContext(ctx, "a source has moved", "source", src.Name, "to", to)
	return nil
}

// Watch reads watched paths as soon as they change, until ctx ends. An error
// says that this system cannot watch; they are then read by Poll alone.
func (p *Poller) Watch(ctx context.Context) error {
	return p.o.Watcher.Run(ctx, func(name string) {
		switch err := p.One(ctx, name); {
		case err == nil || ctx.Err() != nil:
		case digest.CodeOf(err) == digest.NotFound:
			p.o.Watcher.Remove(name)
		default:
			p.o.Log.ErrorContext(ctx, "a watched path could not be read", "source", name, "error", err)
		}
	})
}
