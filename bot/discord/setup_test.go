package discord_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
	"github.com/daybrief/daybrief/digest"
)

func TestOptionsThatCannotWork(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]discord.Options{
		"no token":        {},
		"token of spaces": {Token: "a b"},
		"key":             {Token: "x", PublicKey: "abc"},
		"address":         {Token: "x", APIURL: "ftp://x"},
		"webhook":         {Token: "x", Webhooks: map[string]string{"123": "https://example.org/secret-address"}},
	} {
		_, err := discord.New(o)
		if digest.CodeOf(err) != digest.Invalid || digest.HintOf(err) == "" || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if a, err := discord.New(discord.Options{Token: "Bot x"}); err != nil || a.Name() != "discord" {
		t.Errorf("with the word Bot: %v", err)
	}
}

// Every form of address that stands for Discord reaches the fake.
func TestAPIAddressForms(t *testing.T) {
	t.Parallel()
	for _, tail := range []string{"", "/", "/api", "/api/", "/api/v9", "/api/v10/"} {
		s := fake(t, discordtest.Options{})
		a, err := discord.New(discord.Fast(discord.Options{Token: discordtest.Token, APIURL: s.URL + tail}))
		if err != nil {
			t.Fatal(err)
		}
		if checks := a.Doctor(t.Context()); !checks[0].OK {
			t.Errorf("%q: %+v", tail, checks[0])
		}
		if p := s.Requests("GET", "/users/@me")[0].Path; p != "/api/v9/users/@me" {
			t.Errorf("%q: %s", tail, p)
		}
	}
}

