package slack

import (
	"strings"
	"sync"
	"time"

	"github.com/daybrief/daybrief/bot"
)

// limiter keeps Slack's budgets. It has one clock per key (a method, a
// channel, the workspace), which says when the next call is due, and a list
// of pauses, which Slack asked for. It never waits itself.
//
// Each key runs the generic cell rate algorithm (ITU-T I.371): due advances by
// the spacing with each call, and a call may run ahead of it by the burst.
type limiter struct {
	now func() time.Time

	mu     sync.Mutex
	due    map[string]time.Time
	paused map[string]time.Time
	share  int // this process has one of so many shares of every budget
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, due: map[string]time.Time{}, paused: map[string]time.Time{}, share: 1}
}

// rate is what a call takes from one key.
type rate struct {
	key     string
	spacing time.Duration
	burst   int // calls that may go at once
}

// methodRate is the tier of a method, a little under what Slack lists. Posting
// has its own rates.
// https://docs.slack.dev/apis/web-api/rate-limits
func methodRate(method string) rate {
	perMinute, burst := 45, 10 // tier 3
	switch method {
	case "chat.postEphemeral", "users.info", "conversations.members", "views.open", "views.update", "views.publish":
		perMinute, burst = 90, 20 // tier 4
	case "conversations.list", "users.list":
		perMinute, burst = 18, 2 // tier 2
	case "chat.postMessage", "auth.test", "response_url":
		perMinute, burst = 180, 60 // special: the workspace and channel rates are tighter
	}
	return rate{"method " + method, time.Minute / time.Duration(perMinute), burst}
}

// postRates are what a post takes: from its channel, and from the workspace.
// An answer to a person who waits may run ahead of its turn, and what comes
// after it waits the longer.
func postRates(channel string, waiting bool) []rate {
	if waiting {
		return []rate{{"channel " + channel, channelSpacing, partBurst}, {"workspace", workspaceSpacing, answerBurst}}
	}
	return []rate{{"channel " + channel, channelSpacing, 1}, {"workspace", workspaceSpacing, postBurst}}
}

// Pace is how many posts a second go to a workspace from this process.
func (a *App) Pace() float64 {
	return float64(time.Second) / float64(workspaceSpacing) / float64(a.limits.shares())
}

var _ bot.Sharer = (*App)(nil)

// Share has this process take one of n equal shares of what Slack lets through.
func (a *App) Share(n int) { a.limits.setShare(n) }

// Heed keeps to pauses that another process was asked for.
func (a *App) Heed(pauses map[string]time.Time) { a.limits.restore(a.known().Workspace, pauses) }

func (l *limiter) setShare(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.share = max(n, 1)
}

func (l *limiter) shares() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.share
}

// ahead is by how much a call may run ahead of its due time.
func (l *limiter) ahead(r rate) time.Duration {
	return l.spacing(r) * time.Duration(max(r.burst/l.share, 1)-1)
}

// spacing is that of this process's share of a rate.
func (l *limiter) spacing(r rate) time.Duration { return r.spacing * time.Duration(l.share) }

// take reserves a call and returns how long to wait before making it. When
// that is more than most, nothing is reserved, and it is ok to come back then.
func (l *limiter) take(most time.Duration, method string, rates ...rate) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	rates = append(rates[:len(rates):len(rates)], methodRate(method))
	for _, r := range rates {
		wait = max(wait, l.due[r.key].Add(-l.ahead(r)).Sub(now))
	}
	for _, key := range []string{pauseAll, method} {
		wait = max(wait, l.paused[key].Sub(now))
	}
	if wait = max(wait, 0); wait > most {
		return wait, false
	}
	for _, r := range rates {
		// A channel's next post is due after this one is made. The rest count
		// calls, and one that waits for its channel holds up no other channel.
		from := now
		if r.burst == 1 {
			from = now.Add(wait)
		}
		if due := l.due[r.key]; due.After(from) {
			from = due
		}
		l.due[r.key] = from.Add(l.spacing(r))
	}
	l.forget(now)
	return wait, true
}

// pauseAll is the key of a pause of the whole workspace.
const pauseAll = "*"

// pause keeps a method, or everything, from being called for d.
func (l *limiter) pause(method string, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := l.now().Add(d); until.After(l.paused[method]) {
		l.paused[method] = until
	}
}

// forget drops what is past, once there is much of it.
func (l *limiter) forget(now time.Time) {
	if len(l.due) < 1000 {
		return
	}
	for key, due := range l.due {
		if due.Before(now) {
			delete(l.due, key)
		}
	}
}

// export returns the pauses that are still to come, by "workspace method".
func (l *limiter) export(workspace string) map[string]time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]time.Time{}
	for method, until := range l.paused {
		if until.After(l.now()) {
			out[workspace+" "+method] = until
		}
	}
	return out
}

// restore takes back what export returned, for the workspace alone.
func (l *limiter) restore(workspace string, pauses map[string]time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, until := range pauses {
		if method, ok := strings.CutPrefix(key, workspace+" "); ok && until.After(l.paused[method]) {
			l.paused[method] = until
		}
	}
}
