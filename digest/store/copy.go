package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"github.com/daybrief/daybrief/digest"
)

// Copying says what Copy and Reindex need besides stores.
type Copying struct {
	// Terms analyses an article's words, as for digest.Entry. The index of
	// words is not copied but made anew, since no database gives it back as
	// it was put in.
	Terms func(a *digest.Article) (title, body []string)
	// Progress, which may be nil, is told how many rows of a table are done.
	Progress func(table string, done int)
}

// copied are the tables that are moved as they are, in an order in which each
// row finds what it refers to. What is made anew is named in remade.
func copied() []string {
	return []string{"sources", "articles", "article_texts", "article_revisions", "article_tags", "article_features",
		"article_joins", "stories", "subscriptions", "editions", "deliveries", "told", "answers", "settings", "audit", "leases"}
}

// remade are the tables that Copy fills itself.
func remade() []string { return []string{"schema_versions", "article_words", "article_terms"} }

// Copy moves everything from one store into another, empty one, of either
// kind, in one transaction: it is there whole or not at all. Each table is
// read back from the target before that and compared by the number of rows
// and a checksum over all values. Conflict when the target is not empty. The
// job queue's tables are not moved; the ledger is the truth, and a sweep finds
// what is due.
func Copy(ctx context.Context, from, to *Store, o Copying) error {
	const doing = "move the database"
	return from.fail(doing, from.snapshot(ctx, func(source *session) error {
		return to.write(ctx, doing, func(target *session) error {
			for _, table := range copied() {
				if err := copyTable(ctx, source, target, table, o); err != nil {
					return err
				}
			}
			if err := target.kind.sequences(ctx, target); err != nil {
				return err
			}
			return indexAll(ctx, target, o)
		})
	}))
}

// checksum is a count of rows and a sum over their hashes, whatever their
// order.
type checksum struct {
	rows int
	sum  uint64
}

func (s *checksum) add(row []any) {
	h := sha256.New()
	for _, v := range row {
		text, _ := canonical(v)
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(text)))
		h.Write(size[:])
		h.Write(text)
	}
	s.rows++
	s.sum += binary.BigEndian.Uint64(h.Sum(nil))
}

// canonical is one spelling of a value for both databases.
func canonical(v any) ([]byte, error) {
	switch v := v.(type) {
	case int64:
		return fmt.Appendf(nil, "i%d", v), nil
	case bool:
		if v {
			return []byte("i1"), nil
		}
		return []byte("i0"), nil
	case float64:
		return binary.BigEndian.AppendUint64([]byte("f"), math.Float64bits(v)), nil
	case string:
		return append([]byte("t"), v...), nil
	case []byte:
		return append([]byte("x"), v...), nil
	}
	return nil, fmt.Errorf("a value of type %T", v)
}

