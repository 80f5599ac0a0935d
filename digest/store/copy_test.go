package store_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// fields analyses the words of a Corpus, which are its texts' fields.
func fields(a *digest.Article) (title, body []string) {
	return strings.Fields(a.Title), strings.Fields(a.Body)
}

// populate puts something into every table.
func populate(t testing.TB, s *store.Store) {
	t.Helper()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	fill(t, s, 700)
	_, err := s.AddArticles(ctx, []digest.Entry{digesttest.Entry(1, nil),
		digesttest.Entry(1, func(a *digest.Article) { a.Title, a.Body = "quote ' \\ \" 한국 \x00", "" })})
	check(err)
	check(s.SaveGroups(ctx, []digest.Grouping{{ArticleID: 1, StoryID: 1}, {ArticleID: 2, StoryID: 1, Join: digest.Join{Shared: []string{"x"}}}}))
	check(s.SaveStories(ctx, []digest.Story{digesttest.Story(1, nil), digesttest.Story(2, func(st *digest.Story) { st.Sample = true })}))
	_, _, err = s.SaveSource(ctx, digesttest.Source(1, func(s *digest.Source) { s.Health.PerDay = 1.0 / 3 }))
	check(err)
	sub, err := s.CreateSubscription(ctx, digesttest.Subscription(nil))
	check(err)
	_, _, err = s.CreateEdition(ctx, digesttest.Plan(sub, 2, func(p *digest.EditionPlan) { p.Deliveries[1].Payload = nil }), nil)
	check(err)
	d, _, err := s.ClaimDelivery(ctx, 1, digesttest.Now())
	check(err)
	d.State, d.Ref = digest.Sent, "1.2"
	check(s.FinishDelivery(ctx, d))
	d, _, err = s.ClaimDelivery(ctx, 2, digesttest.Now())
	check(err)
	d.State = digest.Sent
	check(s.FinishDelivery(ctx, d))
	check(s.SaveAnswer(ctx, digest.Answer{ID: "abc", Args: map[string]string{"page": "1"}, Created: digesttest.Now()}))
	check(s.SetSetting(ctx, "a", "b"))
	check(s.AddAudit(ctx, digest.Audit{At: digesttest.Now(), Action: "subscribe"}))
	_, err = s.CreateEditions(ctx, []digest.EditionPlan{{Edition: digest.Edition{SubscriptionID: sub.ID, Slot: "alert:1:1"}, Alerted: []digest.Alerted{{Destination: sub.Destination, StoryID: 1, Times: 1, At: digesttest.Now()}}}}, nil)
	check(err)
	check(s.SaveProfile(ctx, digest.Profile{Destination: sub.Destination, Quiet: digest.QuietHours{From: 1}}))
	check(s.AddHeld(ctx, digest.Held{Destination: sub.Destination, SubscriptionID: sub.ID, StoryID: 2}))
	_, err = s.AcquireLease(ctx, digest.Lease{Name: "x", Holder: "y", Until: digesttest.Now()}, digesttest.Now())
	check(err)
}

// TestCopy moves a store to the other database and back, and compares.
func TestCopy(t *testing.T) {
	first, second, third := storetest.SQLite(t), storetest.Postgres(t), storetest.SQLite(t)
	populate(t, first)
	told := map[string]int{}
	if err := store.Copy(ctx, first, second, store.Copying{Terms: fields, Progress: func(table string, done int) { told[table] = done }}); err != nil {
		t.Fatal(err, errors.Unwrap(err))
	}
	if told["articles"] != 701 || told["article_words"] != 701 || told["deliveries"] != 2 {
		t.Errorf("progress: %v", told)
	}
	if err := store.Copy(ctx, second, third, store.Copying{Terms: fields}); err != nil {
		t.Fatal(err)
	}
	for _, other := range []*store.Store{second, third} {
		sameAnswers(t, first, other)
	}
	for _, s := range []*store.Store{second, third} { // new rows follow the old ones
		added, err := s.AddArticles(ctx, []digest.Entry{digesttest.Entry(77, nil)})
		if err != nil || added[0].ID <= 701 {
			t.Errorf("a new article: %+v, %v", added, err)
		}
		if sub := mustSubscribe(t, s); sub.ID != 2 {
			t.Errorf("a new subscription has ID %d", sub.ID)
		}
	}
	if err := store.Copy(ctx, first, third, store.Copying{Terms: fields}); digest.CodeOf(err) != digest.Conflict {
		t.Errorf("into a store that is not empty: %v", err)
	}
}

