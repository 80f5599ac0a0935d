package main

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/daybrief/daybrief/bot/command"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/config"
	"github.com/daybrief/daybrief/digest"
)

// slackOptions are those of the configuration.
func slackOptions(conf *config.Config) slack.Options {
	o := slack.Options{BotToken: conf.Slack.BotToken.Reveal(), APIURL: conf.Slack.APIURL, Command: conf.Slack.Command,
		Commands: command.Specs(), Manage: conf.Slack.Manage, Managers: conf.Slack.Manage == "admins", Channels: channelsOf(conf, "slack")}
	if conf.Slack.Mode == "http" {
		o.SigningSecret = conf.Slack.SigningSecret.Reveal()
	} else {
		o.AppToken = conf.Slack.AppToken.Reveal()
	}
	return o
}

// discordOptions are those of the configuration.
func discordOptions(conf *config.Config, version string) discord.Options {
	d := conf.Discord
	o := discord.Options{Token: d.Token.Reveal(), PublicKey: d.PublicKey, APIURL: d.APIURL, Version: version, Commands: command.Specs(), Guild: d.Guild,
		Crosspost: d.Crosspost, Silent: d.Silent, Threads: d.Threads, Webhooks: d.WebhookAddresses(), Operators: d.Operators, HTTPOnly: d.Mode == "http", Shards: d.Shards, Channels: channelsOf(conf, "discord")}
	if d.Style == "embeds" {
		o.Look = discord.Embeds
	}
	return o
}

// channelsOf are the channels that the configuration posts to.
func channelsOf(conf *config.Config, platform string) []string {
	var out []string
	seen := map[string]bool{}
	for _, d := range conf.Digests {
		for _, to := range d.To {
			if dest := destination(to); dest.Platform == platform && !dest.Direct && !seen[dest.Channel] {
				seen[dest.Channel] = true
				out = append(out, dest.Channel)
			}
		}
	}
	return out
}

// slackPatience is how long a worker waits for Slack's pace with a post that
// the ledger has as being sent; a longer wait is the ledger's.
const slackPatience = 400 * time.Millisecond

func (b *server) connectSlack() error {
	if b.config.Slack.BotToken == "" {
		return nil
	}
	o := slackOptions(b.config)
	o.Now, o.Logger, o.Handler = b.now, b.log.With("platform", "slack"), b.handler
	o.Revoked = b.uninstalledFrom
	o.Pauses, o.Paused = b.pauses("slack"), b.keepPauses("slack")
	o.Patience = slackPatience
	app, err := slack.New(o)
	if err != nil {
		return err
	}
	b.platforms = append(b.platforms, app)
	switch {
	case b.config.Slack.Mode == "http":
		if b.does(schedule.Web) {
			b.links = append(b.links, link{name: "Slack", run: b.whileValid(app)})
		}
	case b.does(schedule.Gateway):
		// Two sockets, so that no command is lost while one is taken over: Slack
		// gives each command to one of them.
		b.links = append(b.links, link{name: "Slack", places: []string{"slack.socket.1", "slack.socket.2"}, run: b.whileValid(app)})
	}
	if b.config.Slack.Mode == "http" {
		b.mount["/slack/"] = app.Routes()
	}
	return nil
}

func (b *server) connectDiscord() error {
	if b.config.Discord.Token == "" {
		return nil
	}
	o := discordOptions(b.config, b.version)
	o.Now, o.Logger, o.Handler, o.Setting, o.SetSetting = b.now, b.log.With("platform", "discord"), b.handler, b.store.Setting, b.store.SetSetting
	o.Removed = func(ctx context.Context, guild string) {
		const reason = "the bot was removed from the server"
		n := b.forget(ctx, reason, func(to digest.Destination) bool { return to.Platform == discord.Name && to.Workspace == guild })
		if n > 0 {
			b.note(ctx, digest.Person{Platform: discord.Name, Workspace: guild}, "removed", plural(n, "subscription")+" stopped")
		}
	}
	o.Pauses, o.Paused, o.Once, o.Deauthorized = b.pauses("discord"), b.keepPauses("discord"), b.once, b.deauthorized
	adapter, err := discord.New(o)
	if err != nil {
		return err
	}
	b.platforms = append(b.platforms, adapter)
	switch {
	case b.config.Discord.Mode == "http":
		if b.does(schedule.Web) {
			b.links = append(b.links, link{name: "Discord", run: adapter.Run})
		}
	case b.does(schedule.Gateway):
		b.links = append(b.links, link{name: "Discord", places: []string{"discord.gateway"}, run: adapter.Run})
	}
	if b.config.Discord.Mode == "http" {
		b.mount["/discord/interactions"] = adapter.Interactions()
	}
	if b.config.Discord.PublicKey != "" {
		b.mount["/discord/events"] = adapter.Events()
	}
	return nil
}

// pausesKey is the setting under which a platform's pauses survive a restart.
func pausesKey(platform string) string { return platform + ".pauses" }

// pauses are until when a platform asked to be left alone, by what.
func (b *server) pauses(platform string) map[string]time.Time {
	pauses := map[string]time.Time{}
	if text := b.settingOr(b.ctx, pausesKey(platform), ""); text != "" {
		if err := json.Unmarshal([]byte(text), &pauses); err != nil {
			b.log.Warn("the pauses of a platform could not be read", "platform", platform, "error", err)
		}
	}
	return pauses
}

func (b *server) keepPauses(platform string) func(map[string]time.Time) {
	return func(pauses map[string]time.Time) {
		b.metrics.pauses.WithLabelValues(platform).Inc()
		for what, until := range b.pauses(platform) { // of other processes too
			if until.After(b.now()) && until.After(pauses[what]) {
				pauses[what] = until
			}
		}
		text, err := json.Marshal(pauses)
		if err == nil {
			err = b.store.SetSetting(context.WithoutCancel(b.ctx), pausesKey(platform), string(text))
		}
		if err != nil {
			b.log.Warn("the pauses of a platform could not be kept", "platform", platform, "error", err)
		}
	}
}

// oncePrefix begins the names of leases that stand for something that was
// done: they are never held again, and run out.
const oncePrefix = "once:"

// once reports whether a key comes for the first time among all processes.
func (b *server) once(ctx context.Context, key string, until time.Time) (bool, error) {
	holder := b.process + "/" + strconv.FormatInt(b.onces.Add(1), 10)
	return b.store.AcquireLease(ctx, digest.Lease{Name: oncePrefix + key, Holder: holder, Until: until}, b.now())
}

// deauthorized suspends what a person gets who removed the bot from their
// account.
func (b *server) deauthorized(ctx context.Context, user string) error {
	subs, err := b.store.Subscriptions(ctx, digest.SubscriptionFilter{Owner: digest.Person{Platform: "discord", ID: user}})
	if err != nil {
		return err
	}
	for _, s := range subs {
		if s.State != digest.Active || !s.Destination.Direct {
			continue
		}
		s.State, s.Reason, s.NextRun = digest.Suspended, "the bot was removed from the account", time.Time{}
		if err := b.store.UpdateSubscription(ctx, s); err != nil {
			return err
		}
		b.note(ctx, digest.Person{Platform: "discord", ID: user}, "deauthorized", strconv.FormatInt(s.ID, 10))
	}
	return nil
}
