package discord

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// identity is who the bot is.
type identity struct {
	ID       string `json:"id"`
	Username string `json:"username"`
}

// me asks once who the token belongs to.
func (a *Adapter) me(ctx context.Context) (identity, error) {
	if id := a.self.Load(); id != nil {
		return *id, nil
	}
	var id identity
	if err := a.rest.get(ctx, call{url: discordgo.EndpointUser("@me"), lane: lane{route: "GET users"}}, &id); err != nil {
		return identity{}, err
	}
	a.self.Store(&id)
	return id, nil
}

// route is how a post gets to its place.
type route struct {
	channel string // whose pace counts, and which message list it goes into
	place   place
	forum   *newThread // begin a forum post
	hook    *webhook
	thread  string // webhook alone: the thread to post in
	reply   string // id of the message in channel to answer
	under   bool   // it goes under another message
	nonce   bool   // the place honours nonces, so a post may be tried again
	guessed bool   // what the channel is was not known
	ref     string // the post was found: nothing is to be sent
}

type newThread struct {
	Name        string   `json:"name"`
	AppliedTags []string `json:"applied_tags,omitempty"`
	// Message is the post itself.
	Message json.RawMessage `json:"message"`
}

func (a *Adapter) route(ctx context.Context, p bot.Post) (route, error) {
	if p.To.Direct {
		channel, err := a.dm(ctx, p.To.Channel)
		return underDirect(route{channel: channel, nonce: true}, p.ReplyTo), err
	}
	if hook, ok := a.hooks[p.To.Channel]; ok {
		return a.underHook(ctx, p, route{channel: p.To.Channel, hook: &hook}), nil
	}
	pl, err := a.placeIn(ctx, p.To)
	if err != nil {
		return route{}, err
	}
	if p.ReplyTo != "" {
		if r, ok, err := a.under(ctx, p, pl); ok || err != nil {
			return r, err
		}
	}
	if pl.forum() {
		return a.forumRoute(ctx, p, pl)
	}
	_, part, ok := partOf(p.Key)
	if a.opts.Threads && ok && part > 0 && !pl.thread() {
		return a.threadRoute(ctx, p, pl)
	}
	return route{channel: p.To.Channel, place: pl, nonce: true}, nil
}

// dm is the channel of a person's direct messages. Opening many gets a bot
// blocked, so new ones are few a minute; asking for one that exists opens
// none, but only Discord knows.
func (a *Adapter) dm(ctx context.Context, user string) (string, error) {
	now := a.opts.timing.now()
	if c, ok := a.dms.get(user, now); ok {
		return c, nil
	}
	if wait := a.dmTimes.take(now); wait > 0 {
		return "", &heldError{"new direct messages", wait}
	}
	k := call{method: http.MethodPost, url: discordgo.EndpointUserChannels("@me"), body: map[string]string{"recipient_id": user}, lane: lane{route: "POST users/channels"}}
	body, err := a.rest.retry(ctx, k)
	if err != nil {
		return "", err
	}
	var c place
	if err := json.Unmarshal(body, &c); err != nil || c.ID == "" {
		return "", &lostError{err: digest.Errorf(digest.Unavailable, "Discord named no channel for direct messages")}
	}
	a.dms.put(user, c.ID, now)
	return c.ID, nil
}

// call makes the request that posts p.
func (r route) call(p bot.Post, silent bool) call {
	k := call{method: http.MethodPost, lane: lane{route: "POST channels/messages", major: r.channel}}
	fields := map[string]any{}
	if silent {
		fields["flags"] = flagsOf(p.Payload) | flagSilent
	}
	switch {
	case r.hook != nil:
		k.url = discordgo.EndpointWebhookToken(r.hook.id, r.hook.token) + "?wait=true&with_components=true"
		if r.thread != "" {
			k.url += "&thread_id=" + r.thread
		}
		k.body, k.open = splice(withoutButtons(p.Payload), fields), true
		k.lane = lane{route: "POST webhooks", major: r.hook.id}
	case r.forum != nil:
		t := *r.forum
		t.Message = splice(p.Payload, fields)
		k.url, k.body = discordgo.EndpointChannelThreads(r.channel), t
		k.lane.route = "POST channels/threads"
	default:
		fields["nonce"], fields["enforce_nonce"] = nonceOf(p.Key), true
		if r.reply != "" {
			fields["message_reference"] = map[string]any{"message_id": r.reply, "channel_id": r.channel, "fail_if_not_exists": false}
		}
		k.url, k.body = discordgo.EndpointChannelMessages(r.channel), splice(p.Payload, fields)
	}
	return k
}

