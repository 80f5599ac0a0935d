package slack_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest"
)

func TestRefusedTokensEndRunWithASentence(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*slack.Options)
		fault  func(*slacktest.Server)
		want   string
	}{
		"wrong bot token":     {change: func(o *slack.Options) { o.BotToken = "xoxb-wrong" }, want: "Slack refuses the bot token (invalid_auth)"},
		"wrong app token":     {change: func(o *slack.Options) { o.AppToken = "xapp-wrong" }, want: "Slack refuses the app token (invalid_auth)"},
		"bot token as app's":  {change: func(o *slack.Options) { o.AppToken = "xoxb-1-fake" }, want: "Slack refuses the app token (not_allowed_token_type)"},
		"deactivated account": {fault: func(s *slacktest.Server) { s.Fail("auth.test", slacktest.Refuse("account_inactive")) }, want: "account_inactive"},
		"no such scope":       {fault: func(s *slacktest.Server) { s.Fail("apps.connections.open", slacktest.Refuse("missing_scope")) }, want: "app token (missing_scope)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, slacktest.Options{}, c.change)
			if c.fault != nil {
				c.fault(w.srv)
			}
			err := w.app.Run(context.Background())
			if err == nil || !strings.Contains(err.Error(), c.want) || digest.HintOf(err) == "" || digest.CodeOf(err) != digest.Forbidden {
				t.Errorf("Run ended with %v (hint %q)", err, digest.HintOf(err))
			}
		})
	}
}

func TestStartOutlivesASlackThatIsDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, nil)
	w.srv.Fail("auth.test", slacktest.Broken(503, false), slacktest.Reset(false), slacktest.TooMany(40))
	w.srv.Fail("apps.connections.open", slacktest.Broken(500, false), slacktest.TooManyOK())
	w.run()
	w.srv.WaitSockets(1)
	waits := w.clock.Waits()
	if fmt.Sprint(waits) != "[5s 10s 40s 5s 1m0s]" {
		t.Errorf("the waits were %v", waits)
	}
}

// TestRenewalLeavesNoGap has Slack renew the socket: the next one is open
// before the old one closes, and both are read.
func TestRenewalLeavesNoGap(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{"warning", "refresh_requested"} {
		w := running(t, nil)
		w.clock.Move(5 * time.Hour)
		w.srv.Disconnect(reason)
		w.srv.WaitSockets(2)
		if d := w.srv.Slash("U0JON", "C0GENERAL", "/brief korea"); d.Refused {
			t.Errorf("%s: a command in the gap was lost", reason)
		}
		if !w.app.Health().Connected {
			t.Errorf("%s: %+v", reason, w.app.Health())
		}
		if n := len(w.clock.Waits()); n > 1 && w.clock.Waits()[0] != 0 {
			t.Errorf("%s: it waited %v", reason, w.clock.Waits())
		}
	}
}

func TestLinkDisabledIsTriedEachFiveMinutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, nil)
	w.srv.OnConnect(func(n int) string {
		if n <= 12 {
			return "link_disabled"
		}
		return ""
	})
	w.run()
	w.srv.WaitSockets(1)
	if took := w.clock.Now().Sub(start); took != 12*5*time.Minute {
		t.Errorf("12 refusals took %v", took)
	}
	if !strings.Contains(w.log.String(), "Socket Mode is turned off in the app's settings") {
		t.Error("the log does not say so")
	}
	waitFor(t, "health", func() bool { return w.app.Health().Connected && w.app.Health().Problem == "" })
}

// TestTooManySocketsBacksOffMinutes is the storm that a library's loop would
// make 1,900 connections of in three seconds.
func TestTooManySocketsBacksOffMinutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, nil)
	w.srv.OnConnect(func(n int) string {
		if n <= 10 {
			return "too_many_websockets"
		}
		return ""
	})
	w.run()
	w.srv.WaitSockets(1)
	if took, least := w.clock.Now().Sub(start), (2+4+8+7*15)*time.Minute; took != least {
		t.Errorf("10 refusals took %v, not %v", took, least)
	}
}

// TestADayOfReconnects renews, drops and refuses sockets for 24 hours of moved
// clock: connections stay few, and goroutines and heap flat.
func TestADayOfReconnects(t *testing.T) {
	w := newWorld(t, slacktest.Options{}, nil)
	reasons := []string{"refresh_requested", "warning", "", "refresh_requested", "too_many_websockets", "link_disabled"}
	w.run()
	w.srv.WaitSockets(1)
	measure := func() (int, uint64) {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return runtime.NumGoroutine(), m.HeapAlloc
	}
	round := func(i int) {
		w.clock.Move(4 * time.Minute)
		before := w.srv.Connects()
		switch reason := reasons[i%len(reasons)]; reason {
		case "":
			w.srv.CloseSockets()
		case "warning", "refresh_requested":
			w.srv.Disconnect(reason)
			w.srv.WaitSockets(2)
			w.srv.CloseOldest() // Slack closes what it warned of
		default:
			w.srv.Disconnect(reason)
		}
		w.srv.WaitConnects(before + 1)
		w.srv.WaitSockets(1)
		if i%10 == 0 {
			w.srv.Slash("U0JON", "C0GENERAL", "/brief korea").Answer(1)
		}
	}
	for i := range 60 { // warm
		round(i)
	}
	goroutines, heap := measure()
	i := 60
	for w.clock.Now().Sub(start) < 28*time.Hour {
		round(i)
		i++
	}
	var lateGoroutines int
	var lateHeap uint64
	// What has just ended is still on its way out on a busy machine; what leaks
	// never goes.
	waitFor(t, "goroutines and heap are flat again", func() bool {
		lateGoroutines, lateHeap = measure()
		return lateGoroutines <= goroutines+5 && lateHeap <= heap+heap/2+2<<20
	})
	t.Logf("%d sockets in %v of moved clock: goroutines %d -> %d, heap %d -> %d kB", w.srv.Connects(), w.clock.Now().Sub(start).Round(time.Minute), goroutines, lateGoroutines, heap/1024, lateHeap/1024)
}

