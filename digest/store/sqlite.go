package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/daybrief/daybrief/digest"
)

// applicationID marks a SQLite file as this program's, in the header's field
// for that purpose: "dayb".
const applicationID = 0x64617962

func sqliteDialect() dialect {
	return dialect{
		name:     SQLite,
		prepares: true,
		words:    fts5{},
		again:    func(error) bool { return false }, // a transaction begins with the write lock
		explain:  explainSQLite,
		soon:     relax,
		// AUTOINCREMENT follows by itself.
		sequences: func(context.Context, *session) error { return nil },
	}
}

// relax makes commits of a connection synchronous NORMAL: after a power failure
// the last of them may be gone, in their order, though never in part; the next
// FULL commit, or a checkpoint, takes them to the disk with itself.
func relax(ctx context.Context, conn *sql.Conn) (full func(), err error) {
	if _, err := conn.ExecContext(ctx, "PRAGMA synchronous = NORMAL"); err != nil {
		return nil, err
	}
	return func() {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA synchronous = FULL")
		if err != nil { // the pool makes a new connection, which is FULL
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
	}, nil
}

// sqliteDSN spells a connection to path for the driver. Every character of a
// path that means something in a URI is escaped.
func sqliteDSN(path string, pragmas ...string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": pragmas}
	segments := strings.Split(filepath.ToSlash(path), "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return "file:" + strings.Join(segments, "/") + "?" + q.Encode()
}

func openSQLite(ctx context.Context, path string) (*Store, error) {
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return nil, digest.Errorf(digest.Invalid, "open database: a path is needed; a database in memory would be gone with the program")
	}
	s := &Store{kind: sqliteDialect(), path: path, now: time.Now}
	if err := ownFile(ctx, path); err != nil {
		return nil, s.fail("open database "+path, err)
	}
	writer, err := sql.Open("sqlite", sqliteDSN(path,
		"busy_timeout(15000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"cache_size(-16000)", "wal_autocheckpoint(4000)", "journal_size_limit(67108864)", "temp_store(MEMORY)"))
	if err != nil {
		return nil, s.fail("open database "+path, err)
	}
	writer.SetMaxOpenConns(1)
	reader, err := sql.Open("sqlite", sqliteDSN(path,
		"busy_timeout(15000)", "query_only(1)", "cache_size(-8000)", "temp_store(MEMORY)"))
	if err != nil {
		writer.Close()
		return nil, s.fail("open database "+path, err)
	}
	readers := max(4, runtime.GOMAXPROCS(0))
	reader.SetMaxOpenConns(readers)
	reader.SetMaxIdleConns(readers)
	s.writer, s.reader, s.cache = writer, reader, newStatements(true, reader)
	s.texts = newStatements(true, writer)
	return s, nil
}

// ownFile makes sure that a file which is there already is this program's,
// before anything is written to it: the mode of its journal would be.
func ownFile(ctx context.Context, path string) error {
	if !fileExists(path) {
		return nil
	}
	db, err := sql.Open("sqlite", sqliteDSN(path, "busy_timeout(15000)", "query_only(1)"))
	if err != nil {
		return err
	}
	defer db.Close()
	var id, tables int
	// Another daybrief may be at its first migration: the mark is in the same
	// transaction as the first table but one.
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'schema_versions'").Scan(&tables); err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	if tables > 0 && id != applicationID {
		return digest.Errorf(digest.Invalid, "open database %s: it is a SQLite database of another program", path).
			WithHint("give another path with --database; a new file is made where there is none")
	}
	return nil
}

// explainSQLite tells the primary result code (the low byte) of an error; see
// https://www.sqlite.org/rescode.html.
func explainSQLite(err error) (fault, bool) {
	if errors.Is(err, syscall.ENOSPC) {
		return diskFull, true
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return fault{}, false
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_CONSTRAINT:
		return constraint(e.Code()), true
	case lib.SQLITE_FULL:
		return diskFull, true
	case lib.SQLITE_IOERR:
		switch e.Code() {
		case lib.SQLITE_IOERR_SHMSIZE: // the first file that an opened database needs
			return diskFull, true
		case lib.SQLITE_IOERR_WRITE: // a quota, a limit on files
			return fault{code: digest.Unavailable, what: "the disk takes no more", full: true,
				hint: "look at the disk, its free space and its quota; what was stored before is kept"}, true
		}
		return fault{code: digest.Unavailable, what: "the disk cannot be read or written",
			hint: "look at the disk and its free space; what was stored before is kept"}, true
	case lib.SQLITE_CORRUPT:
		return damaged, true
	case lib.SQLITE_NOTADB:
		return fault{code: digest.Invalid, what: "it is not a database file",
			hint: "give another path with --database; a new file is made where there is none"}, true
	case lib.SQLITE_CANTOPEN:
		return fault{code: digest.Unavailable, what: "the file cannot be opened",
			hint: "its folder must exist, and this user must be able to write to it"}, true
	case lib.SQLITE_READONLY, lib.SQLITE_PERM:
		return fault{code: digest.Unavailable, what: "the file cannot be written",
			hint: "give this user the right to write to the file and to its folder"}, true
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fault{code: digest.Unavailable, what: "another program holds the database",
			hint: "only one daybrief can use a SQLite file; for several, use PostgreSQL"}, true
	}
	return fault{}, false
}

func constraint(code int) fault {
	switch code {
	case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY, lib.SQLITE_CONSTRAINT_ROWID:
		return fault{code: digest.Conflict, what: "it exists already"}
	case lib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return fault{code: digest.NotFound, what: "what it belongs to does not exist"}
	}
	return fault{code: digest.Invalid, what: "the database refused a value"}
}

var damaged = fault{code: digest.Unavailable, what: "the database file is damaged",
	hint: "stop the program, keep a copy of the file and its -wal, and put the last backup in its place"}

var diskFull = fault{code: digest.Unavailable, what: "the disk is full",
	hint: "make room on the disk; what was stored before is kept", full: true}

// Check reads the whole database and reports what is damaged. It takes about
// a second for each 100 MB. PostgreSQL checks itself as it reads; there Check
// only asks whether it answers.
func (s *Store) Check(ctx context.Context) error {
	if s.kind.name != SQLite {
		return s.Ping(ctx)
	}
	return s.fail("check the database", checkSQLite(ctx, s.reader))
}

func checkSQLite(ctx context.Context, db *sql.DB) error {
	var found string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&found); err != nil {
		return err
	}
	if found != "ok" {
		f := damaged
		f.what += " (" + found + ")"
		return caused(f, "check the database", nil)
	}
	return nil
}
