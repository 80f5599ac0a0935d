package query

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
)

// MaxOffers is how many completions are offered: Discord shows no more.
const MaxOffers = 25

// item is something that a request can be completed to.
type item struct {
	slug string // "KR", "trade", "asean"
	text string // as it is put into the request: "korea", "한국"
	lang string // of text
}

// offer is a key under which an item is found: one of its names from the
// beginning of one of its words, folded.
type offer struct {
	key   string
	item  int32
	inner bool // the key is not the beginning of the name
}

// offers are all completions of one thing, in the order of their keys.
type offers struct {
	keys   []offer
	items  []item
	topics []int32 // items of English text
	places []int32 // countries and groups
}

// newOffers collects the items: each country, topic and group in English, and
// under its names in the other languages that requests are read in. Demonyms
// and towns lead to their country.
func (r *Reader) newOffers(names []digest.Name) offers {
	o := offers{}
	index := make(map[item]int32)
	add := func(it item) int32 {
		i, ok := index[it]
		if !ok {
			i = int32(len(o.items))
			index[it] = i
			o.items = append(o.items, it)
		}
		return i
	}
	inEnglish := make(map[string]item)
	for _, slug := range r.titles.order {
		it := item{slug: slug, text: r.word(slug)}
		if !r.readsBack(it) {
			continue // "g20" stays a word
		}
		inEnglish[slug] = it
		i := add(it)
		if r.isPlace(slug) {
			o.places = append(o.places, i)
		} else {
			o.topics = append(o.topics, i)
		}
	}
	for _, n := range names {
		if it, ok := r.offered(n, inEnglish); ok {
			o.add(n.Text, add(it))
		}
	}
	for _, e := range aliases() {
		if it, ok := r.offered(e.name, inEnglish); ok && e.class == named {
			o.add(e.name.Text, add(it))
		}
	}
	slices.SortFunc(o.keys, func(a, b offer) int {
		return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.item, b.item), cmp.Compare(asInt(a.inner), asInt(b.inner)))
	})
	o.keys = slices.Compact(o.keys)
	return o
}

func asInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// readsBack reports that an item's text is read as what it stands for.
func (r *Reader) readsBack(it item) bool {
	units := r.parse(scan(it.text), noTime)
	return len(units) == 1 && units[0].class == named && !units[0].isTime && units[0].name.Slugs[0] == it.slug
}

// offered is the item that a name leads to.
func (r *Reader) offered(n digest.Name, inEnglish map[string]item) (item, bool) {
	if len(n.Slugs) == 0 || !r.titles.known(n.Slugs[0]) || !slices.Contains(readLangs, baseLang(n.Lang)) && n.Lang != "other" {
		return item{}, false
	}
	slug := n.Slugs[0]
	if n.Kind == digest.AliasName {
		if n.Lang == "other" && latin(n.Text) {
			return item{}, false
		}
		return item{slug: strings.Join(n.Slugs, " "), text: aliasText(n.Text), lang: n.Lang}, true
	}
	if len(n.Slugs) > 1 && n.Kind != digest.GroupName {
		return item{}, false
	}
	title := n.Kind == digest.CountryName || n.Kind == digest.TopicName || n.Kind == digest.GroupName
	if !title || latin(n.Text) {
		it, ok := inEnglish[slug]
		return it, ok
	}
	return item{slug: slug, text: n.Text, lang: n.Lang}, true
}

func aliasText(name string) string {
	if latin(name) {
		return kebab(name)
	}
	return name
}

// latin reports a name in Latin letters: it is offered in English, since one
// language at a time is enough.
func latin(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) {
			return unicode.Is(unicode.Latin, r)
		}
	}
	return true
}

// add stores an item under a name and under what follows each word of it.
func (o *offers) add(name string, i int32) {
	tokens := nameTokens(name)
	for from := range tokens {
		if from > 0 && tokens[from].solid {
			break
		}
		key := joinedKey(tokens[from:])
		if from == 0 || utf8.RuneCountInString(key) > 3 {
			o.keys = append(o.keys, offer{key, i, from > 0})
		}
	}
}

// joinedKey joins tokens as keys are: solid characters without spaces.
func joinedKey(tokens []token) string {
	var b strings.Builder
	for i, t := range tokens {
		if i > 0 && !(t.solid && tokens[i-1].solid) {
			b.WriteByte(' ')
		}
		b.WriteString(t.form)
	}
	return b.String()
}

