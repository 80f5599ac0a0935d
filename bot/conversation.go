package bot

import (
	"context"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Request is something a person asked or pressed, as any platform brings it.
type Request struct {
	Person digest.Person
	Place  digest.Destination // where it was asked; an answer that all may see goes there

	Command string // "brief", "subscribe", "subscriptions", "digest", "sources", "alert", "help"; "" for a pressed button
	Args    string // what follows the command, as typed
	Action  string // the pressed Action's ID
	Value   string // the chosen Option's Value
	// Fields holds what a platform asks for one by one instead of in Args,
	// by name: "query", "since", "limit", "when", "zone", "where", "format",
	// "length", "review", "big", "per_hour", "every", "silent", "filters".
	Fields map[string]string

	Lang    string // the person's locale, BCP 47; "" when not known
	Zone    string // the person's IANA zone; "" when not known
	Manager bool   // the person may manage the place (channel admin, MANAGE_GUILD, the operator)
	Public  bool   // the platform shows the answer to everyone in the place, so what is the person's alone stays out of it
	Now     time.Time
}

// Reply is the answer to a Request.
type Reply struct {
	Message Message
	Public  bool // everyone in the place may see it; otherwise only the person
	Replace bool // for a pressed button: it takes the place of the message that had the button
	Delete  bool // for a pressed button: that message goes away
	File    *File
	// Wrong says what is wrong with which of Request.Fields, by name. A form
	// then stays open and shows each at its field instead of Message, which
	// says the same for platforms and people without forms.
	Wrong map[string]string
	// Failed says that nothing was done and Message tells why, so that a form
	// which its answer has closed can be opened again with what was typed.
	Failed bool
}

// File goes with a Reply, to the person alone. A platform that cannot send it
// shows its text instead, as much as fits.
type File struct {
	Name string // "subscriptions.json"
	Type string // "application/json", "text/csv"
	Data []byte
}

// Handler answers requests. It never returns a nil-error reply without
// something to show, and its errors are made to be shown: see ErrorMessage.
// It is safe for concurrent use.
type Handler interface {
	Handle(ctx context.Context, r Request) (Reply, error)
	// Complete offers what the person may be typing as the value of a field
	// ("query", "zone", "when"), best first, at most 25. It answers from
	// memory, within milliseconds.
	Complete(ctx context.Context, r Request, field, typed string) []Option
}

// Former is a Handler that fills the form of a subscription in, for platforms
// that have forms. It is safe for concurrent use.
type Former interface {
	// Form returns what the fields of the form hold when it is opened: for the
	// Action "v1:edit:<id>" those of that subscription, for the Command
	// "subscribe" or "alert" what is likely, or nothing. The fields are "query",
	// "when" (cron or words, as a subscription takes them), "zone", "where"
	// ("dm", "here", or a destination, which must be the request's Place when it
	// comes back), "format", "length", and, for forms that have them, "review"
	// and "silent" ("yes" or "no"), "filters" (the words of "subscriptions
	// filter"; "off" when it comes back for none), and of an alert "big" ("no",
	// "yes" or how many sources), "per_hour" and "every" ("no", "30 min", "2 h").
	// Any may be missing; the form of a subscription has no field for what is
	// missing, such as the time of an alert.
	//
	// For the Command "quiet" it is the field "quiet" alone: quiet hours in the
	// words that "subscriptions quiet" takes.
	//
	// The form of a subscription comes back as the Command "subscriptions" with
	// the Args "edit <id>" and the same Fields. An error of Form is shown in
	// its place: what may not be changed opens no form.
	Form(ctx context.Context, r Request) (map[string]string, error)
}

// CommandSpec describes a command, so that every platform registers, lists
// and documents the same ones.
type CommandSpec struct {
	Name    string
	Summary map[string]string // by language, "en" always there; at most 100 runes
	Fields  []FieldSpec
	Manage  bool // for people who manage the place
}

// FieldSpec describes one thing a command asks for.
type FieldSpec struct {
	Name     string
	Summary  map[string]string // by language, at most 100 runes
	Required bool
	Complete bool     // Handler.Complete offers values
	Choices  []Option // or these are all there are
}
