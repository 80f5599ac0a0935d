package discord_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
)

func TestSendShowsAPostOnce(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	channel := s.AddChannel(s.AddGuild("g"), "news", discordtest.Text)
	p := post("e1.0.x", channel, part(t, s.a, "A headline"))
	ref, err := s.a.Send(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	p.Started = s.clock.Now()
	again, err := s.again(t).Send(t.Context(), p)
	if err != nil || again != ref {
		t.Errorf("sent again: %q, %v; first %q", again, err, ref)
	}
	seen := s.Visible(channel)
	if len(seen) != 1 || ref != channel+"/"+seen[0].ID || !strings.Contains(seen[0].Plain(), "A headline") {
		t.Errorf("visible: %d, ref %q", len(seen), ref)
	}
	var sent struct {
		Nonce   string `json:"nonce"`
		Enforce bool   `json:"enforce_nonce"`
	}
	body := s.Requests("POST", "/messages")[0].Body
	if err := json.Unmarshal(body, &sent); err != nil || len(sent.Nonce) != 25 || !sent.Enforce {
		t.Errorf("nonce %q, enforced %t: %v", sent.Nonce, sent.Enforce, err)
	}
	if !bytes.Contains(body, []byte(`"allowed_mentions":{"parse":[]}`)) {
		t.Errorf("mentions are not excluded: %s", body)
	}
}

// What breaks while posting may have posted or not; either way it is there
// once in the end, and Send knows it.
func TestSendSurvivesWhatBreaks(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]discordtest.Fault{
		"reset before":   {Reset: true, Times: 2},
		"reset after":    {Reset: true, Effect: true, Times: 2},
		"500 before":     {Status: 500},
		"503 after":      {Status: 503, Effect: true},
		"502 no JSON":    {Status: 502, Raw: "<html>bad gateway</html>", Effect: true},
		"overloaded":     {Status: 503, Code: 130000, Effect: true},
		"short limit":    {Status: 429, RetryAfter: 0.3, Headers: map[string]string{"Retry-After": "1"}},
		"body not empty": {Status: 200, Raw: "{}", Effect: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := still(t, nil, discordtest.Options{})
			channel := s.AddChannel(s.AddGuild("g"), "news", discordtest.Text)
			f.Method, f.Path = "POST", "/messages"
			s.Inject(f)
			ref, err := s.a.Send(t.Context(), post("e1.0.x", channel, part(t, s.a, "once")))
			if name == "overloaded" {
				// It asks for half a minute, which is longer than one call waits.
				if fate(err) != bot.Unclear {
					t.Fatalf("got %v", err)
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if seen := s.Visible(channel); len(seen) != 1 || (err == nil && ref != channel+"/"+seen[0].ID) {
				t.Errorf("%d visible, ref %q", len(seen), ref)
			}
		})
	}
}

func fate(err error) bot.Fate {
	var se *bot.SendError
	if errors.As(err, &se) {
		return se.Fate
	}
	return ""
}

func TestSendSaysWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault   discordtest.Fault
		fate    bot.Fate
		reason  string
		suspend bool
		wait    time.Duration
		calls   int // requests to post
	}{
		{discordtest.Fault{Status: 403, Code: 50007}, bot.Refused, "50007", true, 0, 1},
		{discordtest.Fault{Status: 403, Code: 50278}, bot.Refused, "50278", true, 0, 1},
		{discordtest.Fault{Status: 403, Code: 50001}, bot.Refused, "50001", true, 0, 1},
		{discordtest.Fault{Status: 403, Code: 50013}, bot.Refused, "50013", true, 0, 1},
		{discordtest.Fault{Status: 404, Code: 10003}, bot.Refused, "10003", true, 0, 1},
		{discordtest.Fault{Status: 404, Code: 10004}, bot.Refused, "10004", true, 0, 1},
		{discordtest.Fault{Status: 404, Code: 10013}, bot.Refused, "10013", true, 0, 1},
		{discordtest.Fault{Status: 400, Code: 50008}, bot.Refused, "50008", true, 0, 1},
		{discordtest.Fault{Status: 400, Code: 50024}, bot.Refused, "50024", true, 0, 1},
		{discordtest.Fault{Status: 400, Code: 50083}, bot.Refused, "50083", true, 0, 1},
		{discordtest.Fault{Status: 403, Code: 160005}, bot.Refused, "160005", true, 0, 1},
		{discordtest.Fault{Status: 403, Code: 99999}, bot.Refused, "99999", true, 0, 1},
		{discordtest.Fault{Status: 400, Code: 50035}, bot.Refused, "50035", false, 0, 1},
		{discordtest.Fault{Status: 400, Code: 20009}, bot.Refused, "20009", false, 0, 2},
		{discordtest.Fault{Status: 400, Code: 40003}, bot.Unsent, "40003", false, 10 * time.Minute, 1},
		{discordtest.Fault{Status: 429, Code: 20028, RetryAfter: 5}, bot.Unsent, "20028", false, time.Minute, 1},
		{discordtest.Fault{Status: 429, RetryAfter: 1163.2, Headers: map[string]string{"Retry-After": "1"}}, bot.Unsent, "429", false, 1163200 * time.Millisecond, 1},
		{discordtest.Fault{Status: 429, RetryAfter: 1, Headers: map[string]string{"Retry-After": "77"}}, bot.Unsent, "429", false, 77 * time.Second, 1},
		{discordtest.Fault{Status: 401}, bot.Unsent, "401", false, 10 * time.Minute, 1},
		{discordtest.Fault{Status: 500}, bot.Unclear, "500", false, 0, 3},
		{discordtest.Fault{Reset: true}, bot.Unclear, "lost", false, 0, 3},
	} {
		t.Run(fmt.Sprint(c.fault.Status, " ", c.reason), func(t *testing.T) {
			t.Parallel()
			s := still(t, nil, discordtest.Options{})
			channel := s.AddChannel(s.AddGuild("g"), "news", discordtest.Text)
			c.fault.Method, c.fault.Path, c.fault.Times = "POST", "/messages", -1
			s.Inject(c.fault)
			_, err := s.a.Send(t.Context(), post("e1.0.x", channel, part(t, s.a, "x")))
			var se *bot.SendError
			if !errors.As(err, &se) {
				t.Fatalf("not a SendError: %v", err)
			}
			if se.Fate != c.fate || se.Reason != c.reason || se.Suspend != c.suspend || se.RetryAfter != c.wait {
				t.Errorf("got %+v", se)
			}
			if se.Suspend && (se.Remedy == "" || !strings.HasSuffix(se.Remedy, ".")) {
				t.Errorf("no remedy: %q", se.Remedy)
			}
			if n := len(s.Requests("POST", "/messages")); n != c.calls {
				t.Errorf("asked %d times, want %d", n, c.calls)
			}
		})
	}
}

