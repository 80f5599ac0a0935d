package brief

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/daybrief/daybrief/digest"
)

// grown reports that a story has really grown since it was told: two more
// independent sources and half as many again, or, where no source came to it,
// twice the articles and at least four more.
func grown(before digest.Told, now digest.Story) bool {
	more := now.Sources - before.Sources
	if more >= 2 && 2*now.Sources >= 3*before.Sources {
		return true
	}
	return now.Articles >= 2*before.Articles && now.Articles-before.Articles >= 4
}

// developingShare is how many of a digest's stories may be ones that were told
// before, as long as there are new ones for the others: a story grows because
// many report it, so that ranking alone would fill a digest with yesterday's
// news.
func developingShare(length int) int { return max(length/3, 1) }

// roomForNew leaves out the weakest of the developing stories where n others
// are there to be considered, so that those are.
func roomForNew(news []hit, updates map[int64]digest.Told, length, n int) []hit {
	quota := max(spare*developingShare(length), n-(len(news)-len(updates)))
	if len(updates) <= quota {
		return news
	}
	out := make([]hit, 0, len(news))
	for _, h := range news {
		if _, is := updates[h.StoryID]; is {
			if quota--; quota < 0 {
				continue
			}
		}
		out = append(out, h)
	}
	return out
}

// balance orders stories so that the first length of them are new and
// developing ones in fair shares: the developing have one at least, and no more
// than developingShare unless the new ones do not fill the rest.
func balance(all []loaded, updates map[int64]digest.Told, length int) []loaded {
	out := make([]loaded, 0, len(all))
	var late []loaded
	developing, first := 0, 0 // how many, and where in out the first of them stands
	for _, l := range all {
		if _, is := updates[l.StoryID]; is {
			developing++
			if developing == 1 {
				first = len(out)
			}
			if developing > developingShare(length) {
				late = append(late, l)
				continue
			}
		}
		out = append(out, l)
	}
	if developing == 0 || developing == len(all) {
		return all
	}
	if last := length - 1; first > last && last > 0 {
		one := out[first]
		out = slices.Insert(slices.Delete(out, first, first+1), last, one)
	}
	return append(out, late...)
}

// parts are the sections of a digest: those of what is new, and what develops
// under a heading of its own. The new comes first, since it is what a digest
// is read for, unless the digest's first story is a developing one: the most
// important comes first whatever it is.
func (b *Briefer) parts(q digest.Query, stories []digest.StoryBrief, lang string) []digest.Section {
	var fresh, developing []digest.StoryBrief
	for _, s := range stories {
		if s.IsUpdate {
			developing = append(developing, s)
		} else {
			fresh = append(fresh, s)
		}
	}
	out := b.sections(q, fresh, lang)
	if len(developing) == 0 {
		return out
	}
	part := digest.Section{Developing: true, Stories: developing}
	if len(fresh) == 0 {
		return []digest.Section{part}
	}
	part.Title = say(lang, "Developing")
	if len(out) == 1 {
		out[0].Title = say(lang, "New")
	}
	if stories[0].IsUpdate {
		return append([]digest.Section{part}, out...)
	}
	return append(out, part)
}

// mark says of the stories that were told before what is new in them.
func (t teller) mark(stories []digest.StoryBrief, updates map[int64]digest.Told, o Order) {
	for i := range stories {
		s := &stories[i]
		before, is := updates[s.ID]
		if !is {
			continue
		}
		s.IsUpdate = true
		s.Change = t.change(*s, before, o)
	}
}

// change is the headline of the latest article since the last digest that says
// something else than the story's own; without one, how many sources or
// articles came, and which countries.
func (t teller) change(s digest.StoryBrief, before digest.Told, o Order) string {
	zone, err := time.LoadLocation(o.Subscription.Zone)
	if err != nil {
		zone = time.UTC
	}
	since := day(t.lang, o.Since.In(zone), o.Until.In(zone))
	if a := latest(s.Shown, o.Since); a != nil {
		return say(t.lang, "new since %s: %s", since, a.Title)
	}
	return say(t.lang, "since %s: %s", since, strings.Join(t.came(s, before, o.Since), ", "))
}

// latest is the newest of a story's articles since a time that has news beside
// the first, which leads it: of the same language, and later, where the first
// is news itself.
func latest(articles []digest.Article, since time.Time) *digest.Article {
	lead := &articles[0]
	if lead.Time().After(since) {
		since = lead.Time()
	}
	var found *digest.Article
	for i := range articles {
		a := &articles[i]
		if a.Time().Before(since) || a.Lang != lead.Lang || alike(lead.Title, a.Title) {
			continue
		}
		if found == nil || a.Time().After(found.Time()) {
			found = a
		}
	}
	return found
}

// came says in numbers what came to a story.
func (t teller) came(s digest.StoryBrief, before digest.Told, since time.Time) []string {
	var out []string
	count := func(n int, one, many string) {
		switch {
		case n == 1:
			out = append(out, say(t.lang, one))
		case n > 1:
			out = append(out, say(t.lang, many, n))
		}
	}
	if more := s.Story.Sources - before.Sources; more > 0 {
		count(more, "1 more source", "%d more sources")
	} else {
		count(s.Story.Articles-before.Articles, "1 more article", "%d more articles")
	}
	for _, c := range entered(s, since) {
		out = append(out, say(t.lang, "now %s too", t.b.heading(c, t.lang)))
	}
	return out
}

// maxEntered is how many countries are named that came to a story.
const maxEntered = 2

// entered are the countries that a story is firmly about and that none of its
// articles before a time was. Where not all articles are at hand, or none is so
// old, nothing is known of what it was about then.
func entered(s digest.StoryBrief, since time.Time) []string {
	old := make(map[string]bool)
	if len(s.Shown) < s.Articles {
		return nil
	}
	for i := range s.Shown {
		if a := &s.Shown[i]; a.Time().Before(since) {
			for _, c := range digest.Firm(a.Countries) {
				old[c] = true
			}
		}
	}
	if len(old) == 0 {
		return nil
	}
	fresh := slices.DeleteFunc(digest.Firm(s.Countries), func(c string) bool { return old[c] })
	return fresh[:min(len(fresh), maxEntered)]
}

// alike reports headlines with more than half of their words in common, and no
// number in the second that the first does not have: a toll that rises is news.
func alike(a, b string) bool {
	first := make(map[string]bool)
	for _, w := range terms(a) {
		first[w] = true
	}
	common, all := 0, len(first)
	seen := make(map[string]bool)
	for _, w := range terms(b) {
		switch {
		case seen[w]:
		case first[w]:
			common++
		case strings.ContainsFunc(w, unicode.IsDigit):
			return false
		default:
			all++
		}
		seen[w] = true
	}
	return 2*common > all
}
