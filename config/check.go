package config

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

type checker struct {
	config   *Config
	doc      *document
	options  Options
	mistakes Mistakes
}

// wrong notes a mistake at a YAML path.
func (c *checker) wrong(path, format string, args ...any) {
	where := c.doc.at(path)
	for name, set := range map[string]string{"DAYBRIEF_LISTEN": "$.web.listen", "DAYBRIEF_ROLE": "$.role"} {
		if set == path && c.options.Getenv != nil && strings.TrimSpace(c.options.Getenv(name)) != "" {
			where = name // which is over what the file says
		}
	}
	if where != "" {
		where += ": "
	}
	c.mistakes = append(c.mistakes, where+fmt.Sprintf(format, args...))
}

func (c *checker) all() {
	k := c.config
	c.oneOf("$.language", k.Language, "en", "ko")
	c.zone("$.zone", k.Zone)
	c.role(k.Role)
	c.oneOf("$.log.level", k.Log.Level, "debug", "info", "warn", "error")
	c.oneOf("$.log.format", k.Log.Format, "text", "json")
	c.web()
	c.days()
	c.sources()
	c.fetch()
	c.digests()
	c.topics()
	c.slack()
	c.discord()
	if k.Operator != "" {
		c.destination("$.operator", k.Operator)
	}
}

// role checks "all" or "worker,fetch".
func (c *checker) role(role string) {
	if role == "all" {
		return
	}
	for _, r := range strings.Split(role, ",") {
		if !slices.Contains(Roles(), strings.TrimSpace(r)) {
			c.wrong("$.role", "role is %q; it must be all, or some of %s with commas between them", role, strings.Join(Roles(), ", "))
			return
		}
	}
}

func (c *checker) oneOf(path, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		c.wrong(path, "%s is %q; it must be %s", lastName(path), value, orList(allowed))
	}
}

func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

func lastName(path string) string {
	return path[strings.LastIndex(path, ".")+1:]
}

func (c *checker) zone(path, zone string) {
	if zone == "local" || zone == "" {
		return
	}
	if _, err := time.LoadLocation(zone); err != nil {
		c.wrong(path, "zone %q is not an IANA time zone such as Asia/Seoul", zone)
	}
}

func (c *checker) web() {
	w := c.config.Web
	if w.Listen != "" {
		if _, _, err := net.SplitHostPort(w.Listen); err != nil {
			c.wrong("$.web.listen", "listen is %q; it must be an address and a port such as 127.0.0.1:8080", w.Listen)
		}
	}
	if w.URL != "" {
		c.address("$.web.url", w.URL)
	}
}

func (c *checker) address(path, raw string) {
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		c.wrong(path, "%s is %q; it must be an http or https address", lastName(path), raw)
		return
	}
	if u.User != nil {
		c.wrong(path, "%s carries a user name or password; addresses are stored and shown, so leave them out", lastName(path))
	}
}

func (c *checker) days() {
	for i, day := range c.config.SkipDays {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			c.wrong(fmt.Sprintf("$.skip_days[%d]", i), "skip_days has %q; it must be a date such as 2026-12-25", day)
		}
	}
}

func (c *checker) sources() {
	seen := map[string]bool{}
	for i, s := range c.config.Sources {
		path := fmt.Sprintf("$.sources[%d]", i)
		name := cmp.Or(s.Name, s.URL, s.Path)
		switch {
		case (s.URL == "") == (s.Path == ""):
			c.wrong(path, "source %q needs either url or path", name)
		case s.URL != "":
			c.address(path+".url", s.URL)
		}
		if seen[name] {
			c.wrong(path, "there are two sources with the name %q", name)
		}
		seen[name] = true
		c.country(path+".country", s.Country)
		if s.FullText != "" {
			c.oneOf(path+".full_text", s.FullText, "auto", "always", "never")
		}
		c.knownTopics(path+".topics", s.Topics)
	}
}

var countryCode = regexp.MustCompile(`^[A-Z]{2}$`)

func (c *checker) country(path, code string) {
	if code != "" && !countryCode.MatchString(code) {
		c.wrong(path, "country is %q; it must be a code of two capital letters such as KR", code)
	}
}

func (c *checker) knownTopics(path string, topics []string) {
	for i, slug := range topics {
		own := slices.ContainsFunc(c.config.Topics, func(t Topic) bool { return t.Slug == slug })
		if len(c.options.Topics) > 0 && !own && !slices.Contains(c.options.Topics, slug) {
			c.wrong(fmt.Sprintf("%s[%d]", path, i), "there is no topic %q", slug)
		}
	}
}

func (c *checker) fetch() {
	for i, network := range c.config.Fetch.Allow {
		if _, err := netip.ParsePrefix(network); err != nil {
			c.wrong(fmt.Sprintf("$.fetch.allow[%d]", i), "allow has %q; it must be a network such as 10.1.0.0/16", network)
		}
	}
	c.between("$.fetch.global", c.config.Fetch.Global, 1, 1000)
}

func (c *checker) between(path string, value, low, high int) {
	if value < low || value > high {
		c.wrong(path, "%s is %d; it must be from %d to %d", lastName(path), value, low, high)
	}
}

func (c *checker) digests() {
	seen := map[string]bool{}
	for i, d := range c.config.Digests {
		path := fmt.Sprintf("$.digests[%d]", i)
		if d.Name == "" {
			c.wrong(path, "a digest needs a name")
		}
		if seen[d.Name] {
			c.wrong(path+".name", "there are two digests with the name %q", d.Name)
		}
		seen[d.Name] = true
		c.digest(path, d)
	}
}