func TestSendTimesOutAsUnclear(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	channel := s.AddChannel(s.AddGuild("g"), "news", discordtest.Text)
	payload := part(t, s.a, "x")
	s.Inject(discordtest.Fault{Method: "POST", Path: "/messages", Hang: true, Effect: true, Times: -1})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := s.a.Send(ctx, post("e1.0.x", channel, payload))
	var se *bot.SendError
	if !errors.As(err, &se) || se.Fate != bot.Unclear || se.Reason != "timeout" {
		t.Fatalf("got %v", err)
	}
	s.ClearFaults()
	p := post("e1.0.x", channel, payload)
	p.Started = s.clock.Now()
	if ref, err := s.a.Send(t.Context(), p); err != nil || ref == "" {
		t.Errorf("again within the window: %q, %v", ref, err)
	}
	if n := len(s.Visible(channel)); n != 1 {
		t.Errorf("%d visible", n)
	}
}

func TestSendNotAtAllWhenDiscordCannotBeReached(t *testing.T) {
	t.Parallel()
	s := still(t, func(o *discord.Options) { o.APIURL = "http://127.0.0.1:1" }, discordtest.Options{})
	_, err := s.a.Send(t.Context(), post("e1.0.x", "123", part(t, s.a, "x")))
	if fate(err) != bot.Unsent {
		t.Errorf("got %v", err)
	}
}

