package ingest_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/ingest"
	"github.com/daybrief/daybrief/digest/tag"
	"github.com/daybrief/daybrief/digest/text"
)

// heldStore keeps the first transaction until it is let go, and refuses those
// with an article of a certain title.
type heldStore struct {
	*memory
	letGo   chan struct{}
	refuses string
}

func (s *heldStore) AddArticles(ctx context.Context, entries []digest.Entry) ([]digest.Added, error) {
	<-s.letGo
	for _, e := range entries {
		if e.Title == s.refuses {
			return nil, errDisk
		}
	}
	return s.memory.AddArticles(ctx, entries)
}

// lastTagger lets go once the last of some articles is read.
type lastTagger struct {
	homeTagger
	left  *atomic.Int32
	letGo chan struct{}
}

func (l lastTagger) Tag(doc *text.Document, h tag.Hint) (countries, topics []digest.Tag) {
	defer func() {
		if l.left.Add(-1) == 0 {
			close(l.letGo)
		}
	}()
	return l.homeTagger.Tag(doc, h)
}

// together adds one article for each caller at the same time.
func together(t *testing.T, s *heldStore, callers int) (counts []ingest.Counts, errs []error) {
	t.Helper()
	left := &atomic.Int32{}
	left.Store(int32(callers))
	s.letGo = make(chan struct{})
	p := ingest.New(ingest.Options{Store: s, Tagger: lastTagger{left: left, letGo: s.letGo}, Grouper: newFirstWord()})
	counts, errs = make([]ingest.Counts, callers), make([]error, callers)
	var wait sync.WaitGroup
	for i := range callers {
		wait.Go(func() {
			counts[i], errs[i] = p.Add(t.Context(), []digest.Article{article(fmt.Sprintf("storm %d hits coast", i))})
		})
	}
	wait.Wait()
	return counts, errs
}

func TestCallersAtOnceAreCountedApart(t *testing.T) {
	t.Parallel()
	s := &heldStore{memory: newMemory()}
	counts, errs := together(t, s, 100)
	for i := range counts {
		if errs[i] != nil || counts[i].New != 1 || counts[i].Known != 0 {
			t.Errorf("caller %d: %+v %v", i, counts[i], errs[i])
		}
	}
	checkWhole(t, s.memory)
}

func TestAFaultOfOneCallerIsNoOthers(t *testing.T) {
	t.Parallel()
	s := &heldStore{memory: newMemory(), refuses: "storm 7 hits coast"}
	counts, errs := together(t, s, 20)
	for i := range counts {
		if (errs[i] != nil) != (i == 7) || (counts[i].New == 1) != (i != 7) {
			t.Errorf("caller %d: %+v %v", i, counts[i], errs[i])
		}
	}
	checkWhole(t, s.memory)
}
