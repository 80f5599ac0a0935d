package schedule_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// replica is a process that wants a lease. Its waits end when the test lets
// time pass, and never by themselves.
type replica struct {
	holder *schedule.Holder
	steps  chan time.Duration // a wait begins
	goOn   chan struct{}      // and ends
	works  atomic.Int32       // how many times work runs now
	began  chan struct{}
	ended  chan struct{}
	fail   error
	done   chan error
	cancel context.CancelFunc
}

func newReplica(t *testing.T, leases schedule.Leases, clock *digesttest.Clock, name string) *replica {
	t.Helper()
	r := &replica{steps: make(chan time.Duration), goOn: make(chan struct{}), began: make(chan struct{}, 9), ended: make(chan struct{}, 9), done: make(chan error, 1)}
	r.holder = &schedule.Holder{Leases: leases, Process: name, Now: clock.Now, Log: slog.New(slog.DiscardHandler), Wait: func(ctx context.Context, d time.Duration) error {
		select {
		case r.steps <- d:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case <-r.goOn:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}
	return r
}

func (r *replica) start(t *testing.T, names ...string) {
	ctx, cancel := context.WithCancel(t.Context())
	r.cancel = cancel
	gone := make(chan struct{})
	t.Cleanup(func() { // before the store is closed: a lease is given back
		cancel()
		<-gone
	})
	go func() {
		defer close(gone)
		r.done <- r.holder.Hold(ctx, names, func(ctx context.Context) error {
			r.works.Add(1)
			r.began <- struct{}{}
			if r.fail == nil {
				<-ctx.Done()
			}
			r.works.Add(-1)
			r.ended <- struct{}{}
			return r.fail
		})
	}()
	<-r.steps
}

// step lets a replica go through one wait, up to the next.
func (r *replica) step() {
	r.goOn <- struct{}{}
	<-r.steps
}

func holder(t *testing.T, store interface {
	Leases(ctx context.Context) ([]digest.Lease, error)
}, name string) string {
	t.Helper()
	all, err := store.Leases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		if l.Name == name {
			return l.Holder
		}
	}
	return ""
}

func TestALeaseIsTakenOverWithinFifteenSeconds(t *testing.T) {
	t.Parallel()
	clock := digesttest.NewClock(time.Time{})
	store := storetest.SQLite(t)
	first, second := newReplica(t, store, clock, "a"), newReplica(t, store, clock, "b")
	first.start(t, "gateway")
	<-first.began
	second.start(t, "gateway")
	for range 10 { // half a minute of peace
		clock.Advance(3 * time.Second)
		first.step()
		second.step()
	}
	if by := holder(t, store, "gateway"); by != "a" || second.works.Load() != 0 {
		t.Fatalf("held by %q; the second works: %d", by, second.works.Load())
	}
	// The first dies: it renews no more. It is a process, so its work is gone too.
	died := clock.Now()
	for holder(t, store, "gateway") == "a" {
		clock.Advance(3 * time.Second)
		if clock.Now().Sub(died) > 15*time.Second {
			t.Fatal("nobody took over within 15 s")
		}
		second.step()
	}
	<-second.began
	// And when it was only asleep, it finds the lease lost and stops.
	first.goOn <- struct{}{}
	<-first.ended
}

func TestALeaseIsGivenUpAtOnce(t *testing.T) {
	t.Parallel()
	clock := digesttest.NewClock(time.Time{})
	store := storetest.SQLite(t)
	first, second := newReplica(t, store, clock, "a"), newReplica(t, store, clock, "b")
	first.start(t, "gateway")
	second.start(t, "gateway")
	first.cancel()
	if err := <-first.done; err != nil {
		t.Error(err)
	}
	second.goOn <- struct{}{} // no time has passed
	<-second.began
}

func TestTwoPlacesTakeTwoProcesses(t *testing.T) {
	t.Parallel()
	clock := digesttest.NewClock(time.Time{})
	store := storetest.SQLite(t)
	var all []*replica
	for _, name := range []string{"a", "b", "c"} {
		r := newReplica(t, store, clock, name)
		r.start(t, "socket.1", "socket.2")
		all = append(all, r)
	}
	<-all[0].began
	<-all[1].began
	if n := all[2].works.Load(); n != 0 || holder(t, store, "socket.1") != "a" || holder(t, store, "socket.2") != "b" {
		t.Errorf("the places are held by %q and %q", holder(t, store, "socket.1"), holder(t, store, "socket.2"))
	}
}

func TestWorkThatFailsForGoodEndsIt(t *testing.T) {
	t.Parallel()
	store := storetest.SQLite(t)
	r := newReplica(t, store, digesttest.NewClock(time.Time{}), "a")
	r.fail = errors.New("Discord refuses the token")
	go func() {
		for range r.steps {
		}
	}()
	err := r.holder.Hold(t.Context(), []string{"gateway"}, func(context.Context) error { return r.fail })
	if !errors.Is(err, r.fail) {
		t.Errorf("got %v", err)
	}
	if leases, err := store.Leases(t.Context()); err != nil || len(leases) != 0 {
		t.Errorf("left: %v %v", leases, err)
	}
	if err := r.holder.Hold(t.Context(), []string{"gateway"}, func(context.Context) error { panic("no") }); err == nil {
		t.Error("a panic is no error")
	}
}

// cut is a database that cannot be reached while down is set.
type cut struct {
	schedule.Leases
	mu   sync.Mutex
	down bool
}

func (c *cut) RenewLease(ctx context.Context, l digest.Lease, now time.Time) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down {
		return false, errors.New("connection refused")
	}
	return c.Leases.RenewLease(ctx, l, now)
}

// TestAHolderCutOffStopsBeforeAnotherBegins lets the database go away: work
// ends before the lease has run out.
func TestAHolderCutOffStopsBeforeAnotherBegins(t *testing.T) {
	t.Parallel()
	clock := digesttest.NewClock(time.Time{})
	store := &cut{Leases: storetest.SQLite(t)}
	r := newReplica(t, store, clock, "a")
	r.start(t, "gateway")
	<-r.began
	store.mu.Lock()
	store.down = true
	store.mu.Unlock()
	began := clock.Now()
	for r.works.Load() == 1 {
		clock.Advance(3 * time.Second)
		if clock.Now().Sub(began) >= 11*time.Second {
			t.Fatal("it still works when the lease has run out")
		}
		r.goOn <- struct{}{}
		select {
		case <-r.steps:
		case <-r.ended:
		}
	}
}
