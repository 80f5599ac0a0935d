package discord_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
	"github.com/daybrief/daybrief/digest"
)

// room is a server with a channel, a manager and a member.
type room struct {
	guild, channel, mina, joon string
}

func newRoom(s *stage) room {
	r := room{guild: s.AddGuild("g"), mina: s.AddUser("Mina", "en-US"), joon: s.AddUser("Joon", "ko")}
	r.channel = s.AddChannel(r.guild, "news", discordtest.Text)
	s.MakeManager(r.guild, r.mina)
	return r
}

func (r room) at(user string) discordtest.Where {
	return discordtest.Where{User: user, Channel: r.channel}
}

func TestCommandBecomesARequest(t *testing.T) {
	t.Parallel()
	h := answering("fine")
	s := live(t, h, nil, discordtest.Options{})
	r := newRoom(s)
	m := s.Slash(r.at(r.mina), "brief", map[string]string{"query": "korea-trade", "since": "7d", "limit": "5"}).WaitAnswer()
	got := h.last(t)
	if got.Command != "brief" || got.Fields["query"] != "korea-trade" || got.Fields["since"] != "7d" || got.Fields["limit"] != "5" {
		t.Errorf("command %q, fields %v", got.Command, got.Fields)
	}
	if got.Person != (digest.Person{Platform: "discord", ID: r.mina, Name: "Mina"}) || got.Lang != "en-US" || !got.Manager || got.Now.IsZero() {
		t.Errorf("got %+v", got)
	}
	if got.Place != (digest.Destination{Platform: "discord", Workspace: r.guild, Channel: r.channel}) {
		t.Errorf("place %+v", got.Place)
	}
	if m.To != r.mina || len(s.Visible(r.channel)) != 0 {
		t.Error("the answer is not for the asker alone")
	}
	s.Slash(r.at(r.joon), "brief", nil).WaitAnswer()
	if got := h.last(t); got.Manager || got.Lang != "ko" {
		t.Errorf("a member: %+v", got)
	}
}

func TestCommandInOtherPlaces(t *testing.T) {
	t.Parallel()
	h := answering("fine")
	s := live(t, h, func(o *discord.Options) { o.Operators = []string{"7"} }, discordtest.Options{})
	r := newRoom(s)
	s.Slash(discordtest.Where{User: r.mina}, "help", nil).WaitAnswer()
	if got := h.last(t); got.Place != (digest.Destination{Platform: "discord", Channel: r.mina, Direct: true}) || got.Manager || got.Fields[discord.FieldRights] != "" {
		t.Errorf("direct messages: %+v", got)
	}
	w := r.at(r.mina)
	w.UserInstall = true
	s.Slash(w, "help", nil).WaitAnswer()
	if got := h.last(t); !strings.Contains(got.Fields[discord.FieldMissing], "Send Messages") {
		t.Errorf("brought along by the person: %+v", got.Fields)
	}
	s.Slash(r.at(r.mina), "digest preview", map[string]string{"name": "Korea desk"}).WaitAnswer()
	if got := h.last(t); got.Command != "digest" || got.Args != "preview" || got.Fields["name"] != "Korea desk" || got.Fields[discord.FieldMissing] != "" {
		t.Errorf("subcommand: %+v", got)
	}
	s.SetRights(r.guild, discordtest.ViewChannel|discordtest.SendMessages|discordtest.SendInThreads)
	s.Slash(r.at(r.mina), "subscribe", map[string]string{"query": "x", "where": r.channel}).WaitAnswer()
	if got := h.last(t); got.Fields["where"] != "discord:"+r.channel || got.Fields[discord.FieldMissing] != "Embed Links" {
		t.Errorf("subscribe: %+v", got.Fields)
	}
	s.OnMessage(r.at(r.joon), "Brief me on this", "What about <https://evil.example/x> Korean tariffs?\n").WaitAnswer()
	if got := h.last(t); got.Command != "brief" || got.Fields["query"] != "What about Korean tariffs?" || got.Fields[discord.FieldFrom] != "message" {
		t.Errorf("on a message: %+v", got.Fields)
	}
}

