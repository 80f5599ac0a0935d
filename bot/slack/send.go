package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// maxInline is how long Send itself waits for its turn, unless Options.Patience
// says otherwise. When that takes longer, the post is Unsent and says when to
// come back.
const maxInline = 5 * time.Second

// Send posts one part and returns its reference, see [reference]. Its error is a
// [*bot.SendError]. Slack has no key of idempotency: only what surely was not
// posted is Unsent.
func (a *App) Send(ctx context.Context, p bot.Post) (string, error) {
	pl, err := parsePayload(p.Payload)
	if err != nil {
		return "", &bot.SendError{Fate: bot.Refused, Reason: "invalid_payload", Err: err}
	}
	channel, err := a.conversation(ctx, p.To)
	if err != nil {
		a.noticeToken(ctx, err)
		return "", a.unsent(err)
	}
	o := outgoing{channel: channel, thread: threadIn(p.ReplyTo, channel), payload: pl, key: p.Key, most: a.o.Patience}
	for {
		ref, err := a.post(ctx, o)
		if err == nil {
			return ref, nil
		}
		a.noticeToken(ctx, err)
		o.most = maxInline // a second try would end the same way each time, were it not waited for
		plainer, ok := o.payload.plainer()
		switch code := codeOf(err); {
		case o.thread != "" && noThread(code):
			a.log.Warn("Slack refused a post in a thread; posting in the channel", "key", p.Key, "error", err)
			o.thread = ""
		case tooBig(code) && ok:
			a.log.Warn("Slack refused blocks; posting plainer ones", "key", p.Key, "error", err)
			o.payload = plainer
		default:
			return "", a.sendError(err)
		}
	}
}

// unsent is the outcome of a failure before anything was posted, so that even
// a call whose own fate is unclear leaves the post surely unsent.
func (a *App) unsent(err error) *bot.SendError {
	out := a.sendError(err)
	if out.Fate == bot.Unclear {
		out.Fate = bot.Unsent
	}
	return out
}

// outgoing is one chat.postMessage.
type outgoing struct {
	channel string
	thread  string // ts of the message to answer under; "" for none
	key     string // of the post, for Find; "" for an answer
	payload payload
	most    time.Duration // how long it waits for its turn; 0 means maxInline
	waiting bool          // a person waits for it
}

// post calls chat.postMessage when it is due.
func (a *App) post(ctx context.Context, o outgoing) (string, error) {
	most := cmp.Or(o.most, maxInline)
	if o.waiting {
		most = time.Minute
	}
	if err := a.calls.turn(ctx, "chat.postMessage", most, postRates(o.channel, o.waiting)...); err != nil {
		return "", err
	}
	options, err := o.payload.options()
	if err != nil {
		return "", &callError{Method: "chat.postMessage", Code: "invalid_payload", Err: err}
	}
	if o.key != "" {
		options = append(options, slackgo.MsgOptionMetadata(slackgo.SlackMetadata{EventType: eventType, EventPayload: map[string]any{"key": o.key}}))
	}
	if o.thread != "" {
		options = append(options, slackgo.MsgOptionTS(o.thread))
	}
	channel, ts, err := a.api.PostMessageContext(ctx, o.channel, options...)
	if err != nil {
		return "", err
	}
	if channel == "" {
		channel = o.channel
	}
	return reference{channel, ts, o.thread}.String(), nil
}

// options are the payload as slack-go takes it, its blocks byte by byte.
func (p payload) options() ([]slackgo.MsgOption, error) {
	options := []slackgo.MsgOption{slackgo.MsgOptionText(p.Text, false), slackgo.MsgOptionDisableLinkUnfurl(), slackgo.MsgOptionDisableMediaUnfurl()}
	if len(p.Blocks) == 0 {
		return options, nil
	}
	blocks := make([]slackgo.Block, len(p.Blocks))
	for i, raw := range p.Blocks {
		b, err := slackgo.BlockFromJSON(string(raw))
		if err != nil {
			return nil, err
		}
		blocks[i] = b
	}
	return append(options, slackgo.MsgOptionBlocks(blocks...)), nil
}

