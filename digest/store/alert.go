package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// nextChange counts a change of what people have chosen. It comes first in its
// transaction: the row that it locks lets changes be seen in the order of their
// numbers, so that who has seen one has seen all before it.
func nextChange(ctx context.Context, c *session) (n int64, err error) {
	err = c.row(ctx, `INSERT INTO counters (name, n) VALUES ('choices', 1)
		ON CONFLICT (name) DO UPDATE SET n = counters.n + 1 RETURNING n`).Scan(&n)
	return n, err
}

// Changed returns what was changed of subscriptions and profiles after a state
// that an earlier call returned; 0 for all there is. It is cheap when nothing
// was. What a program older than the counting changes is not seen, except by
// asking for all.
func (s *Store) Changed(ctx context.Context, after int64) (digest.Changed, error) {
	out := digest.Changed{UpTo: after}
	c := s.reading()
	err := c.row(ctx, "SELECT coalesce((SELECT n FROM counters WHERE name = 'choices'), 0)").Scan(&out.UpTo)
	if err != nil || after > 0 && out.UpTo == after {
		out.UpTo = max(out.UpTo, after)
		return out, s.fail("look for changes", err)
	}
	// What is changed while this reads is read now or the next time, or both.
	least := after
	if after == 0 {
		least = -1
	}
	if out.Subscriptions, err = s.subscriptions(ctx, " WHERE change > $1 ORDER BY change, id", least); err != nil {
		return out, err
	}
	if out.Profiles, err = s.profiles(ctx, " WHERE change > $1 ORDER BY change, target", least); err != nil {
		return out, err
	}
	err = c.row(ctx, `SELECT (SELECT count(*) FROM subscriptions WHERE state = 'active' AND kind IN ('alert', 'follow')),
		(SELECT count(*) FROM profiles)`).Scan(&out.Active, &out.People)
	return out, s.fail("count alerts", err)
}

const profileColumns = "platform, workspace, channel, direct, choices"

func scanProfile(row scanner) (digest.Profile, error) {
	var p digest.Profile
	var choices string
	d := &p.Destination
	err := row.Scan(&d.Platform, &d.Workspace, &d.Channel, &d.Direct, &choices)
	if err == nil {
		err = json.Unmarshal([]byte(choices), &p)
	}
	return p, err
}

func (s *Store) profiles(ctx context.Context, rest string, args ...any) ([]digest.Profile, error) {
	var out []digest.Profile
	err := s.reading().each(ctx, func(row scanner) error {
		p, err := scanProfile(row)
		out = append(out, p)
		return err
	}, "SELECT "+profileColumns+" FROM profiles"+rest, args...)
	return out, s.fail("read what was chosen", err)
}

// Profile returns what was chosen for a destination. Where nothing was it is
// the zero profile, with its Destination.
func (s *Store) Profile(ctx context.Context, of digest.Destination) (digest.Profile, error) {
	all, err := s.profiles(ctx, " WHERE target = $1", of.String())
	if err != nil || len(all) == 0 {
		return digest.Profile{Destination: of}, err
	}
	return all[0], nil
}

// Profiles returns all profiles.
func (s *Store) Profiles(ctx context.Context) ([]digest.Profile, error) {
	return s.profiles(ctx, " ORDER BY target")
}

// SaveProfile stores what was chosen for p.Destination, in place of what was
// chosen before.
func (s *Store) SaveProfile(ctx context.Context, p digest.Profile) error {
	doing := "save what was chosen for " + p.Destination.String()
	choices, err := json.Marshal(p)
	if err != nil {
		return s.fail(doing, err)
	}
	d := p.Destination
	return s.write(ctx, doing, func(c *session) error {
		change, err := nextChange(ctx, c)
		if err != nil {
			return err
		}
		_, err = c.exec(ctx, "INSERT INTO profiles (target, "+profileColumns+", change) VALUES "+placeholders(0, 7)+
			" ON CONFLICT (target) DO UPDATE SET workspace = excluded.workspace, choices = excluded.choices, change = excluded.change",
			d.String(), d.Platform, d.Workspace, d.Channel, d.Direct, string(choices), change)
		return err
	})
}

