package schedule

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/daybrief/daybrief/bot"
)

// CrewStore is where it stands which workers are alive; the store is one.
type CrewStore interface {
	Leases
	LeasesHeld(ctx context.Context, prefix string, now time.Time) (int, error)
}

// Crew has the workers on one database share what the platforms let through:
// each holds a lease that names it, counts those of all, and takes its share.
// What one worker was told to pause, all of them do. A worker that dies is
// counted for as long as its lease lasts, so the others take its share within
// 15 s; one that comes takes nearly nothing until the others must have seen it,
// so that together they never send more than one would.
type Crew struct {
	Store     CrewStore
	Process   string // names this process among all
	Platforms []bot.Platform
	// Pauses are until when a platform asked any of the workers to be left
	// alone, by what; nil for none that are known.
	Pauses func(platform string) map[string]time.Time
	Now    func() time.Time
	Wait   func(ctx context.Context, d time.Duration) error // nil: the clock of the machine
	Log    *slog.Logger
}

// Names and times of sharing.
const (
	crewPrefix = "worker:"
	// joining is how many looks a worker that came waits for the others to look:
	// theirs and its own fall anywhere within leaseEvery.
	joining = 2
	// joiningShare is the part of its share that it takes meanwhile.
	joiningShare = 10
)

// Run takes part until ctx is done.
func (c *Crew) Run(ctx context.Context) error {
	c.take(joiningShare) // until it is known who else there is
	h := &Holder{Leases: c.Store, Process: c.Process, Now: c.Now, Wait: c.Wait, Log: c.Log}
	return h.Hold(ctx, []string{crewPrefix + c.Process}, func(ctx context.Context) error {
		share := 0
		for looks := 0; ; looks++ {
			share = c.look(ctx, share, looks)
			if h.wait(ctx, leaseEvery) != nil {
				return nil
			}
		}
	})
}

// look counts the workers and takes a share, or, where they cannot be counted,
// keeps the one that is.
func (c *Crew) look(ctx context.Context, was, looks int) int {
	n, err := c.Store.LeasesHeld(ctx, crewPrefix, c.Now())
	if err != nil {
		if ctx.Err() == nil {
			c.Log.WarnContext(ctx, "the workers could not be counted", "error", fmt.Errorf("look for workers: %w", err))
		}
		return was
	}
	share := max(n, 1)
	if n > 1 && looks < joining {
		share *= joiningShare
	}
	if share != was {
		c.Log.InfoContext(ctx, "workers share the platforms' limits", "workers", n, "share", fmt.Sprintf("1/%d", share))
	}
	c.take(share)
	return share
}

// take has each platform keep to a share, and to the pauses of all.
func (c *Crew) take(share int) {
	for _, p := range c.Platforms {
		s, ok := p.(bot.Sharer)
		if !ok {
			continue
		}
		s.Share(share)
		if c.Pauses != nil {
			s.Heed(c.Pauses(p.Name()))
		}
	}
}
