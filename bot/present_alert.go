package bot

import (
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Alert is one story that a destination is told of at once.
type Alert struct {
	Subscription int64
	Name         string // what was asked for: "korea-trade"
	Slot         string // of its edition, under which it is found again
	Item         Item   // the story
	Sources      int    // independent ones
	Span         time.Duration
	Why          []string      // "KR", "trade", "“collapse”"
	Causes       []AlertCause  // the same at length
	Rules        digest.Rules  // that let it through
	Changes      []AlertChange // of a story that was told before
}

// AlertCause is what of a story was asked for: one of the first four, and the
// words of it that say so.
type AlertCause struct {
	Country, Topic, Word, Source string
	Because                      []string // "title: “Seoul”", as the tagger says it
}

// AlertChange is what has escalated: one of its fields.
type AlertChange struct {
	Sources, Before int
	Country         string
	Severity        string // a name of package alert's list: "deaths"
}

// AlertMessage is an alert, as every surface shows it.
func AlertMessage(a Alert, v View) Message {
	w := WordsIn(v.Lang)
	m := Message{Lang: w.Lang(), At: v.Now, Zone: v.Zone}
	m.Title = Text{B(w.Say("Alert: %s", a.Name)), S(" – "), {Text: a.Item.Title, Bold: true, URL: a.Item.URL}}
	if change := alertChanges(a.Changes, w); change != "" {
		m.Title = append(m.Title, S(" – "+change))
	}
	m.Lead = []Text{T(strings.Join(alertLine(a, w), " · "))}
	m.Why = alertReasons(a, w)
	m.Actions = alertActions(a, w)
	return m
}

func alertLine(a Alert, w Words) []string {
	parts := append([]string{}, a.Item.Summary...)
	sources := w.Say("%d sources", max(a.Sources, 1))
	if a.Span >= time.Minute {
		sources = w.Say("%s in %s", sources, w.Span(a.Span))
	}
	parts = append(parts, sources)
	if len(a.Why) > 0 {
		parts = append(parts, w.Say("why: %s", strings.Join(a.Why, ", ")))
	}
	if a.Item.Sample {
		parts = append(parts, w.Say("sample"))
	}
	return parts
}

// alertActions are the buttons of an alert: their arguments are ids in the
// store, so that old messages work.
func alertActions(a Alert, w Words) []Action {
	sub, story := strconv.FormatInt(a.Subscription, 10), strconv.FormatInt(a.Item.StoryID, 10)
	out := []Action{
		{ID: ActionID("followstory", story), Label: w.Say("Follow this story")},
		{ID: ActionID("mute", sub+"/"+story), Label: w.Say("Mute this story")},
	}
	return append(out, editionActions(a, w.Say("Why?"), w)...)
}

// editionActions are the buttons of an alert or bundle as a whole: fewer of
// them, and why it came where its edition is kept.
func editionActions(a Alert, why string, w Words) []Action {
	sub := strconv.FormatInt(a.Subscription, 10)
	out := []Action{{ID: ActionID("fewer", sub), Label: w.Say("Fewer alerts")}}
	if a.Slot != "" {
		out = append(out, Action{ID: ActionID("why", "s"+sub+"/"+a.Slot), Label: why})
	}
	return out
}

// alertReasons says at length what brought an alert: what was asked for and the
// words that say so, its sources, what is new since it was told before, and
// the rule that let it through.
func alertReasons(a Alert, w Words) []string {
	var out []string
	for _, c := range a.Causes {
		out = append(out, alertCause(c, w))
	}
	sources := w.Say("%d independent sources", max(a.Sources, 1))
	if a.Span >= time.Minute {
		sources = w.Say("%s in %s", sources, w.Span(a.Span))
	}
	if len(a.Item.Sources) > 0 {
		sources += " · " + w.Say("this article: %s", strings.Join(a.Item.Sources, ", "))
	}
	out = append(out, sources)
	if change := alertChanges(a.Changes, w); change != "" {
		out = append(out, w.Say("told before, and grown since: %s", change))
	}
	return append(out, w.Say("by the rule of %s: %s", a.Name, strings.Join(w.Rules(a.Rules), ", ")))
}

func alertCause(c AlertCause, w Words) string {
	var what string
	switch {
	case c.Country != "":
		what = w.Say("country %s", c.Country)
	case c.Topic != "":
		what = w.Say("topic %s", c.Topic)
	case c.Source != "":
		what = w.Say("source %s", c.Source)
	default:
		what = w.Say("word “%s”", c.Word)
	}
	if len(c.Because) == 0 {
		return what
	}
	var said []string
	for _, b := range c.Because {
		place, words, ok := strings.Cut(b, ": ")
		if ok {
			b = w.Told(place) + ": " + words
		}
		said = append(said, b)
	}
	return what + " (" + strings.Join(said, "; ") + ")"
}

// alertChanges says what has escalated: "now 8 independent sources, 4 before".
func alertChanges(changes []AlertChange, w Words) string {
	var parts []string
	for _, c := range changes {
		switch {
		case c.Country != "":
			parts = append(parts, w.Say("now %s too", c.Country))
		case c.Severity != "":
			parts = append(parts, w.Say("now with %s", severityWord(c.Severity, w)))
		default:
			parts = append(parts, w.Say("now %s, %d before", w.Say("%d sources", c.Sources), c.Before))
		}
	}
	return strings.Join(parts, ", ")
}

// severityWord is the name of a severe event in a person's language.
func severityWord(name string, w Words) string {
	switch name {
	case "war":
		return w.Say("war")
	case "nuclear":
		return w.Say("a nuclear event")
	case "coup":
		return w.Say("a coup")
	case "assassination":
		return w.Say("an assassination")
	case "tsunami":
		return w.Say("a tsunami")
	case "deaths":
		return w.Say("deaths")
	case "earthquake":
		return w.Say("an earthquake")
	case "explosion":
		return w.Say("an explosion")
	case "attack":
		return w.Say("an attack")
	}
	return lesserSeverityWord(name, w)
}

func lesserSeverityWord(name string, w Words) string {
	switch name {
	case "crash":
		return w.Say("a crash")
	case "collapse":
		return w.Say("a collapse")
	case "emergency":
		return w.Say("an emergency")
	case "injuries":
		return w.Say("injuries")
	case "resignation":
		return w.Say("a resignation")
	case "arrest":
		return w.Say("an arrest")
	case "disaster":
		return w.Say("a disaster")
	case "sanctions":
		return w.Say("sanctions")
	case "halt":
		return w.Say("a halt")
	}
	return name
}

// BundleMessage tells alerts that have waited, in one message.
func BundleMessage(alerts []Alert, v View) Message {
	w := WordsIn(v.Lang)
	m := Message{Lang: w.Lang(), At: v.Now, Zone: v.Zone, Title: Text{B(w.Say("%d alerts that waited", len(alerts)))}}
	var s Section
	for _, a := range alerts {
		it := a.Item
		it.Label, it.Change, it.Why = a.Name, alertChanges(a.Changes, w), alertReasons(a, w)
		s.Items = append(s.Items, it)
	}
	m.Sections = []Section{s}
	if len(alerts) > 0 {
		m.Actions = editionActions(alerts[0], w.Say("Why these?"), w)
	}
	return m
}

// FollowMessage tells what is new of a followed story.
func FollowMessage(story Item, news []Item, subscription int64, v View) Message {
	w := WordsIn(v.Lang)
	m := Message{Lang: w.Lang(), At: v.Now, Zone: v.Zone}
	m.Title = Text{B(w.Say("Update") + ": "), {Text: story.Title, Bold: true, URL: story.URL}}
	m.Lead = []Text{T(w.Say("%d articles", len(news)) + " · " + w.Say("%d sources", len(story.Sources)+story.More))}
	m.Sections = []Section{{Items: news}}
	m.Actions = []Action{{ID: ActionID("unsubscribe", strconv.FormatInt(subscription, 10)), Label: w.Say("Stop following")}}
	return m
}