// After two minutes Discord has forgotten the nonce: a post may not be
// repeated blindly.
func TestSendStopsAfterTheWindow(t *testing.T) {
	t.Parallel()
	s := still(t, func(o *discord.Options) { o.Crosspost = true }, discordtest.Options{}) // so that the channel is asked for
	channel := s.AddChannel(s.AddGuild("g"), "news", discordtest.Text)
	p := post("e1.0.x", channel, part(t, s.a, "x"))
	p.Started = s.clock.Now().Add(-discordWindow)
	if _, err := s.a.Send(t.Context(), p); fate(err) != bot.Unclear {
		t.Errorf("got %v", err)
	}
	if n := len(s.Requests("POST", "/messages")); n != 0 {
		t.Errorf("%d posts", n)
	}
	p.Started = s.clock.Now().Add(-discordWindow + time.Second)
	s.Inject(discordtest.Fault{Method: "GET", Path: "/channels/", Status: 503, Times: -1})
	if _, err := s.a.Send(t.Context(), p); fate(err) != bot.Unclear {
		t.Errorf("an earlier attempt may have landed, and yet: %v", err)
	}
}

const discordWindow = 2 * time.Minute

func TestSendRefusesWhatNoLimitAllows(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	for _, p := range []bot.Post{
		post("e1.0.x", "123", []byte(`{"content":"hi"}`)),
		post("e1.0.x", "123", []byte(`not JSON`)),
		post("e1.0.x", "not a number", part(t, s.a, "x")),
	} {
		if _, err := s.a.Send(t.Context(), p); fate(err) != bot.Refused {
			t.Errorf("got %v", err)
		}
	}
	if n := len(s.Requests("POST", "/messages")); n != 0 {
		t.Errorf("%d posts", n)
	}
}

// A global limit stops every channel although its answer has neither
// X-RateLimit-Reset-After nor a bucket.
func TestGlobalLimitStopsAllChannels(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	g := s.AddGuild("g")
	one, two := s.AddChannel(g, "one", discordtest.Text), s.AddChannel(g, "two", discordtest.Text)
	payload := part(t, s.a, "x")
	s.Inject(discordtest.Fault{Method: "POST", Path: "/messages", Status: 429, RetryAfter: 30, Global: true, Headers: map[string]string{"Retry-After": "30"}})
	if _, err := s.a.Send(t.Context(), post("e1.0.x", one, payload)); fate(err) != bot.Unsent {
		t.Fatalf("got %v", err)
	}
	before := len(s.Requests("POST", "/messages"))
	_, err := s.a.Send(t.Context(), post("e1.0.y", two, payload))
	var se *bot.SendError
	if !errors.As(err, &se) || se.Fate != bot.Unsent || se.RetryAfter < 20*time.Second {
		t.Errorf("got %v", err)
	}
	if len(s.Requests("POST", "/messages")) != before {
		t.Error("the second channel was asked all the same")
	}
	s.clock.add(31 * time.Second)
	if _, err := s.a.Send(t.Context(), post("e1.0.y", two, payload)); err != nil {
		t.Error(err)
	}
}

func TestRefusedTokenStopsEverything(t *testing.T) {
	t.Parallel()
	s := still(t, func(o *discord.Options) { o.Token = "a-token-that-is-wrong" }, discordtest.Options{})
	channel := s.AddChannel(s.AddGuild("g"), "news", discordtest.Text)
	for range 5 {
		_, err := s.a.Send(t.Context(), post("e1.0.x", channel, part(t, s.a, "x")))
		var se *bot.SendError
		if !errors.As(err, &se) || se.Fate != bot.Unsent || se.Remedy == "" {
			t.Fatalf("got %v", err)
		}
	}
	if n := len(s.Requests("POST", "/"+channel+"/messages")) + len(s.Requests("GET", "")); n != 1 {
		t.Errorf("asked %d times with a refused token", n)
	}
	if strings.Contains(s.log.String(), "a-token-that-is-wrong") {
		t.Error("the token is in the log")
	}
}

