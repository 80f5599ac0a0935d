package discord

import (
	"context"
	"maps"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// modal is a form as Discord opens it. discordgo has no labels with menus in
// them, so the wire's types are here.
// https://docs.discord.com/developers/components/reference#label
type modal struct {
	CustomID   string       `json:"custom_id"`
	Title      string       `json:"title"`
	Components []modalLabel `json:"components"`
}

type modalLabel struct {
	Type        int        `json:"type"`
	Label       string     `json:"label"`
	Description string     `json:"description,omitempty"`
	Component   modalInput `json:"component"`
}

type modalInput struct {
	Type        int           `json:"type"`
	CustomID    string        `json:"custom_id"`
	Style       int           `json:"style,omitempty"`
	Value       string        `json:"value,omitempty"`
	Placeholder string        `json:"placeholder,omitempty"`
	Required    bool          `json:"required"`
	MaxLength   int           `json:"max_length,omitempty"`
	Options     []modalChoice `json:"options,omitempty"`
}

type modalChoice struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Default bool   `json:"default,omitempty"`
}

// Ids of forms, which say what they are for, and of the button that opens one
// again with what was typed. None has the form of bot.ActionID.
const (
	formPrefix  = "#"
	againPrefix = "!again:"
	againMark   = "!" // in a form's id: it was opened from that button
	formNew     = "subscribe"
	formEdit    = "edit"
)

// formRef is what a form is for: a new subscription, or one to be edited.
type formRef struct {
	edits string // the subscription's number; "" for a new one
	again bool   // opened again after something was wrong
}

func (f formRef) String() string {
	if f.edits != "" {
		return formEdit + ":" + f.edits
	}
	return formNew
}

func (f formRef) id() string {
	if f.again {
		return formPrefix + againMark + f.String()
	}
	return formPrefix + f.String()
}

func parseFormRef(s string) (formRef, bool) {
	if s == formNew {
		return formRef{}, true
	}
	number, ok := strings.CutPrefix(s, formEdit+":")
	if n, err := strconv.ParseInt(number, 10, 64); !ok || err != nil || n < 1 {
		return formRef{}, false
	}
	return formRef{edits: number}, true
}

// submittedForm is the form that an interaction submits.
func submittedForm(i interaction) (formRef, bool) {
	if i.Type != kindForm {
		return formRef{}, false
	}
	s, ok := strings.CutPrefix(i.Data.CustomID, formPrefix)
	s, again := strings.CutPrefix(s, againMark)
	f, known := parseFormRef(s)
	f.again = again
	return f, ok && known
}

// wantedForm is the form that an interaction asks for: a subscription without
// saying to what, the button or command to edit one, or the button to try
// again. There is none where the handler fills none in.
func (t *turn) wantedForm() (formRef, bool) {
	if _, ok := t.a.opts.Handler.(bot.Former); !ok || t.i.Type == kindForm {
		return formRef{}, false
	}
	if s, ok := strings.CutPrefix(t.r.Action, againPrefix); ok {
		f, known := parseFormRef(s)
		f.again = true
		return f, known
	}
	if t.r.Command == "subscribe" && t.r.Args == "" {
		return formRef{}, strings.TrimSpace(t.r.Fields["query"]) == ""
	}
	verb, arg, _ := bot.ParseActionID(t.r.Action)
	if t.r.Command == "subscriptions" {
		// What follows the number is a change made in words, without a form.
		verb, arg, _ = strings.Cut(strings.Join(strings.Fields(t.r.Args+" "+t.r.Fields["action"]), " "), " ")
	}
	if t.r.Value != "" {
		arg = t.r.Value
	}
	if !strings.EqualFold(verb, formEdit) {
		return formRef{}, false
	}
	return parseFormRef(formEdit + ":" + strings.TrimPrefix(strings.TrimSpace(arg), "#"))
}

