package discord

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"golang.org/x/sync/errgroup"

	"github.com/daybrief/daybrief/digest"
)

// gateway is all connections of the bot: one, or one a shard.
type gateway struct {
	a   *Adapter
	log *slog.Logger

	mu    sync.Mutex
	count int
	up    map[int]bool
	turn  time.Time // when the next shard may identify
}

func newGateway(a *Adapter) *gateway {
	return &gateway{a: a, log: a.log, up: map[int]bool{}}
}

func (g *gateway) connected() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.count > 0 && len(g.up) == g.count
}

func (g *gateway) set(shard int, up bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if up {
		g.up[shard] = true
	} else {
		delete(g.up, shard)
	}
}

// Run registers the commands, connects and answers until the context ends,
// when it returns nil. Any other return is for good and says in one sentence
// what is to be done; what passes by itself is waited out.
func (a *Adapter) Run(ctx context.Context) error {
	if a.opts.Handler == nil {
		return digest.Errorf(digest.Internal, "the Discord adapter has no handler")
	}
	turns, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer a.drain(stop)
	if err := a.prepare(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	if a.opts.HTTPOnly {
		<-ctx.Done()
		return nil
	}
	return a.gateway.run(ctx, turns)
}

// drain lets answers that are under way finish for a few seconds.
func (a *Adapter) drain(stop func()) {
	done := make(chan struct{})
	go func() {
		a.turns.Wait()
		close(done)
	}()
	t := time.NewTimer(5 * time.Second)
	defer t.Stop()
	select {
	case <-done:
	case <-t.C:
	}
	stop()
}

// prepare waits until Discord can be reached, and registers the commands. A
// failure to register is told and does not keep the bot from answering.
func (a *Adapter) prepare(ctx context.Context) error {
	for n := 1; ; n++ {
		_, err := a.me(ctx)
		if err == nil {
			break
		}
		if lasting(err) {
			return asRefused(err)
		}
		a.log.WarnContext(ctx, "discord: cannot be reached, trying again", "err", err)
		if a.rest.timing.sleep(ctx, jitter(a.opts.timing.backoff, n)) != nil {
			return nil
		}
	}
	if _, err := a.Register(ctx); err != nil {
		a.log.ErrorContext(ctx, "discord: the commands could not be registered; those of before stay", "err", err)
	}
	return nil
}

// lasting reports whether asking again can not help.
func lasting(err error) bool {
	return errors.Is(err, errRefused) || statusOf(err) == http.StatusUnauthorized || statusOf(err) == http.StatusForbidden
}

func asRefused(err error) error {
	if statusOf(err) == http.StatusForbidden {
		return digest.Errorf(digest.Forbidden, "Discord does not let this bot in: %w", err)
	}
	return errRefused
}

// backoffMax is the longest pause between two attempts to connect.
const backoffMax = 2 * time.Minute

// jitter is a random pause up to a bound that doubles with each failure, so
// that many bots do not come back in step after an outage.
func jitter(base time.Duration, failures int) time.Duration {
	top := base
	for range min(failures-1, 16) {
		top = min(2*top, backoffMax)
	}
	return time.Duration(rand.Int64N(int64(top) + 1))
}

// botGateway is what Discord says about connecting.
// https://docs.discord.com/developers/events/gateway#get-gateway-bot
type botGateway struct {
	URL    string `json:"url"`
	Shards int    `json:"shards"`
	Limit  struct {
		Remaining      int   `json:"remaining"`
		ResetAfter     int64 `json:"reset_after"` // milliseconds
		MaxConcurrency int   `json:"max_concurrency"`
	} `json:"session_start_limit"`
}

// minStarts is how many session starts are kept back. Discord resets the
// token of a bot that uses up all of a day.
const minStarts = 50

func (g *gateway) info(ctx context.Context) (botGateway, error) {
	var b botGateway
	err := g.a.rest.get(ctx, call{url: discordgo.EndpointGatewayBot, lane: lane{route: "GET gateway"}}, &b)
	return b, err
}

// run keeps all shards connected.
func (g *gateway) run(ctx, turns context.Context) error {
	n := g.a.opts.Shards
	for failures := 1; n == 0; failures++ {
		info, err := g.info(ctx)
		if err == nil {
			n = max(1, info.Shards)
			break
		}
		if lasting(err) {
			return asRefused(err)
		}
		if g.a.rest.timing.sleep(ctx, jitter(g.a.opts.timing.backoff, failures)) != nil {
			return nil
		}
	}
	g.mu.Lock()
	g.count = n
	g.mu.Unlock()
	group, ctx := errgroup.WithContext(ctx)
	for i := range n {
		s := &shard{g: g, id: i, count: n, turns: turns}
		group.Go(func() error { return s.run(ctx) })
	}
	return group.Wait()
}

// waitTurn keeps identifications apart: max_concurrency of them each five
// seconds over all shards.
func (g *gateway) waitTurn(ctx context.Context, concurrency int) error {
	g.mu.Lock()
	now := g.a.opts.timing.now()
	at := now
	if g.turn.After(at) {
		at = g.turn
	}
	g.turn = at.Add(g.a.opts.timing.identify / time.Duration(max(1, concurrency)))
	g.mu.Unlock()
	return g.a.rest.timing.sleep(ctx, at.Sub(now))
}

// fatalClose are the closes after which connecting again cannot help.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
func fatalClose(code int) *digest.Error {
	switch code {
	case 4004:
		return errRefused
	case 4010, 4011:
		return digest.Errorf(digest.Invalid, "Discord refused the number of shards (close code %d)", code).
			WithHint("Leave the number of shards at 0, so that Discord's own recommendation is used.")
	case 4012:
		return digest.Errorf(digest.Unavailable, "Discord no longer speaks this version of its gateway (close code 4012)").
			WithHint("Install a newer version of daybrief.")
	case 4013, 4014:
		return digest.Errorf(digest.Forbidden, "Discord refused the intents of the bot (close code %d)", code).
			WithHint("daybrief needs no privileged intent; check in the developer portal that the bot is not limited or disabled.")
	}
	return nil
}

// localGateway answers discordgo's question for the gateway's address from
// what was asked already, and makes no other request: discordgo shall make
// none, since its limiter is not used.
type localGateway struct{ url string }

// RoundTrip implements http.RoundTripper.
func (l localGateway) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.String() != discordgo.EndpointGateway {
		return nil, errors.New("discordgo makes no requests here")
	}
	body, err := json.Marshal(map[string]string{"url": strings.TrimSuffix(l.url, "/") + "/"})
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(body))), Request: req}, nil
}
