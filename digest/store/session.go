package store

import (
	"cmp"
	"context"
	"database/sql"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"
)

// dialect is what differs between the databases, apart from the schema.
type dialect struct {
	name     string
	prepares bool               // statements are worth preparing by hand
	server   bool               // it is a server: it works at several statements at once, and takes arrays
	snapshot sql.IsolationLevel // of a transaction that must see one state
	words    wordIndex
	again    func(error) bool // the transaction may be tried again
	// soon lets commits of a connection not wait for the disk until waits is
	// called; nil where they all wait.
	soon    func(ctx context.Context, conn *sql.Conn) (waits func(), err error)
	explain func(error) (fault, bool)
	// sequences makes the next ID of each table follow those that were put in.
	sequences func(context.Context, *session) error
}

// repeat runs something again for as long as the database asks for it: after a
// deadlock, and after a serialisation failure, which a database that isolates
// fully gives to any transaction. Two that met wait for different times.
func (d dialect) repeat(ctx context.Context, once func() error) error {
	const tries = 20
	wait := time.Millisecond
	for n := 1; ; n++ {
		err := once()
		if n == tries || !d.again(err) {
			return err
		}
		timer := time.NewTimer(rand.N(wait))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
		wait = min(2*wait, 250*time.Millisecond)
	}
}

// queryer is what *sql.DB and *sql.Tx share.
type queryer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// session is a transaction, or a pool outside of one. Functions that do the
// work take a session; the methods of Store open it.
type session struct {
	on       queryer
	tx       *sql.Tx // nil outside a transaction
	kind     dialect
	prepared *statements
}

func (c *session) exec(ctx context.Context, query string, args ...any) (int64, error) {
	var res sql.Result
	st, err := c.prepared.get(ctx, query)
	if err != nil {
		return 0, err
	}
	if args = clean(args); st != nil {
		res, err = st.ExecContext(ctx, args...)
	} else {
		res, err = c.on.ExecContext(ctx, query, args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (c *session) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := c.prepared.get(ctx, query)
	if err != nil {
		return nil, err
	}
	args = clean(args)
	ask := func() (*sql.Rows, error) {
		if st != nil {
			return st.QueryContext(ctx, args...)
		}
		return c.on.QueryContext(ctx, query, args...)
	}
	if c.tx != nil {
		return ask()
	}
	// Outside of a transaction a statement is one, which fails before its first
	// row.
	var rows *sql.Rows
	err = c.kind.repeat(ctx, func() (err error) {
		rows, err = ask()
		return err
	})
	return rows, err
}

// scanner is *sql.Row, or *sql.Rows at one row.
type scanner interface{ Scan(dest ...any) error }

// failed is a row that could not be asked for.
type failed struct{ err error }

// Scan returns why.
func (f failed) Scan(...any) error { return f.err }

// oneRow is the first row of a query outside of a transaction.
type oneRow struct {
	rows *sql.Rows
	err  error
}

// Scan reads it; sql.ErrNoRows where there is none.
func (r oneRow) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		return cmp.Or(r.rows.Err(), sql.ErrNoRows)
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return r.rows.Close()
}

func (c *session) row(ctx context.Context, query string, args ...any) scanner {
	if c.tx == nil {
		rows, err := c.query(ctx, query, args...)
		return oneRow{rows, err}
	}
	st, err := c.prepared.get(ctx, query)
	if err != nil {
		return failed{err}
	}
	if args = clean(args); st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	return c.on.QueryRowContext(ctx, query, args...)
}

// each calls fn at each row of a query.
func (c *session) each(ctx context.Context, fn func(scanner) error, query string, args ...any) error {
	rows, err := c.query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// statements prepares each text once. SQLite compiles a statement anew at
// every call otherwise; pgx keeps its own cache for each connection, so there
// it stays off.
type statements struct {
	on  queryer
	use bool

	mu     sync.Mutex
	all    map[string]*sql.Stmt
	closed bool

	// Of a transaction:
	tx     *sql.Tx
	kept   *statements // of the pool
	missed []string    // that the pool has not prepared
}

// maxStatements bounds the cache. Searches are put together from parts, so
// the texts are many, though not endless.
const maxStatements = 512

func newStatements(use bool, on queryer) *statements {
	return &statements{on: on, use: use, all: map[string]*sql.Stmt{}}
}

// within returns the statements for one transaction on the pool of p: those
// that are prepared are used again, others are prepared for the transaction.
func (p *statements) within(tx *sql.Tx) *statements {
	return &statements{on: tx, use: p.use, all: map[string]*sql.Stmt{}, kept: p, tx: tx}
}

// keep prepares for later transactions what one had to prepare for itself. The
// pool may have a single connection, so the transaction must have ended.
func (p *statements) keep(ctx context.Context, missed []string) {
	for _, query := range missed {
		if _, err := p.get(ctx, query); err != nil {
			return // the next transaction prepares it again
		}
	}
}

// had returns a statement that is prepared, nil when it is not.
func (p *statements) had(query string) *sql.Stmt {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all[query]
}

// prepare prepares a statement where these statements are.
func (p *statements) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if p.kept != nil {
		if st := p.kept.had(query); st != nil {
			return p.tx.StmtContext(ctx, st), nil
		}
		p.missed = append(p.missed, query)
	}
	return p.on.PrepareContext(ctx, query) // may wait for a connection
}

// get returns nil where statements are not prepared.
func (p *statements) get(ctx context.Context, query string) (*sql.Stmt, error) {
	if !p.use {
		return nil, nil
	}
	p.mu.Lock()
	st, known := p.all[query]
	last := p.closed || len(p.all) >= maxStatements
	p.mu.Unlock()
	if known || last {
		return st, nil
	}
	st, err := p.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if other, known := p.all[query]; known || p.closed {
		st.Close()
		return other, nil
	}
	p.all[query] = st
	return st, nil
}

func (p *statements) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, st := range p.all {
		st.Close()
	}
	p.closed, p.all = true, nil
}

