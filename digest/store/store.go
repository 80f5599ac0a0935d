package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// The dialects, as Dialect names them.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// Store is an open database. It is safe for concurrent use.
type Store struct {
	kind   dialect
	path   string           // SQLite: the file
	writer *sql.DB          // SQLite: one connection; PostgreSQL: the pool
	reader *sql.DB          // SQLite: a pool of readers; PostgreSQL: the same pool
	cache  *statements      // of reader
	texts  *statements      // of writer
	now    func() time.Time // only where a caller left a time empty
	listen listener         // PostgreSQL's notices
	full   atomic.Bool      // articles were refused for want of room; see Room
}

// Open opens the database that dsn names, creating a SQLite file that does not
// exist, and brings its schema up to date. A dsn is a path ("daybrief.db"),
// "sqlite:" and a path, or a postgres:// or postgresql:// URL.
func Open(ctx context.Context, dsn string) (*Store, error) {
	var s *Store
	var err error
	switch scheme, rest := cutScheme(dsn); scheme {
	case "postgres":
		s, err = openPostgres(ctx, dsn)
	case "sqlite":
		s, err = openSQLite(ctx, rest)
	default:
		return nil, digest.Errorf(digest.Invalid, "open database: %q is no database this program can use", scheme+":").
			WithHint("give a path such as daybrief.db, or postgres://user:password@host/name")
	}
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// cutScheme tells a path from a URL. A single letter before the colon is a
// drive, not a scheme.
func cutScheme(dsn string) (scheme, rest string) {
	before, after, found := strings.Cut(dsn, ":")
	switch {
	case !found || len(before) < 2 || strings.ContainsAny(before, `/\.`):
		return "sqlite", dsn
	case before == "sqlite" || before == "file":
		return "sqlite", strings.TrimPrefix(after, "//")
	case before == "postgres" || before == "postgresql":
		return "postgres", dsn
	}
	return before, after
}

// Close closes the database. It waits for what is under way.
func (s *Store) Close() error {
	s.cache.close()
	s.texts.close()
	s.listen.close()
	err := s.writer.Close()
	if s.reader != s.writer {
		if e := s.reader.Close(); err == nil {
			err = e
		}
	}
	return err
}

// DB returns the pool that writes, for the job queue's own tables. On SQLite
// it has a single connection: a transaction held open there stops every other
// writer, and a second one asked for inside the first never comes.
func (s *Store) DB() *sql.DB { return s.writer }

// Path is the file of a SQLite database, "" for PostgreSQL.
func (s *Store) Path() string { return s.path }

// Dialect returns SQLite or Postgres.
func (s *Store) Dialect() string { return s.kind.name }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	return s.fail("reach the database", s.reading().row(ctx, "SELECT 1").Scan(&one))
}

// write runs fn in a transaction, and again when the database asks for it, see
// repeat: fn starts from nothing each time. When it returns, what was written
// outlives a power failure.
func (s *Store) write(ctx context.Context, doing string, fn func(*session) error) error {
	return s.writeBy(ctx, doing, s.inTx, fn)
}

// writeSoon is write for what need not outlive a power failure before the next
// write does: the two are then on the disk together.
func (s *Store) writeSoon(ctx context.Context, doing string, fn func(*session) error) error {
	if s.kind.soon == nil {
		return s.write(ctx, doing, fn)
	}
	return s.writeBy(ctx, doing, s.inTxSoon, fn)
}

type transaction func(ctx context.Context, fn func(*session) error) error

func (s *Store) writeBy(ctx context.Context, doing string, once transaction, fn func(*session) error) error {
	err := s.kind.repeat(ctx, func() error { return once(ctx, fn) })
	if err = s.fail(doing, err); errors.Is(err, digest.ErrFull) {
		s.full.Store(true)
	}
	return err
}

// beginner is *sql.DB or one connection of it.
type beginner interface {
	BeginTx(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error)
}

func (s *Store) inTx(ctx context.Context, fn func(*session) error) error {
	texts, err := s.transact(ctx, s.writer, fn)
	s.texts.keep(ctx, texts)
	return err
}

// inTxSoon has a connection of its own for the transaction, whose commit does
// not wait for the disk.
func (s *Store) inTxSoon(ctx context.Context, fn func(*session) error) error {
	var texts []string
	err := func() error {
		conn, err := s.writer.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		waits, err := s.kind.soon(ctx, conn)
		if err != nil {
			return err
		}
		defer waits()
		texts, err = s.transact(ctx, conn, fn)
		return err
	}()
	s.texts.keep(ctx, texts)
	return err
}

// transact runs fn in a transaction, and returns the statements that had to be
// prepared for it.
func (s *Store) transact(ctx context.Context, on beginner, fn func(*session) error) ([]string, error) {
	tx, err := on.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback() // after a commit it does nothing
	texts := s.texts.within(tx)
	if err := fn(&session{on: tx, tx: tx, kind: s.kind, prepared: texts}); err != nil {
		return texts.missed, err
	}
	return texts.missed, tx.Commit()
}

// reading returns a session on the pool that reads.
func (s *Store) reading() *session {
	return &session{on: s.reader, kind: s.kind, prepared: s.cache}
}

// snapshot runs fn in a transaction that sees one state of the database.
func (s *Store) snapshot(ctx context.Context, fn func(*session) error) error {
	tx, err := s.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: s.kind.snapshot})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	return fn(&session{on: tx, tx: tx, kind: s.kind, prepared: newStatements(s.kind.prepares, tx)})
}
