package digest

import "time"

// Subscription is a standing request: what, where to, when, how.
type Subscription struct {
	ID          int64
	Kind        SubscriptionKind
	Name        string // of the digest: "Korea desk"; "" for a person's own
	Query       string // as typed; read anew at each run, so that better reading helps old subscriptions
	Destination Destination
	Schedule    string // cron (robfig/cron/v3, five fields or @descriptor); "" for alerts
	Zone        string // IANA
	Format      Format
	Length      int           // stories; 0 means the default
	CatchUp     time.Duration // how late a missed run may still be posted; 0 means the default
	Lang        string        // of the words around the news; "" means the operator's
	Quiet       bool          // send nothing when there is nothing new; otherwise one line
	Threads     bool          // headlines in the channel, details in a thread under them
	Rules       Rules         // what it leaves out, and how often it may send

	Owner   Person // who asked for it
	From    string // "config" or "command"; config ones are changed in config alone
	Created time.Time
	NextRun time.Time // next scheduled time; zero while paused or suspended
	LastRun time.Time // scheduled time of the latest edition
	State   SubscriptionState
	Reason  string // why it is suspended, one sentence
}

// SubscriptionKind tells a scheduled digest from an alert and from a followed
// story.
type SubscriptionKind string

// The kinds of subscription.
const (
	DigestKind SubscriptionKind = "digest"
	AlertKind  SubscriptionKind = "alert"
	FollowKind SubscriptionKind = "follow" // Query is "story:ID"; updates under the first message
)

// SubscriptionState says whether a subscription runs.
type SubscriptionState string

// The states of a subscription.
const (
	Active    SubscriptionState = "active"
	Paused    SubscriptionState = "paused"    // by a person
	Suspended SubscriptionState = "suspended" // by the program, after a permanent error
	Removed   SubscriptionState = "removed"   // kept for undo and for the ledger
)

// Format is how much is shown of each story.
type Format string

// The formats.
const (
	Compact   Format = "compact"   // headline, at most 280 characters of summary, one line of where and when
	Cards     Format = "cards"     // the same with at most 500 characters
	Headlines Format = "headlines" // headline and one line of where and when
	Review    Format = "review"    // as Compact, with what was counted by country and topic: for a week
)

// Defaults of a subscription.
const (
	DefaultLength  = 7
	DefaultCatchUp = 6 * time.Hour
	DefaultWindow  = 7 * 24 * time.Hour // of an answer to a query without a window
)

// Person is someone on a platform. A person on two platforms is two Persons.
type Person struct {
	Platform  string // "slack", "discord", "terminal", "web"
	Workspace string // Slack team id; "" elsewhere
	ID        string // the platform's user id
	Name      string // display name when last seen; may be stale
}

// Destination is where something is posted.
type Destination struct {
	Platform  string // "slack", "discord", "web", "terminal"
	Workspace string // Slack team id, Discord guild id; "" when not known or a direct message
	Channel   string // channel id; for a direct message the user's id
	Direct    bool   // a person's direct messages
}

// String is the form that config and commands use: "slack:C0123ABC",
// "discord:1122", "slack:@U42" for a direct message, "web".
func (d Destination) String() string {
	if d.Channel == "" {
		return d.Platform
	}
	if d.Direct {
		return d.Platform + ":@" + d.Channel
	}
	return d.Platform + ":" + d.Channel
}
