package ingest

import (
	"errors"
	"testing"
)

func batchOf(n int) *waiting { return &waiting{batch: make([]analysed, n)} }

func TestWhoHasTheTurnKeepsAllThatWait(t *testing.T) {
	t.Parallel()
	var l line
	all := []*waiting{batchOf(3), batchOf(4), batchOf(2), batchOf(300), batchOf(1)}
	for _, w := range all {
		l.join(w)
	}
	var sizes []int
	keep := func(together []*waiting) error { sizes = append(sizes, len(together)); return nil }
	for _, w := range all {
		for !w.done {
			l.settle(w, 8, keep)
		}
	}
	// 3 + 4; 2; 300, which is more than fits and goes all the same; 1.
	if len(sizes) != 4 || sizes[0] != 2 || sizes[1] != 1 || sizes[2] != 1 || sizes[3] != 1 {
		t.Errorf("kept together: %v", sizes)
	}
	if len(l.waiting) != 0 {
		t.Errorf("%d wait still", len(l.waiting))
	}
}

func TestAFaultIsTriedAlone(t *testing.T) {
	t.Parallel()
	var l line
	all := []*waiting{batchOf(1), batchOf(1), batchOf(1)}
	for _, w := range all {
		l.join(w)
	}
	fault := errors.New("refused")
	calls := 0
	keep := func(together []*waiting) error {
		calls++
		for _, w := range together {
			if w == all[1] {
				return fault
			}
		}
		return nil
	}
	for _, w := range all {
		for !w.done {
			l.settle(w, 8, keep)
		}
	}
	if all[0].err != nil || !errors.Is(all[1].err, fault) || all[2].err != nil || calls != 4 {
		t.Errorf("%v, %v, %v after %d calls", all[0].err, all[1].err, all[2].err, calls)
	}
}
