package schedule_test

import (
	"testing"
	"time"
)

// A job whose process was killed looks as if it were being done.
func TestAJobOfADeadProcessHoldsNoPostBack(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, o *office) {
		o.tick(t)
		if _, err := o.store.DB().ExecContext(t.Context(), "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = CURRENT_TIMESTAMP"); err != nil {
			t.Fatal(err)
		}
		o.start(t, o.scheduler)
		o.clock.Advance(time.Minute)
		if err := o.scheduler.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := o.platform.WaitVisible(t, o.sub.Destination, 1); len(got) > 2 {
			t.Errorf("visible %v", got)
		}
	})
}
