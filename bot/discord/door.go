package discord

import (
	"context"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

var (
	_ bot.Doorman  = (*Adapter)(nil)
	_ bot.Threader = (*Adapter)(nil)
)

// MayPost tells whether a post to a place can work: the channel is there, takes
// messages, and gives the bot the rights that posting needs. Where Discord does
// not answer at once it is nil, and the first post will tell. Whether a person
// takes direct messages is known only by sending one.
func (a *Adapter) MayPost(ctx context.Context, to digest.Destination) error {
	return a.mayPost(ctx, to, a.opts.Threads)
}

// MayThread tells whether a post to a place can work, and a thread be begun
// under it.
func (a *Adapter) MayThread(ctx context.Context, to digest.Destination) error {
	return a.mayPost(ctx, to, true)
}

func (a *Adapter) mayPost(ctx context.Context, to digest.Destination, threads bool) error {
	if _, hook := a.hooks[to.Channel]; hook || to.Direct || to.Platform != Name {
		return nil
	}
	if !snowflake(to.Channel) {
		return digest.Errorf(digest.Invalid, "this is no Discord channel").WithHint("Write it as discord: and the number that Copy Channel ID gives.")
	}
	ctx, cancel := context.WithTimeout(ctx, a.opts.timing.door)
	defer cancel()
	a.places.drop(to.Channel) // someone may just have given the bot its rights
	pl, err := a.placeOf(ctx, to.Channel)
	if err != nil {
		return refusedPlace(err)
	}
	if pl.thread() {
		a.places.drop(pl.ParentID) // whose rules are the thread's
	}
	if !postable(pl) {
		return digest.Errorf(digest.Invalid, "I can't post in %s: that kind of channel takes no messages", channelName(pl)).WithHint("Choose a text, announcement or forum channel.")
	}
	have, err := a.permissions(ctx, to.Channel)
	if err != nil {
		return refusedPlace(err)
	}
	lack := missing(have.rights, rightsIn(pl, threads))
	switch {
	case len(lack) > 0 && have.timedOut:
		return digest.Errorf(digest.Forbidden, "I can't post in %s: I am timed out in this server", channelName(pl)).
			WithHint("Remove my timeout in the server's list of members, then try again.")
	case len(lack) > 0:
		return digest.Errorf(digest.Forbidden, "I can't post in %s: I lack %s", channelName(pl), lack).
			WithHint("Give me that in the channel's settings, Permissions, then try again.")
	}
	return nil
}

// refusedPlace is what Discord's refusal to speak of a place means for posting
// there; nil where it is no refusal.
func refusedPlace(err error) error {
	switch codeOf(err) {
	case 10003:
		return digest.Errorf(digest.Forbidden, "The channel is gone").WithHint("Choose another channel.")
	case 10004:
		return digest.Errorf(digest.Forbidden, "I am no longer in this server").WithHint("Invite me again, or choose another channel.")
	case codeNoAccess:
		return digest.Errorf(digest.Forbidden, "I cannot see the channel").WithHint("Give me View Channel there, or choose another channel.")
	case codeNoPermission:
		return digest.Errorf(digest.Forbidden, "I may not post in the channel").
			WithHint("Give me View Channel, Send Messages, Embed Links and Send Messages in Threads there.")
	}
	return nil
}

// postable reports whether a channel takes posts, at least in threads.
func postable(pl place) bool {
	kinds := []discordgo.ChannelType{discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews, discordgo.ChannelTypeGuildVoice, discordgo.ChannelTypeGuildStageVoice}
	return pl.forum() || pl.thread() || slices.Contains(kinds, discordgo.ChannelType(pl.Type))
}

// rightsIn are those that posting needs in a channel: a thread asks for its
// own right to send instead of the channel's.
func rightsIn(pl place, threads bool) []right {
	return slices.DeleteFunc(neededRights(threads), func(r right) bool {
		switch r.bit {
		case discordgo.PermissionSendMessages:
			return pl.thread()
		case discordgo.PermissionSendMessagesInThreads:
			return !pl.thread() && !pl.forum() && !threads
		case discordgo.PermissionCreatePublicThreads:
			return pl.thread() || pl.forum()
		}
		return false
	})
}

func channelName(pl place) string {
	if name := strings.TrimSpace(plain(pl.Name)); !blank(name) {
		return "#" + clip(name, 60)
	}
	return "this channel"
}
