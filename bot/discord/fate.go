package discord

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/daybrief/daybrief/bot"
)

// refusal is what one of Discord's codes means for a post.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
type refusal struct {
	remedy  string
	suspend bool
}

// refusalOf knows the codes for which no retry helps.
func refusalOf(code int) (refusal, bool) {
	switch code {
	case 50007:
		return refusal{"The person does not take direct messages from me: they can allow them in the privacy settings of a server we share, or choose a channel with /subscribe.", true}, true
	case 50278:
		return refusal{"I share no server with the person: they can join one that I am in, or choose a channel there with /subscribe.", true}, true
	case 50001:
		return refusal{"I cannot see the channel: give me View Channel there, or choose another channel.", true}, true
	case 50013:
		return refusal{"I may not post in the channel: give me View Channel, Send Messages, Embed Links and Send Messages in Threads there.", true}, true
	case 10003:
		return refusal{"The channel is gone: remove the subscription or choose another channel.", true}, true
	case 10004:
		return refusal{"The server is gone or I was removed from it: remove the subscription, or invite me again.", true}, true
	case 10013:
		return refusal{"The person is gone: remove the subscription.", true}, true
	case 10015:
		return refusal{"The webhook is gone: make a new one in the channel's settings and put its address into the configuration.", true}, true
	case 50008, 50024:
		return refusal{"That kind of channel takes no messages: choose a text, announcement or forum channel.", true}, true
	case 40067:
		return refusal{"The forum demands a tag on every post, and has none that I may set: add one that is not for moderators alone.", true}, true
	case 50083:
		return refusal{"The thread is archived: open it again, or choose another channel.", true}, true
	case 160005:
		return refusal{"The thread is locked: a moderator can unlock it, or choose another channel.", true}, true
	case 240000, 20009:
		return refusal{"Discord's filter refused the text or a link in it; the next digest is tried as usual.", false}, true
	}
	return refusal{}, false
}

// slowCode is how long to wait after a code that passes without saying when;
// 0 for any other.
func slowCode(code int) time.Duration {
	switch code {
	case 40003: // direct messages opened too fast
		return 10 * time.Minute
	case 20016, 20022, 20028, 20029: // slow mode, edits, the writes of a channel or a server
		return time.Minute
	case 130000: // the API is overloaded
		return 30 * time.Second
	}
	return 0
}

// fate says what became of a post whose request ended with err.
func fate(err error) *bot.SendError {
	var api *apiError
	var held *heldError
	var lost *lostError
	switch {
	case errors.As(err, &api):
		return answered(api)
	case errors.As(err, &held):
		return &bot.SendError{Fate: bot.Unsent, RetryAfter: held.wait, Reason: "held", Err: err}
	case errors.As(err, &lost) && lost.sent:
		return &bot.SendError{Fate: bot.Unclear, Reason: lostReason(err), Err: err}
	case errors.As(err, &lost):
		return &bot.SendError{Fate: bot.Unsent, Reason: "unreachable", Err: err}
	case errors.Is(err, errRefused):
		return refusedToken(err)
	}
	return &bot.SendError{Fate: bot.Unsent, Reason: "failed", Err: err}
}

func lostReason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return "timeout"
	}
	return "lost"
}

// refusedToken is unsent and not refused: the post is good, and goes out when
// the program is started with a token that works.
func refusedToken(err error) *bot.SendError {
	return &bot.SendError{Fate: bot.Unsent, RetryAfter: 10 * time.Minute, Reason: "401", Remedy: errRefused.Hint, Err: err}
}

func answered(e *apiError) *bot.SendError {
	reason := strconv.Itoa(e.status)
	if e.code != 0 {
		reason = strconv.Itoa(e.code)
	}
	se := &bot.SendError{Fate: bot.Refused, Reason: reason, Err: e}
	if r, ok := refusalOf(e.code); ok {
		se.Remedy, se.Suspend = r.remedy, r.suspend
		return se
	}
	slow := slowCode(e.code)
	switch {
	case e.status == http.StatusTooManyRequests, slow > 0 && e.status < 500:
		se.Fate, se.RetryAfter = bot.Unsent, max(e.wait, slow)
	case e.status >= 500:
		// An overloaded server may have posted before it failed.
		se.Fate, se.RetryAfter = bot.Unclear, slow
	case e.status == http.StatusUnauthorized:
		return refusedToken(e)
	case e.status == http.StatusForbidden:
		se.Suspend, se.Remedy = true, "Discord refuses me in that place: check my permissions in the channel's settings."
	case e.status == http.StatusNotFound:
		se.Suspend, se.Remedy = true, "The channel or message is gone: remove the subscription or choose another channel."
	}
	return se
}
