package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// exchange sends a request to a running bot, changed by change unless that is
// nil, and returns what it answers.
func exchange(t *testing.T, method, address, sent string, change func(*http.Request)) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(r)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

// get reads an address, with the request changed.
func get(t *testing.T, address string, change func(*http.Request)) (status int, body string) {
	t.Helper()
	return exchange(t, http.MethodGet, address, "", change)
}

// fetch returns a page of a running bot.
func fetch(t *testing.T, address string) string {
	t.Helper()
	status, page := get(t, address, nil)
	if status != http.StatusOK {
		t.Errorf("%s: status %d", address, status)
	}
	return page
}
