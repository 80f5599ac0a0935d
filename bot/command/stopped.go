package command

import (
	"context"
	"strconv"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// offer tells a person, at their next command in a channel, that what they get
// by direct message was stopped since the platform refuses it, and how to get
// it in the channel: nobody could tell them by direct message. Where others see
// the answer too, it is not theirs to know. What cannot be read is not offered;
// the answer matters more.
func (h *Handler) offer(ctx context.Context, r bot.Request, reply bot.Reply) bot.Reply {
	if !inChannel(r) || r.Public {
		return reply
	}
	stopped, err := h.o.Store.Subscriptions(ctx, digest.SubscriptionFilter{Owner: r.Person, States: []digest.SubscriptionState{digest.Suspended}})
	if err != nil {
		h.o.Log.WarnContext(ctx, "stopped subscriptions could not be read", "error", err)
		return reply
	}
	w := h.words(r)
	for _, s := range stopped {
		if !s.Destination.Direct || s.Destination.Platform != r.Person.Platform {
			continue
		}
		id := strconv.FormatInt(s.ID, 10)
		here, again := "subscriptions edit "+id+" here", "subscriptions resume "+id
		reply.Message.Notes = append(reply.Message.Notes, w.Text("I could not send you %s directly, so it is stopped. To get it in this channel, type %s, then %s.",
			bot.B(subName(s, w)), typed(here), typed(again)))
		break // one at a time
	}
	return reply
}
