package schedule

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/alert"
)

// batch is what is decided about one batch of articles, before it is written.
type batch struct {
	events map[int64]*event
	plans  []digest.EditionPlan
	held   []digest.Held
}

// arrival is an article that joined a story.
type arrival struct {
	event   *event
	article *digest.Article
	trigger alert.Trigger
	matched []int64 // alerts that it matches
}

// take looks at the articles after the cursor, writes what it decides, and
// moves the cursor last: a batch that is taken again finds everything told or
// held.
func (a *Alerts) take(ctx context.Context) (more bool, err error) {
	articles, after, err := a.next(ctx)
	if err != nil {
		return false, fmt.Errorf("read new articles: %w", err)
	}
	if err := a.decide(ctx, articles); err != nil {
		return false, err
	}
	moved := after.After != a.cursor.After
	if moved || len(after.Late) != len(a.cursor.Late) {
		a.cursor = after
		if err := a.saveCursor(ctx); err != nil {
			return false, fmt.Errorf("write how far alerts came: %w", err)
		}
	}
	return moved, nil
}

func (a *Alerts) decide(ctx context.Context, articles []digest.Article) error {
	if len(articles) == 0 {
		return nil
	}
	if err := a.readRooms(ctx); err != nil {
		return fmt.Errorf("read newsrooms: %w", err)
	}
	matched := make([][]int64, len(articles))
	stories, ids := make([]int64, len(articles)), make([]int64, len(articles))
	for i := range articles {
		matched[i] = a.remember(&articles[i])
		stories[i], ids[i] = articles[i].StoryID, articles[i].ID
	}
	events, err := a.events(ctx, stories)
	if err != nil {
		return fmt.Errorf("read stories: %w", err)
	}
	printed, err := a.o.Store.Printed(ctx, ids)
	if err != nil {
		return fmt.Errorf("look for earlier prints: %w", err)
	}
	b := &batch{events: events}
	for i := range articles {
		art, e := &articles[i], events[articles[i].StoryID]
		if e == nil {
			continue // its story is gone
		}
		t, err := a.trigger(ctx, art, printed[art.ID])
		if err != nil {
			return err
		}
		a.touch(e)
		a.judgeAll(ctx, b, arrival{e, art, t, matched[i]})
	}
	return a.write(ctx, b)
}

// trigger is an article as a judge sees it.
func (a *Alerts) trigger(ctx context.Context, art *digest.Article, printed time.Time) (alert.Trigger, error) {
	since, err := a.sourceSince(ctx, art.Source)
	if err != nil {
		return alert.Trigger{}, fmt.Errorf("find when a source began: %w", err)
	}
	return alert.Trigger{ArticleID: art.ID, Source: art.Source, Seen: art.Stored, Dated: art.Published, Printed: printed, SourceSince: since}, nil
}

// judgeAll judges an article that joined a story for each destination that the
// story is of interest to: those with an alert that the article matches, with
// one for big stories that another article of it matched, and those that were
// told of the story before.
func (a *Alerts) judgeAll(ctx context.Context, b *batch, n arrival) {
	e := n.event
	if n.trigger.Old(a.o.Now()) != "" {
		return
	}
	interested := map[string][]*wish{}
	add := func(id int64) {
		w := a.choices.active[id]
		if w == nil {
			return
		}
		to := w.sub.Destination.String()
		if !slices.Contains(interested[to], w) {
			interested[to] = append(interested[to], w)
		}
	}
	for _, list := range [][]int64{n.matched, e.big} {
		for _, id := range list {
			add(id)
		}
	}
	for _, told := range e.told {
		add(told.SubscriptionID)
	}
	for _, to := range slices.Sorted(maps.Keys(interested)) {
		wishes := interested[to]
		slices.SortFunc(wishes, func(x, y *wish) int { return cmp.Compare(x.sub.ID, y.sub.ID) })
		a.judge(ctx, b, n, a.caseOf(e, n.trigger, wishes))
	}
}

