package command

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/daybrief/daybrief/bot"
)

// maxChoices is the most that a platform offers (Discord).
const maxChoices = 25

// popularity is how many stories each slug has had in a week, read at most
// once in its time, so that completing asks no database.
type popularity struct {
	mu      sync.Mutex
	at      time.Time
	bySlug  map[string]int
	reading bool
}

const popularFor = 5 * time.Minute

// read returns the counts. The first call reads them; later ones get what is
// there and have it renewed behind them.
func (p *popularity) read(ctx context.Context, store Memory, now time.Time) map[string]int {
	p.mu.Lock()
	fresh := p.bySlug != nil && now.Sub(p.at) < popularFor
	if fresh || p.reading {
		defer p.mu.Unlock()
		return p.bySlug
	}
	p.reading = true
	old := p.bySlug
	p.mu.Unlock()
	load := func(ctx context.Context) map[string]int {
		counts, err := store.Popular(ctx, now.Add(-7*24*time.Hour))
		p.mu.Lock()
		defer p.mu.Unlock()
		p.reading = false
		if err == nil {
			p.bySlug, p.at = counts, now
		}
		return p.bySlug
	}
	if old == nil {
		return load(ctx)
	}
	go load(context.WithoutCancel(ctx))
	return old
}

// Complete offers what the person may be typing.
func (h *Handler) Complete(ctx context.Context, r bot.Request, field, typed string) []bot.Option {
	switch field {
	case "query":
		popular := h.popular.read(ctx, h.o.Store, r.Now)
		return options(h.o.Reader.Complete(clip(typed, 100), func(slug string) int { return popular[slug] }))
	case "when":
		return options(matching(typed, "daily 8:00", "weekdays 8:00", "weekdays 7:30", "mondays 9:00", "fridays 16:00", "daily 7:00", "daily 18:00", "8:00 and 18:00", "weekends 10:00", "hourly"))
	case "action":
		return options(matching(typed, "edit 3 weekdays 9:00", "filter 3 exclude football", "mute source Reuters 7d", "mute topic sport 7d", "mute country us 3d", "mutes",
			"unmute 1", "quiet 22:00-7:00", "quiet 22:00-7:00 weekends drop", "quiet off", "leanings", "leanings reset", "whynot https://", "export", "forget me"))
	case "zone":
		return options(zonesLike(typed))
	}
	return nil
}

func options(values []string) []bot.Option {
	out := []bot.Option{}
	for _, v := range values {
		if len(out) < maxChoices && len(v) <= 75 {
			out = append(out, bot.Option{Label: v, Value: v})
		}
	}
	return out
}

func matching(typed string, values ...string) []string {
	typed = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(typed), " ", "_"))
	var out []string
	for _, v := range values {
		if typed == "" || strings.Contains(strings.ToLower(strings.ReplaceAll(v, " ", "_")), typed) {
			out = append(out, v)
		}
	}
	return out
}