// clean makes every text storable on both databases: PostgreSQL takes neither
// a NUL nor invalid UTF-8, and untrusted text holds both.
func clean(args []any) []any {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = cleanText(s)
		}
	}
	return args
}

func cleanText(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// micros is a time as it is stored; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// instant undoes micros.
func instant(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// at scans a stored time.
type at struct{ t *time.Time }

// Scan sets the time from microseconds.
func (a at) Scan(v any) error {
	var n sql.NullInt64
	if err := n.Scan(v); err != nil {
		return err
	}
	*a.t = instant(n.Int64)
	return nil
}

// span scans a stored duration, microseconds.
type span struct{ d *time.Duration }

// Scan sets the duration.
func (a span) Scan(v any) error {
	var n sql.NullInt64
	if err := n.Scan(v); err != nil {
		return err
	}
	*a.d = time.Duration(n.Int64) * time.Microsecond
	return nil
}

// blob scans bytes; none are nil on both databases.
type blob struct{ b *[]byte }

// Scan sets a copy of the bytes.
func (a blob) Scan(v any) error {
	*a.b = nil
	if b, ok := v.([]byte); ok && len(b) > 0 {
		*a.b = append([]byte(nil), b...)
	}
	return nil
}

// placeholders writes "($3, $4, $5)" for n values that follow the first args.
func placeholders(after, n int) string {
	var b strings.Builder
	b.WriteByte('(')
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(after + i + 1))
	}
	b.WriteByte(')')
	return b.String()
}

// maxList is how many values one IN list takes.
const maxList = 512

// lists cuts values into lists whose lengths are powers of two, repeating the
// last value to fill: few lengths mean few statements to prepare.
func lists[T any](values []T) [][]any {
	var out [][]any
	for len(values) > 0 {
		n := min(len(values), maxList)
		size := 1
		for size < n {
			size *= 2
		}
		list := make([]any, size)
		for i := range list {
			list[i] = values[min(i, n-1)]
		}
		out, values = append(out, list), values[n:]
	}
	return out
}

// insert adds rows with as few statements as there are powers of two. The
// statement is "INSERT INTO t (a, b)" and tail what follows the values.
func (c *session) insert(ctx context.Context, statement, tail string, rows [][]any) error {
	return inserts(statement, tail, rows, func(text string, args []any) error {
		_, err := c.exec(ctx, text, args...)
		return err
	})
}

// insertReturning is insert with fn for each row that the tail returns.
func (c *session) insertReturning(ctx context.Context, statement, tail string, rows [][]any, fn func(scanner) error) error {
	return inserts(statement, tail, rows, func(text string, args []any) error { return c.each(ctx, fn, text, args...) })
}

func inserts(statement, tail string, rows [][]any, run func(text string, args []any) error) error {
	const most = 64
	for len(rows) > 0 {
		n := 1
		for n*2 <= min(len(rows), most) {
			n *= 2
		}
		var b strings.Builder
		b.WriteString(statement + " VALUES ")
		args := make([]any, 0, n*len(rows[0]))
		for i, r := range rows[:n] {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(placeholders(len(args), len(r)))
			args = append(args, r...)
		}
		if err := run(b.String()+tail, args); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
