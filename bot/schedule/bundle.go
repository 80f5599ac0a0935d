package schedule

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/alert"
)

// releaseBatch is how many held alerts are looked at in one step.
const releaseBatch = 500

// release sends the held alerts whose time has come, as one message for each
// destination.
func (a *Alerts) release(ctx context.Context) error {
	due, err := a.o.Store.HeldDue(ctx, a.o.Now(), releaseBatch)
	if err != nil {
		return fmt.Errorf("read held alerts: %w", err)
	}
	if len(due) == 0 {
		return nil
	}
	if err := a.readRooms(ctx); err != nil {
		return fmt.Errorf("read newsrooms: %w", err)
	}
	byPlace := map[string][]digest.Held{}
	articleIDs := make([]int64, len(due))
	for i, h := range due {
		byPlace[h.Destination.String()] = append(byPlace[h.Destination.String()], h)
		articleIDs[i] = h.ArticleID
	}
	articles, events, err := a.recall(ctx, articleIDs)
	if err != nil {
		return err
	}
	for _, to := range slices.Sorted(maps.Keys(byPlace)) {
		if err := a.releaseTo(ctx, byPlace[to], articles, events); err != nil {
			return err
		}
	}
	return nil
}

// recall reads articles with the stories that they are in now.
func (a *Alerts) recall(ctx context.Context, ids []int64) (map[int64]*digest.Article, map[int64]*event, error) {
	found, err := a.o.Store.Articles(ctx, ids)
	if err != nil {
		return nil, nil, fmt.Errorf("read held articles: %w", err)
	}
	articles, stories := map[int64]*digest.Article{}, []int64{}
	for i := range found {
		articles[found[i].ID] = &found[i]
		stories = append(stories, found[i].StoryID)
	}
	events, err := a.events(ctx, stories)
	if err != nil {
		return nil, nil, fmt.Errorf("read held stories: %w", err)
	}
	return articles, events, nil
}

// parcel is what goes out of held alerts of one destination.
type parcel struct {
	plan    digest.EditionPlan
	sub     digest.Subscription
	alerts  []bot.Alert
	gone    []int64               // dropped
	later   map[time.Time][]int64 // that wait on
	senders map[int64]bool        // the subscriptions of alerts
}

func (a *Alerts) releaseTo(ctx context.Context, held []digest.Held, articles map[int64]*digest.Article, events map[int64]*event) error {
	p := parcel{later: map[time.Time][]int64{}, senders: map[int64]bool{}}
	for _, h := range held {
		a.pack(&p, h, articles[h.ArticleID], events)
	}
	for until, ids := range p.later {
		if err := a.o.Store.DelayHeld(ctx, ids, until); err != nil {
			return fmt.Errorf("hold alerts on: %w", err)
		}
	}
	if len(p.alerts) == 0 {
		if len(p.gone) == 0 {
			return nil
		}
		if err := a.o.Store.DropHeld(ctx, p.gone); err != nil {
			return fmt.Errorf("drop held alerts: %w", err)
		}
		return nil
	}
	return a.ship(ctx, &p)
}

// pack decides about one held alert.
func (a *Alerts) pack(p *parcel, h digest.Held, art *digest.Article, events map[int64]*event) {
	w := a.choices.active[h.SubscriptionID]
	if w == nil || art == nil || events[art.StoryID] == nil {
		p.gone = append(p.gone, h.ID)
		return
	}
	e := events[art.StoryID]
	if h.Why == string(alert.Unsent) {
		a.choices.unsent(w.sub.ID, h.Created)
	}
	c := a.caseOf(e, alert.Trigger{ArticleID: art.ID, Source: art.Source}, []*wish{w})
	c.Unsent = h.Why == string(alert.Unsent)
	v := alert.Release(c)
	switch v.Do {
	case alert.Hold:
		p.later[v.Until] = append(p.later[v.Until], h.ID)
	case alert.Send:
		if len(p.alerts) == 0 {
			p.sub = w.sub
			p.plan.Edition = digest.Edition{SubscriptionID: w.sub.ID, Slot: fmt.Sprintf("bundle:%d", h.ID), Scheduled: v.Said.At, Built: v.Said.At, Title: art.Title}
		}
		p.plan.Alerted = append(p.plan.Alerted, v.Said)
		p.plan.Edition.Stories = append(p.plan.Edition.Stories, digest.Told{StoryID: e.row.ID, Articles: e.row.Articles, Sources: e.row.Sources})
		p.plan.Released = append(p.plan.Released, h.ID)
		p.alerts = append(p.alerts, a.present(w, e, art, v))
		p.senders[w.sub.ID] = true
		e.told[h.Destination.String()] = v.Said
	default:
		p.gone = append(p.gone, h.ID)
	}
}

// ship writes a message of held alerts: one of them alone looks as any alert.
func (a *Alerts) ship(ctx context.Context, p *parcel) error {
	now := p.plan.Edition.Built
	for i := range p.alerts {
		p.alerts[i].Slot = p.plan.Edition.Slot
	}
	m := bot.BundleMessage(p.alerts, a.view(p.sub, now))
	if len(p.alerts) == 1 {
		m = bot.AlertMessage(p.alerts[0], a.view(p.sub, now))
	}
	if err := a.fill(&p.plan, p.sub, m, bundleDeadline); err != nil {
		a.o.Log.WarnContext(ctx, "held alerts cannot be sent", "subscription", p.sub.ID, "destination", p.sub.Destination.String(), "error", err)
		return a.o.Store.DelayHeld(ctx, append(p.plan.Released, p.gone...), now.Add(10*time.Minute))
	}
	p.plan.Released = append(p.plan.Released, p.gone...)
	if err := a.create(ctx, []digest.EditionPlan{p.plan}); err != nil {
		return fmt.Errorf("send held alerts: %w", err)
	}
	for id := range p.senders {
		a.choices.note(id, now)
	}
	return nil
}
