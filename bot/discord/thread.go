package discord

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/daybrief/daybrief/bot"
)

// forumRoute finds the forum post that a part belongs to: one a day and
// title, its first part the post, later parts and later editions replies. The
// post is known in memory, or found by its name among the active ones, so a
// restart between two parts does not begin a second post.
func (a *Adapter) forumRoute(ctx context.Context, p bot.Post, pl place) (route, error) {
	name := threadName(p.Payload)
	edition, part, known := partOf(p.Key)
	key := editionKey(edition, p)
	if id, ok := a.threads.get(key, a.opts.timing.now()); ok && known {
		return route{channel: id, place: pl, nonce: true}, nil
	}
	t, err := a.activeThread(ctx, pl, name)
	if err != nil {
		return route{}, err
	}
	switch {
	case t.ID == "":
		tags := tagsFor(pl, headings(p.Payload))
		return route{channel: p.To.Channel, place: pl, forum: &newThread{Name: name, AppliedTags: tags}}, nil
	case part == 0 && !p.Started.IsZero() && snowflakeTime(t.ID).After(p.Started.Add(-clockSkew)):
		// An earlier attempt began it and its answer was lost.
		return route{ref: t.ID + "/" + t.ID}, nil
	}
	a.threads.put(key, t.ID, a.opts.timing.now())
	return route{channel: t.ID, place: pl, nonce: true}, nil
}

// clockSkew is how far our clock may be ahead of Discord's.
const clockSkew = 10 * time.Second

// threadRoute puts the later parts of a digest into a thread under its first.
// Where there is none and none can be begun, they go into the channel.
func (a *Adapter) threadRoute(ctx context.Context, p bot.Post, pl place) (route, error) {
	plainRoute := route{channel: p.To.Channel, place: pl, nonce: true}
	edition, _, _ := partOf(p.Key)
	key := editionKey(edition, p)
	if id, ok := a.threads.get(key, a.opts.timing.now()); ok {
		return route{channel: id, place: pl, nonce: true}, nil
	}
	name := threadName(p.Payload)
	t, err := a.activeThread(ctx, pl, name)
	if err != nil {
		return route{}, err
	}
	if t.ID == "" {
		first, ok := a.firsts.get(key, a.opts.timing.now())
		if !ok {
			return plainRoute, nil
		}
		if t, err = a.beginThread(ctx, first, name); err != nil {
			a.log.WarnContext(ctx, "discord: no thread for the later parts", "channel", p.To.Channel, "err", err, "remedy", threadRemedy(codeOf(err)))
			return plainRoute, nil
		}
	}
	a.threads.put(key, t.ID, a.opts.timing.now())
	return route{channel: t.ID, place: pl, nonce: true}, nil
}

func (a *Adapter) beginThread(ctx context.Context, ref, name string) (place, error) {
	channel, id, _ := strings.Cut(ref, "/")
	k := call{method: http.MethodPost, url: discordgo.EndpointChannelMessageThread(channel, id),
		body: map[string]any{"name": name, "auto_archive_duration": 1440}, lane: lane{route: "POST channels/messages/threads", major: channel}}
	body, err := a.rest.do(ctx, k, 3*time.Second)
	if err != nil {
		return place{}, err
	}
	var t place
	err = json.Unmarshal(body, &t)
	return t, err
}

// activeThread finds our thread of a name under a channel, begun within a
// day; empty when there is none.
func (a *Adapter) activeThread(ctx context.Context, pl place, name string) (place, error) {
	me, err := a.me(ctx)
	if err != nil {
		return place{}, err
	}
	var list struct {
		Threads []place `json:"threads"`
	}
	k := call{url: discordgo.EndpointGuildActiveThreads(pl.GuildID), lane: lane{route: "GET guilds/threads", major: pl.GuildID}}
	if err := a.rest.get(ctx, k, &list); err != nil {
		return place{}, err
	}
	for _, t := range list.Threads {
		if t.ParentID == pl.ID && t.Name == name && t.OwnerID == me.ID && a.opts.Now().Sub(snowflakeTime(t.ID)) < 24*time.Hour {
			return t, nil
		}
	}
	return place{}, nil
}

var (
	linePrefix = regexp.MustCompile(`^(?:#{1,3}|-#) `)
	partSuffix = regexp.MustCompile(` · \d+/\d+$`)
	looks      = regexp.MustCompile("\\\\([^0-9A-Za-z\\s])|[*`]|<t:-?\\d+:[Rf]>")
)

// threadName is the title of the digest that a part belongs to, read back
// from its first line: see continuation and continued. The ledger keeps
// nothing but the payload, so this is what survives a restart.
func threadName(data []byte) string {
	var p payload
	_ = json.Unmarshal(data, &p)
	first, _, _ := strings.Cut(visibleText(p), "\n")
	name := clip(strings.TrimSpace(unmark(partSuffix.ReplaceAllString(first, ""))), 80)
	if blank(name) {
		return "Digest"
	}
	return name
}

// unmark is a line of our markup as its reader sees it.
func unmark(line string) string {
	line = linePrefix.ReplaceAllString(line, "")
	line = maskedLink.ReplaceAllString(line, "$1")
	return strings.ReplaceAll(looks.ReplaceAllString(line, "$1"), string(zeroWidthNonJoiner), "")
}

// headings are the words of a part's headings, for a forum's tags.
func headings(data []byte) string {
	var p payload
	_ = json.Unmarshal(data, &p)
	var out []string
	for _, l := range strings.Split(visibleText(p), "\n") {
		if strings.HasPrefix(l, "#") {
			out = append(out, unmark(l))
		}
	}
	for _, e := range p.Embeds {
		out = append(out, unmark(e.Title))
	}
	return strings.Join(out, " ")
}
