package slack

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
)

// channels remembers what channels are called, as deliveries and
// conversations.info say, and who made them, as the latter says alone.
type channels struct {
	creators *memory[string] // user ids; "" where the look-up failed

	mu    sync.Mutex
	names map[string]string
}

func newChannels(now func() time.Time) *channels {
	return &channels{creators: newMemory[string](now), names: map[string]string{}}
}

// name is a channel's, "" when it is not known.
func (c *channels) name(id string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.names[id]
}

// learn keeps the name of a channel that a delivery told. Private channels and
// conversations of a few are told by what they are instead.
func (c *channels) learn(id, name string) {
	if name = strings.TrimSpace(clean(name)); name == "" || name == "privategroup" || name == "directmessage" || strings.HasPrefix(name, "mpdm-") || !channelID().MatchString(id) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.names) >= maxFacts {
		c.names = map[string]string{}
	}
	c.names[id] = name
}

func (c *channels) forget() {
	c.creators.forget()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.names = map[string]string{}
}

// lookUpChannel learns what a channel is called and returns who made it, "" where
// no scope lets that be asked. Not to know it is no failure.
func (a *App) lookUpChannel(ctx context.Context, id string) (creator string) {
	if !a.known().mayAskOfChannels() {
		return ""
	}
	if user, ok := a.channels.creators.get(id); ok {
		return user
	}
	ctx, cancel := context.WithTimeout(ctx, a.o.due.lookup)
	defer cancel()
	ch, err := a.api.GetConversationInfoContext(ctx, &slackgo.GetConversationInfoInput{ChannelID: id})
	if err != nil {
		a.channels.creators.put(id, "", failureLife)
		return ""
	}
	a.channels.learn(id, ch.Name)
	a.channels.creators.put(id, ch.Creator, factLife)
	return ch.Creator
}

// maxNamed is how many channels are looked up for one answer: a person waits.
const maxNamed = 5

// nameChannels finds out what the channels that a message names are called, so
// that its plain words can say it.
func (a *App) nameChannels(ctx context.Context, m bot.Message) {
	lines := slices.Concat([]bot.Text{m.Title}, m.Lead, m.Tail, m.Notes, m.Footer)
	for _, s := range m.Sections {
		lines = append(lines, s.Lines...)
	}
	left := maxNamed
	for _, s := range slices.Concat(lines...) {
		if left > 0 && isChannel(s.Place) && a.channels.name(s.Place.Channel) == "" {
			a.lookUpChannel(ctx, s.Place.Channel)
			left--
		}
	}
}
