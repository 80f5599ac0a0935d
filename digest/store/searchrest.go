package store

import (
	"context"
	"slices"
)

// completeAtOnce is complete for a server: the hits in a few statements at
// once, and the weights of tags for those hits alone that have them.
func (f *finder) completeAtOnce(ctx context.Context, hits []hit) error {
	ids, place := incomplete(hits)
	if len(ids) == 0 {
		return nil
	}
	var parts []func() error
	for list := range slices.Chunk(ids, max(maxList, (len(ids)+atOnce-1)/atOnce)) {
		parts = append(parts, func() error { return f.readRest(ctx, list, hits, place) })
	}
	for i, x := range f.facets {
		if !x.isWords() {
			parts = append(parts, func() error { return f.weigh(ctx, i, hits, place) })
		}
	}
	return f.together(parts...)
}

// readRest reads story, source and terms of some hits.
func (f *finder) readRest(ctx context.Context, ids []int64, hits []hit, place map[int64]int) error {
	return f.c.each(ctx, func(row scanner) error {
		var id int64
		var h hit
		err := row.Scan(&id, &h.story, &h.source, (*[]byte)(&h.terms))
		to := &hits[place[id]]
		to.story, to.source, to.terms = h.story, h.source, h.terms
		return err
	}, `SELECT a.id, a.story_id, a.source, f.terms FROM articles a JOIN article_terms f ON f.article_id = a.id
		WHERE a.id = ANY ($1::bigint[])`, ids)
}

// weigh reads how firmly the hits that were found to have a tag are about it.
func (f *finder) weigh(ctx context.Context, facet int, hits []hit, place map[int64]int) error {
	var ids, times []int64
	for i := range hits {
		if h := &hits[i]; h.byWords && h.weights[facet] > 0 {
			ids, times = append(ids, h.id), append(times, h.time)
			h.weights[facet] = 0
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return f.c.each(ctx, weights(hits, place, facet), `SELECT u.id, max(r.weight) FROM unnest($2::bigint[], $3::bigint[]) AS u (id, time)
		JOIN article_tags r ON r.slug = ANY ($1::text[]) AND r.time = u.time AND r.article_id = u.id GROUP BY u.id`,
		f.facets[facet].slugs, ids, times)
}
