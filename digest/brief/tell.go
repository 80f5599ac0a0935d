package brief

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Lengths of a summary in runes, by format.
const (
	compactBudget = 280
	cardBudget    = 500
)

// maxShown is how many articles are listed with a story.
const maxShown = 12

// teller makes what people see of a story.
type teller struct {
	b      *Briefer
	q      digest.Query
	now    time.Time
	format digest.Format
	lang   string
}

// budget is how long a summary may be; 0 for none.
func (t teller) budget() int {
	switch t.format {
	case digest.Headlines:
		return 0
	case digest.Cards:
		return cardBudget
	}
	return compactBudget
}

// load reads the articles of stories. One whose articles are gone meanwhile
// is left out.
func (t teller) load(ctx context.Context, hits []hit) ([]loaded, error) {
	if len(hits) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.StoryID
	}
	articles, err := t.b.store.StoryArticles(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]loaded, 0, len(hits))
	for _, h := range hits {
		if len(articles[h.StoryID]) > 0 {
			out = append(out, loaded{h, order(h, articles[h.StoryID], t.q)})
		}
	}
	return out, nil
}

// tell tells stories: a summary, why, and the articles without their bodies.
func (t teller) tell(ctx context.Context, all []loaded) ([]digest.StoryBrief, error) {
	out := make([]digest.StoryBrief, 0, len(all))
	for _, l := range all {
		s := digest.StoryBrief{Story: l.story, Score: l.Score}
		s.Title = l.articles[0].Title // what it leads to
		if n := t.budget(); n > 0 {
			s.Summary = summarise(l.articles, n, t.q)
		}
		var err error
		if s.Why, err = t.why(ctx, l); err != nil {
			return nil, err
		}
		for _, a := range l.articles[:min(len(l.articles), maxShown)] {
			a.Body = ""
			s.Shown = append(s.Shown, a)
		}
		out = append(out, s)
	}
	return out, nil
}

// order puts a story's articles best first: the headline's own, unless it is
// foreign to the query, then the closest, one of each source before a second of
// any.
func order(h hit, articles []digest.Article, q digest.Query) []digest.Article {
	closeness := make(map[int64]int, len(h.Articles))
	for i, c := range h.Articles {
		closeness[c.ArticleID] = len(h.Articles) - i
	}
	own := func(a digest.Article) int {
		if a.Title == h.story.Title && (closeness[a.ID] > 0 || belongs(&a, q)) {
			return 1
		}
		return 0
	}
	out := slices.Clone(articles)
	slices.SortStableFunc(out, func(a, b digest.Article) int {
		return cmp.Or(cmp.Compare(own(b), own(a)), cmp.Compare(closeness[b.ID], closeness[a.ID]), b.Time().Compare(a.Time()), cmp.Compare(a.ID, b.ID))
	})
	return spread(out)
}

// belongs reports that an article that was not found, being older than the
// window, is about what was asked for all the same.
func belongs(a *digest.Article, q digest.Query) bool {
	for _, c := range q.Countries {
		if digest.WeightOf(a.Countries, c) < nearFacetFloor {
			return false
		}
	}
	for _, t := range q.Topics {
		if digest.WeightOf(a.Topics, t) < nearFacetFloor {
			return false
		}
	}
	return len(q.Members) == 0 || slices.ContainsFunc(q.Members, func(c string) bool { return digest.WeightOf(a.Countries, c) >= nearFacetFloor })
}

// spread puts the first article of each source before the second of any,
// keeping the order otherwise.
func spread(articles []digest.Article) []digest.Article {
	seen := make(map[string]bool)
	var first, rest []digest.Article
	for _, a := range articles {
		if seen[a.Source] {
			rest = append(rest, a)
			continue
		}
		seen[a.Source] = true
		first = append(first, a)
	}
	return append(first, rest...)
}

