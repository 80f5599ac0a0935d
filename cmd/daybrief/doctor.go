package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/digest"
)

type manifestCmd struct {
	Platform string `arg:"" enum:"slack,discord" help:"slack or discord."`
}

// Run prints what to paste into the platform's console.
func (m manifestCmd) Run(c *call) error {
	conf, err := loadConfig(c)
	if err != nil {
		return err
	}
	var text string
	if m.Platform == "slack" {
		o := slack.ManifestOptions{Command: conf.Slack.Command}
		if conf.Slack.Mode == "http" {
			o.URL = conf.Web.URL
		}
		if text, err = slack.Manifest(o); err != nil {
			return err
		}
	} else {
		s := discord.Setup{}
		if conf.Discord.Mode == "http" {
			s.PublicURL = conf.Web.URL
		}
		text = discord.Manifest(s)
	}
	_, err = fmt.Fprint(c.stdout, text)
	return err
}

type doctorCmd struct{}

// checked is one thing that set-up can get wrong.
type checked struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Remedy string `json:"remedy,omitempty"`
}

// Run checks everything and says how to mend what is wrong. A check that
// cannot be made is told as failed, never left out.
func (doctorCmd) Run(c *call) error {
	ctx, cancel := context.WithTimeout(c.ctx, time.Minute)
	defer cancel()
	checks := examine(ctx, c)
	failed := 0
	for _, k := range checks {
		if !k.OK {
			failed++
		}
	}
	if c.cli.JSON {
		if err := c.printJSON(checks); err != nil {
			return err
		}
	} else {
		for _, k := range checks {
			c.printCheck(k)
		}
		fmt.Fprintf(c.stdout, "\n%s made, %d failed.\n", plural(len(checks), "check"), failed)
	}
	if failed > 0 {
		return silentError{fmt.Errorf("%d checks failed", failed)}
	}
	return nil
}

func (c *call) printCheck(k checked) {
	mark := "ok    "
	if !k.OK {
		mark = "FAILED"
	}
	if c.terminal.Style {
		colour := "\x1b[32m"
		if !k.OK {
			colour = "\x1b[31m"
		}
		mark = colour + mark + "\x1b[0m"
	}
	fmt.Fprintf(c.stdout, "%s  %s: %s\n", mark, k.Name, bot.SafeLine(k.Detail))
	if k.Remedy != "" && !k.OK {
		fmt.Fprintf(c.stdout, "        %s\n", bot.SafeLine(k.Remedy))
	}
}

func examine(ctx context.Context, c *call) []checked {
	conf, err := loadConfig(c)
	if err != nil {
		return []checked{{Name: "configuration", Detail: strings.ReplaceAll(err.Error(), "\n", "; "), Remedy: "Mend the lines named; every field stands in the example configuration."}}
	}
	file := "none; the defaults are used"
	if conf.File != "" {
		file = conf.File
	}
	out := []checked{{Name: "configuration", OK: true, Detail: file}}
	a, err := openApp(c)
	if err != nil {
		return append(out, checked{Name: "database", Detail: err.Error(), Remedy: digest.HintOf(err)})
	}
	defer a.close()
	out = append(out, a.checkStore(ctx), a.checkRoom(ctx), a.checkZone(), a.checkSources(ctx))
	out = append(out, a.checkSubscriptions(ctx, c.now())...)
	out = append(out, a.checkSlack(ctx)...)
	return append(out, a.checkDiscord(ctx, c.version)...)
}

func (a *app) checkStore(ctx context.Context) checked {
	if err := a.store.Check(ctx); err != nil {
		return checked{Name: "database", Detail: err.Error(), Remedy: digest.HintOf(err)}
	}
	articles, sources, err := a.store.Window(ctx, time.Unix(0, 0), time.Now().Add(24*time.Hour))
	if err != nil {
		return checked{Name: "database", Detail: err.Error(), Remedy: digest.HintOf(err)}
	}
	return checked{Name: "database", OK: true, Detail: fmt.Sprintf("%s, %s from %s", a.store.Dialect(), plural(articles, "article"), plural(sources, "source"))}
}

// checkRoom looks whether articles would be taken in.
func (a *app) checkRoom(ctx context.Context) checked {
	if err := a.store.Room(ctx); err != nil {
		return checked{Name: "disk", Detail: err.Error(), Remedy: digest.HintOf(err)}
	}
	return checked{Name: "disk", OK: true, Detail: "there is room for articles"}
}

