package feed_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest/feed"
	"golang.org/x/tools/txtar"
)

func TestPageCases(t *testing.T) {
	t.Parallel()
	cases(t, "page", func(_ *testing.T, input txtar.File) string {
		var b strings.Builder
		page, err := feed.Extract(input.Data, "text/html; charset=utf-8", input.Name)
		if err != nil {
			fmt.Fprintf(&b, "! %v\n", err)
		} else {
			a := page.Article
			if err := a.Clean(); err != nil {
				fmt.Fprintf(&b, "! %v\n", err)
			}
			fmt.Fprintf(&b, "site %q, language %q\n", page.Site, page.Lang)
			show(&b, a)
		}
		for _, l := range feed.Discover(input.Data, "text/html; charset=utf-8", input.Name) {
			fmt.Fprintf(&b, "> %s %q %s\n", l.URL, l.Title, l.Type)
		}
		return b.String()
	})
}