// A slow handler is answered within a second by "thinking", and the answer
// takes its place, in Components V2, which the first word cannot say.
func TestSlowAnswer(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	h := &handler{handle: func(ctx context.Context, r bot.Request) (bot.Reply, error) {
		<-release
		return say("late but fine"), nil
	}}
	s := live(t, h, func(o *discord.Options) { *o = discord.AckAfter(*o, 20*time.Millisecond) }, discordtest.Options{})
	r := newRoom(s)
	i := s.Slash(r.at(r.mina), "brief", nil)
	if kind, _ := i.WaitAck(); kind != 5 { // it comes while the handler still waits
		t.Errorf("first answer %d", kind)
	}
	close(release)
	m := i.WaitAnswer()
	if m.To != r.mina || m.Flags&(1<<15) == 0 || !strings.Contains(m.Plain(), "late but fine") {
		t.Errorf("to %q, flags %b: %q", m.To, m.Flags, m.Plain())
	}
}

func TestSlowAnswerForEveryone(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	h := &handler{handle: func(ctx context.Context, r bot.Request) (bot.Reply, error) {
		<-release
		reply := say("for everyone")
		reply.Public = true
		return reply, nil
	}}
	s := live(t, h, func(o *discord.Options) { *o = discord.AckAfter(*o, 5*time.Millisecond) }, discordtest.Options{})
	r := newRoom(s)
	i := s.Slash(r.at(r.joon), "brief", nil)
	i.WaitAck()
	close(release)
	if m := i.WaitAnswer(); m.To != r.joon || !strings.Contains(m.Plain(), "이 채널에 올렸습니다") {
		t.Errorf("to %q: %q", m.To, m.Plain())
	}
	if m := s.WaitVisible(r.channel, 1)[0]; !strings.Contains(m.Plain(), "for everyone") {
		t.Errorf("%q", m.Plain())
	}
}

func TestReadyAnswerForEveryone(t *testing.T) {
	t.Parallel()
	h := &handler{handle: func(context.Context, bot.Request) (bot.Reply, error) {
		reply := say("for everyone")
		reply.Public = true
		return reply, nil
	}}
	s := live(t, h, nil, discordtest.Options{})
	r := newRoom(s)
	s.Slash(r.at(r.mina), "brief", nil)
	s.WaitVisible(r.channel, 1)
}

// buttons is a handler whose answer has a button of each kind, and which says
// what was pressed.
func buttons() *handler {
	return &handler{handle: func(_ context.Context, r bot.Request) (bot.Reply, error) {
		switch r.Action {
		case "":
			return bot.Reply{Message: bot.Message{Lead: []bot.Text{bot.T("list")}, Actions: []bot.Action{
				{ID: "v1:next:1", Label: "Next"}, {ID: "v1:why:1", Label: "Why these?"}, {ID: "v1:share:1", Label: "Share"}, {ID: "v1:close:1", Label: "Close"},
				{ID: "v1:remove:1", Label: "Remove", Style: bot.Danger, Confirm: "Remove it?"},
				{ID: "v1:pick:1", Label: "Pick one", Options: []bot.Option{{Label: "A", Value: "a"}, {Label: "B", Value: "b"}}},
			}}}, nil
		case "v1:next:1":
			reply := say("page 2")
			reply.Replace = true
			return reply, nil
		case "v1:share:1":
			reply := say("shared")
			reply.Public = true
			return reply, nil
		case "v1:close:1":
			return bot.Reply{Delete: true, Message: say("gone").Message}, nil
		}
		return say("did " + r.Action + " " + r.Value), nil
	}}
}

func TestPresses(t *testing.T) {
	t.Parallel()
	for _, slow := range []time.Duration{time.Minute, 0} {
		for _, look := range []discord.Look{discord.Components, discord.Embeds} {
			t.Run(fmt.Sprint(slow, look), func(t *testing.T) {
				t.Parallel()
				h := buttons()
				s := live(t, h, func(o *discord.Options) { *o = discord.AckAfter(*o, slow); o.Look = look }, discordtest.Options{})
				pressAll(t, s, h)
			})
		}
	}
}

