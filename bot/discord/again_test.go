package discord_test

import (
	"context"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
)

// closed is a handler that subscribes a channel when the bot may post there, and
// else offers to try again.
func closed() *handler {
	return &handler{handle: func(_ context.Context, r bot.Request) (bot.Reply, error) {
		reply := say("Subscribed this channel.")
		if missing := r.Fields[discord.FieldMissing]; missing != "" {
			reply = say("I may not post here yet: I lack " + missing)
			reply.Failed = true
			reply.Message.Actions = []bot.Action{{ID: "v1:again:x7", Label: "Try again", Style: bot.Primary}}
		}
		reply.Replace = r.Action == "v1:again:x7"
		return reply, nil
	}}
}

// What was refused for a lack of rights can be tried again by a button, as
// often as it takes, over the gateway and over HTTP, and after a form.
func TestTryAgain(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"gateway", "http", "form"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := closed()
			var s *stage
			switch name {
			case "http":
				s, _ = overHTTP(t, h, nil)
			case "form":
				s = forms(t, h, filled(nil))
			default:
				s = live(t, h, nil, discordtest.Options{})
			}
			r := newRoom(s)
			const both = discordtest.SendMessages | discordtest.EmbedLinks
			s.Overwrite(r.channel, discordtest.Everyone(r.guild), 0, discordtest.SendMessages)
			s.Overwrite(r.channel, discordtest.Role(r.guild), 0, both)
			i := s.Slash(r.at(r.mina), "subscribe", map[string]string{"query": "korea", "when": "daily 8:00"})
			if name == "form" {
				f := s.Slash(r.at(r.mina), "subscribe", nil).WaitForm()
				i = s.Fill(r.at(r.mina), f, map[string]string{"query": "korea", "where": "here"})
			}
			m := i.WaitAnswer()
			for _, step := range []struct {
				allow int64
				want  string
			}{{0, "I lack Send Messages, Embed Links"}, {discordtest.EmbedLinks, "I lack Send Messages"}, {both, "Subscribed"}} {
				s.Overwrite(r.channel, discordtest.Role(r.guild), step.allow, both&^step.allow)
				m = s.Press(r.at(r.mina), m, s.Button(m, "Try again").CustomID).WaitUpdate()
				if got := m.Plain(); !strings.Contains(got, step.want) || m.To != r.mina {
					t.Errorf("%b: %q to %q, want %q", step.allow, got, m.To, step.want)
				}
			}
			if got := h.last(t); got.Place.Channel != r.channel || got.Person.ID != r.mina || got.Action != "v1:again:x7" {
				t.Errorf("asked again as %+v", got)
			}
			if len(m.Buttons()) != 0 {
				t.Errorf("buttons that are done with: %v", m.Buttons())
			}
		})
	}
}
