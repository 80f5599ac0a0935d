package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/daybrief/daybrief/bot"
)

// callError is a call to Slack that did not succeed.
type callError struct {
	Method string
	Code   string        // Slack's: "is_archived"; ours: "rate_wait", "timeout", "network", "http_500", "unreadable"
	Wait   time.Duration // least time before another try; 0 when Slack did not say
	Wrote  bool          // the request had begun to leave, so it may have had its effect
	Detail string        // Slack's further words, such as which block is wrong
	Err    error
}

// Error is for the log; it holds no secret.
func (e *callError) Error() string {
	s := fmt.Sprintf("call %s: %s", e.Method, e.Code)
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return Redact(s)
}

// Unwrap returns the cause.
func (e *callError) Unwrap() error { return e.Err }

// codeOf is Slack's code of an error, "" for nil, "error" when it has none.
func codeOf(err error) string {
	var ce *callError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &ce):
		return ce.Code
	}
	return "error"
}

// caller is the HTTP client that slack-go calls through. It keeps the rates,
// moves the token into the header, where no proxy's log has it, and makes one
// kind of error of all that can go wrong, slack-go's own errors not telling
// three shapes of "too many requests" apart, nor whether a request had left.
type caller struct {
	http    *http.Client
	limits  *limiter
	clock   clock
	paused  func() // told after a pause was asked for
	scopes  func(http.Header)
	maxWait time.Duration // of a call that is not a post
}

// callTimeout is how long one call may take. Slack answers within seconds.
const callTimeout = 30 * time.Second

// maxReply is the largest answer that is read, in bytes. A history page of
// long messages is some hundred kilobytes.
const maxReply = 8 << 20

// Do makes one call, after waiting for its turn.
func (c *caller) Do(req *http.Request) (*http.Response, error) {
	method := path.Base(req.URL.Path)
	if !isPost(method) { // posts took their turn before
		if err := c.turn(req.Context(), method, c.maxWait); err != nil {
			return nil, err
		}
	}
	if err := tokenToHeader(req); err != nil {
		return nil, &callError{Method: method, Code: "internal", Err: err}
	}
	return c.send(req, method)
}

func isPost(method string) bool {
	switch method {
	case "chat.postMessage", "chat.postEphemeral", "chat.update":
		return true
	}
	return false
}

// turn waits until a call is due, or says how long that is when it is more
// than most.
func (c *caller) turn(ctx context.Context, method string, most time.Duration, rates ...rate) error {
	wait, ok := c.limits.take(most, method, rates...)
	if !ok {
		return &callError{Method: method, Code: "rate_wait", Wait: wait}
	}
	if wait > 0 {
		if err := c.clock.wait(ctx, wait); err != nil {
			return &callError{Method: method, Code: "cancelled", Err: err}
		}
	}
	return nil
}

// send makes the call and reads its answer.
func (c *caller) send(req *http.Request, method string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), callTimeout)
	defer cancel()
	var wrote atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }})
	req, err := bot.Guard(req.WithContext(ctx))
	if err != nil {
		return nil, transportError(method, false, err)
	}
	//nolint:gosec // the address is the API's, or a response_url from a delivery that Slack signed
	res, err := c.http.Do(req)
	if err != nil {
		return nil, transportError(method, wrote.Load() && !errors.Is(err, bot.ErrLate), err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxReply))
	if err != nil {
		return nil, transportError(method, true, err)
	}
	if c.scopes != nil {
		c.scopes(res.Header)
	}
	if ce := c.judge(method, res, body); ce != nil {
		return nil, ce
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

func transportError(method string, wrote bool, err error) *callError {
	code := "network"
	var timeout interface{ Timeout() bool }
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		code = "timeout"
	}
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err // without the address, which may be a secret
	}
	return &callError{Method: method, Code: code, Wrote: wrote, Err: secretError{err}}
}

// judge tells whether an answer is a success, and pauses what Slack wants
// paused. Too many requests come in three shapes: status 429 with Retry-After,
// 429 without it, and status 200 with an error code.
func (c *caller) judge(method string, res *http.Response, body []byte) *callError {
	var r struct {
		OK       *bool  `json:"ok"`
		Error    string `json:"error"`
		Needed   string `json:"needed"`
		Metadata struct {
			Messages []string `json:"messages"`
		} `json:"response_metadata"`
	}
	parsed := json.Unmarshal(body, &r) == nil && r.OK != nil
	switch {
	case res.StatusCode == http.StatusTooManyRequests, r.Error == "ratelimited", r.Error == "rate_limited", r.Error == "message_limit_exceeded":
		return c.tooMany(method, res.Header, r.Error)
	case res.StatusCode >= 300:
		return &callError{Method: method, Code: "http_" + strconv.Itoa(res.StatusCode), Wrote: res.StatusCode >= 500}
	case (method == responseURL || method == fileUpload) && !parsed: // both answer in plain text
		return nil
	case !parsed:
		return &callError{Method: method, Code: "unreadable", Wrote: true}
	case !*r.OK:
		detail := strings.Join(r.Metadata.Messages, "; ")
		if r.Needed != "" {
			detail = "needs " + r.Needed
		}
		return &callError{Method: method, Code: r.Error, Detail: detail, Wrote: true}
	}
	return nil
}

func (c *caller) tooMany(method string, h http.Header, code string) *callError {
	wait, key := defaultPause, method
	if s, err := strconv.Atoi(strings.TrimSpace(h.Get("Retry-After"))); err == nil && s >= 0 {
		wait = time.Duration(s) * time.Second
	}
	if code == "message_limit_exceeded" {
		wait, key = max(wait, quotaPause), pauseAll
	} else {
		code = "ratelimited"
	}
	c.limits.pause(key, wait)
	if c.paused != nil {
		c.paused()
	}
	return &callError{Method: method, Code: code, Wait: wait}
}

// tokenToHeader moves the token that slack-go puts into a form to the
// Authorization header.
func tokenToHeader(req *http.Request) error {
	if req.Body == nil || req.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		return nil
	}
	data, err := io.ReadAll(req.Body)
	if err != nil {
		return err
	}
	form, err := url.ParseQuery(string(data))
	if err != nil {
		return err
	}
	if token := form.Get("token"); token != "" {
		form.Del("token")
		req.Header.Set("Authorization", "Bearer "+token)
	}
	setBody(req, form.Encode())
	return nil
}

func setBody(req *http.Request, body string) {
	req.Body = io.NopCloser(strings.NewReader(body))
	req.ContentLength = int64(len(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }
}

// responseURL is the name under which uses of a response_url are counted.
const responseURL = "response_url"

// respond posts to a response_url.
// https://docs.slack.dev/interactivity/handling-user-interaction
func (c *caller) respond(ctx context.Context, address string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return &callError{Method: responseURL, Code: "internal", Err: secretError{err}}
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	res, err := c.send(req, responseURL)
	if err != nil {
		return err
	}
	return res.Body.Close()
}
