package schedule_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
)

// A platform that is away for a morning does not flood its operator.
func TestTheOperatorIsNotFlooded(t *testing.T) {
	t.Parallel()
	clock, platform := digesttest.NewClock(time.Time{}), bottest.NewPlatform("slack")
	to := digest.Destination{Platform: "slack", Channel: "COPS"}
	troubles := schedule.NewTroubles(schedule.Options{Platforms: []bot.Platform{platform}, Operator: &to, Now: clock.Now, Log: slog.New(slog.DiscardHandler)})
	report := func(n int) {
		for i := range n {
			troubles.Report(t.Context(), digest.Delivery{ID: int64(i + 1), State: digest.Unknown}, "it may or may not be visible")
		}
	}
	report(500)
	if got := len(platform.Visible(to)); got != 10 {
		t.Errorf("the operator was told %d times", got)
	}
	clock.Advance(time.Hour)
	report(3)
	if got := len(platform.Visible(to)); got != 13 {
		t.Errorf("an hour later the operator was told %d times", got)
	}
}
