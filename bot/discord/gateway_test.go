package discord_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
	"github.com/daybrief/daybrief/digest"
)

func answering(words string) *handler {
	return &handler{handle: func(context.Context, bot.Request) (bot.Reply, error) { return say(words), nil }}
}

// works proves that the bot answers.
func works(t *testing.T, s *stage) {
	t.Helper()
	s.WaitConnected(1)
	eventually(t, "the connection", s.a.Connected)
	channel := s.AddChannel(s.AddGuild("g"), "c", discordtest.Text)
	i := s.Slash(discordtest.Where{User: s.AddUser("Mina", "en-US"), Channel: channel}, "help", nil)
	if m := i.WaitAnswer(); !strings.Contains(m.Plain(), "fine") {
		t.Errorf("answered %q", m.Plain())
	}
}

func TestGatewayAsksForServersAlone(t *testing.T) {
	t.Parallel()
	s := live(t, answering("fine"), nil, discordtest.Options{})
	works(t, s)
	if c := s.Gateway(); len(c.Intents) != 1 || c.Intents[0] != 1 || c.Connections != 1 || !s.a.Connected() {
		t.Errorf("got %+v", c)
	}
}

// First frames that make discordgo block for ever, or identify at once.
func TestGatewayOutlivesBadFirstFrames(t *testing.T) {
	t.Parallel()
	for _, op := range []int{7, 9, 11} {
		t.Run(fmt.Sprint(op), func(t *testing.T) {
			t.Parallel()
			s := offline(t, answering("fine"))
			s.opts = discord.OpenWithin(s.opts, 300*time.Millisecond) // it is what ends the block
			s.a = s.again(t)
			s.FirstFrames(op, op)
			s.run(t, s.a)
			works(t, s)
			// On a slow machine a good connection may take too long as well.
			if c := s.Gateway(); c.Connections < 3 || c.Identifies > c.Connections-2 {
				t.Errorf("%d identifications over %d connections", c.Identifies, c.Connections)
			}
		})
	}
}

// Closes after which nothing helps end Run with one sentence, after one
// attempt.
func TestGatewayStopsOnFatalCloses(t *testing.T) {
	t.Parallel()
	for _, code := range []int{4004, 4010, 4011, 4012, 4013, 4014} {
		s := offline(t, answering("fine"))
		s.CloseOnIdentify(code)
		err := s.a.Run(t.Context())
		if err == nil || digest.HintOf(err) == "" || strings.Contains(err.Error(), "\n") {
			t.Errorf("%d: %v, hint %q", code, err, digest.HintOf(err))
		}
		if c := s.Gateway(); c.Connections != 1 {
			t.Errorf("%d: %d connections", code, c.Connections)
		}
	}
}

func TestGatewayStopsOnRefusedToken(t *testing.T) {
	t.Parallel()
	s := fake(t, discordtest.Options{})
	a, err := discord.New(discord.Fast(discord.Options{Token: "a-token-that-is-wrong", APIURL: s.URL, Handler: answering("x")}))
	if err != nil {
		t.Fatal(err)
	}
	err = a.Run(t.Context())
	if digest.CodeOf(err) != digest.Forbidden || strings.Contains(err.Error()+digest.HintOf(err), "a-token-that-is-wrong") {
		t.Errorf("got %v", err)
	}
	if n := len(s.Requests("GET", "")); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// A close that passes, an order to reconnect and a cut line are each followed
// by a resumed session, and the bot answers again.
func TestGatewayResumes(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(*stage){
		"op 7": func(s *stage) { s.SendOp(7) },
		"4000": func(s *stage) { s.CloseAll(4000) },
		"cut":  func(s *stage) { s.DropConnections() },
		"1001": func(s *stage) { s.CloseAll(1001) },
		"silent": func(s *stage) {
			s.SetAcks(false)
			s.SetHeartbeat(time.Minute) // the next connection is not to look silent on a slow machine
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := discordtest.Options{}
			if name == "silent" {
				o.Heartbeat = 50 * time.Millisecond
			}
			s := live(t, answering("fine"), nil, o)
			act(s)
			s.WaitGateway("a resumed session", func(c discordtest.GatewayCounts) bool { return c.Resumes >= 1 })
			s.SetAcks(true)
			works(t, s)
			if c := s.Gateway(); c.Identifies > 2 {
				t.Errorf("%d identifications", c.Identifies)
			}
			if name == "silent" && !contains(s.Gateway().Closes, 4000) {
				t.Errorf("closed with %v, not with 4000", s.Gateway().Closes)
			}
		})
	}
}

func contains(list []int, n int) bool {
	for _, x := range list {
		if x == n {
			return true
		}
	}
	return false
}

