package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/digest"
)

// A workspace that uninstalls the app takes its bot token with it. The token
// stands in the environment, where the program cannot delete it, so it
// remembers that this one is void: nothing is sent with it again, the log, the
// page, /readyz and doctor say that it must be replaced, and the rest of the
// bot goes on. What was stopped for it goes on with the next token.

// voidKey is the setting that holds the mark of a void token.
const voidKey = "slack.void"

// uninstalled is why subscriptions were stopped.
const uninstalled = "the app was removed from the Slack workspace"

// mustReplace is what the operator is told.
const mustReplace = "The app was removed from the Slack workspace. Nothing goes there, and SLACK_BOT_TOKEN no longer works: install the app again, put its new token there, and start me again."

// markOf names a token without telling it.
func markOf(token string) string {
	sum := sha256.Sum256([]byte("daybrief slack " + token))
	return hex.EncodeToString(sum[:8])
}

// void reports whether Slack's token is known not to work any more.
func (a *app) void(ctx context.Context) bool {
	token := a.config.Slack.BotToken.Reveal()
	return token != "" && a.settingOr(ctx, voidKey, "") == markOf(token)
}

// uninstalledFrom stops everything that goes to Slack: one token is of one
// workspace.
func (b *server) uninstalledFrom(ctx context.Context, workspace, reason string) {
	first := !b.void(ctx)
	if err := b.store.SetSetting(ctx, voidKey, markOf(b.config.Slack.BotToken.Reveal())); err != nil {
		b.log.ErrorContext(ctx, "it could not be kept that the token is void", "error", err)
	}
	n := b.forget(ctx, uninstalled, func(to digest.Destination) bool { return to.Platform == slack.Platform })
	b.log.ErrorContext(ctx, mustReplace, "reason", reason, "stopped", n)
	if n > 0 {
		b.note(ctx, digest.Person{Platform: slack.Platform, Workspace: workspace}, "uninstalled", plural(n, "subscription")+" stopped")
	}
	if first {
		b.tellOperator(ctx, "uninstalled", 0, b.words().Text(mustReplace))
	}
}

// whileValid runs the connection to Slack. That a void token is refused is
// known, and no reason to end: a supervisor would start the program again and
// again.
func (b *server) whileValid(app *slack.App) func(context.Context) error {
	return func(ctx context.Context) error {
		if b.settingOr(ctx, voidKey, "") != "" && (!b.void(ctx) || works(ctx, app)) {
			b.renewed(ctx)
		}
		err := app.Run(ctx)
		if err == nil || digest.CodeOf(err) != digest.Forbidden || !b.void(ctx) {
			return err
		}
		b.uninstalledFrom(ctx, "", err.Error())
		<-ctx.Done()
		return nil
	}
}

// authTest is the check of slack.App.Doctor that the token works.
const authTest = "auth.test"

func works(ctx context.Context, app *slack.App) bool {
	return slices.ContainsFunc(app.Doctor(ctx), func(c slack.Check) bool { return c.Name == authTest && c.OK })
}

// renewed resumes, under a token that may work, what was stopped with the one
// that did not.
func (b *server) renewed(ctx context.Context) {
	subs, err := b.store.Subscriptions(ctx, digest.SubscriptionFilter{States: []digest.SubscriptionState{digest.Suspended}})
	if err != nil {
		b.log.ErrorContext(ctx, "subscriptions could not be read", "error", err)
		return
	}
	n := 0
	for _, s := range subs {
		if s.Destination.Platform != slack.Platform || s.Reason != uninstalled {
			continue
		}
		err := b.resume(&s)
		if err == nil {
			err = b.store.UpdateSubscription(ctx, s)
		}
		if err != nil {
			b.log.ErrorContext(ctx, "a subscription could not be resumed", "subscription", s.ID, "error", err)
			continue
		}
		n++
	}
	if err := b.store.SetSetting(ctx, voidKey, ""); err != nil {
		b.log.ErrorContext(ctx, "it could not be kept that the token is new", "error", err)
	}
	b.note(ctx, operator, "token replaced", plural(n, "subscription")+" resumed")
}

// forget suspends the active subscriptions to some destinations, and returns
// how many. They are kept, so that nothing is lost when the bot comes back.
func (b *server) forget(ctx context.Context, reason string, gone func(digest.Destination) bool) int {
	subs, err := b.store.Subscriptions(ctx, digest.SubscriptionFilter{States: []digest.SubscriptionState{digest.Active}})
	if err != nil {
		b.log.ErrorContext(ctx, "subscriptions could not be read", "error", err)
		return 0
	}
	n := 0
	for _, s := range subs {
		if !gone(s.Destination) {
			continue
		}
		s.State, s.Reason, s.NextRun = digest.Suspended, reason, time.Time{}
		if err := b.store.UpdateSubscription(ctx, s); err != nil {
			b.log.ErrorContext(ctx, "a subscription could not be suspended", "subscription", s.ID, "error", err)
			continue
		}
		n++
	}
	return n
}
