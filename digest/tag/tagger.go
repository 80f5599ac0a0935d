package tag

import (
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// Options configures a Tagger.
type Options struct {
	Topics []Definition // the operator's own; one with a built-in slug replaces it
}

// Tagger tells what articles are about. It is safe for use by several
// goroutines at once.
type Tagger struct {
	names  *gazetteer
	topics *topicScorer
}

// Hint is what is known of an article besides its text.
type Hint struct {
	Country string   // home of its source, ISO 3166-1 alpha-2; helps with places of one name in several countries
	Topics  []string // topics that its source is about
}

// New makes a Tagger. It fails with an Invalid error when a definition of a
// topic is wrong.
func New(o Options) (*Tagger, error) {
	// Each takes some 50 ms, which a person at a prompt waits for.
	type scored struct {
		s   *topicScorer
		err error
	}
	topics := make(chan scored, 1)
	go func() {
		s, err := newTopicScorer(o.Topics)
		topics <- scored{s, err}
	}()
	b := theGazetteer()
	t := <-topics
	if b.err != nil {
		return nil, digest.Errorf(digest.Internal, "build the tagger: %w", b.err)
	}
	if t.err != nil {
		return nil, t.err
	}
	return &Tagger{names: b.g, topics: t.s}, nil
}

// Tag judges an article. Both lists are sorted, strongest first, and hold weak
// tags too (see digest.Tag.Firm); each tag has at most four reasons.
func (t *Tagger) Tag(doc *text.Document, hint Hint) (countries, topics []digest.Tag) {
	return t.names.read(doc, hint.Country).tags(), withHinted(t.topics.score(doc), hint.Topics)
}

// hintedWeight is what a topic of the source counts for where the words do not
// speak of it: the feed of a sports desk is about sport whatever its words.
const hintedWeight = 0.6

func withHinted(tags []digest.Tag, hinted []string) []digest.Tag {
	for _, slug := range hinted {
		found := false
		for i := range tags {
			if tags[i].Slug == slug {
				found = true
				tags[i].Weight = max(tags[i].Weight, hintedWeight)
			}
		}
		if !found {
			tags = append(tags, digest.Tag{Slug: slug, Weight: hintedWeight, Why: []string{"its source"}})
		}
	}
	if len(hinted) > 0 {
		sortTags(tags)
	}
	return tags
}

// CountryFeatures returns what is seen of every country named in an article:
// the numbers that the weights are fitted on.
func (t *Tagger) CountryFeatures(doc *text.Document) []Features {
	r := t.names.read(doc, "")
	all := r.tallies()
	var out []Features
	var v [features]float64
	for i := range all {
		if all[i].title+all[i].body == 0 && !all[i].dateline {
			continue
		}
		r.features(&all[i], all, &v)
		out = append(out, Features{Country: t.names.codes[all[i].country], Headline: r.headline(), Values: append([]float64(nil), v[:]...)})
	}
	return out
}