// Five hundred refusals in ten minutes, and nothing goes out any more until
// they are over; limits that are shared with others do not count.
func TestBreakerOpensBeforeDiscordBans(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scope string
		open  bool
	}{{"user", true}, {"shared", false}} {
		s := still(t, nil, discordtest.Options{NoOpenAPI: true})
		g := s.AddGuild("g")
		payload := part(t, s.a, "x")
		s.Inject(discordtest.Fault{Method: "POST", Path: "/messages", Status: 429, RetryAfter: 4, Times: -1, Headers: map[string]string{"X-RateLimit-Scope": c.scope}})
		for i := range 505 {
			channel := s.AddChannel(g, "c", discordtest.Text)
			_, _ = s.a.Send(t.Context(), post(fmt.Sprint("e", i, ".0.x"), channel, payload))
		}
		asked := len(s.Requests("POST", "/messages"))
		if open := asked == 500; open != c.open {
			t.Errorf("%s: %d requests went out", c.scope, asked)
		}
		s.ClearFaults()
		s.clock.add(11 * time.Minute)
		if _, err := s.a.Send(t.Context(), post("e9.0.x", s.AddChannel(g, "c", discordtest.Text), payload)); err != nil {
			t.Errorf("%s: after ten minutes: %v", c.scope, err)
		}
	}
}

