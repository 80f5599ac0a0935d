package storetest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

func ledgerCases() []testCase {
	return []testCase{
		{"ledger/claim and finish", ledgerClaim},
		{"ledger/parts in order", ledgerOrder},
		{"ledger/parts after an undecided one", ledgerUndecided},
		{"ledger/transitions", ledgerTransitions},
		{"ledger/an overtaken attempt", ledgerOvertaken},
		{"ledger/told", ledgerTold},
		{"ledger/suspend", ledgerSuspend},
		{"ledger/hold", ledgerHold},
		{"ledger/due and stuck", ledgerDue},
		{"ledger/several claimers", ledgerClaimers},
		{"ledger/last parts at once", ledgerLastParts},
		{"ledger/random lives", ledgerProperty},
	}
}

// edition makes one with parts for a new subscription and returns its
// deliveries.
func edition(t testing.TB, s *store.Store, parts int, change func(*digest.EditionPlan)) []digest.Delivery {
	t.Helper()
	e, _, err := s.CreateEdition(context.Background(), digesttest.Plan(subscribe(t, s, nil), parts, change), nil)
	must(t, err)
	return got(s.Deliveries(context.Background(), e.ID))(t)
}

func claim(t testing.TB, s *store.Store, id int64, at time.Time) (digest.Delivery, bool) {
	t.Helper()
	d, ok, err := s.ClaimDelivery(context.Background(), id, at)
	must(t, err)
	return d, ok
}

func finish(s *store.Store, d digest.Delivery, to digest.DeliveryState) error {
	d.State, d.Updated = to, d.Started.Add(time.Second)
	if to == digest.Sent {
		d.Ref = fmt.Sprintf("ref-%d", d.ID)
	}
	return s.FinishDelivery(context.Background(), d)
}

func ledgerClaim(t *testing.T, s *store.Store) {
	ctx := context.Background()
	d := edition(t, s, 1, nil)[0]
	if _, ok := claim(t, s, d.ID, now().Add(-time.Microsecond)); ok {
		t.Error("claimed before it is due")
	}
	if _, ok := claim(t, s, d.ID, d.Deadline); ok {
		t.Error("claimed at its deadline")
	}
	want := d
	want.State, want.Attempts, want.Started, want.Updated = digest.Sending, 1, now(), now()
	first, ok := claim(t, s, d.ID, now())
	wantEqual(t, "claimed", ok, true)
	wantEqual(t, "delivery", first, want)
	refused, ok := claim(t, s, d.ID, now().Add(time.Minute))
	wantEqual(t, "claimed twice", ok, false)
	wantEqual(t, "as it is", refused, want)

	retry := first // surely unsent: again, later
	retry.State, retry.LastError, retry.NotBefore, retry.Updated = digest.Pending, "429", now().Add(time.Minute), now().Add(time.Second)
	must(t, s.FinishDelivery(ctx, retry))
	wantEqual(t, "to be tried again", got(s.Delivery(ctx, d.ID))(t), retry)
	if _, ok := claim(t, s, d.ID, now().Add(59*time.Second)); ok {
		t.Error("claimed before the wait is over")
	}
	second, ok := claim(t, s, d.ID, now().Add(time.Minute))
	wantEqual(t, "claimed again", []any{ok, second.Attempts}, []any{true, 2})
	must(t, finish(s, second, digest.Sent))
	sent := got(s.Delivery(ctx, d.ID))(t)
	wantEqual(t, "sent", []any{sent.State, sent.Ref}, []any{digest.Sent, fmt.Sprintf("ref-%d", d.ID)})
	_, _, err := s.ClaimDelivery(ctx, 99, now())
	wantCode(t, err, digest.NotFound)
	wantCode(t, s.FinishDelivery(ctx, digest.Delivery{ID: 99, State: digest.Sent}), digest.NotFound)
	wantEqual(t, "counts", got(s.DeliveryCounts(ctx))(t), map[digest.DeliveryState]int{digest.Sent: 1})
}

