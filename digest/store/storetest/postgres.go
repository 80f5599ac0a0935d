package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes and drops databases

	"github.com/daybrief/daybrief/digest/store"
)

// Environment variables that say which PostgreSQL the tests use.
const (
	// EnvDSN is the address of a running server, of a user who may create
	// databases. Without it a private server is started.
	EnvDSN = "DAYBRIEF_TEST_POSTGRES"
	// EnvRequire, set to 1, makes a missing PostgreSQL a failure and not a skip.
	EnvRequire = "DAYBRIEF_TEST_REQUIRE_POSTGRES"
)

// LockedUser is a name that the private server asks for a password; all others
// it trusts. A test that wants such a user makes it.
const LockedUser = "locked"

// cluster is the server that this process's tests share.
type cluster struct {
	dsn      string // of the database that others are made from
	template string
	private  bool // it ends with this process
	made     atomic.Int64
}

var sharedCluster = sync.OnceValues(openCluster)

// Postgres returns a store on a new and empty PostgreSQL database, closed and
// dropped when the test ends.
func Postgres(t testing.TB) *store.Store {
	return open(t, PostgresDSN(t))
}

// SerializablePostgres is Postgres on a database that isolates every
// transaction fully, as a distributed one does, and so refuses some with
// SQLSTATE 40001.
func SerializablePostgres(t testing.TB) *store.Store {
	t.Helper()
	c := needCluster(t)
	return open(t, c.serializable(t, c.database(t, c.template)))
}

// Reused returns an Open whose databases serve one test after the other, emptied
// in between: to make one takes longer than most tests. They must leave the
// schema as it is. On a server that is not private each test has its own.
func Reused(serializable bool) Open {
	var mu sync.Mutex
	var idle []string
	return func(t testing.TB) *store.Store {
		t.Helper()
		c := needCluster(t)
		mu.Lock()
		dsn := ""
		if n := len(idle); n > 0 {
			dsn, idle = idle[n-1], idle[:n-1]
		}
		mu.Unlock()
		if dsn == "" {
			if dsn = c.create(t, c.template); serializable {
				c.serializable(t, dsn)
			}
			if !c.private {
				t.Cleanup(func() { c.drop(t, dsn) })
			}
		}
		if c.private {
			t.Cleanup(func() {
				if t.Failed() {
					return // whatever it left behind, no other test sees it
				}
				empty(t, dsn)
				mu.Lock()
				defer mu.Unlock()
				idle = append(idle, dsn)
			})
		}
		return open(t, dsn)
	}
}

// empty takes everything out of a database that a test has filled.
func empty(t testing.TB, dsn string) {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var tables string
	if err := db.QueryRow(`SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables
		WHERE schemaname = 'public' AND tablename <> 'schema_versions'`).Scan(&tables); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("TRUNCATE " + tables + " RESTART IDENTITY"); err != nil {
		t.Fatal(err)
	}
}

// PostgresDSN returns the address of a new database with an up-to-date schema
// and nothing else in it, dropped when the test ends. All tests of a process
// share one server, which ends with the process. Where there is no PostgreSQL
// the test is skipped, or fails when EnvRequire is set.
func PostgresDSN(t testing.TB) string {
	t.Helper()
	c := needCluster(t)
	return c.database(t, c.template)
}

// BarePostgresDSN is PostgresDSN without a schema.
func BarePostgresDSN(t testing.TB) string {
	t.Helper()
	return needCluster(t).database(t, "template0")
}

func needCluster(t testing.TB) *cluster {
	t.Helper()
	c, err := sharedCluster()
	if err != nil {
		if os.Getenv(EnvRequire) == "1" {
			t.Fatalf("PostgreSQL is required and cannot be had: %v", err)
		}
		t.Skipf("no PostgreSQL: %v", err)
	}
	return c
}

// database makes one for a test.
func (c *cluster) database(t testing.TB, template string) string {
	t.Helper()
	dsn := c.create(t, template)
	t.Cleanup(func() { c.drop(t, dsn) })
	return dsn
}

func (c *cluster) create(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprintf("%s_%d", c.template, c.made.Add(1))
	if err := c.do(fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, template)); err != nil {
		t.Fatalf("make a database: %v", err)
	}
	return withDatabase(c.dsn, name)
}

// drop removes a database, where that is of any use: dropping waits for a
// checkpoint, and a private server goes with its process.
func (c *cluster) drop(t testing.TB, dsn string) {
	if c.private {
		return
	}
	if err := c.do("DROP DATABASE " + databaseOf(dsn) + " WITH (FORCE)"); err != nil {
		t.Errorf("drop the database: %v", err)
	}
}

func (c *cluster) serializable(t testing.TB, dsn string) string {
	t.Helper()
	if err := c.do("ALTER DATABASE " + databaseOf(dsn) + " SET default_transaction_isolation = 'serializable'"); err != nil {
		t.Fatal(err)
	}
	return dsn
}

func databaseOf(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Path, "/")
}

// openCluster finds or starts a server and makes the database that those of
// the tests are copied from.
func openCluster() (*cluster, error) {
	dsn := os.Getenv(EnvDSN)
	private := dsn == ""
	if private {
		var err error
		if dsn, err = startServer(); err != nil {
			return nil, err
		}
	}
	c := &cluster{dsn: dsn, private: private, template: fmt.Sprintf("daybrief_test_%d", os.Getpid())}
	if err := c.do("DROP DATABASE IF EXISTS " + c.template); err != nil {
		return nil, err
	}
	if err := c.do("CREATE DATABASE " + c.template); err != nil {
		return nil, err
	}
	s, err := store.Open(context.Background(), withDatabase(dsn, c.template))
	if err != nil {
		return nil, err
	}
	return c, s.Close()
}

// do runs a statement that belongs to no database.
func (c *cluster) do(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	db, err := sql.Open("pgx", c.dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, statement)
	return err
}

func withDatabase(dsn, name string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return dsn
	}
	u.Path = "/" + name
	return u.String()
}
