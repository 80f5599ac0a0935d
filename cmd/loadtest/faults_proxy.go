package main

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// faultProxy stands between the adapter and a fake of its platform. Of every
// hundred requests it lets some twenty go wrong, in each of the ways in which
// they do.
type faultProxy struct {
	to     string
	http   *httptest.Server
	client *http.Client
	wrong  atomic.Int64

	mu     sync.Mutex
	random *rand.Rand
}

func newFaultProxy(w *witness, to string, seed uint64) *faultProxy {
	p := &faultProxy{to: to, random: rand.New(rand.NewPCG(seed, 9)), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	p.http = httptest.NewServer(p)
	w.Cleanup(func() { p.http.CloseClientConnections(); p.http.Close(); p.client.CloseIdleConnections() })
	return p
}

func (p *faultProxy) address() string { return p.http.URL }

// wrongness is what goes wrong with a request.
type wrongness int

const (
	nothing     wrongness = iota
	tooMany               // 429 with Retry-After
	broken                // 500, without effect
	brokenAfter           // 500, with effect
	resetBefore           // the connection ends, without effect
	resetAfter            // the same, with effect
	hangBefore            // no answer comes, without effect
	hangAfter             // the same, with effect
)

// draw picks what goes wrong, by chances of a thousand.
func (p *faultProxy) draw() wrongness {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.random.IntN(1000)
	for _, c := range []struct {
		wrongness
		chance int
	}{{tooMany, 40}, {broken, 25}, {brokenAfter, 25}, {resetBefore, 30}, {resetAfter, 30}, {hangBefore, 10}, {hangAfter, 10}} {
		if n -= c.chance; n < 0 {
			return c.wrongness
		}
	}
	return nothing
}

// ServeHTTP passes a request on, or not.
func (p *faultProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	wrong := p.draw()
	if wrong != nothing {
		p.wrong.Add(1)
	}
	p.serve(w, r, wrong)
}

func (p *faultProxy) serve(w http.ResponseWriter, r *http.Request, wrong wrongness) {
	body, err := io.ReadAll(r.Body)
	if err != nil { // the sender was killed
		panic(http.ErrAbortHandler)
	}
	var res *http.Response
	switch wrong {
	case tooMany, broken, resetBefore, hangBefore:
	default:
		if res, err = p.pass(r, body); err != nil {
			panic(http.ErrAbortHandler)
		}
		defer res.Body.Close()
	}
	p.answer(w, r, res, wrong)
}

// pass has the fake answer. What has arrived takes effect, whether or not the
// sender lives to see it.
func (p *faultProxy) pass(r *http.Request, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), r.Method, p.to+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header = r.Header.Clone()
	return p.client.Do(req)
}

func (p *faultProxy) answer(w http.ResponseWriter, r *http.Request, res *http.Response, wrong wrongness) {
	switch wrong {
	case tooMany:
		w.Header().Set("Retry-After", "1")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"ok":false,"error":"ratelimited","message":"You are being rate limited.","retry_after":0.4,"global":false}`)
	case broken, brokenAfter:
		http.Error(w, "the server is broken", http.StatusInternalServerError)
	case resetBefore, resetAfter:
		panic(http.ErrAbortHandler) // net/http's way to end a connection
	case hangBefore, hangAfter:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	default:
		for key, values := range res.Header {
			w.Header()[key] = values
		}
		w.WriteHeader(res.StatusCode)
		_, _ = io.Copy(w, res.Body)
	}
}

// wire passes bytes between the processes and PostgreSQL, and for a while
// none: what is sent then arrives after, as over a network that lost its way.
type wire struct {
	l      net.Listener
	server string
	origin string // the address of the database, as a DSN

	mu   sync.Mutex
	hold chan struct{} // closed when bytes may pass again; nil while they do

	onHold func() // called when bytes are held back; may be nil
}

func newWire(w *witness, dsn string) *wire {
	u, err := url.Parse(dsn)
	if err != nil {
		w.Fatalf("read the database's address: %w", err)
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatalf("listen for the database: %w", err)
	}
	out := &wire{l: l, server: u.Host, origin: dsn}
	w.Cleanup(func() { l.Close() })
	go out.serve()
	return out
}

// dsn is the database's address through the wire.
func (w *wire) dsn() string {
	u, err := url.Parse(w.origin)
	if err != nil { // it was read before
		return w.origin
	}
	u.Host = w.l.Addr().String()
	return u.String()
}

func (w *wire) serve() {
	for {
		near, err := w.l.Accept()
		if err != nil {
			return
		}
		go w.join(near)
	}
}

func (w *wire) join(near net.Conn) {
	defer near.Close()
	w.pass()
	far, err := new(net.Dialer).DialContext(context.Background(), "tcp", w.server)
	if err != nil {
		return
	}
	defer far.Close()
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		go func() {
			w.carry(way[0], way[1])
			done <- struct{}{}
		}()
	}
	<-done
}

func (w *wire) carry(from, to net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		w.pass()
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// pass waits until bytes may pass.
func (w *wire) pass() {
	w.mu.Lock()
	hold := w.hold
	w.mu.Unlock()
	if hold == nil {
		return
	}
	if w.onHold != nil {
		w.onHold()
	}
	<-hold
}

// cut holds all bytes back, after a while, for a while.
func (w *wire) cut(ctx context.Context, after, length time.Duration) {
	if wait(ctx, after) != nil {
		return
	}
	w.block()
	_ = wait(ctx, length)
	w.free()
}

// block lets no bytes pass.
func (w *wire) block() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hold = make(chan struct{})
}

// free lets bytes pass again.
func (w *wire) free() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.hold)
	w.hold = nil
}
