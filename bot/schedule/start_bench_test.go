package schedule_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// stopwatch is a Deliverer that tells when each delivery came to it.
type stopwatch struct{ came chan time.Time }

func (s stopwatch) Deliver(ctx context.Context, _ int64) (time.Time, error) {
	select {
	case s.came <- time.Now():
	case <-ctx.Done():
	}
	return time.Time{}, nil
}

func (stopwatch) Reconcile(context.Context, int) (int, error) { return 0, nil }

// BenchmarkJobStart measures from the commit that enqueues a delivery's job to
// the first line of the worker that does it, one job at a time: p50 and p99 in
// milliseconds. PostgreSQL tells its listener of the job; with SQLite the queue
// tells itself, within the process.
//
//	go test ./bot/schedule -run - -bench JobStart -benchtime 200x
func BenchmarkJobStart(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { jobStart(b, storetest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { jobStart(b, storetest.Postgres(b)) })
}

func jobStart(b *testing.B, s *store.Store) {
	ctx := b.Context()
	check := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	check(schedule.MigrateQueue(ctx, s.DB(), s.Dialect()))
	listener, err := s.Listener(ctx)
	check(err)
	watch := stopwatch{make(chan time.Time, 1)}
	works, err := schedule.New(schedule.Options{Store: blind{s}, DB: s.DB(), Dialect: s.Dialect(), Listener: listener, Deliverer: watch, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	check(err)
	check(works.Start(ctx))
	defer func() { check(works.Stop(context.WithoutCancel(ctx))) }()
	sub, err := s.CreateSubscription(ctx, digesttest.Subscription(func(sub *digest.Subscription) { sub.NextRun = time.Time{} }))
	check(err)
	one := func(n int) time.Duration {
		plan := digesttest.Plan(sub, 1, func(p *digest.EditionPlan) { p.Edition.Slot = fmt.Sprint("job ", n) })
		_, _, err := s.CreateEdition(ctx, plan, works.Enqueue)
		committed := time.Now()
		check(err)
		return max(0, (<-watch.came).Sub(committed))
	}
	for n := range 3 { // the queue has started and listens
		one(-1 - n)
	}
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		took = append(took, one(n))
	}
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[int(share*float64(len(took)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(0, "ns/op")
}
