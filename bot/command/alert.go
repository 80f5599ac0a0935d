package command

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// trialTime is how far back a dry run looks.
const trialTime = 7 * 24 * time.Hour

// alert serves "alert korea-trade only big here": it makes a subscription
// that sends when something happens, and shows what it would have sent.
func (h *Handler) alert(ctx context.Context, r bot.Request) (bot.Reply, error) {
	ask, rules, err := readAlert(r)
	if err != nil {
		return bot.Reply{}, err
	}
	if ask.query == "" {
		return bot.Reply{}, digest.Errorf(digest.Invalid, "Say what to alert you to").WithHint("For example: /alert korea-trade only big")
	}
	q, err := h.o.Reader.Read(ask.query, r.Now)
	if err != nil {
		return bot.Reply{}, err
	}
	sub := digest.Subscription{Kind: digest.AlertKind, Query: q.Raw, Zone: h.zone(ctx, r), Lang: r.Lang, Rules: rules, Owner: r.Person,
		From: "command", Created: r.Now, State: digest.Active}
	if sub.Rules.Filter, err = h.filterField(ctx, ask.filters); err != nil {
		return bot.Reply{}, err
	}
	if sub.Destination, err = h.destination(r, ask.where); err != nil {
		return bot.Reply{}, err
	}
	if !sub.Destination.Direct {
		sub.Lang = h.o.Lang
	}
	if err := h.room(ctx, r, sub); err != nil {
		return bot.Reply{}, err
	}
	if err := h.letIn(ctx, sub); err != nil {
		return bot.Reply{}, err
	}
	if sub, err = h.o.Store.CreateSubscription(ctx, sub); err != nil {
		return bot.Reply{}, err
	}
	h.audit(ctx, r, "alert", fmt.Sprintf("%d %s -> %s", sub.ID, sub.Query, sub.Destination))
	return bot.Reply{Message: h.alerting(ctx, r, sub, q)}, nil
}

// alerting tells what an alert will send, and what it would have sent.
func (h *Handler) alerting(ctx context.Context, r bot.Request, sub digest.Subscription, q digest.Query) bot.Message {
	w := h.words(r)
	name, rules := bot.B(subName(sub, w)), strings.Join(w.Rules(sub.Rules), ", ")
	line := w.Text("You will be alerted to %s: %s.", name, rules)
	switch {
	case sub.Destination.Platform == "web":
		line = w.Text("The page will be alerted to %s: %s.", name, rules)
	case picked(r, sub.Destination):
		line = w.Text("%s will be alerted to %s: %s.", bot.P(sub.Destination), name, rules)
	case !sub.Destination.Direct:
		line = w.Text("This channel will be alerted to %s: %s.", name, rules)
	}
	m := bot.Message{Lang: w.Lang(), At: r.Now, Zone: sub.Zone, Lead: []bot.Text{line}}
	for _, c := range q.Corrections {
		m.Lead = append(m.Lead, bot.T(w.Say("I read “%s” as %s.", c.Typed, c.Read)))
	}
	trial, err := h.trial(ctx, r, sub, w)
	if err != nil {
		// It is made; that it could not be tried out is no reason to say it failed.
		h.o.Log.WarnContext(ctx, "a dry run failed", "subscription", sub.ID, "error", err)
	}
	m.Lead = append(m.Lead, trial...)
	id := strconv.FormatInt(sub.ID, 10)
	m.Actions = []bot.Action{{ID: bot.ActionID("edit", id), Label: w.Say("Change")}, {ID: bot.ActionID("unsubscribe", id), Label: w.Say("Undo")}}
	return m
}

// trial says what an alert would have sent in the last days, with the latest
// three.
func (h *Handler) trial(ctx context.Context, r bot.Request, sub digest.Subscription, w bot.Words) ([]bot.Text, error) {
	if sub.Kind != digest.AlertKind {
		return nil, nil
	}
	if h.o.Alerts == nil {
		return []bot.Text{bot.T(w.Say("Alerts are not on here: it starts when the operator switches them on."))}, nil
	}
	t, err := h.o.Alerts.DryRun(ctx, sub, r.Now.Add(-trialTime), r.Now)
	if err != nil {
		return nil, err
	}
	line := w.Say("In the last 7 days it would have sent %d alerts.", len(t.Alerts))
	if len(t.Alerts) == 0 {
		line = w.Say("In the last 7 days it would have sent nothing.")
	}
	if t.Held > 0 {
		line += " " + w.Say("%d of them in a bundle.", t.Held)
	}
	out := []bot.Text{bot.T(line)}
	for _, a := range t.Alerts[max(0, len(t.Alerts)-3):] {
		out = append(out, bot.T("– "+clip(a.Title, 150)+" · "+w.Ago(a.At, r.Now, sub.Zone)))
	}
	return out, nil
}

