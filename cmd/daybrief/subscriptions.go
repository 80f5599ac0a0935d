package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/config"
	"github.com/daybrief/daybrief/digest"
)

type subscriptionsCmd struct {
	List   subscriptionsListCmd   `cmd:"" default:"withargs" help:"All subscriptions."`
	Add    subscriptionsAddCmd    `cmd:"" help:"Add one: daybrief subscriptions add korea-trade --to slack:C0123ABC --when 'weekdays 8:00'"`
	Remove subscriptionsRemoveCmd `cmd:"" help:"Remove one; resume brings it back."`
	Pause  subscriptionsPauseCmd  `cmd:"" help:"Pause one."`
	Resume subscriptionsResumeCmd `cmd:"" help:"Resume one that is paused, stopped or removed."`
	Next   subscriptionsNextCmd   `cmd:"" help:"The coming run times, in their zones and in UTC."`
}

type subscriptionsListCmd struct {
	All bool `help:"Removed ones too."`
}

// Run lists subscriptions.
func (l subscriptionsListCmd) Run(c *call) error {
	return withApp(c, func(a *app) error { return l.run(c, a) })
}

func (l subscriptionsListCmd) run(c *call, a *app) error {
	f := digest.SubscriptionFilter{States: []digest.SubscriptionState{digest.Active, digest.Paused, digest.Suspended}}
	if l.All {
		f.States = append(f.States, digest.Removed)
	}
	subs, err := a.store.Subscriptions(c.ctx, f)
	if err != nil {
		return err
	}
	if c.cli.JSON {
		out := []subscriptionJSON{}
		for _, s := range subs {
			out = append(out, jsonOf(s))
		}
		return c.printJSON(out)
	}
	if len(subs) == 0 {
		fmt.Fprintln(c.stdout, "No subscriptions. Add one with: daybrief subscriptions add korea-trade --to web --when 'weekdays 8:00'")
		return nil
	}
	w := bot.WordsIn("en")
	t := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tWHAT\tTO\tWHEN\tSTATE\tNEXT")
	for _, s := range subs {
		next := "–"
		if !s.NextRun.IsZero() {
			next = w.When(s.NextRun.In(bot.Zone(s.Zone)), c.now())
		}
		when := "at once"
		if s.Schedule != "" {
			when = schedule.Describe(s.Schedule, w) + " " + s.Zone
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\n", s.ID, bot.SafeLine(cmp.Or(s.Name, s.Query, "all news")), s.Destination, when, stateOf(s), next)
	}
	return t.Flush()
}

func stateOf(s digest.Subscription) string {
	if s.Reason != "" {
		return string(s.State) + ": " + bot.SafeLine(s.Reason)
	}
	return string(s.State)
}

type subscriptionJSON struct {
	ID       int64      `json:"id"`
	Kind     string     `json:"kind"`
	Name     string     `json:"name"`
	Query    string     `json:"query"`
	To       string     `json:"to"`
	Schedule string     `json:"schedule"`
	Zone     string     `json:"zone"`
	Format   string     `json:"format"`
	State    string     `json:"state"`
	Reason   string     `json:"reason,omitempty"`
	Next     *time.Time `json:"next"`
	From     string     `json:"from"`
}

func jsonOf(s digest.Subscription) subscriptionJSON {
	return subscriptionJSON{ID: s.ID, Kind: string(s.Kind), Name: s.Name, Query: s.Query, To: s.Destination.String(), Schedule: s.Schedule, Zone: s.Zone,
		Format: string(s.Format), State: string(s.State), Reason: s.Reason, Next: timeOrNull(s.NextRun), From: s.From}
}

type subscriptionsAddCmd struct {
	Query   []string `arg:"" help:"As with brief."`
	To      string   `help:"slack:C0123ABC, slack:@U0123, discord:1122…, discord:@1122… or web." required:"" placeholder:"WHERE"`
	When    string   `help:"Plain words or cron." default:"daily 8:00"`
	Zone    string   `help:"IANA zone. Default: the configuration's."`
	Name    string   `help:"The heading."`
	Format  string   `help:"compact, cards or headlines." enum:"compact,cards,headlines" default:"compact"`
	Threads bool     `help:"Headlines in the channel, the stories in a thread under them."`
	Quiet   bool     `help:"Nothing when there is nothing new, instead of one line."`
	Alert   bool     `help:"An alert instead of a digest: a message as soon as a story breaks."`
}

// Run adds a subscription.
func (s subscriptionsAddCmd) Run(c *call) error {
	return withApp(c, func(a *app) error { return s.run(c, a) })
}

func (s subscriptionsAddCmd) run(c *call, a *app) error {
	text := requestText(s.Query)
	if _, err := a.reader.Read(text, c.now()); err != nil {
		return err
	}
	if err := config.CheckDestination(s.To); err != nil {
		return err
	}
	sub := digest.Subscription{Kind: digest.DigestKind, Name: s.Name, Query: text, Destination: destination(s.To), Zone: cmp.Or(s.Zone, a.zone),
		Format: digest.Format(s.Format), Threads: s.Threads, Quiet: s.Quiet, Lang: a.config.Language, Owner: operator, From: "command", Created: c.now(), State: digest.Active}
	if s.Alert {
		sub.Kind = digest.AlertKind
	}
	if err := a.schedule(&sub, s.When, c.now()); err != nil {
		return err
	}
	if err := notTwice(c, a, sub); err != nil {
		return err
	}
	sub, err := a.store.CreateSubscription(c.ctx, sub)
	if err != nil {
		return err
	}
	a.audit(c, "subscribe", fmt.Sprintf("%d %s -> %s %s %s", sub.ID, sub.Query, sub.Destination, sub.Schedule, sub.Zone))
	if s.Alert {
		fmt.Fprintf(c.stdout, "Alerts on %s go to %s, as number %d.\n", text, sub.Destination, sub.ID)
		return nil
	}
	w := bot.WordsIn("en")
	fmt.Fprintf(c.stdout, "Subscribed %s to %s, %s %s, as number %d. First digest: %s.\n", sub.Destination, text, schedule.Describe(sub.Schedule, w), sub.Zone, sub.ID,
		w.When(sub.NextRun.In(bot.Zone(sub.Zone)), c.now()))
	return nil
}

// schedule sets when a subscription runs. An alert runs at no time.
func (a *app) schedule(sub *digest.Subscription, when string, now time.Time) (err error) {
	spec := ""
	if sub.Kind == digest.DigestKind {
		if spec, err = schedule.ParseWhen(when); err != nil {
			return err
		}
	}
	plan, err := schedule.NewPlan(cmp.Or(spec, "0 8 * * *"), sub.Zone, a.config.SkipDays) // checks the zone
	if err == nil && spec != "" {
		sub.Schedule, sub.NextRun = spec, plan.Next(now)
	}
	return err
}

// notTwice refuses a subscription that is there already: its digest would come
// twice.
func notTwice(c *call, a *app, sub digest.Subscription) error {
	have, err := a.store.Subscriptions(c.ctx, digest.SubscriptionFilter{Destination: sub.Destination})
	if err != nil {
		return err
	}
	for _, s := range have {
		if s.Kind == sub.Kind && s.Query == sub.Query && s.Schedule == sub.Schedule && s.Zone == sub.Zone {
			return digest.Errorf(digest.Conflict, "%s gets that at that time already, as number %d", sub.Destination, s.ID)
		}
	}
	return nil
}

// changeSubscription changes one in the store and says so.
func changeSubscription(c *call, id int64, change func(a *app, s *digest.Subscription) error, said string) error {
	return withApp(c, func(a *app) error {
		s, err := a.store.Subscription(c.ctx, id)
		if err != nil {
			return err
		}
		if s.From == "config" {
			return digest.Errorf(digest.Invalid, "subscription %d is set up in the configuration file", id).WithHint("Change it there.")
		}
		if err := change(a, &s); err != nil {
			return err
		}
		if err := a.store.UpdateSubscription(c.ctx, s); err != nil {
			return err
		}
		a.audit(c, strings.ToLower(said), strconv.FormatInt(id, 10))
		fmt.Fprintf(c.stdout, "%s %s (number %d).\n", said, bot.SafeLine(cmp.Or(s.Name, s.Query, "all news")), id)
		return nil
	})
}

type subscriptionsRemoveCmd struct {
	ID int64 `arg:"" help:"Its number."`
}

// Run removes a subscription.
func (s subscriptionsRemoveCmd) Run(c *call) error {
	return changeSubscription(c, s.ID, func(_ *app, s *digest.Subscription) error {
		s.State, s.NextRun = digest.Removed, time.Time{}
		return nil
	}, "Removed")
}

type subscriptionsPauseCmd struct {
	ID int64 `arg:"" help:"Its number."`
}

// Run pauses a subscription.
func (s subscriptionsPauseCmd) Run(c *call) error {
	return changeSubscription(c, s.ID, func(_ *app, s *digest.Subscription) error {
		s.State, s.NextRun = digest.Paused, time.Time{}
		return nil
	}, "Paused")
}

type subscriptionsResumeCmd struct {
	ID int64 `arg:"" help:"Its number."`
}

// Run resumes a subscription.
func (s subscriptionsResumeCmd) Run(c *call) error {
	return changeSubscription(c, s.ID, (*app).resume, "Resumed")
}

// resume makes a subscription active again, from its next time on.
func (a *app) resume(s *digest.Subscription) error {
	s.State, s.Reason = digest.Active, ""
	if s.Schedule == "" { // an alert, or a followed story
		return nil
	}
	plan, err := schedule.NewPlan(s.Schedule, s.Zone, a.config.SkipDays)
	if err == nil {
		s.NextRun = plan.Next(a.now())
	}
	return err
}

type subscriptionsNextCmd struct {
	ID int64 `arg:"" optional:"" help:"Only this one."`
	N  int   `help:"How many times each." default:"5"`
}

type nextJSON struct {
	ID    int64    `json:"id"`
	What  string   `json:"what"`
	Zone  string   `json:"zone"`
	Local []string `json:"local"`
	UTC   []string `json:"utc"`
}

// Run tells the coming runs.
func (n subscriptionsNextCmd) Run(c *call) error {
	return withApp(c, func(a *app) error { return n.run(c, a) })
}

func (n subscriptionsNextCmd) run(c *call, a *app) error {
	subs, err := a.store.Subscriptions(c.ctx, digest.SubscriptionFilter{States: []digest.SubscriptionState{digest.Active}})
	if err != nil {
		return err
	}
	out := []nextJSON{}
	for _, s := range subs {
		if (n.ID != 0 && s.ID != n.ID) || s.Schedule == "" {
			continue
		}
		plan, err := schedule.NewPlan(s.Schedule, s.Zone, a.config.SkipDays)
		if err != nil {
			return err
		}
		one := nextJSON{ID: s.ID, What: cmp.Or(s.Name, s.Query, "all news"), Zone: s.Zone, Local: []string{}, UTC: []string{}}
		for _, t := range plan.Coming(c.now(), max(1, min(n.N, 100))) {
			one.Local = append(one.Local, t.In(plan.Zone()).Format("Mon 2006-01-02 15:04 ")+bot.ZoneName(t.In(plan.Zone())))
			one.UTC = append(one.UTC, t.UTC().Format("2006-01-02 15:04 UTC"))
		}
		out = append(out, one)
	}
	if c.cli.JSON {
		return c.printJSON(out)
	}
	if len(out) == 0 && n.ID != 0 {
		return digest.Errorf(digest.NotFound, "there is no active subscription %d", n.ID).WithHint("See: daybrief subscriptions list")
	}
	if len(out) == 0 {
		fmt.Fprintln(c.stdout, "No active subscriptions. See: daybrief subscriptions list --all")
	}
	for _, one := range out {
		fmt.Fprintf(c.stdout, "%d  %s  (%s)\n", one.ID, bot.SafeLine(one.What), one.Zone)
		for i := range one.Local {
			fmt.Fprintf(c.stdout, "   %s   %s\n", one.Local[i], one.UTC[i])
		}
	}
	return nil
}
