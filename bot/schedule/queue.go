package schedule

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
)

// The jobs. Each names a row or nothing: what is to be done stands in the
// ledger.
type (
	deliverArgs struct {
		Delivery int64 `json:"delivery"`
	}
	tickArgs  struct{}
	sweepArgs struct{}
	pollArgs  struct{}
	pruneArgs struct{}
)

// Kind names the job in the queue's table.
func (deliverArgs) Kind() string { return "deliver" }

// Kind names the job in the queue's table.
func (tickArgs) Kind() string { return "tick" }

// Kind names the job in the queue's table.
func (sweepArgs) Kind() string { return "sweep" }

// Kind names the job in the queue's table.
func (pollArgs) Kind() string { return "poll" }

// Kind names the job in the queue's table.
func (pruneArgs) Kind() string { return "prune" }

// Times of the queue. Its defaults are made for other work: stuck jobs would
// be rescued after an hour, and 100 ms between fetches holds a queue at 200
// jobs a second.
const (
	fetchCooldown = 10 * time.Millisecond
	fetchPoll     = 500 * time.Millisecond
	// notifyCooldown is within what time of a notice to PostgreSQL's listeners no
	// other is given, by the client's own cooldown: of two jobs inserted within
	// it, the second may come after the fetch that the first brought about, and
	// then waits for fetchPoll. So it is the least there is.
	notifyCooldown = river.FetchCooldownMin
	jobTimeout     = 2 * time.Minute
	pollTimeout    = 10 * time.Minute
	rescueAfter    = pollTimeout + time.Minute
	softStop       = 20 * time.Second
)

// queues of jobs; see Scheduler.queues.
const (
	deliverQueue = river.QueueDefault
	upkeepQueue  = "upkeep"
	pollQueue    = "poll"
)

// MigrateQueue makes or updates the queue's own tables.
func MigrateQueue(ctx context.Context, db *sql.DB, dialect string) error {
	m, err := rivermigrate.New(driver(db, dialect, nil), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("migrate queue: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate queue: %w", err)
	}
	return nil
}

// driver is River's for a database. With a listener PostgreSQL wakes workers at
// once; otherwise they look each half second.
func driver(db *sql.DB, dialect string, listener *pgxpool.Pool) riverdriver.Driver[*sql.Tx] {
	switch {
	case dialect == "postgres" && listener != nil:
		return riverdatabasesql.NewWithPgxListener(db, listener)
	case dialect == "postgres":
		return riverdatabasesql.New(db)
	}
	return riversqlite.New(db)
}

// newClient makes the queue's client with a worker for each job.
func (s *Scheduler) newClient() (*river.Client[*sql.Tx], error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker[deliverArgs]{timeout: jobTimeout, work: func(ctx context.Context, a deliverArgs) error { return s.deliver(ctx, a.Delivery) }})
	river.AddWorker(workers, &worker[tickArgs]{timeout: jobTimeout, work: func(ctx context.Context, _ tickArgs) error { return s.Tick(ctx) }})
	river.AddWorker(workers, &worker[sweepArgs]{timeout: jobTimeout, work: func(ctx context.Context, _ sweepArgs) error { return s.Sweep(ctx) }})
	river.AddWorker(workers, &worker[pollArgs]{timeout: pollTimeout, work: func(ctx context.Context, _ pollArgs) error { return s.poll(ctx) }})
	river.AddWorker(workers, &worker[pruneArgs]{timeout: pollTimeout, work: func(ctx context.Context, _ pruneArgs) error { return s.prune(ctx) }})
	return river.NewClient(driver(s.o.DB, s.o.Dialect, s.o.Listener), &river.Config{
		Queues:               s.queues(),
		Workers:              workers,
		FetchCooldown:        notifyCooldown,
		FetchPollInterval:    cmp.Or(s.o.Look, fetchPoll),
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: rescueAfter,
		SoftStopTimeout:      softStop,
		PeriodicJobs:         s.periodic(),
		// The queue tells of each hiccup at warn; what matters to a person is
		// told by the ledger.
		Logger:                      slog.New(atLeast{s.o.Log.Handler(), slog.LevelError}),
		CompletedJobRetentionPeriod: time.Hour,
	})
}

// periodic are the jobs that the elected process enqueues. They live in its
// memory, and one missed while nobody ran is not caught up: each of them looks
// at rows and clocks, so the next one does the work of the missed.
func (s *Scheduler) periodic() []*river.PeriodicJob {
	every := func(d time.Duration, args river.JobArgs, queue string) *river.PeriodicJob {
		return river.NewPeriodicJob(river.PeriodicInterval(d), func() (river.JobArgs, *river.InsertOpts) {
			return args, &river.InsertOpts{Queue: queue, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: live}}
		}, &river.PeriodicJobOpts{RunOnStart: true})
	}
	jobs := []*river.PeriodicJob{every(time.Minute, tickArgs{}, upkeepQueue), every(20*time.Second, sweepArgs{}, upkeepQueue)}
	// Where the roles are split, the elected process is not always the one that
	// reads sources.
	if s.o.Poll != nil || len(s.o.Roles) > 0 {
		jobs = append(jobs, every(time.Minute, pollArgs{}, pollQueue))
	}
	if s.o.Prune != nil {
		jobs = append(jobs, every(time.Hour, pruneArgs{}, upkeepQueue))
	}
	return jobs
}

// live are the states of a job that will still do its work.
var live = []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled}

// worker runs one kind of job.
type worker[T river.JobArgs] struct {
	river.WorkerDefaults[T]
	timeout time.Duration
	work    func(context.Context, T) error
}

// Work does one job.
func (w *worker[T]) Work(ctx context.Context, job *river.Job[T]) error { return w.work(ctx, job.Args) }

// Timeout is how long a job may take.
func (w *worker[T]) Timeout(*river.Job[T]) time.Duration { return w.timeout }

// atLeast drops log records below a level.
type atLeast struct {
	slog.Handler
	level slog.Level
}

// Enabled holds for the level and above.
func (h atLeast) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

// WithAttrs keeps the level.
func (h atLeast) WithAttrs(attrs []slog.Attr) slog.Handler {
	return atLeast{h.Handler.WithAttrs(attrs), h.level}
}

// WithGroup keeps the level.
func (h atLeast) WithGroup(name string) slog.Handler {
	return atLeast{h.Handler.WithGroup(name), h.level}
}

// Waiting is how many jobs of each queue wait or run now.
func (s *Scheduler) Waiting(ctx context.Context) (map[string]int, error) {
	rows, err := s.o.DB.QueryContext(ctx, `SELECT queue, count(*) FROM river_job
		WHERE state IN ('available', 'pending', 'retryable', 'running', 'scheduled') GROUP BY queue`)
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	defer rows.Close()
	out := map[string]int{deliverQueue: 0, upkeepQueue: 0, pollQueue: 0}
	for rows.Next() {
		var queue string
		var n int
		if err := rows.Scan(&queue, &n); err != nil {
			return nil, fmt.Errorf("count jobs: %w", err)
		}
		out[queue] = n
	}
	return out, rows.Err()
}