// readAlert takes the fields, or reads the words.
func readAlert(r bot.Request) (wish, digest.Rules, error) {
	ask := wish{query: strings.TrimSpace(r.Fields["query"]), where: r.Fields["where"], filters: r.Fields["filters"]}
	if ask.query == "" {
		rest, rules, err := readPace(r.Args)
		ask.query, ask.where = cutWhere(rest)
		return ask, rules, err
	}
	rest, rules, err := readPace(ask.query)
	if err != nil {
		return ask, rules, err
	}
	ask.query = rest
	return ask, rules, paceFields(r.Fields, &rules)
}

// whereWords say where to, at the end of what is typed.
var whereWords = map[string]string{"here": "here", "dm": "dm", "여기": "here", "여기에": "here", "나에게": "dm"}

// cutWhere takes where to off the end.
func cutWhere(s string) (rest, where string) {
	words := strings.Fields(s)
	if n := len(words); n > 0 {
		if where := whereWords[strings.ToLower(words[n-1])]; where != "" {
			return strings.Join(words[:n-1], " "), where
		}
	}
	return strings.Join(words, " "), ""
}

// Bounds of what can be asked for.
const (
	maxBig      = 50
	maxPerHour  = 60
	maxCooldown = 7 * 24 * time.Hour
)

// pace are the words that say how much an alert sends, beside its query.
var pace = []struct {
	re  *regexp.Regexp
	set func(rules *digest.Rules, found []string) error
}{
	{regexp.MustCompile(`(?i)(?:^|\s)only\s+big(?:\s+(\d{1,4}))?(?:\s|$)`), func(r *digest.Rules, f []string) error { return setBig(r, f[1]) }},
	{regexp.MustCompile(`(?:^|\s)큰\s*(?:것만|소식만|뉴스만)(?:\s|$)`), func(r *digest.Rules, _ []string) error { return setBig(r, "") }},
	{regexp.MustCompile(`(?i)(?:^|\s)any\s+size(?:\s|$)`), func(r *digest.Rules, _ []string) error { r.Big = 0; return nil }},
	{regexp.MustCompile(`(?i)(?:^|\s)at\s+most\s+(\d{1,6})(?:\s+alerts?)?\s*(?:an|per|a|/)\s*(?:hour|h)(?:\s|$)`), func(r *digest.Rules, f []string) error { return setPerHour(r, f[1]) }},
	{regexp.MustCompile(`(?:^|\s)(?:한\s*시간에|시간당)\s*(?:최대\s*)?(\d{1,6})\s*(?:건|개)?(?:\s|$)`), func(r *digest.Rules, f []string) error { return setPerHour(r, f[1]) }},
	{regexp.MustCompile(`(?i)(?:^|\s)every\s+(\d{1,6})\s*(hours?|h|minutes?|min|m)(?:\s|$)`), func(r *digest.Rules, f []string) error { return setCooldown(r, f[1], f[2]) }},
	{regexp.MustCompile(`(?:^|\s)(\d{1,6})\s*(시간|분)마다(?:\s|$)`), func(r *digest.Rules, f []string) error { return setCooldown(r, f[1], f[2]) }},
}

// readPace takes the words of pace out of what was typed.
func readPace(s string) (rest string, rules digest.Rules, err error) {
	err = changePace(&rules, &s)
	return s, rules, err
}

// changePace is readPace on rules that there are.
func changePace(rules *digest.Rules, s *string) error {
	for _, p := range pace {
		at := p.re.FindStringSubmatchIndex(*s)
		if at == nil {
			continue
		}
		found := p.re.FindStringSubmatch(*s)
		*s = (*s)[:at[0]] + " " + (*s)[at[1]:]
		if err := p.set(rules, found); err != nil {
			return err
		}
	}
	*s = strings.Join(strings.Fields(*s), " ")
	return nil
}

