package command_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/command"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// TestHelpIsTrue types every line that help tells, in each language, each as
// someone else where it can work: it is understood as what it says.
func TestHelpIsTrue(t *testing.T) {
	t.Parallel()
	for _, lang := range bot.Languages() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			s := storetest.SQLite(t)
			stock(t, s)
			sc := &scene{store: s, lang: lang, clock: digesttest.NewClock(morning)}
			sc.start()
			n := 0
			for name, lines := range command.Usages(lang) {
				for _, line := range lines {
					n++
					sc.typeHelp(t, fmt.Sprintf("manager%d", n), name, line)
				}
			}
		})
	}
}

// typeHelp types a line as someone who manages a channel that has one
// subscription, which is what the number in the line becomes.
func (sc *scene) typeHelp(t *testing.T, who, name, line string) {
	t.Helper()
	desk := sc.request(who, "#"+who)
	desk.Manager = true
	if reply := sc.ask(t, desk, "subscribe korea-trade daily 8:00 here"); reply.Failed {
		t.Fatal(bot.PlainText(reply.Message))
	}
	theirs := digest.SubscriptionFilter{Owner: desk.Person}
	subs, err := sc.store.Subscriptions(t.Context(), theirs)
	if err != nil || len(subs) != 1 {
		t.Fatal(subs, err)
	}
	line = regexp.MustCompile(` 1( |$)`).ReplaceAllString(line, fmt.Sprintf(" %d$1", subs[0].ID))
	if c, _ := command.Parse("/" + line); c != name {
		t.Errorf("/%s is read as %s", line, c)
	}
	if reply := sc.ask(t, desk, "/"+line); reply.Failed {
		t.Errorf("/%s: %s", line, bot.PlainText(reply.Message))
	}
	if subs, err = sc.store.Subscriptions(t.Context(), theirs); err != nil {
		t.Fatal(err)
	}
	for _, sub := range subs {
		if sub.Query != "korea-trade" {
			t.Errorf("/%s asks for %q", line, sub.Query)
		}
	}
}

// TestHelpIsComplete looks for all words that can follow subscriptions.
func TestHelpIsComplete(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	sc := &scene{store: s, clock: digesttest.NewClock(morning)}
	sc.start()
	text := bot.PlainText(sc.ask(t, sc.request("jon", "@"), "help subscriptions").Message)
	for _, word := range strings.Fields("pause resume remove preview edit filter mute mutes unmute quiet leanings whynot export forget here off reset") {
		if !strings.Contains(text, word) {
			t.Errorf("no %q in\n%s", word, text)
		}
	}
	for _, spec := range command.Specs() {
		if spec.Name != "help" && len(command.Usages("en")[spec.Name]) == 0 {
			t.Errorf("help tells nothing of %s", spec.Name)
		}
	}
}
