package command

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// Reader reads requests; query.Reader is one.
type Reader interface {
	Read(s string, now time.Time) (digest.Query, error)
	Complete(typed string, popular func(slug string) int) []string
}

// Briefs answers queries.
type Briefs interface {
	Answer(ctx context.Context, q digest.Query, page Page) (digest.Brief, error)
}

// Page is a part of an answer.
type Page struct {
	Limit, Offset int
	Now           time.Time
	Format        digest.Format
	Profile       digest.Profile // of who asks: what is muted, and what they lean to
	Lang          string         // of the words around the news
}

// Store is the part of the store that commands need.
type Store interface {
	SaveAnswer(ctx context.Context, a digest.Answer) error
	Answer(ctx context.Context, id string) (digest.Answer, error)
	CreateSubscription(ctx context.Context, s digest.Subscription) (digest.Subscription, error)
	UpdateSubscription(ctx context.Context, s digest.Subscription) error
	Subscription(ctx context.Context, id int64) (digest.Subscription, error)
	Subscriptions(ctx context.Context, f digest.SubscriptionFilter) ([]digest.Subscription, error)
	Editions(ctx context.Context, f digest.EditionFilter) ([]digest.Edition, error)
	Memory
	Choices
}

// Choices is what people have chosen, and what is kept of them.
type Choices interface {
	Profile(ctx context.Context, of digest.Destination) (digest.Profile, error)
	SaveProfile(ctx context.Context, p digest.Profile) error
	PersonData(ctx context.Context, p digest.Person) (digest.PersonData, error)
	ForgetPerson(ctx context.Context, p digest.Person) error
	Stories(ctx context.Context, ids []int64) ([]digest.Story, error)
}

// Alerts tries alerts out over the past, and explains; package schedule has
// one.
type Alerts interface {
	// DryRun tells what an alert would have sent between two times.
	DryRun(ctx context.Context, sub digest.Subscription, since, until time.Time) (digest.Trial, error)
	// WhyNot follows a URL or headline on its way to a subscription, up to the
	// first step that did not let it through.
	WhyNot(ctx context.Context, sub digest.Subscription, what string) ([]digest.Step, error)
}

// Memory is the smaller things that commands keep and look up.
type Memory interface {
	Setting(ctx context.Context, key string) (string, error)
	SetSetting(ctx context.Context, key, value string) error
	AddAudit(ctx context.Context, a digest.Audit) error
	Sources(ctx context.Context) ([]digest.Source, error)
	Popular(ctx context.Context, since time.Time) (map[string]int, error)
}

// Schedules reads and tells times; package schedule has one.
type Schedules interface {
	// Parse turns "weekdays 8:00" into cron.
	Parse(when string) (spec string, err error)
	// Coming lists the next n runs after an instant, and checks spec and zone.
	Coming(spec, zone string, after time.Time, n int) ([]time.Time, error)
	// Describe says a spec in words.
	Describe(spec string, w bot.Words) string
	// Preview builds the digest that a subscription would get now.
	Preview(ctx context.Context, sub digest.Subscription) (bot.Message, error)
	// RunNow posts one at once.
	RunNow(ctx context.Context, id int64) (digest.Edition, error)
}

// Options are what a Handler needs.
type Options struct {
	Reader    Reader
	Briefs    Briefs
	Store     Store
	Schedules Schedules
	Alerts    Alerts // nil: alerts are not on
	// MayPost asks the platform of a channel whether it can post there, before
	// the channel is subscribed; nil asks nobody. See bot.Doorman.
	MayPost func(ctx context.Context, to digest.Destination) error
	// MayThread is MayPost for a digest with its details in threads; nil is
	// MayPost. See bot.Threader.
	MayThread func(ctx context.Context, to digest.Destination) error
	Lang      string                         // in channels
	Zone      string                         // IANA, for people whose zone is not known
	Page      string                         // address of the page; "" for none
	Topic     func(slug, lang string) string // title of a topic; nil shows slugs
	Country   func(code, lang string) string // name of a country; nil shows codes
	Log       *slog.Logger
}

// Handler answers requests. It is safe for concurrent use.
type Handler struct {
	o       Options
	popular popularity
}

// New makes a Handler.
func New(o Options) *Handler {
	return &Handler{o: o}
}

// Handle answers a request. An error of it is told in the reply as well, so
// that every platform can show what it gets.
func (h *Handler) Handle(ctx context.Context, r bot.Request) (bot.Reply, error) {
	reply, err := h.handle(ctx, r)
	if err == nil {
		return reply, nil
	}
	id := "e-" + randomHex(2)
	if reply, ok := h.refused(ctx, r, err, id); ok {
		return reply, nil
	}
	level := slog.LevelInfo
	if digest.CodeOf(err) == digest.Internal || digest.CodeOf(err) == digest.Unavailable {
		level = slog.LevelError
	}
	h.o.Log.Log(ctx, level, "a request could not be served", "id", id, "platform", r.Person.Platform, "command", r.Command, "error", err)
	return h.refusal(r, err, id, ""), nil
}

func (h *Handler) handle(ctx context.Context, r bot.Request) (bot.Reply, error) {
	r.Args = strings.TrimSpace(strings.ToValidUTF8(r.Args, ""))
	if r.Action != "" {
		return h.press(ctx, r)
	}
	reply, err := h.command(ctx, r)
	if err != nil {
		return reply, err
	}
	return h.offer(ctx, r, reply), nil
}

