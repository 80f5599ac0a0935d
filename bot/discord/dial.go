package discord

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// wire is the network connection under one session of discordgo. It sees the
// frames as they pass, and makes up for what the library does not tell or
// would do wrong: it learns the heartbeat's interval, it can be closed when
// the library is stuck, and it lets each connection identify once, after the
// gateway's greeting. Without that, the library answers "invalid session" by
// identifying at once and for ever, and a thousand identifications a day make
// Discord reset the token.
type wire struct {
	net.Conn
	once sync.Once
	done chan struct{} // closed with the connection

	heard  chan struct{} // closed when the gateway has heard that we go
	hearOn sync.Once

	mu         sync.Mutex
	leaving    bool          // a close frame of ours went out
	head       []byte        // what came before the greeting was seen
	interval   time.Duration // of heartbeats; 0 until the greeting
	identified bool          // one Identify or Resume went out
	refused    bool          // another was held back: the session is invalid
}

func newWire(c net.Conn) *wire {
	return &wire{Conn: c, done: make(chan struct{}), heard: make(chan struct{})}
}

// Close closes the connection; it may be called again.
func (w *wire) Close() error {
	err := net.ErrClosed
	w.once.Do(func() {
		close(w.done)
		err = w.Conn.Close()
	})
	return err
}

var (
	greeting = regexp.MustCompile(`"heartbeat_interval":\s*(\d{1,9})`)
	// errSecond ends a connection whose session is invalid.
	errSecond = errors.New("the gateway called the session invalid")
)

// maxHead is how much is looked through for the greeting: the handshake's
// answer and the first frame.
const maxHead = 16 << 10

// Read passes on what comes in. Frames from the gateway are not masked, and
// neither the connection nor the payload is compressed, so the greeting can be
// read as it passes.
func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.leaving && (err != nil || n > 0 && p[0] == closeFrame) {
		w.hearOn.Do(func() { close(w.heard) })
	}
	if w.interval == 0 && len(w.head) < maxHead {
		w.head = append(w.head, p[:n]...)
		if m := greeting.FindSubmatch(w.head); m != nil {
			ms, _ := strconv.Atoi(string(m[1]))
			w.interval, w.head = max(time.Duration(ms)*time.Millisecond, time.Millisecond), nil
		}
	}
	return n, err
}

// Write passes on what goes out, but for an Identify that must not.
func (w *wire) Write(p []byte) (int, error) {
	if begins(p) && !w.identify() {
		_ = w.Close()
		return 0, errSecond
	}
	if len(p) > 0 && p[0] == closeFrame {
		w.leave()
	}
	return w.Conn.Write(p)
}

// closeFrame is how a frame begins that says goodbye. RFC 6455, section 5.2.
const closeFrame = 0x88

func (w *wire) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.leaving = true
}

func (w *wire) identify() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.identified || w.interval == 0 {
		w.refused = true
		return false
	}
	w.identified = true
	return true
}

func (w *wire) state() (interval time.Duration, refused bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.interval, w.refused
}

// begins reports whether a frame from us is an Identify (op 2) or a Resume
// (op 6). The library writes each of them as one masked text frame that
// begins with its op. RFC 6455, section 5.2.
func begins(p []byte) bool {
	const text, masked = 0x81, 0x80
	if len(p) < 2 || p[0] != text || p[1]&masked == 0 {
		return false
	}
	at := 2
	switch p[1] &^ masked {
	case 126:
		at = 4
	case 127:
		at = 10
	}
	const op = `{"op":`
	if len(p) < at+4+len(op)+2 {
		return false
	}
	key, body := p[at:at+4], bytes.Clone(p[at+4:at+4+len(op)+2])
	for i := range body {
		body[i] ^= key[i%4]
	}
	return string(body) == op+"2," || string(body) == op+"6,"
}

// dialer connects discordgo's sessions through a wire, which keep receives
// and may refuse. It goes through the proxy of the environment as an HTTP
// client would.
func dialer(keep func(*wire) error) *websocket.Dialer {
	wrap := func(ctx context.Context, secure bool, addr string) (net.Conn, error) {
		c, err := connect(ctx, secure, addr)
		if err != nil {
			return nil, err
		}
		w := newWire(c)
		if err := keep(w); err != nil {
			_ = w.Close()
			return nil, err
		}
		return w, nil
	}
	return &websocket.Dialer{
		HandshakeTimeout:  20 * time.Second,
		NetDialContext:    func(ctx context.Context, _, addr string) (net.Conn, error) { return wrap(ctx, false, addr) },
		NetDialTLSContext: func(ctx context.Context, _, addr string) (net.Conn, error) { return wrap(ctx, true, addr) },
	}
}

func connect(ctx context.Context, secure bool, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	c, err := dialThrough(ctx, secure, addr)
	if err != nil || !secure {
		return c, err
	}
	t := tls.Client(c, &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}})
	if err := t.HandshakeContext(ctx); err != nil {
		_ = c.Close()
		return nil, err
	}
	return t, nil
}

// dialThrough dials an address, through the environment's proxy if one is set
// for it.
func dialThrough(ctx context.Context, secure bool, addr string) (net.Conn, error) {
	scheme := "http"
	if secure {
		scheme = "https"
	}
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: scheme, Host: addr}})
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: 20 * time.Second, KeepAlive: 15 * time.Second}
	if proxy == nil || (proxy.Scheme != "http" && proxy.Scheme != "https") {
		return d.DialContext(ctx, "tcp", addr)
	}
	return tunnel(ctx, d, proxy, addr)
}

// tunnel asks an HTTP proxy for a connection to addr. RFC 9110, section
// 9.3.6.
func tunnel(ctx context.Context, d net.Dialer, proxy *url.URL, addr string) (net.Conn, error) {
	port := proxy.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[proxy.Scheme]
	}
	c, err := d.DialContext(ctx, "tcp", net.JoinHostPort(proxy.Hostname(), port))
	if err != nil {
		return nil, err
	}
	if proxy.Scheme == "https" {
		c = tls.Client(c, &tls.Config{ServerName: proxy.Hostname(), MinVersion: tls.VersionTLS12})
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = c.SetDeadline(deadline) // the dialer sets its own afterwards
	}
	if err := ask(c, proxy, addr); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

func ask(c net.Conn, proxy *url.URL, addr string) error {
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{}}
	if u := proxy.User; u != nil {
		password, _ := u.Password()
		req.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(u.Username()+":"+password)))
	}
	if err := req.Write(c); err != nil {
		return err
	}
	// Nothing follows the proxy's answer before we speak, so a buffered reader
	// takes nothing that belongs to the tunnel.
	resp, err := http.ReadResponse(bufio.NewReader(c), req)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the proxy answered %s", resp.Status)
	}
	return nil
}