// caseOf is a story at the destination of wishes.
func (a *Alerts) caseOf(e *event, t alert.Trigger, wishes []*wish) alert.Case {
	to := wishes[0].sub.Destination
	c := alert.Case{Now: a.o.Now(), Trigger: t, Story: e.story, Profile: a.choices.profile(to), Waits: len(e.held[to.String()]) > 0}
	for _, w := range wishes {
		c.Wishes = append(c.Wishes, a.choices.asWish(w, a.o.Zone))
	}
	if told, ok := e.told[to.String()]; ok {
		c.Told = &told
	}
	return c
}

func (a *Alerts) judge(ctx context.Context, b *batch, n arrival, c alert.Case) {
	e, art, v := n.event, n.article, alert.Judge(c)
	if v.Do == alert.Nothing {
		return
	}
	w := a.choices.active[v.Subscription]
	to := w.sub.Destination.String()
	if v.Do == alert.Hold {
		h := digest.Held{Destination: w.sub.Destination, SubscriptionID: w.sub.ID, StoryID: e.row.ID, ArticleID: art.ID, Why: string(v.Why), Created: c.Now, Release: v.Until}
		b.held = append(b.held, h)
		e.held[to] = append(e.held[to], h)
		return
	}
	p := digest.EditionPlan{Alerted: []digest.Alerted{v.Said}, Released: ids(e.held[to])}
	p.Edition = digest.Edition{SubscriptionID: w.sub.ID, Slot: fmt.Sprintf("alert:%d:%d", e.row.ID, v.Said.Times), Scheduled: c.Now, Built: c.Now,
		Title: art.Title, Stories: []digest.Told{{StoryID: e.row.ID, Articles: e.row.Articles, Sources: e.row.Sources}}}
	if v.Do == alert.Drop {
		p.Edition.Missed, p.Edition.Content = true, []byte("{}")
	} else {
		shown := a.present(w, e, art, v)
		shown.Slot = p.Edition.Slot
		m := bot.AlertMessage(shown, a.view(w.sub, c.Now))
		if err := a.fill(&p, w.sub, m, alertDeadline); err != nil {
			a.o.Log.WarnContext(ctx, "an alert cannot be sent", "subscription", w.sub.ID, "destination", w.sub.Destination.String(), "error", err)
			return
		}
		a.choices.note(w.sub.ID, c.Now)
	}
	e.told[to] = v.Said
	delete(e.held, to)
	b.plans = append(b.plans, p)
}

// ids are those of held alerts that are stored.
func ids(held []digest.Held) []int64 {
	var out []int64
	for _, h := range held {
		if h.ID != 0 {
			out = append(out, h.ID)
		}
	}
	return out
}

// Deadlines of what is sent: nobody wants a late alert in the middle of
// something else.
const (
	alertDeadline  = 2 * time.Hour
	bundleDeadline = 6 * time.Hour
)

// fill renders a message into a plan.
func (a *Alerts) fill(p *digest.EditionPlan, sub digest.Subscription, m bot.Message, deadline time.Duration) error {
	platform, ok := a.platforms[sub.Destination.Platform]
	if !ok {
		return digest.Errorf(digest.Unavailable, "%s is not connected", sub.Destination.Platform)
	}
	made, err := planOf(p.Edition, sub.Destination, m, platform, deadline)
	if err != nil {
		return err
	}
	p.Edition, p.Deliveries = made.Edition, made.Deliveries
	return nil
}

// planOf renders a message that goes out as soon as it is written.
func planOf(e digest.Edition, to digest.Destination, m bot.Message, platform bot.Platform, deadline time.Duration) (digest.EditionPlan, error) {
	content, err := json.Marshal(m)
	if err != nil {
		return digest.EditionPlan{}, fmt.Errorf("encode a message: %w", err)
	}
	parts, err := platform.Render(m)
	if err != nil {
		return digest.EditionPlan{}, fmt.Errorf("render for %s: %w", platform.Name(), err)
	}
	e.Content = content
	p := digest.EditionPlan{Edition: e, Deliveries: deliveriesOf(to, parts)}
	for i := range p.Deliveries {
		p.Deliveries[i].NotBefore, p.Deliveries[i].Deadline = e.Built, e.Built.Add(deadline)
	}
	return p, nil
}

