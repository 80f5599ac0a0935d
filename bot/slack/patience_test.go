package slack_test

import (
	"context"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

// TestPatience checks that a worker whose ledger has the post as being sent
// waits no longer than it was told to, but for a second try of its own, which
// would end the same way the next time.
func TestPatience(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, func(o *slack.Options) { o.Patience = 400 * time.Millisecond })
	w.srv.Fail("chat.postMessage", slacktest.Refuse("msg_blocks_too_long"))
	start := w.clock.Now()
	if _, err := w.app.Send(context.Background(), w.post("a", channel("C0GENERAL"))); err != nil {
		t.Fatal(err)
	}
	if took := w.clock.Now().Sub(start); took < time.Second {
		t.Errorf("the second try came after %v", took)
	}
	_, err := w.app.Send(context.Background(), w.post("b", channel("C0GENERAL")))
	if handed := sendError(t, err); handed.Fate != bot.Unsent || handed.Reason != "rate_wait" || handed.RetryAfter <= 0 || handed.RetryAfter > 2*time.Second {
		t.Errorf("got %+v", handed)
	}
	if n := len(w.srv.Public("C0GENERAL")); n != 1 {
		t.Errorf("%d posts", n)
	}
}
