package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

func editionCases() []testCase {
	return []testCase{
		{"editions/create", editionsCreate},
		{"editions/every field", editionsFields},
		{"editions/once per slot", editionsOnce},
		{"editions/all or nothing", editionsAtomic},
		{"editions/next run", editionsNextRun},
		{"editions/several ticks at once", editionsConcurrent},
		{"editions/filter", editionsFilter},
	}
}

func editionsCreate(t *testing.T, s *store.Store) {
	ctx := context.Background()
	sub := subscribe(t, s, nil)
	plan := digesttest.Plan(sub, 3, nil)
	var jobs []int64
	e, created, err := s.CreateEdition(ctx, plan, func(_ context.Context, tx *sql.Tx, ids []int64) error {
		jobs = ids
		var n int // the transaction is the one that holds the deliveries
		if err := tx.QueryRow("SELECT count(*) FROM deliveries").Scan(&n); err != nil || n != 3 {
			return fmt.Errorf("%d deliveries: %w", n, err)
		}
		return nil
	})
	must(t, err)
	wantEqual(t, "created", created, true)
	plan.Edition.ID = e.ID
	wantEqual(t, "edition", got(s.Edition(ctx, e.ID))(t), plan.Edition)
	wantEqual(t, "returned", e, plan.Edition)
	all := got(s.Deliveries(ctx, e.ID))(t)
	wantEqual(t, "deliveries", len(all), 3)
	for i, d := range all {
		wantEqual(t, "job", jobs[i], d.ID)
		want := plan.Deliveries[i]
		want.ID, want.EditionID, want.SubscriptionID = d.ID, e.ID, sub.ID
		wantEqual(t, "delivery", d, want)
		wantEqual(t, "by ID", got(s.Delivery(ctx, d.ID))(t), want)
	}
	after := got(s.Subscription(ctx, sub.ID))(t)
	wantEqual(t, "next run", after.NextRun, plan.NextRun)
	wantEqual(t, "last run", after.LastRun, plan.Edition.Scheduled)

	missed := digesttest.Plan(after, 0, func(p *digest.EditionPlan) { p.Edition.Missed, p.Edition.Content, p.Edition.Stories = true, nil, nil })
	e, created, err = s.CreateEdition(ctx, missed, func(context.Context, *sql.Tx, []int64) error { return errors.New("nothing to enqueue") })
	must(t, err)
	wantEqual(t, "missed", []any{created, got(s.Edition(ctx, e.ID))(t).Missed}, []any{true, true})
	_, err = s.Edition(ctx, 99)
	wantCode(t, err, digest.NotFound)
	_, err = s.Delivery(ctx, 99)
	wantCode(t, err, digest.NotFound)
}

func editionsFields(t *testing.T, s *store.Store) {
	ctx := context.Background()
	var plan digest.EditionPlan
	fillFields(t, &plan.Edition)
	plan.Deliveries = make([]digest.Delivery, 1)
	fillFields(t, &plan.Deliveries[0])
	plan.Edition.SubscriptionID = subscribe(t, s, nil).ID
	e, _, err := s.CreateEdition(ctx, plan, nil)
	must(t, err)
	plan.Edition.ID = e.ID
	wantEqual(t, "edition", got(s.Edition(ctx, e.ID))(t), plan.Edition)
	d := got(s.Deliveries(ctx, e.ID))(t)
	plan.Deliveries[0].ID, plan.Deliveries[0].EditionID, plan.Deliveries[0].SubscriptionID = d[0].ID, e.ID, e.SubscriptionID
	wantEqual(t, "deliveries", d, plan.Deliveries)
}

func editionsOnce(t *testing.T, s *store.Store) {
	ctx := context.Background()
	sub := subscribe(t, s, nil)
	plan := digesttest.Plan(sub, 2, nil)
	first, _, err := s.CreateEdition(ctx, plan, nil)
	must(t, err)
	sub.NextRun = plan.Edition.Scheduled // as if the move had been lost
	must(t, s.UpdateSubscription(ctx, sub))
	again := digesttest.Plan(sub, 5, func(p *digest.EditionPlan) { p.Edition.Title = "built differently" })
	e, created, err := s.CreateEdition(ctx, again, func(context.Context, *sql.Tx, []int64) error {
		t.Error("jobs were made for an edition that exists")
		return nil
	})
	must(t, err)
	wantEqual(t, "created", created, false)
	wantEqual(t, "edition", e, first)
	wantEqual(t, "deliveries", len(got(s.Deliveries(ctx, e.ID))(t)), 2)
	wantEqual(t, "next run", got(s.Subscription(ctx, sub.ID))(t).NextRun, plan.NextRun)
}

