package schedule

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/brief"
)

// onTime is how late a digest may be built without saying that it is late:
// the tick comes each minute, and thousands of digests take a while.
const onTime = 5 * time.Minute

// maxWindow is the longest time that a digest looks back, so that one after
// a month's pause does not tell a month.
const maxWindow = 8 * 24 * time.Hour

// Run builds the edition of a subscription's due run, or notes that it was
// missed, and moves the subscription on. What it writes is one transaction.
func (s *Scheduler) Run(ctx context.Context, sub digest.Subscription, now time.Time) (digest.Edition, error) {
	p, err := s.plan(sub)
	if err != nil {
		return digest.Edition{}, s.suspend(ctx, sub, "its schedule cannot be read: "+err.Error())
	}
	scheduled, next := s.latestDue(p, sub, now)
	limit := cmp.Or(sub.CatchUp, digest.DefaultCatchUp)
	if now.Sub(scheduled) > limit {
		return s.miss(ctx, sub, p, scheduled, next)
	}
	return s.write(ctx, sub, scheduled, now, next)
}

func (s *Scheduler) plan(sub digest.Subscription) (*Plan, error) {
	return NewPlan(sub.Schedule, sub.Zone, s.o.SkipDays)
}

// latestDue is the latest run that has come, and the next after now: after a
// stop, one digest tells of all the runs that were missed.
func (s *Scheduler) latestDue(p *Plan, sub digest.Subscription, now time.Time) (scheduled, next time.Time) {
	scheduled = sub.NextRun
	// A run each minute for a year is half a million steps; jump near first.
	if from := now.Add(-cmp.Or(sub.CatchUp, digest.DefaultCatchUp) - 24*time.Hour); scheduled.Before(from) {
		if t := p.Next(from); !t.After(now) {
			scheduled = t
		}
	}
	for next = p.Next(scheduled); !next.IsZero() && !next.After(now); next = p.Next(next) {
		scheduled = next
	}
	return scheduled, next
}

// miss writes a note into the ledger instead of a post: nobody wants this
// morning's news tomorrow.
func (s *Scheduler) miss(ctx context.Context, sub digest.Subscription, p *Plan, scheduled, next time.Time) (digest.Edition, error) {
	e := digest.Edition{SubscriptionID: sub.ID, Slot: p.Slot(scheduled), Scheduled: scheduled, Built: s.o.Now(), Title: "missed", Content: []byte("{}"), Missed: true}
	s.o.Log.WarnContext(ctx, "a digest was missed", "subscription", sub.ID, "slot", e.Slot)
	written, _, err := s.o.Store.CreateEdition(ctx, digest.EditionPlan{Edition: e, NextRun: next}, s.enqueue)
	return written, err
}

// write builds the digest and writes edition, deliveries, jobs and next run.
func (s *Scheduler) write(ctx context.Context, sub digest.Subscription, scheduled, now, next time.Time) (digest.Edition, error) {
	p, err := s.plan(sub)
	if err != nil {
		return digest.Edition{}, err
	}
	platform, ok := s.platforms[sub.Destination.Platform]
	if !ok {
		return digest.Edition{}, digest.Errorf(digest.Unavailable, "%s is not connected", sub.Destination.Platform)
	}
	order := brief.Order{Subscription: sub, Since: since(p, sub, scheduled), Until: now, Scheduled: scheduled}
	if now.Sub(scheduled) > onTime {
		order.Late = now.Sub(scheduled)
	}
	d, err := s.o.Digests.Digest(ctx, order)
	if err != nil {
		return digest.Edition{}, err
	}
	m := s.Message(d, sub, p, next)
	content, err := json.Marshal(m)
	if err != nil {
		return digest.Edition{}, fmt.Errorf("encode edition: %w", err)
	}
	e := digest.Edition{SubscriptionID: sub.ID, Slot: p.Slot(scheduled), Scheduled: scheduled, Built: now, Title: m.Title.String(), Content: content, Stories: told(d)}
	deliveries, err := s.render(platform, sub, d, m)
	if err != nil {
		return digest.Edition{}, err
	}
	for i := range deliveries {
		deliveries[i].Deadline = scheduled.Add(max(cmp.Or(sub.CatchUp, digest.DefaultCatchUp), now.Sub(scheduled)+time.Hour))
	}
	written, created, err := s.o.Store.CreateEdition(ctx, digest.EditionPlan{Edition: e, Deliveries: deliveries, NextRun: next}, s.enqueue)
	if err == nil && created {
		s.o.Log.InfoContext(ctx, "edition built", "edition", written.ID, "subscription", sub.ID, "slot", e.Slot, "stories", len(e.Stories), "parts", len(deliveries))
	}
	return written, err
}

