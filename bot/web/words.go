package web

import (
	"time"
	"unicode"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// labels are the words of the pages themselves, in the visitor's language.
// They stand here and not in the templates, so that the test of the catalogue
// finds them; those of a message are in its own language.
type labels struct {
	Skip, Pages, Today, Ask, Archive, Sources, About              string // around each page
	What, Answers, Silent                                         string // the box
	NoDigest, Back, Older                                         string // lists
	Source, State, Last, Next, PerDay, Wrong, HowItGoes, NoSource string // the table of sources
	Read                                                          string // of a file
}

func labelsIn(lang string) labels {
	w := bot.WordsIn(lang)
	return labels{
		Skip: w.Say("Skip to the news"), Pages: w.Say("Pages"), Today: w.Say("Today"), Ask: w.Say("Ask"), Archive: w.Say("Past digests"), Sources: w.Say("Sources"),
		About: w.Say("summaries are sentences from the sources themselves"),
		What:  w.Say("Ask about a country, a topic, or both"), Answers: w.Say("Answers"),
		Silent:   w.Say("The bot does not answer. Is it running? Nothing was done."),
		NoDigest: w.Say("No digest was built yet. Until the first comes, “Today” shows what it would be."), Back: w.Say("Back to today"), Older: w.Say("Older digests"),
		Source: w.Say("Source"), State: w.Say("State"), Last: w.Say("Last read"), Next: w.Say("Next"), PerDay: w.Say("A day"), Wrong: w.Say("What went wrong"),
		HowItGoes: w.Say("How reading each source goes"), NoSource: w.Say("No source is set up. Add one with: daybrief sources add URL"),
		Read: w.Say("Read it here"),
	}
}

// stateName is a source's state in words.
func stateName(w bot.Words, s digest.SourceState) string {
	switch s {
	case digest.SourceOK:
		return w.Say("ok")
	case digest.SourceQuiet:
		return w.Say("quiet")
	case digest.SourceSlow:
		return w.Say("slow")
	case digest.SourceFailing:
		return w.Say("failing")
	case digest.SourceGone:
		return w.Say("gone")
	}
	return w.Say("new")
}

func ago(w bot.Words, t, now time.Time, zone string) string {
	if t.IsZero() {
		return w.Say("never")
	}
	return w.Ago(t, now, zone)
}

func until(w bot.Words, t, now time.Time) string {
	if t.IsZero() {
		return "–"
	}
	if d := t.Sub(now); d > 0 {
		return w.Say("in %s", w.Span(d))
	}
	return w.Say("due")
}

// tongue is the language of a headline where its script tells, for the
// attribute lang: "ko", "ja", or "" for what is left to the page's own.
func tongue(title string) string {
	for _, r := range title {
		switch {
		case unicode.Is(unicode.Hangul, r):
			return "ko"
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			return "ja"
		}
	}
	return ""
}
