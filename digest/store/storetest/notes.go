package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

func noteCases() []testCase {
	return []testCase{
		{"notes/settings", notesSettings},
		{"notes/answers", notesAnswers},
		{"notes/audit", notesAudit},
		{"notes/leases", notesLeases},
		{"notes/stopped", notesStopped},
	}
}

func notesSettings(t *testing.T, s *store.Store) {
	ctx := context.Background()
	wantEqual(t, "missing", got(s.Setting(ctx, "limiter/slack"))(t), "")
	must(t, s.SetSetting(ctx, "limiter/slack", "1"))
	must(t, s.SetSetting(ctx, "limiter/slack", "2\x00"))
	must(t, s.SetSettings(ctx, map[string]string{"limiter/discord": "3", "limit%": "4", "gone": ""}))
	wantEqual(t, "setting", got(s.Setting(ctx, "limiter/slack"))(t), "2")
	wantEqual(t, "by prefix", got(s.Settings(ctx, "limiter/"))(t), map[string]string{"limiter/slack": "2", "limiter/discord": "3"})
	wantEqual(t, "a prefix is no pattern", got(s.Settings(ctx, "limit%"))(t), map[string]string{"limit%": "4"})
	must(t, s.SetSetting(ctx, "limit%", ""))
	wantEqual(t, "all", len(got(s.Settings(ctx, ""))(t)), 2)
}

func notesAnswers(t *testing.T, s *store.Store) {
	ctx := context.Background()
	_, _, direct := digesttest.Destinations()
	a := digest.Answer{ID: "abcdefghij234567", Person: digesttest.Person(), Place: direct, Query: "korea-trade",
		Args: map[string]string{"page": "2", "story": "7"}, Created: now()}
	must(t, s.SaveAnswer(ctx, a))
	wantEqual(t, "answer", got(s.Answer(ctx, a.ID))(t), a)
	wantCode(t, s.SaveAnswer(ctx, a), digest.Conflict)
	var full digest.Answer
	fillFields(t, &full)
	must(t, s.SaveAnswer(ctx, full))
	wantEqual(t, "every field", got(s.Answer(ctx, full.ID))(t), full)
	a.ID, a.Args = "bare", nil
	must(t, s.SaveAnswer(ctx, a))
	wantEqual(t, "without arguments", got(s.Answer(ctx, a.ID))(t), a)
	_, err := s.Answer(ctx, "none")
	wantCode(t, err, digest.NotFound)
}

func notesAudit(t *testing.T, s *store.Store) {
	ctx := context.Background()
	var want []digest.Audit
	for n := range 3 {
		a := digest.Audit{At: now().Add(time.Duration(n) * time.Hour), Person: digesttest.Person(), Action: "subscribe", Detail: fmt.Sprint(n)}
		must(t, s.AddAudit(ctx, a))
		want = append([]digest.Audit{a}, want...)
	}
	wantEqual(t, "all", got(s.Audits(ctx, time.Time{}, 10))(t), want)
	wantEqual(t, "before", got(s.Audits(ctx, now().Add(2*time.Hour), 1))(t), want[1:2])
}

func notesLeases(t *testing.T, s *store.Store) {
	ctx := context.Background()
	lease := func(holder string, until time.Duration) digest.Lease {
		return digest.Lease{Name: "gateway", Holder: holder, Until: now().Add(until)}
	}
	at := func(d time.Duration) time.Time { return now().Add(d) }
	const s15 = 15 * time.Second
	for i, step := range []struct {
		do   func(context.Context, digest.Lease, time.Time) (bool, error)
		l    digest.Lease
		now  time.Duration
		want bool
	}{
		{s.RenewLease, lease("a", s15), 0, false}, // never had
		{s.AcquireLease, lease("a", s15), 0, true},
		{s.AcquireLease, lease("b", 2*s15), 1, false},
		{s.AcquireLease, lease("a", s15), 1, true}, // its own
		{s.RenewLease, lease("a", 2*s15), s15 - 1000, true},
		{s.RenewLease, lease("b", 9*s15), s15, false},
		{s.AcquireLease, lease("b", 3*s15), s15, false},
		{s.RenewLease, lease("a", 9*s15), 2 * s15, false}, // it has run out
		{s.AcquireLease, lease("b", 3*s15), 2 * s15, true},
		{s.RenewLease, lease("a", 9*s15), 2 * s15, false},
	} {
		ok, err := step.do(ctx, step.l, at(step.now))
		must(t, err)
		wantEqual(t, fmt.Sprintf("step %d", i), ok, step.want)
	}
	wantEqual(t, "leases", got(s.Leases(ctx))(t), []digest.Lease{lease("b", 3*s15)})
	must(t, s.ReleaseLease(ctx, lease("a", 0))) // not its own
	wantEqual(t, "leases", len(got(s.Leases(ctx))(t)), 1)
	must(t, s.ReleaseLease(ctx, lease("b", 0)))
	ok, err := s.AcquireLease(ctx, lease("a", s15), now())
	must(t, err)
	wantEqual(t, "free again", ok, true)
	leaseRace(t, s)
}

// leaseRace has several want one lease at once.
func leaseRace(t *testing.T, s *store.Store) {
	const holders = 6
	won := make(chan string, holders)
	failed := make(chan error, holders)
	for n := range holders {
		go func() {
			l := digest.Lease{Name: "socket", Holder: fmt.Sprint(n), Until: now().Add(time.Minute)}
			ok, err := s.AcquireLease(context.Background(), l, now())
			if ok {
				won <- l.Holder
			}
			failed <- err
		}()
	}
	for range holders {
		must(t, <-failed)
	}
	wantEqual(t, "holders", len(won), 1)
}

// notesStopped has the caller give up.
func notesStopped(t *testing.T, s *store.Store) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.Sources(ctx)
	wantCode(t, err, digest.Unavailable)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the cause is lost: %v", err)
	}
	wantCode(t, s.SetSetting(ctx, "a", "b"), digest.Unavailable)
	must(t, s.Ping(context.Background()))
	must(t, s.Check(context.Background()))
}
