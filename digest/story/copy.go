package story

import (
	"math/bits"
	"net/url"

	"github.com/daybrief/daybrief/digest/text"
)

// What counts as a copy. SimHash within ten bits finds nearly every text with
// one word in forty changed, and some that only share a style, so it proposes
// and the shingles decide.
const (
	copyBits    = 12  // SimHashes of copies differ in at most this many bits
	copyOverlap = 0.6 // least share of equal shingles of copies
	shingle     = 3   // words
	sketchSize  = 32
)

// sketch is a sample of an article's shingles: in each of 32 parts of the hash
// space the least hash, so that the share of equal ones estimates the overlap
// (one-permutation MinHash of Li, Owen and Zhang, 2012).
type sketch [sketchSize]uint32

const emptyBin = ^uint32(0)

// overlap estimates which share of the shingles of a and b is common to them.
func (a *sketch) overlap(b *sketch) float64 {
	same, seen := 0, 0
	for i := range a {
		if a[i] == emptyBin && b[i] == emptyBin {
			continue
		}
		seen++
		if a[i] == b[i] {
			same++
		}
	}
	if seen == 0 {
		return 0
	}
	return float64(same) / float64(seen)
}

// fingerprint hashes the words of an article in their order: all together,
// and, for a full text, as SimHash and sketch of its shingles.
func fingerprint(doc *text.Document, full bool) (all, simhash uint64, s sketch) {
	for i := range s {
		s[i] = emptyBin
	}
	var votes votes
	all = hashSeed
	var window [shingle]uint64
	for i := range doc.Words {
		h := hashString(doc.Words[i].Form)
		all = mix(all ^ h)
		if !full || i < int(doc.BodyFrom) {
			continue
		}
		copy(window[:], window[1:])
		window[shingle-1] = h
		if i >= int(doc.BodyFrom)+shingle-1 {
			g := mix(mix(mix(window[0])^window[1]) ^ window[2])
			votes.add(g)
			bin, rest := g>>59, uint32(g)
			s[bin] = min(s[bin], rest)
		}
	}
	return all, votes.sum(), s
}

// votes counts, for each of 64 bits, in how many hashes it was set. Eight
// byte-wide counters share a word, so that a hash costs eight additions.
type votes struct {
	lanes [8]uint64
	part  int
	total [64]int32
	n     int32
}

func (v *votes) add(h uint64) {
	for i := range v.lanes {
		v.lanes[i] += h >> i & 0x0101010101010101
	}
	v.n++
	if v.part++; v.part == 255 {
		v.flush()
	}
}

func (v *votes) flush() {
	for i := range v.lanes {
		for j := range 8 {
			v.total[j*8+i] += int32(v.lanes[i] >> (8 * j) & 0xff)
		}
		v.lanes[i] = 0
	}
	v.part = 0
}

// sum is the SimHash: the bits that most hashes had.
func (v *votes) sum() uint64 {
	v.flush()
	var out uint64
	for b, n := range v.total {
		if 2*n > v.n {
			out |= 1 << b
		}
	}
	return out
}

// sameText reports whether a and b are the same words, or nearly so.
func sameText(a, b *article) bool {
	if a.words == b.words {
		return true
	}
	return a.full && b.full && bits.OnesCount64(a.simhash^b.simhash) <= copyBits && a.sketch.overlap(b.sketch) >= copyOverlap
}

// urlHash is the hash of an address; 0 where it names no page of its own,
// like a site's front page that a broken feed gives to all its articles.
func urlHash(raw string) uint64 {
	if raw == "" {
		return 0
	}
	u, err := url.Parse(raw)
	if err != nil || ((u.Path == "" || u.Path == "/") && u.RawQuery == "") {
		return 0
	}
	return hashString(raw)
}

const hashSeed = 0xcbf29ce484222325

// hashString is FNV-1a with a final mix: the same on every machine and in
// every version, since hashes are stored.
func hashString(s string) uint64 {
	h := uint64(hashSeed)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 0x100000001b3
	}
	return mix(h)
}

// mix spreads the bits of h (the finaliser of MurmurHash3).
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
