package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"

	"github.com/daybrief/daybrief/digest"
)

// Backup writes a copy of a SQLite database to a new file while the program
// goes on, and checks the copy by reading the whole of it before it gets its
// name. Conflict when the file exists; Invalid for PostgreSQL, which has its
// own program for that.
//
// It is VACUUM INTO and not the online backup interface: that one starts over
// whenever somebody writes, and a copy without free pages is the smaller one.
func (s *Store) Backup(ctx context.Context, path string) error {
	doing := "back up to " + path
	if s.kind.name != SQLite {
		return digest.Errorf(digest.Invalid, "back up: the database is PostgreSQL, which daybrief does not copy").
			WithHint("use pg_dump --format=custom --file=%s, and pg_restore to bring it back", path)
	}
	if fileExists(path) {
		return digest.Errorf(digest.Conflict, "%s: the file exists already", doing).WithHint("give a new name, or remove the file first")
	}
	partial := path + ".partial" // left behind by a backup that was killed
	if err := os.Remove(partial); err != nil && !os.IsNotExist(err) {
		return caused(fault{code: digest.Unavailable, what: "the folder cannot be written", hint: "give a path in a folder that this user can write to"}, doing, err)
	}
	defer os.Remove(partial)
	if err := s.copyFile(ctx, partial); err != nil {
		return s.fail(doing, err)
	}
	if err := settle(partial, path); err != nil {
		return caused(fault{code: digest.Unavailable, what: "the file cannot be put in its place", hint: "look at the disk and its free space"}, doing, err)
	}
	return nil
}

// copyFile writes the copy and opens it to see that it is whole.
func (s *Store) copyFile(ctx context.Context, to string) error {
	source, err := sql.Open("sqlite", sqliteDSN(s.path, "busy_timeout(15000)"))
	if err != nil {
		return err
	}
	defer source.Close()
	if _, err := source.ExecContext(ctx, "VACUUM INTO $1", to); err != nil {
		return err
	}
	copied, err := sql.Open("sqlite", sqliteDSN(to, "query_only(1)"))
	if err != nil {
		return err
	}
	defer copied.Close()
	if err := checkSQLite(ctx, copied); err != nil {
		return err
	}
	_, err = copied.ExecContext(ctx, "SELECT max(version) FROM schema_versions")
	return err
}

// settle makes a finished file durable under its name.
func settle(partial, path string) error {
	f, err := os.OpenFile(partial, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	err = f.Sync()
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if err := os.Rename(partial, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// fileExists reports whether something is at path.
func fileExists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