func (a *app) checkZone() checked {
	if _, err := schedule.LoadZone(a.zone); err != nil {
		return checked{Name: "time zone", Detail: err.Error(), Remedy: "Set zone in the configuration, such as zone: Asia/Seoul."}
	}
	return checked{Name: "time zone", OK: true, Detail: a.zone}
}

func (a *app) checkSources(ctx context.Context) checked {
	all, err := a.store.Sources(ctx)
	if err != nil {
		return checked{Name: "sources", Detail: err.Error()}
	}
	failing := 0
	for _, s := range all {
		if s.Health.State == digest.SourceFailing || s.Health.State == digest.SourceGone {
			failing++
		}
	}
	return checked{Name: "sources", OK: failing == 0 || failing*2 < len(all), Detail: fmt.Sprintf("%d, of which %d cannot be read", len(all), failing),
		Remedy: "See: daybrief sources list --failing"}
}

// checkSubscriptions looks for schedules that cannot run and for those that
// were suspended.
func (a *app) checkSubscriptions(ctx context.Context, now time.Time) []checked {
	subs, err := a.store.Subscriptions(ctx, digest.SubscriptionFilter{States: []digest.SubscriptionState{digest.Active, digest.Suspended}})
	if err != nil {
		return []checked{{Name: "subscriptions", Detail: err.Error()}}
	}
	out := []checked{{Name: "subscriptions", OK: true, Detail: fmt.Sprintf("%d", len(subs))}}
	for _, s := range subs {
		name := fmt.Sprintf("subscription %d (%s)", s.ID, s.Destination)
		if s.State == digest.Suspended {
			out = append(out, checked{Name: name, Detail: "stopped: " + s.Reason, Remedy: fmt.Sprintf("When it is mended: daybrief subscriptions resume %d", s.ID)})
			continue
		}
		if s.Schedule == "" {
			continue
		}
		if _, err := schedule.NewPlan(s.Schedule, s.Zone, a.config.SkipDays); err != nil {
			out = append(out, checked{Name: name, Detail: err.Error(), Remedy: digest.HintOf(err)})
		} else if !s.NextRun.IsZero() && now.Sub(s.NextRun) > 10*time.Minute {
			out = append(out, checked{Name: name, Detail: "its run of " + s.NextRun.Format(time.RFC3339) + " is overdue", Remedy: "Is the bot running? Start it with: daybrief serve"})
		}
	}
	return out
}

func (a *app) checkSlack(ctx context.Context) []checked {
	conf := a.config
	if conf.Slack.BotToken == "" {
		return []checked{{Name: "Slack", OK: true, Detail: "not set up: SLACK_BOT_TOKEN is empty"}}
	}
	app, err := slack.New(slackOptions(conf))
	if err != nil {
		return []checked{{Name: "Slack", Detail: err.Error(), Remedy: digest.HintOf(err)}}
	}
	var out []checked
	void := a.void(ctx)
	for _, k := range app.Doctor(ctx) {
		if k.Name == authTest && !k.OK && void {
			k.Detail, k.Remedy = uninstalled, mustReplace
		}
		out = append(out, checked{"Slack: " + k.Name, k.OK, k.Detail, k.Remedy})
	}
	return out
}

// threaded are the Discord channels, by id, that have a digest with its details
// in threads, or are to have one at the next start. What cannot be read of
// either, a check of its own says.
func (a *app) threaded(ctx context.Context) []string {
	subs, _ := a.store.Subscriptions(ctx, digest.SubscriptionFilter{States: []digest.SubscriptionState{digest.Active, digest.Suspended}})
	configured, _ := configSubscriptions(a.config, a.zone)
	var out []string
	for _, s := range append(subs, configured...) {
		if s.Threads && s.Destination.Platform == discord.Name && !s.Destination.Direct {
			out = append(out, s.Destination.Channel)
		}
	}
	return out
}

func (a *app) checkDiscord(ctx context.Context, version string) []checked {
	if a.config.Discord.Token == "" {
		return []checked{{Name: "Discord", OK: true, Detail: "not set up: DISCORD_TOKEN is empty"}}
	}
	o := discordOptions(a.config, version)
	o.Threaded = a.threaded(ctx)
	adapter, err := discord.New(o)
	if err != nil {
		return []checked{{Name: "Discord", Detail: err.Error(), Remedy: digest.HintOf(err)}}
	}
	var out []checked
	for _, k := range adapter.Doctor(ctx) {
		out = append(out, checked{"Discord: " + k.Name, k.OK, k.Detail, k.Remedy})
	}
	return out
}
