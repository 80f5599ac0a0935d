package discord

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/bwmarrin/discordgo"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// What channels are. The gateway tells it, when it connects and when something
// changes; a process without a gateway asks for all channels of a server at
// once; and most posts need not know it. Asking for each channel would take a
// request for each digest of the first morning, of the few that Discord allows.

// place is a channel or thread, as far as posting needs it.
type place struct {
	ID         string      `json:"id"`
	Type       int         `json:"type"`
	GuildID    string      `json:"guild_id"`
	ParentID   string      `json:"parent_id"`
	OwnerID    string      `json:"owner_id"`
	Name       string      `json:"name"`
	Flags      int         `json:"flags"`
	Tags       []forumTag  `json:"available_tags"`
	Overwrites []overwrite `json:"permission_overwrites"`
}

type forumTag struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Moderated bool   `json:"moderated"`
}

const flagRequireTag = 1 << 4 // of a forum channel

func (p place) forum() bool {
	return p.Type == int(discordgo.ChannelTypeGuildForum) || p.Type == int(discordgo.ChannelTypeGuildMedia)
}

func (p place) thread() bool {
	return p.Type >= int(discordgo.ChannelTypeGuildNewsThread) && p.Type <= int(discordgo.ChannelTypeGuildPrivateThread)
}

// placeOf asks what a channel is, at most every 26 hours, so that a digest of
// each morning costs one request and not two. A channel that refuses a post is
// asked at once, see reroute.
func (a *Adapter) placeOf(ctx context.Context, channel string) (place, error) {
	if p, ok := a.places.get(channel, a.opts.timing.now()); ok {
		return p, nil
	}
	var p place
	k := call{url: discordgo.EndpointChannel(channel), lane: lane{route: "GET channels", major: channel}}
	if err := a.rest.get(ctx, k, &p); err != nil {
		return place{}, err
	}
	a.places.put(channel, p, a.opts.timing.now())
	return p, nil
}

// placeIn is placeOf for a destination whose server may be known: then all
// channels of the server are asked for at once, and each server once in 26
// hours. Threads are not among them.
func (a *Adapter) placeIn(ctx context.Context, to digest.Destination) (place, error) {
	now := a.opts.timing.now()
	if p, ok := a.places.get(to.Channel, now); ok {
		return p, nil
	}
	if !snowflake(to.Workspace) {
		return a.placeOf(ctx, to.Channel)
	}
	_, _, _ = a.listing.Do(to.Workspace, func() (any, error) {
		if _, listed := a.listed.get(to.Workspace, now); listed {
			return nil, nil
		}
		// Where the list is not to be had, the channel itself is asked.
		list, err := a.channelsIn(ctx, to.Workspace)
		if err == nil {
			a.learn(to.Workspace, list)
			a.listed.put(to.Workspace, struct{}{}, now)
		}
		return nil, nil
	})
	return a.placeOf(ctx, to.Channel)
}

func (a *Adapter) channelsIn(ctx context.Context, guild string) ([]place, error) {
	var list []place
	err := a.rest.get(ctx, call{url: discordgo.EndpointGuildChannels(guild), lane: lane{route: "GET guilds/channels", major: guild}}, &list)
	return list, err
}

// learn remembers channels of a server that take posts.
func (a *Adapter) learn(guild string, list []place) {
	now := a.opts.timing.now()
	for _, p := range list {
		if p.GuildID == "" {
			p.GuildID = guild // the gateway leaves it out within a server
		}
		if snowflake(p.ID) && snowflake(p.GuildID) && postable(p) {
			a.places.put(p.ID, p, now)
		}
	}
}

// learnEvent takes in what the gateway says about channels.
// https://docs.discord.com/developers/events/gateway-events#guilds
func (a *Adapter) learnEvent(event string, data []byte) {
	var in struct {
		place // of an event about one channel

		Channels []place `json:"channels"` // of one about a server
		Threads  []place `json:"threads"`
	}
	if json.Unmarshal(data, &in) != nil {
		return // an event of a form that is not known leaves what is known
	}
	switch event {
	case "GUILD_CREATE":
		a.learn(in.ID, in.Channels)
		a.learn(in.ID, in.Threads)
	case "CHANNEL_CREATE", "CHANNEL_UPDATE":
		a.learn(in.GuildID, []place{in.place})
	case "CHANNEL_DELETE":
		a.places.drop(in.ID)
	}
}

// guess is the route of a post for which it does not matter what the channel
// is, where that is not known: nearly all are channels or threads that take
// posts as they are. One that does not, as a forum, says so without a trace of
// the post; then it is asked what it is, see reroute.
func (a *Adapter) guess(p bot.Post) (r route, ok bool) {
	if _, known := a.places.get(p.To.Channel, a.opts.timing.now()); known || p.To.Direct || p.ReplyTo != "" || a.opts.Crosspost {
		return route{}, false
	}
	if _, hook := a.hooks[p.To.Channel]; hook {
		return route{}, false
	}
	if _, part, ok := partOf(p.Key); a.opts.Threads && (!ok || part > 0) {
		return route{}, false
	}
	return route{channel: p.To.Channel, nonce: true, guessed: true}, true
}

// wrongKind reports whether a refusal may be for the kind of the channel. A
// lack of rights is not, nor is a channel that is gone.
func wrongKind(err error) bool { return statusOf(err) == http.StatusBadRequest }
