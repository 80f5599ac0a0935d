package main

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// act is what somebody does at a time; after news, the program looks at once.
type act struct {
	at   time.Time
	do   func(ctx context.Context) error
	news bool
}

// acts are all that is done, in order.
func (t *theatre) acts() []act {
	var out []act
	for i := range t.world.articles {
		out = append(out, act{t.world.articles[i].at, func(ctx context.Context) error { return t.publish(ctx, i) }, true})
	}
	for _, m := range t.world.mutes {
		out = append(out, act{at: m.at, do: func(ctx context.Context) error { return t.mute(ctx, m) }})
	}
	for i := range t.world.follows {
		f := &t.world.follows[i]
		out = append(out, act{at: f.at, do: func(ctx context.Context) error { return t.follow(ctx, f) }})
		if !f.stop.IsZero() {
			out = append(out, act{at: f.stop, do: func(ctx context.Context) error { return t.unfollow(ctx, f) }})
		}
	}
	slices.SortStableFunc(out, func(a, b act) int { return a.at.Compare(b.at) })
	return out
}

func (t *theatre) act(ctx context.Context, a act) error {
	if err := a.do(ctx); err != nil || !a.news {
		return err
	}
	return t.work(ctx)
}

// settle stores the people with their alerts, and the sources' pasts.
func (t *theatre) settle(ctx context.Context) error {
	for i := range t.world.sources {
		e := entry(digest.Article{Title: "An old piece " + strconv.Itoa(i), Source: sourceName(i), Stored: t.world.start.AddDate(0, 0, -20), Published: t.world.start.AddDate(0, 0, -20)})
		added, err := t.store.AddArticles(ctx, []digest.Entry{e})
		if err != nil {
			return err
		}
		if err := t.store.SaveGroups(ctx, []digest.Grouping{{ArticleID: added[0].ID, StoryID: added[0].ID}}); err != nil {
			return err
		}
	}
	for i := range t.world.people {
		p := &t.world.people[i]
		if err := t.store.SaveProfile(ctx, digest.Profile{Destination: p.to, Quiet: p.quiet}); err != nil {
			return err
		}
		for j := range p.alerts {
			sub, err := t.store.CreateSubscription(ctx, digest.Subscription{Kind: digest.AlertKind, Query: strconv.Itoa(i) + "/" + strconv.Itoa(j), Destination: p.to,
				Zone: p.quiet.Zone, Rules: p.alerts[j].rules, Created: t.world.start, Owner: digest.Person{Platform: "slack", ID: p.to.Channel}})
			if err != nil {
				return err
			}
			p.alerts[j].id = sub.ID
		}
	}
	return nil
}

func entry(a digest.Article) digest.Entry {
	e := digest.Entry{Article: a}
	e.TitleTerms, _ = text.Analyse(a.Title, "", "en").Terms()
	return e
}

// articleURL is where articles are, each by its number.
const articleURL = "https://news.example/"

// publish stores an article, in its story, as ingest does.
func (t *theatre) publish(ctx context.Context, i int) error {
	w := &t.world.articles[i]
	a := digest.Article{Title: w.title, Body: w.body, URL: articleURL + strconv.Itoa(i), Source: w.source, Stored: t.now, Published: w.dated, Lang: "en"}
	for _, c := range w.countries {
		a.Countries = append(a.Countries, digest.Tag{Slug: c, Weight: 0.9})
	}
	a.Topics = []digest.Tag{{Slug: w.topic, Weight: 0.9}}
	added, err := t.store.AddArticles(ctx, []digest.Entry{entry(a)})
	if err != nil {
		return err
	}
	id := added[0].ID
	if t.began[w.story] == 0 {
		t.began[w.story] = id
	}
	st := digest.Story{ID: t.began[w.story], Title: w.title, First: t.world.firstOf(w.story), Last: t.now, Topics: a.Topics}
	for _, c := range t.world.countriesAt(w.story, t.now) {
		st.Countries = append(st.Countries, digest.Tag{Slug: c, Weight: 0.9})
	}
	st.Articles, st.Sources = 1, 1
	if err := t.store.SaveStories(ctx, []digest.Story{st}); err != nil {
		return err
	}
	return t.store.SaveGroups(ctx, []digest.Grouping{{ArticleID: id, StoryID: st.ID}})
}

func (t *theatre) mute(ctx context.Context, m muting) error {
	p := &t.world.people[m.person]
	profile, err := t.store.Profile(ctx, p.to)
	if err != nil {
		return err
	}
	mute := digest.Mute{Kind: m.kind, Value: m.value, Created: t.now, Until: m.until}
	if m.kind == digest.MuteStory {
		if t.began[m.story] == 0 {
			return nil
		}
		mute.Value = strconv.FormatInt(t.began[m.story], 10)
	}
	profile.Mutes = slices.DeleteFunc(profile.Mutes, func(m digest.Mute) bool { return !m.Active(t.now) })
	profile.Mutes = append(profile.Mutes, mute)
	p.muted = append(p.muted, m)
	return t.store.SaveProfile(ctx, profile)
}

// follow has a person follow a story, as the button under an alert does.
func (t *theatre) follow(ctx context.Context, f *following) error {
	p := &t.world.people[f.person]
	if t.began[f.story] == 0 {
		return nil
	}
	sub, err := t.store.CreateSubscription(ctx, digest.Subscription{Kind: digest.FollowKind, Query: "story:" + strconv.FormatInt(t.began[f.story], 10), Destination: p.to,
		Zone: p.quiet.Zone, Created: t.now, State: digest.Active, Owner: digest.Person{Platform: "slack", ID: p.to.Channel}})
	f.id = sub.ID
	t.out.Followed++
	return err
}

// unfollow has a person follow a story no more.
func (t *theatre) unfollow(ctx context.Context, f *following) error {
	if f.id == 0 {
		return nil
	}
	sub, err := t.store.Subscription(ctx, f.id)
	if err != nil || sub.State == digest.Removed {
		f.stop = time.Time{} // the program was first
		return err
	}
	sub.State = digest.Removed
	return t.store.UpdateSubscription(ctx, sub)
}
