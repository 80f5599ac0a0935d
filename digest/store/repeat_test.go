package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// TestRefusedTransactionIsRepeated lets PostgreSQL refuse the transaction of an
// edition: another changes a row after it began, and before it does too.
func TestRefusedTransactionIsRepeated(t *testing.T) {
	s := storetest.SerializablePostgres(t)
	sub := mustSubscribe(t, s)
	if err := s.SetSetting(ctx, "contested", "0"); err != nil {
		t.Fatal(err)
	}
	const change = "UPDATE settings SET value = $1 WHERE name = 'contested'"
	var refusals []string
	_, created, err := s.CreateEdition(ctx, digesttest.Plan(sub, 2, nil), func(ctx context.Context, tx *sql.Tx, _ []int64) error {
		if len(refusals) < 3 { // on a connection of its own, and committed at once
			if _, err := s.DB().ExecContext(ctx, change, fmt.Sprint("other ", len(refusals))); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, change, "ours")
		var refused *pgconn.PgError
		if errors.As(err, &refused) {
			refusals = append(refusals, refused.Code)
		}
		return err
	})
	if err != nil || !created {
		t.Fatalf("created %t: %v", created, err)
	}
	if got := fmt.Sprint(refusals); got != "[40001 40001 40001]" {
		t.Errorf("PostgreSQL refused with %s", got)
	}
	editions, err := s.Editions(ctx, digest.EditionFilter{SubscriptionID: sub.ID})
	if err != nil || len(editions) != 1 {
		t.Fatalf("%d editions, %v", len(editions), err)
	}
	if d, err := s.Deliveries(ctx, editions[0].ID); err != nil || len(d) != 2 {
		t.Errorf("%d deliveries, %v", len(d), err)
	}
	if v, err := s.Setting(ctx, "contested"); err != nil || v != "ours" {
		t.Errorf("setting %q, %v", v, err)
	}
}

// TestManyWritersAgree lets many write the same rows at once where each
// transaction is isolated fully. None may see an error, and nothing may come
// twice.
func TestManyWritersAgree(t *testing.T) {
	s := storetest.SerializablePostgres(t)
	sub := mustSubscribe(t, s)
	const writers, each = 6, 8
	var wg sync.WaitGroup
	made := make(chan int64, writers*each)
	for w := range writers {
		wg.Go(func() {
			mine := sub
			for n := range each {
				if _, err := s.AddArticles(ctx, []digest.Entry{digesttest.Entry(n, nil), digesttest.Entry(100*w+n, nil)}); err != nil {
					t.Errorf("writer %d: articles: %v (%v)", w, err, errors.Unwrap(err))
				}
				plan := digesttest.Plan(mine, 1, nil)
				e, created, err := s.CreateEdition(ctx, plan, nil)
				if err != nil {
					t.Errorf("writer %d: edition: %v (%v)", w, err, errors.Unwrap(err))
				}
				if created {
					made <- e.ID
				}
				mine.NextRun = plan.NextRun
			}
		})
	}
	wg.Wait()
	close(made)
	if len(made) != each {
		t.Errorf("%d writers say that they made %d editions, of %d", writers, len(made), each)
	}
	if editions, err := s.Editions(ctx, digest.EditionFilter{SubscriptionID: sub.ID}); err != nil || len(editions) != each {
		t.Errorf("%d editions, %v", len(editions), err)
	}
}
