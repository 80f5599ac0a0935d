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
	known []frequency // of each word; apart, since they are read far more often
	free  []uint32
	docs  int
	prior float64 // articles that the assumed shares of common words count as
	boost float32 // see tuning.nameBoost
}

// frequency is what the rarity of a word is made from.
type frequency struct {
	log   float32 // of how many articles have it, assumed ones included
	boost float32 // more than 1 for a word that is mostly written as a name
}

type word struct {
	stem    string
	surface string // as first seen
	df      int32  // live articles that have it
	names   int32  // of them, those that write it as a name
	common  float64
	groups  []int32 // slots of the stories that have it
}

func newVocabulary(p *tuning) *vocabulary {
	return &vocabulary{ids: map[string]uint32{}, prior: p.prior, boost: float32(p.nameBoost)}
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
	v.settle(id)
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
		v.known = append(v.known, frequency{})
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
	v.settle(id)
}

func (v *vocabulary) settle(id uint32) {
	w, f := &v.words[id], &v.known[id]
	f.log = float32(math.Log(float64(w.df) + 0.5 + v.prior*w.common))
	f.boost = 1
	if 2*w.names > w.df {
		f.boost = v.boost
	}
}

// rarity is how rare terms are at this moment.
type rarity struct {
	known []frequency
	all   float32 // logarithm of the number of articles, assumed ones included
}

func (v *vocabulary) rarity() rarity {
	return rarity{v.known, float32(math.Log(float64(v.docs) + 1 + v.prior))}
}

// of returns the inverse document frequency of a term.
func (r *rarity) of(id uint32) float64 { return float64(max(r.all-r.known[id].log, 0)) }

// square returns the square of a term's weight in the vectors of full texts or
// of headlines. Among the few words of a headline rarity counts less, and its
// capitals tell less of what is a name.
func (r *rarity) square(full bool, id uint32) float64 {
	f := &r.known[id]
	k := max(r.all-f.log, 0)
	if !full {
		return float64(k)
	}
	k *= f.boost
	return float64(k * k)
}
