package query

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
)

// builder turns units into a query.
type builder struct {
	r     *Reader
	q     *digest.Query
	now   time.Time
	units []unit
	out   []bool // by unit: it is to be left out of the answer
	lent  bool   // the region is that of an alias ("ecb"), and gives way to one that is said
}

func (b *builder) build() error {
	b.exclusions()
	b.leaning()
	for i, u := range b.units {
		if err := b.take(u, b.out[i]); err != nil {
			return err
		}
	}
	b.tidy()
	return nil
}

// content reports a unit that asks for something, or leaves it out.
func content(u unit) bool {
	return u.keyed.key != "" || !u.isTime && (u.class == named || u.class == stays || u.class == leans || u.class == outlet)
}

// exclusions finds the units to be left out: those marked with "-", those
// after "without", and what "and" or a comma joins to these.
func (b *builder) exclusions() {
	b.out = make([]bool, len(b.units))
	not, before, joined := false, false, false
	wanted := false // something is asked for already
	for i, u := range b.units {
		switch {
		case u.isTime:
		case u.class == weakExcludes && u.text == "no" && portuguese(b.q.Raw):
		case u.class == excludes || u.class == weakExcludes && b.namedAfter(i):
			not = true
		case u.class == excludesBefore:
			b.excludeBack(i)
			before = false
		case u.class == joins:
			joined = true
		case content(u):
			// "trade without us politics": what stands right beside belongs to it.
			beside := wanted && i > 0 && content(b.units[i-1]) && u.class == named
			byWord := not || before && (joined || u.comma && wanted || beside)
			b.out[i] = byWord || u.minus
			wanted = wanted || !b.out[i]
			not, before, joined = false, byWord, false
		}
	}
}

// portuguese reports a request in the language in which "no" is "in the".
func portuguese(raw string) bool {
	words := strings.Fields(fold(raw))
	return strings.ContainsAny(raw, "ãõçÃÕÇ") || slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"noticias", "em", "brasil", "sobre", "economia", "dos", "das", "hoje"}, w)
	})
}

// namedAfter reports that the next thing asked for is a name, of a firm too.
func (b *builder) namedAfter(i int) bool {
	for _, u := range b.units[i+1:] {
		if content(u) || u.isTime {
			return !u.isTime && (u.class == named || u.class == outlet || u.keyed.key != "" || u.class == stays && !u.word)
		}
	}
	return false
}

// excludeBack leaves out what stands before units[i], with what is joined to
// it: "중국과 일본 제외".
func (b *builder) excludeBack(i int) {
	joined := true
	for k := i - 1; k >= 0 && joined; k-- {
		if !content(b.units[k]) {
			continue
		}
		b.out[k] = true
		joined = false
		for k > 0 && !content(b.units[k-1]) {
			joined = joined || b.units[k-1].class == joins
			k--
		}
	}
}

// leaning settles the words that lean on a topic: beside one they vanish,
// elsewhere they are the name they may have, or a word.
func (b *builder) leaning() {
	for i, u := range b.units {
		if u.class != leans || u.isTime {
			continue
		}
		if b.topicBeside(i, -1) || b.topicBeside(i, 1) {
			b.units[i].class = filler
			b.units[i].isTime, b.units[i].also = false, nil
			b.units[i].lent = true
		}
	}
	for i, u := range b.units {
		if u.class != leans || u.isTime {
			continue
		}
		if len(u.also) > 0 {
			b.units[i].class, b.units[i].name, b.units[i].also = named, u.also[0], nil
		} else {
			b.units[i].class = stays
		}
	}
}

// topicBeside reports that the next thing in a direction is a topic, or leans
// on one itself.
func (b *builder) topicBeside(i, step int) bool {
	for k := i + step; k >= 0 && k < len(b.units); k += step {
		u := b.units[k]
		switch {
		case u.lent:
			return true
		case u.isTime, u.class == excludes, u.class == joins, step > 0 && u.comma, step < 0 && b.units[k+1].comma:
			return false
		case content(u):
			return u.class == named && b.out[k] == b.out[i] && b.hasTopic(u.name)
		}
	}
	return false
}

