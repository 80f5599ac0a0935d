package slack

import (
	"errors"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
)

// Reasons why no post to a destination can work until someone acts, with what
// to do. @bot stands for the bot's name.
// https://docs.slack.dev/reference/methods/chat.postMessage#errors
func permanent(code string) (remedy string, ok bool) {
	if strings.HasPrefix(code, "restricted_action") {
		return "Ask a workspace owner to let @bot post there, or choose another channel.", true
	}
	remedies := map[string]string{
		"is_archived":             "Unarchive the channel, or choose another one.",
		"channel_not_found":       "Check that the channel still exists; when it is private, type `/invite @bot` there.",
		"not_in_channel":          "Type `/invite @bot` in the channel.",
		"no_permission":           "Ask a workspace owner to let @bot post there.",
		"ekm_access_denied":       "Ask a workspace owner: the organisation's key management refuses access to the channel.",
		"missing_scope":           "Install the app again from the manifest, so that it gets the scopes it needs.",
		"cannot_reply_to_message": "Choose another channel.",
		"access_denied":           "Ask a workspace owner to let @bot post there.",
		"team_access_not_granted": "Ask an organisation owner to add the app to this workspace.",
		"team_not_found":          "Use the id of a channel in the workspace where the app is installed.",
		"user_disabled":           "The person's account is deactivated; delete the subscription.",
		"user_not_found":          "The person is not in this workspace; delete the subscription.",
		"user_not_visible":        "The app may not see this person; they can subscribe again themselves.",
		"users_not_found":         "The person is not in this workspace; delete the subscription.",
		"cannot_dm_bot":           "Choose a person or a channel; a bot has no direct messages.",
		"messages_tab_disabled":   "Turn the app's Messages tab on, as the manifest does.",
		"wrong_workspace":         "Use the id of a channel in the workspace where the app is installed.",
	}
	remedy, ok = remedies[code]
	return remedy, ok
}

// temporary are refusals that pass by themselves: surely not posted.
func temporary(code string) bool {
	switch code {
	case "service_unavailable", "team_added_to_org", "org_login_required", "request_timeout", "accesslimited":
		return true
	}
	return false
}

// refusedToken are the codes of a token that does not work: nothing does until
// the operator acts.
func refusedToken(code string) bool {
	switch code {
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type", "app_uninstalled":
		return true
	}
	return false
}

// tooBig are refusals of the blocks, for which plainer ones may do.
func tooBig(code string) bool {
	switch code {
	case "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format", "msg_too_long", "block_mismatch":
		return true
	}
	return false
}

// tokenPause is how long posting waits for the operator to mend a token.
const tokenPause = 10 * time.Minute

// sendError makes the outcome of a post from the error of a call.
func (a *App) sendError(err error) *bot.SendError {
	var ce *callError
	if !errors.As(err, &ce) {
		ce = &callError{Method: "chat.postMessage", Code: "error", Wrote: true, Err: err}
	}
	out := &bot.SendError{Fate: bot.Refused, Reason: ce.Code, RetryAfter: ce.Wait, Err: ce}
	name := a.known().Name
	if name == "" {
		name = "daybrief"
	}
	switch remedy, ok := permanent(ce.Code); {
	case ok:
		out.Suspend, out.Remedy = true, strings.ReplaceAll(remedy, "@bot", "@"+name)
	case refusedToken(ce.Code):
		out.Fate, out.RetryAfter = bot.Unsent, tokenPause
		out.Remedy = "Put a working bot token (xoxb-) into SLACK_BOT_TOKEN: install the app again and copy it from “OAuth & Permissions”."
	case ce.Code == "message_limit_exceeded":
		out.Fate = bot.Unsent
		out.Remedy = "Ask a workspace owner: the workspace is over the message quota of its plan."
	case ce.Code == "ratelimited", ce.Code == "rate_wait", ce.Code == "cancelled", temporary(ce.Code):
		out.Fate = bot.Unsent
	case mayHaveLanded(ce):
		out.Fate = bot.Unclear
	case ce.Code == "network", ce.Code == "timeout", strings.HasPrefix(ce.Code, "http_"):
		out.Fate = bot.Unsent
	}
	return out
}

// mayHaveLanded tells the outcomes after which a post may be visible: a
// request that had begun to leave and got no answer, an answer that cannot be
// read, a server's fault. Slack says of fatal_error and internal_error that
// part of the work may have been done.
func mayHaveLanded(ce *callError) bool {
	switch ce.Code {
	case "fatal_error", "internal_error", "unreadable", "error":
		return true
	case "network", "timeout":
		return ce.Wrote
	}
	return strings.HasPrefix(ce.Code, "http_5")
}
