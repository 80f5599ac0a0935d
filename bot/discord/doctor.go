package discord

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/daybrief/daybrief/digest"
)

// Check is one thing that set-up can get wrong.
type Check struct {
	Name   string
	OK     bool
	Detail string // what was found, one sentence
	Remedy string // what to do, one sentence; "" when OK
}

func passed(name, format string, args ...any) Check {
	return Check{Name: name, OK: true, Detail: fmt.Sprintf(format, args...)}
}

func failed(name string, err error, remedy string) Check {
	if hint := digest.HintOf(err); hint != "" {
		remedy = hint
	}
	return Check{Name: name, Detail: err.Error(), Remedy: remedy}
}

// Doctor checks the token, the application, the intents, the budget of
// session starts, the registered commands, and the rights in each of
// Options.Channels and Options.Threaded. It takes at most a minute, and after
// a refused token it checks no more. It changes nothing, but when Discord has
// lost the commands it forgets that they were registered, so that the next
// start does it again.
func (a *Adapter) Doctor(ctx context.Context) []Check {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	me, err := a.me(ctx)
	if err != nil {
		if lasting(err) {
			err = asRefused(err)
		}
		return []Check{failed("discord token", err, "Check that this machine reaches discord.com, and try again.")}
	}
	checks := []Check{passed("discord token", "The token is that of %s.", plain(me.Username))}
	app, err := a.appInfo(ctx)
	checks = append(checks, a.checkApplication(app, err), a.checkIntents(app, err), a.checkGateway(ctx))
	if err == nil {
		checks = append(checks, a.checkCommands(ctx, app.ID))
	}
	asked := map[string]bool{}
	for _, c := range slices.Concat(a.opts.Channels, a.opts.Threaded) {
		if !asked[c] {
			asked[c] = true
			checks = append(checks, a.checkChannel(ctx, c))
		}
	}
	return checks
}

func (a *Adapter) checkApplication(app appInfo, err error) Check {
	const name = "discord application"
	switch {
	case err != nil:
		return failed(name, err, "Try again; the token works, so Discord may be busy.")
	case a.opts.ApplicationID != "" && a.opts.ApplicationID != app.ID:
		return Check{name, false, "The configured application id is not that of the token, " + app.ID + ".", "Leave the application id out, or set it to " + app.ID + "."}
	case a.key != nil && !strings.EqualFold(hex.EncodeToString(a.key), app.VerifyKey):
		return Check{name, false, "The public key is not that of the application.", "Copy Public Key from General Information in the developer portal into DISCORD_PUBLIC_KEY."}
	case a.opts.HTTPOnly && a.key == nil:
		return Check{name, false, "The HTTP endpoint has no public key to check signatures with.", "Copy Public Key from General Information in the developer portal into DISCORD_PUBLIC_KEY."}
	case a.opts.HTTPOnly && app.Endpoint == "":
		return Check{name, false, "Discord has no Interactions Endpoint URL, so no command reaches the HTTP endpoint.", "Set it in the developer portal, General Information, to your address with " + InteractionsPath + "."}
	case !a.opts.HTTPOnly && app.Endpoint != "":
		return Check{name, false, "Discord sends commands to the Interactions Endpoint URL and none to the gateway.", "Empty Interactions Endpoint URL in the developer portal, General Information, or use the HTTP endpoint."}
	}
	return passed(name, "The application is %s, id %s.", plain(app.Name), app.ID)
}

// privileged are the flags of an application that asks for more than it needs.
// https://docs.discord.com/developers/resources/application#application-object-application-flags
const privileged = 1<<12 | 1<<13 | 1<<14 | 1<<15 | 1<<18 | 1<<19

func (a *Adapter) checkIntents(app appInfo, err error) Check {
	const name = "discord intents"
	if err != nil {
		return failed(name, err, "Try again.")
	}
	if app.Flags&privileged != 0 {
		return Check{name, true, "Privileged intents are switched on in the developer portal; daybrief does not use them.", ""}
	}
	return passed(name, "Only the intent for servers is used; no privileged one is on.")
}

func (a *Adapter) checkGateway(ctx context.Context) Check {
	const name = "discord gateway"
	info, err := a.gateway.info(ctx)
	switch {
	case err != nil:
		return failed(name, err, "Check that this machine reaches discord.com, and try again.")
	case info.Limit.Remaining < minStarts:
		return Check{name, false, fmt.Sprintf("Only %d session starts are left until Discord grants new ones in %v.", info.Limit.Remaining, (time.Duration(info.Limit.ResetAfter) * time.Millisecond).Round(time.Minute)),
			"Wait, and look for what makes the bot connect so often; a second copy with the same token is the usual cause."}
	}
	return passed(name, "%d session starts are left; Discord recommends %d connection(s).", info.Limit.Remaining, max(1, info.Shards))
}

