package discordtest

import (
	"fmt"
	"time"
)

// WaitAck waits for the first answer and returns its kind and how long it
// took.
func (i *Interaction) WaitAck() (kind int, took time.Duration) {
	i.s.t.Helper()
	i.s.wait("the first answer", func() bool { return i.answer != 0 })
	return i.answer, i.acked.Sub(i.sent)
}

// Shown waits until the answer, or completions, are there, by whichever way,
// and returns how long the first answer and the answer itself took. ok is false
// when they were not there within the limit.
func (i *Interaction) Shown(limit time.Duration) (ack, shown time.Duration, ok bool) {
	t := time.NewTimer(limit)
	defer t.Stop()
	for {
		i.s.mu.Lock()
		ack, shown, ok = i.acked.Sub(i.sent), i.shown.Sub(i.sent), i.answer != 0 && !i.shown.IsZero()
		ch := i.s.changed
		i.s.mu.Unlock()
		if ok {
			return ack, shown, ok
		}
		select {
		case <-ch:
		case <-t.C:
			return 0, 0, false
		}
	}
}

func (i *Interaction) show() {
	if i.shown.IsZero() {
		i.shown = time.Now()
	}
}

// WaitAnswer waits until the answer shows: the message, not "thinking".
func (i *Interaction) WaitAnswer() *Message {
	i.s.t.Helper()
	var m *Message
	i.s.wait("an answer", func() bool {
		if i.original != nil && !i.original.Gone {
			copied := *i.original
			m = &copied
		}
		return m != nil
	})
	return m
}

// WaitUpdate waits until the pressed message was changed, and returns it.
func (i *Interaction) WaitUpdate() *Message {
	i.s.t.Helper()
	var m *Message
	i.s.wait("a change of the message", func() bool {
		if i.source.Edits > i.edits && i.answer != 0 {
			copied := *i.source
			m = &copied
		}
		return m != nil
	})
	return m
}

// WaitGone waits until the pressed message is deleted.
func (i *Interaction) WaitGone() {
	i.s.t.Helper()
	i.s.wait("the message to go away", func() bool { return i.source.Gone })
}

// WaitFollowups waits until an interaction has n further messages, and returns
// them.
func (i *Interaction) WaitFollowups(n int) []*Message {
	i.s.t.Helper()
	var out []*Message
	i.s.wait(fmt.Sprintf("%d further messages", n), func() bool {
		out = nil
		for _, m := range i.s.channels[i.Channel].messages {
			if m.interaction == i && m != i.original {
				copied := *m
				out = append(out, &copied)
			}
		}
		return len(out) >= n
	})
	return out
}

// WaitChoices waits for completions.
func (i *Interaction) WaitChoices() ([]Choice, time.Duration) {
	i.s.t.Helper()
	i.s.wait("completions", func() bool { return i.answer == 8 })
	return i.choices, i.acked.Sub(i.sent)
}

// WaitFollowupOrAnswer waits for the message that answers, whichever way it
// came: at once, or after the bot asked for time.
func (i *Interaction) WaitFollowupOrAnswer() *Message {
	i.s.t.Helper()
	var out *Message
	i.s.wait("an answer", func() bool {
		for _, m := range i.s.channels[i.Channel].messages {
			if m.interaction == i && !m.Gone {
				copied := *m
				out = &copied
			}
		}
		return out != nil
	})
	return out
}
