package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/command"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/bot/web"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/brief"
	"github.com/daybrief/daybrief/digest/feed"
)

// listen opens the page's port, so that a port in use is told at once. A
// process without the page says there how it is.
func (b *server) listen() error {
	address := b.config.Web.Listen
	if address == "" {
		return nil
	}
	if host, port, err := net.SplitHostPort(address); err != nil || strings.ContainsAny(host, " /") || !isPort(port) {
		return fmt.Errorf("%w: %q is not an address and a port such as 127.0.0.1:8080", errUsage, address)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(b.ctx, "tcp", address)
	if err != nil {
		return cannotListen(address, err)
	}
	b.listener = l
	return nil
}

// cannotListen says why the page's port could not be opened, and what to do.
func cannotListen(address string, err error) error {
	const other = "Choose another address with --listen 127.0.0.1:8081 or DAYBRIEF_LISTEN, or none with web.listen: \"\" in the configuration."
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return digest.Errorf(digest.Unavailable, "the page cannot listen on %s: another program uses the port, perhaps another “daybrief serve”", address).
			WithHint("Each process on one machine needs a port of its own. %s", other)
	case errors.Is(err, syscall.EACCES):
		return digest.Errorf(digest.Unavailable, "the page cannot listen on %s: only an administrator may use that port", address).WithHint("%s", other)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return digest.Errorf(digest.Unavailable, "the page cannot listen on %s: this machine has no such address", address).WithHint("%s", other)
	}
	return digest.Errorf(digest.Unavailable, "the page cannot listen on %s: %s", address, netSentence(err)).WithHint("%s", other)
}

func isPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0 && n <= 65535
}

func (b *server) url() string {
	if b.listener == nil {
		return ""
	}
	return "http://" + b.listener.Addr().String() + "/"
}

// page makes the page's routes.
func (b *server) page() (http.Handler, error) {
	b.mount["/metrics"] = b.metricsPage()
	o := web.Options{Handler: b.handler, Store: b.store, Today: b.today, Brief: b.answer, Add: b.take, Token: b.config.Web.Token.Reveal(), Ready: b.store.Ping, Warning: b.warning,
		Parse: command.Parse, Mount: b.mount, Lang: b.config.Language, Zone: b.zone, Version: b.version, Now: b.now, Log: b.log}
	if u, err := url.Parse(b.config.Web.URL); err == nil && u.Hostname() != "" {
		o.Hosts = []string{u.Hostname()}
	}
	host, _, err := net.SplitHostPort(b.config.Web.Listen)
	ip := net.ParseIP(host)
	o.Public = err == nil && host != "localhost" && (ip == nil || !ip.IsLoopback())
	s, err := web.New(o)
	if err != nil {
		return nil, err
	}
	if !b.does(schedule.Web) {
		return wellbeing(s.Routes()), nil
	}
	return s.Routes(), nil
}

// warning is what the page and its checks of health say while something is
// wrong that does not stop the bot.
func (b *server) warning() string {
	w := b.words()
	var out []string
	if b.room.full() != nil {
		out = append(out, w.Say(noRoom))
	}
	if b.void(b.ctx) {
		out = append(out, w.Say(mustReplace))
	}
	return strings.Join(out, " ")
}

// wellbeing is what is left of the page where another process serves it: a
// container's health check and a scrape ask each process.
func wellbeing(page http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		mux.Handle(path, page)
	}
	return mux
}

// today is the daily digest as it would be now.
func (b *server) today(ctx context.Context, lang string) (bot.Message, error) {
	return b.composer.Preview(ctx, digest.Subscription{Kind: digest.DigestKind, Name: bot.WordsIn(lang).Say("Today"), Schedule: "0 8 * * *", Zone: b.zone, Length: 12, Format: digest.Compact, Lang: lang})
}

func (b *server) answer(ctx context.Context, text string, limit int) (digest.Brief, error) {
	q, err := b.reader.Read(text, b.now())
	if err != nil {
		return digest.Brief{}, err
	}
	return b.briefs.Answer(ctx, brief.Ask{Query: q, Limit: limit, Now: b.now()})
}

// take stores articles from the ingest endpoint, all of them or, with a row
// that is wrong, none.
func (b *server) take(ctx context.Context, body io.Reader) (web.Added, error) {
	batch, err := feed.ReadBatch(body, "api")
	var row *feed.RowError
	switch {
	case errors.Is(err, feed.ErrBatchTooLarge):
		return web.Added{}, web.ErrTooLarge
	case errors.As(err, &row):
		return web.Added{Bad: []web.BadRow{{Row: row.Row, Error: row.Err.Error()}}}, nil
	case err != nil:
		return web.Added{}, err
	}
	counts, err := b.ingest.Add(ctx, batch.Articles)
	if counts.New+counts.Revised > 0 {
		b.note(ctx, pipeline, "import", stored(counts))
	}
	out := web.Added{New: counts.New, Revised: counts.Revised, Known: counts.Known, Unknown: slices.Sorted(maps.Keys(batch.Unknown))}
	return out, err
}

// pipeline is who holds the token of the ingest endpoint.
var pipeline = digest.Person{Platform: "web", ID: "api", Name: "the ingest endpoint"}

// serveHTTP serves until the context ends, then lets answers finish.
func serveHTTP(ctx context.Context, l net.Listener, h http.Handler) error {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 60 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return s.Shutdown(stop)
}
