package discord

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

var start = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

func TestLimiterLearnsBuckets(t *testing.T) {
	t.Parallel()
	l := newLimiter()
	one, two := lane{route: "POST channels/messages", major: "1"}, lane{route: "POST channels/messages", major: "2"}
	h := http.Header{}
	h.Set("X-RateLimit-Bucket", "abc")
	h.Set("X-RateLimit-Limit", "2")
	h.Set("X-RateLimit-Remaining", "1")
	h.Set("X-RateLimit-Reset-After", "4.5")
	l.learn(one, h, start)
	if w := l.take(one, start); w != 0 {
		t.Errorf("the one that remains waits %v", w)
	}
	if w := l.take(one, start.Add(time.Second)); w != 3500*time.Millisecond {
		t.Errorf("then wait %v, want 3.5s", w)
	}
	if w := l.take(two, start.Add(time.Second)); w != 0 {
		t.Errorf("another channel waits %v", w)
	}
	if w := l.take(one, start.Add(5*time.Second)); w != 0 {
		t.Errorf("after the reset wait %v", w)
	}
	l.learn(one, http.Header{"X-Ratelimit-Limit": {"x"}}, start)
	if w := l.take(one, start.Add(5*time.Second)); w != 0 {
		t.Errorf("nonsense was learned: wait %v", w)
	}
}

// The memory of the limiter and of everything kept is bounded.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	l := newLimiter()
	for i := range 3 * maxBuckets {
		l.hold(lane{route: fmt.Sprint("r", i), major: fmt.Sprint(i)}, time.Hour, false, start)
		h := http.Header{}
		h.Set("X-RateLimit-Bucket", fmt.Sprint("b", i))
		l.learn(lane{route: fmt.Sprint("r", i)}, h, start)
	}
	if len(l.buckets) > maxBuckets || len(l.names) > maxBuckets {
		t.Errorf("%d buckets, %d names", len(l.buckets), len(l.names))
	}
	for range 10_000 {
		l.learn(lane{free: true, route: "x"}, http.Header{}, start)
	}
	r := newRecent[int](100, time.Hour)
	for i := range 1000 {
		r.put(fmt.Sprint(i%300), i, start)
	}
	if len(r.m) > 100 || r.order.Len() > 100 {
		t.Errorf("%d kept", len(r.m))
	}
	p := pacer{next: map[string]time.Time{}}
	for i := range 3 * keptPlace {
		p.take(fmt.Sprint(i), start.Add(time.Duration(i)*time.Second), time.Hour)
	}
	if len(p.next) > keptPlace {
		t.Errorf("%d channels paced", len(p.next))
	}
}

func TestRecentForgets(t *testing.T) {
	t.Parallel()
	r := newRecent[string](2, time.Minute)
	if !r.add("a", "1", start) || r.add("a", "2", start.Add(time.Second)) {
		t.Error("a second time is new, or the first is not")
	}
	r.put("b", "", start)
	r.put("a", "3", start)
	r.put("c", "", start)
	if _, ok := r.get("b", start); ok {
		t.Error("the oldest stayed")
	}
	if v, ok := r.get("a", start); !ok || v != "3" {
		t.Errorf("a is %q", v)
	}
	if _, ok := r.get("a", start.Add(time.Minute)); ok {
		t.Error("it lives too long")
	}
	r.drop("a")
	if !r.add("a", "4", start) {
		t.Error("dropped and still there")
	}
}

// Never more than fifty requests in any second, whatever the waits are.
func TestGlobalRateNeverPassesFifty(t *testing.T) {
	t.Parallel()
	l := newLimiter()
	now := start
	var times []time.Time
	for i := range 1000 {
		for {
			w := l.take(lane{route: fmt.Sprint(i)}, now)
			if w == 0 {
				break
			}
			now = now.Add(w)
		}
		times = append(times, now)
		if i%100 == 99 {
			now = now.Add(3 * time.Second) // a pause lets the burst fill up
		}
	}
	for i := range times {
		n := 0
		for _, at := range times[i:] {
			if at.Sub(times[i]) < time.Second {
				n++
			}
		}
		if n > 50 {
			t.Fatalf("%d requests in a second", n)
		}
	}
}