// A session that Discord calls invalid is not begun again on the same
// connection, at once and for ever, but on a new one after a while (one to
// five seconds; a twentieth of that here).
func TestGatewayWaitsAfterAnInvalidSession(t *testing.T) {
	t.Parallel()
	s := live(t, answering("fine"), nil, discordtest.Options{})
	s.InvalidateSessions()
	s.InvalidOnIdentify(1)
	s.CloseAll(4000)
	s.WaitGateway("three identifications", func(c discordtest.GatewayCounts) bool { return c.Identifies >= 3 && c.Open == 1 })
	c := s.Gateway()
	if c.Identifies != 3 || c.Resumes != 1 || c.Connections != 4 {
		t.Errorf("%d identifications, %d resumed, %d connections", c.Identifies, c.Resumes, c.Connections)
	}
	if gap := c.Times[2].Sub(c.Times[1]); gap < 50*time.Millisecond {
		t.Errorf("identified again after %v", gap)
	}
	works(t, s)
}

// A connection that ends as soon as it is ready is a failure each time; one that
// lasted is none.
func TestGatewayCountsShortConnections(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := live(t, answering("fine"), func(o *discord.Options) { *o = discord.Sleeping(*o, c.sleep, c.Now) }, discordtest.Options{})
	end := func(n int) {
		t.Helper()
		eventually(t, "the connection", s.a.Connected)
		before := s.Gateway().Connections
		s.CloseAll(4000)
		s.WaitGateway("another connection", func(g discordtest.GatewayCounts) bool { return g.Connections > before && g.Open == 1 })
		eventually(t, "the connection", s.a.Connected)
		if got := strings.Count(s.log.String(), fmt.Sprint(" failures=", n, " ")); got == 0 {
			t.Errorf("no failure %d in\n%s", n, s.log.String())
		}
	}
	end(1)
	end(2)
	c.add(2 * time.Minute)
	before := strings.Count(s.log.String(), " failures=1 ")
	end(1)
	if after := strings.Count(s.log.String(), " failures=1 "); after != before+1 {
		t.Errorf("a connection that lasted is a failure:\n%s", s.log.String())
	}
}

func TestGatewayKeepsBackSessionStarts(t *testing.T) {
	t.Parallel()
	s := offline(t, answering("fine"))
	s.SetSessionStarts(49, 1, 1, 300*time.Millisecond)
	s.run(t, s.a)
	s.WaitRequests("GET", "/gateway/bot", 3)
	if c := s.Gateway(); c.Connections != 0 || s.a.Connected() {
		t.Errorf("connected with 49 starts left")
	}
	s.SetSessionStarts(1000, 1, 1, 0)
	works(t, s)
}

func TestGatewayShards(t *testing.T) {
	t.Parallel()
	s := offline(t, answering("fine"))
	s.SetSessionStarts(1000, 3, 1, 0)
	s.run(t, s.a)
	s.WaitConnected(3)
	seen := map[int]bool{}
	for _, shard := range s.Gateway().Shards {
		if len(shard) == 2 && shard[1] == 3 {
			seen[shard[0]] = true
		}
	}
	if len(seen) != 3 {
		t.Errorf("shards %v", s.Gateway().Shards)
	}
	eventually(t, "all shards", s.a.Connected)
}

// After the context ended nothing connects any more.
func TestGatewayStaysClosed(t *testing.T) {
	t.Parallel()
	s := offline(t, answering("fine"))
	stop := s.run(t, s.a)
	eventually(t, "the connection", s.a.Connected)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	s.WaitGateway("its end", func(c discordtest.GatewayCounts) bool { return c.Open == 0 })
	if c := s.Gateway(); c.Connections != 1 || !contains(c.Closes, 1000) {
		t.Errorf("got %+v", c)
	}
	if s.a.Connected() {
		t.Error("says that it is connected")
	}
}

func TestRemovedFromAServer(t *testing.T) {
	t.Parallel()
	gone := make(chan string, 4)
	s := live(t, answering("fine"), func(o *discord.Options) {
		o.Removed = func(_ context.Context, guild string) { gone <- guild }
	}, discordtest.Options{})
	outage, left := s.AddGuild("outage"), s.AddGuild("left")
	s.RemoveFromGuild(outage, true)
	s.RemoveFromGuild(left, false)
	select {
	case g := <-gone:
		if g != left {
			t.Errorf("told of %s, an outage", g)
		}
	case <-time.After(time.Minute):
		t.Fatal("not told")
	}
}

// Discord out of reach at the start is waited out.
func TestRunWaitsForDiscord(t *testing.T) {
	t.Parallel()
	s := offline(t, answering("fine"))
	s.Inject(discordtest.Fault{Path: "/users/@me", Status: 503, Times: 5})
	s.Inject(discordtest.Fault{Path: "/gateway/bot", Reset: true, Times: 5})
	s.run(t, s.a)
	works(t, s)
}