// copyTable moves one table and compares what arrived.
func copyTable(ctx context.Context, source, target *session, table string, o Copying) error {
	var there int
	if err := target.row(ctx, "SELECT count(*) FROM "+table).Scan(&there); err != nil {
		return err
	}
	if there > 0 {
		return digest.Errorf(digest.Conflict, "move the database: the target has %d rows in %s already", there, table).
			WithHint("give a new, empty database")
	}
	columns, truths, err := columnsOf(ctx, target, table)
	if err != nil {
		return err
	}
	var sent, arrived checksum
	batch := make([][]any, 0, 256)
	flush := func() error {
		err := target.insert(ctx, "INSERT INTO "+table+" ("+strings.Join(columns, ", ")+")", "", batch)
		batch = batch[:0]
		if o.Progress != nil {
			o.Progress(table, sent.rows)
		}
		return err
	}
	err = readTable(ctx, source, table, columns, func(row []any) error {
		sent.add(row)
		for i, v := range row {
			if n, isNumber := v.(int64); isNumber && truths[i] {
				row[i] = n != 0
			}
		}
		if batch = append(batch, row); len(batch) < cap(batch) {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err == nil {
		err = readTable(ctx, target, table, columns, func(row []any) error { arrived.add(row); return nil })
	}
	if err == nil && sent != arrived {
		err = digest.Errorf(digest.Internal, "move the database: table %s arrived different: %d rows of %d", table, arrived.rows, sent.rows)
	}
	return err
}

// columnsOf returns the names of a table's columns, and which hold a truth
// value, that SQLite keeps as a number.
func columnsOf(ctx context.Context, c *session, table string) (names []string, truths []bool, err error) {
	rows, err := c.query(ctx, "SELECT * FROM "+table+" LIMIT 0")
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	for _, t := range types {
		names, truths = append(names, t.Name()), append(truths, strings.HasPrefix(t.DatabaseTypeName(), "BOOL"))
	}
	return names, truths, err
}

// readTable calls fn with the values of each row, each a new slice.
func readTable(ctx context.Context, c *session, table string, columns []string, fn func([]any) error) error {
	return c.each(ctx, func(row scanner) error {
		values, dest := make([]any, len(columns)), make([]any, len(columns))
		for i := range dest {
			dest[i] = &values[i]
		}
		if err := row.Scan(dest...); err != nil {
			return err
		}
		for i, v := range values {
			if b, isBlob := v.([]byte); v == nil || (isBlob && b == nil) {
				values[i] = []byte{} // no column holds NULL: it is an empty blob
			} else if _, err := canonical(v); err != nil {
				return fmt.Errorf("column %s.%s: %w", table, columns[i], err)
			}
		}
		return fn(values)
	}, "SELECT "+strings.Join(columns, ", ")+" FROM "+table)
}

// Reindex makes the index of words anew, as is needed when words are analysed
// differently. It goes through the articles in batches of their own
// transactions, and searches see old and new side by side until it is done.
func (s *Store) Reindex(ctx context.Context, o Copying) error {
	done := 0
	for last, n := int64(0), indexPage; n == indexPage; {
		var next int64
		err := s.write(ctx, "index the articles", func(c *session) (err error) {
			next, n, err = indexSome(ctx, c, last, o)
			return err
		})
		if err != nil {
			return err
		}
		if last, done = next, done+n; o.Progress != nil {
			o.Progress("article_words", done)
		}
	}
	return nil
}

const indexPage = 200

func indexAll(ctx context.Context, c *session, o Copying) error {
	done := 0
	for last, n := int64(0), indexPage; n == indexPage; {
		var err error
		if last, n, err = indexSome(ctx, c, last, o); err != nil {
			return err
		}
		if done += n; o.Progress != nil {
			o.Progress("article_words", done)
		}
	}
	return nil
}

// indexSome indexes the articles that follow one, and returns the last of them
// and how many they were.
func indexSome(ctx context.Context, c *session, after int64, o Copying) (last int64, n int, err error) {
	var ids []int64
	var words []indexedRow
	var terms [][]any
	err = c.each(ctx, func(row scanner) error {
		a, err := scanArticle(row)
		if err != nil {
			return err
		}
		e := digest.Entry{Article: a}
		e.TitleTerms, e.BodyTerms = o.Terms(&a)
		x := index(&e, micros(a.Time()))
		ids, words = append(ids, a.ID), append(words, indexedRow{a.ID, x})
		terms = append(terms, []any{a.ID, x.terms})
		return nil
	}, "SELECT "+articleColumns+articleTables+"WHERE a.id > $1 ORDER BY a.id LIMIT $2", after, indexPage)
	if err != nil || len(ids) == 0 {
		return after, 0, err
	}
	if err := c.kind.words.put(ctx, c, ids, words); err != nil {
		return after, 0, err
	}
	return ids[len(ids)-1], len(ids), c.insert(ctx, "INSERT INTO article_terms (article_id, terms)",
		" ON CONFLICT (article_id) DO UPDATE SET terms = excluded.terms", terms)
}
