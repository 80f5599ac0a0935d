package slack_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest"
)

func channel(id string) digest.Destination {
	return digest.Destination{Platform: "slack", Channel: id}
}

// channelOf is channel as a request has it.
func channelOf(id string) digest.Destination {
	return digest.Destination{Platform: "slack", Workspace: "T0FAKE", Channel: id}
}

func direct(user string) digest.Destination {
	return digest.Destination{Platform: "slack", Channel: user, Direct: true}
}

// post is a post of one line.
func (w *world) post(key string, to digest.Destination) bot.Post {
	w.t.Helper()
	parts, err := w.app.Render(said("News of " + key).Message)
	if err != nil {
		w.t.Fatal(err)
	}
	return bot.Post{Key: key, To: to, Payload: parts[0]}
}

func sendError(t *testing.T, err error) *bot.SendError {
	t.Helper()
	var se *bot.SendError
	if !errors.As(err, &se) {
		t.Fatalf("the error is %T (%v), not a SendError", err, err)
	}
	return se
}

func TestSendPostsWithMetadata(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, nil)
	ref, err := w.app.Send(context.Background(), w.post("e1.1.slack:C0GENERAL", channel("C0GENERAL")))
	if err != nil {
		t.Fatal(err)
	}
	all := w.srv.Public("C0GENERAL")
	if len(all) != 1 || all[0].Key != "e1.1.slack:C0GENERAL" || ref != "C0GENERAL:"+all[0].TS {
		t.Errorf("ref %q, messages %+v", ref, all)
	}
}

// TestOutcomes is the table of what can become of a post.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   slacktest.Fault
		fate    bot.Fate
		reason  string
		wait    time.Duration // least
		suspend bool
		visible int
		remedy  string
	}{
		"429 with Retry-After":     {fault: slacktest.TooMany(7), fate: bot.Unsent, reason: "ratelimited", wait: 7 * time.Second},
		"429 of a full workspace":  {fault: slacktest.TooManyBare(), fate: bot.Unsent, reason: "message_limit_exceeded", wait: time.Hour, remedy: "quota"},
		"429 with nothing":         {fault: slacktest.TooManyEmpty(), fate: bot.Unsent, reason: "ratelimited", wait: time.Minute},
		"200 ratelimited":          {fault: slacktest.TooManyOK(), fate: bot.Unsent, reason: "ratelimited", wait: time.Minute},
		"reset before the post":    {fault: slacktest.Reset(false), fate: bot.Unclear, reason: "network"},
		"reset after the post":     {fault: slacktest.Reset(true), fate: bot.Unclear, reason: "network", visible: 1},
		"500 after the post":       {fault: slacktest.Broken(500, true), fate: bot.Unclear, reason: "http_500", visible: 1},
		"503 before the post":      {fault: slacktest.Broken(503, false), fate: bot.Unclear, reason: "http_503"},
		"fatal_error":              {fault: slacktest.Refuse("fatal_error"), fate: bot.Unclear, reason: "fatal_error"},
		"internal_error":           {fault: slacktest.Refuse("internal_error"), fate: bot.Unclear, reason: "internal_error"},
		"service_unavailable":      {fault: slacktest.Refuse("service_unavailable"), fate: bot.Unsent, reason: "service_unavailable"},
		"team_added_to_org":        {fault: slacktest.Refuse("team_added_to_org"), fate: bot.Unsent, reason: "team_added_to_org"},
		"request_timeout":          {fault: slacktest.Refuse("request_timeout"), fate: bot.Unsent, reason: "request_timeout"},
		"archived":                 {fault: slacktest.Refuse("is_archived"), fate: bot.Refused, reason: "is_archived", suspend: true, remedy: "Unarchive"},
		"not in the channel":       {fault: slacktest.Refuse("not_in_channel"), fate: bot.Refused, reason: "not_in_channel", suspend: true, remedy: "/invite @daybrief"},
		"read only":                {fault: slacktest.Refuse("restricted_action_read_only_channel"), fate: bot.Refused, reason: "restricted_action_read_only_channel", suspend: true, remedy: "owner"},
		"ekm":                      {fault: slacktest.Refuse("ekm_access_denied"), fate: bot.Refused, reason: "ekm_access_denied", suspend: true, remedy: "owner"},
		"scope":                    {fault: slacktest.Refuse("missing_scope"), fate: bot.Refused, reason: "missing_scope", suspend: true, remedy: "manifest"},
		"token revoked":            {fault: slacktest.Refuse("token_revoked"), fate: bot.Unsent, reason: "token_revoked", wait: 10 * time.Minute, remedy: "SLACK_BOT_TOKEN"},
		"something never heard of": {fault: slacktest.Refuse("moon_phase_wrong"), fate: bot.Refused, reason: "moon_phase_wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, slacktest.Options{}, nil)
			w.srv.Fail("chat.postMessage", c.fault)
			_, err := w.app.Send(context.Background(), w.post("k", channel("C0GENERAL")))
			se := sendError(t, err)
			if se.Fate != c.fate || se.Reason != c.reason || se.Suspend != c.suspend || se.RetryAfter < c.wait {
				t.Errorf("got %s %s suspend %v after %v (%v), want %s %s %v %v", se.Fate, se.Reason, se.Suspend, se.RetryAfter, se, c.fate, c.reason, c.suspend, c.wait)
			}
			if !strings.Contains(se.Remedy, c.remedy) {
				t.Errorf("remedy %q does not say %q", se.Remedy, c.remedy)
			}
			if n := len(w.srv.Public("C0GENERAL")); n != c.visible {
				t.Errorf("%d messages are visible, not %d", n, c.visible)
			}
		})
	}
}

