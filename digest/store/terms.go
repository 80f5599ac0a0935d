package store

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Limits of what is indexed of an article, the same on both databases. They
// come from tsvector: positions up to 16,383, 256 of one word; see
// https://www.postgresql.org/docs/current/textsearch-limitations.html.
const (
	maxPositions = 16_000
	maxRepeats   = 250
	maxTermBytes = 200
)

// mark begins the terms that stand for tags and days. No word holds it.
const mark = "~"

// filler takes the place of a word that must not be found: between title and
// body, so that no phrase spans both, and past the limits.
const filler = mark

// plainTerm is a word as it is indexed and asked for: without spaces, control
// characters and marks, ASCII letters lower. "" when nothing is left.
func plainTerm(s string) string {
	if simple(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r <= ' ' || r == '~' || r == 0x7f || r == '\uFFFD':
			return -1
		case r >= 'A' && r <= 'Z':
			return r + ('a' - 'A')
		}
		return r
	}, s)
	if len(s) > maxTermBytes {
		s = strings.ToValidUTF8(s[:maxTermBytes], "")
	}
	return s
}

// simple reports whether s is plain already, which nearly every word is.
func simple(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
			return false
		}
	}
	return len(s) <= maxTermBytes
}

// Terms that stand for what is not a word.
func countryTerm(slug string) string { return mark + "c" + strings.ToLower(slug) }
func topicTerm(slug string) string   { return mark + "t" + strings.ToLower(plainTerm(slug)) }
func dayTerm(t int64) string         { return mark + "d" + strconv.FormatInt(dayOf(t), 10) }

// dayOf is the UTC day of a stored time, counted from 1970.
func dayOf(t int64) int64 {
	const day = int64(24 * time.Hour / time.Microsecond)
	d := t / day
	if t%day < 0 {
		d--
	}
	return d
}

// indexed is an article's words as the index takes them.
type indexed struct {
	words []string // plain words in order: title, filler, body
	marks []string // tags and day
	terms []byte   // frequencies, see frequencies
}

// index works out what to store for an entry whose article counts at time t.
func index(e *digest.Entry, t int64) indexed {
	title, body := plainTerms(e.TitleTerms), plainTerms(e.BodyTerms)
	title = title[:min(len(title), maxPositions/2)]
	body = body[:min(len(body), maxPositions-len(title))]
	words := make([]string, 0, len(title)+1+len(body))
	words = append(append(append(words, title...), filler), body...)
	seen := make(map[string]int, len(words))
	for i, w := range words {
		if seen[w]++; seen[w] > maxRepeats {
			words[i] = filler
		}
	}
	return indexed{words: words, marks: marks(e, t), terms: frequencies(title, body)}
}

func plainTerms(in []string) []string {
	out := make([]string, len(in))
	for i, t := range in {
		if out[i] = plainTerm(t); out[i] == "" {
			out[i] = filler
		}
	}
	return out
}

func marks(e *digest.Entry, t int64) []string {
	out := []string{dayTerm(t)}
	for _, c := range e.Countries {
		if c.Weight >= digest.WeakWeight {
			out = append(out, countryTerm(c.Slug))
		}
	}
	for _, c := range e.Topics {
		if c.Weight >= digest.WeakWeight {
			out = append(out, topicTerm(c.Slug))
		}
	}
	return out
}

// frequencies packs how often each word stands in a title and a body: the
// number of words of both (two bytes each), then four bytes a distinct word,
// sorted: 24 bits of its hash, 3 bits of its count in the title, 5 in the
// body. Two words of one article share 24 bits about once in a thousand
// articles, and then only a score is a little too high.
func frequencies(title, body []string) []byte {
	counts := make(map[uint32]uint32, len(title)+len(body))
	for _, w := range title {
		if h := hashTerm(w); w != filler && counts[h]>>5 < 7 {
			counts[h] += 1 << 5
		}
	}
	for _, w := range body {
		if h := hashTerm(w); w != filler && counts[h]&31 < 31 {
			counts[h]++
		}
	}
	packed := make([]uint32, 0, len(counts))
	for h, n := range counts {
		packed = append(packed, h<<8|n)
	}
	slices.Sort(packed)
	out := make([]byte, 0, 4+4*len(packed))
	out = binary.BigEndian.AppendUint16(out, uint16(len(title)))
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)))
	for _, p := range packed {
		out = binary.BigEndian.AppendUint32(out, p)
	}
	return out
}

func hashTerm(w string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(w))
	s := h.Sum32()
	return (s ^ s>>24) & 0xffffff // folded, as the authors of FNV advise
}

// frequency reads what frequencies packed.
type frequency []byte

// lengths returns how many words the title and the body have.
func (f frequency) lengths() (title, body int) {
	if len(f) < 4 {
		return 0, 0
	}
	return int(binary.BigEndian.Uint16(f)), int(binary.BigEndian.Uint16(f[2:]))
}

// of returns how often a word stands in the title and in the body.
func (f frequency) of(hash uint32) (title, body int) {
	if len(f) < 8 {
		return 0, 0
	}
	f = f[4:]
	lo, hi := 0, len(f)/4
	for lo < hi {
		mid := (lo + hi) / 2
		p := binary.BigEndian.Uint32(f[4*mid:])
		switch {
		case p>>8 < hash:
			lo = mid + 1
		case p>>8 > hash:
			hi = mid
		default:
			return int(p >> 5 & 7), int(p & 31)
		}
	}
	return 0, 0
}
