package discord_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
	"github.com/daybrief/daybrief/digest"
)

// threaded is a stage with a channel, in a server where the bot may begin
// threads.
func threaded(t *testing.T, kind int) (*stage, string) {
	t.Helper()
	s := still(t, nil, discordtest.Options{})
	g := s.AddGuild("g")
	s.SetRights(g, discordtest.AllBotMayEver)
	return s, s.AddChannel(g, "news", kind)
}

// send posts under a message, or not.
func (s *stage) send(t *testing.T, p bot.Post, under string) string {
	t.Helper()
	p.ReplyTo = under
	ref, err := s.a.Send(t.Context(), p)
	if err != nil {
		t.Fatalf("%s under %q: %v", p.Key, under, err)
	}
	return ref
}

func TestPostsUnderAMessageGoIntoItsThread(t *testing.T) {
	t.Parallel()
	s, channel := threaded(t, discordtest.Text)
	payload := part(t, s.a, "A headline")
	first := s.send(t, post("e1.0.x", channel, payload), "")
	top := strings.TrimPrefix(first, channel+"/")
	second := s.send(t, post("e1.1.x", channel, payload), first)
	if !strings.HasPrefix(second, top+"/") || len(s.Visible(channel)) != 1 || len(s.Visible(top)) != 1 {
		t.Fatalf("first %q, second %q, %d in the thread", first, second, len(s.Visible(top)))
	}
	if name, _ := s.ThreadName(top); name != "Korea desk · Tuesday 24 November" {
		t.Errorf("the thread is called %q", name)
	}
	// A reply to a reply follows it; the thread that is there is taken after a
	// restart, and one that was archived opens again.
	s.Archive(top)
	s.a = s.again(t)
	third := s.send(t, post("e2.0.x", channel, payload), second)
	s.a = s.again(t)
	fourth := s.send(t, post("e3.0.x", channel, payload), first)
	if !strings.HasPrefix(third, top+"/") || !strings.HasPrefix(fourth, top+"/") || s.Archived(top) || len(s.Threads(channel)) != 1 {
		t.Errorf("third %q, fourth %q, archived %t, threads %v", third, fourth, s.Archived(top), s.Threads(channel))
	}
	// The same post again is there once.
	again := post("e3.0.x", channel, payload)
	again.Started = s.clock.Now()
	if ref := s.send(t, again, first); ref != fourth || len(s.Visible(top)) != 3 {
		t.Errorf("again: %q, %d in the thread", ref, len(s.Visible(top)))
	}
	var sent struct {
		Nonce   string `json:"nonce"`
		Enforce bool   `json:"enforce_nonce"`
	}
	for _, r := range s.Requests("POST", top+"/messages") {
		if err := json.Unmarshal(r.Body, &sent); err != nil || !sent.Enforce || sent.Nonce == "" {
			t.Errorf("%s: %v", r.Body, err)
		}
	}
}

// A reference from elsewhere, or none at all, is no thread.
func TestPostsUnderNothingGoIntoTheChannel(t *testing.T) {
	t.Parallel()
	s, channel := threaded(t, discordtest.Text)
	other := s.AddChannel(s.Guild(channel), "other", discordtest.Text)
	payload := part(t, s.a, "A headline")
	foreign := s.send(t, post("e0.0.x", other, payload), "")
	for i, ref := range []string{"C012:1.2", "x/y", channel + "/", "/1", foreign, "99/98", channel + "/77"} {
		if got := s.send(t, post("e1."+string(rune('0'+i))+".x", channel, payload), ref); !strings.HasPrefix(got, channel+"/") {
			t.Errorf("under %q: %q", ref, got)
		}
	}
	if len(s.Threads(channel)) != 0 {
		t.Errorf("threads %v", s.Threads(channel))
	}
}

// No thread is no reason to be silent.
func TestPostsUnderAMessageWithoutAThread(t *testing.T) {
	t.Parallel()
	s, channel := threaded(t, discordtest.Text)
	payload := part(t, s.a, "A headline")
	first := s.send(t, post("e1.0.x", channel, payload), "")
	s.SetRights(s.Guild(channel), discordtest.DefaultRights)
	if ref := s.send(t, post("e1.1.x", channel, payload), first); !strings.HasPrefix(ref, channel+"/") {
		t.Errorf("without the right: %q", ref)
	}
	s.SetRights(s.Guild(channel), discordtest.AllBotMayEver)
	next := s.send(t, post("e2.0.x", channel, payload), "")
	s.send(t, post("e2.1.x", channel, payload), next)
	top := strings.TrimPrefix(next, channel+"/")
	s.Lock(top)
	for _, key := range []string{"e2.2.x", "e2.3.x"} { // the second time it is known
		if ref := s.send(t, post(key, channel, payload), next); !strings.HasPrefix(ref, channel+"/") {
			t.Errorf("%s in a locked thread: %q", key, ref)
		}
	}
	s.Remove(top)
	s.a = s.again(t)
	if ref := s.send(t, post("e2.4.x", channel, payload), top+"/"+top); !strings.HasPrefix(ref, channel+"/") {
		t.Errorf("in a thread that is gone: %q", ref)
	}
}

