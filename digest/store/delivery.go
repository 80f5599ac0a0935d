package store

import (
	"cmp"
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/daybrief/daybrief/digest"
)

const deliveryColumns = `id, edition_id, platform, workspace, channel, direct, part, parts, payload, state, ref,
	attempts, last_error, not_before, started, deadline, updated, thread,
	COALESCE((SELECT e.subscription_id FROM editions e WHERE e.id = edition_id), 0)`

func scanDelivery(row scanner) (digest.Delivery, error) {
	var d digest.Delivery
	to := &d.Destination
	err := row.Scan(&d.ID, &d.EditionID, &to.Platform, &to.Workspace, &to.Channel, &to.Direct, &d.Part, &d.Parts, blob{&d.Payload},
		&d.State, &d.Ref, &d.Attempts, &d.LastError, at{&d.NotBefore}, at{&d.Started}, at{&d.Deadline}, at{&d.Updated}, &d.Thread, &d.SubscriptionID)
	return d, err
}

func insertDelivery(ctx context.Context, c *session, d digest.Delivery) (id int64, err error) {
	to := d.Destination
	err = c.row(ctx, `INSERT INTO deliveries (edition_id, target, part, parts, platform, workspace, channel, direct, state,
		ref, attempts, last_error, not_before, started, deadline, updated, payload, thread) VALUES `+placeholders(0, 18)+" RETURNING id",
		d.EditionID, to.String(), d.Part, d.Parts, to.Platform, to.Workspace, to.Channel, to.Direct,
		string(cmp.Or(d.State, digest.Pending)), d.Ref, d.Attempts, d.LastError, micros(d.NotBefore), micros(d.Started),
		micros(d.Deadline), micros(d.Updated), bytesOf(d.Payload), d.Thread).Scan(&id)
	return id, err
}

// earlierUnsent holds while a part before d's, of the same edition at the same
// destination, may still be sent. One whose fate is unknown, or that was
// refused, holds up no later one: half a digest is better than none.
const earlierUnsent = `EXISTS (SELECT 1 FROM deliveries p WHERE p.edition_id = d.edition_id AND p.target = d.target
	AND p.part < d.part AND p.state IN ('pending', 'sending'))`

// ClaimDelivery takes a delivery to be posted now: pending becomes sending,
// Attempts one more and Started now, in one statement that only one of many
// claimers wins. It is refused, with false and the row as it is, when it is
// not pending, not due yet, past its deadline, or a part before it may
// still be sent. NotFound when it does not exist.
func (s *Store) ClaimDelivery(ctx context.Context, id int64, now time.Time) (d digest.Delivery, claimed bool, err error) {
	err = s.write(ctx, "claim delivery "+strconv.FormatInt(id, 10), func(c *session) error {
		d, claimed = digest.Delivery{}, false
		err := c.each(ctx, func(row scanner) (err error) {
			claimed = true
			d, err = scanDelivery(row)
			return err
		}, `UPDATE deliveries AS d SET state = 'sending', attempts = attempts + 1, started = $2, updated = $2
			WHERE d.id = $1 AND d.state = 'pending' AND d.not_before <= $2 AND (d.deadline = 0 OR d.deadline > $2)
			AND NOT `+earlierUnsent+" RETURNING "+deliveryColumns, id, micros(now))
		if err == nil && !claimed {
			d, err = scanDelivery(c.row(ctx, "SELECT "+deliveryColumns+" FROM deliveries d WHERE d.id = $1", id))
		}
		return err
	})
	return d, claimed, err
}

// follows says which states a state may become. What is seen to be visible is
// believed from any state; what is sent stays so.
func follows(from, to digest.DeliveryState) bool {
	switch from {
	case digest.Pending:
		return to == digest.Sent || to == digest.Failed || to == digest.Dead
	case digest.Sending, digest.Unknown:
		return to != digest.Sending && to != from
	case digest.Failed, digest.Dead:
		return to == digest.Sent
	}
	return false
}

// FinishDelivery writes what became of a delivery: State, Ref, LastError and
// NotBefore (Updated too, or the present where that is zero). d is the row as
// ClaimDelivery, or a read, returned it. Conflict means that it cannot become
// so, or that another attempt has taken it over since (Attempts differs); but
// that it was sent is accepted from an overtaken attempt too, since it is
// true. The same "sent" twice is no error.
//
// With the last part of an edition at a destination, what the edition tells
// is remembered as told there, in the same transaction.
func (s *Store) FinishDelivery(ctx context.Context, d digest.Delivery) error {
	if d.Updated.IsZero() {
		d.Updated = s.now()
	}
	return s.write(ctx, finishing(d), func(c *session) error { return finish(ctx, c, d) })
}

func finishing(d digest.Delivery) string { return "finish delivery " + strconv.FormatInt(d.ID, 10) }

func finish(ctx context.Context, c *session, d digest.Delivery) error {
	was, err := lockDelivery(ctx, c, d.ID)
	if err != nil {
		return err
	}
	switch overtaken := was.Attempts != d.Attempts; {
	case was.State == digest.Sent && d.State == digest.Sent && was.Ref == d.Ref:
		return nil
	case !follows(was.State, d.State):
		return digest.Errorf(digest.Conflict, "%s: it is %s and cannot become %s", finishing(d), was.State, d.State)
	case overtaken && d.State != digest.Sent:
		return digest.Errorf(digest.Conflict, "%s: attempt %d has taken it over from attempt %d", finishing(d), was.Attempts, d.Attempts)
	}
	_, err = c.exec(ctx, `UPDATE deliveries SET state = $2, ref = $3, last_error = $4, not_before = $5, updated = $6 WHERE id = $1`,
		d.ID, string(d.State), d.Ref, d.LastError, micros(d.NotBefore), micros(d.Updated))
	if err == nil && d.State == digest.Sent {
		err = tell(ctx, c, was, d.Updated)
	}
	return err
}

