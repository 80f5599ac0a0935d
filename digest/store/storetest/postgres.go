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
	dsn := c.database(t, c.template)
	name := dsn[strings.LastIndexByte(dsn, '/')+1:]
	if i := strings.IndexByte(name, '?'); i >= 0 {
		name = name[:i]
	}
	if err := c.do("ALTER DATABASE " + name + " SET default_transaction_isolation = 'serializable'"); err != nil {
		t.Fatal(err)
	}
	return open(t, dsn)
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
	name := fmt.Sprintf("%s_%d", c.template, c.made.Add(1))
	if err := c.do(fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, template)); err != nil {
		t.Fatalf("make a database: %v", err)
	}
	t.Cleanup(func() {
		if err := c.do("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop the database: %v", err)
		}
	})
	return withDatabase(c.dsn, name)
}

// openCluster finds or starts a server and makes the database that those of
// the tests are copied from.
func openCluster() (*cluster, error) {
	dsn := os.Getenv(EnvDSN)
	if dsn == "" {
		var err error
		if dsn, err = startServer(); err != nil {
			return nil, err
		}
	}
	c := &cluster{dsn: dsn, template: fmt.Sprintf("daybrief_test_%d", os.Getpid())}
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
