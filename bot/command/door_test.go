package command

import (
	"context"
	"testing"

	"github.com/daybrief/daybrief/digest"
)

// A digest with its details in threads asks for more than one without.
func TestLetIn(t *testing.T) {
	t.Parallel()
	asked := ""
	door := func(name string) func(context.Context, digest.Destination) error {
		return func(context.Context, digest.Destination) error {
			asked = name
			return digest.Errorf(digest.Forbidden, "closed")
		}
	}
	post, thread := door("post"), door("thread")
	channel, direct := digest.Destination{Platform: "discord", Channel: "1"}, digest.Destination{Platform: "discord", Channel: "2", Direct: true}
	for _, c := range []struct {
		to        digest.Destination
		threads   bool
		mayThread func(context.Context, digest.Destination) error
		want      string
	}{{channel, false, thread, "post"}, {channel, true, thread, "thread"}, {channel, true, nil, "post"}, {direct, true, thread, ""}} {
		asked = ""
		h := &Handler{o: Options{MayPost: post, MayThread: c.mayThread}}
		err := h.letIn(t.Context(), digest.Subscription{Destination: c.to, Threads: c.threads})
		if asked != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%+v: asked %q, %v", c, asked, err)
		}
	}
}