// Discord's own limits, enforced by the fake, are never reached: posts to a
// channel keep 1.2 s apart, and all requests stay under fifty a second.
func TestPaceKeepsUnderTheLimits(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{Rates: true, NoOpenAPI: true})
	g := s.AddGuild("g")
	channel := s.AddChannel(g, "news", discordtest.Text)
	payload := part(t, s.a, "x")
	for i := range 6 {
		if _, err := s.a.Send(t.Context(), post(fmt.Sprintf("e%d.0.x", i), channel, payload)); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.clock.total(); got != 6*time.Second {
		t.Errorf("six posts waited %v in all, want 6s", got)
	}
	for i := range 200 {
		if _, err := s.a.Send(t.Context(), post(fmt.Sprintf("f%d.0.x", i), s.AddChannel(g, "c", discordtest.Text), payload)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDirectMessagesAreOpenedSlowlyAndOnce(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{NoOpenAPI: true})
	payload := part(t, s.a, "x")
	first := s.AddUser("one", "en-US")
	for i := range 3 {
		if _, err := s.a.Send(t.Context(), toPerson(fmt.Sprintf("e%d.0.x", i), first, payload)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.Requests("POST", "/users/@me/channels")); n != 1 {
		t.Errorf("opened %d times", n)
	}
	if n := len(s.Visible(first)); n != 3 {
		t.Errorf("%d visible", n)
	}
	var waits int
	for i := range 12 {
		_, err := s.a.Send(t.Context(), toPerson(fmt.Sprintf("f%d.0.x", i), s.AddUser("p", "ko"), payload))
		var se *bot.SendError
		if errors.As(err, &se) {
			waits++
			if se.Fate != bot.Unsent || se.RetryAfter <= 0 || se.RetryAfter > time.Minute {
				t.Errorf("got %v", err)
			}
		}
	}
	if waits == 0 || len(s.Requests("POST", "/users/@me/channels")) > 10 {
		t.Errorf("%d waits, %d opened", waits, len(s.Requests("POST", "/users/@me/channels")))
	}
}

func TestDirectMessagesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	user := s.AddUser("one", "en-US")
	s.Refuse(user, 50007)
	_, err := s.a.Send(t.Context(), toPerson("e1.0.x", user, part(t, s.a, "x")))
	var se *bot.SendError
	if !errors.As(err, &se) || se.Fate != bot.Refused || !se.Suspend || !strings.Contains(se.Remedy, "/subscribe") {
		t.Errorf("got %v", err)
	}
	_, err = s.a.Send(t.Context(), toPerson("e1.0.y", "4242", part(t, s.a, "x")))
	if !errors.As(err, &se) || se.Reason != "10013" || !se.Suspend {
		t.Errorf("an unknown person: %v", err)
	}
}

// A link that Discord's filter minds costs the links of a part, and not its
// stories.
func TestFilteredLinkIsLeftOut(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	channel := s.AddChannel(s.AddGuild("g"), "news", discordtest.Text)
	s.Inject(discordtest.Fault{Method: "POST", Path: "/messages", Status: 400, Code: 240000})
	p := post("e1.0.x", channel, part(t, s.a, "A [headline](with) marks"))
	ref, err := s.a.Send(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	m := s.Visible(channel)[0]
	if strings.Contains(m.Text(), "http") || len(m.Buttons()) != 0 || !strings.Contains(m.Plain(), "A [headline](with) marks") {
		t.Errorf("got %q, %v", m.Text(), m.Buttons())
	}
	s.SetRights(guildOf(t, s, channel), discordtest.AllBotMayEver)
	p.Started = s.clock.Now()
	s.clock.add(10 * time.Minute)
	if found, err := s.a.Find(t.Context(), p); err != nil || found != ref {
		t.Errorf("found %q, %v; want %q", found, err, ref)
	}
}

// guildOf is the one server of a stage.
func guildOf(t *testing.T, s *stage, channel string) string {
	t.Helper()
	g := s.Guild(channel)
	if g == "" {
		t.Fatal("no server")
	}
	return g
}

// The program's clock may stand still, as in tests of all of it: limits and
// pace go by the machine's.
func TestSendWhileTheClockStandsStill(t *testing.T) {
	t.Parallel()
	stands, machine := newClock(), newClock()
	s := fake(t, discordtest.Options{Now: stands.Now, NoOpenAPI: true})
	a, err := discord.New(discord.Sleeping(discord.Fast(discord.Options{Token: discordtest.Token, APIURL: s.URL, Now: stands.Now}), machine.sleep, machine.Now))
	if err != nil {
		t.Fatal(err)
	}
	g := s.AddGuild("g")
	same := s.AddChannel(g, "c", discordtest.Text)
	payload := part(t, a, "x")
	for i := range 15 {
		channel := s.AddChannel(g, "c", discordtest.Text)
		if i < 2 {
			channel = same
		}
		if _, err := a.Send(t.Context(), post(fmt.Sprintf("e%d.0.x", i), channel, payload)); err != nil {
			t.Fatal(err)
		}
	}
}

// A long queue for one channel waits in the ledger and not in the workers.
func TestLongQueueIsSentBack(t *testing.T) {
	t.Parallel()
	s := still(t, func(o *discord.Options) {
		still := newClock()
		*o = discord.Sleeping(*o, func(ctx context.Context, d time.Duration) error {
			if d < 100*time.Millisecond {
				still.add(d) // for a turn among all requests, and not among those of the channel
			}
			return ctx.Err()
		}, still.Now)
	}, discordtest.Options{NoOpenAPI: true})
	channel := s.AddChannel(s.AddGuild("g"), "c", discordtest.Text)
	payload := part(t, s.a, "x")
	var sent, back int
	for i := range 12 {
		_, err := s.a.Send(t.Context(), post(fmt.Sprintf("e%d.0.x", i), channel, payload))
		var se *bot.SendError
		switch {
		case err == nil:
			sent++
		case errors.As(err, &se) && se.Fate == bot.Unsent && se.Reason == "pace" && se.RetryAfter > 10*time.Second:
			back++
		default:
			t.Fatal(err)
		}
	}
	if sent != 9 || back != 3 {
		t.Errorf("%d sent, %d sent back", sent, back)
	}
}
