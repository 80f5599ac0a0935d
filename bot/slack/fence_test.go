package slack_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

// TestAFenceKeepsAPostBack lets a post through to its connection and no
// further: it is surely unsent.
func TestAFenceKeepsAPostBack(t *testing.T) {
	t.Parallel()
	for open := range 3 { // how often the fence is open: for nobody, for a look, for all
		w := newWorld(t, slacktest.Options{}, nil)
		if _, err := w.app.Send(t.Context(), w.post("warm", channel("C0GENERAL"))); err != nil {
			t.Fatal(err)
		}
		var asked atomic.Int32
		ctx := bot.WithFence(t.Context(), func(context.Context) error {
			if int(asked.Add(1)) > open {
				return bot.ErrLate
			}
			return nil
		})
		_, err := w.app.Send(ctx, w.post("a", channel("C0GENERAL")))
		if open == 2 {
			if err != nil || len(w.srv.Public("C0GENERAL")) != 2 {
				t.Errorf("an open fence: %v", err)
			}
			continue
		}
		if se := sendError(t, err); se.Fate != bot.Unsent || !errors.Is(err, bot.ErrLate) {
			t.Errorf("open %d times: %+v", open, se)
		}
		if n := len(w.srv.Public("C0GENERAL")); n != 1 {
			t.Errorf("open %d times: %d posts", open, n)
		}
	}
}
