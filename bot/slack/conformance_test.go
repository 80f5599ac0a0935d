package slack_test

import (
	"testing"

	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, nil)
	bottest.Run(t, w.app, slacktest.ShownPayload)
}
