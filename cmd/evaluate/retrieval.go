package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/brief"
	"github.com/daybrief/daybrief/digest/query"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/tag"
	"github.com/daybrief/daybrief/digest/text"
)

// RetrievalCmd scores the order in which articles answer requests. It goes
// the product's own way: articles are analysed, tagged and stored in a
// database of its own, requests are read, searched for and ranked by the
// scorer that answers people. Only time and the number of sources are left
// out, since labels know neither.
type RetrievalCmd struct {
	Articles string `arg:"" help:"Articles, one JSON object a line."`
	Queries  string `arg:"" help:"Requests with the ids of what answers them, one JSON object a line."`
	JSON     bool   `help:"Print one JSON object."`
	Errors   int    `help:"List the N worst requests." placeholder:"N"`
}

// retrievalArticle is an article of the file. Ids stay the file's own.
type retrievalArticle struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Body      string `json:"body"`
	Lang      string `json:"lang"`
	Source    string `json:"source"`
	Published string `json:"published"`
}

// retrievalQuery is a request and what answers it.
type retrievalQuery struct {
	Query    string   `json:"query"`
	Relevant []string `json:"relevant"`
}

// retrievalReport is the --json object.
type retrievalReport struct {
	NDCG10  float64 `json:"ndcg10"`
	P10     float64 `json:"p10"`
	MRR     float64 `json:"mrr"`
	Queries int     `json:"queries"`
}

// retrievalCase is a request with its figures and what was answered.
type retrievalCase struct {
	query          retrievalQuery
	ndcg, p, mrr   float64
	got            []string
	titles         map[string]string
	rightInTheFile int
}

// Run indexes the articles and asks the requests.
func (cmd *RetrievalCmd) Run(out io.Writer) error {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "evaluate-*")
	if err != nil {
		return fmt.Errorf("score retrieval: %w", err)
	}
	defer os.RemoveAll(dir)
	s, err := store.Open(ctx, filepath.Join(dir, "articles.db"))
	if err != nil {
		return fmt.Errorf("score retrieval: %w", err)
	}
	defer s.Close()
	tagger, err := tag.New(tag.Options{})
	if err != nil {
		return fmt.Errorf("score retrieval: %w", err)
	}
	r := retriever{store: s, tagger: tagger, reader: query.New(query.Options{Names: tagger.Names()}), ids: make(map[int64]string), titles: make(map[string]string)}
	if err := r.index(ctx, cmd.Articles); err != nil {
		return err
	}
	cases, err := r.askAll(ctx, cmd.Queries)
	if err != nil {
		return err
	}
	report := sumUp(cases)
	if cmd.JSON {
		return json.NewEncoder(out).Encode(report)
	}
	return report.print(out, cmd, cases)
}

// retriever is the product's way from articles to ranked answers.
type retriever struct {
	store  *store.Store
	tagger *tag.Tagger
	reader *query.Reader
	ids    map[int64]string // the file's ids by the store's
	titles map[string]string
}

