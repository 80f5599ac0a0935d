package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/daybrief/daybrief/bot/command"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

// slackCmd has people ask in Slack and measures how long until a command is
// acknowledged and until its answer is there, through everything that the
// program does, over loopback. The fake of Slack works on the same cores and
// checks every limit of each answer, so that the program itself is faster than
// this. Slack's posting budget is left out: its waits are leapt over.
type slackCmd struct{ Asking }

// slackFigures is what was measured.
type slackFigures struct {
	askedFigures
	Rate    float64 `json:"commands_per_s"`
	CPU     float64 `json:"cpu_ms_per_command"` // of the program and the fake together
	Refused int64   `json:"refused"`
}

// Run measures.
func (s slackCmd) Run(c *call) error {
	clock := &leap{}
	a, err := s.world(c, clock.Now)
	if err != nil {
		return err
	}
	defer a.close()
	out := slackFigures{askedFigures: a.figures()}
	w := &witness{}
	if err := w.watch(func() error { return s.measure(c.ctx, slackWorld{w, a, clock}, &out) }); err != nil {
		return err
	}
	out.HeapAfter = heap()
	return c.report(out)
}

func (f slackFigures) String() string {
	return fmt.Sprintf("%d articles, taken in at %.0f a second\n%.1f commands a second\nacknowledged: %s\nanswered:     %s\nCPU: %.1f ms a command, the fake of Slack included\nrefused: %d; heap %d MB, after %d MB",
		f.Articles, f.TakenIn, f.Rate, f.Ack, f.Answer, f.CPU, f.Refused, f.HeapBefore>>20, f.HeapAfter>>20)
}

// slackWorld is a workspace of many people.
type slackWorld struct {
	*witness
	a     *answering
	clock *leap
}

func (s slackCmd) measure(ctx context.Context, w slackWorld, out *slackFigures) error {
	srv := slacktest.New(w, slacktest.Options{Deadline: 2 * time.Minute, Now: w.clock.Now})
	for i := range s.People {
		srv.AddUser(slacktest.User{ID: fmt.Sprintf("U%07d", i), Name: fmt.Sprintf("Person %d", i), Zone: "Asia/Seoul", Locale: []string{"en-US", "ko-KR"}[i%2]})
	}
	app, err := slack.New(slack.Options{BotToken: srv.BotToken, AppToken: srv.AppToken, APIURL: srv.URL, Handler: w.a.handler, Commands: command.Specs(), Now: w.clock.Now, Wait: w.clock.Wait})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var run sync.WaitGroup
	run.Go(func() { _ = app.Run(ctx) })
	defer func() { cancel(); run.Wait() }()
	srv.WaitSockets(1)
	for i := range 2 * len(asked()) { // as a bot that has run for a while
		srv.Slash("U0JON", "C0GENERAL", "/brief "+asked()[i%len(asked())]).Answer(1)
	}
	stop, err := profile(s.Profile)
	if err != nil {
		return err
	}
	defer stop()
	before := cpuTime()
	s.ask(ctx, srv, out)
	out.CPU = float64((cpuTime() - before).Microseconds()) / 1000 / float64(max(out.Ack.N, 1))
	out.Refused = app.Health().Refused
	return nil
}

// ask has commands come at random times, whether or not those before are
// answered.
func (s slackCmd) ask(ctx context.Context, srv *slacktest.Server, out *slackFigures) {
	r := rand.New(rand.NewPCG(3, 1))
	var mu sync.Mutex
	var acks, answers []time.Duration
	var open sync.WaitGroup
	began := time.Now()
	s.come(ctx, r, func() {
		user, line := fmt.Sprintf("U%07d", r.IntN(s.People)), "/brief "+asked()[r.IntN(len(asked()))]
		open.Go(func() {
			start := time.Now()
			d := srv.Slash(user, "C0GENERAL", line)
			d.Answer(1)
			took := time.Since(start)
			mu.Lock()
			defer mu.Unlock()
			acks, answers = append(acks, d.Latency), append(answers, took)
		})
	})
	open.Wait()
	out.Rate = float64(len(acks)) / time.Since(began).Seconds()
	out.Ack, out.Answer = spreadOf(acks), spreadOf(answers)
}