// late is a context whose deadline comes when it is told to.
type late struct {
	context.Context
	done chan struct{}
}

func (l late) Done() <-chan struct{} { return l.done }

func (l late) Err() error {
	select {
	case <-l.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

func TestTimeoutAfterThePostIsUnclearAndNeverRepeated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, nil)
	if _, err := w.app.Send(context.Background(), w.post("warm", channel("C0GENERAL"))); err != nil {
		t.Fatal(err)
	}
	w.srv.Fail("chat.postMessage", slacktest.Hang(true))
	ctx := late{context.Background(), make(chan struct{})}
	p, sent := w.post("slow", channel("C0GENERAL")), make(chan error, 1)
	go func() {
		_, err := w.app.Send(ctx, p)
		sent <- err
	}()
	w.srv.WaitMessage("the post that takes effect", func(m slacktest.Message) bool { return m.Key == "slow" })
	close(ctx.done)
	if se := sendError(t, <-sent); se.Fate != bot.Unclear || se.Reason != "timeout" {
		t.Errorf("got %s %s", se.Fate, se.Reason)
	}
	if n := w.srv.Calls("chat.postMessage"); n != 2 {
		t.Errorf("%d calls, not 2", n)
	}
}

// TestNothingLeft is about failures before the request left: it is surely
// unsent, so it may be tried again.
func TestNothingLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, func(o *slack.Options) { o.APIURL = "http://127.0.0.1:1/api/" })
	_, err := w.app.Send(context.Background(), w.post("k", channel("C0GENERAL")))
	if se := sendError(t, err); se.Fate != bot.Unsent || se.Suspend {
		t.Errorf("got %s %s", se.Fate, se.Reason)
	}
}

func TestRealRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, nil)
	w.srv.AddChannel(slacktest.Channel{ID: "C0OLD", Member: true, Archived: true})
	w.srv.AddUser(slacktest.User{ID: "U0GONE", Disabled: true})
	for _, c := range []struct {
		to     digest.Destination
		reason string
	}{
		{channel("C0OLD"), "is_archived"}, {channel("C0OUTSIDE"), "channel_not_found"}, {channel("C0NOWHERE"), "channel_not_found"},
		{direct("U0GONE"), "user_disabled"}, {direct("U0NOBODY"), "user_not_found"},
		{digest.Destination{Platform: "slack", Workspace: "T0OTHER", Channel: "C0GENERAL"}, "wrong_workspace"},
	} {
		_, err := w.app.Send(context.Background(), w.post("k", c.to))
		se := sendError(t, err)
		if se.Fate != bot.Refused || se.Reason != c.reason || !se.Suspend || se.Remedy == "" {
			t.Errorf("%v: got %s %s suspend %v remedy %q", c.to, se.Fate, se.Reason, se.Suspend, se.Remedy)
		}
	}
}

func TestDirectMessagesAreOpenedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, nil)
	for _, key := range []string{"a", "b", "c"} {
		if _, err := w.app.Send(context.Background(), w.post(key, direct("U0JON"))); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.srv.Public(w.srv.DMChannel("U0JON"))); n != 3 {
		t.Errorf("%d direct messages, not 3", n)
	}
	if n := w.srv.Calls("conversations.open"); n != 1 {
		t.Errorf("conversations.open was called %d times", n)
	}
}

// TestPostsKeepTheirDistance posts thirty parts to two channels: the fake
// fails the test when two in one channel are less than a second apart.
func TestPostsKeepTheirDistance(t *testing.T) {
	t.Parallel()
	clock := newClock()
	w := newWorld(t, slacktest.Options{Pace: clock.Now}, func(o *slack.Options) { o.Now, o.Wait = clock.Now, clock.Wait })
	w.srv.AddChannel(slacktest.Channel{ID: "C0TWO", Member: true})
	for i := range 30 {
		if _, err := w.app.Send(context.Background(), w.post("k", channel([]string{"C0GENERAL", "C0TWO"}[i%2]))); err != nil {
			t.Fatal(err)
		}
	}
	if took := clock.Now().Sub(start); took < 14*time.Second || took > 20*time.Second {
		t.Errorf("30 posts to two channels took %v", took)
	}
}

// TestLongWaitsAreHandedBack checks that a queue of posts does not hold its
// workers: what is not due within seconds says when it is.
func TestLongWaitsAreHandedBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, func(o *slack.Options) {
		o.Wait = func(context.Context, time.Duration) error { return nil } // time stands still
	})
	var handed *bot.SendError
	for range 10 {
		if _, err := w.app.Send(context.Background(), w.post("k", channel("C0GENERAL"))); err != nil {
			handed = sendError(t, err)
			break
		}
	}
	if handed == nil || handed.Fate != bot.Unsent || handed.Reason != "rate_wait" || handed.RetryAfter < 5*time.Second || handed.RetryAfter > 10*time.Second {
		t.Errorf("got %+v", handed)
	}
}

// TestPausesSurviveARestart takes a 429 over to a new App.
func TestPausesSurviveARestart(t *testing.T) {
	t.Parallel()
	var told map[string]time.Time
	w := newWorld(t, slacktest.Options{}, func(o *slack.Options) { o.Paused = func(p map[string]time.Time) { told = p } })
	if _, err := w.app.Send(context.Background(), w.post("a", channel("C0GENERAL"))); err != nil {
		t.Fatal(err)
	}
	w.srv.Fail("chat.postMessage", slacktest.TooMany(90))
	w.clock.Move(2 * time.Second)
	_, err := w.app.Send(context.Background(), w.post("b", channel("C0GENERAL")))
	if se := sendError(t, err); se.Fate != bot.Unsent {
		t.Errorf("fate %s", se.Fate)
	}
	if until := told["T0FAKE chat.postMessage"]; !until.Equal(w.clock.Now().Add(90 * time.Second)) {
		t.Fatalf("told %v", told)
	}
	again, err := slack.New(slack.Options{BotToken: w.srv.BotToken, APIURL: w.srv.URL, Now: w.clock.Now, Wait: w.clock.Wait, Pauses: w.app.ExportPauses()})
	if err != nil {
		t.Fatal(err)
	}
	calls := w.srv.Calls("chat.postMessage")
	_, err = again.Send(context.Background(), w.post("b", channel("C0GENERAL")))
	if se := sendError(t, err); se.Fate != bot.Unsent || se.RetryAfter != 90*time.Second || w.srv.Calls("chat.postMessage") != calls {
		t.Errorf("after a restart: %s %s after %v", se.Fate, se.Reason, se.RetryAfter)
	}
	w.clock.Move(91 * time.Second)
	if _, err := again.Send(context.Background(), w.post("b", channel("C0GENERAL"))); err != nil {
		t.Error(err)
	}
}