// What breaks while a thread is begun leaves one thread and one post.
func TestThreadsSurviveWhatBreaks(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]discordtest.Fault{
		"reset after": {Method: "POST", Path: "/threads", Reset: true, Effect: true},
		"502 after":   {Method: "POST", Path: "/threads", Status: 502, Effect: true},
		"503 before":  {Method: "POST", Path: "/threads", Status: 503},
		"429":         {Method: "POST", Path: "/threads", Status: 429, RetryAfter: 2},
	} {
		s, channel := threaded(t, discordtest.Text)
		payload := part(t, s.a, "A headline")
		first := s.send(t, post("e1.0.x", channel, payload), "")
		s.Inject(f)
		p := post("e1.1.x", channel, payload)
		p.ReplyTo = first
		_, err := s.a.Send(t.Context(), p)
		var se *bot.SendError
		if err != nil && (!errors.As(err, &se) || se.Fate != bot.Unsent) {
			t.Errorf("%s: %v", name, err)
		}
		s.clock.add(3 * time.Second)
		if err != nil {
			s.send(t, p, first)
		}
		if top := strings.TrimPrefix(first, channel+"/"); len(s.Threads(channel)) != 1 || len(s.Visible(top)) != 1 || len(s.Visible(channel)) != 1 {
			t.Errorf("%s: threads %v, %d in it, %d in the channel", name, s.Threads(channel), len(s.Visible(top)), len(s.Visible(channel)))
		}
	}
}

func TestPostsUnderAForumPost(t *testing.T) {
	t.Parallel()
	s, forum := threaded(t, discordtest.Forum)
	payload := part(t, s.a, "A headline")
	first := s.send(t, post("e1.0.x", forum, payload), "")
	s.clock.add(30 * time.Hour) // another day's post would be another thread
	second := s.send(t, post("e9.0.x", forum, payload), first)
	thread, _, _ := strings.Cut(first, "/")
	if !strings.HasPrefix(second, thread+"/") || len(s.Threads(forum)) != 1 || len(s.Visible(thread)) != 2 {
		t.Errorf("first %q, second %q, threads %v", first, second, s.Threads(forum))
	}
	in := post("e10.0.x", thread, payload) // a subscription of the thread itself
	if ref := s.send(t, in, second); !strings.HasPrefix(ref, thread+"/") || len(s.Threads(forum)) != 1 {
		t.Errorf("in the thread: %q", ref)
	}
}

func TestPostsUnderADirectMessageAreReplies(t *testing.T) {
	t.Parallel()
	s, _ := threaded(t, discordtest.Text)
	mina := s.AddUser("Mina", "en-US")
	payload := part(t, s.a, "A headline")
	first := s.send(t, toPerson("e1.0.x", mina, payload), "")
	s.send(t, toPerson("e1.1.x", mina, payload), first)
	seen := s.Visible(mina)
	if len(seen) != 2 || seen[1].ReplyTo != seen[0].ID {
		t.Fatalf("%d messages, the second answers %q", len(seen), seen[1].ReplyTo)
	}
	s.Delete(mina, seen[0].ID)
	s.send(t, toPerson("e1.2.x", mina, payload), first)
	if seen = s.Visible(mina); len(seen) != 2 || seen[1].ReplyTo != "" {
		t.Errorf("after the first was deleted: %+v", seen)
	}
}

func TestPostsUnderAMessageThroughAWebhook(t *testing.T) {
	t.Parallel()
	s, channel := threaded(t, discordtest.Text)
	s.opts.Webhooks = map[string]string{channel: s.AddWebhook(channel)}
	s.a = s.again(t)
	payload := part(t, s.a, "A headline")
	first := s.send(t, post("e1.0.x", channel, payload), "")
	second := s.send(t, post("e1.1.x", channel, payload), first)
	if top := strings.TrimPrefix(first, channel+"/"); !strings.HasPrefix(second, top+"/") || s.Visible(top)[0].Author == discordtest.BotID {
		t.Errorf("first %q, second %q", first, second)
	}
}

