package discord

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// findPages is how many pages of a hundred messages are read at most.
const findPages = 5

// Find looks for a post whose fate is not known.
//
// Within two minutes of p.Started it asks Discord by posting again with the
// same nonce: Discord answers with the message that is there, or shows it now;
// either way it is there once. Later it reads the channel's messages from that
// time on, which needs the right Read Message History (direct messages always
// have it); without it, and through webhooks, the fate cannot be told, which is
// an Unavailable error.
func (a *Adapter) Find(ctx context.Context, p bot.Post) (string, error) {
	if p.Started.IsZero() {
		return "", nil // no attempt ever began
	}
	if a.hooks[p.To.Channel] == (webhook{}) && a.opts.Now().Sub(p.Started) < nonceWindow {
		if ref, err := a.Send(ctx, p); err == nil {
			return ref, nil
		}
	}
	p.Started = p.Started.Add(-clockSkew)
	r, err := a.findRoute(ctx, p)
	if err != nil {
		return "", cannotTell(err)
	}
	if r.ref != "" || r.forum != nil {
		return r.ref, nil
	}
	if err := a.readable(ctx, p); err != nil {
		return "", err
	}
	ref, err := a.search(ctx, p, r.channel)
	if ref != "" || err != nil || !r.under || p.To.Direct || r.channel == p.To.Channel || r.place.forum() {
		return ref, err
	}
	return a.search(ctx, p, p.To.Channel) // where a thread refuses, a post goes into the channel
}

func cannotTell(err error) error {
	return digest.Errorf(digest.Unavailable, "cannot tell whether the post is on Discord: %w", err)
}

// findRoute is where the post would be. No new thread is begun and no direct
// messages are opened for it beyond what sending would do.
func (a *Adapter) findRoute(ctx context.Context, p bot.Post) (route, error) {
	_, hook := a.hooks[p.To.Channel]
	if p.ReplyTo != "" && !p.To.Direct {
		return a.findUnder(ctx, p, hook)
	}
	if hook {
		return route{channel: p.To.Channel}, nil
	}
	return a.route(ctx, p)
}

// findUnder looks for the thread that a post under a message would be in.
func (a *Adapter) findUnder(ctx context.Context, p bot.Post, hook bool) (route, error) {
	pl, err := a.placeIn(ctx, p.To)
	if err != nil {
		return route{}, err
	}
	channel, id, ok := parseRef(p.ReplyTo)
	if ok && channel == pl.ID && !pl.thread() {
		channel = id // the thread of a message has its id
	}
	if ok && channel != pl.ID {
		if t, err := a.threadOf(ctx, channel, pl); err != nil || t != "" {
			return route{channel: t, place: pl, under: true}, err
		}
	}
	p.ReplyTo = ""
	if hook {
		return route{channel: p.To.Channel}, nil
	}
	return a.route(ctx, p)
}

// readable makes sure that an empty list means no messages: without the right
// to read history Discord answers with an empty list too.
func (a *Adapter) readable(ctx context.Context, p bot.Post) error {
	if p.To.Direct {
		return nil
	}
	have, err := a.permissions(ctx, p.To.Channel)
	if err != nil {
		return cannotTell(err)
	}
	if have.rights&discordgo.PermissionReadMessageHistory == 0 {
		return digest.Errorf(digest.Unavailable, "cannot tell whether the post is on Discord: I may not read the channel's history: %w", bot.ErrCannotLook).
			WithHint("Look into the channel, or give me Read Message History there.")
	}
	return nil
}

// search reads the channel from the first attempt on, oldest first.
func (a *Adapter) search(ctx context.Context, p bot.Post, channel string) (string, error) {
	me, err := a.me(ctx)
	if err != nil {
		return "", cannotTell(err)
	}
	want := postText(p.Payload)
	after := snowflakeAt(p.Started)
	for range findPages {
		list, err := a.messagesAfter(ctx, channel, after)
		if err != nil {
			return "", cannotTell(err)
		}
		for _, m := range list {
			if (m.Author.ID == me.ID || m.WebhookID != "") && squeeze(m.text()) == want {
				return channel + "/" + m.ID, nil
			}
		}
		if len(list) < 100 {
			return "", nil
		}
		after = newest(list)
	}
	return "", digest.Errorf(digest.Unavailable, "cannot tell whether the post is on Discord: the channel has had too many messages since")
}

// found is a message as a list of them gives it.
type found struct {
	ID        string `json:"id"`
	WebhookID string `json:"webhook_id"`
	Author    struct {
		ID string `json:"id"`
	} `json:"author"`
	Content    string          `json:"content"`
	Embeds     []readEmbed     `json:"embeds"`
	Components json.RawMessage `json:"components"`
}

func (f found) text() string {
	var cs []component
	// A component of a kind not known here is of no post of ours.
	_ = json.Unmarshal(f.Components, &cs)
	return visibleText(payload{Content: f.Content, Embeds: f.Embeds, Components: cs})
}

func postText(data []byte) string {
	var p payload
	_ = json.Unmarshal(data, &p)
	return squeeze(visibleText(p))
}

// squeeze leaves out spaces, of which Discord trims some, and addresses, which
// Send leaves out when Discord's filter minds one.
func squeeze(s string) string {
	return strings.Join(strings.Fields(maskedLink.ReplaceAllString(s, "$1")), " ")
}

func (a *Adapter) messagesAfter(ctx context.Context, channel, after string) ([]found, error) {
	var list []found
	k := call{url: discordgo.EndpointChannelMessages(channel) + "?limit=100&after=" + after, lane: lane{route: "GET channels/messages", major: channel}}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	err := a.rest.get(ctx, k, &list)
	return list, err
}

// newest is the greatest id of a list; ids are numbers of up to 20 digits.
func newest(list []found) string {
	best := list[0].ID
	for _, m := range list {
		if len(m.ID) > len(best) || (len(m.ID) == len(best) && m.ID > best) {
			best = m.ID
		}
	}
	return best
}