func pressAll(t *testing.T, s *stage, h *handler) {
	r := newRoom(s)
	list := s.Slash(r.at(r.mina), "subscriptions", nil).WaitAnswer()
	press := func(label string) *discordtest.Interaction {
		return s.Press(r.at(r.mina), list, s.Button(list, label).CustomID)
	}
	if m := press("Why these?").WaitFollowupOrAnswer(); m.To != r.mina || !strings.Contains(m.Plain(), "did v1:why:1") {
		t.Errorf("why: to %q, %q", m.To, m.Plain())
	}
	press("Share")
	if m := s.WaitVisible(r.channel, 1)[0]; !strings.Contains(m.Plain(), "shared") {
		t.Errorf("share: %q", m.Plain())
	}
	s.Choose(r.at(r.mina), list, s.Button(list, "Pick one").CustomID, "b").WaitFollowupOrAnswer()
	if got := h.last(t); got.Action != "v1:pick:1" || got.Value != "b" {
		t.Errorf("picked %q %q", got.Action, got.Value)
	}
	ask := press("Remove").WaitFollowupOrAnswer()
	if !strings.Contains(ask.Plain(), "Remove") || h.last(t).Action == "v1:remove:1" {
		t.Errorf("removed without a second question: %q", ask.Plain())
	}
	if m := s.Press(r.at(r.mina), ask, s.Button(ask, "Remove").CustomID).WaitFollowupOrAnswer(); !strings.Contains(m.Plain(), "did v1:remove:1") {
		t.Errorf("remove: %q", m.Plain())
	}
	s.Press(r.at(r.mina), ask, s.Button(ask, "Cancel").CustomID).WaitGone()
	if m := press("Next").WaitUpdate(); !strings.Contains(m.Plain(), "page 2") || len(m.Buttons()) != 0 {
		t.Errorf("next: %q, %v", m.Plain(), m.Buttons())
	}
	again := s.Slash(r.at(r.mina), "subscriptions", nil).WaitAnswer()
	s.Press(r.at(r.mina), again, s.Button(again, "Close").CustomID).WaitGone()
}

func TestFormsAreRead(t *testing.T) {
	t.Parallel()
	h := answering("fine")
	s := live(t, h, nil, discordtest.Options{})
	r := newRoom(s)
	s.Submit(r.at(r.mina), "v1:edit:1", map[string]string{"when": "daily 8:00"}).WaitAnswer()
	if got := h.last(t); got.Action != "v1:edit:1" || got.Fields["when"] != "daily 8:00" {
		t.Errorf("got %+v", got)
	}
}

func TestCompletions(t *testing.T) {
	t.Parallel()
	h := answering("fine")
	h.complete = func(_ context.Context, r bot.Request, field, typed string) []bot.Option {
		var out []bot.Option
		for i := range 40 {
			out = append(out, bot.Option{Label: fmt.Sprintf("%s %s %s %d \u202e", r.Command, field, typed, i), Value: strings.Repeat("v", i*4)})
		}
		return out
	}
	s := live(t, h, nil, discordtest.Options{})
	r := newRoom(s)
	got, _ := s.Autocomplete(r.at(r.mina), "brief", "query", "kor", map[string]string{"since": "7d"}).WaitChoices()
	if len(got) != 25 || got[0].Name != "brief query kor 1" {
		t.Errorf("%d choices, first %+v", len(got), got[0])
	}
}

// Completions that take too long are left out, and none of them ends the bot.
func TestCompletionsThatFail(t *testing.T) {
	t.Parallel()
	h := answering("fine")
	h.complete = func(ctx context.Context, _ bot.Request, _, typed string) []bot.Option {
		if typed == "panic" {
			panic("completion")
		}
		<-ctx.Done()
		return nil
	}
	s := live(t, h, func(o *discord.Options) { *o = discord.CompleteWithin(*o, 20*time.Millisecond) }, discordtest.Options{})
	r := newRoom(s)
	for _, typed := range []string{"slow", "panic"} {
		if got, _ := s.Autocomplete(r.at(r.mina), "brief", "query", typed, nil).WaitChoices(); len(got) != 0 {
			t.Errorf("%s: %v", typed, got)
		}
	}
	works(t, s)
}

