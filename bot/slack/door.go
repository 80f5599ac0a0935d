package slack

import (
	"context"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/digest"
)

// MayPost tells whether a post to a place can work: the bot is in the channel,
// or may post in any public one, and it is not archived. Where no scope lets
// that be told, or Slack does not answer at once, it is nil, and the first
// post will tell.
func (a *App) MayPost(ctx context.Context, to digest.Destination) error {
	if to.Direct || to.Platform != Platform || to.Channel == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, a.o.due.lookup)
	defer cancel()
	id, err := a.identify(ctx)
	if err != nil || !id.mayAskOfChannels() {
		return nil //nolint:nilerr // it cannot be told
	}
	name := "@" + or(id.Name, "daybrief")
	info, err := a.api.GetConversationInfoContext(ctx, &slackgo.GetConversationInfoInput{ChannelID: to.Channel})
	switch {
	case codeOf(err) == "channel_not_found":
		return digest.Errorf(digest.Forbidden, "I can't post in this channel: it is private and I'm not a member").
			WithHint("Type /invite %s there, then try again.", name)
	case err != nil:
		return nil //nolint:nilerr // it cannot be told
	case info.IsArchived:
		return digest.Errorf(digest.Forbidden, "I can't post in #%s: it is archived", clean(info.Name)).WithHint("Unarchive it, or choose another channel.")
	case !info.IsMember && (info.IsPrivate || !id.has("chat:write.public")):
		return digest.Errorf(digest.Forbidden, "I can't post in #%s: I'm not a member", clean(info.Name)).
			WithHint("Type /invite %s there, then try again.", name)
	}
	return nil
}
