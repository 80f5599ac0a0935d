package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/daybrief/daybrief/config"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/text"
)

type migrateCmd struct {
	From string `help:"Copy everything from this database …" placeholder:"DSN"`
	To   string `help:"… to this empty one." placeholder:"DSN"`
}

// Run brings the database up to date, or copies it to another.
func (m migrateCmd) Run(c *call) error {
	if (m.From == "") != (m.To == "") {
		return fmt.Errorf("%w: --from and --to go together", errUsage)
	}
	if m.From != "" {
		return m.copy(c)
	}
	a, err := openApp(c)
	if err != nil {
		return err
	}
	defer a.close()
	version, err := a.store.SchemaVersion(c.ctx)
	if err != nil {
		return err
	}
	a.audit(c, "migrate", fmt.Sprintf("schema %d", version))
	if c.cli.JSON {
		return c.printJSON(map[string]int{"schema": version})
	}
	fmt.Fprintf(c.stdout, "The database is up to date (schema %d).\n", version)
	return nil
}

func (m migrateCmd) copy(c *call) error {
	if err := mustExist(m.From); err != nil {
		return err
	}
	from, err := store.Open(c.ctx, m.From)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := store.Open(c.ctx, m.To)
	if err != nil {
		return err
	}
	defer to.Close()
	o := store.Copying{Terms: indexTerms, Progress: func(table string, rows int) {
		if c.progress {
			fmt.Fprintf(c.stderr, "\r\x1b[K%s: %d rows", table, rows)
		}
	}}
	err = store.Copy(c.ctx, from, to, o)
	if c.progress {
		fmt.Fprint(c.stderr, "\r\x1b[K")
	}
	if err != nil {
		return err
	}
	moved := &app{store: to, now: c.now, log: newLogger(c, config.Default())}
	moved.audit(c, "migrate", "everything from "+placeOf(m.From))
	fmt.Fprintln(c.stdout, "Everything is moved, and every row was compared. Start the bot with the new database now.")
	return nil
}

// placeOf names a database without its password.
func placeOf(dsn string) string {
	if u, err := url.Parse(dsn); err == nil && u.Host != "" {
		return u.Scheme + "://" + u.Host + u.Path
	}
	return dsn
}

// mustExist refuses a SQLite file that is not there: opening it would make an
// empty one, and copying that would look like a finished move.
func mustExist(dsn string) error {
	if strings.Contains(dsn, "://") {
		return nil
	}
	path, _, _ := strings.Cut(strings.TrimPrefix(dsn, "sqlite:"), "?")
	if _, err := os.Stat(path); err != nil {
		return digest.Errorf(digest.NotFound, "there is no database %s", path)
	}
	return nil
}

// indexTerms are the words of an article for the index.
func indexTerms(a *digest.Article) (title, body []string) {
	return text.Analyse(a.Title, a.Body, a.Lang).Terms()
}

type backupCmd struct {
	File string `arg:"" help:"Where the copy goes; it must not exist." type:"path"`
}

// Run writes a checked copy.
func (b backupCmd) Run(c *call) error {
	a, err := openApp(c)
	if err != nil {
		return err
	}
	defer a.close()
	if err := a.store.Backup(c.ctx, b.File); err != nil {
		return err
	}
	a.audit(c, "backup", b.File)
	fmt.Fprintf(c.stdout, "Written and checked: %s\n", b.File)
	return nil
}

// netSentence is why an address could not be reached or opened, in our words
// where they are known.
func netSentence(err error) string {
	var name *net.DNSError
	var late net.Error
	switch {
	case errors.As(err, &name):
		return fmt.Sprintf("there is no host %q", name.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there"
	case errors.As(err, &late) && late.Timeout():
		return "it takes too long"
	}
	return err.Error()
}

type healthcheckCmd struct{}

// Run asks the page of a running bot, for a container's health check.
func (healthcheckCmd) Run(c *call) error {
	conf, err := loadConfig(c)
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(conf.Web.Listen)
	if err != nil {
		return digest.Errorf(digest.Invalid, "there is no page to ask: web.listen is %q", conf.Web.Listen)
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(c.ctx, 4*time.Second)
	defer cancel()
	address := net.JoinHostPort(host, port)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return digest.Errorf(digest.Unavailable, "no bot answers on %s: %s", address, netSentence(err)).
			WithHint("Is it running, and does it listen there? The address is that of DAYBRIEF_LISTEN or web.listen.")
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 1024))
	if resp.StatusCode != http.StatusOK {
		return digest.Errorf(digest.Unavailable, "the bot is not well: %s", text)
	}
	fmt.Fprintln(c.stdout, "well")
	return nil
}
