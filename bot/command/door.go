package command

import (
	"context"

	"github.com/daybrief/daybrief/digest"
)

// letIn asks whether the bot can post in the channel of a subscription what
// that wants posted there.
func (h *Handler) letIn(ctx context.Context, sub digest.Subscription) error {
	if !sub.Threads || sub.Destination.Direct || h.o.MayThread == nil {
		return h.mayPost(ctx, sub.Destination)
	}
	if err := h.o.MayThread(ctx, sub.Destination); err != nil {
		return closedDoor{err}
	}
	return nil
}
