package store

import (
	"context"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// ArticlesAfter returns the articles with a higher ID than one, lowest first,
// with their bodies. Those that no story has yet are among them.
func (s *Store) ArticlesAfter(ctx context.Context, id int64, limit int) ([]digest.Article, error) {
	var out []digest.Article
	err := s.reading().each(ctx, func(row scanner) error {
		a, err := scanArticle(row)
		out = append(out, a)
		return err
	}, "SELECT "+articleColumns+articleTables+"WHERE a.id > $1 ORDER BY a.id LIMIT $2", id, limit)
	return out, s.fail("read new articles", err)
}

// LastArticle returns the highest ID that an article has; 0 when there is none.
func (s *Store) LastArticle(ctx context.Context) (id int64, err error) {
	err = s.reading().row(ctx, "SELECT coalesce(max(id), 0) FROM articles").Scan(&id)
	return id, s.fail("find the latest article", err)
}

// Members returns the IDs of the articles of stories by story, lowest first.
func (s *Store) Members(ctx context.Context, storyIDs []int64) (map[int64][]int64, error) {
	out := make(map[int64][]int64, len(storyIDs))
	for _, list := range lists(distinct(storyIDs)) {
		err := s.reading().each(ctx, func(row scanner) error {
			var story, id int64
			err := row.Scan(&story, &id)
			out[story] = append(out[story], id)
			return err
		}, "SELECT story_id, id FROM articles a WHERE a.story_id <> 0 AND a.story_id IN "+placeholders(0, len(list))+" ORDER BY id", list...)
		if err != nil {
			return nil, s.fail("read the articles of stories", err)
		}
	}
	return out, nil
}

// Printed returns when the text of each article was first seen from the same
// source: before the article itself, where that prints it again.
func (s *Store) Printed(ctx context.Context, articleIDs []int64) (map[int64]time.Time, error) {
	out := make(map[int64]time.Time, len(articleIDs))
	for _, list := range lists(distinct(articleIDs)) {
		err := s.reading().each(ctx, func(row scanner) error {
			var id int64
			var when time.Time
			err := row.Scan(&id, at{&when})
			out[id] = when
			return err
		}, `SELECT a.id, min(b.stored) FROM articles a JOIN articles b ON b.text_key = a.text_key AND b.source = a.source
			WHERE a.id IN `+placeholders(0, len(list))+" GROUP BY a.id", list...)
		if err != nil {
			return nil, s.fail("look for earlier prints", err)
		}
	}
	return out, nil
}

// SourceSince returns when the first article of a source was seen, the zero
// time when none was.
func (s *Store) SourceSince(ctx context.Context, name string) (t time.Time, err error) {
	err = s.reading().row(ctx, "SELECT min(stored) FROM articles WHERE source = $1", name).Scan(at{&t})
	return t, s.fail("find the first article of a source", err)
}

// FirstDelivery returns the first part that was made for a subscription, the
// message that all later ones go under; NotFound when there is none.
func (s *Store) FirstDelivery(ctx context.Context, subscriptionID int64) (digest.Delivery, error) {
	d, err := scanDelivery(s.reading().row(ctx, "SELECT "+deliveryColumns+` FROM deliveries d WHERE d.edition_id =
		(SELECT e.id FROM editions e WHERE e.subscription_id = $1 AND NOT e.missed ORDER BY e.id LIMIT 1) ORDER BY d.part LIMIT 1`, subscriptionID))
	return d, s.fail("find the first message of a subscription", err)
}