// Complete returns the best ways to go on with what has been typed, at most
// MaxOffers: countries, topics and groups that begin so, then their pairs.
// Each is a whole request that Read understands. popular tells how many
// stories of late are about a slug; it may be nil.
func (r *Reader) Complete(typed string, popular func(slug string) int) []string {
	if utf8.RuneCountInString(typed) > digest.MaxQuery {
		return nil
	}
	c := completion{r: r, count: counter(popular), seen: make(map[string]bool)}
	tokens := scan(clean(typed))
	open := strings.HasSuffix(typed, " ") || strings.HasSuffix(typed, "-")
	if len(tokens) == 0 {
		c.everything()
		return c.out
	}
	if !open {
		c.singles(tokens)
	}
	c.pairs(tokens, open)
	c.fill()
	return c.out
}

// counter remembers what it was told, since popular may be slow.
func counter(popular func(string) int) func(string) int {
	known := make(map[string]int)
	return func(slug string) int {
		n, ok := known[slug]
		if !ok && popular != nil {
			n = popular(slug)
			known[slug] = n
		}
		return n
	}
}

// completion is one call of Complete.
type completion struct {
	r     *Reader
	count func(string) int
	out   []string
	seen  map[string]bool
	found []item // single items offered, best first
}

func (c *completion) offer(text string) {
	if len(c.out) < MaxOffers && text != "" && !c.seen[text] {
		c.seen[text] = true
		c.out = append(c.out, text)
	}
}

// matching returns the items with a key that begins with prefix, the most
// popular first, then those whose key it is.
func (c *completion) matching(prefix string) []item {
	o := c.r.offers()
	keys := o.keys
	best := make(map[int32]int) // the length of the key, a thousand more for an inner one
	short := utf8.RuneCountInString(prefix) < 3 && isASCII(prefix)
	for i := sort.Search(len(keys), func(i int) bool { return keys[i].key >= prefix }); i < len(keys) && strings.HasPrefix(keys[i].key, prefix); i++ {
		if short && keys[i].inner {
			continue
		}
		weight := len(keys[i].key) + 1000*asInt(keys[i].inner)
		if old, ok := best[keys[i].item]; !ok || weight < old {
			best[keys[i].item] = weight
		}
	}
	ids := make([]int32, 0, len(best))
	for id := range best {
		ids = append(ids, id)
	}
	items := o.items
	slices.SortFunc(ids, func(a, b int32) int {
		whole := func(id int32) int { return min(best[id]-len(prefix), 1) + best[id]/1000 }
		return cmp.Or(cmp.Compare(whole(a), whole(b)), cmp.Compare(c.stories(items[b]), c.stories(items[a])),
			cmp.Compare(best[a], best[b]), strings.Compare(items[a].text, items[b].text))
	})
	out := make([]item, len(ids))
	for i, id := range ids {
		out[i] = items[id]
	}
	return out
}

// stories is how many stories an item has; an alias has what the rarer of its
// parts has.
func (c *completion) stories(it item) int {
	least := -1
	for slug := range strings.FieldsSeq(it.slug) {
		if n := c.count(slug); least < 0 || n < least {
			least = n
		}
	}
	return least
}

// singles offers what the whole text may be the beginning of.
func (c *completion) singles(tokens []token) {
	aliased := make(map[string]bool) // one alias for one thing
	for _, it := range c.matching(joinedKey(tokens)) {
		if len(c.out) == MaxOffers*2/3 {
			return
		}
		if strings.Contains(it.slug, " ") {
			if aliased[it.slug] {
				continue
			}
			aliased[it.slug] = true
		}
		c.found = append(c.found, it)
		c.offer(it.text)
	}
}

// pairs takes the first words as said and completes the rest.
func (c *completion) pairs(tokens []token, open bool) {
	last := len(tokens) - 1
	if open {
		last = len(tokens)
	}
	for k := last; k > 0; k-- {
		head, ok := c.head(tokens[:k])
		if !ok {
			continue
		}
		rest := c.r.popular(head, c.count)
		if k < len(tokens) {
			rest = slices.DeleteFunc(c.matching(joinedKey(tokens[k:])), func(it item) bool { return head.has(it, c.r) })
			slices.SortStableFunc(rest, func(a, b item) int { // a topic goes with a place better than another place
				return cmp.Compare(asInt(c.r.isPlace(a.slug)), asInt(c.r.isPlace(b.slug)))
			})
		}
		for _, it := range rest {
			c.offer(head.with(it))
		}
		return
	}
}

// heading is a part of a request that is complete.
type heading struct {
	text    string
	slugs   []string
	topic   bool
	foreign bool // typed in another script: joined with a space, not a hyphen
}

