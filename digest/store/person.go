package store

import (
	"context"
	"strings"

	"github.com/daybrief/daybrief/digest"
)

// direct is where a person's direct messages go.
func direct(p digest.Person) digest.Destination {
	return digest.Destination{Platform: p.Platform, Workspace: p.Workspace, Channel: p.ID, Direct: true}
}

// PersonData returns all that is kept of a person.
func (s *Store) PersonData(ctx context.Context, p digest.Person) (digest.PersonData, error) {
	out := digest.PersonData{Person: p}
	if p.ID == "" {
		return out, digest.Errorf(digest.Invalid, "read what is kept of a person: no person is given")
	}
	var err error
	if out.Subscriptions, err = s.subscriptions(ctx, ` WHERE owner_id = $1 AND owner_platform = $2 AND owner_workspace = $3
		OR channel = $1 AND platform = $2 AND direct ORDER BY id`, p.ID, p.Platform, p.Workspace); err != nil {
		return out, err
	}
	if out.Profile, err = s.Profile(ctx, direct(p)); err != nil {
		return out, err
	}
	if out.Settings, err = s.personSettings(ctx, p); err != nil {
		return out, err
	}
	err = s.reading().each(ctx, func(row scanner) error {
		a, err := scanAnswer(row)
		out.Answers = append(out.Answers, a)
		return err
	}, "SELECT "+answerColumns+" FROM answers WHERE person_id = $1 AND person_platform = $2 AND person_workspace = $3 ORDER BY created, id",
		p.ID, p.Platform, p.Workspace)
	if err != nil {
		return out, s.fail("read the answers of a person", err)
	}
	err = s.reading().each(ctx, func(row scanner) error {
		a, err := scanAudit(row)
		out.Audits = append(out.Audits, a)
		return err
	}, "SELECT "+auditColumns+" FROM audit WHERE person_id = $1 AND platform = $2 AND workspace = $3 ORDER BY id", p.ID, p.Platform, p.Workspace)
	return out, s.fail("read the changes of a person", err)
}

// personSettings are the settings whose keys end with the person.
func (s *Store) personSettings(ctx context.Context, p digest.Person) (map[string]string, error) {
	all, err := s.Settings(ctx, "")
	suffix := ":" + p.Platform + ":" + p.Workspace + ":" + p.ID
	for key := range all {
		if !strings.HasSuffix(key, suffix) {
			delete(all, key)
		}
	}
	return all, err
}

// ForgetPerson deletes what is kept of a person: the profile, the answers, the
// settings whose keys end with ":platform:workspace:id", and the subscriptions
// to the person's direct messages with everything that was ever made for them.
// What the person did for others stays without the person: the owner of a
// channel's subscription, and the lines of who changed what.
func (s *Store) ForgetPerson(ctx context.Context, p digest.Person) error {
	if p.ID == "" {
		return digest.Errorf(digest.Invalid, "forget a person: no person is given")
	}
	settings, err := s.personSettings(ctx, p)
	if err != nil {
		return err
	}
	return s.write(ctx, "forget a person", func(c *session) error {
		change, err := nextChange(ctx, c)
		if err != nil {
			return err
		}
		for _, key := range sortedNames(settings) {
			if _, err := c.exec(ctx, "DELETE FROM settings WHERE name = $1", key); err != nil {
				return err
			}
		}
		target := direct(p).String()
		const mine = "(SELECT id FROM subscriptions WHERE channel = $1 AND platform = $2 AND direct)"
		for _, st := range []struct {
			text string
			args []any
		}{
			{"DELETE FROM profiles WHERE target = $1", []any{target}},
			{"DELETE FROM alerted WHERE target = $1", []any{target}},
			{"DELETE FROM held WHERE target = $1", []any{target}},
			{"DELETE FROM told WHERE target = $1", []any{target}},
			{"DELETE FROM editions WHERE subscription_id IN " + mine, []any{p.ID, p.Platform}}, // deliveries follow
			// Notices of a channel's subscription went there too.
			{"DELETE FROM editions WHERE id IN (SELECT edition_id FROM deliveries WHERE target = $1)", []any{target}},
			{"DELETE FROM subscriptions WHERE channel = $1 AND platform = $2 AND direct", []any{p.ID, p.Platform}},
			{`UPDATE subscriptions SET owner_id = '', owner_name = '', change = $4
				WHERE owner_id = $1 AND owner_platform = $2 AND owner_workspace = $3`, []any{p.ID, p.Platform, p.Workspace, change}},
			{"DELETE FROM answers WHERE person_id = $1 AND person_platform = $2 AND person_workspace = $3", []any{p.ID, p.Platform, p.Workspace}},
			{`UPDATE audit SET person_id = '', name = '', detail = replace(detail, $1, '')
				WHERE person_id = $1 AND platform = $2 AND workspace = $3`, []any{p.ID, p.Platform, p.Workspace}},
		} {
			if _, err := c.exec(ctx, st.text, st.args...); err != nil {
				return err
			}
		}
		return nil
	})
}

const auditColumns = "time, platform, workspace, person_id, name, action, detail"

func scanAudit(row scanner) (digest.Audit, error) {
	var a digest.Audit
	p := &a.Person
	err := row.Scan(at{&a.At}, &p.Platform, &p.Workspace, &p.ID, &p.Name, &a.Action, &a.Detail)
	return a, err
}