func parsePayload(data []byte) (payload, error) {
	var p payload
	if err := json.Unmarshal(data, &p); err != nil {
		return p, digest.Errorf(digest.Invalid, "read a stored Slack message: %w", err)
	}
	if p.Text == "" && len(p.Blocks) == 0 {
		return p, digest.Errorf(digest.Invalid, "a stored Slack message has neither text nor blocks")
	}
	return p, nil
}

// plainer is the payload with fewer and simpler blocks: first the plain words
// and the buttons, then the words alone. ok is false when it is that already.
func (p payload) plainer() (payload, bool) {
	if len(p.Blocks) == 0 {
		return p, false
	}
	var buttons []json.RawMessage
	plain := true
	for _, raw := range p.Blocks {
		switch blockType(raw) {
		case "actions":
			buttons = append(buttons, raw)
		case "section":
		default:
			plain = false
		}
	}
	out := p
	out.Blocks = nil
	if plain {
		return out, true
	}
	for _, b := range sections(unescape(p.Text)) {
		raw, err := encode(b)
		if err != nil {
			return out, true
		}
		out.Blocks = append(out.Blocks, raw)
	}
	out.Blocks = append(out.Blocks, buttons[:min(len(buttons), 5)]...)
	return out, true
}

func blockType(raw json.RawMessage) string {
	var b struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(raw, &b) != nil {
		return ""
	}
	return b.Type
}

// address finds what PlainText writes after a linked headline.
var address = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\((https?://[^\s()]+)\)$`) })

// sections are plain words as section blocks, links still links.
func sections(words string) []slackgo.Block {
	var out []slackgo.Block
	open := ""
	flush := func() {
		if strings.TrimSpace(open) != "" {
			out = append(out, slackgo.NewSectionBlock(slackgo.NewTextBlockObject(slackgo.MarkdownType, open, false, true), nil, nil))
		}
		open = ""
	}
	for line := range strings.SplitSeq(words, "\n") {
		line = plainLine(line)
		if utf8.RuneCountInString(open)+1+utf8.RuneCountInString(line) > maxSection {
			flush()
		}
		open += line + "\n"
	}
	flush()
	return out
}

// plainLine is one line of plain words as mrkdwn.
func plainLine(line string) string {
	if m := address().FindStringSubmatchIndex(line); m != nil && safeURL(line[m[2]:m[3]]) != "" {
		words := strings.TrimSpace(head(line[:m[0]], maxSection-maxLink-10, literal))
		return mrkdwn(bot.Text{{Text: words, URL: line[m[2]:m[3]]}})
	}
	return literal(head(line, maxSection-10, literal))
}

// conversation is the id to post to. A person's direct messages are opened
// once and remembered.
func (a *App) conversation(ctx context.Context, to digest.Destination) (string, error) {
	id, err := a.identify(ctx)
	if err != nil {
		return "", err
	}
	if to.Platform != "" && to.Platform != Platform || to.Channel == "" || to.Workspace != "" && to.Workspace != id.Workspace {
		return "", &callError{Method: "chat.postMessage", Code: "wrong_workspace"}
	}
	if !to.Direct {
		return to.Channel, nil
	}
	a.dmMu.Lock()
	known := a.dms[to.Channel]
	a.dmMu.Unlock()
	if known != "" {
		return known, nil
	}
	ch, _, _, err := a.api.OpenConversationContext(ctx, &slackgo.OpenConversationParameters{Users: []string{to.Channel}, ReturnIM: true})
	if err != nil {
		return "", err
	}
	a.rememberDirect(to.Channel, ch.ID)
	return ch.ID, nil
}

func (a *App) rememberDirect(user, channel string) {
	a.dmMu.Lock()
	defer a.dmMu.Unlock()
	if len(a.dms) > 100_000 {
		a.dms = map[string]string{}
	}
	a.dms[user] = channel
}

// noticeToken tells the operator's side that the token no longer works.
func (a *App) noticeToken(ctx context.Context, err error) {
	code := codeOf(err)
	if !refusedToken(code) {
		return
	}
	a.log.Error("Slack refuses the bot token", "code", code)
	if code != "account_inactive" && code != "token_revoked" && code != "app_uninstalled" {
		return
	}
	workspace := a.known().Workspace
	a.forget()
	if a.o.Revoked != nil && workspace != "" {
		a.o.Revoked(ctx, workspace, code)
	}
}
