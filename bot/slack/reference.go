package slack

import "strings"

// reference names a message: the channel, its time there, which is its id, and
// for a reply the time of the message that it is under. As text it is
// "channel:ts" or "channel:ts:thread".
type reference struct{ channel, ts, thread string }

func (r reference) String() string {
	s := r.channel + ":" + r.ts
	if r.thread != "" {
		s += ":" + r.thread
	}
	return s
}

// parseReference reads a reference. ok is false for what is none of Slack's.
func parseReference(s string) (r reference, ok bool) {
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return r, false
	}
	for _, p := range parts[1:] {
		if !isTS(p) {
			return r, false
		}
	}
	r.channel, r.ts = parts[0], parts[1]
	if len(parts) == 3 {
		r.thread = parts[2]
	}
	return r, r.channel != ""
}

// isTS reports whether s is a time as Slack writes it: digits, a point, digits.
func isTS(s string) bool {
	seconds, fraction, ok := strings.Cut(s, ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return ok && digits(seconds) && digits(fraction)
}

// threadIn is the thread_ts by which to post under a message. It is that of
// the first message of the thread: Slack takes no reply of a reply. A message
// of another channel, as after a subscription was moved, or what is no
// reference, gives none, and the post stands alone.
func threadIn(replyTo, channel string) string {
	r, ok := parseReference(replyTo)
	switch {
	case !ok, r.channel != channel:
		return ""
	case r.thread != "":
		return r.thread
	}
	return r.ts
}

// noThread are the refusals of a thread, where the channel itself may do: the
// message was deleted, the thread is locked, the channel has no threads.
func noThread(code string) bool {
	switch code {
	case "thread_not_found", "message_not_found", "cannot_reply_to_message", "restricted_action_thread_locked", "restricted_action_non_threadable_channel":
		return true
	}
	return false
}
