package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/tag"
	"github.com/daybrief/daybrief/digest/text"
)

// TagsCmd scores countries and topics. Rows carry `countries` (what the
// article is about) or `mentioned` (the countries of all places it names), and
// `topics` where `complete` is "topics" or missing.
type TagsCmd struct {
	File   string   `arg:"" help:"Labelled articles, one JSON object a line; - reads standard input."`
	JSON   bool     `help:"Print one JSON object."`
	Errors int      `help:"List the N worst cases." placeholder:"N"`
	Skip   int      `help:"Leave out the first N rows (files are in order of time)." placeholder:"N"`
	Limit  int      `help:"Read at most N rows." placeholder:"N"`
	Apart  []string `help:"Topics scored by themselves and left out of the topics' figures." default:"business"`
}

type tagRow struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Body      string    `json:"body"`
	Lang      string    `json:"lang"`
	Countries *[]string `json:"countries"`
	Mentioned *[]string `json:"mentioned"`
	Topics    *[]string `json:"topics"`
	Complete  string    `json:"complete"`
}

// tagReport is the --json object.
type tagReport struct {
	Countries countryFigures `json:"countries"`
	Topics    topicFigures   `json:"topics"`
	Articles  int            `json:"articles"`
	PerSecond float64        `json:"articles_per_s"`
	PeakMB    float64        `json:"peak_mb"`
}

type countryFigures struct {
	prf
	MacroF1     float64 `json:"macro_f1"`
	F1WithoutUS float64 `json:"f1_without_us"`
}

type topicFigures struct {
	prf
	MacroF1 float64        `json:"macro_f1"`
	ByTopic map[string]prf `json:"by_topic"`
	Apart   []string       `json:"apart,omitempty"` // in by_topic alone
}

// tagCase is an article that was judged differently from its label.
type tagCase struct {
	row    tagRow
	what   string // "countries" or "topics"
	found  []digest.Tag
	wrong  []string
	missed []string
}

func (c tagCase) size() int { return len(c.wrong) + len(c.missed) }

// Run reads, tags and scores the file.
func (cmd *TagsCmd) Run(out io.Writer) error {
	rows, err := allRows[tagRow](cmd.File)
	if err != nil {
		return err
	}
	rows = rows[min(cmd.Skip, len(rows)):]
	if cmd.Limit > 0 {
		rows = rows[:min(cmd.Limit, len(rows))]
	}
	if len(rows) == 0 {
		return fmt.Errorf("score tags: %s has no rows", cmd.File)
	}
	tagger, err := tag.New(tag.Options{})
	if err != nil {
		return err
	}
	s := &tagScorer{tagger: tagger, codes: countryCodes(tagger.Names()), scored: labelledTopics(rows), apart: cmd.Apart}
	start := time.Now()
	judged := make([]judgement, len(rows))
	for i := range rows {
		judged[i] = s.judge(&rows[i])
	}
	took := time.Since(start)
	for i := range rows {
		s.score(&rows[i], judged[i])
	}
	report := s.report(len(rows), took)
	if cmd.JSON {
		return json.NewEncoder(out).Encode(report)
	}
	if err := report.print(out, cmd.File); err != nil {
		return err
	}
	return printCases(out, s.cases, cmd.Errors)
}

// countryCodes maps the names that labels may use ("United States") to codes.
func countryCodes(names []digest.Name) map[string]string {
	codes := map[string]string{}
	for _, n := range names {
		if n.Kind == digest.CountryName && (n.Lang == "en" || n.Lang == "") {
			codes[strings.ToLower(n.Text)] = n.Slugs[0]
		}
	}
	return codes
}

// labelledTopics are the topics that the file can be scored for: those it uses.
func labelledTopics(rows []tagRow) map[string]bool {
	m := map[string]bool{}
	for _, r := range rows {
		if r.Topics != nil {
			for _, t := range *r.Topics {
				m[t] = true
			}
		}
	}
	return m
}

type judgement struct {
	countries, topics []digest.Tag
	mentioned         []string
}

type tagScorer struct {
	tagger *tag.Tagger
	codes  map[string]string
	scored map[string]bool
	apart  []string

	all, foreign, topics, topicsApart labelScore
	cases                             []tagCase
}

// judge is the work that is timed.
func (s *tagScorer) judge(r *tagRow) judgement {
	doc := text.Analyse(r.Title, r.Body, r.Lang)
	var j judgement
	if r.Mentioned != nil && r.Countries == nil {
		j.mentioned = s.tagger.Mentions(doc)
		return j
	}
	j.countries, j.topics = s.tagger.Tag(doc, tag.Hint{})
	return j
}

