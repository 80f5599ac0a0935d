package store

import (
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// features are what SQL may need of PostgreSQL that not every compatible
// database has, by how they are spelled.
var features = map[string]string{
	"advisory locks":   `pg_(try_)?advisory`,
	"LISTEN/NOTIFY":    `\bLISTEN [a-z"]|\bNOTIFY [a-z"]|pg_notify`,
	"LOCK TABLE":       `LOCK TABLE`,
	"triggers":         `CREATE (OR REPLACE )?(CONSTRAINT )?TRIGGER`,
	"functions":        `CREATE (OR REPLACE )?(FUNCTION|PROCEDURE)`,
	"extensions":       `CREATE EXTENSION`,
	"unlogged tables":  `UNLOGGED`,
	"SKIP LOCKED":      `SKIP LOCKED`,
	"savepoints":       `\bSAVEPOINT\b`,
	"enums":            `CREATE TYPE`,
	"JSONB":            `\bJSONB\b`,
	"window functions": `\bOVER \(`,
	"lateral joins":    `\bLATERAL\b`,
	"system columns":   `\b(xmin|xmax|cmin|cmax|ctid)\b`,
	"temporary tables": `CREATE TEMP`,

	"identity columns":      `AS IDENTITY`,
	"sequences":             `setval\(`,
	"ON CONFLICT":           `ON CONFLICT`,
	"RETURNING":             `RETURNING`,
	"cascading keys":        `ON DELETE CASCADE`,
	"partial indexes":       `CREATE INDEX [^;]*\bWHERE\b`,
	"INCLUDE":               `INCLUDE \(`,
	"COLLATE":               `COLLATE "C"`,
	"FOR UPDATE":            `FOR UPDATE`,
	"WITH RECURSIVE":        `WITH RECURSIVE`,
	"unnest":                `unnest\(`,
	"GIN":                   `USING gin`,
	"tsvector and tsquery":  `TSVECTOR|tsquery`,
	"phrases":               `<->`,
	"subquery in an INSERT": `INSERT INTO [^;"` + "`" + `]*SELECT`,
}

// needed are those that the package comment says a compatible database must
// have.
var needed = []string{"identity columns", "sequences", "ON CONFLICT", "RETURNING", "cascading keys", "partial indexes", "INCLUDE", "COLLATE",
	"FOR UPDATE", "WITH RECURSIVE", "unnest", "GIN", "tsvector and tsquery", "phrases", "subquery in an INSERT"}

// TestFeatures reads all SQL of this package, so that what the package comment
// says of other databases stays true.
func TestFeatures(t *testing.T) {
	found := map[string]bool{}
	comment := regexp.MustCompile(`(?m)^\s*(//|--).*$|\s//.*$`)
	files := 0
	err := fs.WalkDir(os.DirFS("."), ".", func(path string, d fs.DirEntry, err error) error {
		sql := strings.HasPrefix(path, "migrations/postgres/")
		if err != nil || d.IsDir() || (!sql && (strings.Contains(path, "/") || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"))) {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		for name, spelled := range features {
			if regexp.MustCompile(spelled).Match(comment.ReplaceAll(text, nil)) {
				found[name] = true
			}
		}
		return err
	})
	if err != nil || files < 30 {
		t.Fatalf("%d files, %v", files, err)
	}
	got := slices.Sorted(maps.Keys(found))
	want := slices.Sorted(slices.Values(needed))
	if !slices.Equal(got, want) {
		t.Errorf("the SQL needs %q,\nand the package comment says %q", got, want)
	}
}
