package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"golang.org/x/text/language"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
	"github.com/daybrief/daybrief/digest/tag"
)

type sourcesCmd struct {
	List   sourcesListCmd   `cmd:"" default:"withargs" help:"All sources and how reading them goes."`
	Add    sourcesAddCmd    `cmd:"" help:"Add a feed or a page."`
	Remove sourcesRemoveCmd `cmd:"" help:"Remove a source; its articles stay."`
	Check  sourcesCheckCmd  `cmd:"" help:"Say what would be read from an address."`
	Import sourcesImportCmd `cmd:"" help:"Add the feeds of an OPML file."`
	Export sourcesExportCmd `cmd:"" help:"Write all feeds as OPML."`
}

type sourcesListCmd struct {
	Failing bool `help:"Only those that cannot be read."`
}

// Run lists sources.
func (l sourcesListCmd) Run(c *call) error {
	a, err := openApp(c)
	if err != nil {
		return err
	}
	defer a.close()
	all, err := a.store.Sources(c.ctx)
	if err != nil {
		return err
	}
	var shown []digest.Source
	for _, s := range all {
		if !l.Failing || s.Health.State == digest.SourceFailing || s.Health.State == digest.SourceGone {
			shown = append(shown, s)
		}
	}
	if c.cli.JSON {
		return c.printJSON(sourcesJSON(shown))
	}
	if len(shown) == 0 {
		if l.Failing && len(all) > 0 {
			fmt.Fprintf(c.stdout, "None of %d sources fails.\n", len(all))
			return nil
		}
		fmt.Fprintln(c.stdout, "No sources. Add one with: daybrief sources add https://…")
		return nil
	}
	w := bot.WordsIn("en")
	t := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tSTATE\tLAST READ\tNEXT\tA DAY\tUNDATED\tDELAY\tADDRESS\tWHAT WENT WRONG")
	for _, s := range shown {
		h := s.Health
		last := "never"
		if !h.LastSuccess.IsZero() {
			last = w.Ago(h.LastSuccess, c.now(), a.zone)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%.1f\t%.0f%%\t%s\t%s\t%s\n", bot.SafeLine(s.Name), h.State, last, nextReading(s, c.now()), h.PerDay, 100*h.Undated, roughly(h.Delay),
			bot.SafeLine(s.URL), bot.SafeLine(h.LastError))
	}
	return t.Flush()
}

// nextReading is when a source is read again: "now", "in 20m", "-" for one
// that is not read over and over.
func nextReading(s digest.Source, now time.Time) string {
	switch s.Kind {
	case digest.ImportSource, digest.APISource, digest.SampleSource:
		return "-"
	}
	switch {
	case s.Health.State == digest.SourceGone:
		return "-"
	case !s.Health.Next.After(now):
		return "now"
	}
	return "in " + roughly(s.Health.Next.Sub(now))
}

