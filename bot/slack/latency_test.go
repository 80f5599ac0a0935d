package slack_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

// BenchmarkFiftyCommandsASecond has people ask fifty times a second, each
// answer taking 5 ms and seven stories to make, and tells how long until the
// acknowledgement and until the answer was there. Slack's posting budget is
// left out, so that the figures are the program's.
func BenchmarkFiftyCommandsASecond(b *testing.B) {
	clock := newClock() // moved by each wait for the budget
	srv := slacktest.New(b, slacktest.Options{Deadline: time.Minute, Now: clock.Now})
	h := &handler{handle: func(ctx context.Context, _ bot.Request) (bot.Reply, error) {
		timer := time.NewTimer(5 * time.Millisecond)
		defer timer.Stop()
		<-timer.C
		return bot.Reply{Message: morning(7)}, ctx.Err()
	}}
	app, err := slack.New(slack.Options{BotToken: srv.BotToken, AppToken: srv.AppToken, APIURL: srv.URL, Handler: h, Now: clock.Now, Wait: clock.Wait})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var run sync.WaitGroup
	run.Go(func() { _ = app.Run(ctx) })
	b.Cleanup(func() { cancel(); run.Wait() })
	srv.WaitSockets(1)
	srv.Slash("U0JON", "C0GENERAL", "/brief warm").Answer(1)

	var mu sync.Mutex
	var acks, answers []time.Duration
	var asked sync.WaitGroup
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	b.ResetTimer()
	for range b.N {
		<-tick.C
		asked.Go(func() {
			start := time.Now()
			d := srv.Slash("U0JON", "C0GENERAL", "/brief korea-trade")
			d.Answer(1)
			mu.Lock()
			defer mu.Unlock()
			acks, answers = append(acks, d.Latency), append(answers, time.Since(start))
		})
	}
	asked.Wait()
	b.StopTimer()
	report(b, "ack", acks)
	report(b, "answer", answers)
	if n := app.Health().Refused; n > 0 {
		b.Errorf("%d were refused", n)
	}
}

func report(b *testing.B, what string, all []time.Duration) {
	slices.Sort(all)
	at := func(q float64) float64 { return float64(all[int(q*float64(len(all)-1))].Microseconds()) / 1000 }
	b.ReportMetric(at(.5), what+"-p50-ms")
	b.ReportMetric(at(.99), what+"-p99-ms")
}
