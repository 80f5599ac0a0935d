package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/gofrs/flock"

	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store"
)

// rolesOf reads "worker,fetch"; "all" and "" are no roles, which stands for
// all of them. Package config knows the same words.
func rolesOf(text string) ([]schedule.Role, error) {
	if text == "" || text == "all" {
		return nil, nil
	}
	var out []schedule.Role
	for _, word := range strings.Split(text, ",") {
		role := schedule.Role(strings.TrimSpace(word))
		if !slices.Contains(schedule.Roles(), role) {
			return nil, fmt.Errorf("%w: --role is %q; it must be all, or some of %s with commas between them", errUsage, text, joined(schedule.Roles()))
		}
		out = append(out, role)
	}
	return out, nil
}

func joined(roles []schedule.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

// alone makes sure that a SQLite file is served by one process: each would
// hold a connection to the platforms, and answer every command. The lock is
// the system's, so that it ends with the process, however that ends.
// gofrs/flock is used because locking differs between systems.
func (b *server) alone() (release func(), err error) {
	if b.store.Dialect() != store.SQLite {
		return func() {}, nil
	}
	if len(b.roles) > 0 {
		return nil, digest.Errorf(digest.Invalid, "roles need PostgreSQL: a SQLite file is served by one process, which does everything").
			WithHint("Leave out --role, or move to PostgreSQL with “daybrief migrate --from %s --to postgres://…”.", b.store.Path())
	}
	lock := flock.New(b.store.Path()+".lock", flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, digest.Errorf(digest.Unavailable, "%s cannot be locked: %w", lock.Path(), err).WithHint("The folder of the database must be writable.")
	}
	if !ok {
		return nil, digest.Errorf(digest.Conflict, "another “daybrief serve” uses %s", b.store.Path()).
			WithHint("Stop it first, or give this one another --database. Several processes can share a PostgreSQL database.")
	}
	return func() {
		if err := lock.Unlock(); err != nil {
			b.log.Warn("the lock could not be given up", "error", err)
		}
	}, nil
}

// process names this process among those that share the database.
func process() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	// In containers both are often the same everywhere.
	return fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text()[:8])
}

// does reports whether this process has a role.
func (b *server) does(role schedule.Role) bool { return schedule.Has(b.roles, role) }

// link is a connection to a platform, or other work that goes on until the
// program ends.
type link struct {
	name  string
	inner bool // other work, of which a person who starts the bot is not told
	// places are the leases of which one is needed; none: every process does it.
	places []string
	run    func(ctx context.Context) error
}

// hold runs a link: at once where the database has one process, else while
// this process has one of its places.
func (b *server) hold(ctx context.Context, l link) error {
	var err error
	if len(l.places) == 0 || b.store.Dialect() == store.SQLite {
		err = l.run(ctx)
	} else {
		h := &schedule.Holder{Leases: b.store, Process: b.process, Now: b.now, Log: b.log}
		err = h.Hold(ctx, l.places, l.run)
	}
	if err == nil || ctx.Err() != nil {
		return nil
	}
	if strings.HasPrefix(err.Error(), l.name) {
		return err
	}
	return fmt.Errorf("%s: %w", l.name, err)
}
