package story

import (
	"math"
	"strings"
)

// vocabulary numbers the terms of the live articles and knows how rare each
// is among them. A term that no live article has any more gives its number
// back, so that memory is bounded by the live window.
type vocabulary struct {
	ids   map[string]uint32
	words []word
	free  []uint32
	docs  int
	prior float64 // articles that the assumed shares of common words count as
	boost float64
}

type word struct {
	stem    string
	surface string // as first seen
	df      int32  // live articles that have it
	names   int32  // of them, those that write it as a name
	common  float64
	log     float64 // of the articles that have it, assumed ones included
	groups  []int32 // slots of the stories that have it
}

func newVocabulary(p *tuning) *vocabulary {
	return &vocabulary{ids: map[string]uint32{}, prior: p.prior, boost: p.nameBoost}
}

// add counts a term of an article and returns its number.
func (v *vocabulary) add(t *term) uint32 {
	id, ok := v.ids[t.stem]
	if !ok {
		id = v.grow(t)
	}
	w := &v.words[id]
	w.df++
	if t.name {
		w.names++
	}
	v.settle(w)
	return id
}

func (v *vocabulary) grow(t *term) uint32 {
	stem := strings.Clone(t.stem)
	surface := stem
	if t.surface != t.stem {
		surface = strings.Clone(t.surface)
	}
	w := word{stem: stem, surface: surface, common: lists().common[stem]}
	var id uint32
	if n := len(v.free); n > 0 {
		id, v.free = v.free[n-1], v.free[:n-1]
		w.groups = v.words[id].groups[:0]
		v.words[id] = w
	} else {
		id = uint32(len(v.words))
		v.words = append(v.words, w)
	}
	v.ids[stem] = id
	return id
}

// drop takes back what add did.
func (v *vocabulary) drop(id uint32, name bool) {
	w := &v.words[id]
	w.df--
	if name {
		w.names--
	}
	if w.df <= 0 {
		delete(v.ids, w.stem)
		v.free = append(v.free, id)
		return
	}
	v.settle(w)
}

func (v *vocabulary) settle(w *word) {
	w.log = math.Log(float64(w.df) + 0.5 + v.prior*w.common)
}

// rarity is the inverse document frequency of terms, at this moment.
type rarity struct {
	words []word
	all   float64 // logarithm of the number of articles, assumed ones included
	boost float64
}

func (v *vocabulary) rarity() rarity {
	return rarity{v.words, math.Log(float64(v.docs) + 1 + v.prior), v.boost}
}

// of returns the weight of a term: the rarer the greater, and greater for a
// word that is mostly written as a name.
func (r *rarity) of(id uint32) float64 {
	w := &r.words[id]
	k := r.all - w.log
	if k < 0 {
		return 0
	}
	if 2*w.names > w.df {
		k *= r.boost
	}
	return k
}

// weigh returns the weight of a term in a profile's vectors.
func (p *profile) weigh(r *rarity, id uint32) float64 {
	k := r.of(id)
	switch p.power {
	case 1:
		return k
	case .5:
		return math.Sqrt(k)
	}
	return math.Pow(k, p.power)
}
