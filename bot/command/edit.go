package command

import (
	"cmp"
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// editCommand serves "subscriptions edit 3 weekdays 9:00", by words or by the
// fields of a form.
func (h *Handler) editCommand(ctx context.Context, r bot.Request, arg string) (bot.Reply, error) {
	number, words, _ := strings.Cut(arg, " ")
	sub, err := h.changeable(ctx, r, number)
	if err != nil {
		return bot.Reply{}, err
	}
	if sub.Kind == digest.FollowKind {
		return bot.Reply{}, nothingToChange()
	}
	next := sub
	switch {
	case len(r.Fields) > 0 && r.Fields["action"] == "":
		err = h.editFields(ctx, &next, r)
	case strings.TrimSpace(words) == "":
		return h.edit(r, sub)
	default:
		err = h.editWords(&next, r, words)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	return h.saveEdit(ctx, r, sub, next)
}

// changeable is a subscription that the person may change, by its number.
func (h *Handler) changeable(ctx context.Context, r bot.Request, number string) (digest.Subscription, error) {
	id, err := strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(number), "#"), 10, 64)
	if err != nil {
		return digest.Subscription{}, digest.Errorf(digest.Invalid, "Say which subscription by its number").WithHint("For example: /subscriptions edit 3 weekdays 9:00")
	}
	sub, err := h.theirs(ctx, r, id)
	switch {
	case err != nil:
	case sub.From == "config":
		err = fromConfig()
	case sub.State == digest.Removed:
		err = digest.Errorf(digest.NotFound, "Subscription #%d is removed", id).WithHint("Subscribe again with /subscribe.")
	}
	return sub, err
}

// theirs is a subscription that the person may change, whatever its state.
func (h *Handler) theirs(ctx context.Context, r bot.Request, id int64) (digest.Subscription, error) {
	sub, err := h.o.Store.Subscription(ctx, id)
	if digest.CodeOf(err) == digest.NotFound || err == nil && !h.mayChange(r, sub) {
		err = notYours(id)
	}
	return sub, err
}

// notYours says the same of what is another's and of what does not exist:
// which of both is nobody else's business.
func notYours(id int64) error {
	return digest.Errorf(digest.Forbidden, "Subscription #%d is not yours to change", id).WithHint("See /subscriptions.")
}

func fromConfig() error {
	return digest.Errorf(digest.Forbidden, "This digest is set up in the configuration file").WithHint("The operator can change it there.")
}

func nothingToChange() error {
	return digest.Errorf(digest.Invalid, "A followed story has nothing to change").WithHint("Stop it with /subscriptions.")
}

// edit answers the button where no form can be opened: it says what to type.
func (h *Handler) edit(r bot.Request, sub digest.Subscription) (bot.Reply, error) {
	if sub.Kind == digest.FollowKind {
		return bot.Reply{}, nothingToChange()
	}
	w := h.words(r)
	id := strconv.FormatInt(sub.ID, 10)
	examples := []string{"subscriptions edit " + id + " weekdays 9:00", "subscriptions edit " + id + " 5 stories headlines", "subscriptions filter " + id + " exclude football"}
	if scheduleless(sub) {
		examples = []string{"subscriptions edit " + id + " only big at most 2 an hour", "subscriptions filter " + id + " exclude football"}
	}
	m := bot.Message{Lang: w.Lang(), At: r.Now, Zone: sub.Zone, Lead: []bot.Text{h.line(sub, r, w), bot.T(w.Say("Type what to change, for example:"))}}
	for _, e := range examples {
		m.Lead = append(m.Lead, bot.Text{typed(e)})
	}
	return bot.Reply{Message: m}, nil
}