func ledgerOrder(t *testing.T, s *store.Store) {
	_, discord, _ := digesttest.Destinations()
	all := edition(t, s, 3, func(p *digest.EditionPlan) { // two parts for one destination, one for another
		p.Deliveries[2].Destination, p.Deliveries[2].Part = discord, 0
	})
	other, parts := all[0], all[1:] // by target: discord before slack
	if _, ok := claim(t, s, parts[1].ID, now()); ok {
		t.Error("the second part was claimed before the first was sent")
	}
	if _, ok := claim(t, s, other.ID, now()); !ok {
		t.Error("one destination waits for another")
	}
	first, _ := claim(t, s, parts[0].ID, now())
	if _, ok := claim(t, s, parts[1].ID, now()); ok {
		t.Error("the second part was claimed while the first is being posted")
	}
	must(t, finish(s, first, digest.Sent))
	if _, ok := claim(t, s, parts[1].ID, now()); !ok {
		t.Error("the second part cannot be claimed after the first was sent")
	}
}

// ledgerUndecided: a part that nobody will post any more holds up no later one.
func ledgerUndecided(t *testing.T, s *store.Store) {
	for i, state := range []digest.DeliveryState{digest.Unknown, digest.Failed, digest.Dead} {
		parts := edition(t, s, 2, func(p *digest.EditionPlan) { p.Edition.Slot += strconv.Itoa(i) })
		first, _ := claim(t, s, parts[0].ID, now())
		must(t, finish(s, first, state))
		if _, ok := claim(t, s, parts[1].ID, now()); !ok {
			t.Errorf("the second part waits for ever on one that is %s", state)
		}
	}
}

// ledgerTransitions tries every state after every state.
func ledgerTransitions(t *testing.T, s *store.Store) {
	states := []digest.DeliveryState{digest.Pending, digest.Sending, digest.Sent, digest.Unknown, digest.Failed, digest.Dead}
	allowed := map[digest.DeliveryState][]digest.DeliveryState{
		digest.Pending: {digest.Sent, digest.Failed, digest.Dead},
		digest.Sending: {digest.Pending, digest.Sent, digest.Unknown, digest.Failed, digest.Dead},
		digest.Unknown: {digest.Pending, digest.Sent, digest.Failed, digest.Dead},
		digest.Failed:  {digest.Sent},
		digest.Dead:    {digest.Sent},
		digest.Sent:    {digest.Sent}, // the same again
	}
	for _, from := range states {
		for _, to := range states {
			d := edition(t, s, 1, nil)[0]
			if from != digest.Pending {
				d, _ = claim(t, s, d.ID, now())
			}
			if from != digest.Pending && from != digest.Sending {
				must(t, finish(s, d, from))
			}
			err := finish(s, d, to)
			if slices.Contains(allowed[from], to) {
				must(t, err)
			} else {
				wantCode(t, err, digest.Conflict)
				to = from
			}
			wantEqual(t, fmt.Sprintf("%s after %s", to, from), got(s.Delivery(context.Background(), d.ID))(t).State, to)
		}
	}
	d, _ := claim(t, s, edition(t, s, 1, nil)[0].ID, now())
	must(t, finish(s, d, digest.Sent))
	d.State, d.Ref = digest.Sent, "another message"
	wantCode(t, s.FinishDelivery(context.Background(), d), digest.Conflict)
	d.State = "posted"
	wantCode(t, s.FinishDelivery(context.Background(), d), digest.Conflict)
}

// ledgerOvertaken has an attempt hang until another has begun.
func ledgerOvertaken(t *testing.T, s *store.Store) {
	ctx := context.Background()
	begin := func() (hangs, second digest.Delivery) {
		d := edition(t, s, 1, nil)[0]
		hangs, _ = claim(t, s, d.ID, now())
		must(t, finish(s, hangs, digest.Pending)) // reconciled: it is not there
		second, ok := claim(t, s, d.ID, now())
		wantEqual(t, "claimed", ok, true)
		return hangs, second
	}
	hangs, second := begin()
	for _, late := range []digest.DeliveryState{digest.Pending, digest.Unknown, digest.Failed, digest.Dead} {
		wantCode(t, finish(s, hangs, late), digest.Conflict)
	}
	wantEqual(t, "still sending", got(s.Delivery(ctx, second.ID))(t).State, digest.Sending)
	must(t, finish(s, second, digest.Sent))

	hangs, second = begin()
	must(t, finish(s, hangs, digest.Sent)) // it was visible after all
	wantCode(t, finish(s, second, digest.Pending), digest.Conflict)
	wantEqual(t, "sent stays", got(s.Delivery(ctx, second.ID))(t).State, digest.Sent)
}

