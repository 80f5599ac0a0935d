package store

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestMigrationsArePaired holds the two lists of migrations side by side:
// same numbers, same names, and in each pair the same tables with the same
// columns.
func TestMigrationsArePaired(t *testing.T) {
	lite, err := migrations(SQLite)
	if err != nil {
		t.Fatal(err)
	}
	post, err := migrations(Postgres)
	if err != nil {
		t.Fatal(err)
	}
	if len(lite) != len(post) || len(lite) == 0 {
		t.Fatalf("%d migrations for SQLite, %d for PostgreSQL", len(lite), len(post))
	}
	for i := range lite {
		if lite[i].version != post[i].version || lite[i].name != post[i].name {
			t.Errorf("%d %s beside %d %s", lite[i].version, lite[i].name, post[i].version, post[i].name)
		}
		a, b := shapeOf(lite[i].sql), shapeOf(post[i].sql)
		if !slices.Equal(a, b) {
			t.Errorf("migration %d:\nSQLite     %v\nPostgreSQL %v", i+1, a, b)
		}
	}
}

// shapeOf lists the tables, columns and indexes that a migration makes, apart
// from the index of words, which is each database's own.
func shapeOf(sql string) []string {
	var out []string
	part := regexp.MustCompile(`(?m)^CREATE (?:VIRTUAL )?(TABLE|INDEX) (\w+)|^\t([a-z]\w*)\s+[A-Z]|^ALTER TABLE (\w+ ADD COLUMN \w+)`)
	own := false
	for _, m := range part.FindAllStringSubmatch(sql, -1) {
		if m[2] != "" || m[4] != "" {
			own = strings.HasPrefix(m[2], "article_words")
		}
		if !own {
			out = append(out, strings.TrimSpace(m[1]+" "+m[2]+m[3]+m[4]))
		}
	}
	return out
}

func TestStatementsOf(t *testing.T) {
	got := statementsOf("-- a; comment\nCREATE TABLE a (\n\tx TEXT);\n\nINSERT INTO a VALUES (';');\n;\n")
	want := []string{"-- a; comment\nCREATE TABLE a (\n\tx TEXT)", "INSERT INTO a VALUES (';')"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCutScheme(t *testing.T) {
	for dsn, want := range map[string][2]string{
		"daybrief.db":           {"sqlite", "daybrief.db"},
		"/var/lib/a b/x.db":     {"sqlite", "/var/lib/a b/x.db"},
		"./a:b.db":              {"sqlite", "./a:b.db"},
		`C:\data\x.db`:          {"sqlite", `C:\data\x.db`},
		"sqlite:x.db":           {"sqlite", "x.db"},
		"sqlite:///tmp/x.db":    {"sqlite", "/tmp/x.db"},
		"file:x.db":             {"sqlite", "x.db"},
		"postgres://u:p@h/n":    {"postgres", "postgres://u:p@h/n"},
		"postgresql://h/n":      {"postgres", "postgresql://h/n"},
		"mysql://u:secret@h/n":  {"mysql", "//u:secret@h/n"},
		"":                      {"sqlite", ""},
		"notes.2026:final.db":   {"sqlite", "notes.2026:final.db"},
		"daybrief.db?mode=memo": {"sqlite", "daybrief.db?mode=memo"},
	} {
		if scheme, rest := cutScheme(dsn); scheme != want[0] || rest != want[1] {
			t.Errorf("%q gave %q, %q", dsn, scheme, rest)
		}
	}
}
