package bot

import (
	"context"
	"errors"
	"io"
	"net/http"
)

// ErrLate is why a request did not go out: what it was to post is no longer
// its caller's to post.
var ErrLate = errors.New("the time of this attempt is over")

type fenceKey struct{}

// WithFence returns a context whose requests ask check before they go out, see
// Guard. An error of check, which is to wrap ErrLate, keeps a request back.
// check may be called by several goroutines.
func WithFence(ctx context.Context, check func(context.Context) error) context.Context {
	return context.WithValue(ctx, fenceKey{}, check)
}

// Guard has a request ask the fence of its context, where there is one: at
// once, and again when its body is read, which net/http does when a connection
// is there, the instant before the first byte is written. A process that was
// frozen while it dialled is stopped there. What is kept back has surely not
// been posted: of HTTP/1 not a byte has gone out, of HTTP/2 no more than the
// headers of a request that is then reset.
func Guard(req *http.Request) (*http.Request, error) {
	check, ok := req.Context().Value(fenceKey{}).(func(context.Context) error)
	if !ok {
		return req, nil
	}
	if err := check(req.Context()); err != nil {
		return nil, err
	}
	if req.Body == nil || req.Body == http.NoBody {
		return req, nil
	}
	guarded := req.Clone(req.Context())
	fence := func(body io.ReadCloser) io.ReadCloser {
		return &fencedBody{ReadCloser: body, check: func() error { return check(req.Context()) }}
	}
	guarded.Body = fence(req.Body)
	if again := req.GetBody; again != nil { // for another connection, where the first had died
		guarded.GetBody = func() (io.ReadCloser, error) {
			body, err := again()
			if err != nil {
				return nil, err
			}
			return fence(body), nil
		}
	}
	return guarded, nil
}

// fencedBody asks before its first byte.
type fencedBody struct {
	io.ReadCloser
	check func() error
	asked bool
}

// Read reads, once it may.
func (b *fencedBody) Read(p []byte) (int, error) {
	if !b.asked {
		if err := b.check(); err != nil {
			return 0, err
		}
		b.asked = true
	}
	return b.ReadCloser.Read(p)
}
