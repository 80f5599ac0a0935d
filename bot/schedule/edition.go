package schedule

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// moment is when subscriptions run, and how many are due at it.
type moment struct {
	now time.Time
	due int
}

// Spreading: 08:00 is a popular time, and platforms limit how fast may be
// posted, so many at once are spread over up to a minute.
const (
	spreadFrom = 20                    // fewer than this many go at once
	spreadEach = 50 * time.Millisecond // of the minute for each that is due
	spreadMost = 55 * time.Second
)

// spread is when a subscription's digest goes out. Its place in the minute is
// the same each day, so that a digest does not come earlier one day and later
// the next.
func (m moment) spread(subscription int64) time.Time {
	if m.due < spreadFrom {
		return m.now
	}
	h := fnv.New32a()
	_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, uint64(subscription)))
	place := float64(h.Sum32()) / (1 << 32)
	return m.now.Add(time.Duration(place * float64(min(spreadMost, time.Duration(m.due)*spreadEach))))
}

// Run builds the edition of a subscription's due run, or notes that it was
// missed, and moves the subscription on. What it writes is one transaction.
func (s *Scheduler) Run(ctx context.Context, sub digest.Subscription, m moment) (digest.Edition, error) {
	now := m.now
	p, err := s.o.Composer.Plan(sub)
	if err != nil {
		return digest.Edition{}, s.suspend(ctx, sub, "its schedule cannot be read: "+err.Error())
	}
	scheduled, next := s.latestDue(p, sub, now)
	limit := cmp.Or(sub.CatchUp, digest.DefaultCatchUp)
	if now.Sub(scheduled) > limit {
		return s.miss(ctx, sub, p, scheduled, next)
	}
	return s.write(ctx, sub, scheduled, m, next)
}

// latestDue is the latest run that has come, and the next after now: after a
// stop, one digest tells of all the runs that were missed.
func (s *Scheduler) latestDue(p *Plan, sub digest.Subscription, now time.Time) (scheduled, next time.Time) {
	scheduled = sub.NextRun
	// A run each minute for a year is half a million steps; jump near first.
	if from := now.Add(-cmp.Or(sub.CatchUp, digest.DefaultCatchUp) - 24*time.Hour); scheduled.Before(from) {
		if t := p.Next(from); !t.After(now) {
			scheduled = t
		}
	}
	for next = p.Next(scheduled); !next.IsZero() && !next.After(now); next = p.Next(next) {
		scheduled = next
	}
	return scheduled, next
}

// miss writes a note into the ledger instead of a post: nobody wants this
// morning's news tomorrow.
func (s *Scheduler) miss(ctx context.Context, sub digest.Subscription, p *Plan, scheduled, next time.Time) (digest.Edition, error) {
	e := digest.Edition{SubscriptionID: sub.ID, Slot: p.Slot(scheduled), Scheduled: scheduled, Built: s.o.Now(), Title: "missed", Content: []byte("{}"), Missed: true}
	written, _, err := s.o.Store.CreateEdition(ctx, digest.EditionPlan{Edition: e, NextRun: next}, s.Enqueue)
	if err == nil {
		s.o.Log.WarnContext(ctx, "a digest was missed", attrs(written, sub)...)
	}
	return written, err
}

// write builds the digest and writes edition, deliveries, jobs and next run.
func (s *Scheduler) write(ctx context.Context, sub digest.Subscription, scheduled time.Time, at moment, next time.Time) (digest.Edition, error) {
	now := at.now
	p, err := s.o.Composer.Plan(sub)
	if err != nil {
		return digest.Edition{}, err
	}
	platform, ok := s.platforms[sub.Destination.Platform]
	if !ok {
		return digest.Edition{}, digest.Errorf(digest.Unavailable, "%s is not connected", sub.Destination.Platform)
	}
	d, m, err := s.o.Composer.Compose(ctx, Run{Subscription: sub, Plan: p, Scheduled: scheduled, Now: now, Next: next})
	if err != nil {
		return digest.Edition{}, err
	}
	content, err := json.Marshal(m)
	if err != nil {
		return digest.Edition{}, fmt.Errorf("encode edition: %w", err)
	}
	e := digest.Edition{SubscriptionID: sub.ID, Slot: p.Slot(scheduled), Scheduled: scheduled, Built: now, Title: m.Title.String(), Content: content, Stories: told(d)}
	deliveries, err := s.render(platform, sub, d, m)
	if err != nil {
		return digest.Edition{}, err
	}
	for i := range deliveries {
		deliveries[i].NotBefore = at.spread(sub.ID)
		deliveries[i].Deadline = scheduled.Add(max(cmp.Or(sub.CatchUp, digest.DefaultCatchUp), now.Sub(scheduled)+time.Hour))
	}
	written, created, err := s.o.Store.CreateEdition(ctx, digest.EditionPlan{Edition: e, Deliveries: deliveries, NextRun: next}, s.Enqueue)
	if err == nil && created {
		s.o.Log.InfoContext(ctx, "edition built", append(attrs(written, sub), "stories", len(e.Stories), "parts", len(deliveries))...)
	}
	return written, err
}

// attrs name an edition in the log.
func attrs(e digest.Edition, sub digest.Subscription) []any {
	return []any{"edition", e.ID, "subscription", sub.ID, "destination", sub.Destination.String(), "slot", e.Slot}
}

// render makes the parts. A quiet subscription with nothing new has none.
func (s *Scheduler) render(platform bot.Platform, sub digest.Subscription, d digest.Digest, m bot.Message) ([]digest.Delivery, error) {
	if len(d.Stories) == 0 && sub.Quiet {
		return nil, nil
	}
	head, details := m, bot.Message{}
	if sub.Threads && len(d.Stories) > 0 {
		head, details = split(m)
	}
	parts, err := platform.Render(head)
	if err != nil {
		return nil, fmt.Errorf("render for %s: %w", platform.Name(), err)
	}
	top := len(parts)
	if len(details.Sections) > 0 {
		under, err := platform.Render(details)
		if err != nil {
			return nil, fmt.Errorf("render for %s: %w", platform.Name(), err)
		}
		parts = append(parts, under...)
	}
	out := deliveriesOf(sub.Destination, parts)
	for i := top; i < len(out); i++ {
		out[i].Thread = digest.ThreadFirst
	}
	return out, nil
}

// deliveriesOf are the rows of rendered parts, in their order.
func deliveriesOf(to digest.Destination, parts [][]byte) []digest.Delivery {
	out := make([]digest.Delivery, len(parts))
	for i, part := range parts {
		out[i] = digest.Delivery{Destination: to, Part: i, Parts: len(parts), Payload: part, State: digest.Pending}
	}
	return out
}

// split makes two messages of a digest: its headlines, for the channel, and
// the stories themselves, for a thread under them.
func split(m bot.Message) (head, details bot.Message) {
	head = m
	head.Sections = make([]bot.Section, len(m.Sections))
	for i, section := range m.Sections {
		head.Sections[i] = bot.Section{Title: section.Title, Lines: section.Lines, Items: make([]bot.Item, len(section.Items))}
		for j, it := range section.Items {
			head.Sections[i].Items[j] = bot.Item{StoryID: it.StoryID, Label: it.Label, Title: it.Title, URL: it.URL, Time: it.Time, Sample: it.Sample}
		}
	}
	return head, bot.Message{Sections: m.Sections, Lang: m.Lang, At: m.At, Zone: m.Zone, ShowWhy: m.ShowWhy, Silent: m.Silent}
}
