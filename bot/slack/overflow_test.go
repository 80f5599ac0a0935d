package slack_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

func shownOf(t *testing.T, m bot.Message) string {
	t.Helper()
	parts, err := slack.Render(m)
	if err != nil || len(parts) != 1 {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	if err := slack.Validate(parts[0]); err != nil {
		t.Error(err)
	}
	return slacktest.ShownPayload(parts[0])
}

// numbered are n buttons.
func numbered(n int) []bot.Action {
	var out []bot.Action
	for i := range n {
		out = append(out, bot.Action{ID: fmt.Sprintf("v1:do:%d", i), Label: fmt.Sprintf("B%d", i)})
	}
	return out
}

func TestManyButtonsGoIntoMenus(t *testing.T) {
	t.Parallel()
	special := numbered(12)
	special[7].Confirm, special[8].Style, special[9].ID = "Sure?", bot.Danger, "v1:do:"+strings.Repeat("x", 80)
	special[10].Options = []bot.Option{{Label: "o", Value: "1"}}
	for _, c := range []struct {
		actions []bot.Action
		want    string
	}{
		{numbered(6), "[B0] [B1] [B2] [B3] [B4] [B5]\n"},
		{numbered(7), "[B0] [B1] [B2] [B3] [B4] [⋯ B5, B6]\n"},
		{numbered(13), "[B0] [B1] [B2] [B3] [B4] [⋯ B5, B6, B7, B8, B9] [⋯ B10, B11, B12]\n"},
		{numbered(11), "[B0] [B1] [B2] [B3] [B4] [⋯ B5, B6, B7, B8, B9] [B10]\n"},
		{special, "[B0] [B1] [B2] [B3] [B4] [⋯ B5, B6, B11] [B7] [B8] [B9] [B10 ▾]\n"},
	} {
		if got := shownOf(t, bot.Message{Actions: c.actions}); got != c.want {
			t.Errorf("%d buttons are shown as %s, want %s", len(c.actions), got, c.want)
		}
	}
}

// story has what people can do with it.
func story(actions ...bot.Action) bot.Message {
	return bot.Message{Lang: "en", At: start, Sections: []bot.Section{{Items: []bot.Item{{Title: "Tariffs", Sources: []string{"Reuters"}, Time: start.Add(-time.Hour), Actions: actions}}}}}
}

func TestWhatCanBeDoneWithAStoryStandsBesideIt(t *testing.T) {
	t.Parallel()
	mute, follow, why := bot.Action{ID: "v1:mute:1", Label: "Mute story"}, bot.Action{ID: "v1:followstory:1", Label: "Follow story"}, bot.Action{ID: "v1:why:1", Label: "Why"}
	page := bot.Action{Label: "Page", URL: "https://example.org/"}
	for _, c := range []struct {
		actions []bot.Action
		want    string
	}{
		{nil, "Tariffs\nReuters · 1 h ago\n"},
		{[]bot.Action{mute}, "Tariffs\nReuters · 1 h ago [Mute story]\n"},
		{[]bot.Action{mute, follow, why}, "Tariffs\nReuters · 1 h ago [⋯ Mute story, Follow story, Why]\n"},
		{[]bot.Action{mute, page, follow}, "Tariffs\nReuters · 1 h ago [⋯ Mute story, Follow story]\n[Page]\n"},
		{numbered(6), "Tariffs\nReuters · 1 h ago [⋯ B0, B1, B2, B3, B4]\n[B5]\n"},
	} {
		if got := shownOf(t, story(c.actions...)); got != c.want {
			t.Errorf("a story is shown as\n%swant\n%s", got, c.want)
		}
	}
}

// TestMenusArePressed chooses what stands in a menu: it is the same as its
// button.
func TestMenusArePressed(t *testing.T) {
	t.Parallel()
	transports(t, func(t *testing.T, w *world) {
		w.h.handle = func(_ context.Context, r bot.Request) (bot.Reply, error) {
			if r.Action != "" {
				return said("Did " + r.Action + r.Value), nil
			}
			m := story(numbered(4)...)
			m.Actions = []bot.Action{{ID: "v1:a:1", Label: "A"}}
			return bot.Reply{Message: m}, nil
		}
		m := w.srv.Slash("U0JON", "C0GENERAL", "/brief x").Answer(1)
		if got := w.srv.Press("U0JON", m, "v1:do:2", "").Answer(1).Shown(); got != "Did v1:do:2\n" {
			t.Errorf("it says %q", got)
		}
		if r := w.h.last(t); r.Action != "v1:do:2" || r.Value != "" {
			t.Errorf("asked %+v", r)
		}
	})
}
