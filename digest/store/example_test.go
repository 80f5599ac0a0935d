package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "daybrief")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	s, err := store.Open(ctx, filepath.Join(dir, "daybrief.db"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()

	when := time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC)
	_, err = s.AddArticles(ctx, []digest.Entry{{
		Article: digest.Article{
			URL: "https://news.example/1", Title: "Seoul cuts tariffs on cars", Source: "Example Times",
			Published: when, Stored: when.Add(time.Minute),
			Countries: []digest.Tag{{Slug: "KR", Weight: 0.9}},
			Topics:    []digest.Tag{{Slug: "trade", Weight: 0.8}},
		},
		TitleTerms: []string{"seoul", "cut", "tariff", "on", "car"},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	found, err := s.Search(ctx, digest.Search{Countries: []string{"KR"}, Topics: []string{"trade"}, Terms: [][]string{{"tariff"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range found {
		fmt.Println(c.ArticleID, c.Countries, c.Topics, c.Terms[0] > 0)
	}
	_, err = s.Source(ctx, "Example Times")
	fmt.Println(digest.CodeOf(err))
	// Output:
	// 1 [0.9] [0.8] true
	// not_found
}
