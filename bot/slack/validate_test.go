package slack_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot/slack"
)

// valid is a payload with each kind of block, to be spoiled.
const valid = `{"text":"Desk","unfurl_links":false,"unfurl_media":false,"metadata":{"event_type":"daybrief_post","event_payload":{"key":"k"}},"blocks":[
 {"type":"header","text":{"type":"plain_text","text":"Desk","emoji":false},"level":1},
 {"type":"section","text":{"type":"mrkdwn","text":"*<https://a.b/c|x>* &amp; <!date^1^{ago}|now>","verbatim":true},"fields":[{"type":"plain_text","text":"f"}]},
 {"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"<!here>"},{"type":"link","url":"https://a.b","text":"x"},{"type":"date","timestamp":1,"format":"{ago}","fallback":"x"}]}]},
 {"type":"context","elements":[{"type":"mrkdwn","text":"small","verbatim":true},{"type":"image","image_url":"https://a.b/i.png","alt_text":"a picture"}]},
 {"type":"image","image_url":"https://a.b/i.png","alt_text":"a picture"},
 {"type":"divider","block_id":"d"},
 {"type":"actions","elements":[
  {"type":"button","action_id":"b1","text":{"type":"plain_text","text":"B"},"value":"v","url":"https://a.b","style":"primary","confirm":{"title":{"type":"plain_text","text":"t"},"text":{"type":"plain_text","text":"t"},"confirm":{"type":"plain_text","text":"y"},"deny":{"type":"plain_text","text":"n"}}},
  {"type":"static_select","action_id":"s1","placeholder":{"type":"plain_text","text":"p"},"options":[{"text":{"type":"plain_text","text":"o"},"value":"1"}]}]}]}`

