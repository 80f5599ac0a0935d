package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// liveColumns are those of a LiveArticle.
const liveColumns = `a.id, a.story_id, a.source, a.time, t.title, f.features
	FROM articles a JOIN article_texts t ON t.article_id = a.id LEFT JOIN article_features f ON f.article_id = a.id `

func scanLive(row scanner) (digest.LiveArticle, error) {
	var a digest.LiveArticle
	err := row.Scan(&a.ID, &a.StoryID, &a.Source, at{&a.Time}, &a.Title, blob{&a.Features})
	return a, err
}

// Ungrouped returns articles that are in no story yet, first stored first.
func (s *Store) Ungrouped(ctx context.Context, limit int) ([]digest.LiveArticle, error) {
	var out []digest.LiveArticle
	err := s.reading().each(ctx, func(row scanner) error {
		a, err := scanLive(row)
		out = append(out, a)
		return err
	}, "SELECT "+liveColumns+"WHERE a.story_id = 0 ORDER BY a.id LIMIT $1", limit)
	return out, s.fail("read articles without a story", err)
}

// Live calls fn for each grouped article that counts since a time, in the
// order they were stored, which is the order they were grouped in. It reads
// in pages, so that fn may write.
func (s *Store) Live(ctx context.Context, since time.Time, fn func(digest.LiveArticle) error) error {
	const page = 1000
	from, _ := bounds(since, time.Time{})
	var last int64
	err := s.reading().row(ctx, "SELECT coalesce(min(id), 1) - 1 FROM articles WHERE time >= $1", from).Scan(&last)
	for n := page; err == nil && n == page; {
		n = 0
		var batch []digest.LiveArticle
		err = s.reading().each(ctx, func(row scanner) error {
			a, err := scanLive(row)
			batch = append(batch, a)
			return err
		}, "SELECT "+liveColumns+"WHERE a.id > $1 AND a.time >= $2 AND a.story_id <> 0 ORDER BY a.id LIMIT $3", last, from, page)
		for _, a := range batch {
			if err != nil {
				break
			}
			last, err = a.ID, fn(a)
			n++
		}
	}
	return s.fail("read live articles", err)
}

// SaveGroups puts articles into stories and keeps why. A later grouping of the
// same article replaces an earlier one, as when two stories prove one.
func (s *Store) SaveGroups(ctx context.Context, groups []digest.Grouping) error {
	latest := make(map[int64]digest.Grouping, len(groups))
	ids := make([]int64, 0, len(groups))
	for _, g := range groups {
		latest[g.ArticleID] = g
		ids = append(ids, g.ArticleID)
	}
	return s.write(ctx, "group articles", func(c *session) error {
		there, err := putInStories(ctx, c, distinct(ids), latest)
		if err != nil {
			return err
		}
		var reasons [][]any
		for _, id := range there {
			text, err := json.Marshal(latest[id].Join)
			if err != nil {
				return err
			}
			reasons = append(reasons, []any{id, string(text)})
		}
		return c.insert(ctx, "INSERT INTO article_joins (article_id, reason)",
			" ON CONFLICT (article_id) DO UPDATE SET reason = excluded.reason", reasons)
	})
}

// putInStories writes the story of each article, and returns those that there
// are: others were pruned meanwhile. A server is asked once.
func putInStories(ctx context.Context, c *session, ids []int64, latest map[int64]digest.Grouping) ([]int64, error) {
	there := make([]int64, 0, len(ids))
	if c.kind.server {
		stories := make([]int64, len(ids))
		for i, id := range ids {
			stories[i] = latest[id].StoryID
		}
		err := c.each(ctx, func(row scanner) error {
			var id int64
			err := row.Scan(&id)
			there = append(there, id)
			return err
		}, `UPDATE articles SET story_id = g.story FROM unnest($1::bigint[], $2::bigint[]) AS g (id, story)
			WHERE articles.id = g.id RETURNING articles.id`, ids, stories)
		return there, err
	}
	for _, id := range ids {
		n, err := c.exec(ctx, "UPDATE articles SET story_id = $2 WHERE id = $1", id, latest[id].StoryID)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			there = append(there, id)
		}
	}
	return there, nil
}

// SaveStories stores stories as they are now. One without articles, left over
// when two stories proved one, is removed. As with AddArticles, a power failure
// spares it from the next write on.
func (s *Store) SaveStories(ctx context.Context, stories []digest.Story) error {
	latest := make(map[int64]digest.Story, len(stories))
	ids := make([]int64, 0, len(stories))
	for _, st := range stories {
		latest[st.ID] = st
		ids = append(ids, st.ID)
	}
	return s.writeSoon(ctx, "save stories", func(c *session) error {
		var rows [][]any
		for _, id := range distinct(ids) {
			if latest[id].Articles > 0 {
				rows = append(rows, storyRow(latest[id]))
			} else if _, err := c.exec(ctx, "DELETE FROM stories WHERE id = $1", id); err != nil {
				return err
			}
		}
		return c.insert(ctx, "INSERT INTO stories (id, title, first, last, articles, sources, sample, slugs, countries, topics)",
			` ON CONFLICT (id) DO UPDATE SET title = excluded.title, first = excluded.first, last = excluded.last,
			articles = excluded.articles, sources = excluded.sources, sample = excluded.sample, slugs = excluded.slugs,
			countries = excluded.countries, topics = excluded.topics`, rows)
	})
}

func storyRow(st digest.Story) []any {
	return []any{st.ID, st.Title, micros(st.First), micros(st.Last), st.Articles, st.Sources, st.Sample,
		firmSlugs(st), tagText(st.Countries), tagText(st.Topics)}
}

// firmSlugs are the slugs that a story counts for in Popular. They stand in an
// index, so their number is bounded.
func firmSlugs(st digest.Story) string {
	const most = 64
	slugs := append(digest.Firm(st.Countries), digest.Firm(st.Topics)...)
	return strings.Join(slugs[:min(len(slugs), most)], " ")
}

// Stories returns stories in the order of ids, leaving out those that do not
// exist.
func (s *Store) Stories(ctx context.Context, ids []int64) ([]digest.Story, error) {
	found := make(map[int64]digest.Story, len(ids))
	for _, list := range lists(distinct(ids)) {
		err := s.reading().each(ctx, func(row scanner) error {
			var st digest.Story
			var countries, topics string
			err := row.Scan(&st.ID, &st.Title, at{&st.First}, at{&st.Last}, &st.Articles, &st.Sources, &st.Sample, &countries, &topics)
			st.Countries, st.Topics = tagsOf(countries), tagsOf(topics)
			found[st.ID] = st
			return err
		}, "SELECT id, title, first, last, articles, sources, sample, countries, topics FROM stories WHERE id IN "+
			placeholders(0, len(list)), list...)
		if err != nil {
			return nil, s.fail("read stories", err)
		}
	}
	out := make([]digest.Story, 0, len(found))
	for _, id := range ids {
		if st, ok := found[id]; ok {
			out = append(out, st)
			delete(found, id)
		}
	}
	return out, nil
}

// Popular counts the stories since a time for each country and topic that they
// are firmly about: {"KR": 12, "trade": 40}.
func (s *Store) Popular(ctx context.Context, since time.Time) (map[string]int, error) {
	from, _ := bounds(since, time.Time{})
	out := map[string]int{}
	err := s.reading().each(ctx, func(row scanner) error {
		var slugs string
		err := row.Scan(&slugs)
		for slug := range strings.FieldsSeq(slugs) {
			out[slug]++
		}
		return err
	}, "SELECT slugs FROM stories WHERE last >= $1", from)
	return out, s.fail("count stories", err)
}
