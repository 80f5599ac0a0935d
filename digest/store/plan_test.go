package store

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// TestPlans asks SQLite how it goes about each statement that reads: none may
// go through a whole table that grows with the years, index or not.
func TestPlans(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	e := digest.Entry{Article: digest.Article{Title: "x", Source: "y", Stored: time.Unix(1e9, 0)}, TitleTerms: []string{"x"}}
	if _, err := s.AddArticles(ctx, []digest.Entry{e}); err != nil {
		t.Fatal(err)
	}
	now := time.Unix(2e9, 0)
	for _, q := range []digest.Search{
		{Source: "y"}, {Since: now.AddDate(-60, 0, 0)}, {Countries: []string{"KR", "JP"}, Topics: []string{"trade"}},
		{Members: []string{"KR", "JP"}, Topics: []string{"trade"}}, {Members: []string{"KR", "JP"}},
		{Countries: []string{"KR"}, Members: []string{"TH", "JP"}, Terms: [][]string{{"x"}, {"y", "z"}}, Langs: []string{"en"}},
	} {
		if _, err := s.Search(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	to := digest.Destination{Platform: "slack", Channel: "C1"}
	for _, err := range []error{
		second(s.Articles(ctx, []int64{1})), second(s.StoryArticles(ctx, []int64{1})), second(s.Stories(ctx, []int64{1})),
		second(s.ArticleByURL(ctx, "https://x.example/")), second(s.Ungrouped(ctx, 9)), second(s.Popular(ctx, now)),
		s.Live(ctx, now, nil), second(s.Told(ctx, to, []int64{1})), second(s.DueDeliveries(ctx, now, 9)),
		second(s.StuckDeliveries(ctx, now, 9)), second(s.Deliveries(ctx, 1)), second(s.DeliveriesIn(ctx, digest.Unknown, 9)),
		second(s.DueSubscriptions(ctx, now, 9)), second(s.Subscriptions(ctx, digest.SubscriptionFilter{Owner: digest.Person{ID: "U1"}})),
		second(s.Subscriptions(ctx, digest.SubscriptionFilter{Destination: to})), second(s.Editions(ctx, digest.EditionFilter{SubscriptionID: 1})),
		second(s.Editions(ctx, digest.EditionFilter{Destination: to})), second(s.Audits(ctx, now, 9)), second(s.DueSources(ctx, now, 9)),
		second(s.Changed(ctx, 1)), second(s.Profile(ctx, to)), second(s.Alerted(ctx, to, []int64{1})), second(s.AlertedOf(ctx, []int64{1})),
		second(s.AlertTimes(ctx, now)), second(s.HeldDue(ctx, now, 9)), second(s.HeldFor(ctx, to)), second(s.HeldOf(ctx, []int64{1})),
		second(s.ArticlesAfter(ctx, 1, 9)), second(s.LastArticle(ctx)), second(s.Members(ctx, []int64{1})), second(s.Printed(ctx, []int64{1})),
		second(s.SourceSince(ctx, "x")), second(s.FirstDelivery(ctx, 1)),
	} {
		if err != nil && digest.CodeOf(err) != digest.NotFound {
			t.Fatal(err)
		}
	}
	// Going through a table by an index in the order that is asked for, up to
	// a limit, is fine.
	whole := regexp.MustCompile(`^SCAN (articles|a|t|f|d|e|p|r|article_\w+|deliveries|editions|subscriptions|told|audit|alerted|held)\b`)
	for text := range s.cache.all {
		for _, step := range explainPlan(t, s, text) {
			ordered := strings.Contains(step, "USING INDEX") || strings.Contains(step, "USING COVERING INDEX") || strings.Contains(step, "VIRTUAL TABLE")
			gathered := step == "SCAN d" && strings.Contains(text, "GROUP BY time, article_id) d") // a region, not a table
			if whole.MatchString(step) && !gathered && !(ordered && strings.Contains(text, "LIMIT")) {
				t.Errorf("%s\n%s", step, text)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

func explainPlan(t *testing.T, s *Store, text string) (steps []string) {
	t.Helper()
	args := make([]any, strings.Count(text, "$"))
	rows, err := s.reader.Query("EXPLAIN QUERY PLAN "+text, args...)
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return steps
}
