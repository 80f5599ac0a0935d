package main

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/discord/discordtest"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest"
)

// TestOneMorning is the whole way: a page in, the digest of 08:00 in Seoul on
// both platforms once, answers on both, a subscription by command, its direct
// message next morning, Unsubscribe; with a stop and a start in between.
func TestOneMorning(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	d := p.desk()
	slack, discord, channel, jon, config := d.slack, d.discord, d.channel, d.jon, d.config
	if got := p.must("--config", config, "import", p.write("page.txt", newsPage)); !strings.Contains(got, "5 articles stored") {
		t.Errorf("import: %s", got)
	}

	s, stop := p.serve("--config", config)
	slack.WaitSockets(1)
	discord.WaitConnected(1)

	// Before 08:00 nothing is posted; at 08:00 it is, once on each platform.
	tick(t, s)
	if n := len(slack.Public("C0123ABC")) + len(discord.Visible(channel)); n != 0 {
		t.Fatalf("%d posts before their time", n)
	}
	p.clock.Set(time.Date(2026, 11, 23, 23, 0, 20, 0, time.UTC))
	tick(t, s)
	post := slack.WaitMessage("the digest", func(m slacktest.Message) bool { return m.Channel == "C0123ABC" && m.To == "" })
	other := discord.WaitVisible(channel, 1)[0]
	for platform, text := range map[string]string{"Slack": post.Shown(), "Discord": strings.ReplaceAll(other.Plain(), "**", "")} {
		for _, want := range []string{"Korea desk · Tuesday 24 November", "trade minister of South Korea", "next Wednesday 08:00 KST"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the digest lacks %q:\n%s", platform, want, text)
			}
		}
		for _, foreign := range []string{"Hong Kong", "Chile", "Ukraine"} {
			if strings.Contains(text, foreign) {
				t.Errorf("%s: the digest tells of %s:\n%s", platform, foreign, text)
			}
		}
	}

	// Both answer, to the one who asked alone.
	if m := slack.Slash("U0MINA", "C0123ABC", "/brief korea-trade").Answer(1); m.To != "U0MINA" || !strings.Contains(m.Shown(), "$350 billion") {
		t.Errorf("Slack answers to %q:\n%s", m.To, m.Shown())
	}
	where := discordtest.Where{User: jon, Channel: channel}
	if m := discord.Slash(where, "brief", map[string]string{"query": "korea-trade"}).WaitAnswer(); m.To != jon || !strings.Contains(m.Plain(), "$350 billion") {
		t.Errorf("Discord answers to %q:\n%s", m.To, m.Plain())
	}

	// Each subscribes by command.
	if m := slack.Slash("U0MINA", "C0123ABC", "/brief subscribe korea-trade daily 8:00").Answer(1); !strings.Contains(m.Shown(), "First digest: tomorrow, Wednesday 25 November 08:00 KST") {
		t.Errorf("Slack: %s", m.Shown())
	}
	if m := discord.Slash(where, "subscribe", map[string]string{"query": "korea-trade", "when": "daily 8:00", "zone": "Asia/Seoul"}).WaitAnswer(); !strings.Contains(m.Plain(), "08:00 KST") {
		t.Errorf("Discord: %s", m.Plain())
	}

	// Stopped and started, nothing is posted twice.
	stop()
	s, stop = p.serve("--config", config)
	slack.WaitSockets(1)
	tick(t, s)
	if n, m := len(slack.Public("C0123ABC")), len(discord.Visible(channel)); n != 1 || m != 1 {
		t.Errorf("after a restart %d and %d posts", n, m)
	}

	// Next morning: news, then the direct messages, each saying why it came.
	p.must("--config", config, "import", p.write("next.jsonl", threeSources("Seoul and Washington Sign Trade Deal on Car Tariffs and Shipyard Investment")))
	p.clock.Set(time.Date(2026, 11, 24, 23, 0, 30, 0, time.UTC))
	tick(t, s)
	dm := slack.WaitMessage("the direct message", func(m slacktest.Message) bool {
		return m.Channel == slack.DMChannel("U0MINA") && strings.Contains(m.Shown(), "Sign Trade Deal")
	})
	if !strings.Contains(dm.Shown(), "You get this because you subscribed to korea-trade on 24 November") {
		t.Errorf("the direct message does not say why it came:\n%s", dm.Shown())
	}
	if strings.Contains(dm.Shown(), "will fly to Washington") {
		t.Logf("the first digest of a subscription looks back a day:\n%s", dm.Shown())
	}
	stopButton := buttonOf(t, dm.Actions(), "unsubscribe")
	if m := slack.Press("U0MINA", dm, stopButton, "").Answer(1); !strings.Contains(m.Shown(), "Done. You get no more of korea-trade.") {
		t.Errorf("unsubscribe: %s", m.Shown())
	}
	discord.WaitVisible(channel, 2)
	slack.WaitMessage("the second digest", func(m slacktest.Message) bool {
		return m.Channel == "C0123ABC" && strings.Contains(m.Shown(), "Sign Trade Deal")
	})

	// And no more after that.
	p.must("--config", config, "import", p.write("third.jsonl", threeSources("Korean Exports to America Jump a Fifth, Customs Data Show")))
	p.clock.Set(time.Date(2026, 11, 25, 23, 0, 30, 0, time.UTC))
	tick(t, s)
	slack.WaitMessage("the third digest", func(m slacktest.Message) bool {
		return m.Channel == "C0123ABC" && strings.Contains(m.Shown(), "Exports to America")
	})
	stop()
	for _, m := range slack.Messages(slack.DMChannel("U0MINA")) {
		if strings.Contains(m.Shown(), "Exports to America") {
			t.Error("a digest came after Unsubscribe")
		}
	}
	if b := slices.Concat(slack.Breaches(), discord.Violations()); len(b) > 0 {
		t.Errorf("limits broken: %v", b)
	}
}

