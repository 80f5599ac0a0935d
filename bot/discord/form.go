package discord

import (
	"context"
	"maps"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"

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
	formAlert   = "alert"
	formEdit    = "edit"
)

// formRef is what a form is for: a new subscription or alert, or one to be
// edited.
type formRef struct {
	edits string // the subscription's number; "" for a new one
	alert bool   // a new alert
	again bool   // opened again after something was wrong
}

func (f formRef) String() string {
	switch {
	case f.edits != "":
		return formEdit + ":" + f.edits
	case f.alert:
		return formAlert
	}
	return formNew
}

func (f formRef) id() string {
	if f.again {
		return formPrefix + againMark + f.String()
	}
	return formPrefix + f.String()
}

// newForm is the form of a command that makes something new.
func newForm(command string) (f formRef, ok bool) {
	return formRef{alert: command == formAlert}, command == formNew || command == formAlert
}

func parseFormRef(s string) (formRef, bool) {
	if f, ok := newForm(s); ok {
		return f, true
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

// wantedForm is the form that an interaction asks for: a subscription or alert
// without saying to what, the button or command to edit one, or the button to
// try again. There is none where the handler fills none in.
func (t *turn) wantedForm() (formRef, bool) {
	if _, ok := t.a.opts.Handler.(bot.Former); !ok || t.i.Type == kindForm {
		return formRef{}, false
	}
	if s, ok := strings.CutPrefix(t.r.Action, againPrefix); ok {
		f, known := parseFormRef(s)
		f.again = true
		return f, known
	}
	if f, ok := newForm(t.r.Command); ok && t.r.Args == "" {
		return f, strings.TrimSpace(t.r.Fields["query"]) == ""
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
		r.Command, r.Args, r.Value, r.Action = f.String(), "", "", ""
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

// formRequest makes a submitted form the request of its command, in the fields
// that a bot.Former knows. What was left empty is not said, but that there is
// to be no filter any more.
func formRequest(f formRef, r *bot.Request) {
	r.Action, r.Command = "", f.String()
	if f.edits != "" {
		r.Command, r.Args = "subscriptions", formEdit+" "+f.edits
	}
	_, filtering := r.Fields["filters"]
	for name, value := range r.Fields {
		if r.Fields[name] = strings.TrimSpace(value); r.Fields[name] == "" {
			delete(r.Fields, name)
		}
	}
	if filtering && r.Fields["filters"] == "" && f.edits != "" {
		r.Fields["filters"] = "off"
	}
	if when, zone := cutZone(r.Fields["when"]); zone != "" {
		r.Fields["when"], r.Fields["zone"] = when, zone
		if when == "" {
			delete(r.Fields, "when")
		}
	}
	if format := r.Fields["format"]; format != "" && f.edits != "" {
		r.Fields["review"] = yesNo(format == string(digest.Review))
	}
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// zoneName is the name of a time zone at the end of a time.
var zoneName = regexp.MustCompile(`(?:^|\s)((?:[A-Z][A-Za-z_]+(?:/[A-Za-z_+\-0-9]+)+)|UTC|GMT)$`)

// cutZone takes the zone off the end of a time: "weekdays 8:00 Asia/Seoul".
func cutZone(s string) (when, zone string) {
	at := zoneName.FindStringSubmatchIndex(s)
	if at == nil {
		return s, ""
	}
	return strings.TrimSpace(s[:at[0]]), s[at[2]:at[3]]
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
