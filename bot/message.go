package bot

import (
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Message is what is to be seen, top to bottom. Any part may be empty.
type Message struct {
	Title    Text      `json:"title,omitempty"` // the heading: what and when
	Lead     []Text    `json:"lead,omitempty"`  // lines under it: what it was made from, how the request was read
	Sections []Section `json:"sections,omitempty"`
	Tail     []Text    `json:"tail,omitempty"`     // lines after the stories: "Also: 5 more"
	Notes    []Text    `json:"notes,omitempty"`    // set off: "2 of 34 sources could not be read this morning."
	Footer   []Text    `json:"footer,omitempty"`   // why it came, when it comes next
	Actions  []Action  `json:"actions,omitempty"`  // buttons under all of it
	ShowWhy  bool      `json:"show_why,omitempty"` // text shows each story's Why under it
	Why      []string  `json:"why,omitempty"`      // what brought it, each a line; kept for who asks, and shown nowhere in it
	Lang     string    `json:"lang,omitempty"`     // BCP 47 of the words around the news
	At       time.Time `json:"at,omitzero"`        // when it was made: what "2 h ago" is counted from where a platform cannot
	Zone     string    `json:"zone,omitempty"`     // IANA zone in which times are told where a platform cannot
	Silent   bool      `json:"silent,omitempty"`   // it makes no sound where the platform can choose that, as in quiet hours
}

// Section is a heading, then lines of text, then stories. A section without a
// title is the only one, or the rest.
type Section struct {
	Title   string   `json:"title,omitempty"`
	Lines   []Text   `json:"lines,omitempty"` // plain lines, such as a list of subscriptions
	Items   []Item   `json:"items,omitempty"`
	Actions []Action `json:"actions,omitempty"` // buttons that belong to this section
}

// Item is one story as it is shown. It is never split over two posts.
type Item struct {
	StoryID int64     `json:"story,omitempty"`
	Label   string    `json:"label,omitempty"` // "Update", "Alert"; said before the headline
	Title   string    `json:"title"`
	URL     string    `json:"url,omitempty"`     // http or https, or empty
	Change  string    `json:"change,omitempty"`  // what is new, said after the headline of an update
	Summary []string  `json:"summary,omitempty"` // whole sentences
	Sources []string  `json:"sources,omitempty"` // names, best first
	More    int       `json:"more,omitempty"`    // sources beyond those named
	Time    time.Time `json:"time"`
	Places  []string  `json:"places,omitempty"` // country codes
	Topics  []string  `json:"topics,omitempty"` // slugs
	Why     []string  `json:"why,omitempty"`    // shown where the message is about why
	Links   []Link    `json:"links,omitempty"`  // its articles, where a surface lists them
	Sample  bool      `json:"sample,omitempty"`
	Actions []Action  `json:"actions,omitempty"`
}

// Link is an article under a story.
type Link struct {
	Title  string    `json:"title"`
	URL    string    `json:"url,omitempty"`
	Source string    `json:"source,omitempty"`
	Time   time.Time `json:"time"`
}

// Text is a run of spans on one line.
type Text []Span

// Span is literal text with one look. At most one of URL, Time, Command and
// Place is set.
type Span struct {
	Text    string    `json:"text"` // literal; for a Time, what to show where a platform cannot
	Bold    bool      `json:"bold,omitempty"`
	Italic  bool      `json:"italic,omitempty"`
	Code    bool      `json:"code,omitempty"`
	URL     string    `json:"url,omitempty"`     // http or https
	Time    time.Time `json:"time,omitzero"`     // shown in the viewer's own zone where the platform can
	Command string    `json:"command,omitempty"` // a command to type, without the slash; linked where the platform can

	// Place is a channel, shown by its name where the platform can. It is never
	// from the news.
	Place digest.Destination `json:"place,omitzero"`
}

// T makes a text of plain literal words.
func T(s string) Text { return Text{{Text: s}} }

// B makes a bold span.
func B(s string) Span { return Span{Text: s, Bold: true} }

// S makes a plain span.
func S(s string) Span { return Span{Text: s} }

// P makes a span that names a channel; of anything else it is the words of
// config.
func P(d digest.Destination) Span {
	if d.Direct || d.Channel == "" {
		return S(d.String())
	}
	return Span{Text: d.String(), Place: d}
}

// String is the text without any look.
func (t Text) String() string {
	var b strings.Builder
	for _, s := range t {
		b.WriteString(s.Text)
	}
	return b.String()
}

// Action is a button, or a link that looks like one, or a menu.
type Action struct {
	ID      string   `json:"id,omitempty"`  // "v1:verb:argument", at most 100 bytes; see ActionID
	Label   string   `json:"label"`         // at most 34 runes, so that Discord does not cut it
	URL     string   `json:"url,omitempty"` // instead of ID: a link
	Style   Style    `json:"style,omitempty"`
	Confirm string   `json:"confirm,omitempty"` // asked before a delete: one sentence
	Options []Option `json:"options,omitempty"` // makes it a menu; the pressed option's Value comes as Request.Value
}

// Option is one choice of a menu.
type Option struct {
	Label string `json:"label"` // at most 75 runes
	Value string `json:"value"` // at most 75 bytes
	Hint  string `json:"hint,omitempty"`
}

// Style is how much a button asks to be pressed.
type Style string

// The styles.
const (
	Plain   Style = ""
	Primary Style = "primary"
	Danger  Style = "danger"
)

// MaxActionID is the longest action id, in bytes: Discord's custom_id, the
// tightest of the platforms.
const MaxActionID = 100

// ActionID joins a verb and its argument into the id of a button. Ids survive
// restarts and old messages, so the argument is an id in the store and never
// a state, and the version comes first.
func ActionID(verb, arg string) string {
	return "v1:" + verb + ":" + arg
}

// ParseActionID splits an id made by ActionID. ok is false for any other.
func ParseActionID(id string) (verb, arg string, ok bool) {
	rest, ok := strings.CutPrefix(id, "v1:")
	if !ok {
		return "", "", false
	}
	verb, arg, ok = strings.Cut(rest, ":")
	return verb, arg, ok && verb != ""
}
