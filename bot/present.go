package bot

import (
	"strings"
	"time"
	"unicode"

	"github.com/daybrief/daybrief/digest"
)

// View is how a brief or digest is to be told: in which language and zone, at
// what time, in which format.
type View struct {
	Lang   string
	Zone   string // IANA
	Now    time.Time
	Format digest.Format // "" means Compact
	Page   string        // address of the web page's digest, for "all of today's stories"; "" when there is none
}

// MaxSources is how many sources a story names.
const MaxSources = 3

// BriefMessage is the answer to a query, as every surface shows it. The
// caller adds the buttons that its surface can serve.
func BriefMessage(b digest.Brief, v View) Message {
	w := WordsIn(v.Lang)
	m := Message{Lang: w.Lang(), At: v.Now, Zone: v.Zone}
	m.Title = Text{B(queryName(b.Query, w))}
	m.Lead = append(m.Lead, briefLead(b, v, w))
	m.Lead = append(m.Lead, readDifferently(b.Query, w)...)
	m.Notes = mutedNote(b.Muted, w)
	if len(b.Stories) == 0 && b.Muted > 0 {
		return m
	}
	if len(b.Stories) == 0 {
		m.Lead = append(readDifferently(b.Query, w), nothingFound(b, v, w)...)
		if len(b.Top) > 0 {
			m.Sections = []Section{{Title: w.Say("Today's top stories"), Items: items(b.Top, v, w)}}
		}
		return m
	}
	m.Sections = []Section{{Items: items(b.Stories, v, w)}}
	if b.More > 0 {
		m.Tail = []Text{T(w.Say("Also: %d more stories.", b.More))}
	}
	return m
}

// mutedNote says how much is missing since it is muted, and where to see it.
func mutedNote(n int, w Words) []Text {
	if n == 0 {
		return nil
	}
	const command = "subscriptions mutes"
	return []Text{w.Text("%s, see %s.", w.Say("%d muted", n), Span{Text: "/" + command, Code: true, Command: command})}
}

func queryName(q digest.Query, w Words) string {
	if q.Empty() {
		return w.Say("Latest stories")
	}
	if q.Raw != "" && len(q.Corrections) == 0 {
		return q.Raw
	}
	return q.Slug()
}

func briefLead(b digest.Brief, v View, w Words) Text {
	var parts []string
	if b.Title != "" {
		parts = append(parts, b.Title)
	}
	parts = append(parts, windowName(b.Query, v, w), w.Say("%d stories", b.Offset+len(b.Stories)+b.More))
	return T(strings.Join(parts, " · "))
}

// windowName says "last 7 days", "last 24 h", or from when to when.
func windowName(q digest.Query, v View, w Words) string {
	if q.Since.IsZero() {
		return w.Say("all stored news")
	}
	zone := Zone(v.Zone)
	if !q.Until.IsZero() && v.Now.Sub(q.Until) > time.Minute {
		return w.Say("%s to %s", w.Date(q.Since.In(zone), v.Now), w.Date(q.Until.In(zone), v.Now))
	}
	d := v.Now.Sub(q.Since)
	switch {
	case q.Since.Year() < 1971:
		return w.Say("all stored news")
	case d > 31*24*time.Hour || (d > 48*time.Hour && d%(24*time.Hour) > time.Hour):
		return w.Say("since %s", w.Date(q.Since.In(zone), v.Now))
	}
	return w.Say("last %s", w.Span(d))
}

// readDifferently says where the request was not taken as typed.
func readDifferently(q digest.Query, w Words) []Text {
	var out []Text
	for _, c := range q.Corrections {
		out = append(out, w.Text("Showing %s: I read “%s” as %s.", B(q.Slug()), c.Typed, c.Read))
	}
	for _, d := range q.Dropped {
		out = append(out, w.Text("No story mentions “%s”; showing %s without it.", d, B(q.Slug())))
	}
	return out
}

