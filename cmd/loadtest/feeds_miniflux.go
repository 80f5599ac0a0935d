package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// temporaryDatabase makes a database on a PostgreSQL server.
func temporaryDatabase(ctx context.Context, server, name string) (dsn string, drop func(), err error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", nil, err
	}
	admin, err := sql.Open("pgx", server) // the driver that the store brings
	if err != nil {
		return "", nil, err
	}
	name = "loadtest_" + name + "_" + strconv.Itoa(os.Getpid())
	if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		_ = admin.Close()
		return "", nil, fmt.Errorf("make a database on the PostgreSQL server: %w", err)
	}
	u.Path = "/" + name
	return u.String(), func() {
		_, _ = admin.ExecContext(context.WithoutCancel(ctx), "DROP DATABASE "+name+" WITH (FORCE)")
		_ = admin.Close()
	}, nil
}

// minifluxRun is miniflux on the same feeds.
type minifluxRun struct {
	cmd feedsCmd
	dsn string
	db  *sql.DB
}

// miniflux measures miniflux, read as its own command for one batch of all
// feeds: as many workers, no pages, no icons. What the process needs to start
// and to find nothing due is taken off.
func (f feedsCmd) miniflux(ctx context.Context, port string) ([]feedFigures, error) {
	dsn, drop, err := temporaryDatabase(ctx, f.Postgres, "miniflux")
	if err != nil {
		return nil, err
	}
	defer drop()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	m := minifluxRun{f, dsn, db}
	if _, err := m.run(ctx, "-migrate"); err != nil {
		return nil, err
	}
	if err := m.fill(ctx, port); err != nil {
		return nil, err
	}
	idle, err := m.run(ctx, "-refresh-feeds")
	if err != nil {
		return nil, err
	}
	first, err := m.round(ctx, "first", 1, idle)
	if err != nil {
		return nil, err
	}
	later, err := m.round(ctx, "later", f.Rounds, idle)
	return []feedFigures{first, later}, err
}

// run runs the program and returns the processor time that it took.
func (m minifluxRun) run(ctx context.Context, args ...string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, m.cmd.Miniflux, args...)
	cmd.Env = []string{
		"DATABASE_URL=" + m.dsn, "BATCH_SIZE=" + strconv.Itoa(m.cmd.Sources), "WORKER_POOL_SIZE=" + strconv.Itoa(m.cmd.Concurrent), "POLLING_LIMIT_PER_HOST=0",
		"FETCHER_ALLOW_PRIVATE_NETWORKS=1", "LOG_LEVEL=error", "DATABASE_MAX_CONNS=" + strconv.Itoa(m.cmd.Concurrent+4),
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("run miniflux %v: %w", args, err)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}

// fill adds a user and the feeds, not due yet, each with an icon so that none
// is looked for.
func (m minifluxRun) fill(ctx context.Context, port string) error {
	for _, q := range []string{
		"INSERT INTO users (username, password) VALUES ('loadtest', 'x')",
		"INSERT INTO categories (user_id, title) SELECT id, 'All' FROM users",
		"INSERT INTO icons (hash, mime_type, content) VALUES ('x', 'image/png', 'x')",
	} {
		if _, err := m.db.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("fill miniflux: %w", err)
		}
	}
	tx, err := m.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	for i := range m.cmd.Sources {
		if _, err := tx.ExecContext(ctx, `INSERT INTO feeds (user_id, category_id, title, feed_url, site_url, next_check_at)
			SELECT user_id, id, $1, $2, $3, now() + interval '1 day' FROM categories LIMIT 1`,
			"Source "+strconv.Itoa(i), m.cmd.address(port, i), "https://s"+strconv.Itoa(i)+".example.org/"); err != nil {
			return fmt.Errorf("fill miniflux: %w", err)
		}
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO feed_icons (feed_id, icon_id) SELECT f.id, i.id FROM feeds f, icons i"); err != nil {
		return fmt.Errorf("fill miniflux: %w", err)
	}
	return tx.Commit()
}

// round reads all feeds some times.
func (m minifluxRun) round(ctx context.Context, name string, times int, idle time.Duration) (feedFigures, error) {
	got := feedFigures{Program: "miniflux", Round: name, Polls: times * m.cmd.Sources}
	var took, used time.Duration
	for range times {
		if _, err := m.db.ExecContext(ctx, "UPDATE feeds SET next_check_at = now() - interval '1 hour'"); err != nil {
			return got, err
		}
		began := time.Now()
		cpu, err := m.run(ctx, "-refresh-feeds")
		if err != nil {
			return got, err
		}
		took, used = took+time.Since(began), used+cpu-idle
	}
	got.rate(took, used)
	var failed int
	if err := m.db.QueryRowContext(ctx, "SELECT count(*) FROM feeds WHERE parsing_error_count > 0 OR next_check_at < now()").Scan(&failed); err != nil {
		return got, err
	}
	if failed > 0 {
		return got, fmt.Errorf("miniflux did not read %d of %d feeds", failed, m.cmd.Sources)
	}
	return got, m.db.QueryRowContext(ctx, "SELECT count(*) FROM entries").Scan(&got.Articles)
}
