package store

import (
	"context"
	"strconv"
	"strings"
)

// wordIndex is the full-text index of a database.
type wordIndex interface {
	// put indexes articles anew; those that were indexed before are named in
	// known.
	put(ctx context.Context, c *session, known []int64, rows []indexedRow) error
	// drop takes articles out.
	drop(ctx context.Context, c *session, ids []int64) error
	// match writes what finds articles: the tables to go through, of which a
	// has time, source and lang; the condition on parameter $1; and the
	// article's ID.
	match() (from, condition, id string)
	// spell writes an expression as the index reads it.
	spell(e expression) string
}

type indexedRow struct {
	id, time     int64
	source, lang string
	indexed
}

// expression is a conjunction of alternatives of phrases of terms:
// rate AND (interest hike) AND (~d20781 OR ~d20782).
type expression [][]phrase

type phrase []string

func (e expression) write(phrase func(*strings.Builder, phrase), and, or string) string {
	var b strings.Builder
	for i, alternatives := range e {
		if i > 0 {
			b.WriteString(and)
		}
		b.WriteByte('(')
		for j, p := range alternatives {
			if j > 0 {
				b.WriteString(or)
			}
			phrase(&b, p)
		}
		b.WriteByte(')')
	}
	return b.String()
}

// fts5 is SQLite's.
type fts5 struct{}

func (fts5) match() (string, string, string) {
	return "article_words CROSS JOIN articles a", "article_words MATCH $1 AND a.id = article_words.rowid", "a.id"
}

func (fts5) spell(e expression) string {
	return e.write(func(b *strings.Builder, p phrase) {
		b.WriteByte('"')
		for i, term := range p {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(strings.ReplaceAll(term, `"`, `""`))
		}
		b.WriteByte('"')
	}, " AND ", " OR ")
}

func (f fts5) put(ctx context.Context, c *session, known []int64, rows []indexedRow) error {
	if err := f.drop(ctx, c, known); err != nil {
		return err
	}
	// One by one: SQLite makes a savepoint for a statement of several rows, and
	// at each savepoint FTS5 writes out what it has gathered, as a segment that
	// searches then go through and that must be merged.
	for _, r := range rows {
		if _, err := c.exec(ctx, "INSERT INTO article_words (rowid, words) VALUES ($1, $2)",
			r.id, strings.Join(r.words, " ")+" "+strings.Join(r.marks, " ")); err != nil {
			return err
		}
	}
	return nil
}

func (fts5) drop(ctx context.Context, c *session, ids []int64) error {
	for _, id := range ids {
		if _, err := c.exec(ctx, "DELETE FROM article_words WHERE rowid = $1", id); err != nil {
			return err
		}
	}
	return nil
}

// tsvector is PostgreSQL's.
type tsvector struct{}

// match needs no other table: a join would cost as much again, and leave the
// planner free to look at the words of one article after another where it has
// no statistics yet, as after an import.
func (tsvector) match() (string, string, string) {
	return "article_words a", "a.words @@ $1::tsquery", "a.article_id"
}

func (tsvector) spell(e expression) string {
	return e.write(func(b *strings.Builder, p phrase) {
		b.WriteByte('(')
		for i, term := range p {
			if i > 0 {
				b.WriteString(" <-> ")
			}
			quoteLexeme(b, term)
		}
		b.WriteByte(')')
	}, " & ", " | ")
}

func (tsvector) put(ctx context.Context, c *session, known []int64, rows []indexedRow) error {
	if err := (tsvector{}).drop(ctx, c, known); err != nil {
		return err
	}
	values := make([][]any, len(rows))
	for i, r := range rows {
		values[i] = []any{r.id, r.time, r.source, r.lang, vectorLiteral(r.indexed)}
	}
	return c.insert(ctx, "INSERT INTO article_words (article_id, time, source, lang, words)", "", values)
}

func (tsvector) drop(ctx context.Context, c *session, ids []int64) error {
	for _, list := range lists(ids) {
		if _, err := c.exec(ctx, "DELETE FROM article_words WHERE article_id IN "+placeholders(0, len(list)), list...); err != nil {
			return err
		}
	}
	return nil
}

// vectorLiteral writes a tsvector: 'rate':1,7 'hike':2 '~ckr'.
func vectorLiteral(x indexed) string {
	places := make(map[string][]int, len(x.words))
	order := make([]string, 0, len(x.words))
	for i, w := range x.words {
		if w == filler {
			continue
		}
		if places[w] == nil {
			order = append(order, w)
		}
		places[w] = append(places[w], i+1)
	}
	var b strings.Builder
	for _, w := range order {
		quoteLexeme(&b, w)
		for i, p := range places[w] {
			b.WriteByte(":,"[min(i, 1)])
			b.WriteString(strconv.Itoa(p))
		}
		b.WriteByte(' ')
	}
	for _, m := range x.marks {
		quoteLexeme(&b, m)
		b.WriteByte(' ')
	}
	return b.String()
}

func quoteLexeme(b *strings.Builder, term string) {
	b.WriteByte('\'')
	for _, r := range term {
		if r == '\'' || r == '\\' {
			b.WriteRune(r)
		}
		b.WriteRune(r)
	}
	b.WriteByte('\'')
}
