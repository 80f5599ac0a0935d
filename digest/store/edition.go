package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"

	"github.com/daybrief/daybrief/digest"
)

const editionColumns = "e.id, e.subscription_id, e.slot, e.scheduled, e.built, e.title, e.missed, e.stories, e.content"

func scanEdition(row scanner) (digest.Edition, error) {
	var e digest.Edition
	var stories string
	err := row.Scan(&e.ID, &e.SubscriptionID, &e.Slot, at{&e.Scheduled}, at{&e.Built}, &e.Title, &e.Missed, &stories, blob{&e.Content})
	if err == nil && stories != "[]" {
		err = json.Unmarshal([]byte(stories), &e.Stories)
	}
	return e, err
}

// CreateEdition writes all of one run in one transaction: the edition, its
// deliveries, their jobs (enqueue is called with the deliveries' IDs in the
// order of the plan, anew should the transaction have to be tried again), what
// its destination is alerted of, which held alerts it releases, and when the
// subscription runs next; an alert or a followed story has no next run. Where the subscription has an edition of this slot already, that one
// is returned with created false and nothing is enqueued or remembered; the
// next run moves on all the same. Conflict when the destination was alerted of
// the story as often as the plan says already: another program came first.
//
// The next run moves on only while it still stands at this edition's
// scheduled time or before, and the subscription is active: what a person
// has changed meanwhile stays. NotFound means that the subscription does not
// exist.
func (s *Store) CreateEdition(ctx context.Context, plan digest.EditionPlan,
	enqueue func(ctx context.Context, tx *sql.Tx, deliveries []int64) error) (e digest.Edition, created bool, err error) {
	doing := "create the edition of " + plan.Edition.Slot + " for subscription " + strconv.FormatInt(plan.Edition.SubscriptionID, 10)
	err = s.write(ctx, doing, func(c *session) error {
		var ids []int64
		if e, ids, created, err = createEdition(ctx, c, plan); err == nil && enqueue != nil && len(ids) > 0 {
			err = enqueue(ctx, c.tx, ids)
		}
		return err
	})
	return e, created && err == nil, err
}

// CreateEditions is CreateEdition for many plans in one transaction: all are
// written or none. It returns how many were new.
func (s *Store) CreateEditions(ctx context.Context, plans []digest.EditionPlan,
	enqueue func(ctx context.Context, tx *sql.Tx, deliveries []int64) error) (created int, err error) {
	err = s.write(ctx, "create editions", func(c *session) error {
		var all []int64
		created = 0
		for _, plan := range plans {
			_, ids, isNew, err := createEdition(ctx, c, plan)
			if err != nil {
				return err
			}
			if isNew {
				created++
			}
			all = append(all, ids...)
		}
		if enqueue == nil || len(all) == 0 {
			return nil
		}
		return enqueue(ctx, c.tx, all)
	})
	return created, err
}

func createEdition(ctx context.Context, c *session, plan digest.EditionPlan) (e digest.Edition, deliveries []int64, created bool, err error) {
	e = plan.Edition
	e.ID, err = insertEdition(ctx, c, plan.Edition)
	switch {
	case err != nil:
	case e.ID == 0:
		e, err = scanEdition(c.row(ctx, "SELECT "+editionColumns+" FROM editions e WHERE subscription_id = $1 AND slot = $2",
			plan.Edition.SubscriptionID, plan.Edition.Slot))
	default:
		created = true
		if deliveries, err = insertDeliveries(ctx, c, e.ID, plan.Deliveries); err == nil {
			err = alertOf(ctx, c, plan)
		}
	}
	if err == nil {
		err = moveOn(ctx, c, plan)
	}
	return e, deliveries, created, err
}

// insertEdition returns 0 when the slot is taken.
func insertEdition(ctx context.Context, c *session, e digest.Edition) (id int64, err error) {
	stories, err := json.Marshal(append([]digest.Told{}, e.Stories...))
	if err != nil {
		return 0, err
	}
	err = c.each(ctx, func(row scanner) error { return row.Scan(&id) },
		`INSERT INTO editions (subscription_id, slot, scheduled, built, title, missed, stories, content)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (subscription_id, slot) DO NOTHING RETURNING id`,
		e.SubscriptionID, e.Slot, micros(e.Scheduled), micros(e.Built), e.Title, e.Missed, string(stories), bytesOf(e.Content))
	return id, err
}