func (h *Handler) command(ctx context.Context, r bot.Request) (bot.Reply, error) {
	switch strings.ToLower(r.Command) {
	case "", "brief":
		return h.brief(ctx, r)
	case "subscribe":
		return h.subscribe(ctx, r)
	case "subscriptions":
		return h.subscriptions(ctx, r)
	case "alert":
		return h.alert(ctx, r)
	case "unsubscribe":
		return h.unsubscribeCommand(ctx, r)
	case "digest":
		return h.digest(ctx, r)
	case "sources":
		return h.sources(ctx, r)
	case "home":
		return h.home(ctx, r)
	case "help":
		return h.help(ctx, r)
	}
	return bot.Reply{}, digest.Errorf(digest.Invalid, "There is no command “%s”", clip(r.Command, 40)).WithHint("Try help.")
}

// press serves a button or menu by the verb in its id. Whoever sees one can
// press it, so each checks anew what the presser may do.
func (h *Handler) press(ctx context.Context, r bot.Request) (bot.Reply, error) {
	verb, arg, ok := bot.ParseActionID(r.Action)
	if !ok {
		return bot.Reply{}, digest.Errorf(digest.Invalid, "This button is from a version that I no longer know").WithHint("Ask again with /brief.")
	}
	switch verb {
	case "more", "share", "follow", "alertme":
		return h.pressAnswer(ctx, r, verb, arg)
	case "story", "followstory", "mute", "mutepart", "unmute", "more-like", "less-like", "unlean":
		return h.pressStory(ctx, r, verb, arg)
	case "forget":
		return h.forget(ctx, r)
	case "again":
		return h.askAgain(ctx, r, arg)
	case "why":
		return h.why(ctx, r, arg)
	case "manage", "pause", "resume", "unsubscribe", "undo", "preview", "edit", "unedit", "fewer":
		return h.pressSubscription(ctx, r, verb, cmp.Or(r.Value, arg))
	case "ask":
		r.Command, r.Args, r.Action = "brief", arg, ""
		return h.handle(ctx, r)
	}
	return bot.Reply{}, digest.Errorf(digest.Invalid, "I don't know this button").WithHint("Ask again with /brief.")
}

// Parse splits a typed line into command and arguments: "/brief korea-trade",
// "subscribe korea-trade daily 8:00", or a plain query.
func Parse(line string) (command, args string) {
	line = strings.TrimSpace(line)
	slash := strings.HasPrefix(line, "/")
	word, rest, _ := strings.Cut(strings.TrimPrefix(line, "/"), " ")
	word, rest = strings.ToLower(word), strings.TrimSpace(rest)
	if word == "brief" && slash {
		if sub, more, _ := strings.Cut(rest, " "); known(sub) && sub != "brief" {
			return strings.ToLower(sub), strings.TrimSpace(more)
		}
		return word, rest
	}
	if known(word) && (slash || rest == "" || commandLike(word, rest)) {
		return word, rest
	}
	if slash && !known(word) {
		return word, rest
	}
	return "brief", line
}

// commandLike tells "digest now" from "digest of the week": without a slash, a
// command's word is one only before what it takes.
func commandLike(word, rest string) bool {
	first, _, _ := strings.Cut(strings.ToLower(rest), " ")
	switch word {
	case "subscribe", "unsubscribe", "alert":
		return true
	case "help":
		return helpTopic(first) != "" && first == strings.ToLower(rest)
	case "subscriptions":
		return subscriptionVerbs[first] != ""
	case "digest":
		return slices.Contains([]string{"now", "preview", "history", "whynot"}, first)
	}
	return false
}

func known(word string) bool {
	switch strings.ToLower(word) {
	case "brief", "subscribe", "subscriptions", "unsubscribe", "digest", "sources", "alert", "help":
		return true
	}
	return false
}

// view is how to tell something to the one who asked.
func (h *Handler) view(ctx context.Context, r bot.Request) bot.View {
	return bot.View{Lang: cmp.Or(r.Lang, h.o.Lang), Zone: h.zone(ctx, r), Now: r.Now, Page: h.o.Page}
}

// zone is the person's: what they chose, what their platform says, or the
// default.
func (h *Handler) zone(ctx context.Context, r bot.Request) string {
	if z, err := h.o.Store.Setting(ctx, zoneKey(r.Person)); err == nil && z != "" {
		return z
	}
	return cmp.Or(r.Zone, h.o.Zone)
}

func zoneKey(p digest.Person) string { return keyOf("zone", p) }

// keyOf is a setting of a person. It ends with them, so that it is forgotten
// with them.
func keyOf(what string, p digest.Person) string {
	return what + ":" + p.Platform + ":" + p.Workspace + ":" + p.ID
}

func (h *Handler) words(r bot.Request) bot.Words { return bot.WordsIn(cmp.Or(r.Lang, h.o.Lang)) }

// audit notes who changed what. That it could not be noted stops nothing.
func (h *Handler) audit(ctx context.Context, r bot.Request, action, detail string) {
	if err := h.o.Store.AddAudit(ctx, digest.Audit{At: r.Now, Person: r.Person, Action: action, Detail: detail}); err != nil {
		h.o.Log.WarnContext(ctx, "audit not written", "action", action, "error", err)
	}
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	// crypto/rand.Read does not fail: it ends the program instead.
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// clip cuts text that is quoted back to a person.
func clip(s string, runes int) string {
	r := []rune(s)
	if len(r) <= runes {
		return s
	}
	return string(r[:runes]) + "…"
}

// say makes a reply of one line.
func say(w bot.Words, t bot.Text, actions ...bot.Action) bot.Reply {
	return bot.Reply{Message: bot.Message{Lang: w.Lang(), Lead: []bot.Text{t}, Actions: actions}}
}
