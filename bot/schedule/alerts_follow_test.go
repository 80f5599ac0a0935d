package schedule_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
)

func alertsFollow(d *desk) {
	first := d.add(nil, 0)
	sub := d.alert(fmt.Sprintf("story:%d", first), func(s *digest.Subscription) { s.Kind, s.Created = digest.FollowKind, d.clock.Now() })
	d.wants(sub, 0)
	d.clock.Advance(time.Minute)
	d.add(title("One more thing"), first)
	d.wants(sub, 1, "Update: ", "One more thing", fmt.Sprintf("v1:unsubscribe:%d", sub.ID))
	d.clock.Advance(time.Hour)
	d.add(title("Another"), first)
	d.wants(sub, 1) // the first is still on its way
	c, ok, err := d.store.ClaimDelivery(d.Context(), d.firstDelivery(sub), d.clock.Now())
	d.check(err)
	if !ok {
		d.Fatal("not claimed")
	}
	c.State, c.Ref = digest.Sent, "1.23"
	d.check(d.store.FinishDelivery(d.Context(), c))
	for range 1 { // what has more than one part waits for its last
		d.restart()
	}
	d.wants(sub, 2, "Another")
	all, err := d.store.Editions(d.Context(), digest.EditionFilter{SubscriptionID: sub.ID, Limit: 1})
	d.check(err)
	parts, err := d.store.Deliveries(d.Context(), all[0].ID)
	d.check(err)
	if parts[0].Thread != "1.23" {
		d.Errorf("thread %q", parts[0].Thread)
	}
	d.clock.Advance(5 * time.Minute)
	d.add(nil, first)
	d.wants(sub, 2) // too soon
	d.clock.Advance(30 * time.Minute)
	d.wants(sub, 3)
	d.clock.Advance(7*24*time.Hour + time.Hour)
	d.step()
	after, err := d.store.Subscription(d.Context(), sub.ID)
	d.check(err)
	if after.State != digest.Removed {
		d.Errorf("a silent story is followed on: %+v", after)
	}
}

// alertsFollowFresh: an update tells what an alert would, and nothing of a
// muted source.
func alertsFollowFresh(d *desk) {
	first := d.add(nil, 0)
	sub := d.alert(fmt.Sprintf("story:%d", first), func(s *digest.Subscription) { s.Kind, s.Created = digest.FollowKind, d.clock.Now() })
	d.clock.Advance(time.Minute)
	d.add(func(a *digest.Article) { a.Source, a.Published = "New Paper", a.Stored.Add(-2*time.Hour) }, first)
	d.add(func(a *digest.Article) { a.Published = a.Stored.AddDate(0, 0, -1) }, first)
	d.wants(sub, 0)
	d.quiet(digest.QuietHours{}, digest.Mute{Kind: digest.MuteSource, Value: "Loud Paper"})
	loud := func(a *digest.Article) { a.Title, a.Source = "Loud words", "Loud Paper" }
	d.add(loud, first)
	d.wants(sub, 1)
	if sent := d.sent(sub); sent[0] != "-" {
		d.Errorf("of a muted source: %s", sent[0])
	}
	d.clock.Advance(time.Hour)
	d.add(loud, first)
	d.add(title("Soft words"), first)
	d.wants(sub, 2, "Soft words")
	if sent := d.sent(sub); strings.Contains(sent[1], "Loud words") {
		d.Errorf("a muted source is heard beside another: %s", sent[1])
	}
}

func (d *desk) firstDelivery(sub digest.Subscription) int64 {
	d.Helper()
	del, err := d.store.FirstDelivery(d.Context(), sub.ID)
	d.check(err)
	return del.ID
}