func editionsAtomic(t *testing.T, s *store.Store) {
	ctx := context.Background()
	sub := subscribe(t, s, nil)
	broken := errors.New("the queue is broken")
	_, _, err := s.CreateEdition(ctx, digesttest.Plan(sub, 2, nil), func(context.Context, *sql.Tx, []int64) error { return broken })
	if !errors.Is(err, broken) {
		t.Errorf("error: %v", err)
	}
	twice := digesttest.Plan(sub, 2, func(p *digest.EditionPlan) { p.Deliveries[1].Part = 0 })
	_, _, err = s.CreateEdition(ctx, twice, nil)
	wantCode(t, err, digest.Conflict)
	wantEqual(t, "editions", len(got(s.Editions(ctx, digest.EditionFilter{}))(t)), 0)
	wantEqual(t, "due", len(got(s.DueDeliveries(ctx, now().Add(time.Hour), 10))(t)), 0)
	wantEqual(t, "next run", got(s.Subscription(ctx, sub.ID))(t).NextRun, sub.NextRun)
	sub.ID = 99
	_, _, err = s.CreateEdition(ctx, digesttest.Plan(sub, 1, nil), nil)
	wantCode(t, err, digest.NotFound)
}

// editionsNextRun changes the subscription between its selection and its
// edition, as a person may.
func editionsNextRun(t *testing.T, s *store.Store) {
	ctx := context.Background()
	for _, c := range []struct {
		name   string
		change func(*digest.Subscription)
		moves  bool
	}{
		{"as it was", func(*digest.Subscription) {}, true},
		{"sooner next run", func(s *digest.Subscription) { s.NextRun = now().Add(time.Hour) }, false},
		{"paused", func(s *digest.Subscription) { s.State, s.NextRun = digest.Paused, time.Time{} }, false},
		{"removed", func(s *digest.Subscription) { s.State = digest.Removed }, false},
	} {
		sub := subscribe(t, s, nil)
		plan := digesttest.Plan(sub, 1, nil)
		c.change(&sub)
		must(t, s.UpdateSubscription(ctx, sub))
		_, _, err := s.CreateEdition(ctx, plan, nil)
		must(t, err)
		want := sub.NextRun
		if c.moves {
			want = plan.NextRun
		}
		wantEqual(t, c.name, got(s.Subscription(ctx, sub.ID))(t).NextRun, want)
	}
}

func editionsConcurrent(t *testing.T, s *store.Store) {
	const ticks, slots = 4, 10
	sub := subscribe(t, s, nil)
	var made, enqueued atomic.Int64
	var wg sync.WaitGroup
	for range ticks {
		wg.Go(func() {
			for n := range slots {
				at := sub
				at.NextRun = sub.NextRun.Add(time.Duration(n) * time.Hour)
				_, created, err := s.CreateEdition(context.Background(), digesttest.Plan(at, 2, nil),
					func(_ context.Context, _ *sql.Tx, ids []int64) error { enqueued.Add(int64(len(ids))); return nil })
				if err != nil {
					t.Error(err)
				}
				if created {
					made.Add(1)
				}
			}
		})
	}
	wg.Wait()
	wantEqual(t, "created", made.Load(), slots)
	wantEqual(t, "jobs", enqueued.Load(), 2*slots)
}

func editionsFilter(t *testing.T, s *store.Store) {
	ctx := context.Background()
	_, discord, _ := digesttest.Destinations()
	one := subscribe(t, s, nil)
	two := subscribe(t, s, func(s *digest.Subscription) { s.Destination = discord })
	var ids []int64
	var slots []string
	for n := range 3 {
		for _, sub := range []digest.Subscription{one, two} {
			sub.NextRun = now().AddDate(0, 0, n)
			e, _, err := s.CreateEdition(ctx, digesttest.Plan(sub, 1, nil), nil)
			must(t, err)
			ids, slots = append(ids, e.ID), append(slots, e.Slot)
		}
	}
	for _, c := range []struct {
		filter digest.EditionFilter
		want   []int64
	}{
		{digest.EditionFilter{}, []int64{ids[5], ids[4], ids[3], ids[2], ids[1], ids[0]}},
		{digest.EditionFilter{SubscriptionID: one.ID}, []int64{ids[4], ids[2], ids[0]}},
		{digest.EditionFilter{Destination: discord, Limit: 2}, []int64{ids[5], ids[3]}},
		{digest.EditionFilter{Before: now().AddDate(0, 0, 1)}, []int64{ids[1], ids[0]}},
		{digest.EditionFilter{SubscriptionID: one.ID, Destination: discord}, nil},
		{digest.EditionFilter{SubscriptionID: one.ID, Slot: slots[2]}, []int64{ids[2]}},
		{digest.EditionFilter{SubscriptionID: one.ID, Slot: "none"}, nil},
	} {
		var found []int64
		for _, e := range got(s.Editions(ctx, c.filter))(t) {
			found = append(found, e.ID)
		}
		wantEqual(t, fmt.Sprintf("%+v", c.filter), found, c.want)
	}
}
