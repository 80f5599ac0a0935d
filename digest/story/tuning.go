package story

import "math"

// profile holds what differs between comparing headlines and comparing full
// texts. Headlines of one event may share a single name, full texts share
// half their words.
type profile struct {
	alike                                                                 float64 // expected cosine of two single articles that may be of one event: where the bar starts
	least                                                                 float64 // the bar is never lower
	most                                                                  float64 // nor higher
	merge                                                                 float64 // factor on the bar for putting two stories together
	myoung, agree, conflict, young, power, theirs, theirs1, ours, mtheirs float64
	burst                                                                 float64 // hours in which news comes in a burst
	linger                                                                float64 // hours in which a story cools down
	hot                                                                   float64 // share of the decay that belongs to the burst
	timeless                                                              float64 // share of the similarity that no time takes away
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

// decay is the factor on the similarity to a story that lies hours away.
func (p *profile) decay(hours float64) float64 {
	d := p.hot*math.Exp(-hours/p.burst) + (1-p.hot)*math.Exp(-hours/p.linger)
	return p.timeless + (1-p.timeless)*d
}

// tuning holds every number that was chosen by measuring.
type tuning struct {
	head, full profile
	prior      float64 // see vocabulary
	nameBoost  float64
	title      float64 // weight of a term by where it stands, the body's being 1
	lead       float64
	contrast   float64
	mention    int
	candidates int // stories that are compared
	asked      int // terms that the index is asked for
	core       int // a story of n articles is compared by terms that 1 + n/core of them have
}

func defaultTuning() tuning {
	return tuning{
		head: profile{
			alike: 0.09, least: 0.2, most: 0.3, merge: 0.8, power: 0.5,
			burst: 6, linger: 72, hot: 0.5,
		},
		full: profile{
			alike: 0.13, least: 0.1, most: 0.7, young: 0.3, merge: 0.9, power: 1,
			theirs: 0.2, theirs1: 0.7, ours: 0.6, mtheirs: 0.6, agree: 0.1, conflict: 0.14,
			burst: 6, linger: 240, timeless: 0.9,
		},
		prior: 5000, nameBoost: 2, title: 2, lead: 1.5,
		mention:    10,
		candidates: 16, asked: 24, core: 24,
	}
}