// nothingFound says so, says what was understood, and offers what is near.
func nothingFound(b digest.Brief, v View, w Words) []Text {
	name := b.Query.Slug()
	if name == "" {
		name = w.Say("any topic")
	}
	out := []Text{w.Text("Nothing on %s in the %s.", B(name), windowName(b.Query, v, w))}
	if b.Title != "" {
		out = append(out, T(w.Say("I understood: %s.", b.Title)))
	}
	if len(b.Nearest) == 0 {
		return append(out, T(w.Say("No stored story is near it. Try a longer time, such as since 30d.")))
	}
	near := Text{S(w.Say("Nearest with stories:") + " ")}
	for i, n := range b.Nearest {
		if i > 0 {
			near = append(near, S(", "))
		}
		near = append(near, Span{Text: n.Query, Bold: true, Command: "brief " + n.Query}, S(w.Say(" (%d)", n.Stories)))
	}
	return append(out, append(near, S(".")))
}

// DigestMessage is one digest, as every surface shows it.
func DigestMessage(d digest.Digest, v View) Message {
	w := WordsIn(v.Lang)
	until := d.Until.In(Zone(v.Zone))
	m := Message{Lang: w.Lang(), At: v.Now, Zone: v.Zone}
	m.Title = Text{B(d.Name), S(" · " + w.Day(until))}
	if len(d.Stories) == 0 {
		m.Lead = []Text{quietLine(d, v, w)}
	} else {
		m.Lead = []Text{w.Text("%s from %s by %s, since %s",
			S(w.Say("%d stories", len(d.Stories)+d.Also)), S(w.Say("%d articles", d.From)), S(w.Say("%d sources", d.Brief.Sources)),
			S(sinceName(d.Since.In(Zone(v.Zone)), until, w)))}
	}
	if n := updates(d); n > 0 {
		m.Lead = append(m.Lead, T(w.Say("%d new, %d developing", len(d.Stories)-n, n)))
	}
	m.Lead = append(m.Lead, readDifferently(d.Query, w)...)
	for _, s := range d.Sections {
		m.Sections = append(m.Sections, section(s, v, w))
	}
	if len(d.Review) > 0 {
		m.Sections = append([]Section{reviewSection(d.Review, w)}, m.Sections...)
	}
	if d.Also > 0 {
		m.Tail = []Text{alsoLine(d.Also, v, w)}
	}
	m.Notes = digestNotes(d, until, w)
	if d.Muted > 0 {
		m.Notes = append(m.Notes, T(w.Say("%d muted", d.Muted)+"."))
	}
	return m
}

// section is one of a digest's. Under the heading of what develops no story
// needs to be called an update; what changed in it stands after its headline in
// every format.
func section(s digest.Section, v View, w Words) Section {
	out := Section{Title: s.Title, Items: items(s.Stories, v, w)}
	if s.Developing && s.Title != "" {
		for i := range out.Items {
			out.Items[i].Label = ""
		}
	}
	return out
}

// updates counts the stories that were told before and have grown.
func updates(d digest.Digest) int {
	n := 0
	for _, s := range d.Stories {
		if s.IsUpdate {
			n++
		}
	}
	return n
}

// reviewSection is the small table of a review.
func reviewSection(tallies []digest.Tally, w Words) Section {
	s := Section{Title: w.Say("In numbers")}
	for _, t := range tallies {
		s.Lines = append(s.Lines, w.Text("%s: %s, %d before", B(t.Title), w.Say("%d stories", t.Stories), t.Before))
	}
	return s
}

func alsoLine(n int, v View, w Words) Text {
	also := Text{{Text: w.Say("Also:"), Italic: true}, S(" " + w.Say("%d more", n))}
	if v.Page == "" {
		return also
	}
	return append(also, S(" – "), Span{Text: w.Say("all of today's stories"), URL: v.Page})
}

// quietLine tells a quiet day from a broken one.
func quietLine(d digest.Digest, v View, w Words) Text {
	since := sinceName(d.Since.In(Zone(v.Zone)), d.Until.In(Zone(v.Zone)), w)
	line := w.Text("Nothing new since %s.", S(since))
	if !d.Query.Empty() {
		line = w.Text("Nothing new on %s since %s.", B(queryName(d.Query, w)), S(since))
	}
	if d.Health.Sources > 0 && d.Health.Failed == 0 {
		line = append(line, S(" "+w.Say("All %d sources were read.", d.Health.Sources)))
	}
	return line
}

