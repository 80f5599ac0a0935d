package store

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/daybrief/daybrief/digest"
)

// listener holds the connections on which PostgreSQL tells at once of what
// others have written (LISTEN and NOTIFY), which database/sql cannot wait on.
// They are made when someone asks for them, since most commands never do.
type listener struct {
	dsn  string
	mu   sync.Mutex
	pool *pgxpool.Pool
}

// Listener returns connections for LISTEN, nil on SQLite, which has no such
// thing. They end with the store.
func (s *Store) Listener(ctx context.Context) (*pgxpool.Pool, error) {
	l := &s.listen
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dsn == "" || l.pool != nil {
		return l.pool, nil
	}
	cfg, err := pgxpool.ParseConfig(l.dsn)
	if err != nil { // its text may hold the password
		return nil, digest.Errorf(digest.Invalid, "listen to the database: the postgres:// address cannot be read")
	}
	cfg.MaxConns = 2
	cfg.ConnConfig.RuntimeParams["application_name"] = "daybrief listener"
	if l.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return nil, s.fail("listen to the database", err)
	}
	return l.pool, nil
}

func (l *listener) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pool != nil {
		l.pool.Close()
		l.pool = nil
	}
}
