package discord_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
	"github.com/daybrief/daybrief/digest"
)

// What the adapter works out is what Discord allows, whatever the rules are.
func TestRightsAreThoseOfDiscord(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{NoOpenAPI: true})
	g := s.AddGuild("g")
	more := s.AddRole(g)
	other := s.AddUser("Mina", "ko")
	bit := rapid.SampledFrom([]int64{0, discordtest.ViewChannel, discordtest.SendMessages, discordtest.EmbedLinks, discordtest.ReadHistory, discordtest.CreateThreads, discordtest.SendInThreads, discordtest.ManageGuild})
	some := rapid.Custom(func(t *rapid.T) int64 {
		var all int64
		for _, b := range rapid.SliceOfN(bit, 0, 5).Draw(t, "bits") {
			all |= b
		}
		return all
	})
	rapid.Check(t, func(rt *rapid.T) {
		s.SetEveryone(g, some.Draw(rt, "everyone"))
		rights := some.Draw(rt, "role")
		if rapid.IntRange(0, 9).Draw(rt, "admin") == 0 {
			rights |= discordtest.Administrator
		}
		s.SetRights(g, rights)
		s.Timeout(g, s.clock.Now().Add(time.Duration(rapid.IntRange(-5, 1).Draw(rt, "timeout"))*time.Hour))
		channel := s.AddChannel(g, "c", discordtest.Text)
		for _, who := range []string{discordtest.Everyone(g), discordtest.Role(g), more, discordtest.BotID, other, g + "9"} {
			if rapid.Bool().Draw(rt, "has a rule") {
				s.Overwrite(channel, who, some.Draw(rt, "allow"), some.Draw(rt, "deny"))
			}
		}
		want := s.May(channel)
		got, err := discord.Permissions(t.Context(), s.a, channel)
		switch {
		case want&discordtest.ViewChannel == 0:
			// Discord does not speak of a channel that the bot does not see.
			if err == nil {
				rt.Fatalf("a channel out of sight: %b", got)
			}
		case want&discordtest.Administrator != 0:
			if err != nil || got&discordtest.Administrator == 0 {
				rt.Fatalf("an administrator: %b, %v", got, err)
			}
		case err != nil || got != want:
			rt.Fatalf("%b, %v; Discord says %b", got, err, want)
		}
	})
}

// spot is a channel and what the bot lacks there: "" for nothing.
type spot struct{ channel, lacks string }

// places are channels of a server in which everyone may write, each with rules
// of its own.
func places(s *discordtest.Server, g string) map[string]spot {
	s.SetEveryone(g, discordtest.ViewChannel|discordtest.SendMessages|discordtest.EmbedLinks)
	s.SetRights(g, discordtest.SendInThreads)
	everyone, role := discordtest.Everyone(g), discordtest.Role(g)
	add := func(name string, kind int) string { return s.AddChannel(g, name, kind) }
	without := func(channel, who string, right int64) string {
		s.Overwrite(channel, who, 0, right)
		return channel
	}
	with := func(channel, who string, right int64) string {
		s.Overwrite(channel, who, right, 0)
		return channel
	}
	text := discordtest.Text
	return map[string]spot{
		"open":                       {add("open", text), ""},
		"closed but to the role":     {with(without(add("ours", text), everyone, discordtest.SendMessages), role, discordtest.SendMessages), ""},
		"closed":                     {without(add("closed", discordtest.Announcement), everyone, discordtest.SendMessages), "Send Messages"},
		"private, the bot let in":    {with(without(add("private", text), everyone, discordtest.ViewChannel), discordtest.BotID, discordtest.ViewChannel), ""},
		"private":                    {without(add("secret", text), everyone, discordtest.ViewChannel), "View Channel"},
		"forum without replies":      {without(add("forum", discordtest.Forum), role, discordtest.SendInThreads), "Send Messages in Threads"},
		"forum":                      {add("talk", discordtest.Forum), ""},
		"thread of a closed channel": {s.AddThread(without(add("parent", text), everyone, discordtest.SendMessages), "thread"), ""},
		"thread without the right":   {s.AddThread(without(add("mute", text), discordtest.BotID, discordtest.SendInThreads), "thread"), "Send Messages in Threads"},
	}
}

// The door, the doctor, what comes with a command, and a post itself agree on
// where the bot may post.
func TestRightsOfAChannel(t *testing.T) {
	t.Parallel()
	h := answering("fine")
	s := live(t, h, nil, discordtest.Options{})
	g, mina := s.AddGuild("g"), s.AddUser("Mina", "en-US")
	there := places(s.Server, g)
	for _, p := range there {
		s.opts.Channels = append(s.opts.Channels, p.channel)
	}
	a := s.again(t)
	checks := map[string]discord.Check{}
	for _, c := range a.Doctor(t.Context()) {
		checks[strings.TrimPrefix(c.Name, "discord channel ")] = c
	}
	for name, p := range there {
		err := a.MayPost(t.Context(), digest.Destination{Platform: "discord", Channel: p.channel})
		if (err == nil) != (p.lacks == "") || err != nil && !strings.Contains(err.Error()+" View Channel", p.lacks) {
			t.Errorf("%s: the door says %v, it lacks %q", name, err, p.lacks)
		}
		if c := checks[p.channel]; c.OK != (p.lacks == "") || !strings.Contains(c.Detail+c.Remedy, p.lacks) {
			t.Errorf("%s: the doctor says %+v, it lacks %q", name, c, p.lacks)
		}
		s.Slash(discordtest.Where{User: mina, Channel: p.channel}, "help", nil).WaitAnswer()
		if got := h.last(t).Fields[discord.FieldMissing]; !strings.Contains(got, p.lacks) || (got == "") != (p.lacks == "") {
			t.Errorf("%s: a command says %q, it lacks %q", name, got, p.lacks)
		}
		_, err = a.Send(t.Context(), post("e"+fmt.Sprint(len(name))+".0."+p.channel, p.channel, part(t, a, "x")))
		begins := name == "forum without replies" // its first post is no reply
		if (err == nil) != (p.lacks == "" || begins) || err != nil && fate(err) != bot.Refused {
			t.Errorf("%s: posting: %v, it lacks %q", name, err, p.lacks)
		}
	}
}

