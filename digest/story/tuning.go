package story

import "math"

// profile holds what differs between comparing headlines and comparing full
// texts. Headlines of one event may share a single name, full texts share
// half their words.
type profile struct {
	// The bar: see bar.
	alike float64 // cosine that two single articles of one event have at least
	least float64 // the bar is never lower,
	most  float64 // nor higher,
	young float64 // but higher by this share for two single articles
	merge float64 // factor on it for two stories

	// Time: see decay and age.
	burst    float64 // hours in which news comes in a burst
	linger   float64 // hours in which a story cools down
	hot      float64 // share of the decay that belongs to the burst
	timeless float64 // share of the similarity that no time takes away
	aging    float64 // how much a story's bar rises with each day after the first
	oldest   float64 // the greatest factor by age

	// Evidence: see Grouper.compare.
	few       float64 // factor on the similarity to a small story with which only a word or two is shared
	strange   float64 // cost of names of the article that the story never mentions
	missing   float64 // cost of names of the story that the article never mentions,
	missing1  float64 // and more of it by this over the number of its articles
	apart     float64 // the same two between stories
	agree     float64 // gain of a number that counts the same, up to three
	conflict  float64 // cost of a number that counts otherwise, up to two
	contained float64 // similarity of a headline whose words all stand in a text
}

// bar is the similarity that sums of a and b articles need. If two articles
// of one event have an expected cosine r, sums of a and b of them have
//
//	r / sqrt((r + (1-r)/a) · (r + (1-r)/b))
//
// since what they share adds up and what they do not share is noise that
// averages out.
func (p *profile) bar(a, b int) float64 {
	r := p.alike
	noise := func(n int) float64 { return r + (1-r)/float64(n) }
	return min(max(r/math.Sqrt(noise(a)*noise(b)), p.least), p.most) * (1 + p.young/float64(a*b))
}

// decay is the factor on the similarity to a story whose latest article lies
// hours away.
func (p *profile) decay(hours float64) float64 {
	d := p.hot*math.Exp(-hours/p.burst) + (1-p.hot)*math.Exp(-hours/p.linger)
	return p.timeless + (1-p.timeless)*d
}

// age is the factor on the bar of a story that began hours before. An event is
// told within days; what comes later under the same names ("Gaza", "Trump") is
// another event, and without this a story would draw all of it.
func (p *profile) age(hours float64) float64 {
	return min(1+p.aging*max(0, hours/24-1), p.oldest)
}

// tuning holds every number that was chosen by measuring: on half of the
// labelled events, checked on the other half, on the same in another order, and
// by eye on a stream of modern headlines and on one of wire reports, where
// nothing is labelled but a story of a hundred articles on one country is
// plainly wrong.
type tuning struct {
	head, full profile
	prior      float64 // articles that the assumed shares of common words count as
	nameBoost  float64 // factor on the weight of names in full texts
	title      float64 // weight of a term by where it stands, the body's being 1
	lead       float64
	review     float64 // probability from which clusters are put together anew
	nearby     float64 // margin from which a neighbour is looked at with a story
	candidates int     // stories that are compared
	asked      int     // terms that the index is asked for
	core       int     // of a story of n articles, the terms count that 1 + n/core of them have
	mention    int     // a name is mentioned in a story when one in so many of its articles has it
}

func defaultTuning() tuning {
	return tuning{
		head: profile{
			alike: 0.09, least: 0.22, most: 0.35, young: 0.3, merge: 0.7, few: 0.7,
			burst: 6, linger: 72, hot: 0.5, aging: 0.7, oldest: 3.5,
			contained: 0.35,
		},
		full: profile{
			alike: 0.11, least: 0.1, most: 0.7, young: 0.5, merge: 1, few: 1,
			burst: 6, linger: 240, timeless: 0.9, aging: 0.2, oldest: 1.6,
			strange: 0.6, missing: 0.2, missing1: 0.7, apart: 0.5, agree: 0.1, conflict: 0.14,
		},
		prior: 5000, nameBoost: 2.5, title: 2, lead: 1.5,
		review: 0.5, nearby: 0.6,
		candidates: 12, asked: 24, core: 24, mention: 10,
	}
}