func digestNotes(d digest.Digest, until time.Time, w Words) []Text {
	var notes []Text
	if d.Late > 0 {
		at := until.Add(-d.Late)
		notes = append(notes, T(w.Say("Late by %s: the bot was not running at %s.", w.Span(d.Late), at.Format("15:04"))))
	}
	if d.Health.Failed > 0 {
		notes = append(notes, Text{{Text: w.Say("%d of %d sources could not be read.", d.Health.Failed, d.Health.Sources), Italic: true}})
	}
	return notes
}

// sinceName is "Friday 08:00 KST" within a week, else the date.
func sinceName(since, until time.Time, w Words) string {
	clock := since.Format("15:04 ") + ZoneName(since)
	if until.Sub(since) < 7*24*time.Hour {
		if w.Lang() == "ko" {
			return koreanDays[since.Weekday()] + " " + clock
		}
		return since.Format("Monday ") + clock
	}
	return w.Date(since, until) + " " + clock
}

func items(stories []digest.StoryBrief, v View, w Words) []Item {
	out := make([]Item, len(stories))
	for i, s := range stories {
		out[i] = item(s, v, w)
	}
	return out
}

func item(s digest.StoryBrief, v View, w Words) Item {
	it := Item{StoryID: s.ID, Title: s.Title, Time: s.Last, Places: digest.Firm(s.Countries), Topics: digest.Firm(s.Topics), Why: s.Why, Sample: s.Sample}
	if s.IsUpdate {
		it.Label, it.Change = w.Say("Update"), s.Change
	}
	if len(s.Shown) > 0 {
		it.URL = s.Shown[0].URL
	}
	it.Sources, it.More = sourceNames(s)
	if v.Format != digest.Headlines {
		for _, sentence := range s.Summary {
			it.Summary = append(it.Summary, sentence.Text)
		}
	}
	for _, a := range s.Shown {
		it.Links = append(it.Links, Link{Title: a.Title, URL: a.URL, Source: a.Source, Time: a.Time()})
	}
	return it
}

// sourceNames lists the story's sources in the order of its articles, the
// first MaxSources by name.
func sourceNames(s digest.StoryBrief) (names []string, more int) {
	seen := map[string]bool{}
	for _, a := range s.Shown {
		if a.Source != "" && !seen[a.Source] && len(names) < MaxSources {
			names = append(names, a.Source)
		}
		seen[a.Source] = true
	}
	return names, max(0, max(len(seen), s.Story.Sources)-len(names))
}

// WhyMessage tells of each story why it is there.
func WhyMessage(b digest.Brief, v View) Message {
	w := WordsIn(v.Lang)
	m := Message{Lang: w.Lang(), At: v.Now, Zone: v.Zone, Title: Text{B(w.Say("Why these stories"))}}
	for _, s := range b.Stories {
		sec := Section{Lines: []Text{{B(s.Title)}}}
		for _, why := range s.Why {
			sec.Lines = append(sec.Lines, T("– "+why))
		}
		m.Sections = append(m.Sections, sec)
	}
	return m
}

// ErrorMessage tells a person what happened, what to do, and an id to quote
// for which the log has the cause.
func ErrorMessage(err error, id, lang string) Message {
	w := WordsIn(lang)
	what, todo := w.Error(err)
	t := T(what)
	if todo != "" {
		t = append(t, S(" "+todo))
	}
	if id != "" {
		t = append(t, S(" ("+id+")"))
	}
	return Message{Lang: w.Lang(), Lead: []Text{t}}
}

// isHangul tells a letter of Korean, whose sentences begin with no capitals.
func isHangul(r rune) bool { return unicode.Is(unicode.Hangul, r) }

// sentence makes a capital first letter and a full stop; none after a command
// to be typed, which it would belong to.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return s
	}
	if c := s[0]; c >= 'a' && c <= 'z' && !strings.ContainsFunc(s, isHangul) {
		s = string(c-'a'+'A') + s[1:]
	}
	_, example, _ := strings.Cut(s, ": /")
	if (example == "" || strings.Contains(example, ". ")) && !strings.ContainsAny(s[len(s)-1:], ".!?)…") {
		s += "."
	}
	return s
}
