package schedule

import (
	"context"
	"log/slog"
	"time"
)

// Watch calls Look when it is nudged, and every so often in case another
// process stored something. Looking is cheap when there is nothing new.
type Watch struct {
	Look  func(ctx context.Context) error
	Every time.Duration // 0 means a second
	Log   *slog.Logger

	nudged chan struct{}
}

// NewWatch makes a Watch.
func NewWatch(look func(ctx context.Context) error, log *slog.Logger) *Watch {
	return &Watch{Look: look, Log: log, nudged: make(chan struct{}, 1)}
}

// Nudge makes it look soon. It never waits.
func (w *Watch) Nudge() {
	select {
	case w.nudged <- struct{}{}:
	default:
	}
}

// Run looks until ctx is done. A look that fails is told once a row and tried
// again.
func (w *Watch) Run(ctx context.Context) error {
	every := w.Every
	if every == 0 {
		every = time.Second
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	failing := false
	for {
		err := w.Look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !failing {
			w.Log.ErrorContext(ctx, "looking for alerts fails; it goes on trying", "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-w.nudged:
		case <-ticker.C:
		}
	}
}