const alertedColumns = "platform, workspace, channel, direct, story_id, subscription_id, times, sources, countries, severity, time"

func scanAlerted(row scanner) (digest.Alerted, error) {
	var a digest.Alerted
	var countries string
	d := &a.Destination
	err := row.Scan(&d.Platform, &d.Workspace, &d.Channel, &d.Direct, &a.StoryID, &a.SubscriptionID, &a.Times, &a.Sources,
		&countries, &a.Severity, at{&a.At})
	if err == nil && countries != "[]" {
		err = json.Unmarshal([]byte(countries), &a.Countries)
	}
	return a, err
}

// alertOf remembers what a plan alerts its destination of, and takes out the
// held alerts that it sends or drops.
func alertOf(ctx context.Context, c *session, plan digest.EditionPlan) error {
	alerted := slices.Clone(plan.Alerted)
	slices.SortFunc(alerted, func(a, b digest.Alerted) int { // one order for every transaction
		return cmp.Or(cmp.Compare(a.Destination.String(), b.Destination.String()), cmp.Compare(a.StoryID, b.StoryID))
	})
	for _, a := range alerted {
		if err := saveAlerted(ctx, c, a); err != nil {
			return err
		}
	}
	return dropHeld(ctx, c, plan.Released)
}

func saveAlerted(ctx context.Context, c *session, a digest.Alerted) error {
	countries, err := json.Marshal(append([]string{}, a.Countries...))
	if err != nil {
		return err
	}
	d := a.Destination
	n, err := c.exec(ctx, "INSERT INTO alerted (target, "+alertedColumns+") VALUES "+placeholders(0, 12)+
		` ON CONFLICT (target, story_id) DO UPDATE SET workspace = excluded.workspace, subscription_id = excluded.subscription_id,
		times = excluded.times, sources = excluded.sources, countries = excluded.countries, severity = excluded.severity,
		time = excluded.time WHERE alerted.times < excluded.times`,
		d.String(), d.Platform, d.Workspace, d.Channel, d.Direct, a.StoryID, a.SubscriptionID, max(a.Times, 1), a.Sources,
		string(countries), a.Severity, micros(a.At))
	if err == nil && n == 0 {
		err = digest.Errorf(digest.Conflict, "%s was alerted of story %d already", d, a.StoryID)
	}
	return err
}

func (s *Store) alerted(ctx context.Context, storyIDs []int64, rest string, args ...any) ([]digest.Alerted, error) {
	var out []digest.Alerted
	for _, list := range lists(distinct(storyIDs)) {
		err := s.reading().each(ctx, func(row scanner) error {
			a, err := scanAlerted(row)
			out = append(out, a)
			return err
		}, "SELECT "+alertedColumns+" FROM alerted WHERE story_id IN "+placeholders(len(args), len(list))+rest,
			append(slices.Clone(args), list...)...)
		if err != nil {
			return nil, s.fail("read what was alerted", err)
		}
	}
	return out, nil
}

// Alerted returns what a destination was last alerted of stories, by story;
// those it was never alerted of are missing.
func (s *Store) Alerted(ctx context.Context, to digest.Destination, storyIDs []int64) (map[int64]digest.Alerted, error) {
	all, err := s.alerted(ctx, storyIDs, " AND target = $1", to.String())
	out := make(map[int64]digest.Alerted, len(all))
	for _, a := range all {
		out[a.StoryID] = a
	}
	return out, err
}

// AlertedOf returns what every destination was last alerted of stories.
func (s *Store) AlertedOf(ctx context.Context, storyIDs []int64) ([]digest.Alerted, error) {
	return s.alerted(ctx, storyIDs, "")
}

