package main

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store"
)

// mortal is a store whose program dies at one of its writes: before it, or
// after it when nobody was told that it was done.
type mortal struct {
	*store.Store
	t *theatre
}

var errDied = errors.New("killed")

func (m mortal) write(do func() error) error {
	m.t.killed--
	if m.t.killed != 0 {
		return do()
	}
	if m.t.rng.IntN(2) == 0 {
		return errDied
	}
	return errors.Join(do(), errDied)
}

// CreateEditions may die.
func (m mortal) CreateEditions(ctx context.Context, plans []digest.EditionPlan, enqueue func(context.Context, *sql.Tx, []int64) error) (n int, err error) {
	err = m.write(func() (err error) { n, err = m.Store.CreateEditions(ctx, plans, enqueue); return err })
	return n, err
}

// AddHeld may die.
func (m mortal) AddHeld(ctx context.Context, held ...digest.Held) error {
	return m.write(func() error { return m.Store.AddHeld(ctx, held...) })
}

// DelayHeld may die.
func (m mortal) DelayHeld(ctx context.Context, ids []int64, until time.Time) error {
	return m.write(func() error { return m.Store.DelayHeld(ctx, ids, until) })
}

// DropHeld may die.
func (m mortal) DropHeld(ctx context.Context, ids []int64) error {
	return m.write(func() error { return m.Store.DropHeld(ctx, ids) })
}

// SetSetting may die.
func (m mortal) SetSetting(ctx context.Context, key, value string) error {
	return m.write(func() error { return m.Store.SetSetting(ctx, key, value) })
}

// UpdateSubscription may die.
func (m mortal) UpdateSubscription(ctx context.Context, sub digest.Subscription) error {
	return m.write(func() error { return m.Store.UpdateSubscription(ctx, sub) })
}
