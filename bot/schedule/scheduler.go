package schedule

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"golang.org/x/sync/errgroup"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// Store is the part of the store that scheduling needs.
type Store interface {
	Subscription(ctx context.Context, id int64) (digest.Subscription, error)
	Subscriptions(ctx context.Context, f digest.SubscriptionFilter) ([]digest.Subscription, error)
	CreateSubscription(ctx context.Context, s digest.Subscription) (digest.Subscription, error)
	UpdateSubscription(ctx context.Context, s digest.Subscription) error
	DueSubscriptions(ctx context.Context, now time.Time, limit int) ([]digest.Subscription, error)
	Ledger
}

// Ledger is where editions and their deliveries are written.
type Ledger interface {
	CreateEdition(ctx context.Context, p digest.EditionPlan, enqueue func(ctx context.Context, tx *sql.Tx, deliveries []int64) error) (digest.Edition, bool, error)
	DueDeliveries(ctx context.Context, now time.Time, limit int) ([]digest.Delivery, error)
	SuspendDelivery(ctx context.Context, p digest.Suspension, enqueue func(ctx context.Context, tx *sql.Tx, deliveries []int64) error) (bool, error)
}

// Deliverer brings a delivery to its destination.
type Deliverer interface {
	Deliver(ctx context.Context, id int64) (again time.Time, err error)
	Reconcile(ctx context.Context, limit int) (int, error)
}

// Options are what a Scheduler needs.
type Options struct {
	Store     Store
	DB        *sql.DB       // where the queue keeps its jobs: the store's own
	Dialect   string        // "sqlite" or "postgres"
	Listener  *pgxpool.Pool // PostgreSQL's notices, so that a job starts at once; nil: looked for each half second
	Look      time.Duration // how often the queue is looked at without a notice; 0 means 500 ms
	Composer  Composer
	Deliverer Deliverer
	Troubles  *Troubles // the Deliverer's, so that its notices wake a worker; nil: the sweep finds them
	Platforms []bot.Platform
	Poll      func(ctx context.Context) error // reads the sources that are due; nil for none
	Prune     func(ctx context.Context) error // deletes what is too old; nil for none
	Roles     []Role                          // the parts of the work that this process takes on; empty: all
	Lang      string                          // of notices to the operator
	Operator  *digest.Destination             // who hears of troubles; nil for the log alone
	Overdue   time.Duration                   // a delivery due for longer is woken whatever the queue says; 0 means 30 s
	Now       func() time.Time
	Log       *slog.Logger
}

// Scheduler runs the queue. Start it once, stop it once.
type Scheduler struct {
	o         Options
	platforms map[string]bot.Platform
	client    *river.Client[*sql.Tx]
}

// New makes a Scheduler. The queue's tables must exist, see MigrateQueue.
func New(o Options) (*Scheduler, error) {
	s := &Scheduler{o: o, platforms: map[string]bot.Platform{}}
	for _, p := range o.Platforms {
		s.platforms[p.Name()] = p
	}
	client, err := s.newClient()
	if err != nil {
		return nil, fmt.Errorf("make queue: %w", err)
	}
	s.client = client
	if o.Troubles != nil {
		o.Troubles.enqueue = s.Enqueue
	}
	return s, nil
}

// Start begins to work until Stop. It returns at once.
func (s *Scheduler) Start(ctx context.Context) error {
	if len(s.queues()) == 0 {
		return nil
	}
	// The queue's life is ended by Stop, in order, and not by the context that
	// began it.
	if err := s.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start queue: %w", err)
	}
	return nil
}

// Stop lets running jobs end, for at most 20 s.
func (s *Scheduler) Stop(ctx context.Context) error {
	if len(s.queues()) == 0 {
		return nil
	}
	if err := s.client.Stop(ctx); err != nil {
		return fmt.Errorf("stop queue: %w", err)
	}
	return nil
}

// tickBatch is how many due subscriptions are read at once, and atOnce how
// many digests are built at once: some are judged and rendered while others
// are written.
const (
	tickBatch = 200
	atOnce    = 8
)

// many stands for more subscriptions than one reading gives.
const many = int(spreadMost / spreadEach)