// AlertTimes returns when each subscription has sent something since a time,
// by itself or within a bundle, earliest first.
func (s *Store) AlertTimes(ctx context.Context, since time.Time) (map[int64][]time.Time, error) {
	out := map[int64][]time.Time{}
	take := func(row scanner) error {
		var id int64
		var when time.Time
		err := row.Scan(&id, at{&when})
		out[id] = append(out[id], when)
		return err
	}
	// Each edition is a message, so two at one time are two; what a subscription
	// had in another one's bundle has no edition of its own, and a row a story.
	err := s.reading().each(ctx, take, `SELECT subscription_id, scheduled FROM editions e WHERE e.scheduled >= $1 AND NOT e.missed
		UNION ALL SELECT DISTINCT a.subscription_id, a.time FROM alerted a WHERE a.time >= $1 AND NOT EXISTS (SELECT 1 FROM editions m
			WHERE m.subscription_id = a.subscription_id AND m.scheduled = a.time) ORDER BY 2, 1`, micros(since))
	return out, s.fail("read when alerts were sent", err)
}

const heldColumns = "platform, workspace, channel, direct, subscription_id, story_id, article_id, why, created, due"

func scanHeld(row scanner) (digest.Held, error) {
	var h digest.Held
	d := &h.Destination
	err := row.Scan(&h.ID, &d.Platform, &d.Workspace, &d.Channel, &d.Direct, &h.SubscriptionID, &h.StoryID, &h.ArticleID,
		&h.Why, at{&h.Created}, at{&h.Release})
	return h, err
}

// AddHeld stores alerts that wait. One that waits already, of the same
// subscription and story, stays as it is.
func (s *Store) AddHeld(ctx context.Context, held ...digest.Held) error {
	return s.write(ctx, "hold alerts", func(c *session) error { return addHeld(ctx, c, held) })
}

func addHeld(ctx context.Context, c *session, held []digest.Held) error {
	rows := make([][]any, len(held))
	for i, h := range held {
		d := h.Destination
		rows[i] = []any{d.String(), d.Platform, d.Workspace, d.Channel, d.Direct, h.SubscriptionID, h.StoryID, h.ArticleID,
			h.Why, micros(h.Created), micros(h.Release)}
	}
	return c.insert(ctx, "INSERT INTO held (target, "+heldColumns+")", " ON CONFLICT (target, subscription_id, story_id) DO NOTHING", rows)
}

// DelayHeld moves when held alerts may go.
func (s *Store) DelayHeld(ctx context.Context, ids []int64, until time.Time) error {
	return s.write(ctx, "hold alerts on", func(c *session) error {
		for _, list := range lists(ids) {
			if _, err := c.exec(ctx, "UPDATE held SET due = $1 WHERE id IN "+placeholders(1, len(list)),
				append([]any{micros(until)}, list...)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// DropHeld removes held alerts that nobody is to get.
func (s *Store) DropHeld(ctx context.Context, ids []int64) error {
	return s.write(ctx, "drop held alerts", func(c *session) error { return dropHeld(ctx, c, ids) })
}

func dropHeld(ctx context.Context, c *session, ids []int64) error {
	for _, list := range lists(ids) {
		if _, err := c.exec(ctx, "DELETE FROM held WHERE id IN "+placeholders(0, len(list)), list...); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) held(ctx context.Context, rest string, args ...any) ([]digest.Held, error) {
	var out []digest.Held
	err := s.reading().each(ctx, func(row scanner) error {
		h, err := scanHeld(row)
		out = append(out, h)
		return err
	}, "SELECT id, "+heldColumns+" FROM held "+rest, args...)
	return out, s.fail("read held alerts", err)
}

// HeldDue returns held alerts that may go now, longest due first.
func (s *Store) HeldDue(ctx context.Context, now time.Time, limit int) ([]digest.Held, error) {
	return s.held(ctx, "WHERE due <= $1 ORDER BY due, id LIMIT $2", micros(now), limit)
}

// HeldFor returns what is held for a destination, oldest first.
func (s *Store) HeldFor(ctx context.Context, to digest.Destination) ([]digest.Held, error) {
	return s.held(ctx, "WHERE target = $1 ORDER BY id", to.String())
}

// HeldOf returns what is held of stories, for every destination.
func (s *Store) HeldOf(ctx context.Context, storyIDs []int64) ([]digest.Held, error) {
	var out []digest.Held
	for _, list := range lists(distinct(storyIDs)) {
		some, err := s.held(ctx, "WHERE story_id IN "+placeholders(0, len(list))+" ORDER BY id", list...)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}