func ledgerTold(t *testing.T, s *store.Store) {
	ctx := context.Background()
	slack, discord, direct := digesttest.Destinations()
	parts := edition(t, s, 2, nil)
	d, _ := claim(t, s, parts[0].ID, now())
	must(t, finish(s, d, digest.Sent))
	wantEqual(t, "after one part", got(s.Told(ctx, slack, []int64{1, 2}))(t), map[int64]digest.Told{})
	d, _ = claim(t, s, parts[1].ID, now())
	must(t, finish(s, d, digest.Unknown))
	wantEqual(t, "not known", got(s.Told(ctx, slack, []int64{1, 2}))(t), map[int64]digest.Told{})
	must(t, finish(s, d, digest.Sent))
	told := map[int64]digest.Told{1: {StoryID: 1, Articles: 3, Sources: 2}, 2: {StoryID: 2, Articles: 1, Sources: 1}}
	wantEqual(t, "after all parts", got(s.Told(ctx, slack, []int64{1, 2, 3}))(t), told)
	elsewhere := slack
	elsewhere.Workspace = "" // the same channel
	wantEqual(t, "without the workspace", got(s.Told(ctx, elsewhere, []int64{2}))(t), map[int64]digest.Told{2: told[2]})
	for _, to := range []digest.Destination{discord, direct} {
		wantEqual(t, "elsewhere", got(s.Told(ctx, to, []int64{1, 2}))(t), map[int64]digest.Told{})
	}
	d = edition(t, s, 1, func(p *digest.EditionPlan) {
		p.Edition.Stories = []digest.Told{{StoryID: 2, Articles: 9, Sources: 8}, {StoryID: 2, Articles: 10, Sources: 8}, {StoryID: 3, Articles: 1, Sources: 1}}
	})[0]
	d, _ = claim(t, s, d.ID, now())
	must(t, finish(s, d, digest.Sent))
	told[2], told[3] = digest.Told{StoryID: 2, Articles: 10, Sources: 8}, digest.Told{StoryID: 3, Articles: 1, Sources: 1}
	wantEqual(t, "updated", got(s.Told(ctx, slack, []int64{1, 2, 3}))(t), told)
}

func ledgerDue(t *testing.T, s *store.Store) {
	ctx := context.Background()
	ids := func(all []digest.Delivery) (out []int64) {
		for _, d := range all {
			out = append(out, d.ID)
		}
		return out
	}
	one := edition(t, s, 2, nil)
	two := edition(t, s, 1, func(p *digest.EditionPlan) { p.Deliveries[0].NotBefore = now().Add(-time.Minute) })
	later := edition(t, s, 1, func(p *digest.EditionPlan) { p.Deliveries[0].NotBefore = now().Add(time.Minute) })
	wantEqual(t, "due", ids(got(s.DueDeliveries(ctx, now(), 10))(t)), []int64{two[0].ID, one[0].ID})
	wantEqual(t, "limited", ids(got(s.DueDeliveries(ctx, now(), 1))(t)), []int64{two[0].ID})
	wantEqual(t, "a minute later", len(got(s.DueDeliveries(ctx, now().Add(time.Minute), 10))(t)), 3)

	d, _ := claim(t, s, one[0].ID, now())
	wantEqual(t, "stuck", ids(got(s.StuckDeliveries(ctx, now().Add(time.Second), 10))(t)), []int64{d.ID})
	wantEqual(t, "not yet", ids(got(s.StuckDeliveries(ctx, now(), 10))(t)), nil)
	must(t, finish(s, d, digest.Failed))
	// Past the deadline all that is pending is due, to be given up: the part
	// that waited for a failed one too.
	wantEqual(t, "past the deadline", sorted(ids(got(s.DueDeliveries(ctx, d.Deadline, 10))(t))), sorted([]int64{one[1].ID, two[0].ID, later[0].ID}))
	must(t, finish(s, one[1], digest.Dead))
	wantEqual(t, "failed", ids(got(s.DeliveriesIn(ctx, digest.Failed, 10))(t)), []int64{d.ID})
}

