package schedule_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// At the start all alerts are read, several at once; one that cannot be read
// keeps none of the others from working.
func TestAllAlertsAreReadAtTheStart(t *testing.T) {
	t.Parallel()
	d := newDesk(t, storetest.SQLite(t))
	subs := make([]digest.Subscription, 40)
	for i := range subs {
		q := "korea"
		if i == 17 {
			q = "topic:nonsense"
		}
		subs[i] = d.alert(q, func(s *digest.Subscription) { s.Destination.Channel = fmt.Sprint("C", i) })
	}
	var reads atomic.Int64
	o := d.options(d.store)
	o.Read = func(q string, now time.Time) (digest.Query, error) {
		reads.Add(1)
		return readKR(q, now)
	}
	d.alerts = schedule.NewAlerts(o)
	d.add(nil, 0)
	d.step()
	for i, sub := range subs {
		want := 1
		if i == 17 {
			want = 0
		}
		if n := len(d.sent(sub)); n != want {
			t.Errorf("alert %d sent %d times, want %d", i, n, want)
		}
	}
	if reads.Load() != 40 {
		t.Errorf("%d queries were read, want 40", reads.Load())
	}
}
