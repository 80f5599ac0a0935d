package store

import (
	"context"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// AcquireLease takes a lease for its holder until its Until, and reports
// whether the holder has it: it was free, had run out by now, or was the
// holder's own, which is then renewed. Replicas compare times of their own
// clocks, so a lease must be longer than clocks differ.
func (s *Store) AcquireLease(ctx context.Context, l digest.Lease, now time.Time) (bool, error) {
	var n int64
	err := s.write(ctx, "acquire lease "+l.Name, func(c *session) (err error) {
		n, err = c.exec(ctx, `INSERT INTO leases (name, holder, expiry) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expiry = excluded.expiry
			WHERE leases.expiry <= $4 OR leases.holder = excluded.holder`, l.Name, l.Holder, micros(l.Until), micros(now))
		return err
	})
	return n > 0, err
}

// RenewLease moves the end of a lease that its holder still has at now; false
// when it has run out or another holds it, and the work it stood for must stop.
func (s *Store) RenewLease(ctx context.Context, l digest.Lease, now time.Time) (bool, error) {
	var n int64
	err := s.write(ctx, "renew lease "+l.Name, func(c *session) (err error) {
		n, err = c.exec(ctx, "UPDATE leases SET expiry = $3 WHERE name = $1 AND holder = $2 AND expiry > $4",
			l.Name, l.Holder, micros(l.Until), micros(now))
		return err
	})
	return n > 0, err
}

// ReleaseLease gives a lease up, if its holder has it.
func (s *Store) ReleaseLease(ctx context.Context, l digest.Lease) error {
	return s.write(ctx, "release lease "+l.Name, func(c *session) error {
		_, err := c.exec(ctx, "DELETE FROM leases WHERE name = $1 AND holder = $2", l.Name, l.Holder)
		return err
	})
}

// LeasesHeld counts the leases that are held now and whose names begin with a
// prefix.
func (s *Store) LeasesHeld(ctx context.Context, prefix string, now time.Time) (n int, err error) {
	err = s.reading().row(ctx, "SELECT count(*) FROM leases WHERE expiry > $2 AND substr(name, 1, length($1)) = $1",
		prefix, micros(now)).Scan(&n)
	return n, s.fail("count leases", err)
}

// Leases returns all leases by name, those that have run out too.
func (s *Store) Leases(ctx context.Context) ([]digest.Lease, error) {
	var out []digest.Lease
	err := s.reading().each(ctx, func(row scanner) error {
		var l digest.Lease
		err := row.Scan(&l.Name, &l.Holder, at{&l.Until})
		out = append(out, l)
		return err
	}, "SELECT name, holder, expiry FROM leases ORDER BY name")
	return out, s.fail("read leases", err)
}