func (s *tagScorer) score(r *tagRow, j judgement) {
	switch {
	case r.Countries != nil:
		s.scoreCountries(r, digest.Firm(j.countries), s.codesOf(*r.Countries), j.countries)
	case r.Mentioned != nil:
		s.scoreCountries(r, j.mentioned, s.codesOf(*r.Mentioned), nil)
	}
	if r.Topics != nil && (r.Complete == "topics" || r.Complete == "") {
		s.scoreTopics(r, j.topics)
	}
}

func (s *tagScorer) scoreCountries(r *tagRow, found, given []string, tags []digest.Tag) {
	s.all.add(found, given)
	s.foreign.add(without(found, "US"), without(given, "US"))
	s.note(tagCase{row: *r, what: "countries", found: tags, wrong: minus(found, given), missed: minus(given, found)})
}

func (s *tagScorer) scoreTopics(r *tagRow, tags []digest.Tag) {
	var found, given, foundApart, givenApart []string
	for _, t := range digest.Firm(tags) {
		switch {
		case !s.scored[t]:
		case slices.Contains(s.apart, t):
			foundApart = append(foundApart, t)
		default:
			found = append(found, t)
		}
	}
	for _, t := range *r.Topics {
		if slices.Contains(s.apart, t) {
			givenApart = append(givenApart, t)
		} else {
			given = append(given, t)
		}
	}
	s.topics.add(found, given)
	s.topicsApart.add(foundApart, givenApart)
	s.note(tagCase{row: *r, what: "topics", found: tags, wrong: minus(found, given), missed: minus(given, found)})
}

func (s *tagScorer) note(c tagCase) {
	if c.size() > 0 {
		s.cases = append(s.cases, c)
	}
}

// codesOf turns labels into codes; a label that names nothing known stays as
// it is and counts as missed.
func (s *tagScorer) codesOf(labels []string) []string {
	out := make([]string, 0, len(labels))
	for _, l := range labels {
		if code, ok := s.codes[strings.ToLower(l)]; ok && len(l) != 2 {
			l = code
		}
		out = append(out, l)
	}
	return out
}

func minus(a, b []string) []string {
	var out []string
	for _, x := range a {
		if !slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}

func (s *tagScorer) report(n int, took time.Duration) tagReport {
	r := tagReport{
		Countries: countryFigures{prf: s.all.all.prf(), MacroF1: s.all.macroF1(), F1WithoutUS: s.foreign.all.prf().F1},
		Topics:    topicFigures{prf: s.topics.all.prf(), MacroF1: s.topics.macroF1(), ByTopic: map[string]prf{}},
		Articles:  n,
		PerSecond: float64(n) / took.Seconds(),
		PeakMB:    peakMB(),
	}
	for t, c := range s.topics.byLabel {
		r.Topics.ByTopic[t] = c.prf()
	}
	for t, c := range s.topicsApart.byLabel {
		r.Topics.ByTopic[t] = c.prf()
		r.Topics.Apart = append(r.Topics.Apart, t)
	}
	slices.Sort(r.Topics.Apart)
	return r
}

func (r tagReport) print(out io.Writer, file string) error {
	fmt.Fprintf(out, "%s: %d articles, %.0f a second, peak %.0f MB\n\n", file, r.Articles, r.PerSecond, r.PeakMB)
	w := table(out)
	fmt.Fprintln(w, "\tprecision\trecall\tmicro F1\tmacro F1\twithout US\t")
	c, t := r.Countries, r.Topics
	fmt.Fprintf(w, "countries\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t\n", c.P, c.R, c.F1, c.MacroF1, c.F1WithoutUS)
	if len(t.ByTopic) > 0 {
		fmt.Fprintf(w, "topics\t%.3f\t%.3f\t%.3f\t%.3f\t\t\n", t.P, t.R, t.F1, t.MacroF1)
	}
	for _, slug := range slices.Sorted(maps.Keys(t.ByTopic)) {
		name := slug
		if slices.Contains(t.Apart, slug) {
			name += " (apart)"
		}
		f := t.ByTopic[slug]
		fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%.3f\t\t\t\n", name, f.P, f.R, f.F1)
	}
	return w.Flush()
}

// printCases lists the n worst cases, those with most wrong and missed labels
// first and otherwise in the file's order.
func printCases(out io.Writer, cases []tagCase, n int) error {
	slices.SortStableFunc(cases, func(a, b tagCase) int { return cmp.Compare(b.size(), a.size()) })
	for _, c := range first(cases, n) {
		_, err := fmt.Fprintf(out, "\n%s %s\n  %s\n  wrong %v, missed %v\n", c.row.ID, c.what, c.row.Title, c.wrong, c.missed)
		if err != nil {
			return err
		}
		for _, t := range c.found {
			fmt.Fprintf(out, "  %.2f %s %s\n", t.Weight, t.Slug, strings.Join(t.Why, "; "))
		}
		lead := []rune(strings.Join(strings.Fields(c.row.Body), " "))
		fmt.Fprintf(out, "  | %s\n", string(lead[:min(len(lead), 200)]))
	}
	return nil
}
