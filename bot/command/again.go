package command

import (
	"context"
	"encoding/json"
	"errors"
	"maps"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// atField is what is wrong with one field of a form.
type atField struct {
	error
	field string
}

func (a atField) Unwrap() error { return a.error }

// atItsField is err, to be shown at a field; nil for nil.
func atItsField(field string, err error) error {
	if err == nil {
		return nil
	}
	return atField{err, field}
}

// refused tells an error that a form shows at its field, or that someone can
// mend. ok is false for any other.
func (h *Handler) refused(ctx context.Context, r bot.Request, err error, errorID string) (reply bot.Reply, ok bool) {
	if reply, ok = h.offerAgain(ctx, r, err, errorID); ok {
		return reply, true
	}
	var at atField
	if !errors.As(err, &at) || r.Fields[at.field] == "" {
		return reply, false
	}
	h.o.Log.InfoContext(ctx, "a field cannot be taken", "id", errorID, "platform", r.Person.Platform, "field", at.field, "error", err)
	return h.refusal(r, err, errorID, at.field), true
}

// refusal tells an error, at a field too where the request has that.
func (h *Handler) refusal(r bot.Request, err error, errorID, field string) bot.Reply {
	lang := h.words(r).Lang()
	reply := bot.Reply{Message: bot.ErrorMessage(err, errorID, lang), Failed: true}
	if r.Fields[field] != "" {
		reply.Wrong = map[string]string{field: bot.PlainText(bot.ErrorMessage(err, "", lang))}
	}
	return reply
}

// closedDoor is that the bot cannot post where a subscription was to go, until
// someone lets it in.
type closedDoor struct{ error }

func (c closedDoor) Unwrap() error { return c.error }

// fieldMissing is the field in which a platform says what the bot lacks to
// post where the person is.
const fieldMissing = "missing_permissions"

// again is a request that is kept, to be asked once more by a button. What the
// person may do is not kept: that is looked at anew.
type again struct {
	Command string            `json:"command,omitempty"`
	Args    string            `json:"args,omitempty"`
	Action  string            `json:"action,omitempty"`
	Value   string            `json:"value,omitempty"`
	Fields  map[string]string `json:"fields,omitempty"`
}

// offerAgain tells a refusal that someone can mend, with a button that asks the
// same again; at the place too, where that was a field. ok is false for any
// other error.
func (h *Handler) offerAgain(ctx context.Context, r bot.Request, err error, errorID string) (reply bot.Reply, ok bool) {
	var closed closedDoor
	if !errors.As(err, &closed) {
		return reply, false
	}
	h.o.Log.InfoContext(ctx, "a place cannot be posted to", "id", errorID, "platform", r.Person.Platform, "command", r.Command, "error", err)
	reply = h.refusal(r, err, errorID, "where")
	kept := again{r.Command, r.Args, r.Action, r.Value, maps.Clone(r.Fields)}
	delete(kept.Fields, fieldMissing) // it may be granted meanwhile
	asked, err := json.Marshal(kept)
	id := answerID()
	if err == nil {
		err = h.o.Store.SaveAnswer(ctx, digest.Answer{ID: id, Person: r.Person, Place: r.Place, Args: map[string]string{"again": string(asked)}, Created: r.Now})
	}
	if err != nil {
		h.o.Log.WarnContext(ctx, "what was asked could not be kept for its button", "error", err)
		return reply, true
	}
	reply.Message.Actions = append(reply.Message.Actions, bot.Action{ID: bot.ActionID("again", id), Label: h.words(r).Say("Try again"), Style: bot.Primary})
	return reply, true
}

// askAgain asks what was kept, as who pressed the button now, where it was
// asked: elsewhere nobody knows what they may do there.
func (h *Handler) askAgain(ctx context.Context, r bot.Request, id string) (bot.Reply, error) {
	saved, err := h.o.Store.Answer(ctx, id)
	if err != nil {
		return bot.Reply{}, tooOld(err)
	}
	var kept again
	if err := json.Unmarshal([]byte(saved.Args["again"]), &kept); err != nil || kept.Action == r.Action {
		return bot.Reply{}, digest.Errorf(digest.Invalid, "I don't know this button").WithHint("Ask again with /brief.")
	}
	if !samePlace(r.Place, saved.Place) {
		return bot.Reply{}, digest.Errorf(digest.Forbidden, "This button works only where it was asked").WithHint("Ask again in the channel itself.")
	}
	if missing := r.Fields[fieldMissing]; missing != "" {
		if kept.Fields == nil {
			kept.Fields = map[string]string{}
		}
		kept.Fields[fieldMissing] = missing
	}
	r.Command, r.Args, r.Action, r.Value, r.Fields = kept.Command, kept.Args, kept.Action, kept.Value, kept.Fields
	reply, err := h.Handle(ctx, r)
	reply.Replace = true
	return reply, err
}