// head reads tokens as countries, groups and topics; ok is false when they
// hold anything else.
func (c *completion) head(tokens []token) (heading, bool) {
	h := heading{}
	var words []string
	for _, u := range c.r.parse(tokens, noTime) {
		switch {
		case u.class == filler && !u.isTime, u.class == particle, u.class == joins:
			continue
		case u.class != named || u.isTime || u.keyed.key != "" || u.minus:
			return h, false
		}
		for _, slug := range u.name.Slugs {
			if u.name.Kind == digest.GroupName && len(h.slugs) > 0 && slug != u.name.Slugs[0] {
				break
			}
			h.slugs = append(h.slugs, slug)
			h.topic = h.topic || !c.r.isPlace(slug)
		}
		words = append(words, u.text)
	}
	h.text = strings.Join(words, " ")
	h.foreign = !isASCII(h.text)
	if !h.foreign {
		h.text = strings.ReplaceAll(h.text, " ", "-")
	}
	return h, len(words) > 0
}

// has reports that the heading asks for the item's kind of thing already: a
// pair is a place and a topic, or two places.
func (h heading) has(it item, r *Reader) bool {
	return strings.Contains(it.slug, " ") || slices.Contains(h.slugs, it.slug) || !r.isPlace(it.slug) && h.topic
}

// isPlace tells a country or group from a topic.
func (r *Reader) isPlace(slug string) bool { return isCode(slug) || r.titles.groups[slug] != nil }

func (h heading) with(it item) string {
	if h.foreign || !isASCII(it.text) {
		return h.text + " " + it.text
	}
	return h.text + "-" + it.text
}

// popular returns what goes best with a heading: topics for a place, places
// for a topic, the most popular first.
func (r *Reader) popular(h heading, count func(string) int) []item {
	o := r.offers()
	ids := o.topics
	if h.topic {
		ids = o.places
	}
	out := make([]item, 0, len(ids))
	for _, id := range ids {
		it := o.items[id]
		if lang := langOf(h); lang != "" {
			if t, ok := r.titles.has(it.slug, lang); ok {
				it.text = t
			}
		}
		if !h.has(it, r) {
			out = append(out, it)
		}
	}
	slices.SortStableFunc(out, func(a, b item) int { return cmp.Compare(count(b.slug), count(a.slug)) })
	return out
}

// langOf guesses the language of a heading by its script, "" for Latin.
func langOf(h heading) string {
	for _, r := range h.text {
		switch {
		case unicode.Is(unicode.Hangul, r):
			return "ko"
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			return "ja"
		case unicode.Is(unicode.Han, r):
			return "zh"
		case unicode.Is(unicode.Cyrillic, r):
			return "ru"
		case unicode.Is(unicode.Arabic, r):
			return "ar"
		}
	}
	return ""
}

// fill adds pairs of the singles that were offered, in turns, until there are
// enough.
func (c *completion) fill() {
	var lists [][]string
	for _, it := range c.found[:min(len(c.found), 5)] {
		if strings.Contains(it.slug, " ") {
			continue
		}
		h := heading{text: it.text, slugs: []string{it.slug}, topic: !c.r.isPlace(it.slug), foreign: !isASCII(it.text)}
		var list []string
		for _, other := range c.r.popular(h, c.count) {
			list = append(list, pair(h, other))
		}
		lists = append(lists, list)
	}
	for k := 0; len(c.out) < MaxOffers; k++ {
		more := false
		for _, list := range lists {
			if k < len(list) {
				c.offer(list[k])
				more = true
			}
		}
		if !more {
			return
		}
	}
}

// pair writes a place and a topic with the place first.
func pair(h heading, other item) string {
	if h.topic && !h.foreign && isASCII(other.text) {
		return other.text + "-" + h.text
	}
	return h.with(other)
}

// everything offers the most popular places and topics, for nothing typed.
func (c *completion) everything() {
	o := c.r.offers()
	byCount := func(ids []int32) []item {
		out := make([]item, len(ids))
		for i, id := range ids {
			out[i] = o.items[id]
		}
		slices.SortStableFunc(out, func(a, b item) int { return cmp.Compare(c.count(b.slug), c.count(a.slug)) })
		return out
	}
	places, topics := byCount(o.places), byCount(o.topics)
	for i := range 5 {
		if i < len(places) && i < len(topics) {
			c.offer(places[i].text)
			c.offer(topics[i].text)
		}
	}
	for i := range min(5, len(places), len(topics)) {
		for _, t := range topics[:min(3, len(topics))] {
			c.offer(places[i].text + "-" + t.text)
		}
	}
}
