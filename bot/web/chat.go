package web

import (
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// maxForm is the largest form that is read, in bytes.
const maxForm = 64 << 10

// visitor is who uses the page: it has no accounts, so all visitors are one.
var visitor = digest.Person{Platform: "web", ID: "page", Name: "the page"}

func (s *Server) request(r *http.Request) bot.Request {
	return bot.Request{Person: visitor, Place: digest.Destination{Platform: "web", Direct: true}, Lang: s.language(r), Zone: s.o.Zone, Manager: true, Now: s.o.Now()}
}

// language is the visitor's, where the catalogue has it.
func (s *Server) language(r *http.Request) string {
	first, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
	first, _, _ = strings.Cut(first, ";")
	if first == "" {
		return s.o.Lang
	}
	return bot.WordsIn(first).Lang()
}

func (s *Server) words(r *http.Request) bot.Words { return bot.WordsIn(s.language(r)) }

// askPage shows the box, and the answer to a query in the address so that it
// can be linked.
func (s *Server) askPage(w http.ResponseWriter, r *http.Request) {
	p := page{Title: s.words(r).Say("Ask")}
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	req := s.request(r)
	req.Command, req.Args = "help", ""
	if q != "" {
		// Only what changes nothing is done by following a link.
		req.Command, req.Args = s.o.Parse(q)
		if req.Command != "help" && req.Command != "sources" {
			req.Command = "brief"
		}
		p.Asked = q
	}
	reply, err := s.o.Handler.Handle(r.Context(), req)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p.Reply = &reply.Message
	s.render(w, r, "ask", p)
}

func (s *Server) ask(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, digest.Errorf(digest.Invalid, "what was typed is too long"))
		return
	}
	line := r.PostForm.Get("line")
	req := s.request(r)
	req.Command, req.Args = s.o.Parse(line)
	s.reply(w, r, req, line)
}

func (s *Server) press(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, digest.Errorf(digest.Invalid, "the form is too long"))
		return
	}
	req := s.request(r)
	req.Action, req.Value = r.PostForm.Get("action"), r.PostForm.Get("value")
	if req.Action == "" {
		s.fail(w, r, digest.Errorf(digest.Invalid, "no button was named"))
		return
	}
	s.reply(w, r, req, "")
}

// byScript reports a request of the page's script, which puts the answer into
// the page that there is.
func byScript(r *http.Request) bool { return r.Header.Get("X-Fragment") != "" }

// reply shows an answer: only itself for the script, else with the page.
func (s *Server) reply(w http.ResponseWriter, r *http.Request, req bot.Request, typed string) {
	reply, err := s.o.Handler.Handle(r.Context(), req)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := page{Title: s.words(r).Say("Ask"), Reply: &reply.Message, Asked: typed, File: fileOf(reply.File)}
	if p.File != nil {
		p.File.Save = s.words(r).Say("Save %s", p.File.Name)
	}
	if byScript(r) {
		s.render(w, r, "fragment", p)
		return
	}
	s.render(w, r, "ask", p)
}

// file is one that comes with an answer: to be saved, and to be read at once.
type file struct {
	Name string
	Save string // what the link says
	Text string
	Href template.URL
}

func fileOf(f *bot.File) *file {
	if f == nil {
		return nil
	}
	// The data is in the address, so that nothing of a person is kept for a
	// second request. A name and a type are our own words.
	return &file{Name: f.Name, Text: strings.ToValidUTF8(string(f.Data), "\ufffd"),
		Href: template.URL("data:application/octet-stream;base64," + base64.StdEncoding.EncodeToString(f.Data))} //nolint:gosec // base64 of our own
}

func (s *Server) complete(w http.ResponseWriter, r *http.Request) {
	options := s.o.Handler.Complete(r.Context(), s.request(r), "query", r.URL.Query().Get("q"))
	values := []string{}
	for _, o := range options {
		values = append(values, o.Value)
	}
	writeJSON(w, http.StatusOK, values)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
}
