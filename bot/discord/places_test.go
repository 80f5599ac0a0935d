package discord_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
)

// asked are the requests that asked what something is.
func (s *stage) asked() (channels, lists int) {
	for _, r := range s.Requests("GET", "") {
		switch {
		case strings.HasSuffix(r.Path, "/channels"):
			lists++
		case strings.Contains(r.Path, "/channels/") && !strings.HasSuffix(r.Path, "/messages"):
			channels++
		}
	}
	return channels, lists
}

// The first digest of a channel takes one request, as every other: what the
// channel is does not matter. One for which it does is asked what it is once.
func TestFirstPostsTakeOneRequest(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	g := s.AddGuild("g")
	payload := part(t, s.a, "x")
	for i := range 5 {
		c := s.AddChannel(g, "c", discordtest.Text)
		s.send(t, post(fmt.Sprintf("e%d.0.x", i), c, payload), "")
		if i == 0 {
			s.send(t, post("e8.1.x", s.AddThread(c, "thread"), payload), "")
		}
	}
	if channels, lists := s.asked(); channels+lists != 0 {
		t.Errorf("asked for %d channels and %d lists", channels, lists)
	}
	forum := s.AddChannel(g, "forum", discordtest.Forum)
	for _, key := range []string{"e9.0.x", "e9.1.x", "e10.0.x"} {
		s.send(t, post(key, forum, payload), "")
	}
	if channels, _ := s.asked(); channels != 1 || len(s.Threads(forum)) != 1 {
		t.Errorf("asked %d times for a forum; %d posts in it", channels, len(s.Threads(forum)))
	}
	for name, c := range map[string]string{"a category": s.AddChannel(g, "c", discordtest.Category), "gone": "77"} {
		if _, err := s.a.Send(t.Context(), post("e11.0.x", c, payload)); fate(err) != bot.Refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A refusal for another reason than the kind of channel is not tried twice.
func TestAGuessIsNotPostedTwice(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	c := s.AddChannel(s.AddGuild("g"), "c", discordtest.Text)
	for _, f := range []discordtest.Fault{{Method: "POST", Status: 400, Code: 50035}, {Method: "POST", Status: 403, Code: 50013}} {
		before := len(s.Requests("POST", "/messages"))
		s.Inject(f)
		if _, err := s.a.Send(t.Context(), post("e1.0.x", c, part(t, s.a, "x"))); fate(err) != bot.Refused {
			t.Errorf("%+v: %v", f, err)
		}
		if n := len(s.Requests("POST", "/messages")) - before; n != 1 {
			t.Errorf("%+v: posted %d times", f, n)
		}
	}
}

// Where it matters what channels are, all of a server are asked for at once.
func TestChannelsOfAServerAreAskedForAtOnce(t *testing.T) {
	t.Parallel()
	s := still(t, func(o *discord.Options) { o.Crosspost = true }, discordtest.Options{})
	g := s.AddGuild("g")
	var channels []string
	for i := range 5 {
		channels = append(channels, s.AddChannel(g, fmt.Sprint("c", i), []int{discordtest.Text, discordtest.Announcement, discordtest.Forum}[i%3]))
	}
	for i, c := range channels {
		p := post(fmt.Sprintf("e%d.0.x", i), c, part(t, s.a, fmt.Sprint("News ", i)))
		p.To.Workspace = g
		s.send(t, p, "")
	}
	if one, lists := s.asked(); one != 0 || lists != 1 {
		t.Errorf("asked for %d channels and %d lists", one, lists)
	}
	if n := len(s.Requests("POST", "/crosspost")); n != 2 {
		t.Errorf("published %d", n)
	}
	// A thread is not on the list, and a server out of sight gives none.
	p := post("e6.0.x", s.AddThread(channels[0], "thread"), part(t, s.a, "x"))
	p.To.Workspace = g
	s.send(t, p, "")
	p = post("e7.0.x", channels[1], part(t, s.again(t), "y"))
	p.To.Workspace = "404"
	s.a = s.again(t)
	s.send(t, p, "")
	if one, lists := s.asked(); one != 2 || lists != 2 {
		t.Errorf("asked for %d channels and %d lists", one, lists)
	}
}

// The gateway tells what channels are, so that nothing is asked.
func TestTheGatewayTellsOfChannels(t *testing.T) {
	t.Parallel()
	s := offline(t, answering("fine"))
	s.opts.Crosspost = true
	s.a = s.again(t)
	g := s.AddGuild("g")
	forum, news := s.AddChannel(g, "forum", discordtest.Forum), s.AddChannel(g, "news", discordtest.Announcement)
	thread := s.AddThread(news, "thread")
	s.run(t, s.a)
	eventually(t, "the connection", s.a.Connected)
	later := s.AddChannel(g, "later", discordtest.Announcement)
	s.TellChannel(later)
	for _, c := range []string{forum, news, thread, later} {
		eventually(t, "what "+c+" is", func() bool { return discord.Knows(s.a, c) })
	}
	payload := part(t, s.a, "x")
	for i, c := range []string{forum, news, thread, later} {
		if _, err := s.a.Send(t.Context(), post(fmt.Sprintf("e%d.0.x", i), c, payload)); err != nil {
			t.Errorf("%s: %v", c, err)
		}
	}
	if one, lists := s.asked(); one+lists != 0 || len(s.Requests("POST", "/crosspost")) != 2 {
		t.Errorf("asked for %d channels and %d lists; published %d", one, lists, len(s.Requests("POST", "/crosspost")))
	}
}
