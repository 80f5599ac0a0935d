package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/daybrief/daybrief/digest"
)

func postgresDialect() dialect {
	return dialect{
		name:      Postgres,
		server:    true,
		snapshot:  sql.LevelRepeatableRead,
		words:     tsvector{},
		again:     againPostgres,
		explain:   explainPostgres,
		sequences: sequencesPostgres,
	}
}

func openPostgres(ctx context.Context, dsn string) (*Store, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil { // its text may hold the password
		return nil, digest.Errorf(digest.Invalid, "open database: the postgres:// address cannot be read").
			WithHint("write postgres://user:password@host:5432/name, with special characters of the password as %%XX")
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = 10 * time.Second
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "daybrief"
	}
	db := stdlib.OpenDB(*cfg)
	db.SetMaxOpenConns(20)
	db.SetMaxIdleConns(10)
	db.SetConnMaxIdleTime(5 * time.Minute)
	s := &Store{kind: postgresDialect(), writer: db, reader: db, cache: newStatements(false, db), texts: newStatements(false, db), now: time.Now, listen: listener{dsn: dsn}}
	if err := s.Ping(ctx); err != nil {
		db.Close()
		return nil, s.fail("open database", errors.Unwrap(err))
	}
	return s, nil
}

func sequencesPostgres(ctx context.Context, c *session) error {
	for _, table := range []string{"sources", "articles", "subscriptions", "editions", "deliveries", "audit", "held"} {
		if _, err := c.exec(ctx, "SELECT setval(pg_get_serial_sequence('"+table+
			"', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM "+table+"), false)"); err != nil {
			return err
		}
	}
	return nil
}

// SQLSTATEs; see https://www.postgresql.org/docs/current/errcodes-appendix.html.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	uniqueViolation      = "23505"
	foreignKeyViolation  = "23503"
)

func againPostgres(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == serializationFailure || e.Code == deadlockDetected)
}

func explainPostgres(err error) (fault, bool) {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return explainConnection(err)
	}
	switch e.Code {
	case uniqueViolation:
		return fault{code: digest.Conflict, what: "it exists already"}, true
	case foreignKeyViolation:
		return fault{code: digest.NotFound, what: "what it belongs to does not exist"}, true
	case "28P01", "28000":
		return fault{code: digest.Forbidden, what: "PostgreSQL refuses this user or password",
			hint: "check user and password in the postgres:// address, and pg_hba.conf"}, true
	case "3D000":
		return fault{code: digest.NotFound, what: "PostgreSQL has no database of that name",
			hint: "make it with createdb, or correct the name in the postgres:// address"}, true
	case "42501":
		return fault{code: digest.Forbidden, what: "this user may not do that in PostgreSQL",
			hint: "make the user the owner of the database, or grant it CREATE on schema public"}, true
	case "53100":
		return diskFull, true
	case "25006":
		return fault{code: digest.Unavailable, what: "PostgreSQL only reads here", hint: "give the address of the primary server"}, true
	case "XX001", "XX002":
		return fault{code: digest.Unavailable, what: "the database is damaged", hint: "look at PostgreSQL's log; restore from its backup"}, true
	}
	switch e.Code[:min(2, len(e.Code))] {
	case "23", "22":
		return fault{code: digest.Invalid, what: "the database refused a value"}, true
	case "08", "53", "57", "58", "40":
		return fault{code: digest.Unavailable, what: "PostgreSQL cannot do it now", hint: "it is tried again; look at PostgreSQL's log if it stays so"}, true
	}
	return fault{}, false
}

// explainConnection is for errors that no server has sent.
func explainConnection(err error) (fault, bool) {
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return diskFull, true
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, syscall.ECONNREFUSED),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, net.ErrClosed), errors.Is(err, sql.ErrConnDone),
		pgconn.Timeout(err), pgconn.SafeToRetry(err), isBroken(err):
		return fault{code: digest.Unavailable, what: "PostgreSQL cannot be reached",
			hint: "check host and port in the postgres:// address, and that the server runs"}, true
	}
	return fault{}, false
}

// isBroken reports whether the connection went away under a statement.
func isBroken(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, driver.ErrBadConn)
}
