package schedule

import (
	"cmp"
	"context"
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

// Suspend stops the subscription that a refused delivery belongs to, and
// tells its owner once, by direct message. Nothing is deleted.
func (t *Troubles) Suspend(ctx context.Context, d digest.Delivery, cause *bot.SendError) error {
	e, err := t.o.Store.Edition(ctx, d.EditionID)
	if err != nil {
		return fmt.Errorf("find edition %d: %w", d.EditionID, err)
	}
	sub, err := t.o.Store.Subscription(ctx, e.SubscriptionID)
	if err != nil {
		return fmt.Errorf("find subscription %d: %w", e.SubscriptionID, err)
	}
	if sub.State == digest.Suspended || sub.State == digest.Removed {
		return nil
	}
	sub.State, sub.Reason, sub.NextRun = digest.Suspended, cmp.Or(cause.Remedy, "The platform refuses it: "+cause.Reason+"."), time.Time{}
	if err := t.o.Store.UpdateSubscription(ctx, sub); err != nil {
		return fmt.Errorf("suspend subscription %d: %w", sub.ID, err)
	}
	t.o.Log.WarnContext(ctx, "subscription suspended", "subscription", sub.ID, "destination", sub.Destination.String(), "reason", cause.Reason)
	t.tell(ctx, sub, fmt.Sprintf("suspended.%d.%d", sub.ID, d.EditionID))
	return nil
}

// tell tells the owner another way than the one that is refused: by direct
// message when the channel is, and the operator when there is no owner.
func (t *Troubles) tell(ctx context.Context, sub digest.Subscription, key string) {
	w := bot.WordsIn(cmp.Or(sub.Lang, t.o.Lang))
	text := w.Text("I stopped sending %s to %s.", bot.B(cmp.Or(sub.Name, sub.Query)), sub.Destination.String())
	m := bot.Message{Lang: w.Lang(), At: t.o.Now(), Lead: []bot.Text{append(text, bot.S(" "+sub.Reason))}}
	to := t.o.Operator
	if sub.Owner.ID != "" && !sub.Destination.Direct {
		to = &digest.Destination{Platform: sub.Owner.Platform, Workspace: sub.Owner.Workspace, Channel: sub.Owner.ID, Direct: true}
	}
	t.send(ctx, to, m, key)
}

// Report tells the operator of a part that was given up or whose fate is not
// known.
func (t *Troubles) Report(ctx context.Context, d digest.Delivery, what string) {
	t.o.Log.ErrorContext(ctx, "a post needs a look", "delivery", d.ID, "edition", d.EditionID, "part", d.Part, "destination", d.Destination.String(), "state", string(d.State), "what", what)
	n := t.count(t.o.Now())
	if n > reportsAnHour {
		return
	}
	w := bot.WordsIn(t.o.Lang)
	m := bot.Message{Lang: w.Lang(), At: t.o.Now(), Lead: []bot.Text{w.Text("Part %d of a digest for %s needs a look: %s.", d.Part+1, d.Destination.String(), what)}}
	if n == reportsAnHour {
		m.Lead = append(m.Lead, w.Text("Any more within the hour are told in the log alone."))
	}
	t.send(ctx, t.o.Operator, m, fmt.Sprintf("report.%d.%s", d.ID, d.State))
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
	t.send(ctx, t.o.Operator, m, key)
}

// NoticeKey names a notice about a thing, so that the platform shows it once.
func NoticeKey(what string, id int64, now time.Time) string {
	return fmt.Sprintf("notice.%s.%d.%d", what, id, now.Unix())
}

// send posts a notice as well as it can: it is not in the ledger, since a
// notice about a notice helps nobody; the log has it anyway.
func (t *Troubles) send(ctx context.Context, to *digest.Destination, m bot.Message, key string) {
	if to == nil {
		return
	}
	p, ok := t.platforms[to.Platform]
	if !ok {
		return
	}
	parts, err := p.Render(m)
	for i := 0; err == nil && i < len(parts); i++ {
		_, err = p.Send(ctx, bot.Post{Key: fmt.Sprintf("%s.%d", key, i), To: *to, Payload: parts[i]})
	}
	if err != nil {
		t.o.Log.WarnContext(ctx, "a notice could not be sent", "destination", to.String(), "error", err)
	}
}

// suspend stops a subscription for a reason of our own.
func (s *Scheduler) suspend(ctx context.Context, sub digest.Subscription, reason string) error {
	sub.State, sub.Reason, sub.NextRun = digest.Suspended, reason, time.Time{}
	return errors.Join(errors.New(reason), s.o.Store.UpdateSubscription(ctx, sub))
}
