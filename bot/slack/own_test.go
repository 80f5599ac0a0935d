package slack_test

import (
	"context"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest"
)

// TestHintsAreTypedAsHere: commands in our own words are those of the one
// slash command; words of the news stay as they are.
func TestHintsAreTypedAsHere(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"See /subscriptions.":             "See /news subscriptions.",
		"/subscribe x, then /help":        "/news subscribe x, then /news help",
		"Ask again with /brief.":          "Ask again with /news.",
		"Try /brief help":                 "Try /news help",
		"(/sources)":                      "(/news sources)",
		"“/alert korea” and /digest?":     "“/news alert korea” and /news digest?",
		"/subscriptions에서 봅니다":            "/news subscriptions에서 봅니다",
		"Type /invite @daybrief there":    "Type /invite @daybrief there",
		"/subscriptionsx /help/me a/help": "/subscriptionsx /help/me a/help",
		"/help.html and /help_me":         "/help.html and /help_me",
		"https://example.org/help /help":  "https://example.org/help /news help",
		"":                                "–",
	} {
		app, err := slack.New(slack.Options{Command: "/news"})
		if err != nil {
			t.Fatal(err)
		}
		m := bot.Message{Lead: []bot.Text{bot.T(in)}, Notes: []bot.Text{bot.T("note: " + in)}, Sections: []bot.Section{{Items: []bot.Item{{Title: "Type /help now", Summary: []string{"See /subscriptions."}}}}}}
		if in == "" {
			m.Lead = []bot.Text{bot.T("–")}
		}
		parts, err := app.Render(m)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.ReplaceAll(slacktest.ShownPayload(parts[0]), "note: "+want, "")
		if !strings.HasPrefix(got, want+"\nType /help nowSee /subscriptions.") && !strings.HasPrefix(got, want+"\nType /help now\nSee /subscriptions.") {
			t.Errorf("%q is shown as\n%s", in, got)
		}
	}
}

func TestChannelsAreNamed(t *testing.T) {
	t.Parallel()
	place := func(d digest.Destination) string {
		parts, err := slack.Render(bot.Message{Lead: []bot.Text{{bot.S("to "), bot.P(d), bot.S(" at 8")}}, Footer: []bot.Text{{bot.P(d)}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := slack.Validate(parts[0]); err != nil {
			t.Error(err)
		}
		return slacktest.ShownPayload(parts[0]) + string(parts[0])
	}
	if got := place(channel("C0GENERAL")); !strings.HasPrefix(got, "to #C0GENERAL at 8\n#C0GENERAL\n") || !strings.Contains(got, `{"type":"channel","channel_id":"C0GENERAL"}`) || !strings.Contains(got, `"text":"<#C0GENERAL>"`) {
		t.Errorf("a channel is shown as %s", got)
	}
	for _, d := range []digest.Destination{direct("U0JON"), {Platform: "discord", Channel: "123"}, {Platform: "slack", Channel: "C0>|<!here>"}} {
		if got := place(d); !strings.HasPrefix(got, "to "+d.String()+" at 8\n") || strings.Contains(got, "channel_id") || strings.Contains(got, "<#") {
			t.Errorf("%v is shown as %s", d, got)
		}
	}
}

// TestReasonsAreShownWhereTheMessageIsAboutThem and nowhere else: a digest is
// read for its news.
func TestReasonsAreShownWhereTheMessageIsAboutThem(t *testing.T) {
	t.Parallel()
	for _, show := range []bool{false, true} {
		m := bot.Message{ShowWhy: show, Sections: []bot.Section{{Items: []bot.Item{{Title: "Tariffs", Why: []string{"country KR"}}}}}}
		parts, err := slack.Render(m)
		if err != nil {
			t.Fatal(err)
		}
		if blocks, text := strings.Contains(slacktest.ShownPayload(parts[0]), "country KR"), strings.Count(string(parts[0]), "country KR") == 2; blocks != show || text != show {
			t.Errorf("asked for %v: in the blocks %v, in blocks and words %v", show, blocks, text)
		}
	}
}

// TestPlainWordsNameChannels: a screen reader and a notification say names,
// where Slack shows them for ids.
func TestPlainWordsNameChannels(t *testing.T) {
	t.Parallel()
	w := running(t, nil)
	w.srv.AddChannel(slacktest.Channel{ID: "C0KIM", Name: "kim", Member: true})
	m := bot.Message{Lang: "en", Lead: []bot.Text{{bot.P(channel("C0GENERAL")), bot.S(", "), bot.P(channel("C0KIM")), bot.S(" and "), bot.P(channel("C0OUTSIDE"))}}}
	w.h.handle = func(context.Context, bot.Request) (bot.Reply, error) { return bot.Reply{Message: m}, nil }
	for range 2 {
		d := w.srv.Slash("U0JON", "C0GENERAL", "/brief subscriptions")
		if got := d.Answer(1); got.Text != "#general, #kim and a channel" || got.Shown() != "#C0GENERAL, #C0KIM and #C0OUTSIDE\n" {
			t.Errorf("%q, shown %q", got.Text, got.Shown())
		}
	}
	if n := w.srv.Calls("conversations.info"); n != 2 {
		t.Errorf("conversations.info was called %d times: what is known, or was just not told, is not asked", n)
	}
	// What is posted later has the names, too.
	parts, err := w.app.Render(m)
	if err != nil || !strings.Contains(string(parts[0]), `"text":"#general, #kim and a channel"`) {
		t.Errorf("%s, %v", parts, err)
	}
}
