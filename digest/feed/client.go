package feed

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/daybrief/daybrief/digest"
)

// Limits of one reading.
const (
	maxRedirects   = 5
	maxHeaderBytes = 64 << 10
	requestTime    = 20 * time.Second
)

// request is one conditional GET.
type request struct {
	url, etag, lastModified, accept string
}

// answer is what came back.
type answer struct {
	status    int
	header    http.Header
	body      []byte // decompressed; nil with 304
	url       string // where it came from in the end, without credentials
	redirects []string
	permanent bool // every redirect on the way said so
	truncated bool // the connection ended early; body holds what came
	same      bool // the document is the one that was read last
	timing    Timing
}

// Timing says where the time of a reading went.
type Timing struct {
	DNS       time.Duration // of the last hop, as the others below
	Connect   time.Duration
	TLS       time.Duration
	FirstByte time.Duration // from the request to the first byte of the answer
	Total     time.Duration // of all hops, with the body
}

// newClient builds the one HTTP client. It follows no redirects by itself,
// since each has to be looked at.
func newClient(o *Options) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Resolver: o.Resolver, Control: guard(o.Allow)}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        o.tlsConfig(),
			ForceAttemptHTTP2:      true,
			MaxIdleConns:           128,
			MaxIdleConnsPerHost:    2,
			IdleConnTimeout:        30 * time.Second,
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  requestTime,
			MaxResponseHeaderBytes: maxHeaderBytes,
			DisableCompression:     true, // brotli too; limits are kept after decompression
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (o *Options) tlsConfig() *tls.Config {
	if o.RootCAs == nil {
		return nil
	}
	return &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12}
}

// get reads an address, following redirects. Errors are sentences; the cause
// is wrapped.
func (f *Fetcher) get(ctx context.Context, r request) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, f.o.Timeout)
	defer cancel()
	a := answer{permanent: true}
	began := f.o.Now()
	next := r.url
	for {
		u, err := fetchable(next)
		if err != nil {
			return a, err
		}
		r.url, a.url = next, u.Redacted()
		resp, err := f.do(ctx, r, &a.timing) //nolint:bodyclose // closed where it is read
		if err != nil {
			return a, f.explain(ctx, err, u.Hostname())
		}
		location := resp.Header.Get("Location")
		if !isRedirect(resp.StatusCode) || location == "" {
			a.status, a.header = resp.StatusCode, resp.Header
			err = f.readBody(resp, &a)
			a.timing.Total = f.o.Now().Sub(began)
			if err != nil {
				return a, f.explain(ctx, err, u.Hostname())
			}
			return a, nil
		}
		discard(resp.Body)
		if next, err = a.follow(u, location, resp.StatusCode); err != nil {
			return a, err
		}
	}
}

// fetchable parses an address and refuses what is not the web.
func fetchable(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, digest.Errorf(digest.Invalid, "the address cannot be read")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, digest.Errorf(digest.Invalid, "only http and https addresses are read, not %s", orElse(u.Scheme, "others"))
	case u.Hostname() == "":
		return nil, digest.Errorf(digest.Invalid, "the address names no host")
	case u.User != nil:
		return nil, digest.Errorf(digest.Invalid, "addresses with a user name or password are not read")
	}
	return u, nil
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// follow returns where a redirect leads.
func (a *answer) follow(from *url.URL, location string, status int) (string, error) {
	to, err := from.Parse(location)
	if err != nil {
		return "", digest.Errorf(digest.Unavailable, "it redirects to an address that cannot be read")
	}
	to.User, to.Fragment = nil, ""
	a.permanent = a.permanent && (status == http.StatusMovedPermanently || status == http.StatusPermanentRedirect)
	a.redirects = append(a.redirects, fmt.Sprintf("%d to %s", status, to))
	if len(a.redirects) > maxRedirects {
		return "", digest.Errorf(digest.Unavailable, "it redirects more than %d times", maxRedirects)
	}
	return to.String(), nil
}

func (f *Fetcher) do(ctx context.Context, r request, t *Timing) (*http.Response, error) {
	req, err := http.NewRequestWithContext(f.traced(ctx, t), http.MethodGet, r.url, nil)
	if err != nil {
		return nil, err
	}
	h := req.Header
	h.Set("User-Agent", f.agent)
	h.Set("Accept-Encoding", "gzip, br")
	h.Set("Accept", r.accept)
	if r.etag != "" {
		h.Set("If-None-Match", r.etag)
	}
	if r.lastModified != "" {
		h.Set("If-Modified-Since", r.lastModified)
	}
	return f.client.Do(req)
}