func (a *Alerts) view(sub digest.Subscription, now time.Time) bot.View {
	return bot.View{Lang: cmp.Or(sub.Lang, a.o.Lang), Zone: cmp.Or(sub.Zone, a.o.Zone), Now: now}
}

// present is an alert for people.
func (a *Alerts) present(w *wish, e *event, art *digest.Article, v alert.Verdict) bot.Alert {
	q, _ := a.choices.index.Query(w.sub.ID)
	out := bot.Alert{Subscription: w.sub.ID, Name: cmp.Or(w.sub.Name, q.Query.Name, w.sub.Query), Item: itemOf(e, art), Sources: e.story.Sources(),
		Span: e.row.Last.Sub(e.row.First), Why: alert.Why(q, art), Causes: causes(q, art), Rules: w.sub.Rules}
	for _, c := range v.Changes {
		out.Changes = append(out.Changes, bot.AlertChange(c))
	}
	return out
}

// causes are what of an article a query asked for, each with the words of the
// article that say so.
func causes(q alert.Query, a *digest.Article) []bot.AlertCause {
	var out []bot.AlertCause
	for _, what := range alert.Why(q, a) {
		c := bot.AlertCause{Word: strings.Trim(what, "“”")}
		switch {
		case what == q.Query.Source:
			c = bot.AlertCause{Source: what}
		case slices.Contains(q.Query.Countries, what), slices.Contains(q.Query.Members, what):
			c = bot.AlertCause{Country: what, Because: because(a.Countries, what)}
		case slices.Contains(q.Query.Topics, what):
			c = bot.AlertCause{Topic: what, Because: because(a.Topics, what)}
		}
		out = append(out, c)
	}
	return out
}

// maxBecause is how many words are told of each cause.
const maxBecause = 3

func because(tags []digest.Tag, slug string) []string {
	for _, t := range tags {
		if t.Slug == slug {
			return t.Why[:min(len(t.Why), maxBecause)]
		}
	}
	return nil
}

// itemOf is a story as the article tells it that brought it.
func itemOf(e *event, art *digest.Article) bot.Item {
	it := bot.Item{StoryID: e.row.ID, Title: art.Title, URL: art.URL, Time: art.Time(), Places: e.story.Countries, Topics: e.story.Topics, Sample: art.Sample}
	if art.Source != "" {
		it.Sources = []string{art.Source}
	}
	it.More = max(e.story.Sources()-len(it.Sources), 0)
	if s := alert.Sentence(art); s != "" {
		it.Summary = []string{s}
	}
	return it
}

// planChunk is how many alerts are one transaction.
const planChunk = 100

// write writes what was decided. Where another process was first with one of
// them, the others are written one by one and all is read anew.
func (a *Alerts) write(ctx context.Context, b *batch) error {
	for chunk := range slices.Chunk(b.plans, planChunk) {
		if err := a.create(ctx, chunk); err != nil {
			return err
		}
	}
	if len(b.held) == 0 {
		return nil
	}
	if err := a.o.Store.AddHeld(ctx, b.held...); err != nil {
		return fmt.Errorf("hold alerts: %w", err)
	}
	return nil
}

func (a *Alerts) create(ctx context.Context, plans []digest.EditionPlan) error {
	_, err := a.o.Store.CreateEditions(ctx, plans, a.o.Enqueue)
	if code := digest.CodeOf(err); err == nil || code != digest.Conflict && code != digest.NotFound {
		return err
	}
	if len(plans) == 1 {
		// Another process told it first, or the subscription was deleted.
		a.o.Log.WarnContext(ctx, "an alert was not written", "subscription", plans[0].Edition.SubscriptionID, "slot", plans[0].Edition.Slot, "error", err)
		a.loaded = false
		return nil
	}
	for _, p := range plans {
		if err := a.create(ctx, []digest.EditionPlan{p}); err != nil {
			return err
		}
	}
	return nil
}
