package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// client makes requests to the API, one attempt each, between the limits.
type client struct {
	http   *http.Client
	token  string
	agent  string
	limits *limiter
	now    func() time.Time
	timing timing
	log    *slog.Logger
	paused func(map[string]time.Time) // Options.Paused; may be nil
}

func newClient(o Options, base *url.URL) *client {
	h := *o.HTTPClient
	h.Transport = rewrite{base: base, next: h.Transport}
	// A redirect would carry the token to wherever it points.
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c := &client{
		http: &h, token: o.Token, limits: newLimiter(), now: o.timing.now, timing: o.timing, log: o.Logger, paused: o.Paused,
		agent: "DiscordBot (https://github.com/daybrief/daybrief, " + o.Version + ")",
	}
	if len(o.Pauses) > 0 {
		c.limits.restore(o.Pauses, c.now())
	}
	return c
}

// rewrite sends what is addressed to discord.com elsewhere, where a base is
// given. It is how tests reach a fake without changing discordgo's package
// variables.
type rewrite struct {
	base *url.URL
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (r rewrite) RoundTrip(req *http.Request) (*http.Response, error) {
	next := r.next
	if next == nil {
		next = http.DefaultTransport
	}
	if r.base == nil {
		return next.RoundTrip(req)
	}
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host, req.Host = r.base.Scheme, r.base.Host, ""
	req.URL.Path = r.base.Path + req.URL.Path
	req.URL.RawPath = ""
	return next.RoundTrip(req)
}

var apiSuffix = regexp.MustCompile(`/api(/v\d+)?/?$`)

// apiBase reads Options.APIURL; nil where it is empty.
func apiBase(s string) (*url.URL, error) {
	if s == "" {
		return nil, nil
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, digest.Errorf(digest.Invalid, "the Discord API address is not an http or https address").
			WithHint("Leave DAYBRIEF_DISCORD_API_URL unset to use Discord itself.")
	}
	u.Path = strings.TrimRight(apiSuffix.ReplaceAllString(u.Path, ""), "/")
	return u, nil
}

// call is one request. url is one of discordgo's endpoints.
type call struct {
	method string
	url    string
	body   any // nil, []byte of JSON, an upload, or something to encode
	lane   lane
	open   bool // without the bot's token: interactions and webhooks carry their own in the address
}

// apiError is an answer that is not a success.
type apiError struct {
	status  int
	code    int // Discord's own; 0 where there is none
	message string
	wait    time.Duration // of a 429
	global  bool
	shared  bool // a 429 of a limit shared with others
}

// Error is for the log; it holds no address and no token.
func (e *apiError) Error() string {
	return fmt.Sprintf("Discord answered %d, code %d: %s", e.status, e.code, e.message)
}

// heldError says that a request was not made, since the limits forbid it.
type heldError struct {
	reason string
	wait   time.Duration
}

// Error is for the log.
func (e *heldError) Error() string {
	return fmt.Sprintf("not asked: %s (for %s)", e.reason, e.wait.Round(time.Millisecond))
}

// lostError is a request without an answer. sent says whether any of it may
// have reached Discord.
type lostError struct {
	sent bool
	err  error
}

// Error is for the log; the cause is redacted.
func (e *lostError) Error() string { return "no answer: " + e.err.Error() }

// Unwrap returns the cause.
func (e *lostError) Unwrap() error { return e.err }

// errRefused is every request after Discord has refused the token: a client
// that goes on asking gets its address banned.
var errRefused = digest.Errorf(digest.Forbidden, "Discord refused the bot's token").
	WithHint("Reset the token in the developer portal (Bot, Reset Token), set DISCORD_TOKEN and start again.")

// do makes one attempt, after waiting for its turn for at most patience.
func (c *client) do(ctx context.Context, k call, patience time.Duration) ([]byte, error) {
	if c.limits.isRefused() && !k.open {
		return nil, errRefused
	}
	if wait := c.limits.invalid.full(c.now()); wait > 0 {
		return nil, &heldError{"too many requests were refused", wait}
	}
	for {
		wait := c.limits.take(k.lane, c.now())
		if wait == 0 {
			return c.attempt(ctx, k)
		}
		if wait > patience {
			return nil, &heldError{"the limit of requests", wait}
		}
		patience -= wait
		if err := c.timing.sleep(ctx, wait); err != nil {
			return nil, &heldError{"the limit of requests", wait}
		}
	}
}

func (c *client) attempt(ctx context.Context, k call) ([]byte, error) {
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	req, err := c.request(ctx, k)
	if err == nil {
		req, err = bot.Guard(req)
	}
	if err != nil {
		return nil, &lostError{err: c.redact(err)}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, &lostError{sent: sent.Load() && !errors.Is(err, bot.ErrLate), err: c.redact(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	now := c.now()
	c.limits.learn(k.lane, resp.Header, now)
	if resp.StatusCode/100 == 2 {
		if err != nil {
			return nil, &lostError{sent: true, err: c.redact(err)}
		}
		return body, nil
	}
	return nil, c.failure(k, resp, body, now)
}

func (c *client) request(ctx context.Context, k call) (*http.Request, error) {
	var body io.Reader
	data, kind, err := k.encoded()
	if err != nil {
		return nil, err
	}
	if data != nil {
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, k.method, k.url, body)
	if err != nil {
		return nil, err
	}
	if data != nil {
		req.Header.Set("Content-Type", kind)
	}
	req.Header.Set("User-Agent", c.agent)
	if !k.open {
		req.Header.Set("Authorization", "Bot "+c.token)
	}
	return req, nil
}

// encoded is the body of a request and its content type; nil where it has none.
func (k call) encoded() (data []byte, kind string, err error) {
	kind = "application/json"
	switch b := k.body.(type) {
	case nil:
	case []byte:
		data = b
	case upload:
		return b.multipart()
	default:
		data, err = encode(b)
	}
	return data, kind, err
}

// failure reads an answer that is not a success, and counts and holds what it
// says must be counted and held.
func (c *client) failure(k call, resp *http.Response, body []byte, now time.Time) error {
	var b struct {
		Code       int     `json:"code"`
		Message    string  `json:"message"`
		RetryAfter float64 `json:"retry_after"`
		Global     bool    `json:"global"`
	}
	// An answer that is no JSON (a proxy's page) leaves the fields empty.
	_ = json.Unmarshal(body, &b)
	e := &apiError{status: resp.StatusCode, code: b.Code, message: clip(plain(b.Message), 200)}
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		c.limited(e, resp.Header, b.RetryAfter, b.Global)
		keep := c.limits.hold(k.lane, e.wait, e.global, now)
		if !e.shared {
			c.limits.invalid.take(now)
		}
		if keep && c.paused != nil {
			c.paused(c.limits.export(now))
		}
	case http.StatusUnauthorized:
		c.limits.invalid.take(now)
		if !k.open {
			c.limits.refuse()
		}
	case http.StatusForbidden:
		c.limits.invalid.take(now)
	}
	return e
}

// limited reads how long a 429 asks to wait: header and body have been seen
// to differ by a thousand times, so the longer counts.
func (c *client) limited(e *apiError, h http.Header, body float64, global bool) {
	header, _ := strconv.ParseFloat(h.Get("Retry-After"), 64)
	e.wait = max(seconds(header), seconds(body), time.Second/10)
	e.global = global || h.Get("X-RateLimit-Global") != "" || h.Get("X-RateLimit-Scope") == "global"
	e.shared = h.Get("X-RateLimit-Scope") == "shared"
}

// get reads something, trying again what passes by itself. into is filled
// from the JSON of the answer.
func (c *client) get(ctx context.Context, k call, into any) error {
	k.method = http.MethodGet
	body, err := c.retry(ctx, k)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("read Discord's answer: %w", err)
	}
	return nil
}

// retries is how often a request that does no harm twice is tried.
const retries = 3

// retry makes a request that may be made twice, and tries again what passes
// by itself: limits of a few seconds, lost answers, 5xx.
func (c *client) retry(ctx context.Context, k call) ([]byte, error) {
	for n := 1; ; n++ {
		body, err := c.do(ctx, k, 5*time.Second)
		wait, again := passing(err)
		if err == nil || !again || n == retries || wait > 5*time.Second {
			return body, err
		}
		if sleepErr := c.timing.sleep(ctx, max(wait, c.timing.retry<<(n-1))); sleepErr != nil {
			return nil, err
		}
	}
}

// passing reports whether a failure passes by itself, and how long it asks
// to wait.
func passing(err error) (wait time.Duration, ok bool) {
	var api *apiError
	var lost *lostError
	var held *heldError
	switch {
	case errors.As(err, &api):
		return api.wait, api.status == http.StatusTooManyRequests || api.status >= 500
	case errors.As(err, &held):
		return held.wait, true
	case errors.As(err, &lost):
		return 0, !errors.Is(err, context.Canceled)
	}
	return 0, false
}

// tokens in addresses: of interactions and of webhooks.
var addressToken = regexp.MustCompile(`(/(?:webhooks|interactions)/\d+/)[^/?"\s]+`)

// redact takes every secret out of an error's text. The cause stays in reach
// of errors.Is.
func (c *client) redact(err error) error {
	text := strings.ReplaceAll(err.Error(), c.token, "[redacted]")
	return redacted{addressToken.ReplaceAllString(text, "${1}[redacted]"), err}
}

type redacted struct {
	text string
	err  error
}

// Error is the text without its secrets.
func (r redacted) Error() string { return r.text }

// Is compares the cause without giving it out, since its text has the secret.
func (r redacted) Is(target error) bool { return errors.Is(r.err, target) }

// codeOf is Discord's code in an error, 0 where there is none.
func codeOf(err error) int {
	var api *apiError
	if errors.As(err, &api) {
		return api.code
	}
	return 0
}

// statusOf is the HTTP status in an error, 0 where there is none.
func statusOf(err error) int {
	var api *apiError
	if errors.As(err, &api) {
		return api.status
	}
	return 0
}
