package deliver_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/deliver"
	"github.com/daybrief/daybrief/digest"
)

// wire is a platform over HTTP that shows whatever arrives, as often as it
// does, and cannot be asked what is there.
type wire struct {
	*bottest.Platform
	server *httptest.Server
	frozen func(at string) // what happens at a place: "before" the request, "dialling"

	mu   sync.Mutex
	keys []string
}

func newWire(t *testing.T) *wire {
	w := &wire{Platform: bottest.NewPlatform("slack"), frozen: func(string) {}}
	w.server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		key, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.keys = append(w.keys, string(key))
	}))
	t.Cleanup(w.server.Close)
	return w
}

func (w *wire) arrived() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.keys)
}

// Send posts the key on a connection of its own.
func (w *wire) Send(ctx context.Context, p bot.Post) (string, error) {
	fail := func(err error) (string, error) {
		fate := bot.Unclear
		if errors.Is(err, bot.ErrLate) {
			fate = bot.Unsent
		}
		return "", &bot.SendError{Fate: fate, Reason: "wire", Err: err}
	}
	w.frozen("before")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.server.URL, strings.NewReader(p.Key))
	if err != nil {
		return fail(err)
	}
	if req, err = bot.Guard(req); err != nil {
		return fail(err)
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		defer w.frozen("dialling")
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	defer transport.CloseIdleConnections()
	res, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return fail(err)
	}
	return p.Key, res.Body.Close()
}

// TestAFrozenProcessPostsNothingThatIsNoLongerIts freezes a process between its
// claim and its request, while another does what it does with a delivery that
// looks interrupted.
func TestAFrozenProcessPostsNothingThatIsNoLongerIts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		place     string
		wall, own time.Duration // how far the two clocks go on meanwhile
		taken     bool          // by another process, whose clock is ahead where ours has not come so far
		posts     int
	}{
		"at work":                         {"before", time.Second, time.Second, false, 1},
		"a moment, and nobody took it":    {"before", 5 * time.Second, 5 * time.Second, false, 1},
		"long":                            {"before", 10 * time.Minute, 10 * time.Minute, true, 0},
		"long, and nobody took it":        {"before", 10 * time.Minute, 10 * time.Minute, false, 0},
		"long, while it dialled":          {"dialling", 10 * time.Minute, 10 * time.Minute, true, 0},
		"the machine slept":               {"dialling", 10 * time.Minute, time.Second, true, 0},
		"the wall clock was set back":     {"before", -time.Hour, 10 * time.Minute, true, 0},
		"a moment, with clocks far apart": {"before", 5 * time.Second, 5 * time.Second, true, 0},
		"clocks far apart, dialling":      {"dialling", 5 * time.Second, 5 * time.Second, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, w := newDesk(t, 1, blind), newWire(t)
			var own atomic.Int64
			var once sync.Once
			w.frozen = func(at string) {
				if at == c.place {
					once.Do(func() { freeze(t, d, c.taken, c.wall, func() { own.Add(int64(c.own)) }) })
				}
			}
			worker := deliver.New(deliver.Options{Ledger: d.store, Troubles: d.troubles, Platforms: []bot.Platform{w}, Now: d.clock.Now,
				Elapsed: func() time.Duration { return time.Duration(own.Load()) }, Log: slog.New(slog.DiscardHandler)})
			if _, err := worker.Deliver(t.Context(), d.delivered[0].ID); err != nil {
				t.Fatal(err)
			}
			if got := w.arrived(); got != c.posts {
				t.Errorf("%d posts, want %d; it is %s", got, c.posts, d.state(t, 0))
			}
			// What the other could only call unknown is surely unsent, and tried again.
			want := digest.Pending
			if c.posts == 1 {
				want = digest.Sent
			}
			if got := d.state(t, 0); got != want {
				t.Errorf("it is %s, want %s", got, want)
			}
		})
	}
}

// freeze moves the clocks of a frozen process, and lets another find the
// delivery by one that is far enough on.
func freeze(t *testing.T, d *desk, taken bool, wall time.Duration, thaw func()) {
	now := d.clock.Now()
	if taken {
		d.clock.Advance(time.Minute)
		if n, err := d.worker.Reconcile(t.Context(), 10); err != nil || n != 1 {
			t.Errorf("took up %d, %v", n, err)
		}
	}
	d.clock.Set(now.Add(wall))
	thaw()
}

// TestNothingIsPostedWithoutTheLedger cannot ask whether the claim is still
// its own.
func TestNothingIsPostedWithoutTheLedger(t *testing.T) {
	t.Parallel()
	d, w := newDesk(t, 1, plain), newWire(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.frozen = func(string) {
		d.clock.Advance(3 * time.Second)
		cancel() // the database is away
	}
	worker := deliver.New(deliver.Options{Ledger: d.store, Troubles: d.troubles, Platforms: []bot.Platform{w}, Now: d.clock.Now, Elapsed: d.elapsed, Log: slog.New(slog.DiscardHandler)})
	if _, err := worker.Deliver(ctx, d.delivered[0].ID); err != nil {
		t.Fatal(err)
	}
	if w.arrived() != 0 || d.state(t, 0) != digest.Pending {
		t.Errorf("%d posts, it is %s", w.arrived(), d.state(t, 0))
	}
}