// TestRefusedBlocksAreSentPlainer has Slack refuse blocks as too long: the
// words go all the same, with links and buttons, and once.
func TestRefusedBlocksAreSentPlainer(t *testing.T) {
	t.Parallel()
	for _, refusals := range []int{1, 2} {
		w := newWorld(t, slacktest.Options{}, nil)
		for range refusals {
			w.srv.Fail("chat.postMessage", slacktest.Refuse("msg_blocks_too_long"))
		}
		parts, err := w.app.Render(bot.Message{Title: bot.T("Korea desk"), Sections: []bot.Section{{Items: []bot.Item{{Title: "A *deal* & more", URL: "https://example.org/a?b=1&c=2"}}}},
			Actions: []bot.Action{{ID: "v1:manage:1", Label: "Manage"}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.app.Send(context.Background(), bot.Post{Key: "k", To: channel("C0GENERAL"), Payload: parts[0]}); err != nil {
			t.Fatal(err)
		}
		all := w.srv.Public("C0GENERAL")
		if len(all) != 1 || !strings.Contains(all[0].Shown(), "A *deal* & more") || all[0].Key != "k" {
			t.Fatalf("after %d refusals: %+v", refusals, all)
		}
		if buttons := len(all[0].Actions()); buttons != 2-refusals {
			t.Errorf("after %d refusals: %d buttons", refusals, buttons)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{Scopes: []string{"chat:write", "im:write", "channels:history"}}, nil)
	p := w.post("e9.1.x", channel("C0GENERAL"))
	p.Started = w.clock.Now()
	w.srv.Fail("chat.postMessage", slacktest.Reset(true))
	if _, err := w.app.Send(context.Background(), p); sendError(t, err).Fate != bot.Unclear {
		t.Fatal(err)
	}
	if _, err := w.app.Find(context.Background(), p); err == nil {
		t.Error("found within seconds, when history may not show it yet")
	}
	for range 40 { // the post is some pages back
		w.clock.Move(2 * time.Second)
		if _, err := w.app.Send(context.Background(), w.post("later", channel("C0GENERAL"))); err != nil {
			t.Fatal(err)
		}
	}
	if ref, err := w.app.Find(context.Background(), p); err != nil || ref != "C0GENERAL:"+w.srv.Public("C0GENERAL")[0].TS {
		t.Errorf("found %q, %v", ref, err)
	}
	missing := p
	missing.Key = "e9.2.x"
	if ref, err := w.app.Find(context.Background(), missing); err != nil || ref != "" {
		t.Errorf("found %q, %v", ref, err)
	}
	toDM := p
	toDM.To = direct("U0JON")
	if _, err := w.app.Find(context.Background(), toDM); !errors.Is(err, bot.ErrCannotLook) || digest.HintOf(err) == "" {
		t.Errorf("found without the scope: %v", err)
	}
}

func TestSendRefusesWhatIsNoPayload(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, nil)
	for _, payload := range []string{"", "{", "{}", `"x"`} {
		_, err := w.app.Send(context.Background(), bot.Post{Key: "k", To: channel("C0GENERAL"), Payload: []byte(payload)})
		if se := sendError(t, err); se.Fate != bot.Refused || se.Suspend {
			t.Errorf("%q: %+v", payload, se)
		}
	}
}

// TestRevokedTokenIsTold checks the call-back on which subscriptions are kept
// and jobs stopped.
func TestRevokedTokenIsTold(t *testing.T) {
	t.Parallel()
	var told []string
	w := newWorld(t, slacktest.Options{}, func(o *slack.Options) {
		o.Revoked = func(_ context.Context, workspace, reason string) { told = append(told, workspace+" "+reason) }
	})
	if _, err := w.app.Send(context.Background(), w.post("a", channel("C0GENERAL"))); err != nil {
		t.Fatal(err)
	}
	w.srv.Fail("chat.postMessage", slacktest.Refuse("account_inactive"))
	_, err := w.app.Send(context.Background(), w.post("b", channel("C0GENERAL")))
	if se := sendError(t, err); se.Fate != bot.Unsent || len(told) != 1 || told[0] != "T0FAKE account_inactive" {
		t.Errorf("%+v, told %v", se, told)
	}
}