// A bot that is timed out hears that, and not that it lacks rights.
func TestTimedOut(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	g := s.AddGuild("g")
	channel := s.AddChannel(g, "news", discordtest.Text)
	to := digest.Destination{Platform: "discord", Channel: channel}
	s.Timeout(g, s.clock.Now().Add(time.Hour))
	if err := s.a.MayPost(t.Context(), to); err == nil || !strings.Contains(err.Error(), "timed out") || digest.HintOf(err) == "" {
		t.Errorf("the door: %v", err)
	}
	s.opts.Channels = []string{channel}
	if c := s.again(t).Doctor(t.Context()); c[len(c)-1].OK || !strings.Contains(c[len(c)-1].Detail, "timed out") {
		t.Errorf("the doctor: %+v", c[len(c)-1])
	}
	if _, err := s.a.Send(t.Context(), post("e1.0.x", channel, part(t, s.a, "x"))); fate(err) != bot.Refused {
		t.Errorf("posting: %v", err)
	}
	s.clock.add(2 * time.Hour)
	if err := s.a.MayPost(t.Context(), to); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// A subscription that wants threads is told at the door where none can be begun,
// the doctor names the channel, and a post goes into the channel all the same.
func TestRightsToBeginThreads(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	g := s.AddGuild("g") // with the rights of the install link, which has none to begin threads
	text, forum, other := s.AddChannel(g, "news", discordtest.Text), s.AddChannel(g, "talk", discordtest.Forum), s.AddChannel(g, "other", discordtest.Text)
	s.Overwrite(other, discordtest.Role(g), discordtest.CreateThreads, 0)
	for channel, lacks := range map[string]bool{text: true, forum: false, other: false, s.AddThread(text, "thread"): false} {
		to := digest.Destination{Platform: "discord", Channel: channel}
		err := s.a.MayThread(t.Context(), to)
		if (err != nil) != lacks || err != nil && !strings.Contains(err.Error(), "Create Public Threads") {
			t.Errorf("%s: %v, lacks the right: %t", channel, err, lacks)
		}
		if err := s.a.MayPost(t.Context(), to); err != nil {
			t.Errorf("%s without threads: %v", channel, err)
		}
	}
	s.opts.Channels, s.opts.Threaded = []string{text}, []string{text, other}
	checks := s.again(t).Doctor(t.Context())
	got := checks[len(checks)-2:]
	if got[0].OK || !strings.Contains(got[0].Detail, "#news, but begin no threads") || !strings.Contains(got[0].Detail, "Create Public Threads") || !got[1].OK {
		t.Errorf("the doctor: %+v", got)
	}
	s.opts.Channels, s.opts.Threaded = nil, []string{s.AddChannel(g, "group", discordtest.Category)}
	if c := s.again(t).Doctor(t.Context()); c[len(c)-1].OK || !strings.Contains(c[len(c)-1].Detail, "takes no messages") {
		t.Errorf("the doctor of a category: %+v", c[len(c)-1])
	}
	payload := part(t, s.a, "x")
	first := s.send(t, post("e1.0.x", text, payload), "")
	if ref := s.send(t, post("e1.1.x", text, payload), first); !strings.HasPrefix(ref, text+"/") || len(s.Visible(text)) != 2 {
		t.Errorf("the details are at %q", ref)
	}
	if !strings.Contains(s.log.String(), "Give me Create Public Threads") {
		t.Errorf("the log does not say what to do:\n%s", s.log.String())
	}
}

// What a command was given as its place is what its rights are of.
func TestRightsOfAChosenChannel(t *testing.T) {
	t.Parallel()
	h := answering("fine")
	s := live(t, h, nil, discordtest.Options{})
	r := newRoom(s)
	closed := s.AddChannel(r.guild, "closed", discordtest.Text)
	s.Overwrite(closed, discordtest.Role(r.guild), 0, discordtest.EmbedLinks)
	s.Slash(r.at(r.mina), "subscribe", map[string]string{"query": "x", "where": closed}).WaitAnswer()
	if got := h.last(t).Fields[discord.FieldMissing]; got != "Embed Links" {
		t.Errorf("of the chosen channel: %q", got)
	}
	s.Slash(discordtest.Where{User: r.mina, Channel: closed}, "subscribe", map[string]string{"query": "x", "where": r.channel}).WaitAnswer()
	if got := h.last(t).Fields[discord.FieldMissing]; got != "" {
		t.Errorf("of the chosen channel: %q", got)
	}
}
