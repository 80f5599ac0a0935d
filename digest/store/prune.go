package store

import (
	"context"
	"time"
)

// Horizons say how far back to keep what. A zero time keeps everything.
type Horizons struct {
	Articles time.Time // articles first seen before it, with all that hangs on them
	Features time.Time // what grouping needs, of articles that count before it
	Editions time.Time // editions scheduled before it, unless a part is still to be sent; what was told or alerted of before it
	Answers  time.Time // answers given before it
	Audit    time.Time // changes noted before it
	Leases   time.Time // leases that ran out before it
}

// Pruned counts what was removed.
type Pruned struct {
	Articles, Stories, Features, Editions, Told, Alerted, Held, Subscriptions, Answers, Audit, Leases int64
}

// Prune removes what lies before the horizons, at most batch rows of a table
// in one transaction, so that other writers get their turn in between. When
// ctx ends, what was removed so far stays removed and is counted.
//
// Articles go by when they were first seen, not by their date: an archive that
// was brought in yesterday is not gone today.
func (s *Store) Prune(ctx context.Context, h Horizons, batch int) (Pruned, error) {
	var p Pruned
	if batch < 1 {
		batch = 500
	}
	steps := []struct {
		before time.Time
		total  *int64
		step   func(context.Context, *session, int64, int) (int64, error)
	}{
		{h.Articles, &p.Articles, func(ctx context.Context, c *session, before int64, n int) (int64, error) {
			articles, stories, err := pruneArticles(ctx, c, before, n)
			p.Stories += stories
			return articles, err
		}},
		{h.Features, &p.Features, deleter(`article_features`, `article_id`, `SELECT f.article_id FROM article_features f
			JOIN articles a ON a.id = f.article_id WHERE a.time < $1 AND a.story_id <> 0 LIMIT $2`)},
		{h.Editions, &p.Editions, deleter(`editions`, `id`, `SELECT e.id FROM editions e WHERE e.scheduled < $1 AND NOT EXISTS
			(SELECT 1 FROM deliveries d WHERE d.edition_id = e.id AND d.state IN ('pending', 'sending')) ORDER BY e.scheduled LIMIT $2`)},
		{h.Editions, &p.Told, pruneTold},
		{h.Editions, &p.Alerted, pruneAlerted},
		{h.Editions, &p.Held, deleter(`held`, `id`, `SELECT id FROM held WHERE due < $1 ORDER BY due, id LIMIT $2`)},
		{h.Editions, &p.Subscriptions, deleter(`subscriptions`, `id`, `SELECT s.id FROM subscriptions s WHERE s.state = 'removed'
			AND s.last_run < $1 AND s.created < $1 AND NOT EXISTS (SELECT 1 FROM editions e WHERE e.subscription_id = s.id) LIMIT $2`)},
		{h.Answers, &p.Answers, deleter(`answers`, `id`, `SELECT id FROM answers WHERE created < $1 ORDER BY created LIMIT $2`)},
		{h.Audit, &p.Audit, deleter(`audit`, `id`, `SELECT id FROM audit WHERE time < $1 ORDER BY time, id LIMIT $2`)},
		{h.Leases, &p.Leases, deleter(`leases`, `name`, `SELECT name FROM leases WHERE expiry < $1 ORDER BY name LIMIT $2`)},
	}
	for _, st := range steps {
		for n := int64(batch); !st.before.IsZero() && n >= int64(batch); {
			err := s.write(ctx, "remove what is old", func(c *session) (err error) {
				n, err = st.step(ctx, c, micros(st.before), batch)
				return err
			})
			if err != nil {
				return p, err
			}
			*st.total += n
		}
	}
	return p, nil
}

// deleter removes the rows of a table whose key a selection names.
func deleter(table, key, selection string) func(context.Context, *session, int64, int) (int64, error) {
	return func(ctx context.Context, c *session, before int64, n int) (int64, error) {
		return c.exec(ctx, "DELETE FROM "+table+" WHERE "+key+" IN ("+selection+")", before, n)
	}
}

func pruneTold(ctx context.Context, c *session, before int64, n int) (int64, error) {
	return c.exec(ctx, `DELETE FROM told WHERE (target, story_id) IN
		(SELECT target, story_id FROM told WHERE time < $1 ORDER BY time LIMIT $2)`, before, n)
}

func pruneAlerted(ctx context.Context, c *session, before int64, n int) (int64, error) {
	return c.exec(ctx, `DELETE FROM alerted WHERE (target, story_id) IN
		(SELECT target, story_id FROM alerted WHERE time < $1 ORDER BY time LIMIT $2)`, before, n)
}

// pruneArticles removes a batch of articles and the stories that are left
// without any.
func pruneArticles(ctx context.Context, c *session, before int64, n int) (articles, stories int64, err error) {
	var old []stored
	var inStories []int64
	err = c.each(ctx, func(row scanner) error {
		var k stored
		var story int64
		err := row.Scan(&k.id, &k.time, &story, &k.countries, &k.topics)
		old, inStories = append(old, k), append(inStories, story)
		return err
	}, `SELECT a.id, a.time, a.story_id, t.countries, t.topics FROM articles a JOIN article_texts t ON t.article_id = a.id
		WHERE a.stored < $1 ORDER BY a.id LIMIT $2`, before, n)
	if err != nil {
		return 0, 0, err
	}
	ids := make([]int64, len(old))
	for i := range old {
		ids[i] = old[i].id
		if err := dropTags(ctx, c, &old[i]); err != nil {
			return 0, 0, err
		}
	}
	if err := c.kind.words.drop(ctx, c, ids); err != nil {
		return 0, 0, err
	}
	for _, list := range lists(ids) { // the other tables follow by their foreign keys
		gone, err := c.exec(ctx, "DELETE FROM articles WHERE id IN "+placeholders(0, len(list)), list...)
		if err != nil {
			return 0, 0, err
		}
		articles += gone
	}
	for _, list := range lists(distinct(inStories)) {
		gone, err := c.exec(ctx, "DELETE FROM stories WHERE id IN "+placeholders(0, len(list))+
			" AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.story_id = stories.id)", list...)
		if err != nil {
			return 0, 0, err
		}
		stories += gone
	}
	return articles, stories, nil
}