func (b *builder) hasTopic(n digest.Name) bool {
	return slices.ContainsFunc(n.Slugs, func(s string) bool { return !isCode(s) && b.r.titles.groups[s] == nil })
}

// take adds what a unit asks for.
func (b *builder) take(u unit, out bool) error {
	switch {
	case u.keyed.key != "":
		return b.takeKeyed(u.keyed, out)
	case u.isTime:
		b.takeWindow(u.window)
	case u.class == outlet:
		b.takeSource(u.name.Text, out)
	case u.class == named && out && b.onlyTheWord(u):
		b.takeTerm(u, true)
	case u.class == named:
		for _, n := range append([]digest.Name{u.name}, u.also...) {
			b.takeName(n, u, out)
		}
	case u.class == stays:
		b.takeTerm(u, out)
	}
	return nil
}

// onlyTheWord reports that a name to be left out is less than its country or
// topic, which may well be wanted: "us economy not trump", "ai without openai".
func (b *builder) onlyTheWord(u unit) bool {
	switch u.name.Kind {
	case digest.AliasName, digest.SeatName, digest.PlaceName:
		return true
	}
	for i, other := range b.units {
		if other.class == named && !other.isTime && !b.out[i] && other.text != u.text && slices.Equal(other.name.Slugs, u.name.Slugs) {
			return true
		}
	}
	return false
}

func (b *builder) takeWindow(w window) {
	if !w.since.IsZero() {
		b.q.Since = w.since
	}
	if !w.until.IsZero() {
		b.q.Until = w.until
	}
}

func (b *builder) takeSource(name string, out bool) {
	if out {
		b.q.Exclude.Sources = append(b.q.Exclude.Sources, name)
	} else {
		b.q.Source = name
	}
}

func (b *builder) takeName(n digest.Name, u unit, out bool) {
	if n.Kind == digest.GroupName {
		b.takeGroup(n.Slugs[0], u, out)
		return
	}
	for _, slug := range n.Slugs {
		switch {
		case isCode(slug) && out:
			b.q.Exclude.Countries = append(b.q.Exclude.Countries, slug)
		case isCode(slug):
			b.q.Countries = append(b.q.Countries, slug)
		case b.r.titles.groups[slug] != nil:
			b.takeGroup(slug, u, out)
		case out:
			b.q.Exclude.Topics = append(b.q.Exclude.Topics, slug)
		default:
			b.q.Topics = append(b.q.Topics, slug)
		}
	}
}

// takeGroup asks for a region. A second one becomes a word, since an article
// is seldom about two; one to be left out is left out country by country.
func (b *builder) takeGroup(slug string, u unit, out bool) {
	members := b.r.titles.groups[slug]
	lent := u.name.Kind == digest.AliasName
	switch {
	case out:
		b.q.Exclude.Countries = append(b.q.Exclude.Countries, members...)
	case b.q.Region == "" || b.q.Region == slug || b.lent:
		b.q.Region, b.q.Members, b.lent = slug, members, lent
	case lent: // "eu-ecb": the topic is what it adds
	default:
		b.takeTerm(u, false)
	}
}

func (b *builder) takeTerm(u unit, out bool) {
	term := strings.TrimSpace(u.text)
	if term == "" || utf8.RuneCountInString(term) == 1 && !solid([]rune(term)[0]) {
		return
	}
	switch {
	case out:
		b.q.Exclude.Terms = append(b.q.Exclude.Terms, term)
	case slices.Contains(b.q.Terms, term):
	case len(b.q.Terms) == maxTerms:
		b.q.Dropped = append(b.q.Dropped, term)
	default:
		b.q.Terms = append(b.q.Terms, term)
	}
}