// refOf reads the reference "channel/message" from the answer to a post.
func (r route) refOf(body []byte) string {
	var m struct {
		ID        string `json:"id"`
		ChannelID string `json:"channel_id"`
	}
	if json.Unmarshal(body, &m) != nil || m.ID == "" {
		return ""
	}
	if r.forum != nil {
		return m.ID + "/" + m.ID // a forum post and its first message have one id
	}
	if m.ChannelID == "" {
		m.ChannelID = r.channel
	}
	return m.ChannelID + "/" + m.ID
}

// webhook is the address of one, taken apart.
type webhook struct{ id, token string }

var webhookPath = regexp.MustCompile(`^/api(?:/v\d+)?/webhooks/(\d+)/([A-Za-z0-9_-]+)/?$`)

func parseWebhooks(in map[string]string) (map[string]webhook, error) {
	out := map[string]webhook{}
	for channel, address := range in {
		_, rest, _ := strings.Cut(address, "://")
		_, path, _ := strings.Cut(rest, "/")
		m := webhookPath.FindStringSubmatch("/" + path)
		if m == nil || !snowflake(channel) {
			// The address is a secret and is not repeated.
			return nil, digest.Errorf(digest.Invalid, "the webhook of channel %s is not an address that Discord gives", clip(plain(channel), 40)).
				WithHint("Copy it from the channel's settings, Integrations, Webhooks, Copy Webhook URL.")
		}
		out[channel] = webhook{m[1], m[2]}
	}
	return out, nil
}

// withoutButtons drops what a webhook may not send: buttons and menus that
// would come back to the bot. Link buttons stay.
func withoutButtons(data []byte) []byte {
	var m message
	if json.Unmarshal(data, &m) != nil {
		return data
	}
	m.Components = linksOnly(m.Components)
	out, err := encode(m)
	if err != nil {
		return data
	}
	return out
}

func linksOnly(cs []component) []component {
	var out []component
	for _, c := range cs {
		had := len(c.Components)
		c.Components = linksOnly(c.Components)
		if c.CustomID != "" || (had > 0 && len(c.Components) == 0) {
			continue
		}
		if c.Type == typeSection && c.Accessory != nil && c.Accessory.CustomID != "" {
			out = append(out, c.Components...)
			continue
		}
		out = append(out, c)
	}
	return out
}

// partOf reads edition and part from a key "e<edition>.<part>.<destination>".
func partOf(key string) (edition string, part int, ok bool) {
	edition, rest, ok := strings.Cut(key, ".")
	number, _, _ := strings.Cut(rest, ".")
	part, err := strconv.Atoi(number)
	return edition, part, ok && err == nil && strings.HasPrefix(edition, "e")
}

// editionKey names an edition in a channel, for what later parts need to know.
func editionKey(edition string, p bot.Post) string { return edition + " " + p.To.Channel }

// snowflakeTime is when Discord made an id.
// https://docs.discord.com/developers/reference#snowflakes
func snowflakeTime(id string) time.Time {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(int64(n>>22) + discordEpoch)
}

// snowflakeAt is the smallest id of a time.
func snowflakeAt(t time.Time) string {
	return strconv.FormatInt(max(0, t.UnixMilli()-discordEpoch)<<22, 10)
}

const discordEpoch = 1420070400000 // 2015 in Unix milliseconds

// tagsFor are the forum's tags whose names stand among the post's headings,
// at most five; one of any name where the forum demands one.
func tagsFor(p place, headings string) []string {
	headings = " " + strings.ToLower(headings) + " "
	var out []string
	for _, t := range p.Tags {
		name := strings.ToLower(strings.TrimSpace(t.Name))
		if name != "" && !t.Moderated && strings.Contains(headings, " "+name+" ") && len(out) < maxAppliedTags {
			out = append(out, t.ID)
		}
	}
	if len(out) == 0 && p.Flags&flagRequireTag != 0 {
		if i := slices.IndexFunc(p.Tags, func(t forumTag) bool { return !t.Moderated }); i >= 0 {
			out = append(out, p.Tags[i].ID)
		}
	}
	return out
}
