package command_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/command"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// TestWhatIsStoppedInDirectMessagesIsOfferedInAChannel suspends what goes to
// direct messages, as a platform that refuses them does.
func TestWhatIsStoppedInDirectMessagesIsOfferedInAChannel(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	h := handlerOver(s)
	mina := digest.Person{Platform: "discord", ID: "77", Name: "mina"}
	if _, err := s.CreateSubscription(t.Context(), digest.Subscription{Kind: digest.DigestKind, Query: "korea-trade", Destination: digest.Destination{Platform: "discord", Channel: "77", Direct: true},
		Schedule: "0 8 * * *", Zone: "Asia/Seoul", Owner: mina, From: "command", State: digest.Suspended, Reason: "closed"}); err != nil {
		t.Fatal(err)
	}
	ask := func(person digest.Person, place digest.Destination, changes ...func(*bot.Request)) string {
		r := bot.Request{Person: person, Place: place, Command: "brief", Args: "korea-trade", Manager: true, Now: morning}
		for _, change := range changes {
			change(&r)
		}
		reply, err := h.Handle(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return bot.PlainText(reply.Message)
	}
	channel := digest.Destination{Platform: "discord", Workspace: "9", Channel: "5"}
	got := ask(mina, channel)
	if !strings.Contains(got, "I could not send you korea-trade directly") || !strings.Contains(got, "/subscriptions edit 1 here") {
		t.Errorf("not offered:\n%s", got)
	}
	if other := ask(digest.Person{Platform: "discord", ID: "78"}, channel); strings.Contains(other, "could not send") {
		t.Errorf("another hears of it:\n%s", other)
	}
	for _, line := range []string{"subscriptions", "help", "sources", "digest preview"} {
		got := ask(mina, channel, func(r *bot.Request) { r.Command, r.Args = command.Parse("/" + line) })
		if !strings.Contains(got, "I could not send you korea-trade directly") {
			t.Errorf("/%s does not offer it:\n%s", line, got)
		}
	}
	if public := ask(mina, channel, func(r *bot.Request) { r.Public = true }); strings.Contains(public, "could not send") {
		t.Errorf("everyone hears of it:\n%s", public)
	}
	// And what it says works.
	for _, line := range []string{"edit 1 here", "resume 1"} {
		if _, err := h.Handle(t.Context(), bot.Request{Person: mina, Place: channel, Command: "subscriptions", Args: line, Manager: true, Now: morning.Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
	}
	sub, err := s.Subscription(t.Context(), 1)
	if err != nil || sub.State != digest.Active || sub.Destination != channel {
		t.Errorf("%+v %v", sub, err)
	}
	if again := ask(mina, channel); strings.Contains(again, "could not send") {
		t.Errorf("offered again:\n%s", again)
	}
}

// TestWhatCannotBePostedToIsNotResumed keeps a channel's subscription stopped
// as long as the bot is not in it, with a button that tries again.
func TestWhatCannotBePostedToIsNotResumed(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	open := false
	h := handlerOver(s, func(o *command.Options) {
		o.MayPost = func(ctx context.Context, to digest.Destination) error {
			if open {
				return nil
			}
			return mayPost(ctx, digest.Destination{Channel: "C-closed"})
		}
	})
	mina, place := digest.Person{Platform: "slack", ID: "U-mina"}, digest.Destination{Platform: "slack", Channel: "C1"}
	if _, err := s.CreateSubscription(t.Context(), digest.Subscription{Kind: digest.DigestKind, Query: "korea-trade", Destination: place, Schedule: "0 8 * * *", Zone: "Asia/Seoul",
		Owner: mina, From: "command", State: digest.Suspended, Reason: "Type `/invite @daybrief` in the channel."}); err != nil {
		t.Fatal(err)
	}
	ask := func(r bot.Request) bot.Reply {
		r.Person, r.Place, r.Now = mina, place, morning
		reply, err := h.Handle(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return reply
	}
	list := ask(bot.Request{Command: "subscriptions", Lang: "ko"})
	if text := bot.PlainText(list.Message); !strings.Contains(text, "중단됨: 채널에서 `/invite @daybrief`을(를) 입력하세요\n") {
		t.Errorf("why it is stopped:\n%s", text)
	}
	refused := ask(bot.Request{Action: bot.ActionID("resume", "1")})
	if sub, err := s.Subscription(t.Context(), 1); err != nil || sub.State != digest.Suspended || !refused.Failed || len(refused.Message.Actions) != 1 {
		t.Fatalf("%+v, %v, %+v", sub, err, refused)
	}
	open = true
	ask(bot.Request{Action: refused.Message.Actions[0].ID})
	if sub, err := s.Subscription(t.Context(), 1); err != nil || sub.State != digest.Active || sub.Reason != "" {
		t.Errorf("%+v, %v", sub, err)
	}
}

// TestWhatWantsThreadsIsResumedWhereTheyCanBegin keeps a digest with its details
// in threads stopped where the bot may post and no more.
func TestWhatWantsThreadsIsResumedWhereTheyCanBegin(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	h := handlerOver(s, func(o *command.Options) {
		o.MayThread = func(ctx context.Context, _ digest.Destination) error {
			return mayPost(ctx, digest.Destination{Channel: "C-closed"})
		}
	})
	mina, place := digest.Person{Platform: "discord", ID: "77"}, digest.Destination{Platform: "discord", Channel: "5"}
	for _, threads := range []bool{false, true} {
		if _, err := s.CreateSubscription(t.Context(), digest.Subscription{Kind: digest.DigestKind, Query: "korea-trade", Destination: place, Schedule: "0 8 * * *", Zone: "Asia/Seoul",
			Owner: mina, From: "command", State: digest.Suspended, Threads: threads}); err != nil {
			t.Fatal(err)
		}
	}
	subs, err := s.Subscriptions(t.Context(), digest.SubscriptionFilter{Owner: mina})
	if err != nil || len(subs) != 2 {
		t.Fatal(subs, err)
	}
	for _, sub := range subs {
		reply, err := h.Handle(t.Context(), bot.Request{Person: mina, Place: place, Now: morning, Action: bot.ActionID("resume", strconv.FormatInt(sub.ID, 10))})
		if err != nil || reply.Failed != sub.Threads {
			t.Errorf("with threads %v: %+v, %v", sub.Threads, reply, err)
		}
	}
}

// TestWhatOthersSendSomeoneIsTheirs has the operator subscribe a person's
// direct messages: they see it, ask why, and can stop it; nobody else can.
func TestWhatOthersSendSomeoneIsTheirs(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	h := handlerOver(s)
	if _, err := s.CreateSubscription(t.Context(), digest.Subscription{Kind: digest.DigestKind, Query: "korea-trade", Destination: digest.Destination{Platform: "slack", Channel: "U-jon", Direct: true},
		Schedule: "0 8 * * *", Zone: "Asia/Seoul", From: "command", State: digest.Active}); err != nil {
		t.Fatal(err)
	}
	ask := func(who, line string) string {
		c, args := command.Parse(line)
		reply, err := h.Handle(t.Context(), bot.Request{Person: digest.Person{Platform: "slack", ID: "U-" + who}, Place: digest.Destination{Platform: "slack", Channel: "U-" + who, Direct: true},
			Command: c, Args: args, Now: morning})
		if err != nil {
			t.Fatal(err)
		}
		return bot.PlainText(reply.Message)
	}
	if got := ask("mina", "subscriptions"); !strings.Contains(got, "no subscriptions") {
		t.Errorf("another sees:\n%s", got)
	}
	if got := ask("mina", "subscriptions remove 1"); !strings.Contains(got, "not yours") {
		t.Errorf("another stops it:\n%s", got)
	}
	if got := ask("jon", "subscriptions"); !strings.Contains(got, "#1 korea-trade") {
		t.Errorf("they see:\n%s", got)
	}
	if got := ask("jon", "subscriptions remove 1"); !strings.Contains(got, "Done.") {
		t.Errorf("they cannot stop it:\n%s", got)
	}
}