// Followers get the first message of a digest and not what comes under it.
func TestPostsUnderAnAnnouncementAreNotPublished(t *testing.T) {
	t.Parallel()
	s, channel := threaded(t, discordtest.Announcement)
	s.opts.Crosspost = true
	s.a = s.again(t)
	payload := part(t, s.a, "A headline")
	first := s.send(t, post("e1.0.x", channel, payload), "")
	s.send(t, post("e2.0.x", channel, payload), first)
	if n := len(s.Requests("POST", "/crosspost")); n != 1 || !s.Visible(channel)[0].Crossposted() {
		t.Errorf("published %d times", n)
	}
}

// After the time of nonces a post is looked for where it may be: in the
// thread, and in the channel.
func TestFindUnderAMessage(t *testing.T) {
	t.Parallel()
	s, channel := threaded(t, discordtest.Text)
	first := s.send(t, post("e1.0.x", channel, part(t, s.a, "A headline")), "")
	find := func(words string) string {
		t.Helper()
		p := post("e9.9.x", channel, part(t, s.a, words))
		p.ReplyTo, p.Started = first, s.clock.Now().Add(-3*time.Minute)
		ref, err := s.again(t).Find(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		return ref
	}
	if ref := find("Never sent"); ref != "" || len(s.Threads(channel)) != 0 {
		t.Errorf("found %q; threads %v", ref, s.Threads(channel))
	}
	second := s.send(t, post("e1.1.x", channel, part(t, s.a, "In the thread")), first)
	top := strings.TrimPrefix(first, channel+"/")
	s.Lock(top)
	third := s.send(t, post("e1.2.x", channel, part(t, s.a, "In the channel")), first)
	if got := find("In the thread"); got != second {
		t.Errorf("found %q, posted %q", got, second)
	}
	if got := find("In the channel"); got != third {
		t.Errorf("found %q, posted %q", got, third)
	}
	if got := find("Never sent"); got != "" {
		t.Errorf("found %q", got)
	}
}

// Quiet messages carry Discord's flag by every way that a post goes; others do
// not, unless all are to be quiet.
func TestSilentMessages(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]func(s *stage, guild string) (to digest.Destination, under bool){
		"channel": func(s *stage, guild string) (digest.Destination, bool) {
			return digest.Destination{Platform: "discord", Channel: s.AddChannel(guild, "news", discordtest.Text)}, false
		},
		"thread": func(s *stage, guild string) (digest.Destination, bool) {
			return digest.Destination{Platform: "discord", Channel: s.AddChannel(guild, "news", discordtest.Text)}, true
		},
		"forum": func(s *stage, guild string) (digest.Destination, bool) {
			return digest.Destination{Platform: "discord", Channel: s.AddChannel(guild, "news", discordtest.Forum)}, false
		},
		"webhook": func(s *stage, guild string) (digest.Destination, bool) {
			c := s.AddChannel(guild, "news", discordtest.Text)
			s.opts.Webhooks = map[string]string{c: s.AddWebhook(c)}
			return digest.Destination{Platform: "discord", Channel: c}, false
		},
		"direct": func(s *stage, _ string) (digest.Destination, bool) {
			return digest.Destination{Platform: "discord", Channel: s.AddUser("Mina", "ko"), Direct: true}, false
		},
	} {
		for _, quiet := range []struct{ message, all bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
			s := still(t, func(o *discord.Options) { o.Silent = quiet.all }, discordtest.Options{})
			g := s.AddGuild("g")
			s.SetRights(g, discordtest.AllBotMayEver)
			to, under := way(s, g)
			s.a = s.again(t)
			parts, err := s.a.Render(bot.Message{Title: bot.T("Korea desk"), Lead: []bot.Text{bot.T("x")}, Silent: quiet.message})
			if err != nil {
				t.Fatal(err)
			}
			p := bot.Post{Key: "e1.0.x", To: to, Payload: parts[0]}
			ref := s.send(t, p, "")
			if under {
				p.Key = "e1.1.x"
				ref = s.send(t, p, ref)
			}
			channel, id, _ := strings.Cut(ref, "/")
			seen := s.Visible(channel)
			at := slices.IndexFunc(seen, func(m *discordtest.Message) bool { return m.ID == id })
			if at < 0 {
				t.Errorf("%s: nothing to see", name)
				continue
			}
			if m := seen[at]; (m.Flags&(1<<12) != 0) != (quiet.message || quiet.all) || m.Flags&(1<<15) == 0 {
				t.Errorf("%s, %+v: flags %b", name, quiet, m.Flags)
			}
		}
	}
}