// sameAnswers compares what two stores say of everything.
func sameAnswers(t *testing.T, a, b *store.Store) {
	t.Helper()
	for name, ask := range map[string]func(s *store.Store) (any, error){
		"articles":      func(s *store.Store) (any, error) { return s.Articles(ctx, []int64{1, 2, 350, 701}) },
		"revisions":     func(s *store.Store) (any, error) { return s.Revisions(ctx, 701) },
		"stories":       func(s *store.Store) (any, error) { return s.Stories(ctx, []int64{1, 2}) },
		"story":         func(s *store.Store) (any, error) { return s.StoryArticles(ctx, []int64{1}) },
		"join":          func(s *store.Store) (any, error) { return s.Join(ctx, 2) },
		"ungrouped":     func(s *store.Store) (any, error) { return s.Ungrouped(ctx, 5) },
		"popular":       func(s *store.Store) (any, error) { return s.Popular(ctx, days(900)) },
		"sources":       func(s *store.Store) (any, error) { return s.Sources(ctx) },
		"subscriptions": func(s *store.Store) (any, error) { return s.Subscriptions(ctx, digest.SubscriptionFilter{}) },
		"editions":      func(s *store.Store) (any, error) { return s.Editions(ctx, digest.EditionFilter{}) },
		"deliveries":    func(s *store.Store) (any, error) { return s.Deliveries(ctx, 1) },
		"told": func(s *store.Store) (any, error) {
			return s.Told(ctx, digest.Destination{Platform: "slack", Channel: "C0123ABC"}, []int64{1, 2})
		},
		"answer":   func(s *store.Store) (any, error) { return s.Answer(ctx, "abc") },
		"settings": func(s *store.Store) (any, error) { return s.Settings(ctx, "") },
		"audit":    func(s *store.Store) (any, error) { return s.Audits(ctx, digesttest.Now().AddDate(1, 0, 0), 9) },
		"profiles": func(s *store.Store) (any, error) { return s.Profiles(ctx) },
		"alerted":  func(s *store.Store) (any, error) { return s.AlertedOf(ctx, []int64{1}) },
		"held":     func(s *store.Store) (any, error) { return s.HeldOf(ctx, []int64{2}) },
		"changed":  func(s *store.Store) (any, error) { return s.Changed(ctx, 0) },
		"leases":   func(s *store.Store) (any, error) { return s.Leases(ctx) },
	} {
		x, err1 := ask(a)
		y, err2 := ask(b)
		if err1 != nil || err2 != nil || !reflect.DeepEqual(x, y) {
			t.Errorf("%s differ (%v, %v):\n%+v\n%+v", name, err1, err2, x, y)
		}
	}
	sameHits(t, a, b, 60)
}

// sameHits compares random searches: the same candidates, in the same order,
// with the same weights.
func sameHits(t *testing.T, a, b *store.Store, searches int) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	for range searches {
		q := storetest.RandomSearch(r)
		x, err := a.Search(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		y, err := b.Search(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(x, y) {
			t.Fatalf("%+v\n%s: %+v\n%s: %+v", q, a.Dialect(), x, b.Dialect(), y)
		}
	}
}

// TestSameHits fills both databases with the same articles, as two servers of
// the same news would.
func TestSameHits(t *testing.T) {
	a, b := storetest.SQLite(t), storetest.Postgres(t)
	fill(t, a, 1500)
	fill(t, b, 1500)
	sameHits(t, a, b, 150)
}

// TestCopyIsWholeOrNothing breaks a move in its last step.
func TestCopyIsWholeOrNothing(t *testing.T) {
	from, to := storetest.SQLite(t), storetest.SQLite(t)
	populate(t, from)
	stopped, cancel := context.WithCancel(ctx)
	defer cancel()
	err := store.Copy(stopped, from, to, store.Copying{Terms: fields, Progress: func(table string, done int) {
		if table == "article_words" && done > 300 {
			cancel()
		}
	}})
	if digest.CodeOf(err) != digest.Unavailable {
		t.Errorf("error %v (%v)", err, errors.Unwrap(err))
	}
	if err := store.Copy(ctx, from, to, store.Copying{Terms: fields}); err != nil {
		t.Errorf("the target was not left empty: %v", err)
	}
}

func TestBackup(t *testing.T) {
	s := storetest.SQLite(t)
	populate(t, s)
	dir := t.TempDir()
	path := filepath.Join(dir, "backup.db")
	if err := os.WriteFile(path+".partial", []byte("left behind"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(ctx, path); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(ctx, path); digest.CodeOf(err) != digest.Conflict || digest.HintOf(err) == "" {
		t.Errorf("over a file: %v", err)
	}
	if err := s.Backup(ctx, filepath.Join(dir, "no", "x.db")); digest.CodeOf(err) != digest.Unavailable {
		t.Errorf("into a folder that is missing: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("files left: %v", left)
	}
	copied, err := store.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	sameAnswers(t, s, copied)
}

func TestBackupPostgres(t *testing.T) {
	err := storetest.Postgres(t).Backup(ctx, filepath.Join(t.TempDir(), "x"))
	if digest.CodeOf(err) != digest.Invalid || !strings.Contains(digest.HintOf(err), "pg_dump") {
		t.Errorf("%v (%s)", err, digest.HintOf(err))
	}
}

// TestBackupWhileWriting takes a backup of a store that is written to.
func TestBackupWhileWriting(t *testing.T) {
	s := storetest.SQLite(t)
	fill(t, s, 200)
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() {
		for n := 1; ; n++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			if _, err := s.AddArticles(ctx, []digest.Entry{digesttest.Entry(n, nil)}); err != nil {
				done <- err
				return
			}
		}
	}()
	for _, name := range []string{"a.db", "b.db"} {
		if err := s.Backup(ctx, filepath.Join(t.TempDir(), name)); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestEveryTableIsMoved compares the list of what is moved with the schema.
func TestEveryTableIsMoved(t *testing.T) {
	s := storetest.SQLite(t)
	rows, err := s.DB().Query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'article\\_words\\_%' ESCAPE '\\'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	listed := store.TablesForTest()
	slices.Sort(tables)
	slices.Sort(listed)
	if !slices.Equal(tables, listed) {
		t.Errorf("tables %v\nlisted %v", tables, listed)
	}
}
