package discord_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
)

// shards is how many connections the bot of a day has. discordgo takes a
// second for each end of one, so that many end at a time.
const shards = 4

// TestADay runs a bot for a day of moved time, in which all its connections end
// every hour and a half, twice in each way that Discord ends one. After each, a
// person is answered and a digest posted; at the end of the day the bot holds no
// more memory and no more goroutines than at noon.
//
// It is not parallel, since it counts what the whole process holds.
func TestADay(t *testing.T) { //nolint:paralleltest // see above
	if testing.Short() {
		t.Skip("a day is long")
	}
	c := newClock()
	s := &stage{Server: fake(t, discordtest.Options{Now: c.Now, NoOpenAPI: true}), clock: c, log: &bottest.Buffer{}}
	o := discord.Fast(discord.Options{Token: discordtest.Token, APIURL: s.URL, Handler: answering("fine"), Commands: specs(), Shards: shards, Now: c.Now, Logger: slog.New(slog.NewTextHandler(s.log, nil))})
	s.opts = discord.Sleeping(o, c.sleep, c.Now)
	s.a = s.again(t)
	stop := s.run(t, s.a)
	s.WaitConnected(shards)
	d := day{s: s, r: newRoom(s)}
	for n := range ways {
		d.shift(t, n)
	}
	early := d.held(0)
	for n := range ways {
		d.shift(t, n)
	}
	late := d.held(early.goroutines)
	t.Logf("after 12 h %s, after 24 h %s; %d connections, %d resumed", early, late, s.Gateway().Connections, s.Gateway().Resumes)
	if late.goroutines >= early.goroutines+shards { // one for each end of one way
		t.Errorf("goroutines grew from %d to %d", early.goroutines, late.goroutines)
	}
	if late.bytes > early.bytes+early.bytes/4+(1<<20) {
		t.Errorf("the heap grew from %s to %s", early, late)
	}
	if got := c.Now().Sub(newClock().Now()); got < 24*time.Hour {
		t.Errorf("the day took %v", got)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

type day struct {
	s *stage
	r room
}

// held is what the process holds.
type held struct {
	goroutines int
	bytes      uint64
}

func (h held) String() string { return fmt.Sprintf("%d goroutines, %d kB", h.goroutines, h.bytes>>10) }

// held counts when what is ending has ended: when the goroutines have become
// few enough, or fewer for no half second. What still ends on a slow machine is
// waited for up to a minute.
func (d day) held(enough int) held {
	d.s.Forget()
	h := held{goroutines: runtime.NumGoroutine()}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := 25 // ticks without a change
	if enough > 0 {
		limit = 3000
	}
	for quiet := 0; quiet < limit && h.goroutines > enough; quiet++ {
		<-tick.C
		http.DefaultClient.CloseIdleConnections() // how many there are is chance
		if n := runtime.NumGoroutine(); n < h.goroutines {
			h.goroutines, quiet = n, 0
		}
	}
	runtime.GC()
	runtime.GC() // what has a finalizer goes the second time
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	h.bytes = m.HeapAlloc
	return h
}

// ways is in how many ways a connection ends.
const ways = 8

// shift is an hour and a half: the connections end, and all goes on.
func (d day) shift(t *testing.T, way int) {
	t.Helper()
	s, before := d.s, d.s.Gateway().Connections
	switch way {
	case 0:
		s.SendOp(7) // asked to reconnect
	case 1:
		s.CloseAll(4000)
	case 2:
		s.DropConnections()
	case 3:
		s.InvalidateSessions()
		s.CloseAll(4009)
	case 4:
		s.CloseAll(1001)
	case 5:
		s.InvalidateSessions()
		s.InvalidOnIdentify(shards)
		s.DropConnections()
	case 6:
		d.silence(t, before) // heartbeats go unanswered
	case 7:
		s.FirstFrames(slices.Repeat([]int{9}, shards)...)
		s.CloseAll(4000)
	}
	s.WaitGateway("other connections", func(g discordtest.GatewayCounts) bool { return g.Connections >= before+shards })
	s.SetAcks(true)
	s.WaitConnected(shards)
	eventually(t, "the connection", s.a.Connected)
	if m := s.Slash(d.r.at(d.r.mina), "help", nil).WaitAnswer(); m.Plain() == "" {
		t.Error("nothing was answered")
	}
	p := post(fmt.Sprintf("e%d.0.x", s.clock.Now().Unix()), d.r.channel, part(t, s.a, "A headline"))
	if _, err := s.a.Send(t.Context(), p); err != nil {
		t.Errorf("way %d: %v", way, err)
	}
	if len(s.Visible(d.r.channel)) == 0 {
		t.Error("nothing was posted")
	}
	d.s.clock.add(90 * time.Minute)
}

// silence leaves heartbeats unanswered, on connections that soon notice.
func (d day) silence(t *testing.T, before int) {
	t.Helper()
	s := d.s
	s.SetHeartbeat(50 * time.Millisecond)
	s.SetAcks(false)
	s.CloseAll(4000)
	s.WaitGateway("connections with a short heartbeat", func(g discordtest.GatewayCounts) bool { return g.Connections >= before+shards })
	s.SetHeartbeat(time.Minute)
	s.WaitGateway("connections with a long heartbeat", func(g discordtest.GatewayCounts) bool {
		return g.Open == shards && !slices.ContainsFunc(g.Heartbeats, func(d time.Duration) bool { return d != time.Minute })
	})
}
