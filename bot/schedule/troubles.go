package schedule

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// Troubles tells people of what needs them. It is what package deliver calls;
// it is apart from Scheduler because the deliverer is made first.
type Troubles struct {
	o         Options
	platforms map[string]bot.Platform
	// enqueue is the scheduler's; without it the sweep finds what is to be told.
	enqueue func(ctx context.Context, tx *sql.Tx, deliveries []int64) error

	mu    sync.Mutex
	since time.Time // when the hour began that told counts
	told  int       // reports of this hour
}

// reportsAnHour is how many parts the operator is told of one by one: a
// platform that is away for a morning must not send thousands. The log and the
// ledger have all.
const reportsAnHour = 10

// NewTroubles makes one from the same options as the Scheduler.
func NewTroubles(o Options) *Troubles {
	t := &Troubles{o: o, platforms: map[string]bot.Platform{}}
	for _, p := range o.Platforms {
		t.platforms[p.Name()] = p
	}
	return t
}

// Suspend writes that a delivery was refused and stops the subscription that
// it is of, with a notice to its owner: one transaction, so that whatever
// crashes, the owner is told once. Nothing is deleted.
func (t *Troubles) Suspend(ctx context.Context, d digest.Delivery, cause *bot.SendError) error {
	sub, err := t.o.Store.Subscription(ctx, d.SubscriptionID)
	if digest.CodeOf(err) == digest.NotFound {
		return nil // its owner asked to be forgotten, and the delivery went with it
	}
	if err != nil {
		return fmt.Errorf("find subscription %d: %w", d.SubscriptionID, err)
	}
	sub.Reason = cmp.Or(cause.Remedy, "The platform refuses it: "+cause.Reason+".")
	p := digest.Suspension{Delivery: d, Reason: sub.Reason, Notice: t.notice(ctx, sub, fmt.Sprint(d.ID), t.otherThan(sub))}
	suspended, err := t.o.Store.SuspendDelivery(ctx, p, t.enqueue)
	switch {
	case err != nil:
		return err
	case suspended:
		t.o.Log.WarnContext(ctx, "subscription suspended", append(d.Attrs(), "reason", cause.Reason)...)
	case d.Destination != sub.Destination: // a notice, or what was posted before the subscription moved
		t.Report(ctx, d, "refused: "+cause.Reason)
	}
	return nil
}

// noticeDeadline is how long it is tried to tell an owner.
const noticeDeadline = 24 * time.Hour

// otherThan is who hears of a subscription that cannot be posted: its owner by
// direct message when a channel refuses, and the operator when there is no
// owner, or it is the direct messages that refuse.
func (t *Troubles) otherThan(sub digest.Subscription) *digest.Destination {
	if sub.Owner.ID == "" || sub.Destination.Direct {
		return t.o.Operator
	}
	return &digest.Destination{Platform: sub.Owner.Platform, Workspace: sub.Owner.Workspace, Channel: sub.Owner.ID, Direct: true}
}

// notice tells of a suspended subscription. It is an edition like any other, so
// that it is told once for what is its cause, and tried again when it cannot be
// told yet.
func (t *Troubles) notice(ctx context.Context, sub digest.Subscription, cause string, to *digest.Destination) digest.EditionPlan {
	if to == nil || t.platforms[to.Platform] == nil {
		return digest.EditionPlan{}
	}
	w := bot.WordsIn(cmp.Or(sub.Lang, t.o.Lang))
	text := w.Text("I stopped sending %s to %s.", bot.B(cmp.Or(sub.Name, sub.Query)), bot.P(sub.Destination))
	now := t.o.Now()
	m := bot.Message{Lang: w.Lang(), At: now, Lead: []bot.Text{append(text, bot.S(" "+w.Told(sub.Reason)))}}
	e := digest.Edition{SubscriptionID: sub.ID, Slot: "suspended:" + cause, Scheduled: now, Built: now, Title: m.Lead[0].String()}
	p, err := planOf(e, *to, m, t.platforms[to.Platform], noticeDeadline)
	if err != nil {
		t.o.Log.WarnContext(ctx, "a notice cannot be rendered", "subscription", sub.ID, "destination", to.String(), "error", err)
		return digest.EditionPlan{}
	}
	return p
}

