package slack_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest"
)

// manifest is the part of Slack's manifest schema, version 2, that is used.
type manifest struct {
	Metadata struct {
		Major int `yaml:"major_version"`
	} `yaml:"_metadata"`
	Display struct {
		Name        string `yaml:"name"`
		Description string `yaml:"description"`
		Long        string `yaml:"long_description"`
		Color       string `yaml:"background_color"`
	} `yaml:"display_information"`
	Features struct {
		Home struct {
			Home     bool `yaml:"home_tab_enabled"`
			Messages bool `yaml:"messages_tab_enabled"`
			ReadOnly bool `yaml:"messages_tab_read_only_enabled"`
		} `yaml:"app_home"`
		Bot struct {
			Name   string `yaml:"display_name"`
			Online bool   `yaml:"always_online"`
		} `yaml:"bot_user"`
		Shortcuts []struct {
			Name        string `yaml:"name"`
			Type        string `yaml:"type"`
			ID          string `yaml:"callback_id"`
			Description string `yaml:"description"`
		} `yaml:"shortcuts"`
		Commands []struct {
			Command     string `yaml:"command"`
			Description string `yaml:"description"`
			Hint        string `yaml:"usage_hint"`
			Escape      bool   `yaml:"should_escape"`
			URL         string `yaml:"url"`
		} `yaml:"slash_commands"`
	} `yaml:"features"`
	OAuth struct {
		Scopes struct {
			Bot      []string `yaml:"bot"`
			Optional []string `yaml:"bot_optional"`
		} `yaml:"scopes"`
	} `yaml:"oauth_config"`
	Settings struct {
		Events struct {
			URL    string   `yaml:"request_url"`
			Events []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		Interactivity struct {
			Enabled bool   `yaml:"is_enabled"`
			URL     string `yaml:"request_url"`
			Menus   string `yaml:"message_menu_options_url"`
		} `yaml:"interactivity"`
		Org      bool `yaml:"org_deploy_enabled"`
		Socket   bool `yaml:"socket_mode_enabled"`
		Rotation bool `yaml:"token_rotation_enabled"`
	} `yaml:"settings"`
}

func parseManifest(t *testing.T, o slack.ManifestOptions) manifest {
	t.Helper()
	text, err := slack.Manifest(o)
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := yaml.UnmarshalWithOptions([]byte(text), &m, yaml.Strict()); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return m
}

// TestManifestKeepsTheSchema checks the limits of Slack's manifest schema v2.
func TestManifestKeepsTheSchema(t *testing.T) {
	t.Parallel()
	for _, o := range []slack.ManifestOptions{{}, {Name: "뉴스 \"desk\": #1", Command: "/news"}, {URL: "https://news.example.org/"}, {History: true}} {
		m := parseManifest(t, o)
		size := func(what, s string, least, most int) {
			t.Helper()
			if n := len([]rune(s)); n < least || n > most {
				t.Errorf("%s has %d characters, not %d to %d", what, n, least, most)
			}
		}
		size("name", m.Display.Name, 1, 35)
		size("description", m.Display.Description, 1, 140)
		size("long_description", m.Display.Long, 175, 4000)
		size("display_name", m.Features.Bot.Name, 1, 80)
		c, s := m.Features.Commands[0], m.Features.Shortcuts[0]
		size("command", c.Command, 2, 32)
		size("command description", c.Description, 1, 2000)
		size("usage_hint", c.Hint, 1, 1000)
		size("shortcut", s.Name, 1, 24)
		size("shortcut description", s.Description, 1, 150)
		if !regexp.MustCompile(`^#[0-9a-f]{6}$`).MatchString(m.Display.Color) || m.Metadata.Major != 2 || !c.Escape || s.Type != "message" || s.ID == "" ||
			!m.Features.Home.Home || !m.Features.Home.Messages || m.Features.Home.ReadOnly || !m.Settings.Interactivity.Enabled || m.Settings.Org || m.Settings.Rotation {
			t.Errorf("%+v", m)
		}
		for _, scope := range m.OAuth.Scopes.Optional {
			if !slices.Contains(m.OAuth.Scopes.Bot, scope) {
				t.Errorf("%s is optional and not listed under bot", scope)
			}
		}
		if m.Settings.Socket != (o.URL == "") {
			t.Errorf("socket mode is %v with address %q", m.Settings.Socket, o.URL)
		}
	}
}

func TestManifestAsksForLittle(t *testing.T) {
	t.Parallel()
	m := parseManifest(t, slack.ManifestOptions{})
	var needed []string
	for _, s := range m.OAuth.Scopes.Bot {
		if !slices.Contains(m.OAuth.Scopes.Optional, s) {
			needed = append(needed, s)
		}
	}
	if fmt.Sprint(needed) != "[chat:write commands im:write users:read]" {
		t.Errorf("needed scopes are %v", needed)
	}
	for _, bad := range []string{"channels:history", "groups:history", "users:read.email", "message.channels", "files:read"} {
		if slices.Contains(m.OAuth.Scopes.Bot, bad) || slices.Contains(m.Settings.Events.Events, bad) {
			t.Errorf("it asks for %s", bad)
		}
	}
	// Each event needs its scope; app_home_opened, app_uninstalled and
	// tokens_revoked need none.
	for event, scope := range map[string]string{"app_mention": "app_mentions:read", "message.im": "im:history"} {
		if slices.Contains(m.Settings.Events.Events, event) && !slices.Contains(m.OAuth.Scopes.Bot, scope) {
			t.Errorf("%s without %s", event, scope)
		}
	}
	if m := parseManifest(t, slack.ManifestOptions{History: true}); !slices.Contains(m.OAuth.Scopes.Bot, "channels:history") {
		t.Error("history was asked for and is not there")
	}
}

func TestManifestAddresses(t *testing.T) {
	t.Parallel()
	m := parseManifest(t, slack.ManifestOptions{URL: "https://news.example.org"})
	got := []string{m.Features.Commands[0].URL, m.Settings.Events.URL, m.Settings.Interactivity.URL, m.Settings.Interactivity.Menus}
	if fmt.Sprint(got) != "[https://news.example.org/slack/commands https://news.example.org/slack/events https://news.example.org/slack/interactions https://news.example.org/slack/interactions]" {
		t.Error(got)
	}
	for _, o := range []slack.ManifestOptions{{URL: "http://news.example.org"}, {URL: "news.example.org"}, {URL: "https://a b"}, {Command: "brief"}, {Name: strings.Repeat("x", 36)}, {Name: "a\nb"}} {
		if _, err := slack.Manifest(o); digest.CodeOf(err) != digest.Invalid {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// checksOf names what Doctor found wrong.
func checksOf(w *world) (wrong []string, all string) {
	for _, c := range w.app.Doctor(context.Background()) {
		all += fmt.Sprintf("%+v\n", c)
		if !c.OK {
			wrong = append(wrong, c.Name)
			if c.Remedy == "" || c.Detail == "" {
				wrong = append(wrong, "(says not what to do)")
			}
		}
	}
	return wrong, all
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*slack.Options)
		fake   func(*slacktest.Server)
		wrong  string
		says   string
	}{
		"all well":          {wrong: "[]", says: "@daybrief in Fake (T0FAKE)"},
		"no tokens":         {change: func(o *slack.Options) { o.BotToken, o.AppToken, o.SigningSecret = "", "", "" }, wrong: "[bot token way in auth.test]", says: "not_authed"},
		"tokens exchanged":  {change: func(o *slack.Options) { o.BotToken, o.AppToken = o.AppToken, o.BotToken }, wrong: "[bot token app token auth.test]", says: "an app-level token (xapp-), not one that begins with xoxb-"},
		"a user token":      {change: func(o *slack.Options) { o.BotToken = "xoxp-1" }, wrong: "[bot token auth.test]", says: "a user token (xoxp-)"},
		"a revoked token":   {fake: func(s *slacktest.Server) { s.Fail("auth.test", slacktest.Refuse("token_revoked")) }, wrong: "[auth.test]", says: "SLACK_BOT_TOKEN"},
		"scopes missing":    {fake: func(s *slacktest.Server) { s.SetScopes("chat:write", "commands") }, wrong: "[scopes]", says: "missing: im:write, users:read"},
		"app token refused": {change: func(o *slack.Options) { o.AppToken = "xapp-other" }, wrong: "[apps.connections.open]", says: "connections:write"},
		"short secret":      {change: func(o *slack.Options) { o.AppToken, o.SigningSecret = "", "abc" }, wrong: "[signing secret]", says: "it has 3 characters"},
		"channels": {change: func(o *slack.Options) { o.Channels = []string{"C0GENERAL", "C0OUTSIDE", "C0OLD", "C0PRIV"} }, fake: func(s *slacktest.Server) {
			s.AddChannel(slacktest.Channel{ID: "C0OLD", Archived: true, Member: true})
		}, wrong: "[channel C0OUTSIDE channel C0OLD channel C0PRIV]", says: "/invite @daybrief"},
		"channels unseen": {change: func(o *slack.Options) { o.Channels = []string{"C0OUTSIDE"} }, fake: func(s *slacktest.Server) {
			s.SetScopes("chat:write", "commands", "im:write", "users:read")
		}, wrong: "[]", says: "not checked: the app has no scope channels:read"},
		"not in it": {change: func(o *slack.Options) { o.Channels = []string{"C0PUB"} }, fake: func(s *slacktest.Server) {
			s.AddChannel(slacktest.Channel{ID: "C0PUB"})
			s.SetScopes("chat:write", "commands", "im:write", "users:read", "channels:read")
		}, wrong: "[channel C0PUB]", says: "the bot is not in it"},
		"Slack is away": {fake: func(s *slacktest.Server) { s.Fail("auth.test", slacktest.Reset(false)) }, wrong: "[auth.test]", says: "reaches slack.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, slacktest.Options{}, c.change)
			if c.fake != nil {
				c.fake(w.srv)
			}
			wrong, all := checksOf(w)
			if fmt.Sprint(wrong) != c.wrong || !strings.Contains(all, c.says) {
				t.Errorf("wrong are %v, want %v and %q in\n%s", wrong, c.wrong, c.says, all)
			}
			if strings.Contains(all, "fake") || strings.Contains(all, "xapp-other") {
				t.Errorf("a token is told:\n%s", all)
			}
		})
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"token xoxb-1234-abc: bad":                                   "token xoxb[redacted]: bad",
		"xoxp-1-2,xapp-1-A0-22-ff xoxe.xoxb-1-abc":                   "xoxp[redacted],xapp[redacted] xoxe[redacted]",
		"Post \"https://hooks.slack.com/commands/T0/1/abc\": EOF":    "Post \"https://hooks.slack.com/[redacted]\": EOF",
		"dial wss://wss-primary.slack.com/link/?ticket=1-2&app_id=3": "dial wss://[redacted]",
		"nothing secret, not even xox or xapp":                       "nothing secret, not even xox or xapp",
	} {
		if got := slack.Redact(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