// waitFor waits for what no message tells of.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("it does not come: %s", what)
		}
	}
}

func TestRepeatsDoNothing(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	d := w.srv.Slash("U0JON", "C0GENERAL", "/brief korea")
	d.Answer(1)
	e := w.srv.DM("U0JON", "korea trade")
	w.srv.WaitMessage("the answer in direct messages", func(m slacktest.Message) bool { return m.Channel == w.srv.DMChannel("U0JON") })
	for range 3 {
		if a := d.Again(); a.Refused || len(a.Ack) > 0 {
			t.Errorf("a repeat was not acknowledged: %+v", a)
		}
		if e.Again().Refused {
			t.Error("a repeated event was not acknowledged")
		}
	}
	w.clock.Move(119 * time.Minute)
	d.Again() // late by two hours
	w.srv.Slash("U0JON", "C0GENERAL", "/brief last").Answer(1)
	if n := len(w.h.Requests()); n != 3 {
		t.Errorf("the handler was asked %d times, not 3", n)
	}
}

func TestUnreadableFramesAreCounted(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	for _, frame := range []string{"{", `{"type":"interactive","envelope_id":"x1","payload":"text"}`, `{"type":"holograms","envelope_id":"x2","payload":{}}`, `[]`, `{}`} {
		w.srv.SendFrame(frame)
	}
	w.srv.Slash("U0JON", "C0GENERAL", "/brief korea").Answer(1)
	if n := w.app.Health().Unreadable; n != 5 {
		t.Errorf("%d unreadable deliveries, not 5", n)
	}
	w.srv.Forgive() // the fake was told of envelopes that it did not send
}

func TestAPanicStopsNobody(t *testing.T) {
	t.Parallel()
	w := running(t, func(o *slack.Options) { o.Workers = 1 })
	w.h.handle = func(_ context.Context, r bot.Request) (bot.Reply, error) {
		if r.Args == "boom" {
			panic("a bug with xoxb-secret-1")
		}
		return said("fine"), nil
	}
	w.srv.Slash("U0JON", "C0GENERAL", "/brief boom")
	w.srv.Slash("U0JON", "C0GENERAL", "/brief korea").Answer(1)
	if w.app.Health().Panics != 1 || strings.Contains(w.log.String(), "xoxb-secret") {
		t.Errorf("%+v\n%s", w.app.Health(), w.log)
	}
}

// TestAFullQueueSaysSo blocks the only worker: what does not fit is refused in
// words, or left to Slack to send again.
func TestAFullQueueSaysSo(t *testing.T) {
	t.Parallel()
	w := running(t, func(o *slack.Options) { o.Workers, o.Queue = 1, 1 })
	free := make(chan struct{})
	var once sync.Once
	release := func() { once.Do(func() { close(free) }) }
	defer release()
	busy := make(chan struct{}, 10)
	w.h.handle = func(context.Context, bot.Request) (bot.Reply, error) {
		busy <- struct{}{}
		<-free
		return said("done"), nil
	}
	w.srv.Slash("U0JON", "C0GENERAL", "/brief one")
	<-busy
	w.srv.Slash("U0JON", "C0GENERAL", "/brief two")
	d := w.srv.Slash("U0JON", "C0GENERAL", "/brief three")
	if !strings.Contains(string(d.Ack), "Too many people are asking right now") {
		t.Errorf("the third was answered with %s", d.Ack)
	}
	w.srv.AckWithin(time.Millisecond) // it never comes
	e := w.srv.DM("U0JON", "four")
	waitFor(t, "the event is dropped", func() bool { return w.app.Health().Refused == 2 })
	if !e.Refused {
		t.Error("an event that was dropped was acknowledged")
	}
	w.srv.AckWithin(time.Minute)
	release()
	<-busy
	if e.Again().Refused { // Slack comes again, and now there is room
		t.Error("it was refused again")
	}
	w.srv.WaitMessage("the answer to four", func(m slacktest.Message) bool { return m.Channel == w.srv.DMChannel("U0JON") })
	if w.app.Health().Refused != 2 {
		t.Errorf("%+v", w.app.Health())
	}
}

// TestStopLetsAnswersEnd stops the App while it answers.
func TestStopLetsAnswersEnd(t *testing.T) {
	t.Parallel()
	w := running(t, func(o *slack.Options) { o.Workers = 1 })
	began, free := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w.h.handle = func(context.Context, bot.Request) (bot.Reply, error) {
		once.Do(func() { close(began) })
		<-free
		return said("done"), nil
	}
	d := w.srv.Slash("U0JON", "C0GENERAL", "/brief one")
	<-began
	e := w.srv.Slash("U0JON", "C0GENERAL", "/brief two") // it waits in the queue
	stopped := make(chan struct{})
	go func() { defer close(stopped); _ = w.stop() }()
	close(free)
	<-stopped
	if d.Answer(1).Shown() != "done\n" || e.Answer(1).Shown() != "done\n" {
		t.Error("the answer is not whole")
	}
}
