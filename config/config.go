package config

import (
	_ "embed"
	"strings"
	"time"
)

// Example is a configuration file with every field, its default, and what it
// does.
//
//go:embed example.yaml
var Example []byte

// Config is the whole configuration, checked and with defaults filled in.
type Config struct {
	File string `yaml:"-"` // where it was read from; "" for none

	Database string   `yaml:"database"`
	Language string   `yaml:"language"`
	Zone     string   `yaml:"zone"`
	Contact  string   `yaml:"contact"`
	Operator string   `yaml:"operator"`
	Role     string   `yaml:"role"` // DAYBRIEF_ROLE; "all", or some of Roles with commas
	SkipDays []string `yaml:"skip_days"`
	Log      Log      `yaml:"log"`
	Web      Web      `yaml:"web"`
	Starter  *bool    `yaml:"starter_sources"`
	Sources  []Source `yaml:"sources"`
	Fetch    Fetch    `yaml:"fetch"`
	Digests  []Digest `yaml:"digests"`
	Topics   []Topic  `yaml:"topics"`
	Slack    Slack    `yaml:"slack"`
	Discord  Discord  `yaml:"discord"`
	Keep     Keep     `yaml:"keep"`
}

// Log says how much is logged, and in which form.
type Log struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

// Web is the local page.
type Web struct {
	Listen string `yaml:"listen"` // DAYBRIEF_LISTEN
	URL    string `yaml:"url"`
	Token  Secret `yaml:"-"` // DAYBRIEF_API_TOKEN: for POST /api/articles
}

// Source is a place that articles come from.
type Source struct {
	Name     string   `yaml:"name"`
	URL      string   `yaml:"url"`
	Path     string   `yaml:"path"`
	Country  string   `yaml:"country"`
	Language string   `yaml:"language"`
	Topics   []string `yaml:"topics"`
	Group    string   `yaml:"group"`
	FullText string   `yaml:"full_text"`
}

// Fetch says how sources are read.
type Fetch struct {
	Allow  []string `yaml:"allow"`
	Global int      `yaml:"global"`
}

// Digest is a digest that the operator schedules.
type Digest struct {
	Name     string   `yaml:"name"`
	Query    string   `yaml:"query"`
	Schedule string   `yaml:"schedule"`
	Zone     string   `yaml:"zone"`
	To       []string `yaml:"to"`
	Format   string   `yaml:"format"`
	Length   int      `yaml:"length"`
	CatchUp  Duration `yaml:"catch_up"`
	Language string   `yaml:"language"`
	Quiet    bool     `yaml:"quiet"`
	Threads  bool     `yaml:"threads"`
}

// Topic is a topic of the operator's own.
type Topic struct {
	Slug       string            `yaml:"slug"`
	Title      map[string]string `yaml:"title"`
	Definition string            `yaml:"definition"`
	Strong     []string          `yaml:"strong"`
	Weak       []string          `yaml:"weak"`
	Exclude    []string          `yaml:"exclude"`
	Aliases    []string          `yaml:"aliases"`
	Countries  []string          `yaml:"countries"`
	Examples   []string          `yaml:"examples"`
}

// Slack is the connection to a Slack workspace. It is made when BotToken is
// set.
type Slack struct {
	Command       string `yaml:"command"`
	Mode          string `yaml:"mode"`
	Manage        string `yaml:"manage"`
	BotToken      Secret `yaml:"-"` // SLACK_BOT_TOKEN
	AppToken      Secret `yaml:"-"` // SLACK_APP_TOKEN
	SigningSecret Secret `yaml:"-"` // SLACK_SIGNING_SECRET
	APIURL        string `yaml:"-"` // DAYBRIEF_SLACK_API_URL
}

// Discord is the connection to Discord. It is made when Token is set.
type Discord struct {
	Mode      string   `yaml:"mode"`
	Guild     string   `yaml:"guild"`
	Style     string   `yaml:"style"`
	Shards    int      `yaml:"shards"`
	Crosspost bool     `yaml:"crosspost"`
	Silent    bool     `yaml:"silent"`
	Threads   bool     `yaml:"threads"`
	Operators []string `yaml:"operators"`
	Token     Secret   `yaml:"-"` // DISCORD_TOKEN
	PublicKey string   `yaml:"-"` // DISCORD_PUBLIC_KEY
	Webhooks  Secret   `yaml:"-"` // DISCORD_WEBHOOKS: "channel=address", several with spaces between
	APIURL    string   `yaml:"-"` // DAYBRIEF_DISCORD_API_URL
}

// WebhookAddresses are the addresses of Webhooks by the ids of their channels;
// each posts to its channel, so they are secrets.
func (d Discord) WebhookAddresses() map[string]string {
	out := map[string]string{}
	for _, one := range strings.Fields(d.Webhooks.Reveal()) {
		channel, address, _ := strings.Cut(one, "=")
		out[channel] = address
	}
	return out
}

// Keep says how long things are stored.
type Keep struct {
	Articles Duration `yaml:"articles"`
	Editions Duration `yaml:"editions"`
}

// Roles are the parts of the work that a process can take on.
func Roles() []string { return []string{"worker", "fetch", "gateway", "web"} }

// UseStarter reports whether the starter sources are wanted.
func (c *Config) UseStarter() bool { return c.Starter == nil || *c.Starter }

// Default returns the configuration of a program without file or environment.
func Default() *Config {
	return &Config{
		Database: "daybrief.db", Language: "en", Zone: "local", Role: "all",
		Log:     Log{Level: "info", Format: "text"},
		Web:     Web{Listen: "127.0.0.1:8080"},
		Fetch:   Fetch{Global: 16},
		Slack:   Slack{Command: "/brief", Mode: "socket", Manage: "members"},
		Discord: Discord{Mode: "gateway", Style: "components"},
		Keep:    Keep{Articles: Duration(90 * 24 * time.Hour), Editions: Duration(365 * 24 * time.Hour)},
	}
}

// Secret is a value that never prints.
type Secret string

const redacted = "[redacted]"

// String hides the value; "" stays "".
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString hides the value from %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText hides the value from JSON, YAML and logs.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal returns the value, for the one call that needs it.
func (s Secret) Reveal() string { return string(s) }