// index stores all articles, in batches.
func (r *retriever) index(ctx context.Context, path string) error {
	const batch = 500
	var entries []digest.Entry
	flush := func() error {
		added, err := r.store.AddArticles(ctx, entries)
		for i, a := range added {
			r.ids[a.ID] = entries[i].GUID
		}
		entries = entries[:0]
		return err
	}
	for row, err := range readRows[retrievalArticle](path) {
		if err != nil {
			return err
		}
		e, err := r.entry(row)
		if err != nil {
			return fmt.Errorf("score retrieval: article %s: %w", row.ID, err)
		}
		entries = append(entries, e)
		r.titles[row.ID] = row.Title
		if len(entries) == batch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(r.titles) == 0 {
		return fmt.Errorf("score retrieval: %s has no articles", path)
	}
	return flush()
}

// entry analyses and tags an article. Its GUID makes it one of its own even
// where two have the same title.
func (r *retriever) entry(row retrievalArticle) (digest.Entry, error) {
	at, err := time.Parse(time.RFC3339, row.Published)
	if err != nil {
		at = time.Unix(0, 0)
	}
	a := digest.Article{GUID: row.ID, Title: cmp.Or(row.Title, "-"), Body: row.Body, Lang: row.Lang, Source: row.Source, Published: at, Stored: at}
	if err := a.Clean(); err != nil {
		return digest.Entry{}, err
	}
	doc := text.Analyse(a.Title, a.Body, a.Lang)
	a.Lang = doc.Lang
	a.Countries, a.Topics = r.tagger.Tag(doc, tag.Hint{})
	e := digest.Entry{Article: a}
	e.TitleTerms, e.BodyTerms = doc.Terms()
	return e, nil
}

func (r *retriever) askAll(ctx context.Context, path string) ([]retrievalCase, error) {
	var cases []retrievalCase
	for row, err := range readRows[retrievalQuery](path) {
		if err != nil {
			return nil, err
		}
		got, err := r.ask(ctx, row.Query)
		if err != nil {
			return nil, fmt.Errorf("score retrieval: %q: %w", row.Query, err)
		}
		c := retrievalCase{query: row, got: got[:min(10, len(got))], titles: r.titles, rightInTheFile: len(row.Relevant)}
		c.ndcg, c.p, c.mrr = ndcg(got, row.Relevant, 10), precision(got, row.Relevant, 10), reciprocalRank(got, row.Relevant)
		cases = append(cases, c)
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("score retrieval: %s has no requests", path)
	}
	return cases, nil
}

// ask answers one request with the file's ids, best first.
func (r *retriever) ask(ctx context.Context, request string) ([]string, error) {
	q, err := r.reader.Read(request, time.Now())
	if err != nil {
		return nil, err
	}
	search := digest.Search{Countries: q.Countries, Members: q.Members, Topics: q.Topics, Limit: len(r.ids)}
	for _, t := range q.Terms {
		search.Terms = append(search.Terms, text.QueryTerms(t, ""))
	}
	found, err := r.store.Search(ctx, search)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, story := range brief.Rank(found, brief.Ranking{Region: len(q.Members) > 0}) {
		for _, c := range story.Articles {
			out = append(out, r.ids[c.ArticleID])
		}
	}
	return out, nil
}

// ndcg is the normalised discounted cumulative gain of the first n, each
// relevant one worth the same (Järvelin and Kekäläinen, 2002).
func ndcg(got, relevant []string, n int) float64 {
	gain, ideal := 0.0, 0.0
	for i := range n {
		discount := 1 / math.Log2(float64(i+2))
		if i < len(got) && slices.Contains(relevant, got[i]) {
			gain += discount
		}
		if i < len(relevant) {
			ideal += discount
		}
	}
	if ideal == 0 {
		return 0
	}
	return gain / ideal
}

// precision is the share of the first n places that hold a relevant one.
func precision(got, relevant []string, n int) float64 {
	right := 0
	for _, id := range got[:min(n, len(got))] {
		if slices.Contains(relevant, id) {
			right++
		}
	}
	return ratio(right, n)
}

// reciprocalRank is one over the place of the first relevant one.
func reciprocalRank(got, relevant []string) float64 {
	for i, id := range got {
		if slices.Contains(relevant, id) {
			return 1 / float64(i+1)
		}
	}
	return 0
}

func sumUp(cases []retrievalCase) retrievalReport {
	r := retrievalReport{Queries: len(cases)}
	for _, c := range cases {
		r.NDCG10 += c.ndcg
		r.P10 += c.p
		r.MRR += c.mrr
	}
	n := float64(len(cases))
	r.NDCG10, r.P10, r.MRR = r.NDCG10/n, r.P10/n, r.MRR/n
	return r
}

func (r retrievalReport) print(out io.Writer, cmd *RetrievalCmd, cases []retrievalCase) error {
	fmt.Fprintf(out, "%s: %d requests\n\n", cmd.Queries, r.Queries)
	w := table(out)
	fmt.Fprintln(w, "nDCG@10\tP@10\tMRR\t")
	fmt.Fprintf(w, "%.3f\t%.3f\t%.3f\t\n", r.NDCG10, r.P10, r.MRR)
	if err := w.Flush(); err != nil {
		return err
	}
	slices.SortStableFunc(cases, func(a, b retrievalCase) int { return cmp.Compare(a.ndcg, b.ndcg) })
	for _, c := range first(cases, cmd.Errors) {
		fmt.Fprintf(out, "\n%s: nDCG %.3f, %d relevant\n", c.query.Query, c.ndcg, c.rightInTheFile)
		for _, id := range c.got {
			sign := " "
			if slices.Contains(c.query.Relevant, id) {
				sign = "+"
			}
			if _, err := fmt.Fprintf(out, "  %s %s %s\n", sign, id, strings.Join(strings.Fields(c.titles[id]), " ")); err != nil {
				return err
			}
		}
	}
	return nil
}
