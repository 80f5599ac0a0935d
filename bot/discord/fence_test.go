package discord_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
)

// TestAFenceKeepsAPostBack lets a post through to its connection and no
// further: it is surely unsent.
func TestAFenceKeepsAPostBack(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	channel := s.AddChannel(s.AddGuild("g"), "news", discordtest.Text)
	if _, err := s.a.Send(t.Context(), post("e1.0.x", channel, part(t, s.a, "warm"))); err != nil {
		t.Fatal(err)
	}
	for open := range 2 {
		var asked atomic.Int32
		ctx := bot.WithFence(t.Context(), func(context.Context) error {
			// Each try asks twice: before it has a connection and after.
			if n := asked.Add(1); open == 0 || n%2 == 0 {
				return bot.ErrLate
			}
			return nil
		})
		_, err := s.a.Send(ctx, post("e2.0.x", channel, part(t, s.a, "once")))
		if fate(err) != bot.Unsent || !errors.Is(err, bot.ErrLate) {
			t.Errorf("open %d times: %v", open, err)
		}
		if seen := s.Visible(channel); len(seen) != 1 {
			t.Errorf("open %d times: %d visible", open, len(seen))
		}
	}
}
