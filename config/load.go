package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// MaxFile is the largest configuration file that is read, in bytes.
const MaxFile = 4 << 20

// Options are what loading needs from outside.
type Options struct {
	File     string                        // "" for no file
	Getenv   func(string) string           // the environment
	Schedule func(spec, zone string) error // checks a schedule; nil checks nothing
	Topics   []string                      // slugs that sources may name
}

// Mistakes is everything wrong with a configuration: one sentence each.
type Mistakes []string

// Error joins the sentences, one a line.
func (m Mistakes) Error() string { return strings.Join(m, "\n") }

// Load reads file and environment and checks them whole. The error is a
// Mistakes when the content is wrong, and says which file cannot be read
// otherwise.
func Load(o Options) (*Config, error) {
	c := Default()
	d := &document{}
	if o.File != "" {
		data, err := readFile(o.File)
		if err != nil {
			return nil, err
		}
		c.File = o.File
		if d, err = decode(o.File, data, c); err != nil {
			return nil, err
		}
	}
	c.environment(o.Getenv)
	check := checker{config: c, doc: d, options: o, mistakes: d.mistakes}
	check.all()
	if len(check.mistakes) > 0 {
		return nil, check.mistakes
	}
	return c, nil
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the configuration file %s does not exist", name)
	}
	if err != nil {
		return nil, unreadable(name, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, unreadable(name, err)
	}
	if len(data) > MaxFile {
		return nil, fmt.Errorf("the configuration file %s is larger than %d MiB", name, MaxFile>>20)
	}
	return data, nil
}

// unreadable says why, without the name a second time.
func unreadable(name string, err error) error {
	var cause *fs.PathError
	if errors.As(err, &cause) {
		err = cause.Err
	}
	return fmt.Errorf("the configuration file %s cannot be read: %w", name, err)
}

// environment puts what the environment says over what the file says.
func (c *Config) environment(getenv func(string) string) {
	if getenv == nil {
		return
	}
	for name, target := range map[string]*Secret{
		"SLACK_BOT_TOKEN": &c.Slack.BotToken, "SLACK_APP_TOKEN": &c.Slack.AppToken, "SLACK_SIGNING_SECRET": &c.Slack.SigningSecret,
		"DISCORD_TOKEN": &c.Discord.Token, "DISCORD_WEBHOOKS": &c.Discord.Webhooks, "DAYBRIEF_API_TOKEN": &c.Web.Token,
	} {
		*target = Secret(strings.TrimSpace(getenv(name)))
	}
	for name, target := range map[string]*string{
		"DISCORD_PUBLIC_KEY": &c.Discord.PublicKey, "DAYBRIEF_SLACK_API_URL": &c.Slack.APIURL, "DAYBRIEF_DISCORD_API_URL": &c.Discord.APIURL,
		"DAYBRIEF_DATABASE": &c.Database, "DAYBRIEF_ROLE": &c.Role, "DAYBRIEF_LISTEN": &c.Web.Listen,
	} {
		if v := strings.TrimSpace(getenv(name)); v != "" {
			*target = v
		}
	}
}

// document is a parsed file that knows where its values stand.
type document struct {
	name     string
	file     *ast.File
	mistakes Mistakes
}

// decode reads data into c. Unknown fields and values of a wrong kind become
// mistakes; only a file that is no YAML at all is an error.
func decode(name string, data []byte, c *Config) (*document, error) {
	d := &document{name: name}
	file, err := parseSafely(data)
	if err != nil {
		return nil, Mistakes{name + ":" + yamlSentence(err)}
	}
	d.file = file
	empty := true
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.NullType && doc.Body.Type() != ast.CommentType {
			d.unknownFields(doc.Body, "$", configFields())
			empty = false
		}
	}
	if empty { // decoding nothing would clear the defaults
		return d, nil
	}
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(c); err != nil && !errors.Is(err, io.EOF) {
		d.mistakes = append(d.mistakes, name+":"+yamlSentence(err))
	}
	return d, nil
}

// parseSafely guards against a parser that panics on text nobody meant to be
// YAML: bad input gets a sentence whatever it is.
func parseSafely(data []byte) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("[1:1] this is not YAML (%v)", r)
		}
	}()
	return parser.ParseBytes(data, 0)
}

// yamlSentence turns "[3:5] message\n source…" into "3: message".
func yamlSentence(err error) string {
	var kind *yaml.TypeError
	if errors.As(err, &kind) && kind.Token != nil {
		return fmt.Sprintf("%d: %q stands where %s is needed", kind.Token.Position.Line, kind.Token.Value, kindName(kind.DstType))
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	text = strings.TrimPrefix(text, "[")
	pos, message, ok := strings.Cut(text, "] ")
	line, _, found := strings.Cut(pos, ":")
	if !ok || !found {
		return "1: " + text
	}
	return line + ": " + message
}

func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int:
		return "a number"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "a group of fields"
	}
	return "a text"
}

// at is where the value at a YAML path stands: "daybrief.yaml:12". For a path
// that is not in the file it is the nearest parent's line, else the file.
func (d *document) at(path string) string {
	for p := path; d.file != nil && p != "$" && p != ""; p = parentPath(p) {
		yp, err := yaml.PathString(p)
		if err != nil {
			continue
		}
		node, err := yp.FilterFile(d.file)
		if err == nil && node != nil && node.GetToken() != nil {
			return fmt.Sprintf("%s:%d", d.name, node.GetToken().Position.Line)
		}
	}
	return d.name
}

func parentPath(p string) string {
	if i := strings.LastIndexAny(p, ".["); i > 0 {
		return p[:i]
	}
	return ""
}