// render makes the parts. A quiet subscription with nothing new has none.
func (s *Scheduler) render(platform bot.Platform, sub digest.Subscription, d digest.Digest, m bot.Message) ([]digest.Delivery, error) {
	if len(d.Stories) == 0 && sub.Quiet {
		return nil, nil
	}
	parts, err := platform.Render(m)
	if err != nil {
		return nil, fmt.Errorf("render for %s: %w", platform.Name(), err)
	}
	out := make([]digest.Delivery, len(parts))
	for i, part := range parts {
		out[i] = digest.Delivery{Destination: sub.Destination, Part: i, Parts: len(parts), Payload: part, State: digest.Pending}
	}
	return out, nil
}

// since is when the news of a run begins: at the last run, or one period
// earlier for the first.
func since(p *Plan, sub digest.Subscription, scheduled time.Time) time.Time {
	earliest := scheduled.Add(-maxWindow)
	if !sub.LastRun.IsZero() && sub.LastRun.Before(scheduled) {
		return later(sub.LastRun, earliest)
	}
	period := p.Next(scheduled).Sub(scheduled)
	return later(scheduled.Add(-max(period, 24*time.Hour)), earliest)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func told(d digest.Digest) []digest.Told {
	var out []digest.Told
	for _, s := range d.Stories {
		out = append(out, digest.Told{StoryID: s.ID, Articles: s.Articles, Sources: s.Story.Sources})
	}
	return out
}

// Message is the digest of a subscription as every platform shows it, with
// the footer that says why it came, and its buttons.
func (s *Scheduler) Message(d digest.Digest, sub digest.Subscription, p *Plan, next time.Time) bot.Message {
	lang := cmp.Or(sub.Lang, s.o.Lang)
	v := bot.View{Lang: lang, Zone: p.Zone().String(), Now: s.o.Now(), Format: sub.Format, Page: s.o.Page, Topic: s.o.Topic}
	if d.Name == "" {
		d.Name = cmp.Or(sub.Name, sub.Query, bot.WordsIn(lang).Say("Daily digest"))
	}
	m := bot.DigestMessage(d, v)
	m.Footer = []bot.Text{Footer(sub, p, next, s.o.Now(), bot.WordsIn(lang))}
	m.Actions = actions(sub, p.Slot(d.Until), len(d.Stories) > 0, bot.WordsIn(lang))
	return m
}

// Footer says why a digest came and when it comes next.
func Footer(sub digest.Subscription, p *Plan, next, now time.Time, w bot.Words) bot.Text {
	name := bot.B(cmp.Or(sub.Query, sub.Name, w.Say("all news")))
	var why bot.Text
	on := w.Date(sub.Created.In(p.Zone()), now)
	switch {
	case sub.From == "config":
		why = w.Text("You see this because the operator set up %s here.", bot.B(cmp.Or(sub.Name, sub.Query)))
	case sub.Destination.Direct:
		why = w.Text("You get this because you subscribed to %s on %s.", name, on)
	default:
		why = w.Text("You see this because %s subscribed this channel to %s on %s.", cmp.Or(sub.Owner.Name, w.Say("someone")), name, on)
	}
	if next.IsZero() {
		return why
	}
	return append(why, bot.S(" · "+w.Say("next %s", w.When(next.In(p.Zone()), now))))
}

// actions are the buttons under a digest. Their arguments name rows, so that
// old messages work after a restart.
func actions(sub digest.Subscription, slot string, stories bool, w bot.Words) []bot.Action {
	id := strconv.FormatInt(sub.ID, 10)
	var out []bot.Action
	if stories {
		out = append(out, bot.Action{ID: bot.ActionID("why", "s"+id+"/"+slot), Label: w.Say("Why these?")})
	}
	out = append(out, bot.Action{ID: bot.ActionID("manage", id), Label: w.Say("Manage")})
	if sub.Destination.Direct {
		out = append(out, bot.Action{ID: bot.ActionID("unsubscribe", id), Label: w.Say("Unsubscribe")})
	}
	return out
}
