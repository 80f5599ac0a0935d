package feed

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/daybrief/daybrief/digest"
	"github.com/mmcdole/gofeed"
)

// parseJSONFeed reads JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org). Of a
// document that is cut off, the items before the cut are read.
func parseJSONFeed(text []byte, base *url.URL) (Feed, error) {
	var problems []string
	if !json.Valid(text) {
		whole := wholeItems(text)
		if whole == nil {
			return Feed{}, digest.Errorf(digest.Invalid, "the JSON is broken and nothing in it can be read")
		}
		text, problems = whole, []string{"the JSON is broken; the items before the break were read"}
	}
	var claim struct {
		Version string          `json:"version"`
		Items   json.RawMessage `json:"items"`
	}
	if json.Unmarshal(text, &claim) != nil || (claim.Items == nil && !strings.Contains(claim.Version, "jsonfeed.org")) {
		return Feed{}, digest.Errorf(digest.Invalid, "this JSON is not a JSON Feed")
	}
	parsed, err := gofeed.NewParser().Parse(bytes.NewReader(text))
	if err != nil {
		return Feed{}, digest.Errorf(digest.Invalid, "this JSON is not a JSON Feed: %w", err)
	}
	f := Feed{Kind: "json feed " + claim.Version[strings.LastIndexByte(claim.Version, '/')+1:], Title: plainLine(parsed.Title), Home: resolve(base, parsed.Link), Problems: problems}
	f.Lang, _ = readLang(parsed.Language)
	addItems(&f, parsed.Items, itemBase(base, f.Home))
	return f, nil
}

// wholeItems rebuilds a feed from the top-level values and the items that can
// still be decoded; nil when there is no item.
func wholeItems(text []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	out := map[string]any{}
	for d.More() {
		key, err := d.Token()
		name, ok := key.(string)
		if err != nil || !ok {
			break
		}
		if name == "items" {
			out[name] = decodableItems(d)
			break
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			break
		}
		out[name] = value
	}
	if items, _ := out["items"].([]json.RawMessage); len(items) == 0 {
		return nil
	}
	if _, ok := out["version"]; !ok {
		out["version"] = "https://jsonfeed.org/version/1.1"
	}
	b, err := json.Marshal(out)
	if err != nil {
		return nil
	}
	return b
}

func decodableItems(d *json.Decoder) []json.RawMessage {
	var items []json.RawMessage
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return nil
	}
	for d.More() {
		var item json.RawMessage
		if d.Decode(&item) != nil {
			break
		}
		items = append(items, item)
	}
	return items
}
