package discord

import (
	"fmt"
	"net/url"
	"strings"
)

// Setup is what the instructions for setting up depend on.
type Setup struct {
	ApplicationID string // "" when not known yet: the link then has a place for it
	PublicURL     string // address of the web page from outside, for the HTTP endpoint; "" for the gateway
	Threads       bool   // Options.Threads
}

// InstallLink is the address that installs the bot in a server, with exactly
// the rights that it needs.
func InstallLink(s Setup) string {
	app := s.ApplicationID
	if app == "" {
		app = "APPLICATION_ID"
	}
	q := url.Values{"client_id": {app}, "scope": {"bot applications.commands"}, "integration_type": {"0"},
		"permissions": {fmt.Sprint(bitsOf(neededRights(s.Threads)))}}
	return "https://discord.com/oauth2/authorize?" + q.Encode()
}

// Manifest says, line by line, what to set in Discord's developer portal and
// which link to open: Discord has no file that does it. The link is on a line
// of its own.
func Manifest(s Setup) string {
	var rights []string
	for _, r := range neededRights(s.Threads) {
		rights = append(rights, r.name)
	}
	endpoint, events := "leave it empty: the bot connects by itself", "leave it empty, or the bot's own address with "+EventsPath
	if s.PublicURL != "" {
		base := strings.TrimRight(s.PublicURL, "/")
		endpoint, events = base+InteractionsPath, base+EventsPath+", with the event Application Deauthorized"
	}
	return fmt.Sprintf(`1. Open https://discord.com/developers/applications and press New Application.
2. General Information
   Application ID             into the link below
   Public Key                 into DISCORD_PUBLIC_KEY (needed for the HTTP endpoint alone)
   Interactions Endpoint URL  %s
   Webhooks, Endpoint URL     %s
3. Installation
   Installation Contexts      User Install and Guild Install
   Install Link               None, or Discord Provided Link
   Default Install Settings   User Install: applications.commands
                              Guild Install: applications.commands, bot
   Permissions                %s
4. Bot
   Reset Token                into DISCORD_TOKEN
   Privileged Gateway Intents leave all three off: Presence, Server Members, Message Content
5. Open this link and choose the server:
   %s
6. Start daybrief. It registers its commands by itself; daybrief doctor checks all of this.
`, endpoint, events, strings.Join(rights, ", "), InstallLink(s))
}