func TestImportCountsAndNamesWhatIsBad(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	rows := p.write("rows.jsonl", `{"id":"1","title":"Chile votes","url":"https://example.org/1","colour":"red"}
{"id":"2","body":"no title"}
not json
{"id":"3","title":"Peru votes"}
`)
	got := p.run("import", rows)
	if got.code != 1 || !strings.Contains(got.stdout, "2 articles stored") || !strings.Contains(got.stdout, "colour (1)") {
		t.Errorf("exit %d: %s", got.code, got.stdout)
	}
	for _, want := range []string{"rows.jsonl:2: ", "rows.jsonl:3: "} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("no %q in %s", want, got.stderr)
		}
	}
	if again := p.run("import", rows); !strings.Contains(again.stdout, "0 articles stored, 2 known already") {
		t.Errorf("again: %s", again.stdout)
	}
	var counts struct{ New, Known int }
	if err := json.Unmarshal([]byte(p.run("--json", "import", rows).stdout), &counts); err != nil || counts.Known != 2 {
		t.Errorf("%+v %v", counts, err)
	}
}

func TestBriefAnswersInEveryFormat(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.must("import", p.write("page.txt", newsPage))
	text := p.must("brief", "korea-trade")
	for _, want := range []string{"$350 billion", "KR", "trade", "last 7 days · 1 story"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	var b digest.BriefJSON
	if err := json.Unmarshal([]byte(p.must("brief", "korea-trade", "--format", "json")), &b); err != nil {
		t.Fatal(err)
	}
	if len(b.Stories) != 1 || !slices.Contains(b.Stories[0].Countries, "KR") || !slices.Contains(b.Stories[0].Topics, "trade") || len(b.Stories[0].Why) == 0 {
		t.Errorf("got %+v", b)
	}
	for query, want := range map[string]string{"hong-kong": "Hong Kong Court", "boj rate hike": "Bank of Japan", "ukraine peace talks": "Ukraine and Russia", "chile elections": "Chile Elects"} {
		if err := json.Unmarshal([]byte(p.must(append([]string{"brief", "--format", "json"}, strings.Fields(query)...)...)), &b); err != nil {
			t.Fatal(err)
		}
		if len(b.Stories) != 1 || !strings.HasPrefix(b.Stories[0].Title, want) {
			t.Errorf("%s finds %+v", query, b.Stories)
		}
	}
	for _, format := range []string{"slack", "discord"} {
		for _, line := range strings.Split(strings.TrimSpace(p.must("brief", "korea-trade", "--format", format)), "\n") {
			if !json.Valid([]byte(line)) {
				t.Errorf("%s: %s", format, line)
			}
		}
	}
	if page := p.must("brief", "korea-trade", "--format", "html"); !strings.HasPrefix(page, "<!doctype html>") {
		t.Errorf("html: %.100s", page)
	}
	if none := p.must("brief", "chad-sport"); !strings.Contains(none, "Nothing on") || !strings.Contains(none, "Chad, sport") {
		t.Errorf("nothing: %s", none)
	}
	p.clock.Advance(time.Minute)
	if digest := p.must("digest"); !strings.Contains(digest, "5 articles") {
		t.Errorf("digest: %s", digest)
	}
}

func TestExclusionsAreNoFlags(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.must("import", p.write("page.txt", "Asean and China Agree Trade Pact\nAsean Trade Grows on Thai and Vietnamese Exports\n"))
	var b digest.BriefJSON
	if err := json.Unmarshal([]byte(p.must("brief", "asean", "trade", "-china", "--format", "json")), &b); err != nil {
		t.Fatal(err)
	}
	if len(b.Stories) != 1 || !strings.HasPrefix(b.Stories[0].Title, "Asean Trade Grows") || b.Query.Exclude == nil {
		t.Errorf("got %+v", b)
	}
}

func TestAMissedMorningIsCaughtUpOnceAndSaysSo(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	config := p.write("daybrief.yaml", "starter_sources: false\nzone: Asia/Seoul\n")
	p.must("--config", config, "import", p.write("page.txt", newsPage))
	_, stop := p.serve("--config", config) // makes the daily digest's subscription
	stop()
	p.clock.Set(time.Date(2026, 11, 24, 1, 10, 0, 0, time.UTC)) // 10:10 in Seoul
	s, stop := p.serve("--config", config)
	tick(t, s)
	tick(t, s)
	page := fetch(t, s.URL)
	if strings.Count(page, "Late by 2 h 10 min") != 1 {
		t.Errorf("the page does not say that it is late:\n%s", page)
	}
	if archive := fetch(t, s.URL+"editions"); strings.Count(archive, `href="/editions/`) != 1 {
		t.Errorf("the archive:\n%s", archive)
	}
	stop()
	// A day and a half later it is too late for a post: a note stands instead.
	p.clock.Set(time.Date(2026, 11, 25, 14, 0, 0, 0, time.UTC))
	s, stop = p.serve("--config", config)
	tick(t, s)
	if archive := fetch(t, s.URL+"editions"); !strings.Contains(archive, "Missed") {
		t.Errorf("no note of the missed digest:\n%s", archive)
	}
	stop()
}

func TestTheSampleFillsThePageAtOnce(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	s, stop := p.serve("--sample")
	page := fetch(t, s.URL)
	if n := strings.Count(page, `class="story"`); n < 10 || !strings.Contains(page, "sample") {
		t.Errorf("%d stories on the page:\n%.3000s", n, page)
	}
	if answer := fetch(t, s.URL+"ask?q=korea-trade"); !strings.Contains(answer, `class="story"`) {
		t.Errorf("the box finds nothing on korea-trade:\n%.3000s", answer)
	}
	stop()
	env, stdout, _ := p.environment("serve", "--sample", "--listen", "127.0.0.1:0", "--no-poll")
	ctx, cancel := context.WithCancel(t.Context())
	env.served = func(service) { cancel() }
	if code := run(ctx, env); code != 0 || !strings.Contains(stdout.String(), "Sample: 0 articles added") {
		t.Errorf("a second time: exit %d: %s", code, stdout)
	}
}

func TestSubscriptionsFromTheTerminal(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	if got := p.must("subscriptions", "add", "korea-trade", "--to", "web", "--when", "weekdays 8:00", "--zone", "Asia/Seoul"); !strings.Contains(got, "weekdays at 08:00") {
		t.Errorf("add: %s", got)
	}
	if got := p.must("subscriptions", "next"); strings.Count(got, "08:00 KST") != 5 || strings.Count(got, "23:00 UTC") != 5 {
		t.Errorf("next: %s", got)
	}
	p.must("subscriptions", "pause", "1")
	if got := p.must("subscriptions", "list"); !strings.Contains(got, "paused") {
		t.Errorf("list: %s", got)
	}
	p.must("subscriptions", "resume", "1")
	p.must("subscriptions", "remove", "1")
	if got := p.must("--json", "subscriptions", "list"); strings.TrimSpace(got) != "[]" {
		t.Errorf("list: %s", got)
	}
	if got := p.run("subscriptions", "pause", "77"); got.code != exitFailed {
		t.Errorf("exit %d: %s", got.code, got.stderr)
	}
}

func TestDoctorNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	if got := p.run("doctor"); got.code != 0 || !strings.Contains(got.stdout, "database") {
		t.Errorf("exit %d: %s%s", got.code, got.stdout, got.stderr)
	}
	slack := slacktest.New(t, slacktest.Options{})
	slack.AddChannel(slacktest.Channel{ID: "C0123ABC", Name: "desk"})
	slack.SetScopes("commands", "chat:write")
	p.env["SLACK_BOT_TOKEN"], p.env["SLACK_APP_TOKEN"], p.env["DAYBRIEF_SLACK_API_URL"] = slack.BotToken, slack.AppToken, slack.URL
	config := p.write("daybrief.yaml", "digests:\n  - {name: a, query: korea, schedule: daily, to: [\"slack:C0123ABC\"]}\n")
	got := p.run("--config", config, "doctor")
	if got.code != 1 || !strings.Contains(got.stdout, "users:read") || strings.Contains(got.stdout, slack.BotToken) {
		t.Errorf("exit %d: %s%s", got.code, got.stdout, got.stderr)
	}
}

