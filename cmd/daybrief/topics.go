package main

import (
	"fmt"
	"sort"
	"text/tabwriter"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

type topicsCmd struct {
	List topicsListCmd `cmd:"" default:"withargs" help:"All topics, yours among them."`
	Test topicsTestCmd `cmd:"" help:"What a topic would match among the stored articles, and why."`
}

type topicsListCmd struct{}

// Run lists topics.
func (topicsListCmd) Run(c *call) error {
	a, err := openApp(c)
	if err != nil {
		return err
	}
	defer a.close()
	type topicJSON struct {
		Slug       string `json:"slug"`
		Title      string `json:"title"`
		Definition string `json:"definition"`
	}
	out := []topicJSON{}
	for _, d := range a.tagger.Topics() {
		out = append(out, topicJSON{d.Slug, a.tagger.TopicTitle(d.Slug, a.config.Language), d.Definition})
	}
	if c.cli.JSON {
		return c.printJSON(out)
	}
	t := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	for _, d := range out {
		fmt.Fprintf(t, "%s\t%s\n", d.Slug, d.Definition)
	}
	return t.Flush()
}

type topicsTestCmd struct {
	Slug  string `arg:"" help:"The topic's slug."`
	Limit int    `help:"How many articles to show." default:"20"`
}

// Run shows the stored articles that the topic matches best, with the terms
// that did.
func (tc topicsTestCmd) Run(c *call) error {
	a, err := openApp(c)
	if err != nil {
		return err
	}
	defer a.close()
	if _, err := a.tagger.Explain(tc.Slug, text.Analyse("", "", "en")); err != nil {
		return err
	}
	articles, err := recentArticles(c, a)
	if err != nil {
		return err
	}
	type match struct {
		Title  string   `json:"title"`
		Source string   `json:"source"`
		Weight float64  `json:"weight"`
		Firm   bool     `json:"firm"`
		Why    []string `json:"why"`
	}
	found := []match{}
	for _, article := range articles {
		e, err := a.tagger.Explain(tc.Slug, text.Analyse(article.Title, article.Body, article.Lang))
		if err != nil {
			return err
		}
		if e.Weight >= digest.WeakWeight {
			found = append(found, match{article.Title, article.Source, e.Weight, e.Weight >= digest.FirmWeight, e.Lines()})
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].Weight > found[j].Weight })
	firm := 0
	for _, m := range found {
		if m.Firm {
			firm++
		}
	}
	shown := found[:min(len(found), max(tc.Limit, 0))]
	if c.cli.JSON {
		return c.printJSON(map[string]any{"slug": tc.Slug, "articles": len(articles), "firm": firm, "weak": len(found) - firm, "shown": shown})
	}
	fmt.Fprintf(c.stdout, "%s matches %d of %s, %d more weakly.\n", tc.Slug, firm, plural(len(articles), "stored article"), len(found)-firm)
	for _, m := range shown {
		fmt.Fprintf(c.stdout, "\n%.2f  %s (%s)\n", m.Weight, bot.SafeLine(m.Title), bot.SafeLine(m.Source))
		for _, why := range m.Why {
			fmt.Fprintf(c.stdout, "      %s\n", bot.SafeLine(why))
		}
	}
	return nil
}

// recentArticles are the latest stored ones, at most 5,000.
func recentArticles(c *call, a *app) ([]digest.Article, error) {
	var ids []int64
	err := a.store.Live(c.ctx, c.now().Add(-30*24*time.Hour), func(l digest.LiveArticle) error {
		ids = append(ids, l.ID)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(ids) > 5000 {
		ids = ids[len(ids)-5000:]
	}
	return a.store.Articles(c.ctx, ids)
}