// lockDelivery reads a row and keeps others from changing it, or the parts
// beside it, until the end of the transaction. SQLite's writer is alone anyway;
// for PostgreSQL an update that changes nothing takes the lock on the
// edition's rows at that destination, always in the order of their IDs.
func lockDelivery(ctx context.Context, c *session, id int64) (digest.Delivery, error) {
	if c.kind.name == Postgres {
		if _, err := c.exec(ctx, `SELECT 1 FROM deliveries WHERE (edition_id, target) =
			(SELECT edition_id, target FROM deliveries WHERE id = $1) ORDER BY id FOR UPDATE`, id); err != nil {
			return digest.Delivery{}, err
		}
	}
	return scanDelivery(c.row(ctx, "SELECT "+deliveryColumns+" FROM deliveries d WHERE d.id = $1", id))
}

// tell remembers an edition's stories at a destination once all its parts are
// sent there.
func tell(ctx context.Context, c *session, d digest.Delivery, when time.Time) error {
	var unsent int
	target := d.Destination.String()
	err := c.row(ctx, "SELECT count(*) FROM deliveries WHERE edition_id = $1 AND target = $2 AND state <> 'sent'",
		d.EditionID, target).Scan(&unsent)
	if err != nil || unsent > 0 {
		return err
	}
	var text string
	if err := c.row(ctx, "SELECT stories FROM editions WHERE id = $1", d.EditionID).Scan(&text); err != nil {
		return err
	}
	var stories []digest.Told
	if err := json.Unmarshal([]byte(text), &stories); err != nil {
		return err
	}
	byStory := map[int64]digest.Told{}
	for _, t := range stories {
		byStory[t.StoryID] = t
	}
	rows := make([][]any, 0, len(byStory))
	for _, id := range sortedKeys(byStory) {
		rows = append(rows, []any{target, id, byStory[id].Articles, byStory[id].Sources, micros(when)})
	}
	return c.insert(ctx, "INSERT INTO told (target, story_id, articles, sources, time)",
		` ON CONFLICT (target, story_id) DO UPDATE SET articles = excluded.articles, sources = excluded.sources,
		time = excluded.time`, rows)
}

func (s *Store) deliveries(ctx context.Context, rest string, args ...any) ([]digest.Delivery, error) {
	var out []digest.Delivery
	err := s.reading().each(ctx, func(row scanner) error {
		d, err := scanDelivery(row)
		out = append(out, d)
		return err
	}, "SELECT "+deliveryColumns+" FROM deliveries d "+rest, args...)
	return out, s.fail("read deliveries", err)
}

// DueDeliveries returns the pending deliveries that a worker is to look at
// now, longest due first: those that can be claimed, and those whose deadline
// has passed, which are to be finished as dead.
func (s *Store) DueDeliveries(ctx context.Context, now time.Time, limit int) ([]digest.Delivery, error) {
	return s.deliveries(ctx, `WHERE d.state = 'pending' AND ((d.not_before <= $1 AND NOT `+earlierUnsent+`)
		OR (d.deadline > 0 AND d.deadline <= $1)) ORDER BY d.not_before, d.id LIMIT $2`, micros(now), limit)
}

// StuckDeliveries returns deliveries whose posting began before a time and has
// not been finished: their worker died, or hangs. Oldest first.
func (s *Store) StuckDeliveries(ctx context.Context, startedBefore time.Time, limit int) ([]digest.Delivery, error) {
	return s.deliveries(ctx, "WHERE d.state = 'sending' AND d.started < $1 ORDER BY d.started, d.id LIMIT $2",
		micros(startedBefore), limit)
}

// Deliveries returns the deliveries of an edition by destination and part.
func (s *Store) Deliveries(ctx context.Context, editionID int64) ([]digest.Delivery, error) {
	return s.deliveries(ctx, "WHERE d.edition_id = $1 ORDER BY d.target, d.part", editionID)
}

// DeliveriesIn returns deliveries in a state, latest changed first: those
// whose fate is unknown, for a person to look at.
func (s *Store) DeliveriesIn(ctx context.Context, state digest.DeliveryState, limit int) ([]digest.Delivery, error) {
	return s.deliveries(ctx, "WHERE d.state = $1 ORDER BY d.updated DESC, d.id DESC LIMIT $2", string(state), limit)
}

// Delivery returns one, NotFound when it does not exist.
func (s *Store) Delivery(ctx context.Context, id int64) (digest.Delivery, error) {
	d, err := scanDelivery(s.reading().row(ctx, "SELECT "+deliveryColumns+" FROM deliveries d WHERE d.id = $1", id))
	return d, s.fail("find delivery "+strconv.FormatInt(id, 10), err)
}

// DeliveryCounts returns how many deliveries are in each state.
func (s *Store) DeliveryCounts(ctx context.Context) (map[digest.DeliveryState]int, error) {
	out := map[digest.DeliveryState]int{}
	err := s.reading().each(ctx, func(row scanner) error {
		var state digest.DeliveryState
		var n int
		err := row.Scan(&state, &n)
		out[state] = n
		return err
	}, "SELECT state, count(*) FROM deliveries GROUP BY state")
	return out, s.fail("count deliveries", err)
}
