package slack_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

// send posts and returns the reference and what is visible of it.
func (w *world) send(p bot.Post) (string, slacktest.Message) {
	w.t.Helper()
	ref, err := w.app.Send(context.Background(), p)
	if err != nil {
		w.t.Fatal(err)
	}
	all := w.srv.Public(ref[:strings.IndexByte(ref, ':')])
	w.clock.Move(2 * time.Second)
	return ref, all[len(all)-1]
}

func (w *world) reply(key, to string) bot.Post {
	p := w.post(key, channel("C0GENERAL"))
	p.ReplyTo = to
	return p
}

// TestThreads posts details under a headline, and updates under either, as a
// reference of today and one of before threads names it.
func TestThreads(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, nil)
	first, top := w.send(w.post("e1.0", channel("C0GENERAL")))
	if top.Thread != "" || first != "C0GENERAL:"+top.TS {
		t.Fatalf("the first is %q, %+v", first, top)
	}
	second, reply := w.send(w.reply("e1.1", first))
	if reply.Thread != top.TS || second != "C0GENERAL:"+reply.TS+":"+top.TS {
		t.Errorf("the reply is %q, %+v", second, reply)
	}
	if third, m := w.send(w.reply("e2.0", second)); m.Thread != top.TS || third != "C0GENERAL:"+m.TS+":"+top.TS {
		t.Errorf("the reply to a reply is %q, %+v", third, m)
	}
	direct1, dm := w.send(w.post("e3.0", direct("U0JON")))
	p := w.post("e3.1", direct("U0JON"))
	p.ReplyTo = direct1
	if _, m := w.send(p); m.Thread != dm.TS {
		t.Errorf("the reply in direct messages is %+v", m)
	}
	for _, other := range []string{"C0ELSE:1.000001", "not a reference", "C0GENERAL:now", "C0GENERAL:1.1:", ":1.1", "discord:1:2:3", "C0GENERAL"} {
		if ref, m := w.send(w.reply("x", other)); m.Thread != "" || strings.Count(ref, ":") != 1 {
			t.Errorf("under %q: %q, %+v", other, ref, m)
		}
	}
}

// TestNoThreadIsNoReasonToBeSilent: where a thread is refused, the words go to
// the channel, once.
func TestNoThreadIsNoReasonToBeSilent(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"cannot_reply_to_message", "thread_not_found", "message_not_found", "restricted_action_thread_locked", "restricted_action_non_threadable_channel"} {
		w := newWorld(t, slacktest.Options{}, nil)
		first, _ := w.send(w.post("a", channel("C0GENERAL")))
		w.srv.Fail("chat.postMessage", slacktest.Refuse(code))
		if ref, m := w.send(w.reply("b", first)); m.Thread != "" || m.Key != "b" || ref != "C0GENERAL:"+m.TS || w.srv.Calls("chat.postMessage") != 3 {
			t.Errorf("%s: %q, %+v after %d calls", code, ref, m, w.srv.Calls("chat.postMessage"))
		}
	}
	w := newWorld(t, slacktest.Options{}, nil)
	w.srv.AddChannel(slacktest.Channel{ID: "C0FLAT", Member: true, Flat: true})
	first, _ := w.send(w.post("a", channel("C0FLAT")))
	p := w.post("b", channel("C0FLAT"))
	p.ReplyTo = first
	if _, m := w.send(p); m.Thread != "" || m.Key != "b" {
		t.Errorf("in a channel without threads: %+v", m)
	}
	if _, err := w.app.Send(context.Background(), w.reply("c", "C0GENERAL:1.000001")); err != nil {
		t.Errorf("under a message that is gone: %v", err)
	}
}

// TestFindInAThread looks for replies of unclear fate, in the thread and, as
// it may have been refused, in the channel.
func TestFindInAThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{Scopes: []string{"chat:write", "im:write", "channels:history"}}, nil)
	first, top := w.send(w.post("e9.0", channel("C0GENERAL")))
	lost := w.reply("e9.1", first)
	lost.Started = w.clock.Now()
	w.srv.Fail("chat.postMessage", slacktest.Reset(true))
	if _, err := w.app.Send(context.Background(), lost); sendError(t, err).Fate != bot.Unclear {
		t.Fatal(err)
	}
	var reply slacktest.Message
	for i := range 40 {
		_, m := w.send(w.reply(fmt.Sprint("later ", i), first))
		if i == 0 {
			reply = m
		}
	}
	all := w.srv.Public("C0GENERAL")
	want := "C0GENERAL:" + all[1].TS + ":" + top.TS
	if ref, err := w.app.Find(context.Background(), lost); err != nil || ref != want || reply.Key != "later 0" {
		t.Errorf("found %q, %v, want %q", ref, err, want)
	}
	missing := lost
	missing.Key = "e9.2"
	if ref, err := w.app.Find(context.Background(), missing); err != nil || ref != "" {
		t.Errorf("found %q, %v", ref, err)
	}
	inChannel := w.post("e9.3", channel("C0GENERAL"))
	_, m := w.send(inChannel)
	inChannel.ReplyTo, inChannel.Started = first, w.clock.Now()
	w.clock.Move(time.Minute)
	if ref, err := w.app.Find(context.Background(), inChannel); err != nil || ref != "C0GENERAL:"+m.TS {
		t.Errorf("found %q, %v, want the post in the channel", ref, err)
	}
	gone := inChannel
	gone.ReplyTo = "C0GENERAL:1.000001"
	if ref, err := w.app.Find(context.Background(), gone); err != nil || ref != "C0GENERAL:"+m.TS {
		t.Errorf("under a message that is gone, found %q, %v", ref, err)
	}
	w.srv.Fail("conversations.replies", slacktest.Broken(500, false))
	if _, err := w.app.Find(context.Background(), lost); err == nil {
		t.Error("found where Slack could not be asked")
	}
}
