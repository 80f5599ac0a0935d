package main

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/daybrief/daybrief/digest/feed"
)

// ExtractionCmd scores how the text of an article is found in its page, on a
// folder as the article-extraction benchmark of Scrapinghub has it:
// ground-truth.json has, by page, "articleBody" and "url"; the page itself is
// html/PAGE.html.gz. Where the folder has output/NAME.json, which is what
// another program found, that is scored beside ours.
type ExtractionCmd struct {
	Dir    string `arg:"" help:"Folder with ground-truth.json and html/*.html.gz." type:"existingdir"`
	JSON   bool   `help:"Print one JSON object."`
	Errors int    `help:"List the N worst pages." placeholder:"N"`
	Peers  bool   `help:"Score what other programs found, output/*.json in the folder, too."`
}

// pageText is the text of a page, as a person or a program gives it.
type pageText struct {
	Body string `json:"articleBody"`
	URL  string `json:"url"`
}

// extractionReport is the --json object.
type extractionReport struct {
	prf
	Exact float64        `json:"exact"` // share of pages without a word too many or too few
	Pages int            `json:"pages"`
	MsPer float64        `json:"ms_per_page"`
	Peers map[string]prf `json:"peers,omitempty"`
}

// Run reads every page and compares.
func (cmd *ExtractionCmd) Run(out io.Writer) error {
	truth, err := pageTexts(filepath.Join(cmd.Dir, "ground-truth.json"))
	if err != nil {
		return err
	}
	if len(truth) == 0 {
		return fmt.Errorf("score extraction: %s has no pages", cmd.Dir)
	}
	found, took, err := cmd.extract(truth)
	if err != nil {
		return err
	}
	s := scoreTexts(truth, found)
	r := extractionReport{prf: s.prf(), Exact: s.exact(), Pages: len(truth), MsPer: took.Seconds() * 1000 / float64(len(truth))}
	if cmd.Peers {
		if r.Peers, err = cmd.peers(truth); err != nil {
			return err
		}
	}
	if cmd.JSON {
		return json.NewEncoder(out).Encode(r)
	}
	return r.print(out, cmd, s)
}

func pageTexts(path string) (map[string]pageText, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("score extraction: %w", err)
	}
	// What a program found may say which version of it did.
	var wrapped struct {
		Output map[string]pageText `json:"output"`
	}
	if err := json.Unmarshal(data, &wrapped); err == nil && len(wrapped.Output) > 0 {
		return wrapped.Output, nil
	}
	var plain map[string]pageText
	if err := json.Unmarshal(data, &plain); err != nil {
		return nil, fmt.Errorf("score extraction: %s: %w", path, err)
	}
	return plain, nil
}

// extract finds each page's text as the reading of sources does. A page in
// which none is found has none.
func (cmd *ExtractionCmd) extract(truth map[string]pageText) (map[string]pageText, time.Duration, error) {
	found := make(map[string]pageText, len(truth))
	var took time.Duration
	for name, page := range truth {
		data, err := readZipped(filepath.Join(cmd.Dir, "html", name+".html.gz"))
		if err != nil {
			return nil, 0, fmt.Errorf("score extraction: %w", err)
		}
		start := time.Now()
		if got, err := feed.Extract(data, "text/html", page.URL); err == nil {
			found[name] = pageText{Body: got.Article.Body}
		}
		took += time.Since(start)
	}
	return found, took, nil
}

func readZipped(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return io.ReadAll(z)
}

// peers scores what other programs found.
func (cmd *ExtractionCmd) peers(truth map[string]pageText) (map[string]prf, error) {
	files, err := filepath.Glob(filepath.Join(cmd.Dir, "output", "*.json"))
	if err != nil {
		return nil, fmt.Errorf("score extraction: %w", err)
	}
	out := map[string]prf{}
	for _, file := range files {
		found, err := pageTexts(file)
		if err != nil {
			return nil, err
		}
		out[strings.TrimSuffix(filepath.Base(file), ".json")] = scoreTexts(truth, found).prf()
	}
	return out, nil
}

// textScore is how near texts came, page by page.
type textScore []textCase

// textCase counts the runs of four words of one page.
type textCase struct {
	counts
	page, url string
	exact     bool
}

func scoreTexts(truth, found map[string]pageText) textScore {
	var s textScore
	for _, name := range slices.Sorted(maps.Keys(truth)) {
		want, got := wordsOf(truth[name].Body), wordsOf(found[name].Body)
		s = append(s, textCase{compareRuns(runs(want), runs(got)), name, truth[name].URL, slices.Equal(want, got)})
	}
	return s
}

var word = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[\p{L}\p{N}_]+`) })

func wordsOf(text string) []string { return word().FindAllString(text, -1) }

// runs counts the runs of four words of a text. A shorter text is one run.
func runs(words []string) map[string]int {
	const length = 4
	out := map[string]int{}
	for i := 0; i == 0 || i+length <= len(words); i++ {
		if run := words[i:min(i+length, len(words))]; len(run) > 0 {
			out[strings.Join(run, " ")]++
		}
	}
	return out
}

func compareRuns(want, got map[string]int) counts {
	var c counts
	for run, n := range want {
		c.right += min(n, got[run])
		c.missed += max(0, n-got[run])
	}
	for run, n := range got {
		c.wrong += max(0, n-want[run])
	}
	return c
}

// prf takes the means of precision and recall over pages, as the benchmark
// does: precision over those in which something was found, recall over those
// that have a text; F1 is of the two means.
func (s textScore) prf() prf {
	var p, r float64
	var found, given int
	for _, c := range s {
		if n := c.right + c.wrong; n > 0 {
			p, found = p+ratio(c.right, n), found+1
		}
		if n := c.right + c.missed; n > 0 {
			r, given = r+ratio(c.right, n), given+1
		}
	}
	return harmonic(p/float64(max(found, 1)), r/float64(max(given, 1)))
}

func (s textScore) exact() float64 {
	n := 0
	for _, c := range s {
		if c.exact {
			n++
		}
	}
	return ratio(n, len(s))
}

func (r extractionReport) print(out io.Writer, cmd *ExtractionCmd, s textScore) error {
	fmt.Fprintf(out, "%s: %d pages, %.1f ms each, %.3f of them without a word too many or too few\n\n", cmd.Dir, r.Pages, r.MsPer, r.Exact)
	w := table(out)
	fmt.Fprintln(w, "\tprecision\trecall\tF1\t")
	fmt.Fprintf(w, "daybrief\t%.3f\t%.3f\t%.3f\t\n", r.P, r.R, r.F1)
	names := slices.SortedFunc(maps.Keys(r.Peers), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.Peers[b].F1, r.Peers[a].F1), strings.Compare(a, b))
	})
	for _, name := range names {
		fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%.3f\t\n", name, r.Peers[name].P, r.Peers[name].R, r.Peers[name].F1)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	slices.SortStableFunc(s, func(a, b textCase) int { return cmp.Compare(a.prf().F1, b.prf().F1) })
	for _, c := range first(s, cmd.Errors) {
		f := c.prf()
		if _, err := fmt.Fprintf(out, "\n%s\n  %s\n  precision %.3f, recall %.3f\n", c.page, c.url, f.P, f.R); err != nil {
			return err
		}
	}
	return nil
}
