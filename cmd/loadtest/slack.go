package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/pprof"
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
type slackCmd struct {
	Articles int           `help:"How many articles are stored." default:"100000"`
	Rate     float64       `help:"Commands a second, at random times." default:"50"`
	For      time.Duration `help:"How long they come." default:"60s"`
	People   int           `help:"How many people ask." default:"300"`
	Cores    int           `help:"Cores to use; 0 for all." default:"2"`
	Profile  string        `help:"Write a CPU profile to this file." placeholder:"FILE"`
}

// slackFigures is what was measured.
type slackFigures struct {
	Articles   int     `json:"articles"`
	TakenIn    float64 `json:"taken_in_per_s"`
	Rate       float64 `json:"commands_per_s"`
	Ack        spread  `json:"ack"`
	Answer     spread  `json:"answer"`
	CPU        float64 `json:"cpu_ms_per_command"` // of the program and the fake together
	Refused    int64   `json:"refused"`
	HeapBefore uint64  `json:"heap_before_bytes"`
	HeapAfter  uint64  `json:"heap_after_bytes"`
}

// Run measures.
func (s slackCmd) Run(c *call) error {
	if s.Cores > 0 {
		runtime.GOMAXPROCS(s.Cores)
	}
	clock := &leap{}
	a, err := newAnswering(c, s.Articles, clock.Now)
	if err != nil {
		return err
	}
	defer a.close()
	out := slackFigures{Articles: s.Articles, TakenIn: float64(s.Articles) / a.took.Seconds(), HeapBefore: heap()}
	w := &witness{}
	if err := w.watch(func() error { return s.measure(c.ctx, slackWorld{w, a, clock}, &out) }); err != nil {
		return err
	}
	out.HeapAfter = heap()
	if c.json {
		return json.NewEncoder(c.stdout).Encode(out)
	}
	_, err = fmt.Fprintf(c.stdout, "%d articles, taken in at %.0f a second\n%.1f commands a second\nacknowledged: %s\nanswered:     %s\nCPU: %.1f ms a command, the fake of Slack included\nrefused: %d; heap %d MB, after %d MB\n",
		out.Articles, out.TakenIn, out.Rate, out.Ack, out.Answer, out.CPU, out.Refused, out.HeapBefore>>20, out.HeapAfter>>20)
	return err
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
	for due := began; due.Sub(began) < s.For && ctx.Err() == nil; due = due.Add(time.Duration(r.ExpFloat64() / s.Rate * float64(time.Second))) {
		select {
		case <-ctx.Done():
		case <-time.After(time.Until(due)):
		}
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
	}
	open.Wait()
	out.Rate = float64(len(acks)) / time.Since(began).Seconds()
	out.Ack, out.Answer = spreadOf(acks), spreadOf(answers)
}

// profile writes a CPU profile until stop is called, where a file is named.
func profile(file string) (stop func(), err error) {
	if file == "" {
		return func() {}, nil
	}
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, cmp.Or(f.Close(), err)
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close()
	}, nil
}
