package discord

import (
	"context"
	"encoding/json"
	"net/http"
)

// EventsPath is where the endpoint for webhook events is mounted.
const EventsPath = "/discord/events"

// Kinds of what comes to the endpoint for events.
// https://docs.discord.com/developers/events/webhook-events
const (
	eventPing = 0
	eventReal = 1
)

// Events is the HTTP endpoint for Discord's webhook events, beside either
// transport. It is how a bot that people install for themselves learns that
// one of them has removed it: the gateway does not say. Options.Deauthorized
// is told. Events are signed as interactions are, and may come again.
func (a *Adapter) Events() http.Handler {
	return a.signed(func(w http.ResponseWriter, req *http.Request, body []byte) {
		ctx, cancel := context.WithTimeout(req.Context(), a.opts.timing.event)
		defer cancel()
		if status := a.webhookEvent(ctx, body); status != http.StatusNoContent {
			http.Error(w, http.StatusText(status), status)
			return
		}
		// Discord asks for a content type although there is no content.
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNoContent)
	})
}

// webhookEvent takes one event and returns the status to answer.
func (a *Adapter) webhookEvent(ctx context.Context, body []byte) int {
	var in struct {
		ApplicationID string `json:"application_id"`
		Type          *int   `json:"type"`
		Event         struct {
			Type string `json:"type"`
			Data struct {
				User user `json:"user"`
			} `json:"data"`
		} `json:"event"`
	}
	if json.Unmarshal(body, &in) != nil || in.Type == nil {
		return http.StatusBadRequest
	}
	switch {
	case *in.Type == eventPing, *in.Type != eventReal, in.Event.Type != "APPLICATION_DEAUTHORIZED":
		return http.StatusNoContent
	case a.opts.ApplicationID != "" && in.ApplicationID != a.opts.ApplicationID, !snowflake(in.Event.Data.User.ID):
		return http.StatusBadRequest
	case a.opts.Deauthorized == nil:
		return http.StatusNoContent
	}
	a.dms.drop(in.Event.Data.User.ID)
	a.log.InfoContext(ctx, "discord: a person removed the bot from their account", "user", in.Event.Data.User.ID)
	if err := a.opts.Deauthorized(ctx, in.Event.Data.User.ID); err != nil {
		a.log.ErrorContext(ctx, "discord: a person who removed the bot could not be forgotten", "err", err)
		return http.StatusInternalServerError
	}
	return http.StatusNoContent
}