// Form fills the form of a subscription in.
func (h *Handler) Form(ctx context.Context, r bot.Request) (map[string]string, error) {
	verb, arg, ok := bot.ParseActionID(r.Action)
	switch {
	case r.Command == "quiet":
		return h.quietForm(ctx, r)
	case !ok || verb != "edit":
		return map[string]string{"zone": h.zone(ctx, r)}, nil
	}
	sub, err := h.changeable(ctx, r, cmp.Or(r.Value, arg))
	if err != nil {
		return nil, err
	}
	if sub.Kind == digest.FollowKind {
		return nil, nothingToChange()
	}
	out := map[string]string{"query": sub.Query, "where": h.whereField(r, sub)}
	if words, ok := h.filterText(ctx, sub.Rules.Filter); ok {
		out["filters"] = words
	}
	if sub.Kind == digest.AlertKind {
		out["big"], out["per_hour"], out["every"] = bigField(sub.Rules), strconv.Itoa(cmp.Or(sub.Rules.PerHour, digest.DefaultPerHour)), everyText(sub.Rules.Cooldown)
		return out, nil
	}
	out["when"], out["zone"] = sub.Schedule, sub.Zone
	out["format"], out["length"] = string(cmp.Or(sub.Format, digest.Compact)), strconv.Itoa(cmp.Or(sub.Length, digest.DefaultLength))
	out["review"], out["silent"] = yesNo(sub.Format == digest.Review), yesNo(sub.Quiet)
	if sub.Format == digest.Review {
		out["format"] = string(digest.Compact)
	}
	return out, nil
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func (h *Handler) whereField(r bot.Request, sub digest.Subscription) string {
	switch {
	case sub.Destination.Direct:
		return "dm"
	case samePlace(r.Place, sub.Destination):
		return "here"
	}
	return sub.Destination.String()
}

// editFields takes the fields of a form. What is empty stays.
func (h *Handler) editFields(ctx context.Context, sub *digest.Subscription, r bot.Request) error {
	f := r.Fields
	if q := strings.TrimSpace(f["query"]); q != "" && q != sub.Query {
		if err := h.setQuery(sub, q, r.Now); err != nil {
			return err
		}
	}
	if when := strings.TrimSpace(f["when"]); when != "" && when != sub.Schedule && !scheduleless(*sub) {
		spec, err := h.o.Schedules.Parse(when)
		if err != nil {
			return atItsField("when", err)
		}
		sub.Schedule = spec
	}
	if zone := strings.TrimSpace(f["zone"]); zone != "" {
		if err := setZone(sub, zone); err != nil {
			return atItsField("zone", err)
		}
	}
	if err := editLookFields(sub, f); err != nil {
		return err
	}
	if err := paceFields(f, &sub.Rules); err != nil {
		return err
	}
	if words := strings.TrimSpace(f["filters"]); words != "" {
		filter, err := h.filterField(ctx, words)
		if err != nil {
			return err
		}
		sub.Rules.Filter = filter
	}
	return atItsField("where", h.move(sub, r, f["where"]))
}

// editLookFields takes how a digest looks.
func editLookFields(sub *digest.Subscription, f map[string]string) error {
	switch f["review"] {
	case "yes":
		sub.Format = digest.Review
	case "no":
		sub.Format = digest.Format(f["format"])
	}
	// A form that does not know of reviews shows compact for one.
	if format := digest.Format(f["format"]); format != "" && (sub.Format != digest.Review || format != digest.Compact) {
		if err := setFormat(sub, format); err != nil {
			return atItsField("format", err)
		}
	}
	if n := cmp.Or(f["length"], f["limit"]); n != "" {
		length, err := limitOf(n)
		if err != nil {
			return atItsField("length", err)
		}
		sub.Length = length
	}
	if silent := f["silent"]; silent != "" {
		sub.Quiet = silent == "yes"
	}
	return nil
}

func (h *Handler) setQuery(sub *digest.Subscription, query string, now time.Time) error {
	q, err := h.o.Reader.Read(query, now)
	if err == nil {
		sub.Query = q.Raw
	}
	return err
}

func setZone(sub *digest.Subscription, zone string) error {
	if _, err := time.LoadLocation(zone); err != nil {
		return digest.Errorf(digest.Invalid, "There is no time zone “%s”", clip(zone, 40)).WithHint("They are named as Asia/Seoul is.")
	}
	sub.Zone = zone
	return nil
}

func setFormat(sub *digest.Subscription, f digest.Format) error {
	switch f {
	case digest.Compact, digest.Cards, digest.Headlines, digest.Review:
		sub.Format = f
		return nil
	}
	return digest.Errorf(digest.Invalid, "There is no format “%s”", clip(string(f), 40)).WithHint("It is compact, cards, headlines or review.")
}

// move changes where a subscription goes. To direct messages it goes for its
// owner alone, since they are the owner's.
func (h *Handler) move(sub *digest.Subscription, r bot.Request, where string) error {
	if where == "" || where == h.whereField(r, *sub) || where == sub.Destination.String() {
		return nil
	}
	if where != "dm" && where != "here" && where != "channel" && where != r.Place.String() {
		return digest.Errorf(digest.Invalid, "I can move it to “dm” or “here” alone").WithHint("Ask in the channel that it should go to.")
	}
	if sub.Owner.ID != r.Person.ID || sub.Owner.Platform != r.Person.Platform {
		return digest.Errorf(digest.Forbidden, "Only who made it can move it").WithHint("Make a new one with /subscribe.")
	}
	to, err := h.destination(r, where)
	if err != nil {
		return err
	}
	sub.Destination, sub.Lang = to, r.Lang
	if !to.Direct {
		sub.Lang = h.o.Lang
	}
	return nil
}

var (
	storiesWord = regexp.MustCompile(`(?i)(?:^|\s)(\d{1,4})\s*(?:stories|story|건)(?:\s|$)`)
	formatWord  = regexp.MustCompile(`(?i)(?:^|\s)(compact|cards|headlines|review)(?:\s|$)`)
	silentWord  = regexp.MustCompile(`(?i)(?:^|\s)(?:silent(?:\s+when\s+(?:there\s+is\s+)?nothing(?:\s+new)?)?|없으면\s*조용히)(?:\s|$)`)
	tellWord    = regexp.MustCompile(`(?i)(?:^|\s)(?:(?:say|tell)(?:\s+me)?\s+when\s+(?:there\s+is\s+)?nothing(?:\s+new)?|없어도\s*알림)(?:\s|$)`)
)

// cutWord takes an expression's first match out of s, with what its group
// found.
func cutWord(re *regexp.Regexp, s *string) (found string, ok bool) {
	at := re.FindStringSubmatchIndex(*s)
	if at == nil {
		return "", false
	}
	if len(at) > 2 && at[2] >= 0 {
		found = (*s)[at[2]:at[3]]
	}
	*s = (*s)[:at[0]] + " " + (*s)[at[1]:]
	return found, true
}

// editWords reads "weekdays 9:00 Asia/Tokyo 5 stories headlines silent"; what
// is left is the new query.
func (h *Handler) editWords(sub *digest.Subscription, r bot.Request, words string) error {
	if scheduleless(*sub) {
		if _, err := h.o.Schedules.Parse(words); err == nil {
			return digest.Errorf(digest.Invalid, "An alert has no times: it comes when something happens").WithHint("For a digest at times, use /subscribe.")
		}
		if err := changePace(&sub.Rules, &words); err != nil {
			return err
		}
	} else if err := editLook(sub, &words); err != nil {
		return err
	}
	words, where := cutWhere(words)
	if err := h.move(sub, r, where); err != nil {
		return err
	}
	rest := strings.Fields(words)
	if n := len(rest); n > 0 && zoneName.MatchString(rest[n-1]) {
		if err := setZone(sub, rest[n-1]); err != nil {
			return err
		}
		rest = rest[:n-1]
	}
	query := strings.Join(rest, " ")
	if !scheduleless(*sub) {
		query = h.editWhen(sub, rest)
	}
	if query == "" {
		return nil
	}
	return h.setQuery(sub, query, r.Now)
}

// editWhen takes a time, alone or at the end.
func (h *Handler) editWhen(sub *digest.Subscription, words []string) (query string) {
	if spec, err := h.o.Schedules.Parse(strings.Join(words, " ")); err == nil && len(words) > 0 {
		sub.Schedule = spec
		return ""
	}
	query, when := h.splitWhen(words)
	if spec, err := h.o.Schedules.Parse(when); err == nil && when != "" {
		sub.Schedule = spec
	}
	return query
}

// editLook takes how a digest looks out of the words.
func editLook(sub *digest.Subscription, words *string) error {
	if n, ok := cutWord(storiesWord, words); ok {
		length, err := limitOf(n)
		if err != nil {
			return err
		}
		sub.Length = length
	}
	if f, ok := cutWord(formatWord, words); ok {
		sub.Format = digest.Format(strings.ToLower(f))
	}
	if _, ok := cutWord(tellWord, words); ok {
		sub.Quiet = false
	}
	if _, ok := cutWord(silentWord, words); ok {
		sub.Quiet = true
	}
	return nil
}

// editedKey is the setting that holds a subscription as it was, for undo. It is
// the owner's.
func editedKey(s digest.Subscription) string {
	return keyOf("edited:"+strconv.FormatInt(s.ID, 10), s.Owner)
}

// before is a subscription as it was before it was changed.
type before struct {
	At  time.Time
	Sub digest.Subscription
}

// saveEdit stores a changed subscription, and what it was, for undo.
func (h *Handler) saveEdit(ctx context.Context, r bot.Request, old, next digest.Subscription) (bot.Reply, error) {
	if old.From == "config" {
		return bot.Reply{}, fromConfig()
	}
	if err := h.plan(&next, r.Now); err != nil {
		return bot.Reply{}, err
	}
	if next.Destination != old.Destination {
		if err := h.letIn(ctx, next); err != nil {
			return bot.Reply{}, err
		}
	}
	kept, err := json.Marshal(before{At: r.Now, Sub: old})
	if err != nil {
		return bot.Reply{}, err
	}
	if err := h.o.Store.SetSetting(ctx, editedKey(old), string(kept)); err != nil {
		return bot.Reply{}, err
	}
	if err := h.o.Store.UpdateSubscription(ctx, next); err != nil {
		return bot.Reply{}, err
	}
	h.audit(ctx, r, "edit", strconv.FormatInt(old.ID, 10))
	return h.edited(ctx, r, next)
}

// edited shows a subscription after it was changed, with an undo.
func (h *Handler) edited(ctx context.Context, r bot.Request, sub digest.Subscription) (bot.Reply, error) {
	w := h.words(r)
	m := bot.Message{Lang: w.Lang(), At: r.Now, Zone: sub.Zone, Lead: []bot.Text{bot.T(w.Say("Changed.")), h.line(sub, r, w)}}
	if trial, err := h.trial(ctx, r, sub, w); err == nil {
		m.Lead = append(m.Lead, trial...)
	}
	m.Actions = []bot.Action{{ID: bot.ActionID("unedit", strconv.FormatInt(sub.ID, 10)), Label: w.Say("Undo")}}
	return bot.Reply{Message: m}, nil
}

// unedit takes the last change back within its time. What has happened
// meanwhile to whether it runs stays.
func (h *Handler) unedit(ctx context.Context, r bot.Request, sub digest.Subscription) (bot.Reply, error) {
	kept, err := h.o.Store.Setting(ctx, editedKey(sub))
	if err != nil {
		return bot.Reply{}, err
	}
	var was before
	if json.Unmarshal([]byte(kept), &was) != nil || r.Now.Sub(was.At) > undoTime || sub.State == digest.Removed {
		return bot.Reply{}, digest.Errorf(digest.NotFound, "It is too late to undo that").WithHint("Change it with /subscriptions.")
	}
	old := was.Sub
	if old.Destination != sub.Destination && !old.Destination.Direct && !(r.Manager && samePlace(r.Place, old.Destination)) {
		// Whoever may send to it has to be asked anew, and only the channel knows.
		return bot.Reply{}, digest.Errorf(digest.Forbidden, "Moving it back is for people who manage that channel").WithHint("Press Undo in the channel itself.")
	}
	old.State, old.Reason, old.LastRun = sub.State, sub.Reason, sub.LastRun
	if err := h.plan(&old, r.Now); err != nil {
		return bot.Reply{}, err
	}
	if err := h.o.Store.UpdateSubscription(ctx, old); err != nil {
		return bot.Reply{}, err
	}
	if err := h.o.Store.SetSetting(ctx, editedKey(sub), ""); err != nil {
		return bot.Reply{}, err
	}
	h.audit(ctx, r, "unedit", strconv.FormatInt(sub.ID, 10))
	w := h.words(r)
	return bot.Reply{Message: bot.Message{Lang: w.Lang(), At: r.Now, Zone: old.Zone, Lead: []bot.Text{bot.T(w.Say("As it was.")), h.line(old, r, w)}}}, nil
}