func TestErrorsAreToldOnceWithAnID(t *testing.T) {
	t.Parallel()
	h := &handler{handle: func(_ context.Context, r bot.Request) (bot.Reply, error) {
		switch r.Fields["query"] {
		case "panic":
			panic("in the handler, with a secret")
		case "empty":
			return bot.Reply{}, nil
		}
		return bot.Reply{}, digest.Errorf(digest.Invalid, "there is no such country").WithHint("try Korea")
	}}
	s := live(t, h, nil, discordtest.Options{})
	r := newRoom(s)
	for query, want := range map[string]string{"x": "There is no such country. Try Korea.", "panic": "fault in the program", "empty": "fault in the program"} {
		m := s.Slash(r.at(r.mina), "brief", map[string]string{"query": query}).WaitAnswer()
		if text := m.Plain(); m.To != r.mina || !strings.Contains(text, want) || !strings.Contains(text, "(e-") || strings.Contains(text, "secret") {
			t.Errorf("%s: to %q, %q", query, m.To, text)
		}
	}
}

// An answer of more parts than Discord takes is cut; each part is for the
// person alone.
func TestLongAnswer(t *testing.T) {
	t.Parallel()
	h := &handler{handle: func(context.Context, bot.Request) (bot.Reply, error) {
		var m bot.Message
		for i := range 12 {
			sec := bot.Section{Title: fmt.Sprint("Section ", i)}
			for range 10 {
				sec.Items = append(sec.Items, bot.Item{Title: strings.Repeat("무역 ", 60), Summary: []string{strings.Repeat("가나다 ", 100)}})
			}
			m.Sections = append(m.Sections, sec)
		}
		return bot.Reply{Message: m}, nil
	}}
	s := live(t, h, nil, discordtest.Options{})
	r := newRoom(s)
	w := r.at(r.mina)
	w.UserInstall = true
	i := s.Slash(w, "brief", nil)
	i.WaitAnswer()
	for _, m := range i.WaitFollowups(4) {
		if m.To != r.mina {
			t.Error("a part for everyone")
		}
	}
	if n := len(s.Seen(r.channel, r.mina)); n != 5 {
		t.Errorf("%d parts", n)
	}
}

// The answer gets through although the connection to Discord breaks.
func TestAnswersSurviveWhatBreaks(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]discordtest.Fault{
		"first answer reset before": {Path: "/callback", Reset: true},
		"first answer reset after":  {Path: "/callback", Reset: true, Effect: true},
		"first answer 500":          {Path: "/callback", Status: 500},
		"edit 503":                  {Path: "/messages/@original", Status: 503, Times: 2},
		"edit 429":                  {Path: "/messages/@original", Status: 429, RetryAfter: 0.1},
		"edit 404":                  {Path: "/messages/@original", Status: 404, Code: 10015},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			release := make(chan struct{})
			h := &handler{handle: func(context.Context, bot.Request) (bot.Reply, error) {
				<-release
				return say("fine"), nil
			}}
			deferred := strings.HasPrefix(name, "edit")
			s := live(t, h, func(o *discord.Options) {
				if deferred {
					*o = discord.AckAfter(*o, time.Millisecond)
				}
			}, discordtest.Options{})
			s.Inject(f)
			r := newRoom(s)
			i := s.Slash(r.at(r.mina), "help", nil)
			if deferred {
				i.WaitAck()
			}
			close(release)
			if m := i.WaitAnswer(); !strings.Contains(m.Plain(), "fine") {
				t.Errorf("answered %q", m.Plain())
			}
		})
	}
}

// The same interaction twice is worked on once.
func TestInteractionTwice(t *testing.T) {
	t.Parallel()
	h := answering("fine")
	s := live(t, h, nil, discordtest.Options{})
	r := newRoom(s)
	i := s.Slash(r.at(r.mina), "help", nil)
	i.WaitAnswer()
	s.Again(i)
	works(t, s)
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.seen) != 2 {
		t.Errorf("worked on %d", len(h.seen))
	}
}

