package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/daybrief/daybrief/digest"
)

// fault is what a database error means to people.
type fault struct {
	code digest.Code
	what string // completes "open database: …"
	hint string
	full bool // there is no room: digest.ErrFull
}

// fail turns err into a digest.Error that says what was being done. Errors
// that are digest.Errors already pass through.
func (s *Store) fail(doing string, err error) error {
	return explain(s.kind, doing, err)
}

func explain(kind dialect, doing string, err error) error {
	var known *digest.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case errors.Is(err, sql.ErrNoRows):
		return digest.Errorf(digest.NotFound, "%s: it does not exist", doing)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return caused(fault{code: digest.Unavailable, what: "it was stopped before it was done"}, doing, err)
	}
	if f, ok := kind.explain(err); ok {
		return caused(f, doing, err)
	}
	return caused(fault{code: digest.Internal, what: "the database did not accept it"}, doing, err)
}

func caused(f fault, doing string, err error) error {
	e := digest.Errorf(f.code, "%s: %s", doing, f.what)
	e.Err = err
	if f.full {
		e.Err = fmt.Errorf("%w: %w", digest.ErrFull, err)
	}
	if f.hint != "" {
		return e.WithHint("%s", f.hint)
	}
	return e
}
