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
// Nothing here needs advisory locks, LISTEN/NOTIFY, LOCK TABLE, triggers or
// extensions. What a compatible database must have: identity columns, ON
// CONFLICT, INCLUDE in an index, and a GIN index over tsvector with the phrase
// operator <->. CockroachDB has tsvector and its index since 23.1, without all
// of PostgreSQL's functions, of which none is used here; where it plans a
// phrase without the index, phrases are slow there. YugabyteDB's GIN index
// answers only what its ybgin method supports, else it scans. Citus keeps these
// tables on one node unless they are distributed by hand. Transactions that
// such a database asks to repeat (SQLSTATE 40001) are repeated. The suite has
// not been run on any of the three.
package store
