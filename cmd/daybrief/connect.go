package main

import (
	"context"
	"encoding/json"
	"time"

	"github.com/daybrief/daybrief/bot/command"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/config"
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
		Crosspost: d.Crosspost, HTTPOnly: d.Mode == "http", Shards: d.Shards, Channels: channelsOf(conf, "discord")}
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

func (b *server) connectSlack() error {
	if b.config.Slack.BotToken == "" {
		return nil
	}
	o := slackOptions(b.config)
	o.Now, o.Logger, o.Handler = b.now, b.log.With("platform", "slack"), b.handler
	o.Revoked = func(ctx context.Context, workspace, reason string) { b.forget(ctx, "slack", workspace, reason) }
	o.Pauses = b.slackPauses()
	o.Paused = b.keepSlackPauses
	app, err := slack.New(o)
	if err != nil {
		return err
	}
	b.platforms = append(b.platforms, app)
	b.links = append(b.links, link{"Slack", app.Run})
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
		b.forget(ctx, "discord", guild, "the bot was removed from the server")
	}
	adapter, err := discord.New(o)
	if err != nil {
		return err
	}
	b.platforms = append(b.platforms, adapter)
	b.links = append(b.links, link{"Discord", adapter.Run})
	if b.config.Discord.Mode == "http" {
		b.mount["/discord/interactions"] = adapter.Interactions()
	}
	return nil
}

// pausesKey is the setting under which Slack's pauses survive a restart.
const pausesKey = "slack.pauses"

func (b *server) slackPauses() map[string]time.Time {
	pauses := map[string]time.Time{}
	if text := b.settingOr(b.ctx, pausesKey, ""); text != "" {
		if err := json.Unmarshal([]byte(text), &pauses); err != nil {
			b.log.Warn("Slack's pauses could not be read", "error", err)
		}
	}
	return pauses
}

func (b *server) keepSlackPauses(pauses map[string]time.Time) {
	text, err := json.Marshal(pauses)
	if err == nil {
		err = b.store.SetSetting(context.WithoutCancel(b.ctx), pausesKey, string(text))
	}
	if err != nil {
		b.log.Warn("Slack's pauses could not be kept", "error", err)
	}
}
