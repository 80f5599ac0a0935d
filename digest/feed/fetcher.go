package feed

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Options of a Fetcher. The zero value works.
type Options struct {
	// Contact is an address at which the operator can be reached or read
	// about; it stands in the User-Agent. Empty: the program's own.
	Contact string
	// Version of the program, for the User-Agent.
	Version string
	// Allow lists addresses that may be read though they are not public.
	Allow []AllowRule
	// Stored returns the article stored under an address, so that its page
	// need not be fetched again, and that it is known again when its feed
	// gives it another id; a NotFound error when there is none. nil: pages are
	// fetched at each poll.
	Stored func(ctx context.Context, url string) (digest.Article, error)
	// Concurrent is how many polls may be under way at once, PerHost how many
	// at one host. 0 means 64 and 2.
	Concurrent, PerHost int
	// Pages is how many pages are fetched for their full text in one poll,
	// PagePause the pause between two of one host, PageTime how long all of a
	// poll may take. 0 means 20, one second and one minute.
	Pages     int
	PagePause time.Duration
	PageTime  time.Duration
	// Timeout of one reading with its redirects, and the largest body in
	// bytes after decompression. 0 means 20 s and 15 MiB.
	Timeout time.Duration
	MaxBody int64
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Resolver resolves names; nil means the system's.
	Resolver *net.Resolver
	// RootCAs are trusted instead of the system's; nil means the system's.
	RootCAs *x509.CertPool
	// Log gets what goes wrong beside the result; nil means none.
	Log *slog.Logger
}

// Fetcher reads sources from the web, politely and guarded. It is safe for
// concurrent use, and keeps no goroutine and no state per source: what must
// survive between polls is in digest.SourceHealth.
//
// It uses no proxy: names have to be resolved here for the guard to see where
// they lead.
type Fetcher struct {
	o      Options
	agent  string
	client *http.Client
	polls  chan struct{} // one token per poll under way
	hosts  *turnstile
	pages  *turnstile
	robots *robotsCache
}

// NewFetcher builds a Fetcher.
func NewFetcher(o Options) *Fetcher {
	o.setDefaults()
	f := &Fetcher{
		o: o, agent: "daybrief/" + o.Version + " (+" + o.Contact + ")",
		polls: make(chan struct{}, o.Concurrent), hosts: newTurnstile(o.PerHost, 0, o.Now), pages: newTurnstile(1, o.PagePause, o.Now),
	}
	f.client = newClient(&f.o)
	f.robots = &robotsCache{now: o.Now, entries: map[string]robotsEntry{}}
	return f
}

func (o *Options) setDefaults() {
	setDefault(&o.Contact, "https://github.com/daybrief/daybrief")
	setDefault(&o.Version, "dev")
	setDefault(&o.Concurrent, 64)
	setDefault(&o.PerHost, 2)
	setDefault(&o.Pages, 20)
	setDefault(&o.PagePause, time.Second)
	setDefault(&o.PageTime, time.Minute)
	setDefault(&o.Timeout, requestTime)
	setDefault(&o.MaxBody, maxDocument)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Close drops idle connections.
func (f *Fetcher) Close() { f.client.CloseIdleConnections() }

// enter waits for a turn: first among all polls, then at the host. The
// returned function gives both back.
func (f *Fetcher) enter(ctx context.Context, host string) (leave func(), err error) {
	select {
	case f.polls <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := f.hosts.enter(ctx, host); err != nil {
		<-f.polls
		return nil, err
	}
	return func() { f.hosts.leave(host); <-f.polls }, nil
}
