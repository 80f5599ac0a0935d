package slack

import (
	"context"
	"errors"
	"slices"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// person is what users.info says of someone.
type person struct {
	Name   string
	Zone   string // IANA
	Lang   string // BCP 47: "en-US"
	Admin  bool   // of the workspace
	Member bool   // of the workspace: no guest, and nobody from another one in a shared channel
}

// maxMemberPages is how many pages of a thousand members each are read.
const maxMemberPages = 5

// person looks someone up. Not to know them is no failure: words are English
// and times UTC then.
func (a *App) person(ctx context.Context, user string) person {
	if who, ok := a.people.get(user); ok || user == "" {
		return who
	}
	ctx, cancel := context.WithTimeout(ctx, a.o.due.lookup)
	defer cancel()
	u, err := a.api.GetUserInfoContext(ctx, user)
	if err != nil {
		a.log.Warn("look up a person in Slack", "user", user, "error", err)
		old, _ := a.people.get(user)
		a.people.put(user, old, failureLife)
		return old
	}
	who := a.personOf(u)
	a.people.put(user, who, factLife)
	return who
}

func (a *App) personOf(u *slackgo.User) person {
	home := a.known().Workspace
	guest := u.IsRestricted || u.IsUltraRestricted || u.IsStranger || u.IsBot || u.TeamID != "" && home != "" && u.TeamID != home
	return person{Name: displayName(u), Zone: u.TZ, Lang: u.Locale, Admin: u.IsAdmin || u.IsOwner || u.IsPrimaryOwner, Member: !guest}
}

func displayName(u *slackgo.User) string {
	for _, name := range []string{u.Profile.DisplayName, u.RealName, u.Profile.RealName, u.Name} {
		if name != "" {
			return clean(name)
		}
	}
	return u.ID
}

// manages reports whether a person may manage a place: their own direct
// messages, any channel for an admin, and others by Options.Manage: whoever is
// there, full members of the workspace, or, where that can be asked, who made
// the channel.
func (a *App) manages(ctx context.Context, who person, user string, place digest.Destination) bool {
	if place.Direct || who.Admin || a.o.Manage == "anyone" || a.o.Manage == "members" && who.Member {
		return true
	}
	if !a.o.Managers {
		return false
	}
	return user != "" && a.lookUpChannel(ctx, place.Channel) == user
}

// isOutside reports whether a person is surely not in a channel: where Slack
// says so. Where no scope lets that be told, the channel is one that Slack let
// them pick.
func (a *App) isOutside(ctx context.Context, channel, user string) bool {
	ctx, cancel := context.WithTimeout(ctx, a.o.due.lookup)
	defer cancel()
	if !a.own(ctx).mayAskOfChannels() {
		return false
	}
	cursor := ""
	for range maxMemberPages {
		members, next, err := a.api.GetUsersInConversationContext(ctx, &slackgo.GetUsersInConversationParameters{ChannelID: channel, Cursor: cursor, Limit: 1000})
		if err != nil || slices.Contains(members, user) {
			return false
		}
		if next == "" {
			return true
		}
		cursor = next
	}
	return false
}

// Person is a person as the workspace knows them now: name, zone and language.
// Deliveries call it before a run, so that a person who moved is told times in
// their new zone. It fails where the person is not there any more.
func (a *App) Person(ctx context.Context, user string) (name, zone, lang string, err error) {
	if who, ok := a.people.get(user); ok {
		return who.Name, who.Zone, who.Lang, nil
	}
	u, err := a.api.GetUserInfoContext(ctx, user)
	if err != nil {
		var ce *callError
		if errors.As(err, &ce) && (ce.Code == "user_not_found" || ce.Code == "user_not_visible") {
			return "", "", "", digest.Errorf(digest.NotFound, "there is no such person in this workspace")
		}
		return "", "", "", digest.Errorf(digest.Unavailable, "look up a person in Slack: %w", err)
	}
	if u.Deleted {
		return "", "", "", digest.Errorf(digest.NotFound, "the person's account is deactivated")
	}
	who := a.personOf(u)
	a.people.put(user, who, factLife)
	return who.Name, who.Zone, who.Lang, nil
}

// about fills in what the workspace knows of who asked.
func (a *App) about(ctx context.Context, r bot.Request) bot.Request {
	who := a.person(ctx, r.Person.ID)
	r.Person.Name, r.Zone, r.Lang = who.Name, who.Zone, who.Lang
	r.Manager = a.manages(ctx, who, r.Person.ID, r.Place)
	r.Now = a.now()
	return r
}
