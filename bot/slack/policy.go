package slack

import "time"

// policy decides when to open the next socket. It is pure: it is told what
// happened and when, and says how long to wait.
//
// slack-go's own loop reconnects at once whatever the reason; against a server
// that refuses each socket it made 1,800 connections in three seconds.
type policy struct {
	jitter func() float64 // in [0, 1)

	opened time.Time // when the last one was opened
	short  int       // sockets in a row that did not last, or could not be opened
	many   int       // too_many_websockets in a row
}

// Waits. Slack's tier for apps.connections.open is 50 a minute.
const (
	minSpacing   = 5 * time.Second  // between two sockets, whatever happened
	maxBackoff   = 5 * time.Minute  // after many failures
	lasting      = time.Minute      // a socket that lived this long did well
	linkWait     = 5 * time.Minute  // link_disabled: Socket Mode was turned off
	manyWait     = 2 * time.Minute  // too_many_websockets, doubling
	maxManyWait  = 15 * time.Minute // its end
	overlapGrace = 30 * time.Second // that a socket which is to close is still read beside the next
)

// ending is why a socket ended, or could not be opened.
type ending struct {
	reason string        // of Slack's disconnect; "" when the connection just ended
	err    error         // of opening or reading
	wait   time.Duration // that Slack asked for
}

// Reasons of a disconnect.
// https://docs.slack.dev/apis/events-api/using-socket-mode
const (
	reasonWarning  = "warning"           // it will close in about ten seconds
	reasonRefresh  = "refresh_requested" // sockets are renewed every few hours
	reasonDisabled = "link_disabled"     // Socket Mode was turned off
	reasonTooMany  = "too_many_websockets"
)

// open notes that a socket is being opened.
func (p *policy) open(now time.Time) { p.opened = now }

// next says how long to wait after an ending before the next socket.
func (p *policy) next(e ending, now time.Time) time.Duration {
	lived := now.Sub(p.opened)
	switch {
	case e.reason == reasonDisabled:
		p.short = 0
		return linkWait
	case e.reason == reasonTooMany:
		p.many++
		p.short = 0
		return p.spread(min(manyWait<<min(p.many-1, 5), maxManyWait))
	case lived >= lasting:
		p.short, p.many = 0, 0
	default:
		p.short++
	}
	wait := max(e.wait, p.backoff())
	return max(wait, minSpacing-lived, 0)
}

// backoff doubles from minSpacing with each socket that did not last.
func (p *policy) backoff() time.Duration {
	if p.short == 0 {
		return 0
	}
	return p.spread(min(minSpacing<<min(p.short-1, 10), maxBackoff))
}

// spread takes up to a quarter off, so that many processes do not come back as
// one.
func (p *policy) spread(d time.Duration) time.Duration {
	return d - time.Duration(p.jitter()*float64(d)/4)
}
