package main

import (
	"context"
	"errors"
	"sync"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
)

// poller reads the sources that are due. It is here because reading (feed),
// judging (ingest) and keeping (store) are plugged together here alone.
type poller struct {
	*server
	sources *feed.Poller
	watch   sync.Once
}

func (b *server) poller() *poller {
	p := &poller{server: b}
	p.sources = feed.NewPoller(feed.PollerOptions{
		Fetcher: b.app.fetcher(b.environment), Store: b.store, Take: p.take, Tell: p.tell, Concurrent: b.config.Fetch.Global,
		Watcher: feed.NewWatcher(b.log), Now: b.now, Log: b.log,
	})
	return p
}

// Poll reads sources until none is due. The first call begins to watch files
// and folders too, for as long as the program runs.
func (p *poller) Poll(ctx context.Context) error {
	p.watch.Do(func() {
		go func() {
			if err := p.sources.Watch(p.ctx); err != nil {
				p.log.WarnContext(p.ctx, "files are looked at every minute only", "error", err)
			}
		}()
	})
	// A job may go on for a while after the program was told to stop; reading
	// sources can be stopped at any point, so nobody waits for it.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.ctx, cancel)()
	if !p.room.look(ctx) {
		return nil // what a source brings could not be kept
	}
	err := p.sources.Poll(ctx)
	if errors.Is(err, digest.ErrFull) {
		p.room.note(err)
		return nil
	}
	if err != nil && p.ctx.Err() == nil {
		return err
	}
	return nil
}

// take stores what a source brought.
func (p *poller) take(ctx context.Context, articles []digest.Article) (added int, err error) {
	counts, err := p.ingest.Add(ctx, articles)
	return counts.New, err
}

// tell says once that a source fails: in the log, and to the operator.
func (p *poller) tell(ctx context.Context, src digest.Source, h digest.SourceHealth) {
	p.log.WarnContext(ctx, "a source cannot be read", "source", src.Name, "failures", h.Failures, "why", h.LastError)
	p.tellOperator(ctx, "source", src.ID, p.words().Text("I cannot read %s: %s I go on trying, less often.", bot.B(src.Name), h.LastError))
}