// Few requests are worked on at a time, so that many do not keep each other
// from being acknowledged; but slow ones do not keep the others out for long.
func TestFewAreWorkedOnAtATime(t *testing.T) {
	t.Parallel()
	few := max(16, 4*runtime.GOMAXPROCS(0))
	t.Run("patient", func(t *testing.T) {
		t.Parallel()
		if peak := crowd(t, time.Hour, few+4, few); peak != few {
			t.Errorf("%d at a time, not %d", peak, few)
		}
	})
	t.Run("impatient", func(t *testing.T) {
		t.Parallel()
		if peak := crowd(t, time.Millisecond, few+4, few+4); peak != few+4 {
			t.Errorf("%d at a time, although they are slow", peak)
		}
	})
}

// crowd asks n things at once of a handler that answers none before so many
// are worked on, and returns how many it worked on at a time at most.
func crowd(t *testing.T, patience time.Duration, n, together int) int {
	t.Helper()
	var now, peak atomic.Int64
	release := make(chan struct{})
	h := &handler{handle: func(context.Context, bot.Request) (bot.Reply, error) {
		for n, p := now.Add(1), peak.Load(); n > p && !peak.CompareAndSwap(p, n); p = peak.Load() {
		}
		defer now.Add(-1)
		<-release
		return say("fine"), nil
	}}
	s := live(t, h, func(o *discord.Options) {
		*o = discord.HandAfter(discord.AckAfter(*o, time.Millisecond), patience)
	}, discordtest.Options{NoOpenAPI: true})
	r := newRoom(s)
	var all []*discordtest.Interaction
	for range n {
		all = append(all, s.Slash(r.at(r.mina), "help", nil))
	}
	for _, i := range all {
		i.WaitAck()
	}
	eventually(t, "so many to be worked on", func() bool { return now.Load() >= int64(together) })
	close(release)
	for _, i := range all {
		i.WaitAnswer()
	}
	return int(peak.Load())
}

// More interactions at once than there are places: each person hears
// something, and the bot works on.
func TestFloodIsBounded(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	h := &handler{handle: func(ctx context.Context, r bot.Request) (bot.Reply, error) {
		if r.Command == "brief" {
			<-release
		}
		return say("fine"), nil
	}}
	s := live(t, h, func(o *discord.Options) { *o = discord.AckAfter(*o, time.Millisecond) }, discordtest.Options{NoOpenAPI: true})
	r := newRoom(s)
	var held []*discordtest.Interaction
	for range 128 {
		i := s.Slash(r.at(r.mina), "brief", nil)
		i.WaitAck()
		held = append(held, i)
	}
	if m := s.Slash(r.at(r.mina), "help", nil).WaitAnswer(); m.To != r.mina || !strings.Contains(m.Plain(), "too many requests") {
		t.Errorf("the 129th: %q", m.Plain())
	}
	if got, _ := s.Autocomplete(r.at(r.mina), "brief", "query", "k", nil).WaitChoices(); len(got) != 0 {
		t.Errorf("completions: %v", got)
	}
	close(release)
	for _, i := range held {
		i.WaitAnswer()
	}
	works(t, s)
}

// Stopping lets an answer under way finish.
func TestStoppingFinishesAnswers(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	h := &handler{handle: func(context.Context, bot.Request) (bot.Reply, error) {
		close(begun)
		<-release
		return say("finished"), nil
	}}
	s := offline(t, h)
	stop := s.run(t, s.a)
	eventually(t, "the connection", s.a.Connected)
	r := newRoom(s)
	i := s.Slash(r.at(r.mina), "help", nil)
	<-begun
	stopped := make(chan struct{})
	go func() { _ = stop(); close(stopped) }()
	s.WaitGateway("its end", func(c discordtest.GatewayCounts) bool { return c.Open == 0 })
	close(release)
	if m := i.WaitAnswer(); !strings.Contains(m.Plain(), "finished") {
		t.Errorf("%q", m.Plain())
	}
	<-stopped
}
