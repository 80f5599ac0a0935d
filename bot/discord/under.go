package discord

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/daybrief/daybrief/bot"
)

// Posts under a message. In a channel they go into the thread of that message,
// whose id is the message's own; in a thread or a forum's post, which are
// threads already, they follow in it; in direct messages, which have no
// threads, they are replies. Where Discord refuses a thread, they go into the
// channel: no thread is no reason to be silent.
// https://docs.discord.com/developers/topics/threads

// parseRef takes a reference "channel/message" apart.
func parseRef(ref string) (channel, id string, ok bool) {
	channel, id, ok = strings.Cut(ref, "/")
	return channel, id, ok && snowflake(channel) && snowflake(id)
}

func underDirect(r route, ref string) route {
	if channel, id, ok := parseRef(ref); ok && channel == r.channel {
		r.reply, r.under = id, true
	}
	return r
}

// underHook names the thread to a webhook. Only the bot can begin one; where
// it may not, the webhook posts to the channel.
func (a *Adapter) underHook(ctx context.Context, p bot.Post, r route) route {
	if p.ReplyTo == "" {
		return r
	}
	pl, err := a.placeIn(ctx, p.To)
	if err != nil {
		return r
	}
	if u, ok, err := a.under(ctx, p, pl); err == nil && ok && u.channel != p.To.Channel {
		r.thread, r.under = u.channel, true
	}
	return r
}

// under is the way to a post's place under p.ReplyTo. ok is false where there
// is no such place: the reference is of elsewhere or of a message that is
// gone, or a thread is not to be had.
func (a *Adapter) under(ctx context.Context, p bot.Post, pl place) (r route, ok bool, err error) {
	channel, id, ok := parseRef(p.ReplyTo)
	if !ok {
		return route{}, false, nil
	}
	now := a.opts.timing.now()
	if t, known := a.threads.get(underKey(p.ReplyTo), now); known {
		return route{channel: t, place: pl, nonce: true, under: true}, t != "", nil
	}
	t := channel
	switch {
	case pl.thread() && channel == pl.ID: // posts in a thread follow each other
	case channel != pl.ID:
		t, err = a.threadOf(ctx, channel, pl)
	case pl.forum():
		return route{}, false, nil
	default:
		t, err = a.threadUnder(ctx, p, pl, id)
	}
	if err != nil {
		return route{}, false, err
	}
	a.threads.put(underKey(p.ReplyTo), t, now)
	return route{channel: t, place: pl, nonce: true, under: true}, t != "", nil
}

func underKey(ref string) string { return "under " + ref }

// threadOf is a thread of a channel by its id, "" where it is gone or belongs
// elsewhere.
func (a *Adapter) threadOf(ctx context.Context, id string, parent place) (string, error) {
	t, err := a.placeOf(ctx, id)
	switch {
	case statusOf(err) == 404 || statusOf(err) == 403:
		return "", nil
	case err != nil:
		return "", err
	case !t.thread() || t.ParentID != parent.ID:
		return "", nil
	}
	return t.ID, nil
}

// Codes of Discord's when a thread under a message is asked for.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
const (
	codeThreadThere   = 160004 // the message has one already
	codeThreadsFull   = 160006 // the server has as many as it may
	codeNewsFull      = 160007 // the same, in announcement channels
	codeNoMessage     = 10008
	codeWrongChannel  = 50024
	codeNoPermission  = 50013
	codeNoAccess      = 50001
	codeThreadLocked  = 160005
	codeThreadClosed  = 50083
	codeSystemMessage = 50021
)

// threadUnder begins the thread of a message, or takes the one it has; ""
// where it can have none.
func (a *Adapter) threadUnder(ctx context.Context, p bot.Post, pl place, id string) (string, error) {
	t, err := a.beginThread(ctx, pl.ID+"/"+id, threadName(p.Payload))
	switch code := codeOf(err); {
	case err == nil && t.ID != "":
		return t.ID, nil
	case err == nil, code == codeThreadThere:
		return id, nil
	case slices.Contains([]int{codeThreadsFull, codeNewsFull, codeNoMessage, codeWrongChannel, codeNoPermission, codeNoAccess, codeSystemMessage}, code):
		a.log.WarnContext(ctx, "discord: no thread under a message, so the post goes into the channel", "ref", p.ReplyTo, "err", err, "remedy", threadRemedy(code))
		return "", nil
	}
	var lost *lostError
	if errors.As(err, &lost) && lost.sent {
		// It may have begun: then asking again says that it is there.
		if t, err2 := a.beginThread(ctx, pl.ID+"/"+id, threadName(p.Payload)); err2 == nil && t.ID != "" || codeOf(err2) == codeThreadThere {
			return id, nil
		}
	}
	return "", err
}

// threadRemedy is what to do about a refused thread; "" where nothing is.
func threadRemedy(code int) string {
	switch code {
	case codeNoPermission, codeNoAccess:
		return "Give me Create Public Threads and Send Messages in Threads in the channel's settings, Permissions, or switch the threads of its digests off."
	case codeThreadsFull, codeNewsFull:
		return "Archive threads of the server that are done."
	}
	return ""
}

// leaveThread reports whether a refusal is the thread's alone, so that the
// post can still go into the channel, and remembers it.
func (a *Adapter) leaveThread(p bot.Post, r route, code int) bool {
	if !r.under || r.reply != "" || p.To.Direct || r.channel == p.To.Channel ||
		!slices.Contains([]int{codeThreadLocked, codeThreadClosed, codeNoPermission, codeNoAccess, 10003}, code) {
		return false
	}
	a.threads.put(underKey(p.ReplyTo), "", a.opts.timing.now())
	return true
}
