package store

import (
	"context"
	"strconv"
	"strings"
)

// searchQuery puts one statement together. Both databases take its text: the
// tables stand in the order SQLite is to go through them, joined by CROSS JOIN,
// which it keeps to and which is free for PostgreSQL to rearrange.
type searchQuery struct {
	*finder
	facets  []facet
	limit   int
	tables  []string
	where   []string
	column  []string // the weight of each facet
	args    []any
	byWords bool
	id      string // the article's, where words are searched
}

func (q *searchQuery) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// startFromWords matches words, tags and days in the index of words.
func (q *searchQuery) startFromWords() {
	var e expression
	for _, x := range q.facets {
		if x.isWords() {
			e = append(e, []phrase{x.words})
		} else {
			e = append(e, x.marks)
		}
	}
	if days := q.days(); days != nil {
		e = append(e, days)
	}
	q.byWords = true
	from, condition, id := q.c.kind.words.match()
	q.arg(q.c.kind.words.spell(e))
	q.tables, q.where, q.id = []string{from}, []string{condition}, id
	q.window("a.time")
}

// startFromTags goes through the rarest tag's rows of the window, newest
// first. Without any tag it goes through the articles.
func (q *searchQuery) startFromTags(ctx context.Context) error {
	first, err := q.rarest(ctx)
	if err != nil {
		return err
	}
	if first < 0 {
		q.tables = []string{"articles a"}
		q.window("a.time")
		return nil
	}
	x := q.facets[first]
	if len(x.slugs) == 1 {
		q.tables = []string{"article_tags d"}
		q.where = []string{"d.slug = " + q.arg(x.slugs[0])}
		q.window("d.time")
	} else {
		q.tables = []string{q.region(x) + " d"}
	}
	for i, x := range q.facets {
		switch name := "t" + strconv.Itoa(i); {
		case i == first:
			q.column = append(q.column, "d.weight")
		case len(x.slugs) == 1:
			q.tables = append(q.tables, "article_tags "+name)
			q.where = append(q.where, name+".slug = "+q.arg(x.slugs[0]), name+".time = d.time", name+".article_id = d.article_id")
			q.column = append(q.column, name+".weight")
		case q.few:
			q.tables = append(q.tables, q.region(x)+" "+name)
			q.where = append(q.where, name+".article_id = d.article_id")
			q.column = append(q.column, name+".weight")
		default:
			q.column = append(q.column, q.weight(x, "d.time", "d.article_id"))
		}
	}
	q.tables = append(q.tables, "articles a")
	q.where = append(q.where, "a.id = d.article_id")
	return nil
}

// region is the greatest weight of a region's tags for each article.
func (q *searchQuery) region(x facet) string {
	return "(SELECT time, article_id, max(weight) AS weight FROM article_tags WHERE slug IN (" + q.list(x.slugs) +
		") AND time >= " + q.arg(q.from) + " AND time < " + q.arg(q.to) + " GROUP BY time, article_id)"
}

// weight is the weight of a tag, or the greatest of a region's, of one
// article; NULL when it has none.
func (q *searchQuery) weight(x facet, time, id string) string {
	return "(SELECT max(r.weight) FROM article_tags r WHERE r.slug IN (" + q.list(x.slugs) +
		") AND r.time = " + time + " AND r.article_id = " + id + ")"
}

func (q *searchQuery) list(values []string) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = q.arg(v)
	}
	return strings.Join(parts, ", ")
}

func (q *searchQuery) window(column string) {
	q.where = append(q.where, column+" >= "+q.arg(q.from), column+" < "+q.arg(q.to))
}

// rarest returns the index of the facet with the fewest rows in the window,
// counting no further than enough; -1 when there is none. A region is gone
// through only where it is all there is.
func (q *searchQuery) rarest(ctx context.Context) (int, error) {
	const enough = 4000
	if len(q.facets) < 2 {
		return len(q.facets) - 1, nil
	}
	best, least := 0, enough+1
	for i, x := range q.facets {
		if len(x.slugs) > 1 {
			continue
		}
		n, err := q.rows(ctx, x.slugs, enough)
		if err != nil {
			return 0, err
		}
		if n < least {
			best, least = i, n
		}
	}
	return best, nil
}

// text is the whole statement.
func (q *searchQuery) text() string {
	if q.q.Source != "" {
		q.where = append(q.where, "a.source = "+q.arg(q.q.Source))
	}
	if len(q.q.Langs) > 0 {
		q.where = append(q.where, "a.lang IN ("+q.list(q.q.Langs)+")")
	}
	if q.byWords {
		return "SELECT " + q.id + ", a.time FROM " + q.tables[0] + " WHERE " + strings.Join(q.where, " AND ") +
			" ORDER BY a.time DESC, " + q.id + " DESC LIMIT " + q.arg(q.limit)
	}
	columns := "a.id, a.time, a.story_id, a.source"
	for i, c := range q.column {
		columns += ", " + c + " AS w" + strconv.Itoa(i)
	}
	text := "SELECT " + columns + " FROM " + strings.Join(q.tables, " CROSS JOIN ") + " WHERE " + strings.Join(q.where, " AND ")
	order := "a.time DESC, a.id DESC"
	if strings.HasPrefix(q.tables[0], "article_tags d") {
		order = "d.time DESC, d.article_id DESC" // the order of the rows as they come
	}
	for i, c := range q.column {
		if strings.HasPrefix(c, "(SELECT") { // a region; the value of a subquery cannot be named beside it
			text = "SELECT * FROM (" + text + ") AS o WHERE w" + strconv.Itoa(i) + " IS NOT NULL"
			order = "time DESC, id DESC"
		}
	}
	return text + " ORDER BY " + order + " LIMIT " + q.arg(q.limit)
}

func (q *searchQuery) scan(row scanner) (hit, error) {
	h := hit{weights: make([]float64, len(q.facets)), byWords: q.byWords}
	dest := []any{&h.id, &h.time}
	if q.byWords {
		for i := range h.weights {
			h.weights[i] = 1
		}
		return h, row.Scan(dest...)
	}
	dest = append(dest, &h.story, &h.source)
	for i := range h.weights {
		dest = append(dest, &h.weights[i])
	}
	return h, row.Scan(dest...)
}
