package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// limitPages lets the file of a SQLite store grow by so many pages and no
// further, as a full disk does: SQLite then fails with SQLITE_FULL.
func limitPages(t *testing.T, s *store.Store, more int) {
	t.Helper()
	var pages int
	if err := s.DB().QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if _, err := s.DB().Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages+more)); err != nil {
		t.Fatal(err)
	}
}

// largeEntries are many of which a few hundred fill a small volume.
func largeEntries(from int) []digest.Entry {
	entries := manyEntries(from)
	for i := range entries {
		entries[i].Body = strings.Repeat(fmt.Sprintf("%d bales of cotton. ", from+i), 1000)
	}
	return entries
}

// manyEntries are more than the room that these tests leave.
func manyEntries(from int) []digest.Entry {
	entries := make([]digest.Entry, 300)
	for n := range entries {
		entries[n] = digesttest.Entry(from+n, nil)
	}
	return entries
}

// wantFull checks that an error says that there is no room, and what to do.
func wantFull(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, digest.ErrFull) || digest.CodeOf(err) != digest.Unavailable || !strings.Contains(err.Error(), "disk") || digest.HintOf(err) == "" {
		t.Fatalf("error %v (%v), hint %q", err, errors.Unwrap(err), digest.HintOf(err))
	}
}

// runEdition writes an edition of one part and takes its delivery to the end.
func runEdition(s *store.Store, sub *digest.Subscription) (stage string, err error) {
	var ids []int64
	plan := digesttest.Plan(*sub, 1, nil)
	_, created, err := s.CreateEdition(ctx, plan, func(_ context.Context, _ *sql.Tx, made []int64) error {
		ids = made
		return nil
	})
	if err != nil || !created {
		return "create", err
	}
	at := sub.NextRun
	sub.NextRun = plan.NextRun
	d, ok, err := s.ClaimDelivery(ctx, ids[0], at)
	if err != nil || !ok {
		return "claim", err
	}
	d.State, d.Ref = digest.Sent, "ref"
	return "finish", s.FinishDelivery(ctx, d)
}

func TestFullDisk(t *testing.T) {
	s := storetest.SQLite(t)
	fill(t, s, 50)
	if err := s.Room(ctx); err != nil {
		t.Fatalf("with room: %v", err)
	}
	limitPages(t, s, 2)
	_, err := s.AddArticles(ctx, manyEntries(0))
	wantFull(t, err)
	if !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("it says %q", err)
	}
	wantFull(t, s.Room(ctx))
	if found, err := s.Search(ctx, digest.Search{Countries: []string{"US"}}); err != nil || len(found) == 0 {
		t.Errorf("it answers no more: %d, %v", len(found), err)
	}
	limitPages(t, s, 1<<20)
	if err := s.Room(ctx); err != nil {
		t.Errorf("with room again: %v", err)
	}
	added, err := s.AddArticles(ctx, manyEntries(0))
	if err != nil || !added[0].New {
		t.Errorf("with room again: %v", err)
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
}

// TestFullDiskKeepsTheLedger checks that an edition for which there is no room
// leaves nothing behind, and comes whole when there is.
func TestFullDiskKeepsTheLedger(t *testing.T) {
	s := storetest.SQLite(t)
	sub := mustSubscribe(t, s)
	limitPages(t, s, 0)
	var err error
	written := 0
	for ; err == nil && written < 1000; written++ {
		_, err = runEdition(s, &sub)
	}
	wantFull(t, err)
	wantFull(t, s.Room(ctx)) // nothing is taken in where the ledger has no room
	editions, err := s.Editions(ctx, digest.EditionFilter{Limit: 2000})
	if err != nil {
		t.Fatal(err)
	}
	if due, err := s.DueSubscriptions(ctx, sub.NextRun, 10); err != nil || len(due) != 1 || !due[0].NextRun.Equal(sub.NextRun) {
		t.Errorf("due: %+v, %v; want the run of %s", due, err, sub.NextRun)
	}
	limitPages(t, s, 1<<20)
	if stage, err := runEdition(s, &sub); err != nil {
		t.Fatalf("with room again: %s: %v", stage, err)
	}
	after, err := s.Editions(ctx, digest.EditionFilter{Limit: 2000})
	if err != nil || len(after) != len(editions)+1 {
		t.Errorf("%d editions after %d, %v", len(after), len(editions), err)
	}
}

// TestSmallVolume fills a volume of its own: articles end first, the ledger
// goes on with what is kept back for it, and when that is gone too nothing is
// half written.
func TestSmallVolume(t *testing.T) {
	dir := smallVolume(t, 96)
	s, err := store.Open(ctx, filepath.Join(dir, "daybrief.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sub := mustSubscribe(t, s)
	for n := 0; err == nil && n < 200_000; n += 300 {
		_, err = s.AddArticles(ctx, largeEntries(n))
	}
	wantFull(t, err)
	wantFull(t, s.Room(ctx))
	for range 5 {
		if stage, err := runEdition(s, &sub); err != nil {
			t.Fatalf("with the rest of the disk: %s: %v", stage, err)
		}
	}
	ballast(t, dir)
	for n := 0; err == nil || !errors.Is(err, digest.ErrFull); n++ {
		if n > 20_000 {
			t.Fatalf("a full volume takes everything: %v", err)
		}
		_, err = runEdition(s, &sub)
	}
	wantFull(t, err)
	if found, err := s.Search(ctx, digest.Search{Topics: []string{"trade"}}); err != nil || len(found) == 0 {
		t.Errorf("it answers no more: %d, %v", len(found), err)
	}
	if err := os.Remove(filepath.Join(dir, "ballast")); err != nil {
		t.Fatal(err)
	}
	grow(t, dir, 256)
	if err := s.Room(ctx); err != nil {
		t.Fatalf("with room again: %v (%v)", err, errors.Unwrap(err))
	}
	if _, err := s.AddArticles(ctx, manyEntries(500_000)); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
}

// ballast writes a file until the volume is full.
func ballast(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 64<<10); ; {
		n, err := f.Write(block)
		if err != nil && len(block) == 1 {
			return
		}
		if err != nil && n == 0 {
			block = block[:len(block)/2]
		}
	}
}

// TestPostgresFull makes PostgreSQL say what it says when its disk is full.
func TestPostgresFull(t *testing.T) {
	s := storetest.Postgres(t)
	for _, q := range []string{
		`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			RAISE EXCEPTION 'could not extend file "base/5/16384": No space left on device' USING ERRCODE = 'disk_full'; END $$`,
		`CREATE TRIGGER full_disk BEFORE INSERT ON article_texts FOR EACH ROW EXECUTE FUNCTION full_disk()`,
		`CREATE TRIGGER full_disk BEFORE INSERT ON settings FOR EACH ROW EXECUTE FUNCTION full_disk()`,
	} {
		if _, err := s.DB().Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	sub := mustSubscribe(t, s)
	_, err := s.AddArticles(ctx, manyEntries(0))
	wantFull(t, err)
	wantFull(t, s.Room(ctx))
	if stage, err := runEdition(s, &sub); err != nil {
		t.Errorf("%s: %v", stage, err)
	}
	for _, table := range []string{"article_texts", "settings"} {
		if _, err := s.DB().Exec("DROP TRIGGER full_disk ON " + table); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Room(ctx); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if added, err := s.AddArticles(ctx, manyEntries(0)); err != nil || !added[0].New {
		t.Errorf("with room again: %v", err)
	}
}
