package discord

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/daybrief/daybrief/bot"
)

// sendTime bounds one call of Send, waits included, well within the time in
// which Discord remembers a nonce.
const sendTime = 45 * time.Second

// Send posts one part. ref is "channel/message". Within two minutes of
// p.Started the same Key may be sent again as often as one likes: Discord
// answers a repeated nonce with the message that is there. Send uses that
// itself and tries again what got no answer. After two minutes it posts
// nothing and says Unclear; see Find.
//
// A forum and a webhook know no nonce: what got no answer there is Unclear at
// once.
func (a *Adapter) Send(ctx context.Context, p bot.Post) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	ref, err := a.send(ctx, p)
	if err != nil {
		return "", err // an untyped nil must not become a *SendError that is nil
	}
	return ref, nil
}

// RepeatWindow is how long after the first attempt the same key may be sent
// again and is shown once.
func (a *Adapter) RepeatWindow() time.Duration { return nonceWindow }

func (a *Adapter) send(ctx context.Context, p bot.Post) (string, *bot.SendError) {
	if se := a.sendable(p); se != nil {
		return "", se
	}
	r, guessed := a.guess(p)
	if !guessed {
		var err error
		if r, err = a.route(ctx, p); err != nil {
			return "", beforePosting(fate(err), p)
		}
	}
	switch {
	case r.ref != "":
		return r.ref, nil
	case r.hook != nil && !p.Started.IsZero():
		return "", &bot.SendError{Fate: bot.Unclear, Reason: "webhook", Err: errors.New("a webhook knows no nonce, so it is not posted to again")}
	}
	if wait := a.pace.take(r.channel, a.opts.timing.now(), pacePatience); wait > pacePatience || a.rest.timing.sleep(ctx, wait) != nil {
		err := &heldError{"the pace of the channel", wait}
		return "", beforePosting(&bot.SendError{Fate: bot.Unsent, RetryAfter: wait, Reason: "pace", Err: err}, p)
	}
	ref, se := a.post(ctx, p, r)
	if se != nil && se.Fate == bot.Refused && a.leaveThread(p, r, codeOf(se.Err)) {
		if fresh, err := a.route(ctx, p); err == nil {
			r = fresh
			ref, se = a.post(ctx, p, r)
		}
	}
	if se != nil && se.Fate == bot.Refused && !filtered(se) {
		if fresh, ok := a.reroute(ctx, p, r, se); ok {
			if r = fresh; r.ref != "" {
				return r.ref, nil
			}
			ref, se = a.post(ctx, p, r)
		}
	}
	if se != nil && filtered(se) {
		if bare, ok := withoutLinks(p.Payload); ok {
			p.Payload = bare
			ref, se = a.post(ctx, p, r)
		}
	}
	if se == nil {
		a.sentPart(ctx, p, r, ref)
	}
	return ref, se
}

// reroute asks anew what a channel is after it refused a post; ok when the post
// has another way to go: the channel has changed since it was asked, or is not
// of the kind that was guessed.
func (a *Adapter) reroute(ctx context.Context, p bot.Post, r route, se *bot.SendError) (fresh route, ok bool) {
	if r.place.ID == "" && (!r.guessed || !wrongKind(se.Err)) {
		return r, false
	}
	a.places.drop(p.To.Channel)
	fresh, err := a.route(ctx, p)
	if r.guessed {
		return fresh, err == nil && (fresh.forum != nil || fresh.channel != r.channel)
	}
	return fresh, err == nil && !reflect.DeepEqual(fresh.place, r.place)
}

// sendable refuses what must not be posted: a payload that breaks a limit, and
// a repeat after Discord has forgotten the nonce.
func (a *Adapter) sendable(p bot.Post) *bot.SendError {
	if p.To.Platform != Name || !snowflake(p.To.Channel) {
		return &bot.SendError{Fate: bot.Refused, Reason: "destination", Remedy: "The destination is not a Discord channel: write it as discord:CHANNEL, with the number that Copy Channel ID gives.", Suspend: true, Err: errors.New("not a Discord destination")}
	}
	if err := Validate(p.Payload); err != nil {
		return &bot.SendError{Fate: bot.Refused, Reason: "payload", Err: err}
	}
	if !p.Started.IsZero() && a.opts.Now().Sub(p.Started) >= nonceWindow {
		return &bot.SendError{Fate: bot.Unclear, Reason: "window", Err: errors.New("the first attempt is too long ago to post again safely")}
	}
	return nil
}

// beforePosting tells the truth about a failure on the way to a post: this
// call has posted nothing, but an earlier attempt may have landed.
func beforePosting(se *bot.SendError, p bot.Post) *bot.SendError {
	if se.Fate == bot.Unclear {
		se.Fate = bot.Unsent
	}
	if se.Fate == bot.Unsent && !p.Started.IsZero() {
		se.Fate = bot.Unclear
	}
	return se
}