// roughly is a duration in one unit: "40s", "20m", "3h", "2d"; "-" for none.
func roughly(d time.Duration) string {
	switch {
	case d <= 0:
		return "-"
	case d < time.Minute:
		return fmt.Sprintf("%.0fs", d.Seconds())
	case d < 90*time.Minute:
		return fmt.Sprintf("%.0fm", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0fh", d.Hours())
	}
	return fmt.Sprintf("%.0fd", d.Hours()/24)
}

type sourceJSON struct {
	Name        string             `json:"name"`
	URL         string             `json:"url"`
	Kind        digest.SourceKind  `json:"kind"`
	Country     string             `json:"country"`
	Lang        string             `json:"lang"`
	Topics      []string           `json:"topics"`
	State       digest.SourceState `json:"state"`
	LastSuccess *time.Time         `json:"last_success"`
	LastError   string             `json:"last_error"`
	PerDay      float64            `json:"per_day"`
	Undated     float64            `json:"undated"`
	Delay       float64            `json:"delay_seconds"` // median from published to read
	Took        float64            `json:"took_seconds"`  // the last reading
	Failures    int                `json:"failures"`      // in a row
	Next        *time.Time         `json:"next"`
}

func sourcesJSON(all []digest.Source) []sourceJSON {
	out := []sourceJSON{}
	for _, s := range all {
		topics := s.Topics
		if topics == nil {
			topics = []string{}
		}
		out = append(out, sourceJSON{Name: s.Name, URL: s.URL, Kind: s.Kind, Country: s.Country, Lang: s.Lang, Topics: topics, State: s.Health.State,
			LastSuccess: timeOrNull(s.Health.LastSuccess), LastError: s.Health.LastError, PerDay: s.Health.PerDay, Undated: s.Health.Undated,
			Delay: s.Health.Delay.Seconds(), Took: s.Health.Took.Seconds(), Failures: s.Health.Failures, Next: timeOrNull(s.Health.Next)})
	}
	return out
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

type sourcesAddCmd struct {
	URL      string   `arg:"" help:"Address of a feed or a page."`
	Name     string   `help:"What people see. Default: the feed's title."`
	Country  string   `help:"Its home, a code such as KR."`
	Language string   `help:"Its language, such as ko; default: told by each article."`
	Topics   []string `help:"Topics of all its articles."`
	Group    string   `help:"The newsroom it belongs to: sources of one group count once. Default: its site."`
	FullText string   `help:"auto, always or never: whether pages are fetched." enum:"auto,always,never" default:"auto"`
	Force    bool     `help:"Add it even when it cannot be read now."`
}

// Run adds a source, after a look at it.
func (s sourcesAddCmd) Run(c *call) error {
	a, err := openApp(c)
	if err != nil {
		return err
	}
	defer a.close()
	address, err := feed.SourceURL(s.URL)
	if err != nil {
		return err
	}
	if err := s.check(a); err != nil {
		return err
	}
	report := a.fetcher(c.environment).Check(c.ctx, address)
	if report.Error != "" && !s.Force {
		return digest.Errorf(digest.Unavailable, "%s cannot be read: %s", address, report.Error).WithHint("%s", cmp.Or(report.Hint, "Add --force to add it all the same."))
	}
	src := digest.Source{Name: cmp.Or(s.Name, report.Title, address), URL: address, Kind: digest.FeedSource, Country: cmp.Or(strings.ToUpper(s.Country), report.Country), Lang: s.Language,
		Topics: s.Topics, Group: cmp.Or(s.Group, feed.Newsroom(address)), FullText: digest.FullText(s.FullText), From: "command"}
	if report.Kind == "page" {
		// A page that points to a feed is read by it.
		src.Kind = digest.PageSource
		if len(report.Feeds) > 0 {
			src.Kind, src.URL = digest.FeedSource, report.Feeds[0].URL
		}
	}
	src = s.over(c, a, src)
	_, created, err := a.store.SaveSource(c.ctx, src)
	if err != nil {
		return err
	}
	if err := a.store.SetSetting(c.ctx, unwantedPrefix+src.Name, ""); err != nil {
		return err
	}
	verb := "Changed"
	if created {
		verb = "Added"
	}
	a.audit(c, "source "+strings.ToLower(verb), src.Name+" "+src.URL)
	fmt.Fprintf(c.stdout, "%s %s (%s).\n", verb, bot.SafeLine(src.Name), src.URL)
	return nil
}

// check refuses what no article could ever match.
func (s *sourcesAddCmd) check(a *app) error {
	if s.Country != "" {
		names, code := a.tagger.Names(), strings.ToUpper(s.Country)
		if !slices.ContainsFunc(names, func(n digest.Name) bool { return n.Kind == digest.CountryName && slices.Contains(n.Slugs, code) }) {
			code = countryNames(names)(s.Country)
		}
		if code == "" {
			return fmt.Errorf("%w: --country is %q; it must be a code of two letters such as KR", errUsage, s.Country)
		}
		s.Country = code
	}
	if _, err := language.ParseBase(s.Language); s.Language != "" && err != nil {
		return fmt.Errorf("%w: --language is %q; it must be a code such as ko", errUsage, s.Language)
	}
	for _, slug := range s.Topics {
		if !slices.ContainsFunc(a.tagger.Topics(), func(d tag.Definition) bool { return d.Slug == slug }) {
			return fmt.Errorf("%w: --topics has %q, which is no topic; see: daybrief topics", errUsage, slug)
		}
	}
	return nil
}

// over keeps what a source had where no flag says otherwise.
func (s sourcesAddCmd) over(c *call, a *app, src digest.Source) digest.Source {
	old, err := a.store.Source(c.ctx, src.Name)
	if err != nil {
		return src
	}
	if s.Country == "" {
		src.Country = cmp.Or(old.Country, src.Country)
	}
	if len(s.Topics) == 0 {
		src.Topics = old.Topics
	}
	src.Lang, src.Group = cmp.Or(src.Lang, old.Lang), cmp.Or(s.Group, old.Group, src.Group)
	return src
}

// unwantedPrefix begins the settings that remember which sources were removed.
const unwantedPrefix = "source.removed:"

type sourcesRemoveCmd struct {
	Name string `arg:"" help:"Its name, as sources list shows it."`
}

// Run removes a source.
func (s sourcesRemoveCmd) Run(c *call) error {
	a, err := openApp(c)
	if err != nil {
		return err
	}
	defer a.close()
	if err := a.store.RemoveSource(c.ctx, s.Name); err != nil {
		return err
	}
	// A source that came with the program must not come back at the next start.
	if err := a.store.SetSetting(c.ctx, unwantedPrefix+s.Name, c.now().UTC().Format(time.RFC3339)); err != nil {
		return err
	}
	a.audit(c, "source removed", s.Name)
	fmt.Fprintf(c.stdout, "Removed %s. Its articles stay until they are too old.\n", bot.SafeLine(s.Name))
	return nil
}

type sourcesCheckCmd struct {
	URL string `arg:"" help:"Address of a feed or a page."`
}

// Run says what would be read.
func (s sourcesCheckCmd) Run(c *call) error {
	a, err := openApp(c)
	if err != nil {
		return err
	}
	defer a.close()
	report := a.fetcher(c.environment).Check(c.ctx, s.URL)
	if c.cli.JSON {
		if err := c.printJSON(report); err != nil {
			return err
		}
	} else {
		for _, line := range report.Lines() {
			fmt.Fprintln(c.stdout, bot.SafeLine(line))
		}
	}
	if report.Error != "" {
		return silentError{errors.New(report.Error)}
	}
	return nil
}

type sourcesImportCmd struct {
	File string `arg:"" help:"OPML file; folders become topics." type:"path"`
}

// Run adds the feeds of an OPML file.
func (s sourcesImportCmd) Run(c *call) error {
	data, err := os.ReadFile(s.File)
	var cause *fs.PathError
	if errors.As(err, &cause) {
		return digest.Errorf(digest.Invalid, "%s cannot be read: %w", s.File, cause.Err)
	}
	if err != nil {
		return err
	}
	a, err := openApp(c)
	if err != nil {
		return err
	}
	defer a.close()
	sources, problems, err := feed.ParseOPML(data, countryNames(a.tagger.Names()))
	if err != nil {
		return fmt.Errorf("%s: %w", s.File, err)
	}
	for _, p := range problems {
		fmt.Fprintf(c.stderr, "%s: %s\n", s.File, bot.SafeLine(p))
	}
	added := 0
	for _, src := range sources {
		src.From = "import"
		_, created, err := a.store.SaveSource(c.ctx, src)
		if err != nil {
			return err
		}
		if created {
			added++
		}
	}
	if added > 0 {
		a.audit(c, "sources imported", fmt.Sprintf("%d of %s", added, s.File))
	}
	fmt.Fprintf(c.stdout, "%s added, %d known already.\n", plural(added, "source"), len(sources)-added)
	return nil
}

// countryNames returns a function from any name of a country, however it is
// capitalised, to its code; other words give "". Folders are many, and so are
// names: they are looked through once.
func countryNames(names []digest.Name) func(string) string {
	codes := sync.OnceValue(func() map[string]string {
		codes := make(map[string]string, len(names))
		for _, n := range names {
			key := strings.ToLower(n.Text)
			if n.Kind == digest.CountryName && codes[key] == "" && len(n.Slugs) > 0 {
				codes[key] = n.Slugs[0]
			}
		}
		return codes
	})
	return func(name string) string { return codes()[strings.ToLower(name)] }
}

type sourcesExportCmd struct{}

// Run writes OPML to standard output.
func (sourcesExportCmd) Run(c *call) error {
	a, err := openApp(c)
	if err != nil {
		return err
	}
	defer a.close()
	all, err := a.store.Sources(c.ctx)
	if err != nil {
		return err
	}
	return feed.WriteOPML(c.stdout, "daybrief", all)
}