func TestJitterGrowsToItsTop(t *testing.T) {
	t.Parallel()
	for n, top := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 50: backoffMax} {
		var most time.Duration
		for range 2000 {
			most = max(most, jitter(time.Second, n))
		}
		if most > top || most < top/2 {
			t.Errorf("failure %d: at most %v, want up to %v", n, most, top)
		}
	}
}

func TestEffectivePermissions(t *testing.T) {
	t.Parallel()
	const view, send, embed = discordgo.PermissionViewChannel, discordgo.PermissionSendMessages, discordgo.PermissionEmbedLinks
	roles := []role{{"1", view | send}, {"2", embed}, {"3", discordgo.PermissionAdministrator}}
	for name, c := range map[string]struct {
		over []overwrite
		mine []string
		want int64
	}{
		"everyone":          {nil, nil, view | send},
		"a role more":       {nil, []string{"2"}, view | send | embed},
		"channel denies":    {[]overwrite{{"1", 0, 0, send}}, []string{"2"}, view | embed},
		"role allows":       {[]overwrite{{"1", 0, 0, send}, {"2", 0, send, 0}}, []string{"2"}, view | send | embed},
		"another's role":    {[]overwrite{{"1", 0, 0, send}, {"2", 0, send, 0}}, nil, view},
		"member decides":    {[]overwrite{{"2", 0, send, 0}, {"me", 1, embed, view}}, []string{"2"}, send | embed},
		"another member":    {[]overwrite{{"you", 1, 0, view}}, nil, view | send},
		"an administrator":  {[]overwrite{{"1", 0, 0, view}}, []string{"3"}, view | send | discordgo.PermissionAdministrator},
		"deny and allow it": {[]overwrite{{"1", 0, send, send}}, nil, view | send},
	} {
		if got := effective(place{GuildID: "1", Overwrites: c.over}, "me", c.mine, roles); got != c.want {
			t.Errorf("%s: %b, want %b", name, got, c.want)
		}
	}
	if missing(discordgo.PermissionAdministrator, neededRights(true)) != nil {
		t.Error("an administrator lacks something")
	}
}

// Every secret is taken out of an error, and the cause can be told all the
// same.
func TestRedaction(t *testing.T) {
	t.Parallel()
	c := newClient(Options{Token: "very-secret-token", HTTPClient: &http.Client{}}, nil)
	err := c.redact(fmt.Errorf(`Post "https://discord.com/api/v9/interactions/12/aW50ZXJ_secret/callback": Get "https://discord.com/api/v9/webhooks/5/hook-secret/messages/@original?x": very-secret-token: %w`, context.DeadlineExceeded))
	if text := fmt.Sprintf("%v %+v %s", err, err, err); strings.Contains(text, "secret") {
		t.Error(text)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error("the cause is lost")
	}
	if errors.Unwrap(err) != nil {
		t.Error("the cause, with its secrets, can be taken out")
	}
}

