package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
)

const subscriptionColumns = `kind, name, query, platform, workspace, channel, direct, schedule, zone, format, length,
	catch_up, lang, quiet, owner_platform, owner_workspace, owner_id, owner_name, origin, created, next_run, last_run,
	state, reason, threads, rules`

// subscriptionWidth is how many columns that are.
const subscriptionWidth = 26

func subscriptionValues(s digest.Subscription) []any {
	return []any{string(s.Kind), s.Name, s.Query, s.Destination.Platform, s.Destination.Workspace, s.Destination.Channel,
		s.Destination.Direct, s.Schedule, s.Zone, string(s.Format), s.Length, s.CatchUp.Microseconds(), s.Lang, s.Quiet,
		s.Owner.Platform, s.Owner.Workspace, s.Owner.ID, s.Owner.Name, s.From, micros(s.Created), micros(s.NextRun),
		micros(s.LastRun), string(s.State), s.Reason, s.Threads, rulesText(s.Rules)}
}

func scanSubscription(row scanner) (digest.Subscription, error) {
	var s digest.Subscription
	var rules string
	d, o := &s.Destination, &s.Owner
	err := row.Scan(&s.ID, &s.Kind, &s.Name, &s.Query, &d.Platform, &d.Workspace, &d.Channel, &d.Direct, &s.Schedule,
		&s.Zone, &s.Format, &s.Length, span{&s.CatchUp}, &s.Lang, &s.Quiet, &o.Platform, &o.Workspace, &o.ID, &o.Name,
		&s.From, at{&s.Created}, at{&s.NextRun}, at{&s.LastRun}, &s.State, &s.Reason, &s.Threads, &rules)
	if err == nil && rules != noRules {
		err = json.Unmarshal([]byte(rules), &s.Rules)
	}
	return s, err
}

const noRules = "{}"

// rulesText are rules as they are stored.
func rulesText(r digest.Rules) string {
	text, err := json.Marshal(r)
	if err != nil { // they hold words, numbers and lists of words
		return noRules
	}
	return string(text)
}

// CreateSubscription stores a new subscription and returns it with its ID.
func (s *Store) CreateSubscription(ctx context.Context, sub digest.Subscription) (digest.Subscription, error) {
	sub = complete(sub)
	err := s.write(ctx, "create subscription", func(c *session) error {
		change, err := nextChange(ctx, c)
		if err != nil {
			return err
		}
		return c.row(ctx, "INSERT INTO subscriptions ("+subscriptionColumns+", change) VALUES "+placeholders(0, subscriptionWidth+1)+" RETURNING id",
			append(subscriptionValues(sub), change)...).Scan(&sub.ID)
	})
	return sub, err
}

func complete(sub digest.Subscription) digest.Subscription {
	sub.Kind = cmp.Or(sub.Kind, digest.DigestKind)
	sub.State = cmp.Or(sub.State, digest.Active)
	return sub
}

// UpdateSubscription stores a subscription as it is given, NotFound when it
// does not exist.
func (s *Store) UpdateSubscription(ctx context.Context, sub digest.Subscription) error {
	sub = complete(sub)
	return s.write(ctx, "update subscription "+strconv.FormatInt(sub.ID, 10), func(c *session) error {
		change, err := nextChange(ctx, c)
		if err != nil {
			return err
		}
		return mustChange(c.exec(ctx, "UPDATE subscriptions SET ("+subscriptionColumns+", change) = "+placeholders(0, subscriptionWidth+1)+
			" WHERE id = $28", append(subscriptionValues(sub), change, sub.ID)...))
	})
}

// Subscription returns one, NotFound when it does not exist.
func (s *Store) Subscription(ctx context.Context, id int64) (digest.Subscription, error) {
	sub, err := scanSubscription(s.reading().row(ctx, "SELECT id, "+subscriptionColumns+" FROM subscriptions WHERE id = $1", id))
	return sub, s.fail("find subscription "+strconv.FormatInt(id, 10), err)
}

func (s *Store) subscriptions(ctx context.Context, rest string, args ...any) ([]digest.Subscription, error) {
	var out []digest.Subscription
	err := s.reading().each(ctx, func(row scanner) error {
		sub, err := scanSubscription(row)
		out = append(out, sub)
		return err
	}, "SELECT id, "+subscriptionColumns+" FROM subscriptions"+rest, args...)
	return out, s.fail("read subscriptions", err)
}

// Subscriptions returns those that a filter selects, first created first.
// Without States it leaves out removed ones.
func (s *Store) Subscriptions(ctx context.Context, f digest.SubscriptionFilter) ([]digest.Subscription, error) {
	var w conditions
	w.equal("owner_platform", f.Owner.Platform)
	w.equal("owner_workspace", f.Owner.Workspace)
	w.equal("owner_id", f.Owner.ID)
	w.equal("platform", f.Destination.Platform)
	w.equal("channel", f.Destination.Channel)
	if f.Destination.Direct {
		w.add("direct")
	}
	w.equal("origin", f.From)
	w.equal("kind", string(f.Kind))
	if len(f.States) == 0 {
		w.add("state <> 'removed'")
	} else {
		var states []string
		for _, st := range f.States {
			states = append(states, w.arg(string(st)))
		}
		w.add("state IN (" + strings.Join(states, ", ") + ")")
	}
	return s.subscriptions(ctx, w.text()+" ORDER BY id", w.args...)
}

// DueSubscriptions returns active subscriptions whose next run has come,
// longest due first.
func (s *Store) DueSubscriptions(ctx context.Context, now time.Time, limit int) ([]digest.Subscription, error) {
	return s.subscriptions(ctx, ` WHERE state = 'active' AND next_run > 0 AND next_run <= $1
		ORDER BY next_run, id LIMIT $2`, micros(now), limit)
}

// conditions puts a WHERE clause together.
type conditions struct {
	all  []string
	args []any
}

func (w *conditions) arg(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

func (w *conditions) add(condition string) { w.all = append(w.all, condition) }

// equal asks for a value, unless it is empty.
func (w *conditions) equal(column, value string) {
	if value != "" {
		w.add(column + " = " + w.arg(value))
	}
}

func (w *conditions) text() string {
	if len(w.all) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.all, " AND ")
}

// mustChange makes a statement that changed nothing an error.
func mustChange(n int64, err error) error {
	if err == nil && n == 0 {
		return sql.ErrNoRows
	}
	return err
}

func isNoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// sortedKeys gives every transaction the same order of rows, so that two of
// them do not wait for each other.
func sortedKeys[V any](m map[int64]V) []int64 { return slices.Sorted(maps.Keys(m)) }

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
