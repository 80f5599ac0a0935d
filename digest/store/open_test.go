package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

var ctx = context.Background()

// refused opens what must not open, and checks that the error can be read:
// its code, a hint, and no secret.
func refused(t *testing.T, dsn string, want digest.Code) error {
	t.Helper()
	s, err := store.Open(ctx, dsn)
	if err == nil {
		s.Close()
		t.Fatalf("%s opened", dsn)
	}
	if code := digest.CodeOf(err); code != want {
		t.Errorf("%v: code %s, want %s (%v)", err, code, want, errors.Unwrap(err))
	}
	if digest.HintOf(err) == "" {
		t.Errorf("%v: no hint", err)
	}
	if text := err.Error() + digest.HintOf(err); strings.Contains(text, "s3cret") || strings.Contains(text, "\n") {
		t.Errorf("unfit to be shown: %s", text)
	}
	return err
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Run("a text file", func(t *testing.T) {
		path := file("notes.txt", bytes.Repeat([]byte("not a database\n"), 500))
		refused(t, path, digest.Invalid)
		if data, _ := os.ReadFile(path); len(data) != 7500 {
			t.Error("the file was changed")
		}
	})
	t.Run("a folder", func(t *testing.T) { refused(t, dir, digest.Unavailable) })
	t.Run("a folder that is missing", func(t *testing.T) { refused(t, filepath.Join(dir, "no", "x.db"), digest.Unavailable) })
	t.Run("another program's database", func(t *testing.T) {
		path := filepath.Join(dir, "other.db")
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec("CREATE TABLE bookmarks (x)"); err != nil {
			t.Fatal(err)
		}
		db.Close()
		before, _ := os.ReadFile(path)
		refused(t, path, digest.Invalid)
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Error("the file was changed")
		}
	})
	t.Run("another kind", func(t *testing.T) { refused(t, "mysql://u:s3cret@h/n", digest.Invalid) })
	t.Run("a broken address", func(t *testing.T) { refused(t, "postgres://u:s3cret%zz@h:port/n", digest.Invalid) })
	t.Run("nobody listens", func(t *testing.T) { refused(t, "postgres://u:s3cret@127.0.0.1:1/n", digest.Unavailable) })
	t.Run("damaged", func(t *testing.T) {
		path := filledFile(t, filepath.Join(dir, "damaged.db"))
		data, _ := os.ReadFile(path)
		for i := 100; i < len(data); i++ {
			data[i] = 0xff
		}
		refused(t, file("damaged.db", data), digest.Unavailable)
	})
}

// filledFile makes a closed SQLite file with articles in it.
func filledFile(t *testing.T, path string) string {
	t.Helper()
	s, err := store.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s, 400)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestDamaged has a file whose schema can be read and whose tables cannot:
// each use says so, and Check finds it.
func TestDamaged(t *testing.T) {
	path := filledFile(t, filepath.Join(t.TempDir(), "x.db"))
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, _ := f.Stat()
	junk := bytes.Repeat([]byte{0xa5}, 4096)
	for page := info.Size() / 4096 / 2; page < info.Size()/4096; page++ {
		if _, err := f.WriteAt(junk, page*4096); err != nil {
			t.Fatal(err)
		}
	}
	f.Close()
	s, err := store.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Check(ctx)
	if digest.CodeOf(err) != digest.Unavailable || digest.HintOf(err) == "" || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("check: %v", err)
	}
	if err := s.Backup(ctx, filepath.Join(t.TempDir(), "copy.db")); digest.CodeOf(err) != digest.Unavailable {
		t.Errorf("backup of a damaged file: %v", err)
	}
}

