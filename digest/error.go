package digest

import (
	"errors"
	"fmt"
	"strings"
)

// Code says what kind of thing went wrong, for programs. People get the
// sentence, operators get the cause.
type Code string

// The codes. Each edge (command line, web, Slack, Discord) renders them in
// one place: an exit status, an HTTP status, a sentence.
const (
	Invalid     Code = "invalid"     // what was asked for makes no sense as written
	NotFound    Code = "not_found"   // it does not exist
	Conflict    Code = "conflict"    // it exists already, or changed meanwhile
	Forbidden   Code = "forbidden"   // this person may not do this
	Unavailable Code = "unavailable" // something needed is down or full; trying again later may work
	Internal    Code = "internal"    // a fault of the program
)

// ErrFull is in the chain of an error that says that there is no room to store
// anything: a full disk, or so full that what is left is kept for the ledger.
var ErrFull = errors.New("no room on the disk")

// Error is an error made to be read. Message is one sentence of what
// happened; Hint, where there is one, is one sentence of what to do about it;
// Err is the cause, for the log.
type Error struct {
	Code    Code
	Message string
	Hint    string
	Err     error

	Said    Saying // what Message was made of
	Advised Saying // what Hint was made of
}

// Saying is a text and the values that are filled into it, apart, so that it
// can be told in another language than English. What fills it in is a value, a
// Term, or another Error.
type Saying struct {
	Format string
	Args   []any
}

// Term is a word of the program's own among the Args of a Saying, such as
// "topic": it is told in the language of the Saying, as no word of a person or
// of the news ever is.
type Term string

// Terms are several.
type Terms []Term

// String joins them with commas.
func (t Terms) String() string {
	words := make([]string, len(t))
	for i, w := range t {
		words[i] = string(w)
	}
	return strings.Join(words, ", ")
}

// Errorf makes an Error of a code. A %w in the format becomes its cause.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), Err: errors.Unwrap(err), Said: Saying{format, args}}
}

// WithHint returns a copy that also says what to do.
func (e *Error) WithHint(format string, args ...any) *Error {
	c := *e
	c.Hint, c.Advised = fmt.Sprintf(format, args...), Saying{format, args}
	return &c
}

// Error returns the sentence without the hint.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first Error in the chain of err; Internal if
// there is none, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// HintOf returns what to do about err, or "".
func HintOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Hint
	}
	return ""
}
