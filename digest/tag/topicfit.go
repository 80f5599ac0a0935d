package tag

import (
	_ "embed"
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/daybrief/daybrief/digest"
)

// topicFit turns evidence into the probability that an article is about a
// topic: a logistic regression over the four values of topicFeatures, with a
// bias of the topic's own where labelled articles were at hand.
type topicFit struct{ bias float64 }

type topicWeights struct{ base, title, lead, body, share float64 }

// The weights of the regression, for articles with a body and for headlines.
//
// Those of articles were fitted to old wire copy with editors' labels, together
// with topicBias and with the factors in data/topics-fit.txt. Those of headlines
// were set by hand so that one term of weight 1 gives 0.77 and one of weight 0.6
// just enough, and checked on modern headlines that a person labelled: editors of
// the wire gave an article one topic, readers of a headline see two.
var (
	articleFit  = topicWeights{base: -3.9, title: 1.5, lead: 1.35, body: 1.21, share: 3.04}
	headlineFit = topicWeights{base: -3.25, title: 5, share: 0.9}
)

// topicBias is added for topics of which the labelled articles had more or
// fewer than their words alone would tell. For jobs it was fitted to -1.7, on
// 42 articles, nearly all of them figures of unemployment; half of it is kept,
// since strikes and lay-offs belong here too.
var topicBias = map[string]float64{
	"trade": -0.14, "monetary-policy": -0.67, "currencies": 0.48, "energy": 0.46, "agriculture": 0.54, "metals": 0.23,
	"shipping": 0.91, "growth": -0.26, "jobs": -0.9, "business": 0.13,
}

// topicShape is what the document as a whole says.
type topicShape struct {
	words int     // of the body
	best  float64 // the plain score of the strongest topic
}

func (f topicFit) probability(e *topicEvidence, s topicShape) float64 {
	w, bias := &articleFit, f.bias
	if s.words == 0 {
		w, bias = &headlineFit, 0
	}
	x := topicFeatures(e, s)
	z := w.base + bias + w.title*x.title + w.lead*x.lead + w.body*x.body + w.share*x.share + passage(e, s)
	return 1 / (1 + math.Exp(-z))
}

// A topic of a long article that the lead names and that has a passage of its
// own below is one of several that the article is about, however strong the
// first is. The labels that the weights were fitted to give most articles one
// topic and are silent here, so this is set by hand: an article of 350 words
// or more gets it whole, one of 100 words nothing.
const (
	passageGain  = 1.0
	passageTerms = 2.5 // weight of the body's terms that make a passage
	passageFrom  = 100 // words
	passageWhole = 350
)

func passage(e *topicEvidence, s topicShape) float64 {
	if e.sum[inLead] == 0 || e.sum[inBody] < passageTerms {
		return 0
	}
	return passageGain * min(max(float64(s.words-passageFrom)/(passageWhole-passageFrom), 0), 1)
}

// topicValues are what the probability is computed from.
type topicValues struct{ title, lead, body, share float64 }

// topicFeatures damps the sums, since a fifth term adds less than a second;
// makes the body's independent of its length; and compares the topic with the
// strongest one: an article has few topics, however many words it has.
func topicFeatures(e *topicEvidence, s topicShape) topicValues {
	length := math.Sqrt(math.Max(float64(s.words), 50) / 100)
	share := 1.0
	if s.best > 0 {
		share = e.plain() / s.best
	}
	return topicValues{
		title: math.Log1p(float64(e.sum[inTitle])),
		lead:  math.Log1p(float64(e.sum[inLead])),
		body:  math.Log1p(float64(e.sum[inBody]) / length),
		share: 1 + math.Log(share+0.05),
	}
}

// plain is the sum of a topic's evidence by place, used to compare topics.
func (e *topicEvidence) plain() float64 {
	return 2.5*float64(e.sum[inTitle]) + 1.5*float64(e.sum[inLead]) + 0.6*float64(e.sum[inBody])
}

//go:embed data/topics-fit.txt
var topicFactors string

// readFactors returns, by topic and by a term's words, how much more the term
// says in articles with a body than its weight.
var readFactors = sync.OnceValues(func() (map[string]map[string]float32, error) {
	return parseFactors(topicFactors)
})

func parseFactors(data string) (map[string]map[string]float32, error) {
	out := map[string]map[string]float32{}
	for _, line := range joinLines(data) {
		slug, list, ok := strings.Cut(line, ":")
		if !ok || !isSlug(slug) {
			return nil, digest.Errorf(digest.Invalid, "the line %q is not a topic, a colon and factors", quoted(line))
		}
		factors := map[string]float32{}
		for item := range strings.SplitSeq(list, ",") {
			item = strings.TrimSpace(item)
			i := strings.LastIndexByte(item, ' ')
			if i < 0 {
				return nil, digest.Errorf(digest.Invalid, "topic %s: %q is not a term and a factor", slug, quoted(item))
			}
			f, err := strconv.ParseFloat(item[i+1:], 32)
			if err != nil || !(f > 0 && f < 10) {
				return nil, digest.Errorf(digest.Invalid, "topic %s: the factor of %q is not a number above 0", slug, quoted(item))
			}
			factors[item[:i]] = float32(f)
		}
		out[slug] = factors
	}
	return out, nil
}
