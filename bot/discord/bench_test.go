package discord_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
)

// The figures that people feel, over the gateway and back, with the product's
// own times: from the interaction on the gateway's wire to the first answer at
// the API.
//
//	go test ./bot/discord -run xxx -bench 'Ack|Complete' -benchtime 500x

func bench(b *testing.B, h *handler) (*discordtest.Server, discordtest.Where) {
	b.Helper()
	s := discordtest.New(b, discordtest.Options{NoOpenAPI: true})
	a, err := discord.New(discord.Default(discord.Options{Token: discordtest.Token, APIURL: s.URL, Handler: h, Commands: specs()}))
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	b.Cleanup(func() { cancel(); <-done })
	s.WaitConnected(1)
	g := s.AddGuild("g")
	return s, discordtest.Where{User: s.AddUser("Mina", "en-US"), Channel: s.AddChannel(g, "c", discordtest.Text)}
}

// fifty sends b.N interactions at fifty a second and reports percentiles of
// what they took.
func fifty(b *testing.B, act func() time.Duration) {
	b.Helper()
	var mu sync.Mutex
	var took []time.Duration
	var wg sync.WaitGroup
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	b.ResetTimer()
	for range b.N {
		<-tick.C
		wg.Go(func() {
			d := act()
			mu.Lock()
			defer mu.Unlock()
			took = append(took, d)
		})
	}
	wg.Wait()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

func BenchmarkAck(b *testing.B) {
	for _, slow := range []time.Duration{0, 300 * time.Millisecond} {
		b.Run(fmt.Sprint("handler=", slow), func(b *testing.B) {
			h := &handler{handle: func(ctx context.Context, _ bot.Request) (bot.Reply, error) {
				if slow > 0 {
					<-time.After(slow)
				}
				return say("fine"), nil
			}}
			s, w := bench(b, h)
			fifty(b, func() time.Duration {
				_, took := s.Slash(w, "brief", map[string]string{"query": "korea-trade"}).WaitAck()
				return took
			})
		})
	}
}

func BenchmarkComplete(b *testing.B) {
	h := &handler{complete: func(context.Context, bot.Request, string, string) []bot.Option {
		out := make([]bot.Option, 25)
		for i := range out {
			out[i] = bot.Option{Label: "korea-trade", Value: "korea-trade"}
		}
		return out
	}}
	s, w := bench(b, h)
	fifty(b, func() time.Duration {
		_, took := s.Autocomplete(w, "brief", "query", "kor", nil).WaitChoices()
		return took
	})
}
