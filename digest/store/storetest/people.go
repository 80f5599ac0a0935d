package storetest

import (
	"context"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

func personCases() []testCase {
	return []testCase{
		{"people/export", peopleExport},
		{"people/forget", peopleForget},
	}
}

// live fills a store with what two people have and do: Kim, of the samples,
// and Lee.
func live(t *testing.T, s *store.Store) (kim, lee digest.Person) {
	t.Helper()
	ctx := context.Background()
	kim, lee = digesttest.Person(), digest.Person{Platform: "slack", Workspace: "T0EXAMPLE", ID: "U043", Name: "Lee"}
	for _, p := range []digest.Person{kim, lee} {
		to := digest.Destination{Platform: "slack", Workspace: "T0EXAMPLE", Channel: p.ID, Direct: true}
		_, plan := alert(t, s, func(s *digest.Subscription) { s.Owner, s.Destination = p, to })
		_, _, err := s.CreateEdition(ctx, plan, nil)
		must(t, err)
		subscribe(t, s, func(s *digest.Subscription) { s.Owner = p }) // of the channel
		must(t, s.SaveProfile(ctx, digest.Profile{Destination: to, Updated: now()}))
		must(t, s.AddHeld(ctx, digest.Held{Destination: to, SubscriptionID: 1, StoryID: 3}))
		must(t, s.SaveAnswer(ctx, digest.Answer{ID: "answer" + p.ID, Person: p, Query: "q", Created: now()}))
		must(t, s.SetSetting(ctx, "zone:slack:T0EXAMPLE:"+p.ID, "Asia/Seoul"))
		must(t, s.AddAudit(ctx, digest.Audit{At: now(), Person: p, Action: "subscribe", Detail: "korea-trade to slack:@" + p.ID}))
	}
	return kim, lee
}

func peopleExport(t *testing.T, s *store.Store) {
	ctx := context.Background()
	kim, lee := live(t, s)
	d := got(s.PersonData(ctx, kim))(t)
	wantEqual(t, "counts", []int{len(d.Subscriptions), len(d.Answers), len(d.Audits), len(d.Settings)}, []int{2, 1, 1, 1})
	wantEqual(t, "person", []string{d.Person.ID, d.Answers[0].ID, d.Audits[0].Person.ID, d.Profile.Destination.Channel, d.Settings["zone:slack:T0EXAMPLE:U042"]},
		[]string{kim.ID, "answer" + kim.ID, kim.ID, kim.ID, "Asia/Seoul"})
	for _, sub := range d.Subscriptions {
		if sub.Owner.ID == lee.ID {
			t.Errorf("another's subscription: %+v", sub)
		}
	}
	nobody := got(s.PersonData(ctx, digest.Person{Platform: "slack", ID: "U9"}))(t)
	wantEqual(t, "nobody", len(nobody.Subscriptions)+len(nobody.Answers)+len(nobody.Audits)+len(nobody.Settings), 0)
	_, err := s.PersonData(ctx, digest.Person{Platform: "slack"})
	wantCode(t, err, digest.Invalid)
}

func peopleForget(t *testing.T, s *store.Store) {
	ctx := context.Background()
	kim, lee := live(t, s)
	before := got(s.Changed(ctx, 0))(t)
	hers := got(s.PersonData(ctx, lee))(t)
	must(t, s.ForgetPerson(ctx, kim))
	wantEqual(t, "another's", got(s.PersonData(ctx, lee))(t), hers)
	gone := got(s.PersonData(ctx, kim))(t)
	wantEqual(t, "left", []int{len(gone.Subscriptions), len(gone.Answers), len(gone.Audits), len(gone.Settings)}, []int{0, 0, 0, 0})
	to := digest.Destination{Platform: "slack", Workspace: "T0EXAMPLE", Channel: kim.ID, Direct: true}
	wantEqual(t, "profile", gone.Profile, digest.Profile{Destination: to})
	wantEqual(t, "held", len(got(s.HeldFor(ctx, to))(t)), 0)
	wantEqual(t, "alerted", len(got(s.Alerted(ctx, to, []int64{7}))(t)), 0)
	wantEqual(t, "editions", len(got(s.Editions(ctx, digest.EditionFilter{Destination: to}))(t)), 0)
	for _, sub := range got(s.Subscriptions(ctx, digest.SubscriptionFilter{}))(t) {
		if sub.Owner.ID == kim.ID || sub.Owner.Name == kim.Name {
			t.Errorf("the channel's subscription has an owner still: %+v", sub)
		}
	}
	for _, a := range got(s.Audits(ctx, now().AddDate(1, 0, 0), 99))(t) {
		if a.Person.ID == kim.ID || a.Person.Name == kim.Name || strings.Contains(a.Detail, kim.ID) {
			t.Errorf("a change still names the person: %+v", a)
		}
	}
	wantEqual(t, "changes", len(got(s.Audits(ctx, now().AddDate(1, 0, 0), 99))(t)), 2)
	after := got(s.Changed(ctx, before.UpTo))(t)
	wantEqual(t, "seen", []int{after.Active, after.People}, []int{1, 1})
	must(t, s.ForgetPerson(ctx, kim))
	wantCode(t, s.ForgetPerson(ctx, digest.Person{}), digest.Invalid)
}
