package schedule

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/alert"
)

// HoursStore is the part of the store that quiet hours need.
type HoursStore interface {
	Profile(ctx context.Context, of digest.Destination) (digest.Profile, error)
	Subscription(ctx context.Context, id int64) (digest.Subscription, error)
	Edition(ctx context.Context, id int64) (digest.Edition, error)
	ArticleByURL(ctx context.Context, url string) (digest.Article, error)
	HoldDelivery(ctx context.Context, d digest.Delivery, held []digest.Held) error
}

// Hours keeps alerts and updates that were decided before quiet hours from
// being posted in them: a platform that was away may take them hours later.
// Digests come when they were asked to come, see Composer.
type Hours struct {
	Store HoursStore
	Zone  string // of quiet hours whose subscription names none
	Now   func() time.Time
	Log   *slog.Logger
}

// Hold takes a claimed delivery back when it is quiet where it goes, and
// reports that it did. An alert goes out with the others on waking, or is
// dropped, as was chosen; an update, and the rest of what is visible in part,
// waits as it is until again.
func (q Hours) Hold(ctx context.Context, d digest.Delivery) (again time.Time, held bool, err error) {
	p, err := q.Store.Profile(ctx, d.Destination)
	if err != nil || p.Quiet == (digest.QuietHours{}) {
		return time.Time{}, false, err
	}
	sub, err := q.Store.Subscription(ctx, d.SubscriptionID)
	if err != nil || sub.Kind == digest.DigestKind || sub.Destination != d.Destination {
		return time.Time{}, false, err
	}
	now := q.Now()
	until, quiet := alert.Quiet(p.Quiet, cmp.Or(sub.Zone, q.Zone), now)
	if !quiet {
		return time.Time{}, false, nil
	}
	d.Updated, d.LastError = now, "held for quiet hours"
	if d.Part > 0 || sub.Kind != digest.AlertKind && !p.Quiet.Drop {
		d.State, d.NotBefore, d.Deadline = digest.Pending, until, until.Add(bundleDeadline)
		q.Log.InfoContext(ctx, "a post waits for the end of quiet hours", append(d.Attrs(), "until", until)...)
		return until, true, q.Store.HoldDelivery(ctx, d, nil)
	}
	var stories []digest.Held
	if d.State = digest.Dead; p.Quiet.Drop {
		d.LastError = "dropped in quiet hours"
	} else if stories, err = q.stories(ctx, sub, d, until); err != nil {
		return time.Time{}, false, err
	}
	q.Log.InfoContext(ctx, "an alert came too late before quiet hours", append(d.Attrs(), "held", len(stories), "until", until)...)
	return time.Time{}, true, q.Store.HoldDelivery(ctx, d, stories)
}

// stories are those of an alert, or of several in one message, as held ones.
func (q Hours) stories(ctx context.Context, sub digest.Subscription, d digest.Delivery, until time.Time) ([]digest.Held, error) {
	e, err := q.Store.Edition(ctx, d.EditionID)
	if err != nil {
		return nil, err
	}
	var m bot.Message
	if err := json.Unmarshal(e.Content, &m); err != nil {
		return nil, fmt.Errorf("read edition %d: %w", e.ID, err)
	}
	urls := map[int64]string{}
	for _, section := range m.Sections {
		for _, it := range section.Items {
			urls[it.StoryID] = it.URL
		}
	}
	out := make([]digest.Held, len(e.Stories))
	for i, t := range e.Stories {
		// A story has the number of its first article, where the one that alerted
		// is gone or has no address.
		out[i] = digest.Held{Destination: d.Destination, SubscriptionID: sub.ID, StoryID: t.StoryID, ArticleID: t.StoryID, Why: string(alert.Unsent), Created: e.Built, Release: until}
		if urls[t.StoryID] == "" {
			continue
		}
		art, err := q.Store.ArticleByURL(ctx, urls[t.StoryID])
		if err != nil && digest.CodeOf(err) != digest.NotFound {
			return nil, err
		}
		out[i].ArticleID = cmp.Or(art.ID, t.StoryID)
	}
	return out, nil
}
