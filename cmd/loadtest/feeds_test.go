package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest/feed"
)

func TestFeedsAreReadAndCounted(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newFeedWorld(10, 3))
	defer server.Close()
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	f := feedsCmd{Sources: 40, Hosts: 1, Items: 3, Rounds: 2, Concurrent: 4}
	got, err := f.daybrief(t.Context(), u.Port())
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v %v", got, err)
	}
	first, later := got[0], got[1]
	if first.Polls != 40 || first.Articles != 120 || later.Polls != 80 || later.Articles <= 120 || later.Articles > 140 {
		t.Errorf("first %+v, later %+v", first, later)
	}
	if first.CPUms <= 0 || later.PerSecond <= 0 {
		t.Errorf("nothing was measured: %+v, %+v", first, later)
	}
	var out bytes.Buffer
	if err := (&call{stdout: &out, json: true}).report(later); err != nil {
		t.Fatal(err)
	}
	var back feedFigures
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back != later {
		t.Errorf("%s: %v", out.String(), err)
	}
}

func TestFeedItemIsMeasured(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := &call{ctx: t.Context(), stdout: &out, json: true}
	if err := (feedItemCmd{Feeds: 2, Items: 5}).Run(c); err != nil {
		t.Fatal(err)
	}
	var got itemFigures
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Feeds != 2 || got.Items != 5 || got.Median <= 0 || got.P95 < got.Median {
		t.Errorf("%s: %v", out.String(), err)
	}
}

func TestServedFeedsSayUnchangedMostOfTheTime(t *testing.T) {
	t.Parallel()
	world := newFeedWorld(10, 4)
	ask := func(name, etag string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/feed/"+name, nil)
		if etag != "" {
			r.Header.Set("If-None-Match", etag)
		}
		w := httptest.NewRecorder()
		world.ServeHTTP(w, r)
		return w
	}
	changed, before := 0, ""
	for i := range 500 {
		w := ask("7", before)
		if before != "" && w.Code == http.StatusOK {
			changed++
		}
		if w.Code == http.StatusOK {
			parsed, err := feed.Parse(w.Body.Bytes(), "", "")
			if err != nil || len(parsed.Articles) != 4 {
				t.Fatalf("request %d: %+v %v", i, parsed, err)
			}
		}
		before = w.Header().Get("ETag")
	}
	if changed < 25 || changed > 75 {
		t.Errorf("%d of 500 readings found something new, want a tenth", changed)
	}
	w := httptest.NewRecorder()
	world.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", strings.NewReader("")))
	if w.Code != http.StatusNotFound {
		t.Errorf("status %d", w.Code)
	}
}
