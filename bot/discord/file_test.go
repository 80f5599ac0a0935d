package discord_test

import (
	"context"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
)

func TestAnswersWithAFile(t *testing.T) {
	t.Parallel()
	var file *bot.File
	h := &handler{handle: func(context.Context, bot.Request) (bot.Reply, error) {
		reply := say("Here is all I keep about you.")
		reply.File, reply.Public = file, true
		return reply, nil
	}}
	s := live(t, h, nil, discordtest.Options{})
	r := newRoom(s)
	for _, c := range []struct {
		file       bot.File
		name, text string // of what is shown
	}{
		{bot.File{Name: "subscriptions.json", Type: "application/json", Data: []byte(`[{"query":"korea-trade"}]`)}, "subscriptions.json", "`subscriptions.json`"},
		{bot.File{Name: "../\u202e/@everyone`\"한국\r\n.csv", Type: "text/csv; x=\"\n", Data: []byte("a,b")}, "everyone------.csv", "`everyone------.csv`"},
		{bot.File{Data: nil}, "file.txt", "`file.txt`"},
		{bot.File{Name: "big.txt", Type: "text/plain", Data: []byte("first ``` line\n" + strings.Repeat("한", 4<<20))}, "", "```\nfirst \u0027\u0027\u0027 line\n한"},
	} {
		file = &c.file
		i := s.Slash(r.at(r.mina), "help", nil)
		i.WaitAnswer()
		m := i.WaitFollowups(1)[0]
		if m.To != r.mina || !strings.Contains(m.Text(), c.text) {
			t.Errorf("%q to %q", m.Text()[:min(len(m.Text()), 100)], m.To)
		}
		if got, ok := m.Files[c.name]; ok != (c.name != "") || string(got) != string(c.file.Data) && ok {
			t.Errorf("files %v", m.Files)
		}
	}
}