// TestNewerSchema opens what a later version has changed.
func TestNewerSchema(t *testing.T) {
	for _, db := range []struct {
		name string
		dsn  func(t testing.TB) string
	}{
		{"sqlite", func(t testing.TB) string { return filepath.Join(t.TempDir(), "x.db") }},
		{"postgres", storetest.PostgresDSN},
	} {
		t.Run(db.name, func(t *testing.T) {
			dsn := db.dsn(t)
			s, err := store.Open(ctx, dsn)
			if err != nil {
				t.Fatal(err)
			}
			v, err := s.SchemaVersion(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.DB().Exec("INSERT INTO schema_versions VALUES (9999, 'later', 0)"); err != nil {
				t.Fatal(err)
			}
			s.Close()
			if err := refused(t, dsn, digest.Conflict); !strings.Contains(err.Error(), fmt.Sprint(v)) {
				t.Errorf("the versions are not named: %v", err)
			}
		})
	}
}

// TestOpenTogether has several programs make the schema at once.
func TestOpenTogether(t *testing.T) {
	for _, db := range []struct {
		name string
		dsn  func(t testing.TB) string
	}{
		{"sqlite", func(t testing.TB) string { return filepath.Join(t.TempDir(), "x.db") }},
		{"postgres", storetest.BarePostgresDSN},
	} {
		t.Run(db.name, func(t *testing.T) {
			dsn := db.dsn(t)
			var wg sync.WaitGroup
			for range 5 {
				wg.Go(func() {
					s, err := store.Open(ctx, dsn)
					if err != nil {
						t.Errorf("%v: %v", err, errors.Unwrap(err))
						return
					}
					defer s.Close()
					if err := s.SetSetting(ctx, "a", "b"); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		})
	}
}

// TestReopen closes a store and finds everything in it again.
func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "with space, ? and %41.db")
	s, err := store.Open(ctx, "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	added, err := s.AddArticles(ctx, []digest.Entry{digesttest.Entry(1, nil)})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the file has another name: %v", err)
	}
	if s, err = store.Open(ctx, path); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	again, err := s.AddArticles(ctx, []digest.Entry{digesttest.Entry(1, nil)})
	if err != nil || again[0].ID != added[0].ID || again[0].New {
		t.Errorf("again: %+v, %v", again, err)
	}
	if s.Dialect() != store.SQLite {
		t.Errorf("dialect %s", s.Dialect())
	}
}

func TestPostgresRefuses(t *testing.T) {
	dsn := storetest.PostgresDSN(t)
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("no such database", func(t *testing.T) {
		v := *u
		v.Path = "/nowhere"
		refused(t, v.String(), digest.NotFound)
	})
	if os.Getenv(storetest.EnvDSN) != "" {
		t.Skip("passwords are tried on the private server alone")
	}
	s, err := store.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, q := range []string{"CREATE ROLE " + storetest.LockedUser + " LOGIN PASSWORD 'open sesame'"} {
		if _, err := s.DB().Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	defer s.DB().Exec("DROP ROLE " + storetest.LockedUser)
	t.Run("wrong password", func(t *testing.T) {
		v := *u
		v.User = url.UserPassword(storetest.LockedUser, "s3cret")
		refused(t, v.String(), digest.Forbidden)
	})
	t.Run("no rights", func(t *testing.T) {
		v, err := url.Parse(storetest.BarePostgresDSN(t))
		if err != nil {
			t.Fatal(err)
		}
		v.User = url.UserPassword(storetest.LockedUser, "open sesame")
		refused(t, v.String(), digest.Forbidden)
	})
}

// TestServerGone cuts every connection of a store: what was under way fails
// as Unavailable, and the next call works again.
func TestServerGone(t *testing.T) {
	s := storetest.Postgres(t)
	err := func() error {
		_, _, err := s.CreateEdition(ctx, digesttest.Plan(mustSubscribe(t, s), 1, nil),
			func(ctx context.Context, tx *sql.Tx, _ []int64) error {
				_, err := tx.Exec("SELECT pg_terminate_backend(pg_backend_pid())")
				return err
			})
		return err
	}()
	if digest.CodeOf(err) != digest.Unavailable {
		t.Errorf("error %v (%v)", err, errors.Unwrap(err))
	}
	if due, err := s.DueDeliveries(ctx, digesttest.Now(), 10); err != nil || len(due) != 0 {
		t.Errorf("afterwards: %v, %v", due, err)
	}
}

func mustSubscribe(t *testing.T, s *store.Store) digest.Subscription {
	t.Helper()
	sub, err := s.CreateSubscription(ctx, digesttest.Subscription(nil))
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

// TestSynchronous checks that only a batch of articles does not wait for the
// disk, and that what comes after it does.
func TestSynchronous(t *testing.T) {
	s := storetest.SQLite(t)
	mode := func() (n int) {
		if err := s.DB().QueryRow("PRAGMA synchronous").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const full = 2
	fill(t, s, 50)
	if got := mode(); got != full {
		t.Errorf("after articles: synchronous %d", got)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.AddArticles(gone, []digest.Entry{digesttest.Entry(1, nil)}); digest.CodeOf(err) != digest.Unavailable {
		t.Errorf("a cancelled batch: %v", err)
	}
	if got := mode(); got != full {
		t.Errorf("after a cancelled batch: synchronous %d", got)
	}
	limitPages(t, s, 1)
	_, err := s.AddArticles(ctx, manyEntries(100))
	wantFull(t, err)
	if got := mode(); got != full {
		t.Errorf("after a full disk: synchronous %d", got)
	}
}
