package discord_test

import (
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot/discord/discordtest"
	"github.com/daybrief/daybrief/digest"
)

func TestMayPost(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	g := s.AddGuild("g")
	other := s.AddGuild("other")
	s.SetRights(other, discordtest.ViewChannel|discordtest.SendMessages)
	hidden := s.AddGuild("hidden")
	s.SetRights(hidden, 0)
	text, forum := s.AddChannel(g, "news", discordtest.Text), s.AddChannel(g, "forum", discordtest.Forum)
	hooked := s.AddChannel(other, "hooked", discordtest.Text)
	s.opts.Webhooks = map[string]string{hooked: s.AddWebhook(hooked)}
	s.a = s.again(t)
	gone := s.AddChannel(g, "gone", discordtest.Text)
	s.Remove(gone)
	at := func(channel string) digest.Destination {
		return digest.Destination{Platform: "discord", Channel: channel}
	}
	for name, c := range map[string]struct {
		to   digest.Destination
		want string
	}{
		"a channel":        {at(text), ""},
		"a forum":          {at(forum), ""},
		"a webhook":        {at(hooked), ""},
		"a person":         {digest.Destination{Platform: "discord", Channel: s.AddUser("Mina", "ko"), Direct: true}, ""},
		"another platform": {digest.Destination{Platform: "slack", Channel: "C1"}, ""},
		"no id":            {at("news"), "no Discord channel"},
		"a category":       {at(s.AddChannel(g, "group", discordtest.Category)), "can't post in #group: that kind of channel takes no messages"},
		"no right":         {at(s.AddChannel(other, "quiet", discordtest.Text)), "can't post in #quiet: I lack Embed Links"},
		"a forum's right":  {at(s.AddChannel(other, "talk", discordtest.Forum)), "can't post in #talk: I lack Embed Links, Send Messages in Threads"},
		"out of sight":     {at(s.AddChannel(hidden, "secret", discordtest.Text)), "I cannot see the channel"},
		"gone":             {at(gone), "The channel is gone"},
	} {
		err := s.a.MayPost(t.Context(), c.to)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || digest.HintOf(err) == "") {
			t.Errorf("%s: %v, hint %q; want %q", name, err, digest.HintOf(err), c.want)
		}
	}
	// A right that was just given is seen at once; where Discord does not
	// answer, the first post tells.
	s.SetRights(other, discordtest.DefaultRights)
	quiet := s.AddChannel(other, "quiet", discordtest.Text)
	if err := s.a.MayPost(t.Context(), at(quiet)); err != nil {
		t.Errorf("with the right: %v", err)
	}
	s.Overwrite(quiet, discordtest.Role(other), 0, discordtest.SendInThreads)
	thread := s.AddThread(quiet, "thread") // it has the rules of its channel
	if err := s.a.MayPost(t.Context(), at(thread)); err == nil || !strings.Contains(err.Error(), "I lack Send Messages in Threads") {
		t.Errorf("a thread without the right: %v", err)
	}
	s.Overwrite(quiet, discordtest.Role(other), 0, 0)
	if err := s.a.MayPost(t.Context(), at(thread)); err != nil {
		t.Errorf("a thread with the right: %v", err)
	}
	s.Inject(discordtest.Fault{Path: "/channels/", Status: 503, Times: -1})
	if err := s.a.MayPost(t.Context(), at(quiet)); err != nil {
		t.Errorf("while Discord is away: %v", err)
	}
}
