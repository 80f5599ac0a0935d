package ingest

import "sync"

// line is where batches wait for their turn. Whoever has it stores all that
// wait: with many sources read at once, each bringing an article or two, a
// transaction for each would cost more than all that is in it.
type line struct {
	mu      sync.Mutex
	waiting []*waiting
}

// waiting is the batch of one caller. After join, its fields belong to the one
// who has the turn.
type waiting struct {
	batch []analysed
	total *Counts

	alone bool // it was stored together with others, and that failed
	done  bool
	err   error
}

func (l *line) join(w *waiting) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, w)
}

// next takes the first batches out of the line, together at most limit
// articles, or one batch that has more.
func (l *line) next(limit int) []*waiting {
	l.mu.Lock()
	defer l.mu.Unlock()
	size, n := 0, 0
	for n < len(l.waiting) && (n == 0 || size+len(l.waiting[n].batch) <= limit) {
		size += len(l.waiting[n].batch)
		n++
	}
	out := l.waiting[:n:n]
	if l.waiting = l.waiting[n:]; len(l.waiting) == 0 {
		l.waiting = nil
	}
	return out
}

// settle keeps the first batches in the line, or w alone where keeping it
// with others has failed: the fault may be that of another batch, or the end
// of another caller's context.
func (l *line) settle(w *waiting, limit int, keep func([]*waiting) error) {
	together := []*waiting{w}
	if !w.alone {
		together = l.next(limit)
	}
	err := keep(together)
	for _, each := range together {
		if err != nil && len(together) > 1 {
			each.alone = true
			continue
		}
		each.done, each.err = true, err
	}
}
