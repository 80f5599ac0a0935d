package schedule_test

import (
	"context"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// blind never finds anything due, so that it works only when it is woken.
type blind struct{ schedule.Store }

func (blind) DueSubscriptions(context.Context, time.Time, int) ([]digest.Subscription, error) {
	return nil, nil
}

func (blind) DueDeliveries(context.Context, time.Time, int) ([]digest.Delivery, error) {
	return nil, nil
}

// TestPostgreSQLWakesAtOnce looks for jobs once an hour: what comes before,
// the database has told of.
func TestPostgreSQLWakesAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t, storetest.Postgres(t))
	listener, err := o.store.Listener(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	works := o.open(t, func(s *schedule.Options) { s.Store, s.Listener, s.Look = blind{o.store}, listener, time.Hour })
	o.start(t, works)
	o.tick(t)                                       // by another process, as it were
	o.platform.WaitVisible(t, o.sub.Destination, 1) // the second part waits for the first
}
