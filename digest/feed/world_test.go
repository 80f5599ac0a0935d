package feed_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
	"golang.org/x/net/dns/dnsmessage"
)

// world is a web inside the process: one server that answers for all hosts,
// and a name server that says where they are.
type world struct {
	t       *testing.T
	mux     *http.ServeMux
	server  *httptest.Server
	names   *nameServer
	options feed.Options
	clock   *clock
}

type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, mux: http.NewServeMux(), clock: &clock{t: time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)}}
	w.server = httptest.NewServer(w.mux)
	t.Cleanup(w.server.Close)
	rule, err := feed.ParseAllow(w.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	w.names = &nameServer{answer: func(string, int) netip.Addr { return netip.MustParseAddr("127.0.0.1") }}
	w.options = feed.Options{
		Allow: []feed.AllowRule{rule}, Resolver: w.names.resolver(), Now: w.clock.now, Contact: "https://operator.example.org/",
		PagePause: time.Millisecond,
	}
	return w
}

// url returns an address in the world; the host may be any name.
func (w *world) url(host, path string) string {
	_, port, _ := net.SplitHostPort(w.server.Listener.Addr().String())
	return "http://" + net.JoinHostPort(host, port) + path
}

func (w *world) handle(pattern string, h http.HandlerFunc) { w.mux.HandleFunc(pattern, h) }

func (w *world) serve(pattern, contentType, body string) {
	w.handle(pattern, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(rw, body)
	})
}

func (w *world) fetcher() *feed.Fetcher {
	f := feed.NewFetcher(w.options)
	w.t.Cleanup(f.Close)
	return f
}

func (w *world) source(path string) digest.Source {
	return digest.Source{Name: "Harbour Wire", URL: w.url("feeds.example.org", path), Kind: digest.FeedSource, FullText: digest.FullTextNever}
}

// nameServer answers A queries over a connection in memory.
type nameServer struct {
	answer func(name string, n int) netip.Addr // n counts the queries for a name from 0

	mu    sync.Mutex
	asked map[string]int
}

func (s *nameServer) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go s.serve(server)
		return client, nil
	}}
}

// serve speaks DNS over a stream: each message after its length.
func (s *nameServer) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	for {
		var size uint16
		if binary.Read(c, binary.BigEndian, &size) != nil {
			return
		}
		buf := make([]byte, size)
		if _, err := io.ReadFull(c, buf); err != nil {
			return
		}
		reply, err := s.reply(buf)
		if err != nil {
			return
		}
		if _, err := c.Write(binary.BigEndian.AppendUint16(nil, uint16(len(reply)))); err != nil {
			return
		}
		if _, err := c.Write(reply); err != nil {
			return
		}
	}
}

func (s *nameServer) reply(query []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil {
		return nil, err
	}
	q := m.Questions[0]
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	if q.Type == dnsmessage.TypeA {
		if addr := s.next(q.Name.String()); addr.IsValid() {
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1},
				Body:   &dnsmessage.AResource{A: addr.As4()},
			}}
		} else {
			m.RCode = dnsmessage.RCodeNameError
		}
	}
	return m.Pack()
}

func (s *nameServer) next(name string) netip.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked == nil {
		s.asked = map[string]int{}
	}
	n := s.asked[name]
	s.asked[name]++
	return s.answer(name, n)
}
