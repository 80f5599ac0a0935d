package discord_test

import (
	"fmt"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
)

// TestADay runs a bot for a day of moved time, in which its connection ends
// every three quarters of an hour in each way that Discord ends one. After each, a
// person is answered and a digest posted; at the end the bot holds no more
// memory and no more goroutines than after the first hours.
//
// It is not parallel, since it counts what the whole process holds.
func TestADay(t *testing.T) { //nolint:paralleltest // see above
	if testing.Short() {
		t.Skip("a day is long")
	}
	c := newClock()
	s := &stage{Server: discordtest.New(t, discordtest.Options{Now: c.Now, NoOpenAPI: true, Heartbeat: 300 * time.Millisecond}), clock: c, log: &syncBuffer{}}
	o := discord.Fast(discord.Options{Token: discordtest.Token, APIURL: s.URL, Handler: answering("fine"), Commands: specs(), Now: c.Now, Logger: slog.New(slog.NewTextHandler(s.log, nil))})
	s.opts = discord.Sleeping(o, c.sleep, c.Now)
	s.a = s.again(t)
	stop := s.run(t, s.a)
	s.WaitConnected(1)
	d := day{s: s, r: newRoom(s)}
	const shifts = 24 * 60 / 45
	var early held
	for n := range shifts {
		d.shift(t, n)
		if n == shifts/4 {
			early = d.held()
		}
	}
	late := d.held()
	t.Logf("after 6 h %s, after 24 h %s; %d connections, %d resumed", early, late, s.Gateway().Connections, s.Gateway().Resumes)
	if late.goroutines > early.goroutines+4 {
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

// held counts when what is ending has ended.
func (d day) held() held {
	d.s.Forget()
	least := held{goroutines: 1 << 30}
	for range 20 {
		<-time.After(20 * time.Millisecond)
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if n := runtime.NumGoroutine(); n < least.goroutines {
			least.goroutines = n
		}
		least.bytes = m.HeapAlloc
	}
	return least
}

// shift is three quarters of an hour: the connection ends, and all goes on.
func (d day) shift(t *testing.T, n int) {
	t.Helper()
	s, before := d.s, d.s.Gateway().Connections
	switch n % 8 {
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
		s.InvalidOnIdentify(1)
		s.DropConnections()
	case 6:
		s.SetAcks(false) // heartbeats go unanswered
	case 7:
		s.FirstFrames(9)
		s.CloseAll(4000)
	}
	s.WaitGateway("another connection", func(g discordtest.GatewayCounts) bool { return g.Connections > before })
	s.SetAcks(true)
	s.WaitConnected(1)
	eventually(t, "the connection", s.a.Connected)
	if m := s.Slash(d.r.at(d.r.mina), "help", nil).WaitAnswer(); m.Plain() == "" {
		t.Error("nothing was answered")
	}
	p := post(fmt.Sprintf("e%d.0.x", n), d.r.channel, part(t, s.a, "A headline"))
	if _, err := s.a.Send(t.Context(), p); err != nil {
		t.Errorf("shift %d: %v", n, err)
	}
	if len(s.Visible(d.r.channel)) == 0 {
		t.Error("nothing was posted")
	}
	d.s.clock.add(45 * time.Minute)
}
