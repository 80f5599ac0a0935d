package ingest

import (
	"hash/maphash"
	"sync"

	"github.com/daybrief/daybrief/digest"
)

// seen remembers the texts that were stored lately. A feed of a hundred items
// brings one that is new; the other ninety-nine need not be analysed to find
// that out. It is a memory only: what it has forgotten is found in the store.
//
// It holds two generations: when the younger is full it becomes the older, and
// what was in the older and did not come again is forgotten.
type seen struct {
	seed maphash.Seed

	mu         sync.Mutex
	young, old map[uint64]uint64 // identity -> text
}

// maxSeen is how many articles one generation holds, 16 bytes each.
const maxSeen = 100_000

func newSeen() *seen {
	return &seen{seed: maphash.MakeSeed(), young: map[uint64]uint64{}, old: map[uint64]uint64{}}
}

// keys returns what a clean article is known by, and what it says: its text,
// and what is known of its source, since that goes into its tags.
func (s *seen) keys(a *digest.Article, h hint) (identity, content uint64) {
	var m maphash.Hash
	m.SetSeed(s.seed)
	for _, part := range append([]string{a.Title, a.Body, a.URL, a.Lang, h.hint.Country}, h.hint.Topics...) {
		_, _ = m.WriteString(part)
		_ = m.WriteByte(0)
	}
	return maphash.String(s.seed, a.Identity()), m.Sum64()
}

// has reports whether an article was stored lately with this very content.
func (s *seen) has(identity, content uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	got, ok := s.young[identity]
	if !ok {
		if got, ok = s.old[identity]; ok {
			s.put(identity, got)
		}
	}
	return ok && got == content
}

// add remembers articles, once they are stored and grouped.
func (s *seen) add(batch []analysed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range batch {
		s.put(batch[i].identity, batch[i].content)
	}
}

func (s *seen) put(identity, content uint64) {
	if len(s.young) >= maxSeen {
		s.young, s.old = make(map[uint64]uint64, maxSeen), s.young
	}
	s.young[identity] = content
}
