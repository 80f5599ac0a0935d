package deliver

import (
	"context"
	"fmt"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// post is what a platform gets of a delivery, the same for each attempt and
// for looking for it.
func (w *Worker) post(ctx context.Context, d digest.Delivery) (bot.Post, error) {
	under, err := w.under(ctx, d)
	return bot.Post{Key: Key(d), To: d.Destination, Payload: d.Payload, ReplyTo: under}, err
}

// under is the message that a delivery goes under, "" for none. The first part
// is sent, or will not be, before a later one is claimed. Where it was
// refused, or nobody knows whether it is visible, there is nothing to go
// under: the part goes to the destination itself, since details without a
// headline are better than none.
func (w *Worker) under(ctx context.Context, d digest.Delivery) (string, error) {
	if d.Thread != digest.ThreadFirst {
		return d.Thread, nil
	}
	if d.Part == 0 {
		return "", nil
	}
	all, err := w.o.Ledger.Deliveries(ctx, d.EditionID)
	if err != nil {
		return "", fmt.Errorf("find the first part of edition %d: %w", d.EditionID, err)
	}
	for _, first := range all {
		if first.Part == 0 && first.Destination == d.Destination && first.State == digest.Sent {
			return first.Ref, nil
		}
	}
	w.o.Log.WarnContext(ctx, "the first part is not there, so a later one is posted by itself", d.Attrs()...)
	return "", nil
}
