package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/config"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/brief"
	"github.com/daybrief/daybrief/digest/feed"
	"github.com/daybrief/daybrief/digest/ingest"
	"github.com/daybrief/daybrief/digest/query"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/story"
	"github.com/daybrief/daybrief/digest/tag"
)

// app is what every subcommand that looks at articles needs.
type app struct {
	config *config.Config
	zone   string // IANA name of the default zone
	log    *slog.Logger
	now    func() time.Time
	store  *store.Store
	tagger *tag.Tagger
	reader *query.Reader
	briefs *brief.Briefer
	ingest *ingest.Pipeline

	// What serve does when articles come in; nil for nothing. They are set
	// before any source is read.
	stored  func(articles int)
	grouped func()
	took    func(err error) // how storing articles ended
}

// defaultConfig is read when it is there and no other is named.
const defaultConfig = "daybrief.yaml"

// loadConfig reads file, environment and flags, the later over the earlier.
func loadConfig(c *call) (*config.Config, error) {
	file := c.cli.Config
	if file == "" {
		if _, err := os.Stat(defaultConfig); err == nil {
			file = defaultConfig
		}
	}
	conf, err := config.Load(config.Options{File: file, Getenv: c.getenv, Schedule: schedule.Check, Topics: tag.Slugs()})
	if err != nil {
		return nil, err
	}
	conf.Database = cmp.Or(c.cli.Database, conf.Database)
	return conf, nil
}

// openApp loads the configuration, opens the database and plugs the judging
// together. It must be closed.
func openApp(c *call) (*app, error) {
	conf, err := loadConfig(c)
	if err != nil {
		return nil, err
	}
	a := &app{config: conf, zone: zoneName(conf.Zone), log: newLogger(c, conf), now: c.now}
	if tz := os.Getenv("TZ"); conf.Zone == "local" && tz != "" && zoneIn(tz) == "" {
		a.log.Warn("TZ is no IANA zone such as Asia/Seoul; another is used", "TZ", tz, "zone", a.zone)
	}
	// The tagger is built while the database opens: a person waits for both.
	var group errgroup.Group
	group.Go(func() (err error) {
		a.tagger, err = tag.New(tag.Options{Topics: definitions(conf.Topics)})
		return err
	})
	if a.store, err = store.Open(c.ctx, conf.Database); err != nil {
		return nil, err
	}
	if err := group.Wait(); err != nil {
		a.close()
		return nil, err
	}
	if err := a.plug(c); err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func (a *app) plug(c *call) error {
	sources, err := a.store.Sources(c.ctx)
	if err != nil {
		return err
	}
	names := make([]string, len(sources))
	for i, s := range sources {
		names[i] = s.Name
	}
	a.reader = query.New(query.Options{Names: a.tagger.Names(), Sources: names, Zone: a.location()})
	a.briefs = brief.New(brief.Options{Store: a.store, Reader: a.reader, Tagger: a.tagger, Share: true})
	a.ingest = ingest.New(ingest.Options{Store: intake{a.store, a}, Tagger: a.tagger, Grouper: story.New(story.Options{}), Now: c.now, Log: a.log})
	return nil
}

// withApp runs work with an open app, and closes it.
func withApp(c *call, work func(a *app) error) error {
	a, err := openApp(c)
	if err != nil {
		return err
	}
	defer a.close()
	return work(a)
}

// audit notes what the operator changed from the terminal.
func (a *app) audit(c *call, action, detail string) {
	a.note(c.ctx, operator, action, detail)
}

// note leaves a line of who changed what, even when the change was
// interrupted. That it could not be left stops nothing.
func (a *app) note(ctx context.Context, who digest.Person, action, detail string) {
	if r := []rune(detail); len(r) > maxNote {
		detail = string(r[:maxNote-1]) + "…"
	}
	if err := a.store.AddAudit(context.WithoutCancel(ctx), digest.Audit{At: a.now(), Person: who, Action: action, Detail: detail}); err != nil {
		a.log.Warn("audit not written", "action", action, "error", err)
	}
}

// maxNote is how long the detail of an audit's line is, in runes, however many
// files were named.
const maxNote = 500

// intake is the store, as the way in sees it.
type intake struct {
	*store.Store
	app *app
}

// AddArticles counts what is new.
func (i intake) AddArticles(ctx context.Context, entries []digest.Entry) ([]digest.Added, error) {
	added, err := i.Store.AddArticles(ctx, entries)
	if i.app.took != nil {
		i.app.took(err)
	}
	if err == nil && i.app.stored != nil {
		n := 0
		for _, a := range added {
			if a.New {
				n++
			}
		}
		i.app.stored(n)
	}
	return added, err
}

// SaveGroups tells that articles have their stories, and may alert.
func (i intake) SaveGroups(ctx context.Context, groups []digest.Grouping) error {
	err := i.Store.SaveGroups(ctx, groups)
	if err == nil && i.app.grouped != nil {
		i.app.grouped()
	}
	return err
}

func (a *app) close() {
	if err := a.store.Close(); err != nil {
		a.log.Error("the database could not be closed", "error", err)
	}
}

func (a *app) location() *time.Location {
	loc, err := schedule.LoadZone(a.zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// zoneName is the IANA name of a configured zone. The machine's own has one
// where it tells: by TZ, or by where /etc/localtime points.
func zoneName(zone string) string {
	if zone != "" && zone != "local" {
		return zone
	}
	if name := zoneIn(os.Getenv("TZ")); name != "" {
		return name
	}
	if target, err := os.Readlink("/etc/localtime"); err == nil {
		if name := zoneIn(target); name != "" {
			return name
		}
	}
	return "UTC"
}

// zoneIn is the IANA name in what TZ may be, a name or the path of a zone's
// file; "" for none.
func zoneIn(tz string) string {
	name := strings.TrimPrefix(tz, ":")
	if _, after, ok := strings.Cut(name, "zoneinfo/"); ok {
		name = after
	}
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" || strings.HasPrefix(name, "/") {
		return ""
	}
	return name
}

// newLogger writes to standard error what the configuration asks for.
func newLogger(c *call, conf *config.Config) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(conf.Log.Level)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if conf.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(c.stderr, o))
	}
	return slog.New(slog.NewTextHandler(c.stderr, o))
}

