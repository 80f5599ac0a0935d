package schedule

import (
	"context"
	"fmt"
	"reflect"

	"github.com/daybrief/daybrief/digest"
)

// Sync makes the subscriptions of the configuration be those in the store:
// new ones are created, changed ones changed, those no longer there removed.
// A subscription is the same when name and destination are, so that editing a
// schedule keeps its history. It is run at each start.
func (s *Scheduler) Sync(ctx context.Context, wanted []digest.Subscription) error {
	have, err := s.o.Store.Subscriptions(ctx, digest.SubscriptionFilter{From: "config", States: everyState})
	if err != nil {
		return fmt.Errorf("read subscriptions: %w", err)
	}
	byKey := map[string]digest.Subscription{}
	for _, sub := range have {
		if old, ok := byKey[syncKey(sub)]; !ok || old.State == digest.Removed {
			byKey[syncKey(sub)] = sub
		}
	}
	for _, sub := range wanted {
		old, ok := byKey[syncKey(sub)]
		delete(byKey, syncKey(sub))
		if err := s.syncOne(ctx, sub, old, ok); err != nil {
			return err
		}
	}
	for _, gone := range byKey {
		if gone.State == digest.Removed {
			continue
		}
		gone.State = digest.Removed
		if err := s.o.Store.UpdateSubscription(ctx, gone); err != nil {
			return fmt.Errorf("remove subscription %d: %w", gone.ID, err)
		}
	}
	return nil
}

// everyState selects removed subscriptions too: a digest that comes back into
// the configuration is the one it was.
var everyState = []digest.SubscriptionState{digest.Active, digest.Paused, digest.Suspended, digest.Removed}

func syncKey(s digest.Subscription) string { return s.Name + "\x00" + s.Destination.String() }

func (s *Scheduler) syncOne(ctx context.Context, want, old digest.Subscription, exists bool) error {
	p, err := s.o.Composer.Plan(want)
	if err != nil {
		return err
	}
	if !exists {
		want.From, want.Kind, want.State, want.Created = "config", digest.DigestKind, digest.Active, s.o.Now()
		want.NextRun = p.Next(s.o.Now())
		_, err := s.o.Store.CreateSubscription(ctx, want)
		return err
	}
	// A changed time begins anew; an unchanged one keeps its next run, so that a
	// run missed while the program was down is caught up.
	again := old
	again.Query, again.Format, again.Length, again.CatchUp, again.Lang, again.Quiet, again.Threads = want.Query, want.Format, want.Length, want.CatchUp, want.Lang, want.Quiet, want.Threads
	if old.Schedule != want.Schedule || old.Zone != want.Zone || old.State != digest.Active || old.NextRun.IsZero() {
		again.Schedule, again.Zone, again.State, again.Reason = want.Schedule, want.Zone, digest.Active, ""
		again.NextRun = p.Next(s.o.Now())
	}
	if reflect.DeepEqual(again, old) {
		return nil
	}
	return s.o.Store.UpdateSubscription(ctx, again)
}
