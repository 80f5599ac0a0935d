package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/daybrief/daybrief/digest/feed"
)

// feedServerCmd is the world's side of the measurement, in a process of its
// own so that its work is not counted.
type feedServerCmd struct {
	Change int `help:"Of a hundred conditional requests, how many find something new." default:"10"`
	Items  int `help:"Items of a feed." default:"5"`
}

// Run serves /feed/N on every address of this machine's loopback until
// standard input ends; the first line of output is the port.
func (s feedServerCmd) Run(c *call) error {
	var lc net.ListenConfig
	l, err := lc.Listen(c.ctx, "tcp", "0.0.0.0:0") // 127.0.0.0/8 is all loopback on Linux
	if err != nil {
		return err
	}
	fmt.Fprintln(c.stdout, l.Addr().(*net.TCPAddr).Port)
	server := &http.Server{Handler: newFeedWorld(s.Change, s.Items), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = server.Close()
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// startFeedServer runs the server in a child process.
func startFeedServer(ctx context.Context, args ...string) (port string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, self, append([]string{"feed-server"}, args...)...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, fmt.Errorf("start the server of feeds: %w", err)
	}
	stop = func() { _ = in.Close(); _ = cmd.Wait() }
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("start the server of feeds: %w", err)
	}
	return strings.TrimSpace(line), stop, nil
}

// feedWorld is feeds that say "unchanged" most of the time, as those of the
// world do, and else have one item more.
type feedWorld struct {
	change, items int
	words         []string

	mu    sync.Mutex
	feeds map[string]*servedFeed
}

type servedFeed struct{ version, requests int }

func newFeedWorld(change, items int) *feedWorld {
	return &feedWorld{change: change, items: items, words: newsWords(), feeds: map[string]*servedFeed{}}
}

// ServeHTTP answers for one feed.
func (f *feedWorld) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.URL.Path, "/feed/")
	if !ok {
		http.NotFound(w, r)
		return
	}
	known := r.Header.Get("If-None-Match")
	version := f.next(name, known != "")
	etag := `"v` + strconv.Itoa(version) + `"`
	w.Header().Set("ETag", etag)
	if known == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	f.write(w, name, version)
}

// next is the version of a feed at this request.
func (f *feedWorld) next(name string, conditional bool) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.feeds[name]
	if s == nil {
		s = &servedFeed{}
		f.feeds[name] = s
	}
	s.requests++
	if conditional && int(seedOf(name, s.requests)%100) < f.change {
		s.version++
	}
	return s.version
}

func seedOf(name string, n int) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%d", name, n)
	return h.Sum64()
}

// write writes RSS, the newest item first.
func (f *feedWorld) write(w io.Writer, name string, version int) {
	b := bufio.NewWriter(w)
	defer b.Flush()
	fmt.Fprintf(b, `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Source %s</title><link>https://s%s.example.org/</link><description>News</description><language>en</language>`, name, name)
	for i := range f.items {
		id := version + f.items - 1 - i
		rnd := rand.New(rand.NewPCG(seedOf(name, id), 1))
		at := time.Now().Add(-time.Duration(i+1) * 10 * time.Minute).Truncate(time.Minute)
		if id < f.items { // it was there from the beginning
			at = time.Date(2026, 1, 1, 0, id, 0, 0, time.UTC)
		}
		fmt.Fprintf(b, `<item><title>%s</title><link>https://s%s.example.org/%d</link><guid isPermaLink="false">%s-%d</guid><pubDate>%s</pubDate><description>&lt;p&gt;%s&lt;/p&gt;</description></item>`,
			f.sentence(rnd, 9), name, id, name, id, at.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"), f.text(rnd))
	}
	_, _ = io.WriteString(b, `</channel></rss>`)
}

// text is a teaser of the usual length.
func (f *feedWorld) text(rnd *rand.Rand) string {
	var out []string
	for range 4 {
		out = append(out, f.sentence(rnd, 12+rnd.IntN(8))+".")
	}
	return strings.Join(out, " ")
}

func (f *feedWorld) sentence(rnd *rand.Rand, words int) string {
	out := make([]string, words)
	for i := range out {
		out[i] = f.words[rnd.IntN(len(f.words))]
		if rnd.IntN(4) == 0 { // people, places, products: most of the words of news are rare
			out[i] = inventedName(rnd)
		}
	}
	return strings.ToUpper(out[0][:1]) + out[0][1:] + " " + strings.Join(out[1:], " ")
}

// inventedName is one of half a million.
func inventedName(rnd *rand.Rand) string {
	const consonants, vowels = "bdfghklmnprstvz", "aeiou"
	var b strings.Builder
	for range 3 {
		b.WriteByte(consonants[rnd.IntN(len(consonants))])
		b.WriteByte(vowels[rnd.IntN(len(vowels))])
	}
	return strings.ToUpper(b.String()[:1]) + b.String()[1:]
}

// newsWords are the words of the articles that come with the program: names
// of countries and topics are among them as often as in news.
func newsWords() []string {
	var words []string
	for _, a := range feed.Sample(time.Now()) {
		if a.Lang != "en" {
			continue
		}
		for w := range strings.FieldsFuncSeq(a.Title+" "+a.Body, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }) {
			words = append(words, w)
		}
	}
	slices.Sort(words) // twice as often said, twice as often drawn
	return words
}
