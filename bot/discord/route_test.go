package discord_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
)

// edition renders a digest of several parts.
func edition(t *testing.T, a *discord.Adapter, title string) [][]byte {
	t.Helper()
	m := bot.Message{Title: bot.Text{bot.B(title)}, Lead: []bot.Text{bot.T("30 stories")}}
	for i, topic := range []string{"Trade", "Central banks", "Sport"} {
		sec := bot.Section{Title: topic}
		for j := range 10 {
			sec.Items = append(sec.Items, bot.Item{Title: fmt.Sprintf("Headline %d of section %d", j, i), URL: fmt.Sprintf("https://example.org/%d/%d", i, j),
				Summary: []string{strings.Repeat("Seoul offers loans. ", 12)}, Sources: []string{"Wire"}})
		}
		m.Sections = append(m.Sections, sec)
	}
	parts, err := a.Render(m)
	if err != nil || len(parts) < 3 {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	return parts
}

func TestForumGetsOnePostADay(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	forum := s.AddChannel(s.AddGuild("g"), "news", discordtest.Forum)
	s.AddTags(forum, true, "Other", "trade", "Central banks")
	parts := edition(t, s.a, "Korea desk · Tuesday 24 November")
	first, err := s.a.Send(t.Context(), post("e1.0.x", forum, parts[0]))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.a.Send(t.Context(), post("e1.1.x", forum, parts[1])); err != nil {
		t.Fatal(err)
	}
	// After a restart the rest goes into the same post, and so does a later
	// edition of the day.
	later := s.again(t)
	for _, p := range []bot.Post{post("e1.2.x", forum, parts[2]), post("e2.0.x", forum, parts[0])} {
		if _, err := later.Send(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	threads := s.Threads(forum)
	if len(threads) != 1 || first != threads[0]+"/"+threads[0] {
		t.Fatalf("posts %v, first part %q", threads, first)
	}
	name, tags := s.ThreadName(threads[0])
	if name != "Korea desk · Tuesday 24 November" || !slices.Contains(tags, "trade") {
		t.Errorf("name %q, tags %q", name, tags)
	}
	if n := len(s.Visible(threads[0])); n != 4 {
		t.Errorf("%d messages in the post", n)
	}
	s.clock.add(25 * time.Hour)
	if _, err := later.Send(t.Context(), post("e3.0.x", forum, parts[0])); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Threads(forum)); n != 2 {
		t.Errorf("%d posts the next day", n)
	}
}

// A forum knows no nonce: a lost answer is looked for by the post's name.
func TestForumPostWithLostAnswerIsFound(t *testing.T) {
	t.Parallel()
	for _, again := range []string{"send", "find"} {
		s := still(t, nil, discordtest.Options{})
		forum := s.AddChannel(s.AddGuild("g"), "news", discordtest.Forum)
		p := post("e1.0.x", forum, part(t, s.a, "x"))
		s.Inject(discordtest.Fault{Method: "POST", Path: "/threads", Reset: true, Effect: true})
		if _, err := s.a.Send(t.Context(), p); fate(err) != bot.Unclear {
			t.Fatalf("got %v", err)
		}
		p.Started = s.clock.Now()
		var ref string
		var err error
		if again == "send" {
			ref, err = s.a.Send(t.Context(), p)
		} else {
			s.clock.add(time.Hour)
			ref, err = s.a.Find(t.Context(), p)
		}
		threads := s.Threads(forum)
		if err != nil || len(threads) != 1 || ref != threads[0]+"/"+threads[0] {
			t.Errorf("%s: ref %q, %v; posts %v", again, ref, err, threads)
		}
	}
}

func TestForumWithoutRights(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	g := s.AddGuild("g")
	forum := s.AddChannel(g, "news", discordtest.Forum)
	s.SetRights(g, discordtest.ViewChannel)
	if _, err := s.a.Send(t.Context(), post("e1.0.x", forum, part(t, s.a, "x"))); fate(err) != bot.Refused {
		t.Errorf("got %v", err)
	}
}

func TestAnnouncementIsPublishedOnce(t *testing.T) {
	t.Parallel()
	s := still(t, func(o *discord.Options) { o.Crosspost = true }, discordtest.Options{})
	channel := s.AddChannel(s.AddGuild("g"), "news", discordtest.Announcement)
	parts := edition(t, s.a, "Korea desk")
	for i, p := range parts {
		if _, err := s.a.Send(t.Context(), post(fmt.Sprintf("e1.%d.x", i), channel, p)); err != nil {
			t.Fatal(err)
		}
	}
	for i, m := range s.Visible(channel) {
		if m.Crossposted() != (i == 0) {
			t.Errorf("part %d published: %t", i, m.Crossposted())
		}
	}
	// A limit of publishing does not hold a digest back.
	s.Inject(discordtest.Fault{Path: "/crosspost", Status: 429, RetryAfter: 3000, Times: -1})
	if _, err := s.a.Send(t.Context(), post("e2.0.x", channel, parts[0])); err != nil {
		t.Error(err)
	}
}

func TestLaterPartsGoIntoAThread(t *testing.T) {
	t.Parallel()
	s := still(t, func(o *discord.Options) { o.Threads = true }, discordtest.Options{})
	g := s.AddGuild("g")
	channel := s.AddChannel(g, "news", discordtest.Text)
	s.SetRights(g, discordtest.AllBotMayEver)
	parts := edition(t, s.a, "Korea desk")
	for i, p := range parts[:2] {
		if _, err := s.a.Send(t.Context(), post(fmt.Sprintf("e1.%d.x", i), channel, p)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.again(t).Send(t.Context(), post("e1.2.x", channel, parts[2])); err != nil {
		t.Fatal(err)
	}
	threads := s.Threads(channel)
	if len(threads) != 1 || len(s.Visible(channel)) != 1 || len(s.Visible(threads[0])) != 2 {
		t.Fatalf("threads %v, %d in the channel", threads, len(s.Visible(channel)))
	}
	// Without the right to begin one they go into the channel.
	s.SetRights(g, discordtest.DefaultRights)
	for i, p := range parts[:2] {
		if _, err := s.a.Send(t.Context(), post(fmt.Sprintf("e2.%d.x", i), s.AddChannel(g, "other", discordtest.Text), p)); err != nil {
			t.Error(err)
		}
	}
}

func TestWebhookIsARouteOfItsOwn(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	channel := s.AddChannel(s.AddGuild("g"), "news", discordtest.Text)
	address := s.AddWebhook(channel)
	s.opts.Webhooks = map[string]string{channel: address}
	a := s.again(t)
	parts, err := a.Render(bot.Message{Lead: []bot.Text{bot.T("hi")}, Sections: []bot.Section{{Items: []bot.Item{{Title: "T", URL: "https://example.org/a", Sources: []string{"Wire"}}}}},
		Actions: []bot.Action{{ID: "v1:stop:1", Label: "Unsubscribe"}, {Label: "Open", URL: "https://example.org/"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Send(t.Context(), post("e1.0.x", channel, parts[0])); err != nil {
		t.Fatal(err)
	}
	m := s.Visible(channel)[0]
	if len(m.Buttons()) != 2 || m.Author == discordtest.BotID {
		t.Errorf("buttons %v by %s", m.Buttons(), m.Author)
	}
	p := post("e2.0.x", channel, parts[0])
	s.Inject(discordtest.Fault{Method: "POST", Path: "/webhooks/", Reset: true, Effect: true})
	if _, err := a.Send(t.Context(), p); fate(err) != bot.Unclear {
		t.Errorf("got %v", err)
	}
	p.Started = s.clock.Now()
	if _, err := a.Send(t.Context(), p); fate(err) != bot.Unclear {
		t.Errorf("posted again without a nonce: %v", err)
	}
	if n := len(s.Visible(channel)); n != 2 {
		t.Errorf("%d visible", n)
	}
	s.RemoveWebhook(address)
	if _, err := a.Send(t.Context(), post("e3.0.x", channel, parts[0])); fate(err) != bot.Refused {
		t.Errorf("a deleted webhook: %v", err)
	}
}

func TestFindAfterTheWindow(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{NoOpenAPI: true})
	g := s.AddGuild("g")
	channel := s.AddChannel(g, "news", discordtest.Text)
	p, never := post("e1.0.x", channel, part(t, s.a, "there")), post("e1.1.x", channel, part(t, s.a, "not there"))
	if ref, err := s.a.Find(t.Context(), p); err != nil || ref != "" {
		t.Errorf("never begun: %q, %v", ref, err)
	}
	p.Started, never.Started = s.clock.Now(), s.clock.Now()
	fresh := p
	fresh.Started = time.Time{}
	want, err := s.a.Send(t.Context(), fresh)
	if err != nil {
		t.Fatal(err)
	}
	s.clock.add(10 * time.Minute)
	for i := range 120 {
		if _, err := s.a.Send(t.Context(), post(fmt.Sprintf("f%d.0.x", i), channel, part(t, s.a, fmt.Sprint("other ", i)))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.a.Find(t.Context(), p); !errors.Is(err, bot.ErrCannotLook) {
		t.Error("told without the right to read history")
	}
	s.SetRights(g, discordtest.AllBotMayEver)
	if ref, err := s.a.Find(t.Context(), p); err != nil || ref != want {
		t.Errorf("found %q, %v; want %q", ref, err, want)
	}
	if ref, err := s.a.Find(t.Context(), never); err != nil || ref != "" {
		t.Errorf("found %q, %v", ref, err)
	}
}

func TestFindWithinTheWindowAsksByNonce(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	channel := s.AddChannel(s.AddGuild("g"), "news", discordtest.Text)
	p := post("e1.0.x", channel, part(t, s.a, "x"))
	s.Inject(discordtest.Fault{Method: "POST", Path: "/messages", Reset: true, Effect: true, Times: 3})
	if _, err := s.a.Send(t.Context(), p); fate(err) != bot.Unclear {
		t.Fatalf("got %v", err)
	}
	p.Started = s.clock.Now()
	ref, err := s.a.Find(t.Context(), p)
	if seen := s.Visible(channel); err != nil || len(seen) != 1 || ref != channel+"/"+seen[0].ID {
		t.Errorf("%q, %v, %d visible", ref, err, len(seen))
	}
}

func TestFindInDirectMessages(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	user := s.AddUser("one", "ko")
	p := toPerson("e1.0.x", user, part(t, s.a, "x"))
	want, err := s.a.Send(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	p.Started = s.clock.Now()
	s.clock.add(time.Hour)
	if ref, err := s.again(t).Find(t.Context(), p); err != nil || ref != want {
		t.Errorf("found %q, %v; want %q", ref, err, want)
	}
}

// What a channel is is remembered for a day; one that has changed since, and
// refuses a post for it, is asked anew.
func TestAChannelThatHasChangedIsAskedAnew(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	guild := s.AddGuild("g")
	forum, text := s.AddChannel(guild, "news", discordtest.Forum), s.AddChannel(guild, "desk", discordtest.Text)
	body := part(t, s.a, "x")
	for i, to := range []string{forum, text, text} {
		if _, err := s.a.Send(t.Context(), post(fmt.Sprintf("e%d.0.x", i), to, body)); err != nil {
			t.Fatal(err)
		}
	}
	s.clock.add(24 * time.Hour)
	s.AddTags(forum, true, "Other")
	if _, err := s.a.Send(t.Context(), post("e8.0.x", forum, body)); err != nil {
		t.Errorf("a forum that needs a tag since: %v", err)
	}
	if n := len(s.Threads(forum)); n != 2 {
		t.Errorf("%d posts in the forum", n)
	}
	if _, err := s.a.Send(t.Context(), post("e9.0.x", text, body)); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Requests("GET", "/channels/"+forum)); n != 2 {
		t.Errorf("the forum was asked %d times in a day", n)
	}
	if n := len(s.Requests("GET", "/channels/"+text)); n != 0 {
		t.Errorf("the channel was asked %d times", n)
	}
}