// post sends one payload, and tries again what may be tried again.
func (a *Adapter) post(ctx context.Context, p bot.Post, r route) (string, *bot.SendError) {
	maybe := !p.Started.IsZero()
	for n := 1; ; n++ {
		body, err := a.rest.do(ctx, r.call(p, a.opts.Silent), 3*time.Second)
		if err == nil {
			if ref := r.refOf(body); ref != "" {
				return ref, nil
			}
			err = &lostError{sent: true, err: errors.New("the answer names no message")}
		}
		se := fate(err)
		again := se.RetryAfter <= 3*time.Second && (se.Fate == bot.Unclear && r.nonce || se.Fate == bot.Unsent && se.Reason != "held")
		maybe = maybe || se.Fate == bot.Unclear
		if again && n < retries && a.rest.timing.sleep(ctx, max(se.RetryAfter, a.rest.timing.retry<<(n-1))) == nil {
			continue
		}
		if maybe && se.Fate == bot.Unsent {
			se.Fate = bot.Unclear
		}
		return "", se
	}
}

// filtered reports whether Discord's filter refused a link or a word.
func filtered(se *bot.SendError) bool { return se.Reason == "240000" || se.Reason == "20009" }

var maskedLink = regexp.MustCompile(`\[((?:[^\]\\\n]|\\.)*)\]\(<[^>\n]*>\)`)

// withoutLinks is a payload that says the same without any address, and
// whether there was one: Discord does not say which of a part's stories it
// minds, and a headline without its link is better than a part without its
// stories.
func withoutLinks(data []byte) ([]byte, bool) {
	var m message
	if json.Unmarshal(data, &m) != nil {
		return nil, false
	}
	m.Content = maskedLink.ReplaceAllString(m.Content, "$1")
	for i := range m.Embeds {
		m.Embeds[i].Title = maskedLink.ReplaceAllString(m.Embeds[i].Title, "$1")
		m.Embeds[i].Description = maskedLink.ReplaceAllString(m.Embeds[i].Description, "$1")
	}
	m.Components = unlinked(m.Components)
	bare, err := encode(m)
	return bare, err == nil && string(bare) != string(data)
}

func unlinked(cs []component) []component {
	var out []component
	for _, c := range cs {
		c.Content = maskedLink.ReplaceAllString(c.Content, "$1")
		had := len(c.Components)
		c.Components = unlinked(c.Components)
		switch {
		case c.Type == typeButton && c.Style == styleLink, had > 0 && len(c.Components) == 0:
			continue
		case c.Type == typeSection && c.Accessory != nil && c.Accessory.Style == styleLink:
			out = append(out, c.Components...)
			continue
		}
		out = append(out, c)
	}
	return out
}

// nonceOf names a post for Discord: 25 characters of its key's hash.
func nonceOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:]))[:maxNonce]
}

// splice adds fields to a payload without touching the rest of it, so that a
// retry sends what the ledger holds.
func splice(payload []byte, fields map[string]any) []byte {
	m := map[string]json.RawMessage{}
	if json.Unmarshal(payload, &m) != nil {
		return payload
	}
	for k, v := range fields {
		if raw, err := encode(v); err == nil {
			m[k] = raw
		}
	}
	out, err := encode(m)
	if err != nil {
		return payload
	}
	return out
}

// flagsOf reads the flags of a payload.
func flagsOf(payload []byte) int {
	var f struct {
		Flags int `json:"flags"`
	}
	_ = json.Unmarshal(payload, &f)
	return f.Flags
}

// snowflake reports whether s is an id of Discord's.
// https://docs.discord.com/developers/reference#snowflakes
func snowflake(s string) bool {
	return len(s) > 0 && len(s) <= 20 && s[0] != '0' && strings.Trim(s, "0123456789") == ""
}

// sentPart does what follows a part that was sent: it remembers what later parts
// go under, and publishes the first to followers.
func (a *Adapter) sentPart(ctx context.Context, p bot.Post, r route, ref string) {
	edition, part, ok := partOf(p.Key)
	if r.under {
		return // followers have had the message above it
	}
	if thread, _, _ := strings.Cut(ref, "/"); ok && r.forum != nil {
		a.threads.put(editionKey(edition, p), thread, a.opts.timing.now())
	}
	if ok && part == 0 && a.opts.Threads {
		a.firsts.put(editionKey(edition, p), ref, a.opts.timing.now())
	}
	if a.opts.Crosspost && r.place.Type == int(discordgo.ChannelTypeGuildNews) && (!ok || part == 0) {
		a.crosspost(ctx, ref)
	}
}

// crosspost publishes a message to the followers of an announcement channel.
// Discord allows about ten an hour, so it is tried once and hardly waited for:
// the digest is posted all the same.
func (a *Adapter) crosspost(ctx context.Context, ref string) {
	channel, id, _ := strings.Cut(ref, "/")
	k := call{method: http.MethodPost, url: discordgo.EndpointChannelMessageCrosspost(channel, id), lane: lane{route: "POST channels/messages/crosspost", major: channel}}
	if _, err := a.rest.do(ctx, k, 3*time.Second); err != nil {
		a.log.WarnContext(ctx, "discord: not published to followers", "ref", ref, "err", err)
	}
}
