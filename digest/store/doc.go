// Package store keeps everything that daybrief knows, and holds the only SQL.
//
// In come articles with the words, tags and story that were worked out about
// them, sources, subscriptions, editions and what became of each delivery.
// Out come the same, candidates for a query, and who holds which lease. It
// judges nothing: it does not know what a word is, only that it was told one.
//
// # Two databases, one text
//
// A store is a SQLite file or a PostgreSQL database. Nearly every statement is
// one text for both ($1 placeholders, RETURNING, ON CONFLICT, FILTER, times as
// BIGINT microseconds UTC, JSON as TEXT); what differs is the schema in
// migrations/, the full-text index (FTS5, tsvector) and how errors are told
// apart. Package storetest runs one suite on both.
//
// SQLite is modernc.org/sqlite, since the product is built without cgo, in WAL
// mode: one connection writes, so that no two writers ever meet a busy
// database, and a pool of others reads. Commits are synchronous FULL, because
// a lost "sent" is a second post; those of articles and stories alone are
// NORMAL, and reach the disk with the next one. PostgreSQL is pgx through database/sql,
// since the job queue shares its *sql.Tx.
//
// # Search
//
// Words are analysed in Go and reach the database as finished terms; FTS5's
// ascii tokenizer and a tsvector literal keep them as they are, CJK bigrams and
// combining marks included. Tags and the day of an article are terms too, so
// that one boolean match narrows by words, tags and time before any row is
// read. Both databases give the same articles; one scorer in Go (BM25F over a
// small table of frequencies kept with each article) gives the same order.
//
// # Migrations
//
// Pairs of files with the same number and name, embedded, applied forward
// only by a runner of some sixty lines. A library was weighed (goose): it
// would bring its own version table, statement annotations and, for several
// replicas starting at once, advisory locks that not every compatible
// database has; the runner lets the row of the version itself be the lock.
// A migration must be safe while an older replica still runs: it adds tables,
// columns with defaults and indexes, and takes nothing away that the last
// release uses.
//
// # Distributed PostgreSQL
//
// Nothing here needs advisory locks, LISTEN/NOTIFY, LOCK TABLE, triggers,
// functions, extensions, unlogged tables or SKIP LOCKED. What a compatible
// database must have is less, and a test holds it against the SQL: identity
// columns and their sequences, ON CONFLICT, RETURNING, foreign keys that
// cascade, partial indexes, INCLUDE in an index, COLLATE "C", FOR UPDATE of
// single rows, WITH RECURSIVE, arrays with unnest, and a GIN index over
// tsvector with the phrase operator <->. The job queue (River, in bot/schedule)
// asks for more in its own tables: an enum, JSONB with a GIN index, unlogged
// tables, a function in an index, FOR UPDATE SKIP LOCKED, pg_notify, and an
// advisory lock for some jobs.
//
// A transaction that the database asks to repeat (40001, 40P01) is repeated
// from its beginning, and so is a single statement; the suite runs with
// SERIALIZABLE as the default isolation too, and a test has PostgreSQL refuse.
// By their documentation, what each of three lacks:
//
//   - CockroachDB isolates SERIALIZABLE by default and gives 40001 to any
//     transaction (transaction-retry-error-reference). It names events, which is
//     LISTEN/NOTIFY, among what it does not support (postgresql-compatibility,
//     v24.2): jobs then start when the queue next looks, within half a second.
//     tsvector and its index are there since 23.1.
//   - YugabyteDB has LISTEN/NOTIFY since 2025.2.3, in early access, and no LOCK
//     TABLE; its GIN index (ybgin) takes one column and answers what its method
//     supports, else it scans. It has no system columns such as xmax, which
//     River works around by itself.
//   - Citus keeps these tables on one node, where they are PostgreSQL's own,
//     unless they are distributed by hand. Then FOR UPDATE and WITH RECURSIVE
//     work within one shard alone and an INSERT may hold no subquery
//     (reference_workarounds), which revisions of articles are written by: do
//     not distribute them.
//
// The suite has not been run on any of the three.
package store
