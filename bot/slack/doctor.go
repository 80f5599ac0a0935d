package slack

import (
	"context"
	"fmt"
	"slices"
	"strings"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/digest"
)

// Check is one thing that set-up can get wrong.
type Check struct {
	Name   string
	OK     bool
	Detail string // what was found
	Remedy string // what to do, when not OK; or what more could be had
}

// Doctor tries everything that set-up can get wrong: the kind of each token,
// what Slack says to it, the scopes, the socket, and each channel that a
// digest goes to. It posts nothing.
func (a *App) Doctor(ctx context.Context) []Check {
	checks := []Check{tokenKind("bot token", a.o.BotToken, "xoxb-", "Copy the “Bot User OAuth Token” from “OAuth & Permissions” into SLACK_BOT_TOKEN.")}
	checks = append(checks, a.transportChecks()...)
	id, err := a.identify(ctx)
	if err != nil {
		return append(checks, Check{Name: "auth.test", Detail: "Slack answers " + codeOf(err), Remedy: remedyOf(err, "bot")})
	}
	checks = append(checks, Check{Name: "auth.test", OK: true, Detail: fmt.Sprintf("@%s in %s (%s)", id.Name, id.Team, id.Workspace)})
	checks = append(checks, scopeChecks(id)...)
	if a.o.AppToken != "" {
		checks = append(checks, a.socketCheck(ctx))
	}
	for _, c := range a.o.Channels {
		checks = append(checks, a.channelCheck(ctx, id, c))
	}
	return checks
}

// tokenKind tells a token of the wrong kind, the most common mistake.
func tokenKind(name, token, prefix, remedy string) Check {
	c := Check{Name: name, Remedy: remedy}
	switch {
	case token == "":
		c.Detail = "it is not set"
	case strings.HasPrefix(token, prefix):
		c.OK, c.Detail, c.Remedy = true, "it is of the right kind ("+prefix+")", ""
	default:
		c.Detail = "it is " + kindOf(token) + ", not one that begins with " + prefix
	}
	return c
}

func kindOf(token string) string {
	for prefix, kind := range map[string]string{"xoxb-": "a bot token", "xoxp-": "a user token", "xapp-": "an app-level token",
		"xoxe-": "a refresh token", "xoxe.": "a configuration token", "xoxc-": "a browser's token", "xoxa-": "a token of an old kind"} {
		if strings.HasPrefix(token, prefix) {
			return kind + " (" + prefix + ")"
		}
	}
	return "no Slack token"
}

// transportChecks are about how people's requests come in.
func (a *App) transportChecks() []Check {
	if a.o.AppToken != "" {
		return []Check{tokenKind("app token", a.o.AppToken, "xapp-", "Create an app-level token with connections:write under “Basic Information” and put it into SLACK_APP_TOKEN.")}
	}
	if a.o.SigningSecret != "" {
		return []Check{{Name: "signing secret", OK: len(a.o.SigningSecret) == 32, Detail: fmt.Sprintf("it has %d characters", len(a.o.SigningSecret)),
			Remedy: "Copy the “Signing Secret”, 32 characters, from “Basic Information” into SLACK_SIGNING_SECRET."}}
	}
	return []Check{{Name: "way in", Detail: "neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, so digests are posted but nobody can ask",
		Remedy: "Set SLACK_APP_TOKEN for Socket Mode, which needs no public address."}}
}

func remedyOf(err error, which string) string {
	if refused := refusal(err, which); refused != nil {
		return upper(digest.HintOf(refused)) + "."
	}
	return "Check that this machine reaches slack.com: " + Redact(err.Error())
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// scopeChecks compares what was granted with what is needed and what adds
// something.
func scopeChecks(id identity) []Check {
	var missing []string
	for _, s := range RequiredScopes() {
		if !id.has(s) {
			missing = append(missing, s)
		}
	}
	c := Check{Name: "scopes", OK: len(missing) == 0, Detail: "all needed are granted"}
	if !c.OK {
		c.Detail = "missing: " + strings.Join(missing, ", ")
		c.Remedy = "Paste the manifest into the app's settings again and install the app again, then copy the new bot token."
	}
	checks := []Check{c}
	var names []string
	for s := range OptionalScopes() {
		names = append(names, s)
	}
	slices.Sort(names)
	for _, s := range names {
		if !id.has(s) {
			checks = append(checks, Check{Name: "scope " + s, OK: true, Detail: "not granted: no " + OptionalScopes()[s], Remedy: "Add it under “OAuth & Permissions” if that is wanted."})
		}
	}
	return checks
}

func (a *App) socketCheck(ctx context.Context) Check {
	if _, _, err := a.api.StartSocketModeContext(ctx); err != nil {
		return Check{Name: "apps.connections.open", Detail: "Slack answers " + codeOf(err), Remedy: remedyOf(err, "app")}
	}
	return Check{Name: "apps.connections.open", OK: true, Detail: "Slack gives a socket"}
}

// channelCheck looks whether a digest can be posted to a channel.
func (a *App) channelCheck(ctx context.Context, id identity, channel string) Check {
	c := Check{Name: "channel " + channel, OK: true}
	if !id.mayAskOfChannels() {
		c.Detail = "not checked: the app has no scope channels:read"
		return c
	}
	info, err := a.api.GetConversationInfoContext(ctx, &slackgo.GetConversationInfoInput{ChannelID: channel})
	switch {
	case codeOf(err) == "channel_not_found":
		c.OK, c.Detail = false, "Slack knows no such channel, or it is private and the bot is not in it"
		c.Remedy = "Copy the channel's id from “View channel details”; in a private channel type `/invite @" + id.Name + "`."
	case err != nil:
		c.Detail = "not checked: Slack answers " + codeOf(err)
	case info.IsArchived:
		c.OK, c.Detail, c.Remedy = false, "it is archived", "Unarchive it, or choose another channel."
	case !info.IsMember && (info.IsPrivate || !id.has("chat:write.public")):
		c.OK, c.Detail, c.Remedy = false, "the bot is not in it", "Type `/invite @"+id.Name+"` there."
	default:
		c.Detail = "#" + info.Name
	}
	return c
}
