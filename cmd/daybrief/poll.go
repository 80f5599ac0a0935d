package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
)

// poller reads the sources that are due. It is here because reading (feed),
// judging (ingest) and keeping (store) are plugged together here alone.
type poller struct {
	*server
	fetcher *feed.Fetcher
}

func (b *server) poller() *poller {
	return &poller{b, b.app.fetcher(b.environment)}
}

// pollBatch is how many due sources are taken at once.
const pollBatch = 256

// Poll reads sources until none is due. One that fails keeps no other
// waiting: its health says so, and it is tried again later.
func (p *poller) Poll(ctx context.Context) error {
	for ctx.Err() == nil {
		due, err := p.store.DueSources(ctx, p.now(), pollBatch)
		if err != nil || len(due) == 0 {
			return err
		}
		var saved atomic.Int64
		group, gctx := errgroup.WithContext(ctx)
		group.SetLimit(max(1, p.config.Fetch.Global))
		for _, src := range due {
			group.Go(func() error {
				err := p.one(gctx, src)
				if err == nil {
					saved.Add(1)
				}
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
		if saved.Load() == 0 || len(due) < pollBatch {
			return nil
		}
	}
	return ctx.Err()
}

// one reads a source and keeps what it brought and how it went. Only a fault
// of the store is an error.
func (p *poller) one(ctx context.Context, src digest.Source) error {
	result, err := p.fetcher.Poll(ctx, src)
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	added := 0
	if len(result.Articles) > 0 {
		counts, err := p.ingest.Add(ctx, result.Articles)
		if err != nil {
			return fmt.Errorf("store articles of %s: %w", src.Name, err)
		}
		added = counts.New
	}
	health := result.Settle(added)
	if feed.MustTell(health) {
		p.tell(ctx, src, health)
		health.ToldAt = p.now()
	}
	if result.Moved != "" {
		src.URL = result.Moved
		if _, _, err := p.store.SaveSource(ctx, src); err != nil && digest.CodeOf(err) != digest.Conflict {
			return fmt.Errorf("move %s: %w", src.Name, err)
		}
		p.log.InfoContext(ctx, "a source has moved", "source", src.Name, "to", result.Moved)
	}
	if err := p.store.SaveHealth(ctx, src.ID, health); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("keep the health of %s: %w", src.Name, err)
	}
	return nil
}

// tell says once that a source fails: in the log, and to the operator.
func (p *poller) tell(ctx context.Context, src digest.Source, h digest.SourceHealth) {
	p.log.WarnContext(ctx, "a source cannot be read", "source", src.Name, "failures", h.Failures, "why", h.LastError)
	w := bot.WordsIn(p.config.Language)
	text := w.Text("I cannot read %s: %s I go on trying, less often.", bot.B(src.Name), h.LastError)
	p.troubles.Notice(ctx, bot.Message{Lang: w.Lang(), At: p.now(), Lead: []bot.Text{text}}, schedule.NoticeKey("source", src.ID, p.now()))
}
