// Package storetest is the suite that every database passes, and what tests
// of other packages need to have one: a SQLite file of their own, or a
// database of their own on a private PostgreSQL.
package storetest

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store"
)

// Open returns a new and empty store that is closed when the test ends: SQLite
// or Postgres of this package.
type Open func(t testing.TB) *store.Store

// SQLite returns a store on a new file.
func SQLite(t testing.TB) *store.Store {
	return open(t, filepath.Join(t.TempDir(), "daybrief.db"))
}

func open(t testing.TB, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), dsn)
	if err != nil {
		t.Fatalf("%v (%s)", err, digest.HintOf(err))
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}
