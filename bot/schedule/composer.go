package schedule

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/alert"
	"github.com/daybrief/daybrief/digest/brief"
)

// Digester builds digests; brief.Briefer is one.
type Digester interface {
	Digest(ctx context.Context, o brief.Order) (digest.Digest, error)
}

// Composer makes the message of a digest: its news, why it came, when it
// comes next, and its buttons. It writes nothing.
type Composer struct {
	Digests  Digester
	SkipDays []string
	Lang     string // of digests whose subscription has none
	Page     string // address of the page, for links; "" for none
	Now      func() time.Time
	// Profile is what a destination has chosen; nil for nothing.
	Profile func(ctx context.Context, of digest.Destination) (digest.Profile, error)
}

// Run is one run of a subscription.
type Run struct {
	Subscription digest.Subscription
	Plan         *Plan
	Scheduled    time.Time
	Now          time.Time
	Next         time.Time // zero when there is none
}

// onTime is how late a digest may be built without saying that it is late:
// the tick comes each minute, and thousands of digests take a while.
const onTime = 5 * time.Minute

// maxWindow is the longest time that a digest looks back, so that one after
// a month's pause does not tell a month.
const maxWindow = 8 * 24 * time.Hour

// Plan is when a subscription runs.
func (c Composer) Plan(sub digest.Subscription) (*Plan, error) {
	return NewPlan(sub.Schedule, sub.Zone, c.SkipDays)
}

// Compose builds the digest of a run and its message.
func (c Composer) Compose(ctx context.Context, r Run) (digest.Digest, bot.Message, error) {
	order := brief.Order{Subscription: r.Subscription, Since: since(r.Plan, r.Subscription, r.Scheduled), Until: r.Now}
	if r.Now.Sub(r.Scheduled) > onTime {
		order.Late = r.Now.Sub(r.Scheduled)
	}
	if c.Profile != nil {
		p, err := c.Profile(ctx, r.Subscription.Destination)
		if err != nil {
			return digest.Digest{}, bot.Message{}, err
		}
		order.Profile = p
	}
	d, err := c.Digests.Digest(ctx, order)
	if err != nil {
		return d, bot.Message{}, err
	}
	m := c.message(d, r)
	// It comes when it was asked to come, and lets people sleep.
	_, m.Silent = alert.Quiet(order.Profile.Quiet, r.Plan.Zone().String(), r.Now)
	return d, m, nil
}

// Preview is the digest that a subscription would get now.
func (c Composer) Preview(ctx context.Context, sub digest.Subscription) (bot.Message, error) {
	p, err := c.Plan(sub)
	if err != nil {
		return bot.Message{}, err
	}
	now := c.Now()
	_, m, err := c.Compose(ctx, Run{Subscription: sub, Plan: p, Scheduled: now, Now: now, Next: p.Next(now)})
	m.Actions = nil
	return m, err
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

// message is the digest as every platform shows it, with the footer that says
// why it came, and its buttons.
func (c Composer) message(d digest.Digest, r Run) bot.Message {
	sub := r.Subscription
	lang := cmp.Or(sub.Lang, c.Lang)
	w := bot.WordsIn(lang)
	v := bot.View{Lang: lang, Zone: r.Plan.Zone().String(), Now: r.Now, Format: sub.Format, Page: c.Page}
	d.Name = cmp.Or(sub.Name, sub.Query, w.Say("Daily digest"))
	m := bot.DigestMessage(d, v)
	m.Footer = []bot.Text{Footer(sub, r.Plan, r.Next, w, r.Now)}
	m.Actions = actions(sub, r.Plan.Slot(r.Scheduled), len(d.Stories) > 0, w)
	return m
}

// Footer says why a digest came and when it comes next.
func Footer(sub digest.Subscription, p *Plan, next time.Time, w bot.Words, now time.Time) bot.Text {
	name := bot.B(cmp.Or(sub.Query, sub.Name, w.Say("all news")))
	var why bot.Text
	on := w.Date(sub.Created.In(p.Zone()), now)
	switch {
	case sub.From == "config":
		why = w.Text("You see this because the operator set up %s here.", bot.B(cmp.Or(sub.Name, sub.Query)))
	case sub.Destination.Platform == "web":
		why = w.Text("You see this because the page was subscribed to %s on %s.", name, on)
	case sub.Destination.Direct:
		why = w.Text("You get this because you subscribed to %s on %s.", name, on)
	default:
		why = w.Text("You see this because %s subscribed this channel to %s on %s.", cmp.Or(sub.Owner.Name, w.Say("someone")), name, on)
	}
	if next.IsZero() {
		return why
	}
	return append(why, bot.S(" · "+w.Say("next %s", w.Soon(next.In(p.Zone()), now))))
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
