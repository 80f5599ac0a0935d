package store

import (
	"context"
	"embed"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/daybrief/daybrief/digest"
)

//go:embed migrations
var migrationFiles embed.FS

// migration is one step of the schema: a file "0001_start.sql".
type migration struct {
	version int
	name    string
	sql     string
}

// migrations returns the steps of a dialect in order. Their numbers are 1, 2, …
func migrations(dialect string) ([]migration, error) {
	dir := path.Join("migrations", dialect)
	entries, err := fs.ReadDir(migrationFiles, dir)
	if err != nil {
		return nil, err
	}
	var all []migration
	for i, e := range entries { // sorted by name
		text, err := fs.ReadFile(migrationFiles, path.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		number, name, _ := strings.Cut(strings.TrimSuffix(e.Name(), ".sql"), "_")
		if v, err := strconv.Atoi(number); err != nil || v != i+1 {
			return nil, digest.Errorf(digest.Internal, "migration %s: expected number %d", e.Name(), i+1)
		}
		all = append(all, migration{i + 1, name, string(text)})
	}
	return all, nil
}

// migrate applies what the database lacks. Several programs may do so at once.
func (s *Store) migrate(ctx context.Context) error {
	const doing = "bring the database up to date"
	all, err := migrations(s.kind.name)
	if err != nil {
		return s.fail(doing, err)
	}
	if err := s.versionTable(ctx); err != nil {
		return s.fail(doing, err)
	}
	has, err := s.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	if has > len(all) {
		return digest.Errorf(digest.Conflict, "open database: its schema is version %d, this program knows %d", has, len(all)).
			WithHint("a newer daybrief has used this database: run that version or a later one")
	}
	for _, m := range all[has:] {
		if err := s.write(ctx, doing, func(c *session) error { return s.apply(ctx, c, m) }); err != nil {
			return err
		}
	}
	return nil
}

// versionTable makes the table of versions. PostgreSQL's IF NOT EXISTS does not
// hold between two programs that both find it missing; one of them fails, and
// finds it at its second try.
func (s *Store) versionTable(ctx context.Context) error {
	const statement = `CREATE TABLE IF NOT EXISTS schema_versions (
		version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied BIGINT NOT NULL)`
	_, err := s.writer.ExecContext(ctx, statement)
	if err != nil {
		_, err = s.writer.ExecContext(ctx, statement)
	}
	return err
}

// apply runs one step, unless another program has done so meanwhile: the row
// of its version, which only one transaction can insert, is the lock.
func (s *Store) apply(ctx context.Context, c *session, m migration) error {
	n, err := c.exec(ctx, `INSERT INTO schema_versions (version, name, applied) VALUES ($1, $2, $3)
		ON CONFLICT (version) DO NOTHING`, m.version, m.name, micros(s.now()))
	if err != nil || n == 0 {
		return err
	}
	for _, statement := range statementsOf(m.sql) {
		if _, err := c.on.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// statementsOf splits a migration at lines that end in a semicolon, which is
// how migrations here are written.
func statementsOf(text string) []string {
	var out []string
	for _, part := range strings.Split(text, ";\n") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// SchemaVersion returns the number of the last migration that was applied.
func (s *Store) SchemaVersion(ctx context.Context) (int, error) {
	var v int
	err := s.writer.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM schema_versions").Scan(&v)
	return v, s.fail("read the schema's version", err)
}