// takeKeyed takes "key:value" as it was said.
func (b *builder) takeKeyed(t token, out bool) error {
	value := strings.TrimSpace(t.text)
	switch t.key {
	case "country", "topic", "region":
		return b.takeKeyedName(t.key, value, out)
	case "source":
		b.takeSource(b.r.sourceName(value), out)
	case "lang":
		b.q.Langs = append(b.q.Langs, strings.ToLower(value))
	case "word":
		b.takeTerm(unit{text: strings.ToLower(strings.ReplaceAll(value, "_", " "))}, out)
	case "exclude":
		return b.takeExclude(value)
	case "since", "until":
		return b.takeKeyedTime(t.key, value)
	}
	return nil
}

// takeExclude reads the value of "exclude:" as a request of its own.
func (b *builder) takeExclude(value string) error {
	sub := builder{r: b.r, q: b.q, now: b.now, units: b.r.parse(scan(value), b.now)}
	sub.exclusions()
	sub.leaning()
	for _, u := range sub.units {
		if err := sub.take(u, true); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) takeKeyedTime(key, value string) error {
	for _, lead := range []string{key + " ", ""} {
		tokens := scan(lead + value)
		if len(tokens) == 0 {
			continue
		}
		if w, ok := b.r.windowAt(tokens, 0, b.now); ok && w.end == len(tokens) {
			b.takeWindow(w)
			return nil
		}
	}
	return digest.Errorf(digest.Invalid, "I can't read “%s” as a time", value).WithHint("write %s:7d or %s:2026-11-01", key, key)
}

// takeKeyedName reads the value of "country:", "topic:" or "region:".
func (b *builder) takeKeyedName(key, value string, out bool) error {
	if up := strings.ToUpper(value); key == "country" && isCode(up) && b.r.titles.known(up) {
		b.takeName(digest.Name{Slugs: []string{up}}, unit{}, out)
		return nil
	}
	if low := strings.ToLower(value); b.r.titles.known(low) {
		b.takeName(digest.Name{Slugs: []string{low}}, unit{text: low}, out)
		return nil
	}
	tokens := scan(strings.ReplaceAll(value, "_", " "))
	units := b.r.parse(tokens, b.now)
	if fixed, ok := b.r.correct(tokens, units, b.now, b.q); ok {
		units = b.r.parse(fixed, b.now)
	}
	if len(units) != 1 || units[0].class != named || units[0].isTime {
		return digest.Errorf(digest.Invalid, "I don't know the %s “%s”", digest.Term(key), value).
			WithHint("leave out “%s:” to look for the word", key)
	}
	b.takeName(units[0].name, units[0], out)
	return nil
}

// tidy removes repeats, and asks for nothing that is to be left out.
func (b *builder) tidy() {
	q := b.q
	for _, list := range []*[]string{&q.Countries, &q.Topics, &q.Langs, &q.Exclude.Countries, &q.Exclude.Topics, &q.Exclude.Terms, &q.Exclude.Sources} {
		*list = unique(*list)
	}
	q.Countries = slices.DeleteFunc(q.Countries, func(c string) bool { return slices.Contains(q.Exclude.Countries, c) })
	q.Topics = slices.DeleteFunc(q.Topics, func(t string) bool { return slices.Contains(q.Exclude.Topics, t) })
	if q.Source != "" && slices.Contains(q.Exclude.Sources, q.Source) {
		q.Source = ""
	}
}

func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// sourceName returns the source's own spelling of a name, or the name.
func (r *Reader) sourceName(value string) string {
	tokens := scan(strings.ReplaceAll(value, "_", " "))
	for _, h := range r.lex.names.find(tokens, 0) {
		for _, e := range h.entries {
			if e.class == outlet && h.end == len(tokens) && !h.varied {
				return e.name.Text
			}
		}
	}
	return strings.ReplaceAll(value, "_", " ")
}
