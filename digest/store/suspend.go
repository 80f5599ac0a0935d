package store

import (
	"context"
	"database/sql"
	"strconv"

	"github.com/daybrief/daybrief/digest"
)

// SuspendDelivery writes that a delivery was refused, as FinishDelivery does,
// and in the same transaction suspends the subscription that it is of, with
// the notice that tells of it: whoever crashes leaves all of it or nothing. It
// returns false, and writes the delivery alone, where the subscription is
// suspended or removed already, has gone, or posts elsewhere by now.
func (s *Store) SuspendDelivery(ctx context.Context, p digest.Suspension,
	enqueue func(ctx context.Context, tx *sql.Tx, deliveries []int64) error) (suspended bool, err error) {
	d := p.Delivery
	if d.Updated.IsZero() {
		d.Updated = s.now()
	}
	err = s.write(ctx, "suspend what delivery "+strconv.FormatInt(d.ID, 10)+" is of", func(c *session) error {
		suspended = false
		if err := finish(ctx, c, d); err != nil {
			return err
		}
		change, err := nextChange(ctx, c)
		if err != nil {
			return err
		}
		to := d.Destination
		n, err := c.exec(ctx, `UPDATE subscriptions SET state = 'suspended', reason = $2, next_run = 0, change = $3
			WHERE id = (SELECT subscription_id FROM editions WHERE id = $1) AND state NOT IN ('suspended', 'removed')
			AND platform = $4 AND channel = $5 AND direct = $6`, d.EditionID, p.Reason, change, to.Platform, to.Channel, to.Direct)
		if err != nil || n == 0 {
			return err
		}
		suspended = true
		return notice(ctx, c, p.Notice, enqueue)
	})
	return suspended && err == nil, err
}

// notice writes an edition that moves no subscription on.
func notice(ctx context.Context, c *session, p digest.EditionPlan, enqueue func(context.Context, *sql.Tx, []int64) error) error {
	if len(p.Deliveries) == 0 {
		return nil
	}
	id, err := insertEdition(ctx, c, p.Edition)
	if err != nil || id == 0 {
		return err
	}
	deliveries, err := insertDeliveries(ctx, c, id, p.Deliveries)
	if err != nil || enqueue == nil {
		return err
	}
	return enqueue(ctx, c.tx, deliveries)
}