// TestValidateFindsEachBreach spoils the valid payload in one way at a time.
// A validator that passes what Slack refuses would prove nothing.
func TestValidateFindsEachBreach(t *testing.T) {
	t.Parallel()
	if err := slack.Validate([]byte(valid)); err != nil {
		t.Fatalf("the valid payload: %v", err)
	}
	long := func(n int) string { return strings.Repeat("한", n) }
	for _, c := range []struct{ old, spoiled, want string }{
		{`"text":"Desk","unfurl`, `"text":"","unfurl`, "text has 0 characters"},
		{`"text":"Desk","unfurl`, `"text":"` + long(3501) + `","unfurl`, "text has 3501"},
		{`"text":"Desk","unfurl`, `"text":"<!here>","unfurl`, "text is not escaped"},
		{`"text":"Desk","unfurl`, `"text":"a & b","unfurl`, "text is not escaped"},
		{`"unfurl_links":false`, `"unfurl_links":true`, "unfurl_links"},
		{`"unfurl_media":false`, `"link_names":1`, "unfurl_media is not false"},
		{`"unfurl_media":false`, `"unfurl_media":false,"link_names":1`, "link_names is set"},
		{`"unfurl_media":false`, `"unfurl_media":false,"parse":"full"`, "parse is set"},
		{`"unfurl_media":false`, `"unfurl_media":false,"attachments":[]`, "attachments is set"},
		{`"key":"k"`, `"key":"` + long(1000) + `"`, "metadata has"},
		{`"text":"Desk","emoji":false`, `"text":"` + long(151) + `","emoji":false`, "text has 151"},
		{`"text":"Desk","emoji":false`, `"text":"Desk","emoji":true`, "emoji codes"},
		{`"level":1`, `"level":5`, "level 5"},
		{`"verbatim":true},"fields"`, `"verbatim":false},"fields"`, "not verbatim"},
		{`<https://a.b/c|x>`, `<!channel>`, "markup other than"},
		{`<https://a.b/c|x>`, `<@U1>`, "markup other than"},
		{`<https://a.b/c|x>`, `<#C1|x>`, "markup other than"},
		{`<https://a.b/c|x>`, `<!subteam^S1>`, "markup other than"},
		{`<https://a.b/c|x>`, `<https://a.b/c>`, "markup other than"},
		{`<https://a.b/c|x>`, `<mailto:a@b.c|x>`, "markup other than"},
		{`&amp; <!date`, `& <!date`, "ampersand"},
		{`&amp; <!date`, `&nbsp; <!date`, "ampersand"},
		{`"fields":[{"type":"plain_text","text":"f"}]`, `"fields":[{"type":"plain_text","text":"` + long(2001) + `"}]`, "text has 2001"},
		{`{"type":"text","text":"<!here>"}`, `{"type":"broadcast","range":"here"}`, "rich text of type broadcast"},
		{`{"type":"text","text":"<!here>"}`, `{"type":"user","user_id":"U1"}`, "rich text of type user"},
		{`{"type":"text","text":"<!here>"}`, `{"type":"text","text":""}`, "text has 0"},
		{`"type":"link","url":"https://a.b"`, `"type":"link","url":"javascript:x"`, "not http"},
		{`"type":"link","url":"https://a.b"`, `"type":"link","url":"https://a b"`, "not percent-encoded"},
		{`"fallback":"x"`, `"fallback":""`, "date without"},
		{`"type":"rich_text_section"`, `"type":"rich_text_quote"`, "not used here"},
		{`{"type":"image","image_url":"https://a.b/i.png","alt_text":"a picture"},`, `{"type":"image","image_url":"https://a.b/i.png"},`, "alt_text has 0"},
		{`"block_id":"d"`, `"block_id":"d"},{"type":"divider","block_id":"d"`, "twice"},
		{`"block_id":"d"`, `"block_id":"` + long(256) + `"`, "block_id has 256"},
		{`"action_id":"s1"`, `"action_id":"b1"`, "twice"},
		{`"action_id":"s1"`, `"action_id":""`, "action_id has 0"},
		{`"text":"B"`, `"text":"` + long(76) + `"`, "text has 76"},
		{`"value":"v"`, `"value":"` + long(2001) + `"`, "value has 2001"},
		{`"style":"primary"`, `"style":"green"`, "style"},
		{`"text":"y"`, `"text":"` + long(31) + `"`, "text has 31"},
		{`"text":"o"},"value":"1"`, `"text":"` + long(76) + `"},"value":"1"`, "text has 76"},
		{`"text":"o"},"value":"1"`, `"text":"o"},"value":"` + long(76) + `"`, "value has 76"},
		{`"options":[{"text":{"type":"plain_text","text":"o"},"value":"1"}]`, `"options":[]`, "0 options"},
		{`{"type":"divider","block_id":"d"}`, `{"type":"section","text":{"type":"plain_text","text":"x"},"accessory":{"type":"overflow","action_id":"o","options":[` +
			strings.TrimSuffix(strings.Repeat(`{"text":{"type":"plain_text","text":"o"},"value":"1"},`, 6), ",") + `]}}`, "6 options"},
		{`{"type":"text","text":"<!here>"}`, `{"type":"channel"}`, "channel_id has 0"},
		{`"type":"static_select"`, `"type":"datepicker"`, "not used here"},
		{`{"type":"divider","block_id":"d"}`, `{"type":"markdown","text":"x"}`, "not used here"},
		{`{"type":"divider","block_id":"d"}`, `{"type":"section"}`, "neither text nor fields"},
		{`{"type":"divider","block_id":"d"}`, `{"type":"context","elements":[]}`, "0 elements"},
		{`{"type":"divider","block_id":"d"}`, `{"type":"actions","elements":[]}`, "0 elements"},
		{`{"type":"divider","block_id":"d"}`, `{"type":"input","label":{"type":"plain_text","text":"l"},"element":{"type":"timepicker","action_id":"x"}}`, "input outside of a modal"},
		{`{"type":"divider","block_id":"d"}`, strings.TrimSuffix(strings.Repeat(`{"type":"divider"},`, 45), ","), "51 blocks"},
		{`{"type":"divider","block_id":"d"}`, strings.TrimSuffix(strings.Repeat(`{"type":"section","text":{"type":"plain_text","text":"`+long(2900)+`"}},`, 4), ","), "more than 10000"},
	} {
		data := strings.Replace(valid, c.old, c.spoiled, 1)
		if data == valid {
			t.Errorf("%q is not in the payload", c.old)
			continue
		}
		if err := slack.Validate([]byte(data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60s: got %v, want %q", c.spoiled, err, c.want)
		}
	}
	if slack.Validate([]byte("[]")) == nil || slack.Validate(nil) == nil {
		t.Error("what is no object passes")
	}
}

func TestValidateViewFindsEachBreach(t *testing.T) {
	t.Parallel()
	const view = `{"type":"modal","title":{"type":"plain_text","text":"T"},"submit":{"type":"plain_text","text":"S"},"close":{"type":"plain_text","text":"C"},"private_metadata":"p","callback_id":"c","blocks":[
 {"type":"input","block_id":"i","label":{"type":"plain_text","text":"l"},"hint":{"type":"plain_text","text":"h"},"element":{"type":"external_select","action_id":"q","placeholder":{"type":"plain_text","text":"p"}}}]}`
	if err := slack.ValidateView([]byte(view)); err != nil {
		t.Fatalf("the valid view: %v", err)
	}
	for _, c := range []struct{ old, spoiled, want string }{
		{`"text":"T"`, `"text":"` + strings.Repeat("x", 25) + `"`, "text has 25"},
		{`"submit":{"type":"plain_text","text":"S"},`, ``, "needs submit"},
		{`"private_metadata":"p"`, `"private_metadata":"` + strings.Repeat("x", 3001) + `"`, "private_metadata has 3001"},
		{`"callback_id":"c"`, `"callback_id":"` + strings.Repeat("x", 256) + `"`, "callback_id has 256"},
		{`"type":"modal"`, `"type":"home"`, "input outside of a modal"},
		{`"type":"modal"`, `"type":"panel"`, "view type panel"},
		{`"text":"l"`, `"text":""`, "text has 0"},
		{`"blocks":[`, `"blocks":[` + strings.Repeat(`{"type":"divider"},`, 100), "101 blocks"},
		{`"blocks":[`, `"blocks":[{"type":"divider","pad":"` + strings.Repeat("x", 250_000) + `"},`, "bytes"},
	} {
		if err := slack.ValidateView([]byte(strings.Replace(view, c.old, c.spoiled, 1))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60s: got %v, want %q", c.spoiled, err, c.want)
		}
	}
	for _, c := range []struct{ element, want string }{
		{`{"type":"external_select","action_id":"q","initial_option":{"text":{"type":"plain_text","text":"` + strings.Repeat("x", 76) + `"},"value":"x"}}`, "text has 76"},
		{`{"type":"static_select","action_id":"q","options":[{"text":{"type":"plain_text","text":"a"},"value":"a"}],"initial_option":{"text":{"type":"plain_text","text":"b"},"value":"b"}}`, "none of the options"},
		{`{"type":"conversations_select","action_id":"q","filter":{"include":["im"]}}`, "kind im"},
		{`{"type":"timepicker","action_id":"q","initial_time":"24:00"}`, "initial_time"},
		{`{"type":"plain_text_input","action_id":"q"}`, "max_length"},
		{`{"type":"plain_text_input","action_id":"q","max_length":3,"initial_value":"long"}`, "initial_value has 4"},
	} {
		spoiled := strings.Replace(view, `{"type":"external_select","action_id":"q","placeholder":{"type":"plain_text","text":"p"}}`, c.element, 1)
		if err := slack.ValidateView([]byte(spoiled)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60s: got %v, want %q", c.element, err, c.want)
		}
	}
	if slack.ValidateView([]byte(`{"type":"modal","title":{"type":"plain_text","text":"T"},"blocks":[]}`)) == nil {
		t.Error("a modal without blocks passes")
	}
	if slack.ValidateView([]byte("x")) == nil {
		t.Error("what is no JSON passes")
	}
}

// TestEdgesOfEachLimit renders what is exactly at a limit and one past it.
func TestEdgesOfEachLimit(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 149, 150, 151, 2999, 3000, 3001, 20000} {
		for _, r := range []string{"a", "한", "&", "\"", "a "} {
			text := strings.Repeat(r, n)
			data, err := json.Marshal(text)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range []string{`{"title":[{"text":%s}]}`, `{"lead":[[{"text":%s}]]}`, `{"footer":[[{"text":%s,"bold":true}]]}`, `{"sections":[{"title":%s,"items":[{"title":"x"}]}]}`,
				`{"sections":[{"items":[{"title":%s,"summary":[%[1]s],"sources":[%[1]s],"why":[%[1]s]}]}]}`, `{"actions":[{"id":"v1:a:b","label":%s,"confirm":%[1]s}]}`} {
				for i, p := range renderJSON(t, fmt.Sprintf(m, data)) {
					if err := slack.Validate(p); err != nil {
						t.Errorf("%d × %q in %s, part %d: %v", n, r, m, i, err)
					}
				}
			}
		}
	}
}