// Tick runs every subscription whose time has come, oldest first. One that
// fails is tried again at the next tick and keeps no other waiting.
func (s *Scheduler) Tick(ctx context.Context) error {
	m := moment{now: s.o.Now()}
	tried := map[int64]bool{}
	for failed := int64(0); ; {
		// Those that failed are due still, and come before the rest.
		limit := tickBatch + int(failed)
		due, err := s.o.Store.DueSubscriptions(ctx, m.now, limit)
		if err != nil {
			return fmt.Errorf("find due subscriptions: %w", err)
		}
		if m.due = max(m.due, len(due)); len(due) == limit {
			m.due = max(m.due, many)
		}
		due = slices.DeleteFunc(due, func(sub digest.Subscription) bool { return tried[sub.ID] })
		for _, sub := range due {
			tried[sub.ID] = true
		}
		failed += s.runAll(ctx, due, m)
		if len(due) == 0 || ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// runAll runs subscriptions side by side, and counts those that failed.
func (s *Scheduler) runAll(ctx context.Context, due []digest.Subscription, m moment) int64 {
	var group errgroup.Group
	var failed atomic.Int64
	group.SetLimit(atOnce)
	for _, sub := range due {
		group.Go(func() error {
			if _, err := s.Run(ctx, sub, m); err != nil {
				failed.Add(1)
				s.o.Log.ErrorContext(ctx, "a digest could not be built", "subscription", sub.ID, "destination", sub.Destination.String(), "error", err)
			}
			return nil
		})
	}
	_ = group.Wait() // none returns an error
	return failed.Load()
}

// Sweep takes up what a crash or a fault of the queue left lying: it
// reconciles posts that were interrupted and wakes a worker for each due
// delivery that has no live job.
func (s *Scheduler) Sweep(ctx context.Context) error {
	// One that cannot be reconciled keeps no other from being woken.
	_, err := s.o.Deliverer.Reconcile(ctx, 100)
	if err != nil {
		err = fmt.Errorf("reconcile: %w", err)
	}
	return errors.Join(err, s.wake(ctx))
}

func (s *Scheduler) wake(ctx context.Context) error {
	due, err := s.o.Store.DueDeliveries(ctx, s.o.Now(), 1000)
	if err != nil {
		return fmt.Errorf("find due deliveries: %w", err)
	}
	if len(due) == 0 {
		return nil
	}
	_, err = s.client.InsertMany(ctx, s.wakeUps(due))
	return err
}

// overdue is how long a delivery may have been due until the sweep no longer
// believes that its job will come.
const overdue = 30 * time.Second

// wakeUps are the jobs of deliveries that are due. One whose job is live is
// not given another: uniqueness is by the delivery's number. But the job of a
// process that was killed looks live until the queue rescues it after minutes,
// so one that is overdue gets a job each minute: of many that come to a
// delivery, one claims it.
func (s *Scheduler) wakeUps(due []digest.Delivery) []river.InsertManyParams {
	ids := make([]int64, len(due))
	for i, d := range due {
		ids[i] = d.ID
	}
	jobs := deliverJobs(ids)
	before := s.o.Now().Add(-cmp.Or(s.o.Overdue, overdue))
	for i, d := range due {
		if d.NotBefore.Before(before) {
			jobs[i].InsertOpts.UniqueOpts.ByPeriod = time.Minute
		}
	}
	return jobs
}

func deliverJobs(ids []int64) []river.InsertManyParams {
	jobs := make([]river.InsertManyParams, len(ids))
	for i, id := range ids {
		jobs[i] = river.InsertManyParams{Args: deliverArgs{id}, InsertOpts: &river.InsertOpts{Queue: deliverQueue, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: live}}}
	}
	return jobs
}

// Enqueue inserts the jobs of new deliveries in the ledger's transaction.
func (s *Scheduler) Enqueue(ctx context.Context, tx *sql.Tx, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := s.client.InsertManyTx(ctx, tx, deliverJobs(ids))
	return err
}

// maxSnooze bounds how long a job sleeps: the ledger's times are by the
// injected clock, the queue's by the machine's.
const maxSnooze = time.Minute

func (s *Scheduler) deliver(ctx context.Context, id int64) error {
	again, err := s.o.Deliverer.Deliver(ctx, id)
	if err != nil {
		return err
	}
	if again.IsZero() {
		return nil
	}
	return river.JobSnooze(max(0, min(again.Sub(s.o.Now()), maxSnooze)))
}

func (s *Scheduler) poll(ctx context.Context) error {
	return s.o.Poll(ctx)
}

func (s *Scheduler) prune(ctx context.Context) error { return s.o.Prune(ctx) }

// RunNow builds and posts a digest of a subscription at once, outside its
// times: /digest now.
func (s *Scheduler) RunNow(ctx context.Context, id int64) (digest.Edition, error) {
	sub, err := s.o.Store.Subscription(ctx, id)
	if err != nil {
		return digest.Edition{}, err
	}
	now := s.o.Now()
	next := sub.NextRun
	e, err := s.write(ctx, sub, now, moment{now, 1}, next)
	if err != nil && !errors.Is(err, context.Canceled) {
		return e, fmt.Errorf("build digest of subscription %d: %w", id, err)
	}
	return e, err
}
