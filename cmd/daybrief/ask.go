package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/web"
	"github.com/daybrief/daybrief/config"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/brief"
)

type briefCmd struct {
	Query  []string `arg:"" optional:"" help:"Countries, topics, words: korea-trade, boj rate hike, asean trade -china"`
	Since  string   `help:"How far back: 7d, 24h, 2026-11-01. Default: 7d." placeholder:"TIME"`
	Until  string   `help:"The end of the time asked for. Default: now." placeholder:"TIME"`
	Limit  int      `help:"How many stories." default:"7"`
	Format string   `help:"text, json, slack, discord or html." enum:"text,json,slack,discord,html" default:"text"`
	Why    bool     `help:"Say of each story why it is there."`
	All    bool     `help:"Look at all stored news, however old."`
}

// Run answers a request.
func (b briefCmd) Run(c *call) error {
	if b.Limit < 1 || b.Limit > 1000 {
		return fmt.Errorf("%w: --limit must be from 1 to 1000", errUsage)
	}
	a, err := openApp(c)
	if err != nil {
		return err
	}
	defer a.close()
	now := c.now()
	q, err := a.reader.Read(requestText(b.Query), now)
	if err != nil {
		return err
	}
	if err := b.window(a, &q, now); err != nil {
		return err
	}
	answer, err := a.briefs.Answer(c.ctx, brief.Ask{Query: q, Limit: b.Limit, Now: now})
	if err != nil {
		return err
	}
	if b.Format == "json" || c.cli.JSON {
		return c.printJSON(answer.JSON())
	}
	if answer.From == 0 && len(answer.Stories) == 0 {
		if all, _, err := a.store.Window(c.ctx, time.Unix(0, 0), now.Add(time.Hour)); err == nil && all == 0 {
			fmt.Fprintln(c.stdout, "No article is stored yet. Read some with “daybrief import FILE”, or try “daybrief serve --sample”.")
			return nil
		}
	}
	m := bot.BriefMessage(answer, bot.View{Lang: a.config.Language, Zone: a.zone, Now: now})
	if b.Why {
		m = withWhy(m)
	}
	return c.printMessage(m, b.Format)
}

// window puts what the flags say over what the words say.
func (b briefCmd) window(a *app, q *digest.Query, now time.Time) error {
	var err error
	if b.Since != "" {
		if q.Since, err = a.timeFlag("--since", b.Since, now); err != nil {
			return err
		}
	}
	if b.Until != "" {
		if q.Until, err = a.timeFlag("--until", b.Until, now); err != nil {
			return err
		}
	}
	if b.All {
		q.Since = time.Unix(0, 0).UTC()
	}
	if q.Since.After(now) {
		return fmt.Errorf("%w: --since lies in the future", errUsage)
	}
	if !q.Until.IsZero() && !q.Since.IsZero() && !q.Since.Before(q.Until) {
		return fmt.Errorf("%w: --since must be before --until", errUsage)
	}
	return nil
}

// timeFlag reads "7d", "24h", a date or an RFC 3339 time.
func timeFlag(name, value string, now time.Time) (time.Time, error) {
	if d, err := config.ParseDuration(value); err == nil {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, value, time.Local); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%w: %s is %q; it must be a length of time such as 7d or a date such as 2026-11-01", errUsage, name, value)
}

// timeFlag reads what a request can say too: "yesterday", "monday".
func (a *app) timeFlag(name, value string, now time.Time) (time.Time, error) {
	t, err := timeFlag(name, value, now)
	if err == nil || strings.HasPrefix(requestText([]string{value}), "-") { // in a request that leaves something out
		return t, err
	}
	q, qerr := a.reader.Read("since "+value, now)
	if qerr != nil || q.Since.IsZero() || !q.Empty() || len(q.Exclude.Terms) > 0 {
		return t, err
	}
	return q.Since, nil
}

