package slack

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// settle is how long after an attempt history is not trusted to show it.
const settle = 10 * time.Second

// Find looks for a post of unclear fate by the key in its metadata. It can
// tell only where a history scope was granted.
func (a *App) Find(ctx context.Context, p bot.Post) (string, error) {
	id, err := a.identify(ctx)
	if err != nil {
		return "", err
	}
	scopes := []string{"channels:history", "groups:history"}
	if p.To.Direct {
		scopes = []string{"im:history"}
	}
	if !id.has(scopes...) {
		return "", digest.Errorf(digest.Unavailable, "Slack cannot be asked whether a message arrived: the app has none of the scopes %s: %w", strings.Join(scopes, ", "), bot.ErrCannotLook).
			WithHint("look in the channel yourself, or add the scope and install the app again")
	}
	if p.Started.IsZero() || p.Key == "" {
		return "", digest.Errorf(digest.Invalid, "a post without a key or a time cannot be looked for")
	}
	if a.now().Sub(p.Started) < settle {
		return "", digest.Errorf(digest.Unavailable, "it is too early to tell whether the message arrived")
	}
	channel, err := a.conversation(ctx, p.To)
	if err != nil {
		return "", err
	}
	oldest := slackTime(p.Started.Add(-time.Minute))
	if thread := threadIn(p.ReplyTo, channel); thread != "" {
		ts, err := a.search(p.Key, a.repliesTo(ctx, channel, thread, oldest))
		if ts != "" || err != nil && !noThread(codeOf(err)) {
			return foundAt(reference{channel, ts, thread}, err)
		}
		// Where the thread was refused, the post went to the channel.
	}
	ts, err := a.search(p.Key, a.historyOf(ctx, channel, oldest))
	return foundAt(reference{channel, ts, ""}, err)
}

func foundAt(r reference, err error) (string, error) {
	if err != nil {
		return "", digest.Errorf(digest.Unavailable, "ask Slack whether a message arrived: %w", err)
	}
	if r.ts == "" {
		return "", nil
	}
	return r.String(), nil
}

// nextPage gives the messages after a cursor, and the cursor after them, ""
// at the end.
type nextPage func(cursor string) (messages []slackgo.Message, next string, err error)

// historyOf pages through a channel, whose threads Slack leaves out.
func (a *App) historyOf(ctx context.Context, channel, oldest string) nextPage {
	return func(cursor string) ([]slackgo.Message, string, error) {
		page, err := a.api.GetConversationHistoryContext(ctx, &slackgo.GetConversationHistoryParameters{ChannelID: channel, Limit: 100, Inclusive: true,
			IncludeAllMetadata: true, Oldest: oldest, Cursor: cursor})
		if err != nil {
			return nil, "", err
		}
		return page.Messages, page.ResponseMetaData.NextCursor, nil
	}
}

// repliesTo pages through a thread.
func (a *App) repliesTo(ctx context.Context, channel, thread, oldest string) nextPage {
	return func(cursor string) ([]slackgo.Message, string, error) {
		messages, _, next, err := a.api.GetConversationRepliesContext(ctx, &slackgo.GetConversationRepliesParameters{ChannelID: channel, Timestamp: thread, Limit: 100, Inclusive: true,
			IncludeAllMetadata: true, Oldest: oldest, Cursor: cursor})
		return messages, next, err
	}
}

// search looks for our post with a key, and returns its time, "" when it is
// not there.
func (a *App) search(key string, next nextPage) (ts string, err error) {
	cursor := ""
	for range 20 {
		messages, following, err := next(cursor)
		if err != nil {
			return "", err
		}
		for _, m := range messages {
			if m.Metadata.EventType == eventType && m.Metadata.EventPayload["key"] == key && m.BotID == a.known().Bot {
				return m.Timestamp, nil
			}
		}
		if following == "" {
			return "", nil
		}
		cursor = following
	}
	return "", errors.New("there are more messages since then than are looked through")
}

// slackTime is a time as Slack writes it: seconds, a point, microseconds.
func slackTime(t time.Time) string {
	return strconv.FormatInt(t.Unix(), 10) + "." + fmt.Sprintf("%06d", t.Nanosecond()/1000)
}
