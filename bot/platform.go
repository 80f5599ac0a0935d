package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Platform is where messages go: Slack, Discord, the web page, a fake. It is
// one small contract: render a neutral message into parts once, then send a
// part and say what became of it. It is safe for concurrent use.
type Platform interface {
	// Name is the word in digest.Destination.Platform.
	Name() string

	// Render turns a message into the parts to be posted, in order, each within
	// every limit of the platform and each a payload that Send takes. A story
	// is never split over two parts. It does no input or output, and the same
	// message gives the same bytes.
	Render(m Message) ([][]byte, error)

	// Send posts one part. A nil error means it is visible, and ref names it.
	// Any other outcome is a *SendError that says what became of it and what
	// to do. Sending the same Key again within the platform's window of
	// idempotency, where it has one, shows nothing twice.
	Send(ctx context.Context, p Post) (ref string, err error)
}

// Finder is a Platform that can look for a post whose fate is not known.
type Finder interface {
	// Find returns the reference of the post, or "" when it is surely not
	// there; an error when that cannot be told, which wraps ErrCannotLook where
	// it will not be told later either.
	Find(ctx context.Context, p Post) (ref string, err error)
}

// ErrCannotLook is why a post is not looked for: what was posted may not be
// read back. Asking again does not help until a person changes that.
var ErrCannotLook = errors.New("what was posted may not be read back")

// Doorman is a Platform that can tell before the first post whether posting
// somewhere can work.
type Doorman interface {
	// MayPost returns nil when a post can work, and when that cannot be told.
	// Its error is made to be shown: it says what is missing, and its hint
	// what to do about it.
	MayPost(ctx context.Context, to digest.Destination) error
}

// Threader is a Doorman of a platform where beginning a thread under a post
// takes a right of its own.
type Threader interface {
	// MayThread is MayPost for a subscription that wants its details in threads.
	MayThread(ctx context.Context, to digest.Destination) error
}

// Repeater is a Platform that shows the same Key once when it is sent again
// within a time of the first, so that a post whose fate is not known may be
// sent again.
type Repeater interface {
	RepeatWindow() time.Duration
}

// Paced is a Platform that lets only so many posts through, as its own limits
// or those that it was asked to keep say.
type Paced interface {
	// Pace is how many posts a second are let through in the long run.
	Pace() float64
}

// Post is one part to be sent.
type Post struct {
	Key     string // the same for every attempt: "e<edition>.<part>.<destination>", see package deliver
	To      digest.Destination
	Payload []byte
	ReplyTo string    // ref of the message to post under, as Send returned it; "" for none
	Started time.Time // of the attempt that may have landed; zero when there was none
}

// Fate is what became of a post that was not confirmed.
type Fate string

// The fates. They are what the retry rules turn on.
const (
	Unsent  Fate = "unsent"  // surely not visible: try again, not before RetryAfter
	Unclear Fate = "unclear" // it may be visible: look for it, never post blindly
	Refused Fate = "refused" // surely not visible, and will not be: stop and tell the owner
)

// SendError says why a post was not confirmed.
type SendError struct {
	Fate       Fate
	RetryAfter time.Duration // least time to wait; 0 when the platform did not say
	Reason     string        // the platform's code: "is_archived", "50007", "timeout"
	Remedy     string        // one sentence for the one who can mend it; "" when nobody can
	// Suspend says that no post to this destination can work until someone
	// acts, so the subscription is suspended and not just this post.
	Suspend bool
	Err     error
}

// Error is for the log.
func (e *SendError) Error() string {
	return fmt.Sprintf("post %s (%s): %v", e.Fate, e.Reason, e.Err)
}

// Unwrap returns the cause.
func (e *SendError) Unwrap() error { return e.Err }