// bytesOf makes no bytes an empty value, which is not NULL.
func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func insertDeliveries(ctx context.Context, c *session, edition int64, all []digest.Delivery) ([]int64, error) {
	ids := make([]int64, len(all))
	for i, d := range all {
		d.EditionID = edition
		id, err := insertDelivery(ctx, c, d)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	return ids, nil
}

// moveOn sets when the subscription runs next.
func moveOn(ctx context.Context, c *session, plan digest.EditionPlan) error {
	_, err := c.exec(ctx, `UPDATE subscriptions SET next_run = $2 WHERE id = $1 AND state = 'active' AND next_run <= $3
		AND kind NOT IN ('alert', 'follow')`,
		plan.Edition.SubscriptionID, micros(plan.NextRun), micros(plan.Edition.Scheduled))
	if err == nil {
		_, err = c.exec(ctx, "UPDATE subscriptions SET last_run = $2 WHERE id = $1 AND last_run < $2",
			plan.Edition.SubscriptionID, micros(plan.Edition.Scheduled))
	}
	return err
}

// Edition returns one, NotFound when it does not exist.
func (s *Store) Edition(ctx context.Context, id int64) (digest.Edition, error) {
	e, err := scanEdition(s.reading().row(ctx, "SELECT "+editionColumns+" FROM editions e WHERE id = $1", id))
	return e, s.fail("find edition "+strconv.FormatInt(id, 10), err)
}

// Editions returns those that a filter selects, latest first.
func (s *Store) Editions(ctx context.Context, f digest.EditionFilter) ([]digest.Edition, error) {
	var w conditions
	if f.SubscriptionID != 0 {
		w.add("e.subscription_id = " + w.arg(f.SubscriptionID))
	}
	if f.Slot != "" {
		w.add("e.slot = " + w.arg(f.Slot))
	}
	if f.Destination.Platform != "" {
		w.add("(EXISTS (SELECT 1 FROM deliveries d WHERE d.edition_id = e.id AND d.target = " + w.arg(f.Destination.String()) + `)
			OR e.missed AND EXISTS (SELECT 1 FROM subscriptions s WHERE s.id = e.subscription_id AND s.platform = ` + w.arg(f.Destination.Platform) +
			" AND s.channel = " + w.arg(f.Destination.Channel) + " AND s.direct = " + w.arg(f.Destination.Direct) + "))")
	}
	if !f.Before.IsZero() {
		w.add("e.scheduled < " + w.arg(micros(f.Before)))
	}
	limit := 20
	if f.Limit > 0 {
		limit = f.Limit
	}
	var out []digest.Edition
	err := s.reading().each(ctx, func(row scanner) error {
		e, err := scanEdition(row)
		out = append(out, e)
		return err
	}, "SELECT "+editionColumns+" FROM editions e"+w.text()+" ORDER BY e.scheduled DESC, e.id DESC LIMIT "+w.arg(limit), w.args...)
	return out, s.fail("read editions", err)
}

// Told returns what a destination has been told of stories; those it was never
// told of are missing.
func (s *Store) Told(ctx context.Context, to digest.Destination, storyIDs []int64) (map[int64]digest.Told, error) {
	out := make(map[int64]digest.Told, len(storyIDs))
	for _, list := range lists(storyIDs) {
		err := s.reading().each(ctx, func(row scanner) error {
			var t digest.Told
			err := row.Scan(&t.StoryID, &t.Articles, &t.Sources)
			out[t.StoryID] = t
			return err
		}, "SELECT story_id, articles, sources FROM told WHERE target = $1 AND story_id IN "+placeholders(1, len(list)),
			append([]any{to.String()}, list...)...)
		if err != nil {
			return nil, s.fail("read what was told", err)
		}
	}
	return out, nil
}