// openForm opens a form, or says why it may not be.
func (t *turn) openForm(ctx context.Context, f formRef) {
	r := t.r
	if f.edits != "" {
		r.Command, r.Args, r.Value, r.Action = "", "", "", bot.ActionID(formEdit, f.edits)
	} else {
		r.Command, r.Args, r.Value, r.Action = "subscribe", "", "", ""
	}
	values, err := t.formValues(ctx, r)
	if err != nil {
		t.put(ctx, t.errorReply(ctx, err), false)
		return
	}
	if f.again {
		if draft, ok := t.a.drafts.get(t.draftKey(f), t.a.opts.timing.now()); ok {
			values = draft
		}
	}
	for name, typed := range t.r.Fields {
		if t.i.Type == kindCommand && typed != "" {
			values[name] = typed
		}
	}
	t.log(ctx, "form", t.first(ctx, callback{answerForm, t.form(f, values)}))
}

// formValues asks the handler what the form holds.
func (t *turn) formValues(ctx context.Context, r bot.Request) (map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, t.a.opts.timing.form)
	defer cancel()
	type filled struct {
		values map[string]string
		err    error
	}
	got := make(chan filled, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				t.a.log.ErrorContext(ctx, "discord: filling a form in panicked", "id", t.errorID(), "panic", p, "stack", string(debug.Stack()))
				got <- filled{err: digest.Errorf(digest.Internal, "panic")}
			}
		}()
		values, err := t.a.opts.Handler.(bot.Former).Form(ctx, r)
		got <- filled{values, err}
	}()
	select {
	case f := <-got:
		if f.values == nil {
			f.values = map[string]string{}
		}
		return maps.Clone(f.values), f.err
	case <-ctx.Done():
		return nil, digest.Errorf(digest.Unavailable, "the form took too long to open").WithHint("Try again in a minute.")
	}
}

// form lays a form out. Discord takes five fields, so where a new subscription
// goes takes the place of its length. What a subscription does not have, as an
// alert has no time, the form that edits it does not ask for.
func (t *turn) form(f formRef, values map[string]string) modal {
	w := bot.WordsIn(t.i.Locale)
	m := modal{CustomID: f.id(), Title: w.Say("New subscription")}
	if f.edits != "" {
		m.Title = w.Say("Edit subscription")
	}
	m.Title = clip(m.Title, maxModalTitle)
	has := func(name string) bool {
		_, ok := values[name]
		return (ok || f.edits == "") && len(m.Components) < maxModalFields
	}
	m.add(w.Say("What"), w.Say("A country, a topic, both, or words"), line("query", values["query"], "korea-trade", true))
	if has("when") {
		m.add(w.Say("When"), w.Say("For example weekdays 8:00, mon wed fri 9am, or 8:00 and 18:00"), line("when", whenWords(values["when"]), "weekdays 08:00", false))
	}
	if has("zone") {
		m.add(w.Say("Time zone"), "", line("zone", values["zone"], "Asia/Seoul", false))
	}
	if f.edits == "" && !t.r.Place.Direct {
		m.add(w.Say("Where to"), "", pick("where", formWhere(values["where"], t.r.Place), bot.Option{Label: w.Say("Direct messages to me"), Value: "dm"}, bot.Option{Label: w.Say("This channel"), Value: "here"}))
	}
	if has("format") {
		m.add(w.Say("How much of each story"), "", pick("format", orElse(values["format"], string(digest.Compact)), bot.Option{Label: w.Say("Two sentences"), Value: string(digest.Compact)},
			bot.Option{Label: w.Say("A short paragraph"), Value: string(digest.Cards)}, bot.Option{Label: w.Say("Headlines alone"), Value: string(digest.Headlines)}))
	}
	if has("length") {
		m.add(w.Say("How many stories"), "", pick("length", orElse(values["length"], "7"), lengths(values["length"])...))
	}
	return m
}

func (m *modal) add(label, description string, in modalInput) {
	m.Components = append(m.Components, modalLabel{typeLabel, clip(label, maxModalLabel), clip(description, maxModalHint), in})
}

