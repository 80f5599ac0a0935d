package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Setting returns what the program has noted under a key, "" when nothing.
func (s *Store) Setting(ctx context.Context, key string) (string, error) {
	var v string
	err := s.reading().row(ctx, "SELECT value FROM settings WHERE name = $1", key).Scan(&v)
	if isNoRows(err) {
		return "", nil
	}
	return v, s.fail("read setting "+key, err)
}

// SetSetting notes a value under a key; "" removes it.
func (s *Store) SetSetting(ctx context.Context, key, value string) error {
	return s.SetSettings(ctx, map[string]string{key: value})
}

// SetSettings notes several values in one transaction, such as the state of
// limiters.
func (s *Store) SetSettings(ctx context.Context, values map[string]string) error {
	return s.write(ctx, "save settings", func(c *session) error {
		var rows [][]any
		for _, key := range sortedNames(values) {
			if values[key] != "" {
				rows = append(rows, []any{key, values[key]})
			} else if _, err := c.exec(ctx, "DELETE FROM settings WHERE name = $1", key); err != nil {
				return err
			}
		}
		return c.insert(ctx, "INSERT INTO settings (name, value)",
			" ON CONFLICT (name) DO UPDATE SET value = excluded.value", rows)
	})
}

// Settings returns all settings whose keys begin with a prefix.
func (s *Store) Settings(ctx context.Context, prefix string) (map[string]string, error) {
	out := map[string]string{}
	err := s.reading().each(ctx, func(row scanner) error {
		var k, v string
		err := row.Scan(&k, &v)
		out[k] = v
		return err
	}, "SELECT name, value FROM settings WHERE substr(name, 1, length($1)) = $1", prefix)
	return out, s.fail("read settings", err)
}

// SaveAnswer stores what an answer's buttons are about; Conflict when its ID
// is taken.
func (s *Store) SaveAnswer(ctx context.Context, a digest.Answer) error {
	args, err := json.Marshal(a.Args)
	if err != nil {
		return s.fail("save answer "+a.ID, err)
	}
	p, to := a.Person, a.Place
	return s.write(ctx, "save answer "+a.ID, func(c *session) error {
		_, err := c.exec(ctx, `INSERT INTO answers (id, person_platform, person_workspace, person_id, person_name, platform,
			workspace, channel, direct, query, args, created) VALUES `+placeholders(0, 12), a.ID, p.Platform, p.Workspace, p.ID,
			p.Name, to.Platform, to.Workspace, to.Channel, to.Direct, a.Query, string(args), micros(a.Created))
		return err
	})
}

// Answer returns an answer, NotFound when it does not exist, or no longer.
func (s *Store) Answer(ctx context.Context, id string) (digest.Answer, error) {
	a, err := scanAnswer(s.reading().row(ctx, "SELECT "+answerColumns+" FROM answers WHERE id = $1", id))
	return a, s.fail("find answer "+id, err)
}

const answerColumns = `id, person_platform, person_workspace, person_id, person_name, platform, workspace,
	channel, direct, query, args, created`

func scanAnswer(row scanner) (digest.Answer, error) {
	var a digest.Answer
	var args string
	p, to := &a.Person, &a.Place
	err := row.Scan(&a.ID, &p.Platform, &p.Workspace, &p.ID, &p.Name, &to.Platform, &to.Workspace, &to.Channel, &to.Direct,
		&a.Query, &args, at{&a.Created})
	if err == nil {
		err = json.Unmarshal([]byte(args), &a.Args)
	}
	return a, err
}

// AddAudit notes who changed what.
func (s *Store) AddAudit(ctx context.Context, a digest.Audit) error {
	return s.write(ctx, "note a change", func(c *session) error {
		_, err := c.exec(ctx, `INSERT INTO audit (time, platform, workspace, person_id, name, action, detail) VALUES `+
			placeholders(0, 7), micros(a.At), a.Person.Platform, a.Person.Workspace, a.Person.ID, a.Person.Name, a.Action, a.Detail)
		return err
	})
}

// Audits returns what was changed before a time (zero: until now), latest
// first.
func (s *Store) Audits(ctx context.Context, before time.Time, limit int) ([]digest.Audit, error) {
	_, to := bounds(time.Time{}, before)
	var out []digest.Audit
	err := s.reading().each(ctx, func(row scanner) error {
		a, err := scanAudit(row)
		out = append(out, a)
		return err
	}, "SELECT "+auditColumns+" FROM audit WHERE time < $1 ORDER BY time DESC, id DESC LIMIT $2", to, limit)
	return out, s.fail("read changes", err)
}
