package ingest_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/ingest"
)

// slowStore takes a second for each transaction with articles, and refuses
// those with an article that has a title of its.
type slowStore struct {
	*memory
	calls   atomic.Int32
	refuses string
}

func (s *slowStore) AddArticles(ctx context.Context, entries []digest.Entry) ([]digest.Added, error) {
	s.calls.Add(1)
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for _, e := range entries {
		if e.Title == s.refuses {
			return nil, errDisk
		}
	}
	return s.memory.AddArticles(ctx, entries)
}

// together adds one article for each caller at the same time.
func together(ctx context.Context, s *slowStore, callers int) (counts []ingest.Counts, errs []error) {
	p := ingest.New(ingest.Options{Store: s, Tagger: homeTagger{}, Grouper: newFirstWord(), Now: func() time.Time { return now }})
	counts, errs = make([]ingest.Counts, callers), make([]error, callers)
	var wait sync.WaitGroup
	for i := range callers {
		wait.Go(func() {
			mine := ctx
			if i == 0 {
				ctx, cancel := context.WithTimeout(ctx, 1500*time.Millisecond)
				defer cancel()
				mine = ctx
			}
			counts[i], errs[i] = p.Add(mine, []digest.Article{article(fmt.Sprintf("storm %d hits coast", i))})
		})
	}
	wait.Wait()
	return counts, errs
}

func TestCallersAreStoredTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slowStore{memory: newMemory()}
		counts, errs := together(t.Context(), s, 50)
		for i := range counts {
			if errs[i] != nil || counts[i].New != 1 || counts[i].Known != 0 {
				t.Errorf("caller %d: %+v %v", i, counts[i], errs[i])
			}
		}
		if n := s.calls.Load(); n > 3 {
			t.Errorf("%d transactions for 50 callers at once", n)
		}
		checkWhole(t, s.memory)
	})
}

func TestAFaultOfOneCallerIsNoOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slowStore{memory: newMemory(), refuses: "storm 7 hits coast"}
		counts, errs := together(t.Context(), s, 20)
		failed := 0
		for i := range counts {
			switch {
			case errs[i] != nil:
				failed++
			case counts[i].New != 1:
				t.Errorf("caller %d: %+v", i, counts[i])
			}
		}
		if errs[7] == nil || failed > 2 { // the other is the one whose time may be over
			t.Errorf("%d failed, the one that is refused: %v", failed, errs[7])
		}
		checkWhole(t, s.memory)
	})
}
