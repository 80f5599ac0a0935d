package main

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/daybrief/daybrief/bot/discord/discordtest"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest"
)

// fakePlace is a fake of a platform with channels to post to.
type fakePlace interface {
	address() string
	token() string
	destination(i int) digest.Destination
	// seen counts how often people see each post, by name.
	seen() map[string]int
	visible() int
	// name is what the platform knows a key by.
	name(key string) string
}

// fakeChannels is how many channels a fake has, so that no channel's pace
// holds the whole back.
const fakeChannels = 80

func newFakePlace(w *witness, platform string, history bool) fakePlace {
	if platform == "discord" {
		return newFakeDiscord(w)
	}
	return newFakeSlack(w, history)
}

// fakeSlack has channels, and persons who read direct messages.
type fakeSlack struct{ srv *slacktest.Server }

func newFakeSlack(w *witness, history bool) fakeSlack {
	o := slacktest.Options{}
	if history {
		o.Scopes = []string{"chat:write", "commands", "im:write", "users:read", "channels:read", "chat:write.public", "im:history", "channels:history", "groups:history"}
	}
	srv := slacktest.New(w, o)
	for i := range fakeChannels {
		srv.AddChannel(slacktest.Channel{ID: fmt.Sprintf("C%07d", i), Name: fmt.Sprintf("desk-%d", i), Member: true})
		srv.AddUser(slacktest.User{ID: fmt.Sprintf("U%07d", i), Name: fmt.Sprintf("Person %d", i), Zone: "UTC", Locale: "en-US"})
	}
	return fakeSlack{srv}
}

func (f fakeSlack) address() string        { return strings.TrimSuffix(f.srv.URL, "/api/") }
func (f fakeSlack) token() string          { return f.srv.BotToken }
func (f fakeSlack) name(key string) string { return key }

// destination is a channel, and every fifth a person.
func (f fakeSlack) destination(i int) digest.Destination {
	n := i % fakeChannels
	if i%5 == 4 {
		return digest.Destination{Platform: "slack", Workspace: f.srv.Team, Channel: fmt.Sprintf("U%07d", n), Direct: true}
	}
	return digest.Destination{Platform: "slack", Workspace: f.srv.Team, Channel: fmt.Sprintf("C%07d", n)}
}

func (f fakeSlack) seen() map[string]int {
	out := map[string]int{}
	for i := range fakeChannels {
		for _, channel := range []string{fmt.Sprintf("C%07d", i), f.srv.DMChannel(fmt.Sprintf("U%07d", i))} {
			for _, m := range f.srv.Messages(channel) {
				out[m.Key]++
			}
		}
	}
	return out
}

func (f fakeSlack) visible() int { return total(f.seen()) }

func total(seen map[string]int) (n int) {
	for _, times := range seen {
		n += times
	}
	return n
}

// fakeDiscord has one server's channels.
type fakeDiscord struct {
	srv      *discordtest.Server
	guild    string
	channels []string
}

func newFakeDiscord(w *witness) *fakeDiscord {
	f := &fakeDiscord{srv: discordtest.New(w, discordtest.Options{NoOpenAPI: true})}
	f.guild = f.srv.AddGuild("Desks")
	f.srv.SetRights(f.guild, discordtest.AllBotMayEver)
	for i := range fakeChannels {
		f.channels = append(f.channels, f.srv.AddChannel(f.guild, fmt.Sprintf("desk-%d", i), discordtest.Text))
	}
	return f
}

func (f *fakeDiscord) address() string { return f.srv.URL }
func (f *fakeDiscord) token() string   { return discordtest.Token }

func (f *fakeDiscord) destination(i int) digest.Destination {
	return digest.Destination{Platform: "discord", Workspace: f.guild, Channel: f.channels[i%len(f.channels)]}
}

// name is the nonce of a key, as the adapter makes it.
func (f *fakeDiscord) name(key string) string {
	sum := sha256.Sum256([]byte(key))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:25]
}

func (f *fakeDiscord) seen() map[string]int {
	out := map[string]int{}
	for _, channel := range f.channels {
		for _, m := range f.srv.Visible(channel) {
			var b struct {
				Nonce string `json:"nonce"`
			}
			_ = json.Unmarshal(m.Payload, &b) // one without a nonce is counted under ""
			out[b.Nonce]++
		}
	}
	return out
}

func (f *fakeDiscord) visible() int { return total(f.seen()) }

// Skipf is Fatalf: what is missing is told.
func (w *witness) Skipf(format string, args ...any) { w.Fatalf(format, args...) }
