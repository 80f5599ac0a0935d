package brief

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/alert"
)

// leaningWorth is how much a full leaning adds to a story's score, or takes
// from it: enough to move it a few places, too little to bury what many
// sources report.
const leaningWorth = 0.3

// personal leaves out what is muted, and ranks anew by what someone leans to.
// What was found is shared between digests, so it is not changed.
func personal(found []hit, p digest.Profile, now time.Time) (kept []hit, muted int) {
	mutes := slices.DeleteFunc(slices.Clone(p.Mutes), func(m digest.Mute) bool { return !m.Active(now) })
	if len(mutes) == 0 && len(p.Leanings) == 0 {
		return found, 0
	}
	kept = make([]hit, 0, len(found))
	for _, h := range found {
		if h.muted(mutes) {
			muted++
			continue
		}
		h.Score *= leaning(p.Leanings, h.story)
		kept = append(kept, h)
	}
	if len(p.Leanings) > 0 {
		slices.SortStableFunc(kept, func(a, b hit) int { return cmp.Compare(b.Score, a.Score) })
	}
	return kept, muted
}

// muted reports a story that someone does not want to see: by itself, for what
// it is about, or since all that was found of it is from muted sources.
func (h *hit) muted(mutes []digest.Mute) bool {
	sources := make(map[string]bool)
	for _, m := range mutes {
		switch m.Kind {
		case digest.MuteStory:
			if h.holds(m.Value) {
				return true
			}
		case digest.MuteTopic:
			if digest.WeightOf(h.story.Topics, m.Value) >= digest.FirmWeight {
				return true
			}
		case digest.MuteCountry:
			if digest.WeightOf(h.story.Countries, m.Value) >= digest.FirmWeight {
				return true
			}
		case digest.MuteSource:
			sources[m.Value] = true
		}
	}
	return len(sources) > 0 && len(h.Articles) > 0 &&
		!slices.ContainsFunc(h.Articles, func(c digest.Candidate) bool { return !sources[c.Source] })
}

// holds reports a story by its ID, or by that of one that became a part of it,
// which is an article's.
func (h *hit) holds(id string) bool {
	n, err := strconv.ParseInt(id, 10, 64)
	return err == nil && (n == h.StoryID || slices.ContainsFunc(h.Articles, func(c digest.Candidate) bool { return c.ArticleID == n }))
}

// leaning is what a story's score is multiplied with, between 1-leaningWorth
// and 1+leaningWorth: the mean leaning to what it is about.
func leaning(leanings map[string]float64, st digest.Story) float64 {
	sum, n := 0.0, 0
	for _, slug := range append(digest.Firm(st.Countries), digest.Firm(st.Topics)...) {
		if l, ok := leanings[slug]; ok {
			sum += min(max(l, -digest.MaxLeaning), digest.MaxLeaning) / digest.MaxLeaning
			n++
		}
	}
	if n == 0 {
		return 1
	}
	return 1 + leaningWorth*sum/float64(n)
}

// filtered keeps the stories of which an article passes a subscription's
// filter, led by those that do.
func filtered(all []loaded, f digest.Filter) ([]loaded, error) {
	if noFilter(f) {
		return all, nil
	}
	m, err := alert.NewMatcher(alert.Query{Filter: f})
	if err != nil {
		return nil, err
	}
	out := make([]loaded, 0, len(all))
	for _, l := range all {
		var pass []digest.Article
		for i := range l.articles {
			if m.Miss(&l.articles[i]) == (alert.Miss{}) {
				pass = append(pass, l.articles[i])
			}
		}
		if len(pass) > 0 {
			l.articles = pass
			out = append(out, l)
		}
	}
	return out, nil
}

func noFilter(f digest.Filter) bool {
	return len(f.Include)+len(f.Exclude)+len(f.Sources)+len(f.NotSources)+len(f.Langs) == 0 && f.Match == "" && f.Unless == ""
}

// withoutSources takes the articles of muted sources out of stories that have
// others.
func withoutSources(all []loaded, p digest.Profile, now time.Time) []loaded {
	sources := make(map[string]bool)
	for _, m := range p.Mutes {
		if m.Kind == digest.MuteSource && m.Active(now) {
			sources[m.Value] = true
		}
	}
	if len(sources) == 0 {
		return all
	}
	out := slices.Clone(all)
	for i := range out {
		kept := slices.DeleteFunc(slices.Clone(out[i].articles), func(a digest.Article) bool { return sources[a.Source] })
		if len(kept) > 0 {
			out[i].articles = kept
		}
	}
	return out
}
