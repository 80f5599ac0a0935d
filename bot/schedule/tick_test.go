package schedule_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// Very many whose platform is not connected are due still after each reading.
// The others come all the same.
func TestManyThatFailKeepNoOtherWaiting(t *testing.T) {
	t.Parallel()
	o := newOffice(t, storetest.SQLite(t))
	for i := range 450 {
		_, err := o.store.CreateSubscription(t.Context(), digesttest.Subscription(func(s *digest.Subscription) {
			s.Destination = digest.Destination{Platform: "discord", Workspace: "1", Channel: fmt.Sprint(i)}
			s.NextRun = o.sub.NextRun.Add(-time.Hour)
		}))
		if err != nil {
			t.Fatal(err)
		}
	}
	o.tick(t)
	if got := len(o.editions(t)); got != 1 {
		t.Errorf("%d editions", got)
	}
}