// A redirect does not carry the token away.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var asked bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer other.Close()
	srv := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer srv.Close()
	a, err := New(Fast(Options{Token: "x", APIURL: srv.URL}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.me(t.Context()); err == nil || asked {
		t.Errorf("followed: %t, %v", asked, err)
	}
}

// frameOf writes v as discordgo does and returns the bytes.
func frameOf(t *testing.T, v any) []byte {
	t.Helper()
	client, server := net.Pipe()
	got := make(chan []byte, 1)
	go func() {
		// Answer the handshake, then take one frame.
		br := bufio.NewReader(server)
		req, err := http.ReadRequest(br)
		if err != nil {
			got <- nil
			return
		}
		_, _ = fmt.Fprintf(server, "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", acceptOf(req.Header.Get("Sec-WebSocket-Key")))
		buf := make([]byte, 4096)
		n, _ := br.Read(buf)
		got <- buf[:n]
	}()
	d := websocket.Dialer{NetDialContext: func(context.Context, string, string) (net.Conn, error) { return client, nil }}
	ws, resp, err := d.Dial("ws://x/", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if err := ws.WriteJSON(v); err != nil {
		t.Fatal(err)
	}
	return <-got
}

func TestFramesThatBeginASessionAreKnown(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300)
	for _, c := range []struct {
		v    any
		want bool
	}{
		{map[string]any{"op": 1, "d": 5}, false},
		{json.RawMessage(`{"op":2,"d":{}}`), true},
		{json.RawMessage(`{"op":2,"d":{"token":"` + long + `"}}`), true},
		{json.RawMessage(`{"op":6,"d":{"token":"` + long + `"}}`), true},
		{json.RawMessage(`{"op":22,"d":{}}`), false},
	} {
		if got := begins(frameOf(t, c.v)); got != c.want {
			t.Errorf("%v: %t", c.v, got)
		}
	}
	if begins([]byte("GET / HTTP/1.1\r\n")) || begins(nil) || begins([]byte{0x81, 0xff}) {
		t.Error("something else is taken for one")
	}
}

// Proxies of the environment are used for the gateway as for requests.
func TestTunnel(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	auth := make(chan string, 2)
	go func() {
		for _, status := range []string{"200 OK", "407 No"} {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			req, err := http.ReadRequest(bufio.NewReader(c))
			if err != nil {
				return
			}
			auth <- req.Method + " " + req.Host + " " + req.Header.Get("Proxy-Authorization")
			_, _ = io.WriteString(c, "HTTP/1.1 "+status+"\r\n\r\nhello")
			if strings.HasPrefix(status, "407") {
				_ = c.Close()
			}
		}
	}()
	proxy := mustURL(t, "http://user:pass@"+ln.Addr().String())
	c, err := tunnel(t.Context(), net.Dialer{}, proxy, "gateway.discord.gg:443")
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	if got := <-auth; got != "CONNECT gateway.discord.gg:443 Basic dXNlcjpwYXNz" {
		t.Errorf("asked %q", got)
	}
	if _, err := tunnel(t.Context(), net.Dialer{}, proxy, "gateway.discord.gg:443"); err == nil {
		t.Error("a refusal is taken for a connection")
	}
}

func FuzzInteraction(f *testing.F) {
	f.Add([]byte(`{"type":2,"id":"1","application_id":"2","token":"t","member":{"user":{"id":"3"},"permissions":"32"},"guild_id":"4","channel_id":"5","app_permissions":"1024","data":{"name":"brief","options":[{"name":"query","type":3,"value":"korea","focused":true}]}}`))
	f.Add([]byte(`{"type":3,"id":"1","application_id":"2","token":"t","user":{"id":"3"},"context":1,"message":{"components":[{"type":99}]},"data":{"custom_id":"v1:x:1","values":["a"]}}`))
	f.Add([]byte(`{"type":2,"id":"1","application_id":"2","token":"t","user":{"id":"3"},"data":{"type":3,"target_id":"9","resolved":{"messages":{"9":{"content":"x"}}}}}`))
	a := &Adapter{opts: Options{Now: func() time.Time { return start }}}
	f.Fuzz(func(t *testing.T, data []byte) {
		i, err := readInteraction(data)
		if err != nil || i.Type == kindPing {
			return
		}
		r := a.request(i)
		if r.Person.ID == "" || r.Place.Platform != Name || (r.Command == "" && r.Action == "" && i.Type == kindCommand && i.Data.Name != "") {
			t.Fatalf("%+v", r)
		}
		_, _ = i.focused()
		if i.Message != nil {
			_ = labelOf(i.Message.Components, i.Data.CustomID)
		}
	})
}

// acceptOf is the answer to a handshake's key. RFC 6455, section 4.2.2.
func acceptOf(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// One hand works on one request; who did not wait for it does not give it back.
func TestHandsAreCounted(t *testing.T) {
	t.Parallel()
	a := &Adapter{hands: make(chan struct{}, 1), opts: Fast(Options{})}
	first := a.hand(t.Context())
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	a.opts.timing.hand = time.Hour // longer than any test
	a.hand(gone)()
	if len(a.hands) != 1 {
		t.Errorf("%d hands at work after one went away", len(a.hands))
	}
	const wait = 20 * time.Millisecond
	a.opts.timing.hand = wait
	began := time.Now()
	a.hand(t.Context())()
	if waited := time.Since(began); waited < wait || len(a.hands) != 1 {
		t.Errorf("waited %v for a hand that is taken", waited)
	}
	first()
	if len(a.hands) != 0 {
		t.Error("a hand was not given back")
	}
}
