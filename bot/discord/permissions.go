package discord

import (
	"context"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/daybrief/daybrief/digest"
)

// right is a permission with the name that Discord's settings show.
type right struct {
	bit  int64
	name string
}

// neededRights are all that posting needs. The install link lists exactly
// these.
func neededRights(threads bool) []right {
	r := []right{
		{discordgo.PermissionViewChannel, "View Channel"},
		{discordgo.PermissionSendMessages, "Send Messages"},
		{discordgo.PermissionEmbedLinks, "Embed Links"},
		{discordgo.PermissionSendMessagesInThreads, "Send Messages in Threads"},
	}
	if threads {
		r = append(r, right{discordgo.PermissionCreatePublicThreads, "Create Public Threads"})
	}
	return r
}

func bitsOf(rights []right) int64 {
	var all int64
	for _, r := range rights {
		all |= r.bit
	}
	return all
}

// missing names the rights that are not among have.
func missing(have int64, need []right) digest.Terms {
	if have&discordgo.PermissionAdministrator != 0 {
		return nil
	}
	var names digest.Terms
	for _, r := range need {
		if have&r.bit == 0 {
			names = append(names, digest.Term(r.name))
		}
	}
	return names
}

// overwrite is a channel's own rule for a role (0) or a member (1).
type overwrite struct {
	ID    string `json:"id"`
	Type  int    `json:"type"`
	Allow int64  `json:"allow,string"`
	Deny  int64  `json:"deny,string"`
}

type role struct {
	ID          string `json:"id"`
	Permissions int64  `json:"permissions,string"`
}

// member is the bot in a server.
type member struct {
	Roles []string   `json:"roles"`
	Until *time.Time `json:"communication_disabled_until"` // it is timed out
}

// standing is what the bot may do in a channel, and whether it may do so little
// only because it is timed out in the server.
type standing struct {
	rights   int64
	timedOut bool
}

// permissions works out what the bot may do in a channel, as Discord says to:
// https://docs.discord.com/developers/topics/permissions#permission-overwrites
func (a *Adapter) permissions(ctx context.Context, channel string) (standing, error) {
	me, err := a.me(ctx)
	if err != nil {
		return standing{}, err
	}
	pl, err := a.placeOf(ctx, channel)
	if err != nil {
		return standing{}, err
	}
	if pl.thread() {
		// A thread has the rules of its channel.
		parent, err := a.placeOf(ctx, pl.ParentID)
		if err != nil {
			return standing{}, err
		}
		pl.Overwrites = parent.Overwrites
	}
	var roles []role
	if err := a.rest.get(ctx, call{url: discordgo.EndpointGuildRoles(pl.GuildID), lane: lane{route: "GET guilds/roles", major: pl.GuildID}}, &roles); err != nil {
		return standing{}, err
	}
	var m member
	k := call{url: discordgo.EndpointGuildMember(pl.GuildID, me.ID), lane: lane{route: "GET guilds/members", major: pl.GuildID}}
	if err := a.rest.get(ctx, k, &m); err != nil {
		return standing{}, err
	}
	have := effective(pl, me.ID, m.Roles, roles)
	out := m.Until != nil && m.Until.After(a.opts.Now())
	return standing{implied(have, out), out && have&discordgo.PermissionAdministrator == 0}, nil
}

// implied leaves out what the lack of another right takes away: who is timed
// out may only look on, and who does not see a channel can do nothing in it.
// https://docs.discord.com/developers/topics/permissions#implicit-permissions
func implied(have int64, timedOut bool) int64 {
	switch {
	case have&discordgo.PermissionAdministrator != 0:
		return have
	case have&discordgo.PermissionViewChannel == 0:
		return 0
	case timedOut:
		return have & (discordgo.PermissionViewChannel | discordgo.PermissionReadMessageHistory)
	}
	return have
}

// effective applies roles and overwrites in Discord's order: everyone, the
// member's roles together, the member.
func effective(pl place, me string, mine []string, roles []role) int64 {
	own := map[string]bool{pl.GuildID: true} // the role of everyone has the server's id
	for _, id := range mine {
		own[id] = true
	}
	var have int64
	for _, r := range roles {
		if own[r.ID] {
			have |= r.Permissions
		}
	}
	if have&discordgo.PermissionAdministrator != 0 {
		return have
	}
	var allow, deny int64
	for _, o := range pl.Overwrites {
		switch {
		case o.ID == pl.GuildID:
			have = have&^o.Deny | o.Allow
		case o.Type == 0 && own[o.ID]:
			allow, deny = allow|o.Allow, deny|o.Deny
		}
	}
	have = have&^deny | allow
	for _, o := range pl.Overwrites {
		if o.Type == 1 && o.ID == me {
			have = have&^o.Deny | o.Allow
		}
	}
	return have
}

// bitset reads Discord's permissions, a number in a string.
func bitset(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}