// paceFields takes what a platform asks for one by one.
func paceFields(fields map[string]string, rules *digest.Rules) error {
	switch big := strings.ToLower(strings.TrimSpace(fields["big"])); big {
	case "", bigField(*rules): // as it is
	case "no", "false", "any":
		rules.Big = 0
	case "yes", "true", "big":
		rules.Big = digest.DefaultBig
	default:
		if err := setBig(rules, big); err != nil {
			return atItsField("big", err)
		}
	}
	if n := strings.TrimSpace(fields["per_hour"]); n != "" {
		if err := setPerHour(rules, n); err != nil {
			return atItsField("per_hour", err)
		}
	}
	return atItsField("every", everyField(fields["every"], rules))
}

// bigField is how the field "big" says rules.
func bigField(r digest.Rules) string {
	switch r.Big {
	case 0:
		return "no"
	case digest.DefaultBig:
		return "yes"
	}
	return strconv.Itoa(r.Big)
}

var everyWord = regexp.MustCompile(`(?i)^(\d{1,6})\s*(hours?|h|minutes?|min|m|시간|분)$`)

// everyField takes the field "every", the least time between two alerts: "2 h",
// "30 min", or "no" for none.
func everyField(every string, rules *digest.Rules) error {
	every = strings.ToLower(strings.TrimSpace(every))
	switch found := everyWord.FindStringSubmatch(every); {
	case every == "":
		return nil
	case every == "no":
		rules.Cooldown = 0
		return nil
	case found != nil:
		return setCooldown(rules, found[1], found[2])
	}
	return setCooldown(rules, "", "")
}

// everyText is how the field "every" says a time between two alerts.
func everyText(d time.Duration) string {
	switch {
	case d == 0:
		return "no"
	case d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + " h"
	}
	return strconv.Itoa(int(d/time.Minute)) + " min"
}

func setBig(r *digest.Rules, number string) error {
	r.Big, r.Within = digest.DefaultBig, 0
	if number == "" {
		return nil
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 2 || n > maxBig {
		return digest.Errorf(digest.Invalid, "A big story has from 2 to %d sources", maxBig).WithHint("For example: only big 4")
	}
	r.Big = n
	return nil
}

func setPerHour(r *digest.Rules, number string) error {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > maxPerHour {
		return digest.Errorf(digest.Invalid, "The most alerts in an hour must be from 1 to %d", maxPerHour).WithHint("For example: at most 3 an hour")
	}
	r.PerHour = n
	return nil
}

func setCooldown(r *digest.Rules, number, unit string) error {
	n, err := strconv.Atoi(number)
	d := time.Duration(n) * time.Hour
	if strings.HasPrefix(strings.ToLower(unit), "m") || unit == "분" {
		d = time.Duration(n) * time.Minute
	}
	if err != nil || d < time.Minute || d > maxCooldown {
		return digest.Errorf(digest.Invalid, "The time between two alerts must be from a minute to 7 days").WithHint("For example: every 2 h")
	}
	r.Cooldown = d
	return nil
}

// fewer halves what an alert may send in an hour; from one an hour on it is
// big stories only, and then longer pauses.
func (h *Handler) fewer(ctx context.Context, r bot.Request, sub digest.Subscription) (bot.Reply, error) {
	if sub.Kind != digest.AlertKind {
		return bot.Reply{}, digest.Errorf(digest.Invalid, "This is no alert").WithHint("See /subscriptions.")
	}
	next := sub
	switch rules := &next.Rules; {
	case rules.PerHour == 0:
		rules.PerHour = digest.DefaultPerHour / 2
	case rules.PerHour > 1:
		rules.PerHour /= 2
	case rules.Big == 0:
		rules.Big = digest.DefaultBig
	case rules.Cooldown < maxCooldown:
		rules.Cooldown = min(max(2*time.Hour, 2*rules.Cooldown), maxCooldown)
	default:
		return bot.Reply{}, digest.Errorf(digest.Invalid, "Fewer is not possible").WithHint("Pause it or mute something with /subscriptions.")
	}
	return h.saveEdit(ctx, r, sub, next)
}
