package slack

import (
	"slices"
	"strconv"
	"strings"

	"github.com/daybrief/daybrief/digest"
)

// RequiredScopes are those without which nothing works: the command, posting,
// opening direct messages, and a person's zone and language.
func RequiredScopes() []string { return []string{"chat:write", "commands", "im:write", "users:read"} }

// OptionalScopes are those that each add one thing, by scope.
func OptionalScopes() map[string]string {
	return map[string]string{
		"app_mentions:read": "answering @mentions in channels",
		"im:history":        "answering what is written in direct messages",
		"chat:write.public": "posting to public channels without an invitation",
		"channels:read":     "checking that the bot is in a public channel",
		"files:write":       "sending an export as a file",
	}
}

// historyScopes let a post of unclear fate be looked for. They let the bot
// read channels, so they are asked for only by who wants that.
func historyScopes() []string { return []string{"channels:history", "groups:history"} }

// ManifestOptions choose what a manifest asks for.
type ManifestOptions struct {
	Name    string // of the app and its bot, at most 35 characters; default daybrief
	Command string // default /brief
	// URL is the public address of daybrief, https and without a path, for HTTP.
	// "" means Socket Mode, which needs no public address.
	URL string
	// History asks for the scopes by which a post of unclear fate can be looked
	// for in channels.
	History bool
}

// Limits of a manifest: https://docs.slack.dev/reference/app-manifest.
const (
	maxAppName    = 35
	maxAppAbout   = 140
	maxAppLong    = 4000
	minAppLong    = 175
	maxUsageHint  = 1000
	maxShortcut   = 24
	maxCommandLen = 32
)

// Manifest is the app manifest to paste under "Create New App, From a
// manifest", as YAML. It asks for the least scopes; those that only add
// something are optional, so that an admin can leave them out.
func Manifest(o ManifestOptions) (string, error) {
	if o.Name == "" {
		o.Name = "daybrief"
	}
	if o.Command == "" {
		o.Command = DefaultCommand
	}
	o.URL = strings.TrimSuffix(o.URL, "/")
	switch {
	case len([]rune(o.Name)) > maxAppName || clean(o.Name) != o.Name:
		return "", digest.Errorf(digest.Invalid, "an app's name has at most %d characters", maxAppName)
	case !commandName().MatchString(o.Command):
		return "", digest.Errorf(digest.Invalid, "%q cannot be a slash command", o.Command)
	case o.URL != "" && (!strings.HasPrefix(o.URL, "https://") || safeURL(o.URL) != o.URL):
		return "", digest.Errorf(digest.Invalid, "Slack reaches daybrief only at an https address, not %q", o.URL).WithHint("leave the address out to use Socket Mode")
	}
	w := &yamlWriter{}
	o.display(w)
	o.features(w)
	o.scopes(w)
	o.settings(w)
	return w.String(), nil
}

func (o ManifestOptions) display(w *yamlWriter) {
	w.line(0, "_metadata:", "")
	w.line(1, "major_version:", "2")
	w.line(0, "display_information:", "")
	w.text(1, "name", o.Name)
	w.text(1, "description", "A news digest for this channel, and answers to "+o.Command+" korea-trade.")
	w.text(1, "long_description", "daybrief reads the news sources that you choose, groups the articles on one event into a story and tells each story once, in sentences of its sources, with links. "+
		"It posts a digest on a schedule, answers "+o.Command+" with a country, a topic or both, and shows why each story is there. It runs on your own machine and reads no messages but those sent to it.")
	w.text(1, "background_color", "#1f2d3d")
}

func (o ManifestOptions) features(w *yamlWriter) {
	w.line(0, "features:", "")
	w.line(1, "app_home:", "")
	w.line(2, "home_tab_enabled:", "true")
	w.line(2, "messages_tab_enabled:", "true")
	w.line(2, "messages_tab_read_only_enabled:", "false")
	w.line(1, "bot_user:", "")
	w.text(2, "display_name", o.Name)
	w.line(2, "always_online:", "true")
	w.line(1, "shortcuts:", "")
	w.text(2, "- name", "Brief me on this")
	w.line(3, "type:", "message")
	w.line(3, "callback_id:", shortcutID)
	w.text(3, "description", "What the news says about this message")
	w.line(1, "slash_commands:", "")
	w.text(2, "- command", o.Command)
	w.text(3, "description", "What is new about a country or topic")
	w.text(3, "usage_hint", "korea-trade | subscribe korea-trade weekdays 8:00 | help")
	w.line(3, "should_escape:", "true")
	o.url(w, 3, "url", "/slack/commands")
}

func (o ManifestOptions) scopes(w *yamlWriter) {
	var optional []string
	for s := range OptionalScopes() {
		optional = append(optional, s)
	}
	if o.History {
		optional = append(optional, historyScopes()...)
	}
	slices.Sort(optional)
	w.line(0, "oauth_config:", "")
	w.line(1, "scopes:", "")
	w.line(2, "bot:", "")
	for _, s := range append(RequiredScopes(), optional...) {
		w.line(3, "-", s)
	}
	w.line(2, "bot_optional:", "")
	for _, s := range optional {
		w.line(3, "-", s)
	}
}

func (o ManifestOptions) settings(w *yamlWriter) {
	w.line(0, "settings:", "")
	w.line(1, "event_subscriptions:", "")
	o.url(w, 2, "request_url", "/slack/events")
	w.line(2, "bot_events:", "")
	for _, e := range []string{"app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked"} {
		w.line(3, "-", e)
	}
	w.line(1, "interactivity:", "")
	w.line(2, "is_enabled:", "true")
	o.url(w, 2, "request_url", "/slack/interactions")
	o.url(w, 2, "message_menu_options_url", "/slack/interactions")
	w.line(1, "org_deploy_enabled:", "false")
	w.line(1, "socket_mode_enabled:", strconv.FormatBool(o.URL == ""))
	w.line(1, "token_rotation_enabled:", "false")
}

func (o ManifestOptions) url(w *yamlWriter, depth int, key, path string) {
	if o.URL != "" {
		w.text(depth, key, o.URL+path)
	}
}

// yamlWriter writes the little YAML that a manifest needs, in the order that
// people read it, which a library would sort.
type yamlWriter struct{ strings.Builder }

func (w *yamlWriter) line(depth int, key, value string) {
	w.WriteString(strings.TrimRight(strings.Repeat("  ", depth)+key+" "+value, " ") + "\n")
}

// text writes a string in double quotes, whose escapes in YAML are Go's for
// printable text.
func (w *yamlWriter) text(depth int, key, value string) {
	w.line(depth, key+":", strconv.Quote(value))
}
