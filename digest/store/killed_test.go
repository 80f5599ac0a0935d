package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// envChild makes the test binary live the ledger on the database it names,
// telling each thing that is done, until it is killed.
const envChild = "DAYBRIEF_TEST_LEDGER"

// TestKilled kills a process in the middle of its work, over and over, and
// holds what it said was done against what the database says.
func TestKilled(t *testing.T) {
	if dsn := os.Getenv(envChild); dsn != "" {
		liveLedger(dsn)
		return
	}
	for _, db := range []struct {
		name string
		dsn  func(t testing.TB) string
	}{
		{"sqlite", func(t testing.TB) string { return filepath.Join(t.TempDir(), "x.db") }},
		{"postgres", storetest.PostgresDSN},
	} {
		t.Run(db.name, func(t *testing.T) {
			dsn := db.dsn(t)
			said := map[string]string{} // "article 7" or "delivery 3": what the child said last
			for life := range 8 {
				runAndKill(t, dsn, 20+17*life, said)
				compare(t, dsn, said)
			}
		})
	}
}

// runAndKill lets a child say some lines and kills it.
func runAndKill(t *testing.T, dsn string, lines int, said map[string]string) {
	t.Helper()
	limit, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	child := exec.CommandContext(limit, os.Args[0], "-test.run=^TestKilled$")
	child.Env = append(os.Environ(), envChild+"="+dsn)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	text := bufio.NewReader(out)
	hear := func() bool {
		line, err := text.ReadString('\n')
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && err == nil {
			said[key] = value
		}
		return err == nil
	}
	for range lines {
		if !hear() {
			t.Fatal("the child ended by itself")
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for hear() { // what it still managed to say is done too
	}
	io.Copy(io.Discard, out)
	child.Wait()
}

// compare opens the database after a kill.
func compare(t *testing.T, dsn string, said map[string]string) {
	t.Helper()
	s, err := store.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
	for key, value := range said {
		kind, number, _ := strings.Cut(key, " ")
		id, _ := strconv.ParseInt(number, 10, 64)
		switch kind {
		case "article":
			if a, err := s.Articles(ctx, []int64{id}); err != nil || len(a) != 1 || a[0].Title != value {
				t.Errorf("%s is %+v, %v", key, a, err)
			}
		case "delivery":
			d, err := s.Delivery(ctx, id)
			if err != nil || (string(d.State) != value && !follows(value, d.State)) {
				t.Errorf("%s was said to be %s and is %s, %v", key, value, d.State, err)
			}
		}
	}
	if found, err := s.Search(ctx, digest.Search{Topics: []string{"trade"}, Limit: 100_000}); err != nil || len(found) < count(said, "article") {
		t.Errorf("%d articles found of %d, %v", len(found), count(said, "article"), err)
	}
}

// follows reports whether a state may come after one that was said: the child
// may have been killed between doing and saying.
func follows(said string, is digest.DeliveryState) bool {
	switch digest.DeliveryState(said) {
	case digest.Pending:
		return is == digest.Sending || is == digest.Sent
	case digest.Sending:
		return is == digest.Sent
	}
	return false
}

func count(said map[string]string, kind string) (n int) {
	for key := range said {
		if strings.HasPrefix(key, kind+" ") {
			n++
		}
	}
	return n
}

// liveLedger is the child: it stores an article and lives one edition, again
// and again. It says a thing only after its commit.
func liveLedger(dsn string) {
	check := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	s, err := store.Open(ctx, dsn)
	check(err)
	sub, err := s.CreateSubscription(ctx, digesttest.Subscription(nil))
	check(err)
	for n := int(sub.ID) * 10_000; ; n++ {
		e := digesttest.Entry(n, nil)
		added, err := s.AddArticles(ctx, []digest.Entry{e})
		check(err)
		fmt.Printf("article %d: %s\n", added[0].ID, e.Title)

		sub.NextRun = sub.NextRun.Add(time.Minute)
		var ids []int64
		_, _, err = s.CreateEdition(ctx, digesttest.Plan(sub, 2, nil), func(_ context.Context, _ *sql.Tx, made []int64) error {
			ids = made
			return nil
		})
		check(err)
		for _, id := range ids {
			fmt.Printf("delivery %d: %s\n", id, digest.Pending)
		}
		for _, id := range ids {
			d, _, err := s.ClaimDelivery(ctx, id, sub.NextRun)
			check(err)
			fmt.Printf("delivery %d: %s\n", id, digest.Sending)
			d.State, d.Ref = digest.Sent, "ref"
			check(s.FinishDelivery(ctx, d))
			fmt.Printf("delivery %d: %s\n", id, digest.Sent)
		}
	}
}
