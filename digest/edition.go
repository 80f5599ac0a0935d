package digest

import "time"

// Edition is one digest for one subscription and one scheduled time; built
// once, stored, never rebuilt differently.
type Edition struct {
	ID             int64
	SubscriptionID int64
	Slot           string    // local date and wall time, "2026-11-24T08:00": unique with the subscription
	Scheduled      time.Time // the instant the slot stood for
	Built          time.Time
	Title          string
	Content        []byte // the bot.Message as JSON: what every rendering starts from
	Stories        []Told // what it tells
	Missed         bool   // too late to post: a note in the ledger, not a post
}

// Told is a story as a destination was told it, so that a later digest
// repeats it only as an update when it really grew.
type Told struct {
	StoryID  int64
	Articles int // how many articles it had then
	Sources  int // how many independent sources it had then
}

// SlotFormat is the layout of Edition.Slot.
const SlotFormat = "2006-01-02T15:04"

// DeliveryState is the state of one part of one edition.
type DeliveryState string

// The states of a delivery.
const (
	Pending DeliveryState = "pending" // not tried, or surely unsent and to be tried again
	Sending DeliveryState = "sending" // a worker posts it now, or died doing so
	Sent    DeliveryState = "sent"    // visible; Ref says where
	Unknown DeliveryState = "unknown" // it may be visible; a person must look
	Failed  DeliveryState = "failed"  // the platform refused it for good
	Dead    DeliveryState = "dead"    // given up after its time: nobody wants this morning's news tomorrow
)

// ThreadFirst is the Thread of parts that are posted under the first part of
// the same edition at the same destination.
const ThreadFirst = "first"

// Delivery is the ledger row for one part of one edition at one destination.
type Delivery struct {
	ID        int64
	EditionID int64
	// SubscriptionID is the edition's: it is read with the row, and not written.
	SubscriptionID int64
	Destination    Destination
	Part           int    // 0, 1, …; posted in this order
	Parts          int    // how many there are
	Thread         string // where it goes: "" to the destination itself, ThreadFirst under the first part, else under the message of this Ref
	Payload        []byte // what is posted, as rendered once; a retry posts the same bytes
	State          DeliveryState
	Ref            string // the platform's name of the message, once sent
	Attempts       int
	LastError      string
	NotBefore      time.Time // not tried before this
	Started        time.Time // when the latest attempt began: tells how old a "sending" is
	Deadline       time.Time // not tried after this
	Updated        time.Time
}

// Attrs name a delivery in the log, the same in each line about it.
func (d Delivery) Attrs() []any {
	return []any{"delivery", d.ID, "edition", d.EditionID, "subscription", d.SubscriptionID, "destination", d.Destination.String(), "part", d.Part}
}
