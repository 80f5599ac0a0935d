package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// attach gives a file to the person alone: uploaded into their direct messages
// where the scope files:write was granted, else as much of its text as a
// message holds.
func (a *App) attach(ctx context.Context, t *target, f bot.File) {
	if len(f.Data) == 0 || f.Name == "" {
		return
	}
	if a.own(ctx).has("files:write") {
		err := a.upload(ctx, t.user, f)
		if err == nil {
			return
		}
		a.log.Warn("upload a file to Slack; showing its text instead", "file", f.Name, "error", err)
	}
	s := show{payload: snippet(f, bot.WordsIn(a.cachedLang(t.user)))}
	if err := a.say(ctx, &target{url: t.url, used: t.used, came: t.came, user: t.user, channel: t.channel, thread: t.thread, command: true}, s); err != nil {
		a.log.Error("show a file in Slack", "file", f.Name, "error", err)
	}
}

// upload is the way since files.upload ended: an address, the bytes, then
// where it goes.
// https://docs.slack.dev/messaging/working-with-files#upload
func (a *App) upload(ctx context.Context, user string, f bot.File) error {
	channel, err := a.conversation(ctx, digest.Destination{Platform: Platform, Channel: user, Direct: true})
	if err != nil {
		return err
	}
	u, err := a.api.GetUploadURLExternalContext(ctx, slackgo.GetUploadURLExternalParameters{FileName: cut(clean(f.Name), maxOptionText), FileSize: len(f.Data)})
	if err != nil {
		return err
	}
	if err := a.calls.upload(ctx, u.UploadURL, f.Data); err != nil {
		return err
	}
	_, err = a.api.CompleteUploadExternalContext(ctx, slackgo.CompleteUploadExternalParameters{Channel: channel,
		Files: []slackgo.FileSummary{{ID: u.FileID, Title: cut(clean(f.Name), maxOptionText)}}})
	return err
}

// fileUpload is the name under which uploads are counted.
const fileUpload = "file_upload"

// upload sends bytes to an address that Slack gave, which needs no token and
// is told none.
func (c *caller) upload(ctx context.Context, address string, data []byte) error {
	if u, err := url.Parse(address); err != nil || u.Scheme != "https" && u.Hostname() != "127.0.0.1" {
		return &callError{Method: fileUpload, Code: "bad_address"}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(data))
	if err != nil {
		return &callError{Method: fileUpload, Code: "internal", Err: secretError{err}}
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	res, err := c.send(req, fileUpload)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// maxSnippet is how much of a file's text is shown, in code points of JSON.
const maxSnippet = maxSection - 500

// snippet is a file's text as a message, in a fixed width and literal.
func snippet(f bot.File, w bot.Words) payload {
	text, short := headLines(strings.ToValidUTF8(string(f.Data), "\ufffd"), maxSnippet)
	title := clean(f.Name)
	if short {
		title += " " + w.Say("(shortened)")
	}
	out := payload{Text: cut(escape(title), maxText)}
	blocks := append(richLines(bot.Text{bot.B(cut(title, maxHeader))}), slackgo.NewRichTextBlock("",
		&slackgo.RichTextPreformatted{Type: slackgo.RTEPreformatted, Elements: []slackgo.RichTextSectionElement{slackgo.NewRichTextSectionTextElement(text, nil)}}))
	for _, b := range blocks {
		if raw, err := encode(b); err == nil {
			out.Blocks = append(out.Blocks, raw)
		}
	}
	return out
}

// headLines is as many lines of a text as have at most limit code points in
// JSON, or the head of the only one. short says that there were more.
func headLines(s string, limit int) (head string, short bool) {
	var b strings.Builder
	left := limit
	for line := range strings.SplitSeq(strings.TrimRight(s, "\n"), "\n") {
		line = clean(line)
		data, err := json.Marshal(line)
		if err != nil {
			continue
		}
		n := utf8.RuneCount(data) + 1
		if n > left {
			if b.Len() == 0 {
				b.WriteString(cut(line, limit/6)) // no character takes more in JSON
			}
			return strings.TrimRight(b.String(), "\n"), true
		}
		left -= n
		b.WriteString(line + "\n")
	}
	return or(strings.TrimRight(b.String(), "\n"), "–"), false
}
