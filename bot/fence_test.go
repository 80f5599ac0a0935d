package bot_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/daybrief/daybrief/bot"
)

// counting is a server that counts whole requests.
func counting(t *testing.T, http2 bool) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	var n atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if body, err := io.ReadAll(r.Body); err == nil && len(body) > 0 {
			n.Add(1)
		}
	}))
	s.EnableHTTP2 = http2
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, &n
}

// TestAFenceHoldsWhatWasOvertakenWhileItDialled closes the fence when the
// connection is there: nothing arrives, and the error tells why.
func TestAFenceHoldsWhatWasOvertakenWhileItDialled(t *testing.T) {
	t.Parallel()
	for _, proto := range []bool{false, true} {
		s, arrived := counting(t, proto)
		var closed atomic.Bool
		client := s.Client()
		transport, ok := client.Transport.(*http.Transport)
		if !ok {
			t.Fatal("another transport")
		}
		dial := transport.DialContext
		if dial == nil {
			dial = new(net.Dialer).DialContext
		}
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			defer closed.Store(true)
			return dial(ctx, network, address)
		}
		ctx := bot.WithFence(t.Context(), func(context.Context) error {
			if closed.Load() {
				return bot.ErrLate
			}
			return nil
		})
		post := func() error {
			// Long enough not to fit into the buffer that the headers are written to.
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, strings.NewReader(strings.Repeat("news ", 10_000)))
			if err != nil {
				return err
			}
			guarded, err := bot.Guard(req)
			if err != nil {
				return err
			}
			res, err := client.Do(guarded)
			if err != nil {
				return err
			}
			return res.Body.Close()
		}
		if err := post(); !errors.Is(err, bot.ErrLate) {
			t.Errorf("HTTP/2 %t: got %v", proto, err)
		}
		if err := post(); !errors.Is(err, bot.ErrLate) {
			t.Errorf("HTTP/2 %t: got %v", proto, err)
		}
		closed.Store(false)
		transport.DialContext = dial
		if err := post(); err != nil {
			t.Errorf("HTTP/2 %t: an open fence holds: %v", proto, err)
		}
		if n := arrived.Load(); n != 1 {
			t.Errorf("HTTP/2 %t: %d requests arrived", proto, n)
		}
	}
}

func TestWithoutAFenceARequestIsAsItWas(t *testing.T) {
	t.Parallel()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://news.example/", bytes.NewReader([]byte("x")))
	if err != nil {
		t.Fatal(err)
	}
	if guarded, err := bot.Guard(req); err != nil || guarded != req {
		t.Error(guarded, err)
	}
	fenced := req.WithContext(bot.WithFence(t.Context(), func(context.Context) error { return nil }))
	guarded, err := bot.Guard(fenced)
	if err != nil {
		t.Fatal(err)
	}
	again, err := guarded.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(again); err != nil || string(body) != "x" {
		t.Errorf("%q %v", body, err)
	}
	if bare, err := bot.Guard(fenced.Clone(bot.WithFence(t.Context(), func(context.Context) error { return bot.ErrLate }))); bare != nil || !errors.Is(err, bot.ErrLate) {
		t.Error(bare, err)
	}
}