// withWhy shows under each story why it is there.
func withWhy(m bot.Message) bot.Message {
	for i := range m.Sections {
		for j := range m.Sections[i].Items {
			it := &m.Sections[i].Items[j]
			it.Links = nil
		}
	}
	m.ShowWhy = true
	return m
}

type digestCmd struct {
	Query  []string `arg:"" optional:"" help:"As with brief; nothing for all news."`
	Since  string   `help:"Where the news begins: 24h, 2026-11-01. Default: 24h." placeholder:"TIME" default:"24h"`
	At     string   `help:"As if it were built at this time." placeholder:"TIME"`
	Name   string   `help:"The heading."`
	Length int      `help:"How many stories." default:"7"`
	Style  string   `help:"compact, cards or headlines." enum:"compact,cards,headlines" default:"compact"`
	Format string   `help:"text, json, slack, discord or html." enum:"text,json,slack,discord,html" default:"text"`
}

// Run builds a digest without posting it.
func (d digestCmd) Run(c *call) error {
	return withApp(c, func(a *app) error { return d.run(c, a) })
}

func (d digestCmd) run(c *call, a *app) error {
	if d.Length < 1 || d.Length > 50 {
		return fmt.Errorf("%w: --length must be from 1 to 50", errUsage)
	}
	now := c.now()
	if d.At != "" {
		var err error
		if now, err = timeFlag("--at", d.At, now); err != nil {
			return err
		}
	}
	since, err := a.timeFlag("--since", d.Since, now)
	if err != nil {
		return err
	}
	text := requestText(d.Query)
	if _, err := a.reader.Read(text, now); err != nil && text != "" {
		return err
	}
	sub := digest.Subscription{Kind: digest.DigestKind, Query: text, Name: d.Name, Format: digest.Format(d.Style), Length: d.Length, Zone: a.zone, Lang: a.config.Language}
	built, err := a.briefs.Digest(c.ctx, brief.Order{Subscription: sub, Since: since, Until: now})
	if err != nil {
		return err
	}
	if d.Format == "json" || c.cli.JSON {
		return c.printJSON(digestJSON(built))
	}
	built.Name = cmp.Or(d.Name, text, "Daily digest")
	return c.printMessage(bot.DigestMessage(built, bot.View{Lang: a.config.Language, Zone: a.zone, Now: now, Format: sub.Format}), d.Format)
}

// digestJSON is a digest for programs: a brief with its sections.
func digestJSON(d digest.Digest) any {
	type section struct {
		Slug    string   `json:"slug"`
		Title   string   `json:"title"`
		Stories []string `json:"stories"`
	}
	out := struct {
		digest.BriefJSON
		Since    time.Time `json:"since"`
		Until    time.Time `json:"until"`
		Sections []section `json:"sections"`
		Also     int       `json:"also"`
	}{BriefJSON: d.Brief.JSON(), Since: d.Since.UTC(), Until: d.Until.UTC(), Sections: []section{}, Also: d.Also}
	for _, s := range d.Sections {
		one := section{Slug: s.Slug, Title: s.Title, Stories: []string{}}
		for _, story := range s.Stories {
			one.Stories = append(one.Stories, strconv.FormatInt(story.ID, 10))
		}
		out.Sections = append(out.Sections, one)
	}
	return out
}

// printMessage writes a message in a format.
func (c *call) printMessage(m bot.Message, format string) error {
	switch format {
	case "slack":
		return c.printParts(slack.Render(m))
	case "discord":
		return c.printParts(discord.Render(m))
	case "html":
		page, err := web.HTML(m)
		if err != nil {
			return err
		}
		_, err = c.stdout.Write(page)
		return err
	}
	return c.terminal.Write(c.stdout, m)
}

// printParts writes what would be posted, one JSON object a line.
func (c *call) printParts(parts [][]byte, err error) error {
	if err != nil {
		return err
	}
	for _, p := range parts {
		if _, err := fmt.Fprintln(c.stdout, strings.TrimSpace(string(p))); err != nil {
			return err
		}
	}
	return nil
}
