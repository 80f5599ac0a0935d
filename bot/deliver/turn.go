package deliver

import (
	"sync"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// line is who waits for a platform to let a post through. When thousands are
// due at once, each that comes too early is told when its turn will be, at the
// platform's pace, instead of all of them coming back at the same time to be
// told again.
type line struct {
	pace func() float64 // turns a second, which change as processes come and go; nil for a platform that has no pace

	mu   sync.Mutex
	next time.Time // the turn of the next in line
}

func newLine(p bot.Platform) *line {
	l := &line{}
	if paced, ok := p.(bot.Paced); ok && paced.Pace() > 0 {
		l.pace = paced.Pace
	}
	return l
}

// join takes the next turn and returns when it is, but not before earliest. One
// that has to wait long for itself, for its channel say, takes one turn and
// pushes nobody back.
func (l *line) join(now, earliest time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next.Before(now) {
		l.next = now
	}
	turn := l.next
	l.next = turn.Add(time.Duration(float64(time.Second) / l.pace()))
	if turn.Before(earliest) {
		return earliest
	}
	return turn
}

// turn is how long a delivery that is surely unsent waits. One that a platform
// asked to wait joins the line behind the others; one that failed otherwise
// backs off, at random below a time that doubles (full jitter).
func (w *Worker) turn(d digest.Delivery, cause *bot.SendError) time.Duration {
	l := w.lines[d.Destination.Platform]
	if cause.RetryAfter <= 0 || l == nil || l.pace == nil {
		return max(cause.RetryAfter, w.o.Jitter(backoff(d.Attempts)))
	}
	now := w.o.Now()
	return l.join(now, now.Add(cause.RetryAfter)).Sub(now)
}