// ledgerClaimers has several workers claim and post the same deliveries: each
// part is posted once, in order.
func ledgerClaimers(t *testing.T, s *store.Store) {
	const workers, editions, parts = 6, 8, 3
	var all []digest.Delivery
	for range editions {
		all = append(all, edition(t, s, parts, nil)...)
	}
	var mu sync.Mutex
	posted := map[int64][]int{}
	work := func() {
		for left := len(all); left > 0; {
			left = 0
			for _, d := range all {
				c, ok, err := s.ClaimDelivery(context.Background(), d.ID, now())
				if err != nil {
					t.Error(err)
					return
				}
				if !ok {
					if c.State != digest.Sent {
						left++
					}
					continue
				}
				mu.Lock()
				posted[c.EditionID] = append(posted[c.EditionID], c.Part)
				mu.Unlock()
				if err := finish(s, c, digest.Sent); err != nil {
					t.Error(err)
				}
			}
		}
	}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(work)
	}
	wg.Wait()
	for e, order := range posted {
		wantEqual(t, fmt.Sprintf("parts of edition %d as posted", e), order, []int{0, 1, 2})
	}
	wantEqual(t, "editions", len(posted), editions)
}

// ledgerLastParts finishes the last two parts of an edition at once, as can
// happen after a reconciliation: one of them must see that all are sent.
func ledgerLastParts(t *testing.T, s *store.Store) {
	slack, _, _ := digesttest.Destinations()
	for n := range int64(20) {
		parts := edition(t, s, 2, func(p *digest.EditionPlan) {
			p.Edition.Stories = []digest.Told{{StoryID: n + 1, Articles: 1, Sources: 1}}
		})
		var wg sync.WaitGroup
		for _, d := range parts {
			wg.Go(func() {
				if err := finish(s, d, digest.Sent); err != nil { // found visible, straight from pending
					t.Error(err)
				}
			})
		}
		wg.Wait()
		wantEqual(t, "told", len(got(s.Told(context.Background(), slack, []int64{n + 1}))(t)), 1)
	}
}

// ledgerProperty lives through random claims, outcomes, crashes and sweeps
// beside a model of what became visible. The platform here shows a post at
// most once for an attempt; what the ledger must see to is that nothing is
// attempted while it may be visible, and that nothing is forgotten.
func ledgerProperty(t *testing.T, s *store.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		l := &life{T: rt, s: s, clock: now(), held: map[int64]digest.Delivery{}, visible: map[int64]int{}}
		for range rapid.IntRange(1, 2).Draw(rt, "editions") {
			l.ids = append(l.ids, idsOf(edition(t, s, rapid.IntRange(1, 3).Draw(rt, "parts"), nil))...)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"claim": l.claim, "answer": l.answer, "crash": l.crash, "reconcile": l.reconcile, "wait": l.wait, "": l.check,
		})
	})
}

func idsOf(all []digest.Delivery) (out []int64) {
	for _, d := range all {
		out = append(out, d.ID)
	}
	return out
}

// life is one run of ledgerProperty.
type life struct {
	*rapid.T
	s       *store.Store
	ids     []int64
	clock   time.Time
	held    map[int64]digest.Delivery // claimed by a living worker
	visible map[int64]int             // how often it can be seen
}

func (l *life) row(id int64) digest.Delivery {
	d, err := l.s.Delivery(context.Background(), id)
	if err != nil {
		l.Fatal(err)
	}
	return d
}

