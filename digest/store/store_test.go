package store_test

import (
	"testing"

	"github.com/daybrief/daybrief/digest/store/storetest"
)

func TestSQLite(t *testing.T) { storetest.Run(t, storetest.SQLite) }

func TestPostgres(t *testing.T) { storetest.Run(t, storetest.Reused(false)) }

func TestSerializablePostgres(t *testing.T) { storetest.Run(t, storetest.Reused(true)) }
