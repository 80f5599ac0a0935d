package discordtest

import "time"

// all is what an administrator and a server's owner may: everything.
const all = 1<<53 - 1

// Administrator is the right that has all others.
const Administrator = 1 << 3

// inTimeout is what a member keeps who was sent out for a while.
const inTimeout = ViewChannel | ReadHistory

// overwrite is a channel's own rule for a role or a member.
type overwrite struct {
	id          string
	member      bool
	allow, deny int64
}

// SetEveryone sets what the role of everyone may do in a server: nothing, when
// it is not set.
func (s *Server) SetEveryone(guild string, rights int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guilds[guild].everyone = rights
}

// Everyone is the role of everyone in a server, for Overwrite.
func Everyone(guild string) string { return guild }

// Role is the bot's own role in a server, for Overwrite.
func Role(guild string) string { return guild + "1" }

// AddRole gives the bot one more role, which allows nothing by itself.
func (s *Server) AddRole(guild string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guilds[guild]
	g.roles = append(g.roles, s.id())
	return g.roles[len(g.roles)-1]
}

// Overwrite sets a channel's own rule for a role, or for a member (BotID): what
// it allows and denies there, whatever holds in the server. It takes the place
// of an earlier one.
func (s *Server) Overwrite(channel, who string, allow, deny int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	rule := overwrite{id: who, member: who == BotID || s.users[who] != nil, allow: allow, deny: deny}
	for i, o := range c.overwrites {
		if o.id == who {
			c.overwrites[i] = rule
			return
		}
	}
	c.overwrites = append(c.overwrites, rule)
}

// Timeout sends the bot out of a server's conversations until a time; the zero
// time lets it in again.
func (s *Server) Timeout(guild string, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guilds[guild].timeout = until
}

// may is what the bot may do in a channel. It is worked out here once more, by
// Discord's description and not by what the adapter makes of it.
// https://docs.discord.com/developers/topics/permissions#permission-overwrites
func (s *Server) may(c *channel) int64 {
	if c.guild == "" {
		return AllBotMayEver
	}
	g := s.guilds[c.guild]
	base := g.everyone | g.rights // the further roles allow nothing by themselves
	if base&Administrator != 0 {
		return all
	}
	rights := s.ruled(c, base)
	if s.opts.Now().Before(g.timeout) {
		rights &= inTimeout
	}
	if rights&ViewChannel == 0 {
		return 0 // who does not see a channel can do nothing in it
	}
	return rights
}

// ruled applies a channel's rules to what holds in its server: that for
// everyone, then those for the bot's roles together, of which allowing wins,
// then that for the bot itself. A thread has no rules of its own.
func (s *Server) ruled(c *channel, rights int64) int64 {
	if parent := s.channels[c.parent]; parent != nil {
		c = parent
	}
	mine := map[string]bool{Role(c.guild): true}
	for _, r := range s.guilds[c.guild].roles {
		mine[r] = true
	}
	var everyone, roles, member overwrite
	for _, o := range c.overwrites {
		switch {
		case o.member && o.id == BotID:
			member = o
		case !o.member && o.id == c.guild:
			everyone = o
		case !o.member && mine[o.id]:
			roles.allow |= o.allow
			roles.deny |= o.deny
		}
	}
	for _, o := range []overwrite{everyone, roles, member} {
		rights &^= o.deny
		rights |= o.allow
	}
	return rights
}

// May is what the bot may do in a channel.
func (s *Server) May(channel string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.may(s.channels[channel])
}

// can reports whether the bot has all of some rights in a channel.
func (s *Server) can(c *channel, rights int64) bool { return s.may(c)&rights == rights }

// rules are a channel's overwrites as Discord gives them.
func (c *channel) rules() []any {
	out := []any{}
	for _, o := range c.overwrites {
		kind := 0
		if o.member {
			kind = 1
		}
		out = append(out, map[string]any{"id": o.id, "type": kind, "allow": bits(o.allow), "deny": bits(o.deny)})
	}
	return out
}
