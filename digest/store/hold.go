package store

import (
	"context"
	"strconv"

	"github.com/daybrief/daybrief/digest"
)

// HoldDelivery takes back a delivery that was claimed and is not to be posted
// now, in one transaction. One that becomes pending waits until its NotBefore,
// and it and the parts after it may be posted until its Deadline. One that
// becomes dead takes all unsent parts with it, its edition counts as missed,
// and what it was to tell is held, to be told with others.
func (s *Store) HoldDelivery(ctx context.Context, d digest.Delivery, held []digest.Held) error {
	if d.Updated.IsZero() {
		d.Updated = s.now()
	}
	return s.write(ctx, "hold delivery "+strconv.FormatInt(d.ID, 10), func(c *session) error {
		if err := finish(ctx, c, d); err != nil {
			return err
		}
		target := d.Destination.String()
		if d.State == digest.Pending {
			_, err := c.exec(ctx, `UPDATE deliveries SET deadline = $3 WHERE edition_id = $1 AND target = $2 AND state = 'pending'
				AND deadline > 0 AND deadline < $3`, d.EditionID, target, micros(d.Deadline))
			return err
		}
		if _, err := c.exec(ctx, `UPDATE deliveries SET state = $3, last_error = $4, updated = $5 WHERE edition_id = $1 AND target = $2
			AND state = 'pending'`, d.EditionID, target, string(d.State), d.LastError, micros(d.Updated)); err != nil {
			return err
		}
		if _, err := c.exec(ctx, "UPDATE editions SET missed = $2 WHERE id = $1", d.EditionID, true); err != nil {
			return err
		}
		return addHeld(ctx, c, held)
	})
}