// Report tells the operator of a part that was given up or whose fate is not
// known.
func (t *Troubles) Report(ctx context.Context, d digest.Delivery, what string) {
	t.o.Log.ErrorContext(ctx, "a post needs a look", append(d.Attrs(), "state", string(d.State), "what", what)...)
	n := t.count(t.o.Now())
	if n > reportsAnHour {
		return
	}
	w := bot.WordsIn(t.o.Lang)
	m := bot.Message{Lang: w.Lang(), At: t.o.Now(), Lead: []bot.Text{w.Text("Part %d of a digest for %s needs a look: %s.", d.Part+1, bot.P(d.Destination), w.Told(what))}}
	if n == reportsAnHour {
		m.Lead = append(m.Lead, w.Text("Any more within the hour are told in the log alone."))
	}
	if err := t.send(ctx, m, fmt.Sprintf("report.%d.%s", d.ID, d.State)); err != nil {
		t.o.Log.WarnContext(ctx, "a report could not be sent", append(d.Attrs(), "to", t.o.Operator.String(), "error", err)...)
	}
}

// count counts one more report of the hour.
func (t *Troubles) count(now time.Time) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Sub(t.since) >= time.Hour {
		t.since, t.told = now, 0
	}
	t.told++
	return t.told
}

// Notice tells the operator something of no delivery, such as a source that
// fails. The key is NoticeKey's.
func (t *Troubles) Notice(ctx context.Context, m bot.Message, key string) {
	if err := t.send(ctx, m, key); err != nil {
		t.o.Log.WarnContext(ctx, "a notice could not be sent", "notice", key, "to", t.o.Operator.String(), "error", err)
	}
}

// NoticeKey names a notice about a thing, so that the platform shows it once.
func NoticeKey(what string, id int64, now time.Time) string {
	return fmt.Sprintf("notice.%s.%d.%d", what, id, now.Unix())
}

// send tells the operator as well as it can: it is not in the ledger, since a
// notice about a notice helps nobody; the log has it anyway.
func (t *Troubles) send(ctx context.Context, m bot.Message, key string) error {
	to := t.o.Operator
	if to == nil || t.platforms[to.Platform] == nil {
		return nil
	}
	p := t.platforms[to.Platform]
	parts, err := p.Render(m)
	for i := 0; err == nil && i < len(parts); i++ {
		err = insist(ctx, p, bot.Post{Key: fmt.Sprintf("%s.%d", key, i), To: *to, Payload: parts[i]})
	}
	return err
}

// insist posts a notice, again where it is surely not there yet: a platform's
// pace is no reason to lose one.
func insist(ctx context.Context, p bot.Platform, post bot.Post) error {
	const tries, least, most = 5, time.Second, time.Minute
	for n := 1; ; n++ {
		_, err := p.Send(ctx, post)
		var cause *bot.SendError
		if err == nil || n == tries || !errors.As(err, &cause) || cause.Fate != bot.Unsent || cause.RetryAfter > most {
			return err
		}
		if pause(ctx, max(cause.RetryAfter, least)) != nil {
			return err
		}
	}
}

// suspend stops a subscription for a reason of our own, and tells its owner.
// The notice is written first, and once for a run: whoever crashes between the
// two comes back to this at the next tick.
func (s *Scheduler) suspend(ctx context.Context, sub digest.Subscription, reason string) error {
	due := sub.NextRun
	sub.State, sub.Reason = digest.Suspended, reason
	if t := s.o.Troubles; t != nil {
		to := t.otherThan(sub)
		if sub.Destination.Direct {
			to = &sub.Destination
		}
		p := t.notice(ctx, sub, "run "+due.UTC().Format(time.RFC3339), to)
		if p.NextRun = due; len(p.Deliveries) > 0 {
			if _, _, err := s.o.Store.CreateEdition(ctx, p, s.Enqueue); err != nil {
				return errors.Join(errors.New(reason), err)
			}
		}
	}
	sub.NextRun = time.Time{}
	return errors.Join(errors.New(reason), s.o.Store.UpdateSubscription(ctx, sub))
}
