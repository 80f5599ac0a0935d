package command

import (
	"context"

	"github.com/daybrief/daybrief/digest"
)

// letIn asks whether the bot can post in the channel of a subscription what
// that wants posted there, before it is to go there.
func (h *Handler) letIn(ctx context.Context, sub digest.Subscription) error {
	mayPost := h.o.MayPost
	if sub.Threads && h.o.MayThread != nil {
		mayPost = h.o.MayThread
	}
	if sub.Destination.Direct || mayPost == nil {
		return nil
	}
	if err := mayPost(ctx, sub.Destination); err != nil {
		return closedDoor{err}
	}
	return nil
}
