package digest

import (
	"regexp"
	"time"
)

// Rules narrow what a subscription sends, and how often. The zero value means
// the defaults.
type Rules struct {
	// Big asks for a big story: at least so many independent sources within
	// Within. 0 means any story.
	Big    int           `json:"big,omitempty"`
	Within time.Duration `json:"within,omitempty"` // 0 means DefaultWithin

	Cooldown time.Duration `json:"cooldown,omitempty"` // least time between two alerts; 0 means none
	PerHour  int           `json:"per_hour,omitempty"` // most alerts in an hour, the rest comes as one bundle; 0 means DefaultPerHour

	Filter Filter `json:"filter,omitzero"`
}

// Defaults of Rules.
const (
	DefaultBig     = 4 // of "only big"
	DefaultWithin  = 2 * time.Hour
	DefaultPerHour = 6
	FollowSilence  = 7 * 24 * time.Hour // a followed story that is silent for so long is over
)

// Filter passes an article when all that is set holds. Words and expressions
// are looked for in title and body.
type Filter struct {
	Include    []string `json:"include,omitempty"`     // any of these words or phrases
	Exclude    []string `json:"exclude,omitempty"`     // none of these
	Match      string   `json:"match,omitempty"`       // RE2 expression, case-insensitive
	Unless     string   `json:"unless,omitempty"`      // RE2 expression that must not match
	Sources    []string `json:"sources,omitempty"`     // only these sources
	NotSources []string `json:"not_sources,omitempty"` // none of these
	Langs      []string `json:"langs,omitempty"`       // only these languages
}

// MaxExpression is the longest expression of a Filter, in bytes.
const MaxExpression = 500

// Expression reads an expression as filters match it: RE2, whatever the case.
func Expression(s string) (*regexp.Regexp, error) { return regexp.Compile("(?i)" + s) }

// Profile is what a person, or the people of a channel, have chosen for all
// that they get.
type Profile struct {
	Destination Destination        `json:"-"` // a person's direct messages, or a channel
	Quiet       QuietHours         `json:"quiet,omitzero"`
	Mutes       []Mute             `json:"mutes,omitempty"`
	Leanings    map[string]float64 `json:"leanings,omitempty"` // slug -> -1 (less) to 1 (more); bounded by MaxLeaning
	Updated     time.Time          `json:"updated,omitzero"`
}

// MaxLeaning bounds how far More and Less like this can shift a slug.
const MaxLeaning = 1.0

// QuietHours are when nothing but what was asked for may be sent. From equal
// to To means none, Weekends apart.
type QuietHours struct {
	From     int    `json:"from"`               // minutes after local midnight
	To       int    `json:"to"`                 // minutes after local midnight; before From: over midnight
	Weekends bool   `json:"weekends,omitempty"` // all of Saturday and Sunday too
	Drop     bool   `json:"drop,omitempty"`     // drop alerts instead of holding them for one bundle
	Zone     string `json:"zone,omitempty"`     // IANA
}

// Mute keeps something out of what a person or channel gets, for a time.
type Mute struct {
	Kind    MuteKind  `json:"kind"`
	Value   string    `json:"value"` // story ID, source name, topic slug, country code
	Label   string    `json:"label"` // for people: a headline, a name
	Created time.Time `json:"created"`
	Until   time.Time `json:"until,omitzero"` // zero: for good
}

// MuteKind says what is muted.
type MuteKind string

// The kinds of mute.
const (
	MuteStory   MuteKind = "story"
	MuteSource  MuteKind = "source"
	MuteTopic   MuteKind = "topic"
	MuteCountry MuteKind = "country"
)

// Active reports whether the mute holds at a time.
func (m Mute) Active(now time.Time) bool { return m.Until.IsZero() || now.Before(m.Until) }

// Alerted is what a destination was last alerted of a story: a further alert
// needs an escalation from there.
type Alerted struct {
	Destination    Destination
	StoryID        int64
	SubscriptionID int64
	Times          int      // how often it was alerted of the story, this one included
	Sources        int      // independent sources then
	Countries      []string // firm countries then
	Severity       string   // the severest word then; "" for none
	At             time.Time
}

// Held is an alert that waits: for the end of quiet hours, or for the next
// hour.
type Held struct {
	ID             int64
	Destination    Destination
	SubscriptionID int64
	StoryID        int64
	ArticleID      int64  // that would have alerted
	Why            string // "quiet", "cooldown", "limit"
	Created        time.Time
	Release        time.Time // when it may go, with all others that are held
}

// Trial is what a subscription would have sent: a dry run.
type Trial struct {
	Since, Until time.Time
	Alerts       []TrialAlert // first first
	Held         int          // of these, how many would have waited for a bundle
	Looked       int          // articles that were looked at
}

// TrialAlert is one alert of a dry run.
type TrialAlert struct {
	At      time.Time
	StoryID int64
	Title   string
}

// Step is one step on an article's way to a subscriber: what was looked at,
// and whether it let the article through. The first that did not is why it
// was not sent.
type Step struct {
	Passed bool
	Text   string // one sentence, in the language asked for
}

// Changed is what was changed of subscriptions and profiles since a state that
// was seen before, by whichever program.
type Changed struct {
	Subscriptions []Subscription // in every state
	Profiles      []Profile
	UpTo          int64 // the state that this leads to
	// Active and People count what there is now: active alerts and followed
	// stories, and profiles. Where a reader that has followed every change
	// counts others, something was deleted.
	Active, People int
}

// PersonData is all that is kept of a person: what an export holds.
type PersonData struct {
	Person        Person
	Subscriptions []Subscription // the person's own, and all to the person's direct messages; removed ones too
	Profile       Profile
	Answers       []Answer
	Audits        []Audit
	Settings      map[string]string
}
