package slack_test

import (
	"context"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest"
)

func TestMayPost(t *testing.T) {
	t.Parallel()
	all := []string{"chat:write", "channels:read", "chat:write.public"}
	for name, c := range map[string]struct {
		to     digest.Destination
		scopes []string
		want   string // in error and hint; "" for none
	}{
		"a member":                        {to: channel("C0GENERAL"), scopes: all[:2]},
		"a public channel":                {to: channel("C0PUBLIC"), scopes: all},
		"a public one, without the right": {to: channel("C0PUBLIC"), scopes: all[:2], want: "I can't post in #public: I'm not a member|Type /invite @daybrief there, then try again."},
		"a private one":                   {to: channel("C0OUTSIDE"), scopes: all, want: "I can't post in this channel: it is private and I'm not a member|Type /invite @daybrief there, then try again."},
		"an archived one":                 {to: channel("C0OLD"), scopes: all, want: "I can't post in #old: it is archived|Unarchive it, or choose another channel."},
		"no scope to tell":                {to: channel("C0OUTSIDE"), scopes: all[:1]},
		"direct messages":                 {to: direct("U0JON"), scopes: all},
		"another platform":                {to: digest.Destination{Platform: "discord", Channel: "1"}, scopes: all},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, slacktest.Options{Scopes: c.scopes}, nil)
			w.srv.AddChannel(slacktest.Channel{ID: "C0PUBLIC", Name: "public"})
			w.srv.AddChannel(slacktest.Channel{ID: "C0OLD", Name: "old", Member: true, Archived: true})
			err := w.app.MayPost(context.Background(), c.to)
			got := ""
			if err != nil {
				got = err.Error() + "|" + digest.HintOf(err)
			}
			if got != c.want || err != nil && digest.CodeOf(err) != digest.Forbidden {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	w := newWorld(t, slacktest.Options{Scopes: all}, nil)
	w.srv.Fail("conversations.info", slacktest.Broken(500, false))
	if err := w.app.MayPost(context.Background(), channel("C0OUTSIDE")); err != nil {
		t.Errorf("Slack does not answer, and it says %v", err)
	}
	if strings.Contains(w.log.String(), "level=ERROR") {
		t.Error(w.log.String())
	}
}
