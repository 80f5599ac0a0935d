package schedule

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/alert"
)

// Bounds of following.
const (
	followEvery  = 30 * time.Minute // least time between two updates of one story
	followShown  = 10               // articles that one update shows
	silenceEvery = time.Hour        // how often silent stories are looked for
)

// touch notes that a story may have news for those who follow it.
func (a *Alerts) touch(e *event) {
	for id, w := range a.choices.follows {
		if e.has(w.story) {
			a.pending[id] = true
		}
	}
}

// has reports whether a story is the one of an ID, or took it in.
func (e *event) has(story int64) bool {
	return story == e.row.ID || slices.ContainsFunc(e.story.Prints, func(p alert.Print) bool { return p.ArticleID == story })
}

// followAll tells what is new of followed stories, and ends those that have
// been silent.
func (a *Alerts) followAll(ctx context.Context) error {
	now := a.o.Now()
	if now.Sub(a.looked) >= silenceEvery || now.Before(a.looked) {
		a.looked = now
		for id := range a.choices.follows {
			a.pending[id] = true
		}
	}
	var due []*wish
	for id := range a.pending {
		w := a.choices.follows[id]
		if w == nil {
			delete(a.pending, id)
			continue
		}
		if now.Sub(a.lastUpdate(w)) >= cmp.Or(w.sub.Rules.Cooldown, followEvery) || a.lastUpdate(w).Equal(w.sub.Created) {
			due = append(due, w)
		}
	}
	slices.SortFunc(due, func(x, y *wish) int { return cmp.Compare(x.sub.ID, y.sub.ID) })
	for _, w := range due {
		done, err := a.follow(ctx, w)
		if err != nil {
			return fmt.Errorf("follow story %d: %w", w.story, err)
		}
		if done {
			delete(a.pending, w.sub.ID)
		}
	}
	return nil
}

// lastUpdate is up to when a follower knows the story.
func (a *Alerts) lastUpdate(w *wish) time.Time {
	last := later(w.sub.Created, w.sub.LastRun)
	if sent := a.choices.sent[w.sub.ID]; len(sent) > 0 {
		last = later(last, sent[len(sent)-1])
	}
	return last
}

// follow tells what is new of one story; done means that nothing is left to
// tell until it grows again.
func (a *Alerts) follow(ctx context.Context, w *wish) (done bool, err error) {
	now := a.o.Now()
	articles, events, err := a.recall(ctx, []int64{w.story})
	if err != nil {
		return false, err
	}
	art := articles[w.story]
	if art == nil || events[art.StoryID] == nil || now.Sub(later(events[art.StoryID].row.Last, w.sub.Created)) > digest.FollowSilence {
		return true, a.unfollow(ctx, w)
	}
	e := events[art.StoryID]
	news, err := a.newsOf(ctx, e, a.lastUpdate(w))
	if err != nil || len(news) == 0 {
		return err == nil, err
	}
	p := a.choices.profile(w.sub.Destination)
	_, quiet := alert.Quiet(p.Quiet, cmp.Or(w.sub.Zone, a.o.Zone), now)
	muted := alert.Silenced(p, &e.story, "", now)
	if heard := slices.DeleteFunc(slices.Clone(news), func(art digest.Article) bool { return alert.Silenced(p, &e.story, art.Source, now) }); len(heard) > 0 {
		news = heard
	} else {
		muted = true // all of it is of muted sources
	}
	if quiet && !p.Quiet.Drop && !muted {
		return false, nil // told on waking
	}
	thread, ready, err := a.thread(ctx, w.sub.ID)
	if err != nil || !ready {
		return false, err
	}
	return true, a.update(ctx, w, e, update{news: news, silent: quiet || muted, thread: thread})
}

// thread is the message that updates go under: the first one. ready is false
// while that is still on its way.
func (a *Alerts) thread(ctx context.Context, subscription int64) (ref string, ready bool, err error) {
	d, err := a.o.Store.FirstDelivery(ctx, subscription)
	switch {
	case digest.CodeOf(err) == digest.NotFound:
		return "", true, nil
	case err != nil:
		return "", false, fmt.Errorf("find the first update: %w", err)
	}
	return d.Ref, d.State != digest.Pending && d.State != digest.Sending, nil
}

// newsOf are the articles that a story has got since a time and that say
// something new: no copies, nothing that would be too old for an alert, as what
// comes with the first reading of a source is.
func (a *Alerts) newsOf(ctx context.Context, e *event, since time.Time) ([]digest.Article, error) {
	said := map[uint64]bool{}
	var fresh []int64
	for _, p := range e.story.Prints {
		if p.Seen.After(since) && !said[p.Text] {
			fresh = append(fresh, p.ArticleID)
		}
		said[p.Text] = true
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	articles, err := a.o.Store.Articles(ctx, fresh)
	if err != nil {
		return nil, fmt.Errorf("read news of a story: %w", err)
	}
	var out []digest.Article
	for _, art := range articles {
		t, err := a.trigger(ctx, &art, time.Time{})
		if err != nil {
			return nil, err
		}
		if t.Old(art.Stored) == "" {
			out = append(out, art)
		}
	}
	return out, nil
}

// update is what is told of a followed story at once.
type update struct {
	news   []digest.Article
	silent bool   // it is only noted that these were not told
	thread string // the message that it goes under; "" for none
}

// update writes one update.
func (a *Alerts) update(ctx context.Context, w *wish, e *event, u update) error {
	now, news := a.o.Now(), u.news
	last := news[len(news)-1]
	for _, art := range news {
		if art.ID > last.ID {
			last = art
		}
	}
	p := digest.EditionPlan{Edition: digest.Edition{SubscriptionID: w.sub.ID, Slot: fmt.Sprintf("follow:%d:%d", e.row.ID, last.ID), Scheduled: now, Built: now,
		Title: e.row.Title, Missed: u.silent, Content: []byte("{}"), Stories: []digest.Told{{StoryID: e.row.ID, Articles: e.row.Articles, Sources: e.row.Sources}}}}
	if !u.silent {
		story := itemOf(e, &last)
		story.Title = e.row.Title
		items := make([]bot.Item, 0, followShown)
		for i := range news[max(0, len(news)-followShown):] {
			items = append(items, newsItem(&news[max(0, len(news)-followShown)+i]))
		}
		if err := a.fill(&p, w.sub, bot.FollowMessage(story, items, w.sub.ID, a.view(w.sub, now)), bundleDeadline); err != nil {
			a.o.Log.WarnContext(ctx, "an update cannot be sent", "subscription", w.sub.ID, "destination", w.sub.Destination.String(), "error", err)
			return nil
		}
		for i := range p.Deliveries {
			p.Deliveries[i].Thread = u.thread
		}
	}
	if err := a.create(ctx, []digest.EditionPlan{p}); err != nil {
		return err
	}
	w.sub.LastRun = now
	return nil
}

func newsItem(art *digest.Article) bot.Item {
	it := bot.Item{StoryID: art.StoryID, Title: art.Title, URL: art.URL, Time: art.Time(), Sample: art.Sample}
	if art.Source != "" {
		it.Sources = []string{art.Source}
	}
	if s := alert.Sentence(art); s != "" {
		it.Summary = []string{s}
	}
	return it
}

// unfollow ends the following of a story that is over.
func (a *Alerts) unfollow(ctx context.Context, w *wish) error {
	sub := w.sub
	sub.State, sub.Reason = digest.Removed, "The story has been silent for 7 days."
	a.o.Log.InfoContext(ctx, "a followed story is over", "subscription", sub.ID, "story", w.story)
	return a.o.Store.UpdateSubscription(ctx, sub)
}
