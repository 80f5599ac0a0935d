package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/daybrief/daybrief/digest"
)

// The last of the disk is not for articles: a morning's digests, their jobs
// and what became of them are a few megabytes, and must still find room when
// the news has filled the rest. A small volume keeps back less.
const (
	leastReserve = 16 << 20
	mostReserve  = 100 << 20
	reservedPart = 20 // of a disk, one of so many parts
	forJournal   = 4  // one of so many parts of the reserve is for the write-ahead log
)

// probeSize is how much is written to see whether a full database takes
// articles again: about a batch of them.
const probeSize = 4 << 20

// Room reports whether articles can be taken in: nil, or an error of which
// digest.ErrFull is the cause. Where storing something has failed for want of
// room, it writes a bit and takes it back, to see whether there is room again.
func (s *Store) Room(ctx context.Context) error {
	if err := s.enough(ctx); err != nil || !s.full.Load() {
		return err
	}
	err := s.probe(ctx)
	if err == nil {
		s.full.Store(false)
	}
	return err
}

// enough reports whether the disk of a SQLite file has more free than is kept
// back. Pages that are free within the file count: what was pruned is room.
func (s *Store) enough(ctx context.Context) error {
	if s.kind.name != SQLite {
		return nil // its disk is not ours to see; it tells when it is full
	}
	free, size, known := diskSpace(filepath.Dir(s.path))
	keep := min(max(size/reservedPart, leastReserve), mostReserve)
	owed := s.owed()
	if !known || free >= keep+owed {
		return nil
	}
	if free >= keep/forJournal+owed {
		var pages, each uint64
		err := s.reading().row(ctx, "SELECT freelist_count, page_size FROM pragma_freelist_count, pragma_page_size").Scan(&pages, &each)
		if err == nil && free+pages*each >= keep+owed {
			return nil
		}
	}
	return nearlyFull(free)
}

// owed is what is in the write-ahead log, and will be in the file too.
func (s *Store) owed() uint64 {
	wal, err := os.Stat(s.path + "-wal")
	if err != nil {
		return 0
	}
	return uint64(wal.Size())
}

func nearlyFull(free uint64) error {
	return caused(fault{code: digest.Unavailable, what: "the disk is nearly full, and the rest is kept for digests", full: true,
		hint: "make room on the disk; until then digests and answers go on with what is stored"}, "store articles", fmt.Errorf("%d MB are free", free>>20))
}

// probe writes some text that cannot be packed, and takes it back.
func (s *Store) probe(ctx context.Context) error {
	const name = "room.probe"
	raw := make([]byte, probeSize/4*3)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(raw) // it never fails
	err := s.SetSetting(ctx, name, base64.StdEncoding.EncodeToString(raw))
	if err == nil {
		err = s.SetSetting(ctx, name, "")
	}
	return err
}
