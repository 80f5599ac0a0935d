package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/deliver"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/brief"
	"github.com/daybrief/daybrief/digest/store"
)

// childCmd is the process that faults kills: the program's way from a
// subscription that is due to a post, as serve plugs it together. Only the
// digests are made up, and times that would make a run long are short.
type childCmd struct {
	Database string        `required:""`
	Platform string        `required:""`
	API      string        `required:""`
	Token    string        `required:""`
	Attempt  time.Duration `default:"6s"`  // how long one attempt to post may take
	Skew     time.Duration `default:"10s"` // how much older than that it counts as interrupted
	Verbose  bool
}

// args are those that start it.
func (c childCmd) args() []string {
	out := []string{"faults-child", "--database=" + c.Database, "--platform=" + c.Platform, "--api=" + c.API, "--token=" + c.Token, "--attempt=" + c.Attempt.String(), "--skew=" + c.Skew.String()}
	if c.Verbose {
		out = append(out, "--verbose")
	}
	return out
}

// Times of a child.
const (
	childRequest  = 1500 * time.Millisecond // of one request
	childTick     = 200 * time.Millisecond
	childSweep    = time.Second
	childOverdue  = 3 * time.Second
	childPatience = 400 * time.Millisecond // as serve has it
)

// Run works until it is killed, or until the process that started it is gone.
func (c childCmd) Run(k *call) error {
	ctx, cancel := context.WithCancel(k.ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends with the parent
		cancel()
	}()
	s, err := store.Open(ctx, c.Database)
	if err != nil {
		return err
	}
	defer s.Close()
	scheduler, err := c.scheduler(ctx, k, s)
	if err != nil {
		return err
	}
	if err := scheduler.Start(ctx); err != nil {
		return err
	}
	drive(ctx, scheduler, c.log(k))
	return nil // it is not stopped in order: that is not what is tried here
}

func (c childCmd) log(k *call) *slog.Logger {
	if c.Verbose {
		return slog.New(slog.NewTextHandler(k.stderr, nil))
	}
	return slog.New(slog.DiscardHandler)
}

func (c childCmd) scheduler(ctx context.Context, k *call, s *store.Store) (*schedule.Scheduler, error) {
	if err := schedule.MigrateQueue(ctx, s.DB(), s.Dialect()); err != nil {
		return nil, err
	}
	listener, err := s.Listener(ctx)
	if err != nil {
		return nil, err
	}
	platform, err := c.platform(c.log(k))
	if err != nil {
		return nil, err
	}
	o := schedule.Options{Store: s, DB: s.DB(), Dialect: s.Dialect(), Listener: listener, Platforms: []bot.Platform{platform}, Lang: "en", Now: time.Now, Log: c.log(k), Overdue: childOverdue,
		Composer: schedule.Composer{Digests: madeUp{}, Lang: "en", Now: time.Now}}
	o.Deliverer = deliver.New(deliver.Options{Ledger: s, Troubles: schedule.NewTroubles(o), Platforms: o.Platforms, Now: time.Now, Log: o.Log, Timeout: c.Attempt, Skew: c.Skew})
	return schedule.New(o)
}

func (c childCmd) platform(log *slog.Logger) (bot.Platform, error) {
	client := &http.Client{Timeout: childRequest, Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	if c.Platform == "discord" {
		return discord.New(discord.Options{Token: c.Token, APIURL: c.API, HTTPClient: client, Logger: log})
	}
	return slack.New(slack.Options{BotToken: c.Token, APIURL: c.API + "/api/", HTTPClient: client, Logger: log, Patience: childPatience})
}

// drive does more often what the elected process does each minute: a process
// that lives for a second is never elected.
func drive(ctx context.Context, s *schedule.Scheduler, log *slog.Logger) {
	tick, sweep := time.NewTicker(childTick), time.NewTicker(childSweep)
	defer tick.Stop()
	defer sweep.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			err = s.Tick(ctx)
		case <-sweep.C:
			err = s.Sweep(ctx)
		}
		if err != nil {
			log.WarnContext(ctx, "not done", "error", err)
		}
	}
}

// madeUp makes digests of one to three parts whose words stand in no other.
type madeUp struct{}

// Digest is the same for the same subscription.
func (madeUp) Digest(_ context.Context, o brief.Order) (digest.Digest, error) {
	sub := o.Subscription
	d := digest.Digest{Name: sub.Name, Since: o.Since, Until: o.Until, Late: o.Late}
	for i := range 1 + 12*(sub.ID%3) {
		id := sub.ID*100 + i
		d.Stories = append(d.Stories, digest.StoryBrief{Story: digest.Story{ID: id, Title: fmt.Sprintf("Story %d of desk %d", i, sub.ID), Articles: 2, Sources: 2, First: o.Since, Last: o.Until},
			Summary: []digest.Sentence{{Text: fmt.Sprintf("What happened in story %d. ", id) + strings.Repeat("It was said at length. ", 10)}}})
	}
	d.Sections = []digest.Section{{Stories: d.Stories}}
	return d, nil
}

// crew are the processes that are killed.
type crew struct {
	log   io.Writer
	spec  childCmd
	again bool // one that ends by itself is started again
	all   []*member
}

type member struct {
	cmd   *exec.Cmd
	stdin io.Closer
	done  chan struct{} // closed when it has ended
	err   error         // how it ended
}

// add starts one.
func (c *crew) add() error {
	m, err := c.start()
	if err == nil {
		c.all = append(c.all, m)
	}
	return err
}

func (c *crew) start() (*member, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	m := &member{done: make(chan struct{})}
	m.cmd = exec.Command(self, c.spec.args()...)
	m.cmd.Stderr, m.cmd.Stdout = c.log, c.log
	if m.stdin, err = m.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := m.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		m.err = m.cmd.Wait()
		close(m.done)
	}()
	return m, nil
}

// replace kills one, which must still run, and starts another.
func (c *crew) replace(i int) error {
	if err := c.alive(); err != nil {
		return err
	}
	c.all[i].kill()
	m, err := c.start()
	if err == nil {
		c.all[i] = m
	}
	return err
}

// alive is an error when one has ended by itself, which none should. Where
// the database cannot be reached for a while, one that starts then ends, and
// is started again, as whatever looks after services does.
func (c *crew) alive() error {
	for i, m := range c.all {
		select {
		case <-m.done:
		default:
			continue
		}
		if !c.again {
			return fmt.Errorf("a process ended by itself: %w", cmp.Or(m.err, errors.New("without an error")))
		}
		fresh, err := c.start()
		if err != nil {
			return err
		}
		c.all[i] = fresh
	}
	return nil
}

// kill is SIGKILL: the process has no chance to end in order.
func (m *member) kill() {
	_ = m.cmd.Process.Kill()
	<-m.done
	_ = m.stdin.Close()
}

// stop kills all.
func (c *crew) stop() {
	for _, m := range c.all {
		m.kill()
	}
}