func TestCommandsAreRegisteredWhenTheyChange(t *testing.T) {
	t.Parallel()
	s := still(t, func(o *discord.Options) { o.Commands, o.Handler = specs(), answering("x") }, discordtest.Options{})
	for i, want := range []bool{true, false, false} {
		if did, err := s.a.Register(t.Context()); err != nil || did != want {
			t.Errorf("time %d: %t, %v", i, did, err)
		}
	}
	s.opts.Commands = specs()[:3]
	stored := map[string]string{}
	s.opts.Setting = func(_ ctx, k string) (string, error) { return stored[k], nil }
	s.opts.SetSetting = func(_ ctx, k, v string) error { stored[k] = v; return nil }
	for range 2 {
		if _, err := s.again(t).Register(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.Registrations(); n != 2 {
		t.Errorf("registered %d times", n)
	}
}

func TestRegisteredCommands(t *testing.T) {
	t.Parallel()
	s := still(t, func(o *discord.Options) { o.Commands = specs() }, discordtest.Options{})
	if _, err := s.a.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := map[string]map[string]any{}
	for _, c := range s.Commands("") {
		got[c["name"].(string)] = c
	}
	for name, managed := range map[string]bool{"brief": false, "subscribe": false, "subscriptions": false, "help": false, "digest": true, "sources": true} {
		c := got[name]
		if _, has := c["default_member_permissions"]; has != managed {
			t.Errorf("%s: managed %t", name, has)
		}
		contexts, installs := c["contexts"].([]any), c["integration_types"].([]any)
		if managed != (len(contexts) == 1) || managed != (len(installs) == 1) {
			t.Errorf("%s: contexts %v, installs %v", name, contexts, installs)
		}
		names, texts := c["name_localizations"].(map[string]any), c["description_localizations"].(map[string]any)
		if names["ko"] == nil || names["en-US"] != name || texts["ko"] == nil || texts["en-GB"] == nil {
			t.Errorf("%s: names %v, descriptions %v", name, names, texts)
		}
	}
	if c := got["Brief me on this"]; c == nil || c["type"] != 3.0 {
		t.Errorf("on a message: %v", c)
	}
	if opts := got["subscribe"]["options"].([]any); opts[0].(map[string]any)["name"] != "query" || len(opts) != 4 {
		t.Errorf("options of subscribe: %v", opts)
	}
	if opts := got["digest"]["options"].([]any); len(opts) != 2 || opts[0].(map[string]any)["type"] != 1.0 {
		t.Errorf("subcommands of digest: %v", opts)
	}
	// A registered command is a link in a text.
	parts, err := s.a.Render(bot.Message{Lead: []bot.Text{{{Text: "/help", Command: "help"}, bot.S(" "), {Text: "/digest now", Command: "digest now"}}}})
	if err != nil || !strings.Contains(string(parts[0]), "</help:"+got["help"]["id"].(string)+">") || !strings.Contains(string(parts[0]), "</digest now:"+got["digest"]["id"].(string)+">") {
		t.Errorf("%s, %v", parts, err)
	}
}

// Commands that Discord would refuse are refused before it is asked.
func TestCommandsThatBreakLimits(t *testing.T) {
	t.Parallel()
	field := bot.FieldSpec{Name: "query", Summary: map[string]string{"en": "x"}}
	many := make([]bot.Option, 30)
	for i := range many {
		many[i] = bot.Option{Label: "x", Value: strings.Repeat("v", i+1)}
	}
	for name, spec := range map[string]bot.CommandSpec{
		"capitals":     {Name: "Brief"},
		"a long name":  {Name: strings.Repeat("a", 33)},
		"same options": {Name: "brief", Fields: []bot.FieldSpec{field, field}},
		"no name":      {},
	} {
		s := still(t, func(o *discord.Options) { o.Commands = []bot.CommandSpec{spec} }, discordtest.Options{})
		if _, err := s.a.Register(t.Context()); err == nil {
			t.Errorf("%s: registered", name)
		}
		if s.Registrations() != 0 {
			t.Errorf("%s: Discord was asked", name)
		}
	}
	s := still(t, func(o *discord.Options) {
		o.Commands = []bot.CommandSpec{{Name: "brief", Summary: map[string]string{"en": strings.Repeat("w ", 200)}, Fields: []bot.FieldSpec{{Name: "x", Choices: many}}}}
	}, discordtest.Options{})
	if _, err := s.a.Register(t.Context()); err != nil {
		t.Errorf("what can be cut was not: %v", err)
	}
}

type ctx = context.Context

func TestManifestListsWhatIsNeeded(t *testing.T) {
	t.Parallel()
	link, err := url.Parse(discord.InstallLink(discord.Setup{ApplicationID: "123"}))
	if err != nil {
		t.Fatal(err)
	}
	q := link.Query()
	if q.Get("client_id") != "123" || q.Get("permissions") != "274877926400" || q.Get("scope") != "bot applications.commands" {
		t.Errorf("link %s", link)
	}
	if q := mustQuery(t, discord.InstallLink(discord.Setup{Threads: true})); q.Get("permissions") != "309237664768" || q.Get("client_id") != "APPLICATION_ID" {
		t.Errorf("with threads: %v", q)
	}
	text := discord.Manifest(discord.Setup{ApplicationID: "123", PublicURL: "https://news.example.org/"})
	for _, want := range []string{link.String(), "https://news.example.org/discord/interactions", "View Channel, Send Messages, Embed Links, Send Messages in Threads", "DISCORD_TOKEN", "DISCORD_PUBLIC_KEY", "Message Content"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
}

func mustQuery(t *testing.T, s string) url.Values {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

// check finds a check of the doctor by its name.
func check(t *testing.T, a *discord.Adapter, name string) discord.Check {
	t.Helper()
	for _, c := range a.Doctor(t.Context()) {
		if strings.HasPrefix(c.Name, name) {
			if c.Detail == "" || c.OK != (c.Remedy == "") {
				t.Errorf("%+v", c)
			}
			return c
		}
	}
	t.Fatalf("no check %q", name)
	return discord.Check{}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	var channel, lacking string
	s := still(t, func(o *discord.Options) { o.Commands = specs() }, discordtest.Options{})
	g, h := s.AddGuild("g"), s.AddGuild("h")
	channel, lacking = s.AddChannel(g, "news", discordtest.Text), s.AddChannel(h, "quiet", discordtest.Text)
	s.SetRights(h, discordtest.ViewChannel|discordtest.SendMessages)
	s.opts.Channels = []string{channel, lacking, "404", "#news"}
	s.opts.PublicKey = s.PublicKey()
	s.a = s.again(t)
	if c := check(t, s.a, "discord commands"); c.OK || !strings.Contains(c.Remedy, "serve") {
		t.Errorf("%+v", c)
	}
	if _, err := s.a.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"discord token", "discord application", "discord intents", "discord gateway", "discord commands", "discord channel " + channel} {
		if c := check(t, s.a, name); !c.OK {
			t.Errorf("%+v", c)
		}
	}
	if c := check(t, s.a, "discord channel "+lacking); c.OK || !strings.Contains(c.Detail, "I lack: Embed Links.") {
		t.Errorf("%+v", c)
	}
	for _, name := range []string{"discord channel 404", "discord channel #news"} {
		if c := check(t, s.a, name); c.OK {
			t.Errorf("%+v", c)
		}
	}
}

// A channel that is posted to through a webhook needs the webhook and no rights.
func TestDoctorChecksWebhooks(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	g := s.AddGuild("g")
	s.SetRights(g, 0)
	one, two, three := s.AddChannel(g, "one", discordtest.Text), s.AddChannel(g, "two", discordtest.Text), s.AddChannel(g, "three", discordtest.Text)
	gone := s.AddWebhook(three)
	s.opts.Webhooks = map[string]string{one: s.AddWebhook(one), two: s.AddWebhook(one), three: gone}
	s.opts.Channels = []string{one, two, three}
	s.RemoveWebhook(gone)
	s.a = s.again(t)
	for channel, want := range map[string]string{one: "posts there", two: "another channel, " + one, three: "is gone"} {
		if c := check(t, s.a, "discord channel "+channel); c.OK != (channel == one) || !strings.Contains(c.Detail, want) {
			t.Errorf("%+v, want %q", c, want)
		}
	}
}

func TestDoctorNamesEachMistake(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*stage)
		check  string
		remedy string
	}{
		"token":     {func(s *stage) { s.opts.Token = "a-token-that-is-wrong" }, "discord token", "DISCORD_TOKEN"},
		"down":      {func(s *stage) { s.Inject(discordtest.Fault{Path: "/users/@me", Status: 503, Times: -1}) }, "discord token", "discord.com"},
		"id":        {func(s *stage) { s.opts.ApplicationID = "5" }, "discord application", discordtest.ApplicationID},
		"key":       {func(s *stage) { s.SetApplication("verify_key", strings.Repeat("0", 64)) }, "discord application", "DISCORD_PUBLIC_KEY"},
		"endpoint":  {func(s *stage) { s.SetApplication("interactions_endpoint_url", "https://x.example/") }, "discord application", "Interactions Endpoint URL"},
		"no URL":    {func(s *stage) { s.opts.HTTPOnly = true }, "discord application", discord.InteractionsPath},
		"budget":    {func(s *stage) { s.SetSessionStarts(10, 1, 1, 0) }, "discord gateway", "second copy"},
		"forgotten": {func(s *stage) { s.ForgetCommands() }, "discord commands", "again"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := still(t, func(o *discord.Options) { o.Commands = specs() }, discordtest.Options{})
			stored := map[string]string{}
			s.opts.Setting = func(_ ctx, k string) (string, error) { return stored[k], nil }
			s.opts.SetSetting = func(_ ctx, k, v string) error { stored[k] = v; return nil }
			s.opts.PublicKey = s.PublicKey()
			if _, err := s.again(t).Register(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.change(s)
			if got := check(t, s.again(t), c.check); got.OK || !strings.Contains(got.Remedy, c.remedy) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// What Discord lost is registered at the next start.
func TestForgottenCommandsComeBack(t *testing.T) {
	t.Parallel()
	s := still(t, func(o *discord.Options) { o.Commands = specs() }, discordtest.Options{})
	if _, err := s.a.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.ForgetCommands()
	check(t, s.a, "discord commands")
	if did, err := s.a.Register(t.Context()); err != nil || !did {
		t.Errorf("%t, %v", did, err)
	}
}

func TestPrivilegedIntentsAreNamed(t *testing.T) {
	t.Parallel()
	s := still(t, nil, discordtest.Options{})
	s.SetApplication("flags", 1<<19)
	if c := check(t, s.a, "discord intents"); !c.OK || !strings.Contains(c.Detail, "Privileged") {
		t.Errorf("%+v", c)
	}
}

func TestRenderPassesTheSuite(t *testing.T) {
	t.Parallel()
	for _, look := range []discord.Look{discord.Components, discord.Embeds} {
		a, err := discord.New(discord.Options{Token: "x", Look: look})
		if err != nil {
			t.Fatal(err)
		}
		suite(t, a)
	}
}
