package command

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// export gives a person all that is kept of them.
func (h *Handler) export(ctx context.Context, r bot.Request) (bot.Reply, error) {
	data, err := h.o.Store.PersonData(ctx, r.Person)
	if err != nil {
		return bot.Reply{}, err
	}
	file, err := json.MarshalIndent(data, "", "  ")
	if err != nil {
		return bot.Reply{}, err
	}
	h.audit(ctx, r, "export", "")
	w := h.words(r)
	reply := say(w, w.Text("All that is kept of you: %s, %s, %s.", w.Say("%d subscriptions", len(data.Subscriptions)),
		w.Say("%d answers", len(data.Answers)), w.Say("%d changes", len(data.Audits))))
	reply.File = &bot.File{Name: "daybrief.json", Type: "application/json", Data: append(file, '\n')}
	return reply, nil
}

// forgetCommand asks before it deletes.
func (h *Handler) forgetCommand(r bot.Request, arg string) (bot.Reply, error) {
	if word := strings.ToLower(strings.TrimSpace(arg)); word != "me" && word != "나" {
		return bot.Reply{}, digest.Errorf(digest.Invalid, "I can forget you alone").WithHint("Type: /subscriptions forget me")
	}
	w := h.words(r)
	return say(w, bot.T(w.Say("This deletes your subscriptions, what you have chosen and what you asked. It cannot be undone. What you set up for channels goes on without your name.")),
		bot.Action{ID: bot.ActionID("forget", "me"), Label: w.Say("Forget me"), Style: bot.Danger, Confirm: w.Say("Delete all that is kept of you?")}), nil
}

// forget deletes what is kept of the person who presses, whoever was asked.
func (h *Handler) forget(ctx context.Context, r bot.Request) (bot.Reply, error) {
	data, err := h.o.Store.PersonData(ctx, r.Person)
	if err != nil {
		return bot.Reply{}, err
	}
	if err := h.o.Store.ForgetPerson(ctx, r.Person); err != nil {
		return bot.Reply{}, err
	}
	// That someone was forgotten is noted, not who.
	whoever := r
	whoever.Person = digest.Person{Platform: r.Person.Platform, Workspace: r.Person.Workspace}
	h.audit(ctx, whoever, "forget", "")
	mine, channels := 0, 0
	for _, s := range data.Subscriptions {
		if s.Destination.Direct {
			mine++
		} else {
			channels++
		}
	}
	w := h.words(r)
	reply := say(w, w.Text("Deleted: %s of yours, %s, and what you had chosen.", w.Say("%d subscriptions", mine), w.Say("%d answers", len(data.Answers))))
	if channels > 0 {
		reply.Message.Lead = append(reply.Message.Lead, bot.T(w.Say("%d subscriptions of channels go on without your name.", channels)))
	}
	return reply, nil
}