// line is an input of one line of text.
func line(id, value, example string, required bool) modalInput {
	return modalInput{Type: typeInput, CustomID: id, Style: styleShort, Value: clip(strings.TrimSpace(plain(value)), digest.MaxQuery), Placeholder: example, Required: required, MaxLength: digest.MaxQuery}
}

// pick is a menu with one option chosen.
func pick(id, chosen string, options ...bot.Option) modalInput {
	in := modalInput{Type: typeSelect, CustomID: id, Required: true}
	for _, o := range options {
		in.Options = append(in.Options, modalChoice{clip(o.Label, maxOptionText), o.Value, o.Value == chosen})
	}
	return in
}

// formWhere is what the menu of places has chosen: direct messages, unless the
// handler says here.
func formWhere(value string, here digest.Destination) string {
	if value == "here" || value == here.String() {
		return "here"
	}
	return "dm"
}

// lengths are a menu's numbers of stories, with the one that is in force.
func lengths(now string) []bot.Option {
	var out []bot.Option
	known := false
	for _, n := range [...]string{"3", "5", "7", "10", "15", "20"} {
		out = append(out, bot.Option{Label: n, Value: n})
		known = known || n == now
	}
	if n, err := strconv.Atoi(now); err == nil && n > 0 && n <= 1000 && !known {
		out = append(out, bot.Option{Label: now, Value: now})
	}
	return out
}

func orElse(s, otherwise string) string {
	if strings.TrimSpace(s) == "" {
		return otherwise
	}
	return s
}

// whenWords tells a simple cron line in the words that a subscription takes
// just as well; any other time stays as it is.
func whenWords(when string) string {
	f := strings.Fields(when)
	if len(f) != 5 || f[2] != "*" || f[3] != "*" {
		return when
	}
	minute, errM := strconv.Atoi(f[0])
	hour, errH := strconv.Atoi(f[1])
	if errM != nil || errH != nil || minute < 0 || minute > 59 || hour < 0 || hour > 23 {
		return when
	}
	days, ok := map[string]string{"*": "daily", "1-5": "weekdays", "0,6": "weekends", "6,0": "weekends"}[f[4]]
	if !ok {
		var names []string
		for _, d := range strings.Split(f[4], ",") {
			n, err := strconv.Atoi(d)
			if err != nil || n < 0 || n > 7 {
				return when
			}
			names = append(names, strings.ToLower(time.Weekday(n % 7).String()[:3]))
		}
		days = strings.Join(names, " ")
	}
	return days + " " + time.Date(2024, 1, 1, hour, minute, 0, 0, time.UTC).Format("15:04")
}

// formRequest makes a submitted form the request of its command. What was left
// empty is not said.
func formRequest(f formRef, r *bot.Request) {
	r.Action, r.Command = "", "subscribe"
	if f.edits != "" {
		r.Command, r.Args = "subscriptions", formEdit+" "+f.edits
	}
	for name, value := range r.Fields {
		if r.Fields[name] = strings.TrimSpace(value); r.Fields[name] == "" {
			delete(r.Fields, name)
		}
	}
}

func (t *turn) draftKey(f formRef) string { return t.r.Person.ID + " " + f.String() }

// correctable keeps what was typed into a form with which something is wrong,
// and puts a button under the answer that opens the form with it again:
// Discord closes a form whatever the answer is.
func (t *turn) correctable(r *bot.Reply, wrong bool) {
	f, ok := submittedForm(t.i)
	if !ok {
		return
	}
	r.Replace = r.Replace || f.again // the answer that had the button is done with
	if !wrong {
		t.a.drafts.drop(t.draftKey(f))
		return
	}
	if _, ok := t.a.opts.Handler.(bot.Former); !ok {
		return
	}
	draft := map[string]string{}
	inputs(t.i.Data.Components, draft)
	t.a.drafts.put(t.draftKey(f), draft, t.a.opts.timing.now())
	r.Message.Actions = append(r.Message.Actions, bot.Action{ID: againPrefix + f.String(), Label: t.say.again, Style: bot.Primary})
}