func (l *life) claim(t *rapid.T) {
	id := rapid.SampledFrom(l.ids).Draw(t, "id")
	before := l.row(id)
	d, ok, err := l.s.ClaimDelivery(context.Background(), id, l.clock)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return
	}
	switch {
	case before.State != digest.Pending:
		t.Fatalf("claimed while %s", before.State)
	case l.visible[id] > 0:
		t.Fatal("claimed though it is visible")
	case before.NotBefore.After(l.clock) || !before.Deadline.After(l.clock):
		t.Fatal("claimed out of its time")
	}
	for _, other := range l.ids {
		if o := l.row(other); o.EditionID == d.EditionID && o.Part < d.Part && (o.State == digest.Pending || o.State == digest.Sending) {
			t.Fatalf("part %d claimed while part %d is %s", d.Part, o.Part, o.State)
		}
	}
	l.held[id] = d
}

// drawHeld picks a delivery that a worker is posting.
func (l *life) drawHeld(t *rapid.T) digest.Delivery {
	if len(l.held) == 0 {
		t.Skip("nothing is being posted")
	}
	var ids []int64
	for _, id := range l.ids {
		if _, ok := l.held[id]; ok {
			ids = append(ids, id)
		}
	}
	return l.held[rapid.SampledFrom(ids).Draw(t, "held")]
}

// answer is a platform's: shown, refused, try again, or nothing to go by.
func (l *life) answer(t *rapid.T) {
	d := l.drawHeld(t)
	delete(l.held, d.ID)
	d.Updated = l.clock
	switch outcome := rapid.SampledFrom([]string{"shown", "again", "refused", "unclear, shown", "unclear, not shown"}).Draw(t, "outcome"); outcome {
	case "shown":
		l.visible[d.ID]++
		d.State, d.Ref = digest.Sent, "ref"
	case "again":
		d.State, d.NotBefore = digest.Pending, l.clock.Add(30*time.Second)
	case "refused":
		d.State = digest.Failed
	default:
		if outcome == "unclear, shown" {
			l.visible[d.ID]++
		}
		d.State = digest.Unknown
	}
	if err := l.s.FinishDelivery(context.Background(), d); err != nil {
		t.Fatal(err)
	}
}

// crash kills a worker before or after its post took effect.
func (l *life) crash(t *rapid.T) {
	d := l.drawHeld(t)
	delete(l.held, d.ID)
	if rapid.Bool().Draw(t, "shown") {
		l.visible[d.ID]++
	}
}

// reconcile looks after what is stuck or unknown, as a sweep does.
func (l *life) reconcile(t *rapid.T) {
	stuck, err := l.s.StuckDeliveries(context.Background(), l.clock, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range l.ids {
		if d := l.row(id); d.State == digest.Unknown {
			stuck = append(stuck, d)
		}
	}
	for _, d := range stuck {
		if _, alive := l.held[d.ID]; alive || !slices.Contains(l.ids, d.ID) {
			continue
		}
		d.State, d.Updated = digest.Pending, l.clock
		if l.visible[d.ID] > 0 {
			d.State, d.Ref = digest.Sent, "ref"
		}
		if err := l.s.FinishDelivery(context.Background(), d); err != nil {
			t.Fatal(err)
		}
	}
}

func (l *life) wait(*rapid.T) { l.clock = l.clock.Add(time.Minute) }

// check holds after every step: nothing is visible twice, nothing is called
// sent that is not visible, and what is visible is never open for another
// claim.
func (l *life) check(t *rapid.T) {
	for _, id := range l.ids {
		d := l.row(id)
		_, alive := l.held[id]
		switch n := l.visible[id]; {
		case n > 1:
			t.Fatalf("delivery %d is visible %d times", id, n)
		case d.State == digest.Sent && n == 0:
			t.Fatalf("delivery %d is sent and not visible", id)
		case n == 1 && (d.State == digest.Pending || d.State == digest.Failed):
			t.Fatalf("delivery %d is visible and %s", id, d.State)
		case alive && d.State != digest.Sending:
			t.Fatalf("delivery %d is being posted and %s", id, d.State)
		}
	}
}
