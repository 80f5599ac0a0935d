package ingest

import (
	"context"
	"sync"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/tag"
)

// hint is what is known of a source.
type hint struct {
	hint  tag.Hint
	group string // newsroom; "" for one of its own
	until time.Time
}

// hints remembers for a while what the store knows of sources, so that not
// every article asks.
type hints struct {
	store Sources
	now   func() time.Time

	mu    sync.Mutex
	known map[string]hint
}

// hintLife is how long a change of a source's home or topics may go unseen,
// maxHints how many sources are remembered.
const (
	hintLife = time.Minute
	maxHints = 20_000
)

// of returns what is known of a source; nothing where it is unknown or the
// store does not answer: a hint is a help and no need.
func (h *hints) of(ctx context.Context, source string) hint {
	if source == "" {
		return hint{}
	}
	now := h.now()
	h.mu.Lock()
	got, ok := h.known[source]
	h.mu.Unlock()
	if ok && now.Before(got.until) {
		return got
	}
	src, err := h.store.Source(ctx, source)
	if err != nil && digest.CodeOf(err) != digest.NotFound {
		return got
	}
	got = hint{tag.Hint{Country: src.Country, Topics: src.Topics}, src.Group, now.Add(hintLife)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.known) >= maxHints {
		clear(h.known)
	}
	h.known[source] = got
	return got
}

// voice is the name under which a source counts: that of its newsroom where it
// has one, so that mirrors of one newsroom are one voice.
func (h *hints) voice(ctx context.Context, source string) string {
	if g := h.of(ctx, source).group; g != "" {
		return g
	}
	return source
}