// traced adds timing hooks where someone wants to see them; polls do not pay
// for them.
func (f *Fetcher) traced(ctx context.Context, t *Timing) context.Context {
	if ctx.Value(wantTiming{}) == nil {
		return ctx
	}
	var dns, connect, handshake time.Time
	sent := f.o.Now()
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart:             func(httptrace.DNSStartInfo) { dns = f.o.Now() },
		DNSDone:              func(httptrace.DNSDoneInfo) { t.DNS = f.o.Now().Sub(dns) },
		ConnectStart:         func(string, string) { connect = f.o.Now() },
		ConnectDone:          func(string, string, error) { t.Connect = f.o.Now().Sub(connect) },
		TLSHandshakeStart:    func() { handshake = f.o.Now() },
		TLSHandshakeDone:     func(tls.ConnectionState, error) { t.TLS = f.o.Now().Sub(handshake) },
		GotFirstResponseByte: func() { t.FirstByte = f.o.Now().Sub(sent) },
	})
}

// wantTiming marks a context of a reading that is explained to a person.
type wantTiming struct{}

var errTooLarge = errors.New("the answer is too large")

// readBody reads and decompresses at most MaxBody bytes. A body that ends
// early is kept as far as it came.
func (f *Fetcher) readBody(resp *http.Response, a *answer) error {
	defer discard(resp.Body)
	if resp.StatusCode == http.StatusNotModified || resp.StatusCode == http.StatusNoContent {
		return nil
	}
	r, err := decompress(resp)
	if err != nil {
		return err
	}
	limit := f.o.MaxBody
	if resp.StatusCode != http.StatusOK {
		limit = 64 << 10 // error pages are not read far
		r = io.LimitReader(r, limit)
	}
	a.body, err = io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case int64(len(a.body)) > limit:
		return errTooLarge
	case errors.Is(err, io.ErrUnexpectedEOF) || isReset(err):
		a.truncated = true
		return nil
	}
	return err
}

var errCompression = errors.New("the compression is broken")

func decompress(resp *http.Response) (io.Reader, error) {
	switch enc := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding"))); enc {
	case "", "identity":
		return resp.Body, nil
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(resp.Body)
		if errors.Is(err, io.EOF) {
			return resp.Body, nil // an empty body
		}
		if err != nil {
			err = fmt.Errorf("%w: %w", errCompression, err)
		}
		return z, err
	case "br":
		return brotli.NewReader(resp.Body), nil
	default:
		return nil, fmt.Errorf("the answer is compressed as %q, which was not asked for", enc)
	}
}

// discard reads a little of what is left, so that the connection can be used
// again, and closes it.
func discard(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 4<<10)
	_ = body.Close()
}

func isReset(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && !op.Timeout()
}

// explain turns an error of the network into a sentence that names the host
// and no more: addresses may carry secrets in their queries.
func (f *Fetcher) explain(ctx context.Context, err error, host string) error {
	var blocked *blockedError
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	switch {
	case errors.As(err, &blocked):
		what := fmt.Sprintf("%s leads to %s, which is not a public address", host, blocked.addr)
		if host == blocked.addr.String() {
			what = host + " is not a public address"
		}
		return caused(digest.Forbidden, err, "%s", what).
			WithHint("If it is a server of your own, allow its address in the configuration.")
	case errors.Is(err, errTooLarge):
		return caused(digest.Unavailable, err, "the answer of %s is larger than %d MiB", host, f.o.MaxBody>>20)
	case errors.Is(err, context.Canceled):
		return caused(digest.Unavailable, context.Canceled, "reading %s was stopped", host)
	case errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil || isTimeout(err):
		return caused(digest.Unavailable, context.DeadlineExceeded, "%s did not answer in full within %d s", host, int(f.o.Timeout.Seconds()))
	case errors.As(err, &dns) && dns.IsNotFound:
		return caused(digest.Unavailable, err, "there is no host %s", host)
	case errors.As(err, &dns):
		return caused(digest.Unavailable, err, "the name %s cannot be resolved now", host)
	case errors.As(err, &cert):
		return digest.Errorf(digest.Unavailable, "the certificate of %s is not valid: %w", host, cert.Err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return caused(digest.Unavailable, err, "%s refuses the connection", host)
	case errors.Is(err, io.EOF), isReset(err):
		return caused(digest.Unavailable, err, "%s ends the connection without an answer", host)
	case errors.Is(err, errCompression):
		return caused(digest.Unavailable, err, "the answer of %s is said to be compressed, and is not", host)
	}
	return digest.Errorf(digest.Unavailable, "%s cannot be read: %w", host, withoutURL(err))
}

// caused is a sentence of its own, with its cause for the log.
func caused(code digest.Code, cause error, format string, args ...any) *digest.Error {
	e := digest.Errorf(code, format, args...)
	e.Err = withoutURL(cause)
	return e
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// withoutURL drops the address that net/http puts before its errors.
func withoutURL(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		return ue.Err
	}
	return err
}
