package feed

import (
	"time"

	"github.com/daybrief/daybrief/digest"
)

// What is done about dates that say nothing.
const (
	sameDates    = 5                // items that have one time between them, just now: that of the document
	justNow      = 10 * time.Minute // before a reading
	firstUndated = 3                // undated items of a new source that count as news
	beforeFirst  = 48 * time.Hour   // how long the others count as known
)

// settleDates makes dates usable for telling what is news.
//
// Some programs give all items the time at which they wrote the document:
// those are no dates. And at the first reading of a source nobody can tell
// how old its undated items are; one that holds a hundred would flood every
// channel. The first few count as news, as everywhere; the others count as
// first seen before, so that they are found but not posted.
func (r *Result) settleDates(kind digest.SourceKind, first bool) {
	at := r.Outcome.At
	if writtenTogether(r.Articles, at) {
		for i := range r.Articles {
			r.Articles[i].Published = time.Time{}
		}
	}
	if !first || kind == digest.PathSource {
		return
	}
	undated := 0
	for i := range r.Articles {
		a := &r.Articles[i]
		if !a.Published.IsZero() && a.Published.Before(at.Add(24*time.Hour)) {
			continue
		}
		if undated++; undated > firstUndated {
			a.Stored = at.Add(-beforeFirst).UTC()
		}
	}
}

// writtenTogether reports whether all dates are one, and that of the document.
func writtenTogether(articles []digest.Article, at time.Time) bool {
	if len(articles) < sameDates {
		return false
	}
	one := articles[0].Published
	if age := at.Sub(one); one.IsZero() || age > justNow || age < -justNow {
		return false
	}
	for _, a := range articles {
		if apart := a.Published.Sub(one); apart > time.Second || apart < -time.Second {
			return false
		}
	}
	return true
}