func (c *checker) digest(path string, d Digest) {
	c.zone(path+".zone", d.Zone)
	if d.Schedule == "" {
		c.wrong(path, "digest %q needs a schedule, such as \"0 8 * * 1-5\"", d.Name)
	} else if c.options.Schedule != nil {
		if err := c.options.Schedule(d.Schedule, d.Zone); err != nil {
			c.wrong(path+".schedule", "schedule %q: %v", d.Schedule, err)
		}
	}
	if len(d.To) == 0 {
		c.wrong(path, "digest %q needs somewhere to go: to: [slack:C0123ABC]", d.Name)
	}
	for j, to := range d.To {
		c.destination(fmt.Sprintf("%s.to[%d]", path, j), to)
	}
	if d.Format != "" {
		c.oneOf(path+".format", d.Format, "compact", "cards", "headlines")
	}
	if d.Language != "" {
		c.oneOf(path+".language", d.Language, "en", "ko")
	}
	c.between(path+".length", d.Length, 0, 50)
}

var (
	slackPlace   = regexp.MustCompile(`^(@[UW]|[CGD])[A-Z0-9]{2,}$`)
	discordPlace = regexp.MustCompile(`^@?[0-9]{5,20}$`)
)

// destination checks "slack:C0123ABC", "slack:@U0123", "discord:1122…", "web".
func (c *checker) destination(path, to string) {
	if err := CheckDestination(to); err != nil {
		c.wrong(path, "%v", err)
	}
}

// CheckDestination reports what is wrong with a destination as it is written
// in the configuration and on the command line.
func CheckDestination(to string) error {
	platform, place, _ := strings.Cut(to, ":")
	switch {
	case to == "web":
		return nil
	case platform == "slack" && slackPlace.MatchString(place):
		return nil
	case platform == "discord" && discordPlace.MatchString(place):
		return nil
	case platform == "slack":
		return fmt.Errorf("%q is not a Slack destination such as slack:C0123ABC (open the channel's details to copy its id) or slack:@U0123", to)
	case platform == "discord":
		return fmt.Errorf("%q is not a Discord destination such as discord:112233445566778899 (copy the channel's id with developer mode on)", to)
	}
	return fmt.Errorf("%q is not a destination; it must be slack:…, discord:… or web", to)
}

var topicSlug = regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`)

func (c *checker) topics() {
	for i, t := range c.config.Topics {
		path := fmt.Sprintf("$.topics[%d]", i)
		if !topicSlug.MatchString(t.Slug) {
			c.wrong(path+".slug", "slug %q must be lower-case letters, digits and hyphens", t.Slug)
		}
		if len(t.Strong)+len(t.Weak) == 0 {
			c.wrong(path, "topic %q has no words in strong or weak, so nothing can match it", t.Slug)
		}
		for j, code := range t.Countries {
			c.country(fmt.Sprintf("%s.countries[%d]", path, j), code)
		}
	}
}

var slackCommand = regexp.MustCompile(`^/[a-z0-9_-]{1,31}$`)

func (c *checker) slack() {
	s := c.config.Slack
	c.oneOf("$.slack.mode", s.Mode, "socket", "http")
	c.oneOf("$.slack.manage", s.Manage, "anyone", "members", "admins")
	if !slackCommand.MatchString(s.Command) {
		c.wrong("$.slack.command", "command %q must begin with / and hold at most 31 lower-case letters, digits, - and _", s.Command)
	}
	if s.BotToken == "" {
		return
	}
	if !strings.HasPrefix(s.BotToken.Reveal(), "xoxb-") {
		c.mistakes = append(c.mistakes, "SLACK_BOT_TOKEN is not a bot token: it must begin with xoxb-; it stands under OAuth & Permissions")
	}
	if s.Mode == "socket" && !strings.HasPrefix(s.AppToken.Reveal(), "xapp-") {
		c.mistakes = append(c.mistakes, "SLACK_APP_TOKEN is missing or not an app-level token: it must begin with xapp-; it stands under Basic Information")
	}
	if s.Mode == "http" && s.SigningSecret == "" {
		c.mistakes = append(c.mistakes, "SLACK_SIGNING_SECRET is missing: slack.mode http needs it; it stands under Basic Information")
	}
}

var hexKey = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)

func (c *checker) discord() {
	d := c.config.Discord
	c.oneOf("$.discord.mode", d.Mode, "gateway", "http")
	c.oneOf("$.discord.style", d.Style, "components", "embeds")
	c.between("$.discord.shards", d.Shards, 0, 1000)
	for i, id := range d.Operators {
		if !discordPlace.MatchString(id) {
			c.wrong(fmt.Sprintf("$.discord.operators[%d]", i), "operators has %q; it must be a person's id: with developer mode on, their menu copies it", id)
		}
	}
	for channel, address := range d.WebhookAddresses() {
		u, err := url.Parse(address)
		if err != nil || !discordPlace.MatchString(channel) || (u.Scheme != "https" && d.APIURL == "") || !strings.Contains(u.Path, "/webhooks/") {
			c.mistakes = append(c.mistakes, "DISCORD_WEBHOOKS must hold a channel's id, = and the webhook's address, several with spaces between: 112233445566778899=https://discord.com/api/webhooks/…")
			break
		}
	}
	if d.Token != "" && d.Mode == "http" && !hexKey.MatchString(d.PublicKey) {
		c.mistakes = append(c.mistakes, "DISCORD_PUBLIC_KEY must be the 64 hex digits under General Information: discord.mode http needs it")
	}
}
