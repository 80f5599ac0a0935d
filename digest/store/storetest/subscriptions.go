package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

func subscriptionCases() []testCase {
	return []testCase{
		{"subscriptions/save and read", subscriptionsSave},
		{"subscriptions/every field", subscriptionsFields},
		{"subscriptions/filter", subscriptionsFilter},
		{"subscriptions/due", subscriptionsDue},
	}
}

func subscribe(t testing.TB, s *store.Store, change func(*digest.Subscription)) digest.Subscription {
	t.Helper()
	return got(s.CreateSubscription(context.Background(), digesttest.Subscription(change)))(t)
}

func subscriptionsSave(t *testing.T, s *store.Store) {
	ctx := context.Background()
	sub := subscribe(t, s, nil)
	if sub.ID == 0 {
		t.Fatal("no ID")
	}
	wantEqual(t, "subscription", got(s.Subscription(ctx, sub.ID))(t), sub)
	_, _, sub.Destination = digesttest.Destinations()
	sub.Kind, sub.Name, sub.Query, sub.Schedule, sub.Zone, sub.Format = digest.AlertKind, "n", "q", "", "UTC", digest.Cards
	sub.Length, sub.CatchUp, sub.Lang, sub.Quiet, sub.Owner.Name, sub.From = 3, time.Hour, "ko", true, "Lee", "config"
	sub.NextRun, sub.LastRun, sub.State, sub.Reason = time.Time{}, now(), digest.Suspended, "The channel is archived."
	must(t, s.UpdateSubscription(ctx, sub))
	wantEqual(t, "updated", got(s.Subscription(ctx, sub.ID))(t), sub)
	sub.ID = 99
	wantCode(t, s.UpdateSubscription(ctx, sub), digest.NotFound)
	_, err := s.Subscription(ctx, 99)
	wantCode(t, err, digest.NotFound)
}

func subscriptionsFields(t *testing.T, s *store.Store) {
	var sub digest.Subscription
	fillFields(t, &sub)
	created := got(s.CreateSubscription(context.Background(), sub))(t)
	sub.ID = created.ID
	wantEqual(t, "subscription", got(s.Subscription(context.Background(), sub.ID))(t), sub)
}

func subscriptionsFilter(t *testing.T, s *store.Store) {
	slack, discord, direct := digesttest.Destinations()
	to := func(d digest.Destination) func(*digest.Subscription) {
		return func(s *digest.Subscription) { s.Destination = d }
	}
	ids := []int64{
		subscribe(t, s, to(slack)).ID,
		subscribe(t, s, to(discord)).ID,
		subscribe(t, s, to(direct)).ID,
		subscribe(t, s, func(s *digest.Subscription) { s.State, s.Kind = digest.Removed, digest.AlertKind }).ID,
		subscribe(t, s, func(s *digest.Subscription) { s.State, s.From, s.Owner = digest.Paused, "config", digest.Person{} }).ID,
		subscribe(t, s, func(s *digest.Subscription) { s.Owner.ID, s.Kind = "U7", digest.AlertKind }).ID,
	}
	for _, c := range []struct {
		name   string
		filter digest.SubscriptionFilter
		want   []int
	}{
		{"all but removed", digest.SubscriptionFilter{}, []int{0, 1, 2, 4, 5}},
		{"of a person", digest.SubscriptionFilter{Owner: digesttest.Person()}, []int{0, 1, 2}},
		{"to a channel", digest.SubscriptionFilter{Destination: slack}, []int{0, 4, 5}},
		{"to a person", digest.SubscriptionFilter{Destination: direct}, []int{2}},
		{"on a platform", digest.SubscriptionFilter{Destination: digest.Destination{Platform: "discord"}}, []int{1}},
		{"from config", digest.SubscriptionFilter{From: "config"}, []int{4}},
		{"alerts", digest.SubscriptionFilter{Kind: digest.AlertKind}, []int{5}},
		{"removed alerts", digest.SubscriptionFilter{Kind: digest.AlertKind, States: []digest.SubscriptionState{digest.Removed}}, []int{3}},
		{"two states", digest.SubscriptionFilter{States: []digest.SubscriptionState{digest.Removed, digest.Paused}}, []int{3, 4}},
		{"a quote", digest.SubscriptionFilter{From: "' OR 1=1 --"}, nil},
	} {
		var found, want []int64
		for _, sub := range got(s.Subscriptions(context.Background(), c.filter))(t) {
			found = append(found, sub.ID)
		}
		for _, i := range c.want {
			want = append(want, ids[i])
		}
		wantEqual(t, c.name, found, want)
	}
}

func subscriptionsDue(t *testing.T, s *store.Store) {
	at := func(d time.Duration, state digest.SubscriptionState) int64 {
		return subscribe(t, s, func(s *digest.Subscription) { s.NextRun, s.State = now().Add(d), state }).ID
	}
	second := at(-time.Minute, digest.Active)
	first := at(-time.Hour, digest.Active)
	third := at(0, digest.Active)
	at(time.Microsecond, digest.Active)
	at(-time.Hour, digest.Paused)
	at(-time.Hour, digest.Suspended)
	at(-time.Hour, digest.Removed)
	subscribe(t, s, func(s *digest.Subscription) { s.NextRun = time.Time{} })
	var due []int64
	for _, sub := range got(s.DueSubscriptions(context.Background(), now(), 10))(t) {
		due = append(due, sub.ID)
	}
	wantEqual(t, "due", due, []int64{first, second, third})
	wantEqual(t, "limited", len(got(s.DueSubscriptions(context.Background(), now(), 2))(t)), 2)
}
