package storetest

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store"
)

// ledgerSuspend refuses a delivery for good: what follows is all there or
// nothing of it is.
func ledgerSuspend(t *testing.T, s *store.Store) {
	ctx := context.Background()
	d, _ := claim(t, s, edition(t, s, 1, nil)[0].ID, now())
	of := got(s.Edition(ctx, d.EditionID))(t).SubscriptionID
	before := got(s.Changed(ctx, 0))(t).UpTo
	owner := digest.Destination{Platform: "slack", Channel: "U1", Direct: true}
	p := digest.Suspension{Delivery: d, Reason: "The channel was archived.", Notice: digest.EditionPlan{
		Edition:    digest.Edition{SubscriptionID: of, Slot: "suspended:1", Scheduled: now(), Built: now(), Content: []byte("{}")},
		Deliveries: []digest.Delivery{{Destination: owner, Parts: 1, Payload: []byte("{}")}}}}
	p.Delivery.State, p.Delivery.LastError, p.Delivery.Updated = digest.Failed, "is_archived", now().Add(time.Second)
	is := func(state digest.DeliveryState, of2 digest.SubscriptionState, editions int) {
		t.Helper()
		wantEqual(t, "delivery", got(s.Delivery(ctx, d.ID))(t).State, state)
		sub := got(s.Subscription(ctx, of))(t)
		wantEqual(t, "subscription", sub.State, of2)
		wantEqual(t, "it runs again", sub.NextRun.IsZero(), of2 == digest.Suspended)
		wantEqual(t, "editions", len(got(s.Editions(ctx, digest.EditionFilter{SubscriptionID: of}))(t)), editions)
	}

	killed := errors.New("killed")
	_, err := s.SuspendDelivery(ctx, p, func(context.Context, *sql.Tx, []int64) error { return killed })
	if !errors.Is(err, killed) {
		t.Errorf("got %v", err)
	}
	is(digest.Sending, digest.Active, 1)

	var jobs []int64
	enqueue := func(_ context.Context, _ *sql.Tx, ids []int64) error { jobs = append(jobs, ids...); return nil }
	wantEqual(t, "suspended", got(s.SuspendDelivery(ctx, p, enqueue))(t), true)
	is(digest.Failed, digest.Suspended, 2)
	wantEqual(t, "jobs", len(jobs), 1)
	wantEqual(t, "it is told", got(s.Delivery(ctx, jobs[0]))(t).Destination, owner)
	wantEqual(t, "the reason", got(s.Subscription(ctx, of))(t).Reason, p.Reason)
	if after := got(s.Changed(ctx, 0))(t).UpTo; after <= before {
		t.Error("alerts do not hear of it")
	}
	_, err = s.SuspendDelivery(ctx, p, enqueue) // another process, which did the same
	wantCode(t, err, digest.Conflict)
	wantEqual(t, "jobs", len(jobs), 1)

	other := subscribe(t, s, nil)
	e, _, err := s.CreateEdition(ctx, digest.EditionPlan{Edition: digest.Edition{SubscriptionID: other.ID, Slot: "1", Content: []byte("{}")},
		Deliveries: []digest.Delivery{{Destination: owner, Parts: 1}}}, nil)
	must(t, err)
	d, _ = claim(t, s, got(s.Deliveries(ctx, e.ID))(t)[0].ID, now())
	of, p.Delivery, p.Notice.Edition.SubscriptionID = other.ID, d, other.ID
	p.Delivery.State = digest.Failed
	wantEqual(t, "suspended by what was posted elsewhere", got(s.SuspendDelivery(ctx, p, enqueue))(t), false)
	is(digest.Failed, digest.Active, 1)
}

// ledgerHold takes back what is not to be posted now: all of it to be told with
// others, or the rest of it until later.
func ledgerHold(t *testing.T, s *store.Store) {
	ctx := context.Background()
	parts := edition(t, s, 2, nil)
	d, _ := claim(t, s, parts[0].ID, now())
	later := now().Add(9 * time.Hour)
	d.State, d.NotBefore, d.Deadline, d.Updated = digest.Pending, later, later.Add(6*time.Hour), now()
	must(t, s.HoldDelivery(ctx, d, nil))
	for i, p := range got(s.Deliveries(ctx, d.EditionID))(t) {
		wantEqual(t, "state", p.State, digest.Pending)
		wantEqual(t, "deadline", p.Deadline, d.Deadline)
		wantEqual(t, "not before", p.NotBefore.Equal(later), i == 0)
	}
	d, _ = claim(t, s, d.ID, later)
	of := got(s.Edition(ctx, d.EditionID))(t).SubscriptionID
	held := digest.Held{Destination: d.Destination, SubscriptionID: of, StoryID: 5, ArticleID: 6, Why: "unsent", Created: now(), Release: later}
	d.State, d.LastError = digest.Dead, "held"
	must(t, s.HoldDelivery(ctx, d, []digest.Held{held}))
	for _, p := range got(s.Deliveries(ctx, d.EditionID))(t) {
		wantEqual(t, "state", []any{p.State, p.LastError}, []any{digest.Dead, "held"})
	}
	wantEqual(t, "missed", got(s.Edition(ctx, d.EditionID))(t).Missed, true)
	waits := got(s.HeldFor(ctx, d.Destination))(t)
	if len(waits) != 1 {
		t.Fatalf("held: %+v", waits)
	}
	held.ID = waits[0].ID
	wantEqual(t, "held", waits[0], held)
	wantCode(t, s.HoldDelivery(ctx, d, []digest.Held{held}), digest.Conflict)
}