func (a *Adapter) checkCommands(ctx context.Context, app string) Check {
	const name = "discord commands"
	data, err := encode(a.appCommands())
	if err == nil {
		err = ValidateCommands(data)
	}
	if err != nil {
		return failed(name, err, "This is a fault of the program: please report it.")
	}
	known, err := a.setting(ctx, "discord.commands."+app+"."+a.opts.Guild)
	if err != nil {
		return failed(name, err, "Check the database.")
	}
	if hash, _, _ := strings.Cut(known, " "); hash != commandHash(data) {
		return Check{name, false, "The commands of this version are not registered yet.", "Start daybrief serve once: it registers them."}
	}
	return a.checkRegistered(ctx, app)
}

// checkRegistered compares by name: what Discord gives back is filled up with
// its defaults.
func (a *Adapter) checkRegistered(ctx context.Context, app string) Check {
	const name = "discord commands"
	url := discordgo.EndpointApplicationGlobalCommands(app)
	if a.opts.Guild != "" {
		url = discordgo.EndpointApplicationGuildCommands(app, a.opts.Guild)
	}
	var there []appCommand
	if err := a.rest.get(ctx, call{url: url, lane: lane{route: "GET applications/commands"}}, &there); err != nil {
		return failed(name, err, "Try again.")
	}
	have := map[string]bool{}
	for _, c := range there {
		have[c.Name] = true
	}
	var lost []string
	for _, c := range a.appCommands() {
		if !have[c.Name] {
			lost = append(lost, c.Name)
		}
	}
	if len(lost) > 0 {
		if err := a.setSetting(ctx, "discord.commands."+app+"."+a.opts.Guild, ""); err != nil {
			return failed(name, err, "Check the database.")
		}
		return Check{name, false, "Discord does not have these commands any more: " + strings.Join(lost, ", ") + ".",
			"Start daybrief serve again: it registers them anew. A second program with the same token is what usually replaces them."}
	}
	return passed(name, "%d commands are registered.", len(there))
}

// checkHook checks a channel that is posted to through a webhook, which needs
// no rights of the bot.
func (a *Adapter) checkHook(ctx context.Context, name, channel string, hook webhook) Check {
	var got struct {
		Name      string `json:"name"`
		ChannelID string `json:"channel_id"`
	}
	k := call{url: discordgo.EndpointWebhookToken(hook.id, hook.token), open: true, lane: lane{route: "GET webhooks", major: hook.id}}
	err := a.rest.get(ctx, k, &got)
	switch r, gone := refusalOf(codeOf(err)); {
	case err != nil && gone:
		return Check{name, false, "The webhook of the channel is gone.", r.remedy}
	case err != nil:
		return failed(name, err, "Try again.")
	case got.ChannelID != channel:
		return Check{name, false, "The webhook is one of another channel, " + clip(plain(got.ChannelID), 40) + ".", "Write its address beside that channel, or make a webhook in this one."}
	}
	return passed(name, "The webhook “%s” posts there.", plain(got.Name))
}

func (a *Adapter) checkChannel(ctx context.Context, channel string) Check {
	name := "discord channel " + clip(plain(channel), 40)
	if hook, ok := a.hooks[channel]; ok {
		return a.checkHook(ctx, name, channel, hook)
	}
	if !snowflake(channel) {
		return Check{name, false, "That is not the id of a channel.", "Switch on Developer Mode in Discord, then Copy Channel ID from the channel's menu."}
	}
	pl, err := a.placeOf(ctx, channel)
	if err != nil {
		remedy := "Invite the bot into the server and give it View Channel there."
		if r, ok := refusalOf(codeOf(err)); ok {
			remedy = r.remedy
		}
		return failed(name, errors.New("the channel cannot be read: "+err.Error()), remedy)
	}
	if !postable(pl) {
		return Check{name, false, "#" + plain(pl.Name) + " is a kind of channel that takes no messages.", "Choose a text, announcement or forum channel."}
	}
	have, err := a.permissions(ctx, channel)
	if err != nil {
		return failed(name, err, "Try again.")
	}
	lack := missing(have.rights, rightsIn(pl, false))
	switch {
	case len(lack) > 0 && have.timedOut:
		return Check{name, false, "I am timed out in the server of #" + plain(pl.Name) + ".", "Remove my timeout in the server's list of members."}
	case len(lack) > 0:
		return Check{name, false, "In #" + plain(pl.Name) + " I lack: " + lack.String() + ".", "Give my role these rights in the channel's settings, Permissions."}
	}
	if a.opts.Threads || slices.Contains(a.opts.Threaded, channel) {
		if lack = missing(have.rights, rightsIn(pl, true)); len(lack) > 0 {
			return Check{name, false, "I may post in #" + plain(pl.Name) + ", but begin no threads, which digests there want: their details go into the channel. I lack: " + lack.String() + ".",
				"Give my role these rights in the channel's settings, Permissions, or switch the threads off."}
		}
	}
	return passed(name, "I may post in #%s.", plain(pl.Name))
}
