package command_test

import (
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// FuzzWords types anything after each word: there is always something to show,
// never a fault, and nobody else's subscription changes.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"korea only big 4 at most 3 an hour every 2 h here", "edit 1 weekdays 8:00 Asia/Seoul 5 stories", "filter 2 exclude a, \"b c\" match /x(/ languages en",
		"mute source Wire 7d here", "unmute 1", "quiet 22:00-7:00 weekends drop", "quiet 99-99", "leanings reset", "whynot 1 x", "forget me", "follow 3", "edit 2 시간당 3건", "mute topic trade 0d", "quiet -"} {
		f.Add(s)
	}
	s := storetest.SQLite(f)
	h := handlerOver(s, withClosed)
	theirs, err := s.CreateSubscription(f.Context(), digest.Subscription{Kind: digest.AlertKind, Query: "chad", Owner: digest.Person{Platform: "slack", ID: "U-mina"},
		Destination: digest.Destination{Platform: "slack", Channel: "U-mina", Direct: true}, State: digest.Active, Created: morning, From: "command"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, args string) {
		me := digest.Destination{Platform: "slack", Channel: "U-jon", Direct: true}
		for _, name := range []string{"alert", "subscribe", "subscriptions"} {
			reply, err := h.Handle(t.Context(), bot.Request{Person: digest.Person{Platform: "slack", ID: "U-jon"}, Place: me, Command: name, Args: args, Now: morning})
			if err != nil || bot.PlainText(reply.Message) == "" {
				t.Errorf("%s %q: %v, %q", name, args, err, bot.PlainText(reply.Message))
			}
		}
		still, err := s.Subscription(t.Context(), theirs.ID)
		if err != nil || still.Query != theirs.Query || still.State != theirs.State || still.Rules.PerHour != theirs.Rules.PerHour {
			t.Errorf("%q changed another's: %+v, %v", args, still, err)
		}
	})
}