// TestThreadsAreLookedForInChannels: what is to go to a person has none, and
// their id is no channel's.
func TestThreadsAreLookedForInChannels(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	config := p.write("daybrief.yaml", `digests:
  - {name: a, query: korea, schedule: daily, threads: true, to: ["discord:112233445566778899", "discord:@223344556677889900", "slack:C0123ABC"]}
  - {name: b, query: japan, schedule: daily, to: ["discord:334455667788990011"]}
`)
	p.must("--config", config, "subscriptions", "add", "korea-trade", "--threads", "--to", "discord:445566778899001122", "--when", "daily 8:00")
	env, _, _ := p.environment()
	a, err := openApp(&call{environment: env, ctx: t.Context(), cli: &cli{Config: config, Database: p.path("test.db")}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	if got, want := a.threaded(t.Context()), []string{"445566778899001122", "112233445566778899"}; !slices.Equal(got, want) {
		t.Errorf("channels %v, want %v", got, want)
	}
}

func TestASourceThatWasRemovedStaysAway(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	_, stop := p.serve()
	stop()
	var all []struct{ Name string }
	list := func() int {
		if err := json.Unmarshal([]byte(p.must("--json", "sources", "list")), &all); err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	before := list()
	if before < 60 {
		t.Fatalf("%d starter sources", before)
	}
	p.must("sources", "remove", all[0].Name)
	_, stop = p.serve()
	stop()
	if after := list(); after != before-1 {
		t.Errorf("%d sources after one of %d was removed and the bot started again", after, before)
	}
}

func TestManifests(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	if got := p.must("manifest", "slack"); !strings.Contains(got, "socket_mode_enabled: true") {
		t.Errorf("slack: %s", got)
	}
	if got := p.must("manifest", "discord"); !strings.Contains(got, "applications.commands") {
		t.Errorf("discord: %s", got)
	}
}

func TestBackupIsACopyThatOpens(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.must("import", p.write("page.txt", newsPage))
	p.must("backup", p.path("copy.db"))
	if got := p.must("--database", p.path("copy.db"), "brief", "korea-trade"); !strings.Contains(got, "$350 billion") {
		t.Errorf("the copy answers: %s", got)
	}
}
