package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/daybrief/daybrief/bot/command"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
)

// discordCmd has people ask, type and press buttons in Discord and measures
// how long until that is acknowledged, completed and answered: from the
// gateway's wire to the request with the answer, through everything that the
// program does, over loopback. The fake of Discord works on the same cores and
// checks every limit of each answer, so that the program itself is faster than
// this.
type discordCmd struct {
	Asking
	Document bool `help:"Check each request against Discord's OpenAPI document too, on the same cores."`
}

// discordFigures is what was measured.
type discordFigures struct {
	askedFigures
	Rate       float64 `json:"interactions_per_s"`
	Complete   spread  `json:"complete"`
	Unanswered int     `json:"unanswered"`
}

// Run measures.
func (d discordCmd) Run(c *call) error {
	a, err := d.world(c, time.Now)
	if err != nil {
		return err
	}
	defer a.close()
	out := discordFigures{askedFigures: a.figures()}
	w := &witness{}
	if err := w.watch(func() error { return d.measure(c.ctx, w, a, &out) }); err != nil {
		return err
	}
	out.HeapAfter = heap()
	return c.report(out)
}

func (f discordFigures) String() string {
	return fmt.Sprintf("%d articles, taken in at %.0f a second\n%.1f interactions a second\nacknowledged: %s\ncompleted:    %s\nanswered:     %s, %d not at all\nheap %d MB, after %d MB",
		f.Articles, f.TakenIn, f.Rate, f.Ack, f.Complete, f.Answer, f.Unanswered, f.HeapBefore>>20, f.HeapAfter>>20)
}

func (d discordCmd) measure(ctx context.Context, w *witness, a *answering, out *discordFigures) error {
	srv := discordtest.New(w, discordtest.Options{NoOpenAPI: !d.Document})
	g := srv.AddGuild("Many people")
	crowd := discordCrowd{srv: srv, random: rand.New(rand.NewPCG(3, 1))}
	for i := range d.People {
		// Each asks in a channel of their own: a fake's channel is a list.
		crowd.places = append(crowd.places, discordtest.Where{User: srv.AddUser(fmt.Sprintf("Person %d", i), []string{"en-US", "ko"}[i%2]),
			Channel: srv.AddChannel(g, fmt.Sprintf("channel-%d", i), discordtest.Text)})
	}
	adapter, err := discord.New(discord.Options{Token: discordtest.Token, APIURL: srv.URL, Handler: a.handler, Commands: command.Specs()})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var run sync.WaitGroup
	run.Go(func() { _ = adapter.Run(ctx) })
	defer func() { cancel(); run.Wait() }()
	srv.WaitConnected(1)
	for i := range 2 * len(asked()) { // as a bot that has run for a while
		crowd.ask(crowd.places[i%len(crowd.places)], asked()[i%len(asked())])
	}
	crowd.clear()
	stop, err := profile(d.Profile)
	if err != nil {
		return err
	}
	defer stop()
	d.interact(ctx, &crowd, out)
	return nil
}

// interact has interactions come: half of them commands, a third what is being
// typed, the rest presses under answers.
func (d discordCmd) interact(ctx context.Context, crowd *discordCrowd, out *discordFigures) {
	var open sync.WaitGroup
	began := time.Now()
	d.come(ctx, crowd.random, func() {
		at := crowd.places[crowd.random.IntN(len(crowd.places))]
		query := asked()[crowd.random.IntN(len(asked()))]
		switch n := crowd.random.IntN(20); {
		case n < 7:
			typed := []rune(query)
			open.Go(func() { crowd.typing(at, string(typed[:(len(typed)+1)/2])) })
		case n < 10:
			open.Go(func() { crowd.press(at, query) })
		default:
			open.Go(func() { crowd.ask(at, query) })
		}
	})
	open.Wait()
	out.Rate = float64(len(crowd.acks)+len(crowd.choices)) / time.Since(began).Seconds()
	out.Unanswered = crowd.lost
	out.Ack, out.Complete, out.Answer = spreadOf(crowd.acks), spreadOf(crowd.choices), spreadOf(crowd.answers)
}

// discordCrowd is people in Discord and what they had to wait.
type discordCrowd struct {
	srv    *discordtest.Server
	random *rand.Rand // of one goroutine
	places []discordtest.Where

	mu                     sync.Mutex
	acks, choices, answers []time.Duration
	shown                  []*discordtest.Message // answers with buttons
	owners                 []discordtest.Where
	lost                   int
}

func (c *discordCrowd) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acks, c.choices, c.answers, c.lost = nil, nil, nil, 0
}

// ask types a command.
func (c *discordCrowd) ask(at discordtest.Where, query string) {
	var options map[string]string
	if query != "" {
		options = map[string]string{"query": query}
	}
	i := c.srv.Slash(at, "brief", options)
	if !c.took(i) {
		return
	}
	if m := i.WaitAnswer(); len(m.Buttons()) > 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.shown, c.owners = append(c.shown, m), append(c.owners, at)
	}
}

// press presses "Why these?" or "More" under the oldest answer that has
// waited for it; where there is none they ask.
func (c *discordCrowd) press(at discordtest.Where, query string) {
	c.mu.Lock()
	if len(c.shown) == 0 {
		c.mu.Unlock()
		c.ask(at, query)
		return
	}
	m, owner := c.shown[0], c.owners[0]
	c.shown, c.owners = c.shown[1:], c.owners[1:]
	c.mu.Unlock()
	for _, b := range m.Buttons() {
		if strings.HasPrefix(b.CustomID, "v1:why:") || strings.HasPrefix(b.CustomID, "v1:more:") {
			c.took(c.srv.Press(owner, m, b.CustomID))
			return
		}
	}
	c.ask(at, query)
}

// patience is how long a person looks at "thinking" at the most.
const patience = time.Minute

// took notes how long an answer took, and reports whether there was one.
func (c *discordCrowd) took(i *discordtest.Interaction) bool {
	ack, shown, ok := i.Shown(patience)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !ok {
		c.lost++
		return false
	}
	c.acks, c.answers = append(c.acks, ack), append(c.answers, shown)
	return true
}

// typing types half of a query.
func (c *discordCrowd) typing(at discordtest.Where, typed string) {
	_, took, ok := c.srv.Autocomplete(at, "brief", "query", typed, nil).Shown(patience)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !ok {
		c.lost++
		return
	}
	c.choices = append(c.choices, took)
}