// why says why a story is in the answer, one reason a sentence.
func (t teller) why(ctx context.Context, l loaded) ([]string, error) {
	var out []string
	articles, st := l.articles, l.story
	for _, c := range t.q.Countries {
		out = append(out, say(t.lang, "country %s%s", c, t.because(articles, st, c, true)))
	}
	if len(t.q.Members) > 0 {
		if c := t.member(st, articles); c != "" {
			out = append(out, say(t.lang, "region %s: %s%s", t.q.Region, c, t.because(articles, st, c, true)))
		} else {
			out = append(out, say(t.lang, "region %s by name", t.q.Region))
		}
	}
	for _, topic := range t.q.Topics {
		out = append(out, say(t.lang, "topic %s%s", topic, t.because(articles, st, topic, false)))
	}
	if len(t.q.Countries)+len(t.q.Members)+len(t.q.Topics) == 0 {
		out = append(out, t.about(st, articles)...)
	}
	if len(t.q.Terms) > 0 {
		out = append(out, say(t.lang, "words “%s”", strings.Join(t.q.Terms, "”, “")))
	}
	if l.Sources > 1 {
		out = append(out, say(t.lang, "%d independent sources", l.Sources))
	} else {
		out = append(out, say(t.lang, "one source"))
	}
	out = append(out, say(t.lang, "%s old", age(t.lang, t.now.Sub(st.Last))))
	grouped, err := t.grouped(ctx, st, articles)
	if grouped != "" {
		out = append(out, grouped)
	}
	return out, err
}

// about says what a story is about where the query does not.
func (t teller) about(st digest.Story, articles []digest.Article) []string {
	var out []string
	if c := digest.Firm(st.Countries); len(c) > 0 {
		out = append(out, say(t.lang, "country %s%s", c[0], t.because(articles, st, c[0], true)))
	}
	if p := digest.Firm(st.Topics); len(p) > 0 {
		out = append(out, say(t.lang, "topic %s%s", p[0], t.because(articles, st, p[0], false)))
	}
	return out
}

// member is the country of the asked region that a story is most about.
func (t teller) member(st digest.Story, articles []digest.Article) string {
	best, weight := "", 0.0
	for _, c := range t.q.Members {
		if w := weightOf(articles, st, c, true); w > weight {
			best, weight = c, w
		}
	}
	return best
}

func weightOf(articles []digest.Article, st digest.Story, slug string, country bool) float64 {
	tags := st.Topics
	if country {
		tags = st.Countries
	}
	w := digest.WeightOf(tags, slug)
	for i := range articles {
		if country {
			w = max(w, digest.WeightOf(articles[i].Countries, slug))
		} else {
			w = max(w, digest.WeightOf(articles[i].Topics, slug))
		}
	}
	return w
}

// because gives the words that caused a tag, of the article with the strongest
// one: ` (title: “Seoul”)`; "" where none are kept.
func (t teller) because(articles []digest.Article, st digest.Story, slug string, country bool) string {
	var best digest.Tag
	look := func(countries, topics []digest.Tag) {
		tags := topics
		if country {
			tags = countries
		}
		for _, tag := range tags {
			if tag.Slug == slug && len(tag.Why) > 0 && tag.Weight > best.Weight {
				best = tag
			}
		}
	}
	for i := range articles {
		look(articles[i].Countries, articles[i].Topics)
	}
	if len(best.Why) == 0 {
		look(st.Countries, st.Topics)
	}
	if len(best.Why) == 0 {
		return ""
	}
	return " (" + joinReasons(t.lang, best.Why[:min(len(best.Why), 3)]) + ")"
}

// joinReasons says the place of several reasons once: `title: “Seoul”,
// “Korean”; lead: “won”`.
func joinReasons(lang string, reasons []string) string {
	var b strings.Builder
	last := ""
	for i, r := range reasons {
		place, words, ok := strings.Cut(r, ": ")
		switch {
		case i > 0 && ok && place == last:
			b.WriteString(", " + words)
			continue
		case i > 0:
			b.WriteString("; ")
		}
		b.WriteString(say(lang, place))
		if ok {
			b.WriteString(": " + words)
		}
		last = place
	}
	return b.String()
}

// grouped says from how many articles a story was made and what the last of
// them shares with the others.
func (t teller) grouped(ctx context.Context, st digest.Story, articles []digest.Article) (string, error) {
	if st.Articles < 2 {
		return "", nil
	}
	parts := []string{say(t.lang, "grouped from %d articles", st.Articles)}
	for i := len(articles) - 1; i >= 0; i-- {
		if articles[i].ID == st.ID {
			continue // it began the story
		}
		j, err := t.b.store.Join(ctx, articles[i].ID)
		if digest.CodeOf(err) == digest.NotFound {
			break
		}
		if err != nil {
			return "", err
		}
		if len(j.Shared) > 0 {
			parts = append(parts, say(t.lang, "shared words %s", strings.Join(j.Shared[:min(len(j.Shared), 3)], ", ")))
		}
		if j.Nearest > 0 && j.Needed > 0 {
			parts = append(parts, say(t.lang, "the nearest other story scored %.2f of %.2f needed", j.Nearest, j.Needed))
		}
		break
	}
	return parts[0] + joinRest(parts[1:]), nil
}

func joinRest(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, "; ")
}
