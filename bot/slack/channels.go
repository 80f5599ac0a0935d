package slack

import (
	"context"
	"strings"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
)

// channels remembers what channels are called, as deliveries and
// conversations.info say, and for a day what the latter says else, since it is
// counted and seldom changes.
type channels struct {
	now func() time.Time

	mu    sync.Mutex
	names map[string]string
	facts map[string]channelFacts
}

// channelFacts is what conversations.info says; nothing where it failed.
type channelFacts struct {
	creator string // user id
	until   time.Time
}

const (
	channelLife = 24 * time.Hour
	maxChannels = 50_000
)

func newChannels(now func() time.Time) *channels {
	return &channels{now: now, names: map[string]string{}, facts: map[string]channelFacts{}}
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
	if len(c.names) >= maxChannels {
		c.names = map[string]string{}
	}
	c.names[id] = name
}

func (c *channels) known(id string) (channelFacts, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	facts, ok := c.facts[id]
	return facts, ok && facts.until.After(c.now())
}

func (c *channels) put(id string, facts channelFacts) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.facts) >= maxChannels {
		c.facts = map[string]channelFacts{}
	}
	c.facts[id] = facts
}

func (c *channels) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.names, c.facts = map[string]string{}, map[string]channelFacts{}
}

// channel looks a channel up where a scope lets that be done. Not to know it
// is no failure.
func (a *App) channel(ctx context.Context, id string) channelFacts {
	if facts, ok := a.channels.known(id); ok || !a.known().has("channels:read", "groups:read") {
		return facts
	}
	ctx, cancel := context.WithTimeout(ctx, a.o.due.lookup)
	defer cancel()
	facts := channelFacts{until: a.now().Add(failureLife)}
	ch, err := a.api.GetConversationInfoContext(ctx, &slackgo.GetConversationInfoInput{ChannelID: id})
	if err == nil {
		facts = channelFacts{ch.Creator, a.now().Add(channelLife)}
		a.channels.learn(id, ch.Name)
	}
	a.channels.put(id, facts)
	return facts
}

// maxNamed is how many channels are looked up for one answer: a person waits.
const maxNamed = 5

// nameChannels finds out what the channels that a message names are called, so
// that its plain words can say it.
func (a *App) nameChannels(ctx context.Context, m bot.Message) {
	lines := [][]bot.Text{{m.Title}, m.Lead, m.Tail, m.Notes, m.Footer}
	for _, s := range m.Sections {
		lines = append(lines, s.Lines)
	}
	left := maxNamed
	for _, texts := range lines {
		for _, t := range texts {
			for _, s := range t {
				if left > 0 && isChannel(s.Place) && a.channels.name(s.Place.Channel) == "" {
					a.channel(ctx, s.Place.Channel)
					left--
				}
			}
		}
	}
}