// definitions turns the topics of the configuration into the tagger's.
func definitions(topics []config.Topic) []tag.Definition {
	out := make([]tag.Definition, len(topics))
	for i, t := range topics {
		out[i] = tag.Definition{Slug: t.Slug, Title: t.Title, Definition: t.Definition, Strong: t.Strong, Weak: t.Weak, Exclude: t.Exclude,
			Aliases: t.Aliases, Countries: t.Countries, Examples: t.Examples}
	}
	return out
}

// configSources are the sources that the configuration lists, and the starter
// ones unless they are not wanted.
func configSources(conf *config.Config, starter []digest.Source) []digest.Source {
	var out []digest.Source
	if conf.UseStarter() {
		out = append(out, starter...)
	}
	for _, s := range conf.Sources {
		src := digest.Source{Name: cmp.Or(s.Name, s.URL, s.Path), URL: cmp.Or(s.URL, s.Path), Kind: digest.FeedSource, Country: s.Country, Lang: s.Language,
			Topics: s.Topics, Group: cmp.Or(s.Group, feed.Newsroom(s.URL)), FullText: digest.FullText(cmp.Or(s.FullText, string(digest.FullTextAuto))), From: "config"}
		if s.Path != "" {
			src.Kind = digest.PathSource
		}
		out = append(out, src)
	}
	return out
}

// configSubscriptions are the digests that the configuration lists, one for
// each destination, and the daily digest on the page unless another is there.
func configSubscriptions(conf *config.Config, zone string) ([]digest.Subscription, error) {
	var out []digest.Subscription
	page := conf.Web.Listen == ""
	for _, d := range conf.Digests {
		spec, err := schedule.ParseWhen(d.Schedule)
		if err != nil {
			return nil, err
		}
		for _, to := range d.To {
			dest := destination(to)
			page = page || dest.Platform == "web"
			z := zone
			if d.Zone != "" {
				z = zoneName(d.Zone)
			}
			out = append(out, digest.Subscription{Kind: digest.DigestKind, Name: d.Name, Query: d.Query, Destination: dest, Schedule: spec, Zone: z,
				Format: digest.Format(cmp.Or(d.Format, string(digest.Compact))), Length: d.Length, CatchUp: time.Duration(d.CatchUp), Lang: cmp.Or(d.Language, conf.Language), Quiet: d.Quiet, Threads: d.Threads, From: "config"})
		}
	}
	if !page {
		out = append(out, digest.Subscription{Kind: digest.DigestKind, Name: "Daily digest", Destination: digest.Destination{Platform: "web"}, Schedule: "0 8 * * *", Zone: zone,
			Format: digest.Compact, Length: 12, Lang: conf.Language, From: "config"})
	}
	return out, nil
}

// destination reads "slack:C0123", "slack:@U0123", "web". It was checked by
// package config.
func destination(to string) digest.Destination {
	platform, place, _ := strings.Cut(to, ":")
	person, direct := strings.CutPrefix(place, "@")
	return digest.Destination{Platform: platform, Channel: person, Direct: direct}
}

// settingOr reads a setting; a fault counts as none and is logged.
func (a *app) settingOr(ctx context.Context, key, or string) string {
	v, err := a.store.Setting(ctx, key)
	if err != nil {
		a.log.WarnContext(ctx, "a setting could not be read", "key", key, "error", err)
	}
	return cmp.Or(v, or)
}

// plural says "1 article", "2 articles".
func plural(n int, word string) string {
	if n == 1 {
		return fmt.Sprintf("1 %s", word)
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// fetcher reads the web, guarded, as the configuration allows.
func (a *app) fetcher(env environment) *feed.Fetcher {
	o := feed.Options{Contact: a.config.Contact, Version: env.version, Stored: a.store.ArticleByURL, Concurrent: a.config.Fetch.Global, Now: env.now, Log: a.log}
	for _, network := range a.config.Fetch.Allow {
		// Package config has checked them.
		if rule, err := feed.ParseAllow(network); err == nil {
			o.Allow = append(o.Allow, rule)
		}
	}
	return feed.NewFetcher(o)
}
