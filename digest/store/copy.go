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
		"article_joins", "stories", "subscriptions", "editions", "deliveries", "told", "answers", "settings", "audit", "leases",
		"counters", "profiles", "alerted", "held"}
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
			m := mover{source: source, target: target, Copying: o}
			for _, name := range copied() {
				if err := m.move(ctx, name); err != nil {
					return err
				}
			}
			if err := target.kind.sequences(ctx, target); err != nil {
				return err
			}
			return m.index(ctx)
		})
	}))
}

// mover is one move under way.
type mover struct {
	source, target *session
	Copying
}

// table is a table as the target has it.
type table struct {
	name    string
	columns []string
	truths  []bool // which columns hold a truth value, that SQLite keeps as a number
}

// move copies one table and compares what arrived.
func (m *mover) move(ctx context.Context, name string) error {
	t, err := m.emptyTable(ctx, name)
	if err != nil {
		return err
	}
	var arrived checksum
	sent, err := m.send(ctx, t)
	if err == nil {
		err = t.read(ctx, m.target, func(row []any) error { arrived.add(row); return nil })
	}
	if err == nil && sent != arrived {
		err = digest.Errorf(digest.Internal, "move the database: table %s arrived different: %d rows of %d", name, arrived.rows, sent.rows)
	}
	return err
}

// emptyTable looks at the target's table, which has to be empty.
func (m *mover) emptyTable(ctx context.Context, name string) (table, error) {
	t := table{name: name}
	var there int
	if err := m.target.row(ctx, "SELECT count(*) FROM "+name).Scan(&there); err != nil {
		return t, err
	}
	if there > 0 {
		return t, digest.Errorf(digest.Conflict, "move the database: the target has %d rows in %s already", there, name).
			WithHint("give a new, empty database")
	}
	rows, err := m.target.query(ctx, "SELECT * FROM "+name+" LIMIT 0")
	if err != nil {
		return t, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	for _, c := range types {
		t.columns, t.truths = append(t.columns, c.Name()), append(t.truths, strings.HasPrefix(c.DatabaseTypeName(), "BOOL"))
	}
	return t, err
}

// send writes the source's rows into the target and sums them up.
func (m *mover) send(ctx context.Context, t table) (sent checksum, err error) {
	batch := make([][]any, 0, 256)
	flush := func() error {
		err := m.target.insert(ctx, "INSERT INTO "+t.name+" ("+strings.Join(t.columns, ", ")+")", "", batch)
		batch = batch[:0]
		if m.Progress != nil {
			m.Progress(t.name, sent.rows)
		}
		return err
	}
	err = t.read(ctx, m.source, func(row []any) error {
		sent.add(row)
		for i, v := range row {
			if n, isNumber := v.(int64); isNumber && t.truths[i] {
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
	return sent, err
}

// read calls fn with the values of each row, each a new slice.
func (t *table) read(ctx context.Context, c *session, fn func([]any) error) error {
	return c.each(ctx, func(row scanner) error {
		values, dest := make([]any, len(t.columns)), make([]any, len(t.columns))
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
				return fmt.Errorf("column %s.%s: %w", t.name, t.columns[i], err)
			}
		}
		return fn(values)
	}, "SELECT "+strings.Join(t.columns, ", ")+" FROM "+t.name)
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

func (m *mover) index(ctx context.Context) error {
	done := 0
	for last, n := int64(0), indexPage; n == indexPage; {
		var err error
		if last, n, err = indexSome(ctx, m.target, last, m.Copying); err != nil {
			return err
		}
		if done += n; m.Progress != nil {
			m.Progress("article_words", done)
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
		t := micros(a.Time())
		x := index(&e, t)
		ids = append(ids, a.ID)
		words = append(words, indexedRow{id: a.ID, time: t, source: a.Source, lang: a.Lang, indexed: x})
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
