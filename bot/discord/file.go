package discord

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"github.com/daybrief/daybrief/bot"
)

// maxFile is the largest file that is sent, in bytes. Discord takes 10 MiB.
const maxFile = 8 << 20

// upload is a body with a file beside its JSON.
// https://docs.discord.com/developers/reference#uploading-files
type upload struct {
	payload any
	file    bot.File
}

// multipart writes the body and returns its content type.
func (u upload) multipart() (data []byte, contentType string, err error) {
	payload, err := encode(u.payload)
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	add := func(disposition, kind string, data []byte) {
		if err == nil {
			part, partErr := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {kind}})
			if err = partErr; err == nil {
				_, err = part.Write(data)
			}
		}
	}
	add(`form-data; name="payload_json"`, "application/json", payload)
	add(fmt.Sprintf("form-data; name=\"files[0]\"; filename=%q", u.file.Name), u.file.Type, u.file.Data)
	if err == nil {
		err = w.Close()
	}
	return b.Bytes(), w.FormDataContentType(), err
}

// withFile is a message about a file that goes with it.
type withFile struct {
	message

	Attachments []attachment `json:"attachments"`
}

type attachment struct {
	ID       string `json:"id"`
	Filename string `json:"filename"`
}

// sendFile adds a file to the answer, for the person alone. One that is too
// big is shown as text, as much as fits.
func (t *turn) sendFile(ctx context.Context, f bot.File) error {
	f.Name, f.Type = fileName(f.Name), fileType(f.Type)
	if len(f.Data) > maxFile {
		return t.followup(ctx, message{Content: fileText(f), Flags: flagEphemeral | flagSuppressEmbeds})
	}
	m := withFile{message{Content: "`" + f.Name + "`", Flags: flagEphemeral | flagSuppressEmbeds}, []attachment{{"0", f.Name}}}
	k := call{method: http.MethodPost, url: discordgo.EndpointWebhookToken(t.i.ApplicationID, t.i.Token) + "?wait=true", body: upload{m, f}, open: true, lane: lane{free: true}}
	return t.add(ctx, k)
}

// fileName keeps what every system takes for the name of a file.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, filepath.Base(name))
	name = strings.Trim(name, "-.")
	if name == "" {
		return "file.txt"
	}
	return name[:min(len(name), 80)]
}

func fileType(s string) string {
	if kind, params, err := mime.ParseMediaType(s); err == nil && strings.Contains(kind, "/") {
		return mime.FormatMediaType(kind, params)
	}
	return "application/octet-stream"
}

// fileText is the beginning of a file's text as a block of code, which nothing
// in it can end.
func fileText(f bot.File) string {
	head := f.Data[:min(len(f.Data), 4*budgetContent)]
	for len(head) > 0 && !utf8.Valid(head) {
		head = head[:len(head)-1]
	}
	var lines []string
	for _, l := range strings.Split(string(head), "\n") {
		lines = append(lines, plain(l))
	}
	text := strings.ReplaceAll(strings.Join(lines, "\n"), "`", "'")
	return "```\n" + clip(text, budgetContent-20) + "\n```"
}
