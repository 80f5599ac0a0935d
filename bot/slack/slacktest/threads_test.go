package slacktest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

// TestTheFakeHasThreads posts by hand where a thread is, is not, and may not be.
func TestTheFakeHasThreads(t *testing.T) {
	t.Parallel()
	srv := slacktest.New(t, slacktest.Options{Scopes: []string{"chat:write", "channels:history"}})
	srv.AddChannel(slacktest.Channel{ID: "C0FLAT", Member: true, Flat: true})
	c := client{t, srv}
	post := func(channel, thread string) (ts, code string) {
		out := c.call("chat.postMessage", srv.BotToken, fmt.Sprintf(`{"channel":%q,"thread_ts":%q,%s}`, channel, thread, good))
		ts, _ = out["ts"].(string)
		code, _ = out["error"].(string)
		return ts, code
	}
	top, _ := post("C0GENERAL", "")
	reply, _ := post("C0GENERAL", top)
	if _, code := post("C0GENERAL", "1.000001"); code != "cannot_reply_to_message" {
		t.Errorf("under nothing: %q", code)
	}
	if _, code := post("C0FLAT", "1.000001"); code != "restricted_action_non_threadable_channel" {
		t.Errorf("in a channel without threads: %q", code)
	}
	if _, code := post("C0GENERAL", reply); code != "" {
		t.Errorf("under a reply: %q", code)
	}
	c.breaks("itself a reply")
	list := func(method, more string) int {
		found, _ := c.call(method, srv.BotToken, `{"channel":"C0GENERAL"`+more+`}`)["messages"].([]any)
		return len(found)
	}
	if h, r := list("conversations.history", ""), list("conversations.replies", fmt.Sprintf(`,"ts":%q`, top)); h != 1 || r != 2 {
		t.Errorf("history has %d messages, the thread %d: history leaves threads out", h, r)
	}
	if out := c.call("conversations.replies", srv.BotToken, `{"channel":"C0GENERAL","ts":"1.000001"}`); out["error"] != "thread_not_found" {
		t.Errorf("replies to nothing: %v", out)
	}
}

// TestTheFakeTakesFiles uploads by hand: the length said, without the token.
func TestTheFakeTakesFiles(t *testing.T) {
	t.Parallel()
	srv := slacktest.New(t, slacktest.Options{})
	c := client{t, srv}
	if out := c.call("files.getUploadURLExternal", srv.BotToken, `{"filename":"a.txt","length":"0"}`); out["error"] != "invalid_arguments" {
		t.Errorf("an empty file: %v", out)
	}
	u := c.call("files.getUploadURLExternal", srv.BotToken, `{"filename":"a.txt","length":"3"}`)
	upload := func(data, token string) int {
		req, err := http.NewRequest(http.MethodPost, fmt.Sprint(u["upload_url"]), strings.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	complete := func() any {
		return c.call("files.completeUploadExternal", srv.BotToken, fmt.Sprintf(`{"channel_id":"C0GENERAL","files":[{"id":%q,"title":"A"}]}`, u["file_id"]))["error"]
	}
	if code := complete(); code != "file_not_found" {
		t.Errorf("completed before the upload: %v", code)
	}
	if code := upload("four", ""); code != http.StatusBadRequest {
		t.Errorf("another length: %d", code)
	}
	if code := upload("abc", srv.BotToken); code != http.StatusOK {
		t.Errorf("with the token: %d", code)
	}
	c.breaks("an upload carries the token")
	if code := complete(); code != nil || len(srv.Files("C0GENERAL")) != 1 || string(srv.Files("C0GENERAL")[0].Data) != "abc" {
		t.Errorf("completed with %v: %+v", code, srv.Files("C0GENERAL"))
	}
}
