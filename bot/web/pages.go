package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// page is what the layout shows.
type page struct {
	Title   string
	Path    string
	Lang    string // the visitor's
	Words   labels
	Version string
	Warning string
	Message *bot.Message
	Asked   string // the typed line, shown again
	File    *file  // that comes with Reply
	Reply   *bot.Message
	Rows    []row
	Sources []sourceRow
	Note    string
	Older   string // address of the next page of a list
}

type row struct{ Title, URL, When, Detail string }

type sourceRow struct {
	Name, State, Class, Last, Next, Error, PerDay, Country, Lang string
}

func (s *Server) render(w http.ResponseWriter, r *http.Request, name string, p page) {
	p.Path, p.Version, p.Warning = r.URL.Path, s.o.Version, s.warning()
	p.Lang = s.language(r)
	p.Words = labelsIn(p.Lang)
	var out bytes.Buffer
	if err := s.pages.t.ExecuteTemplate(&out, name, p); err != nil {
		s.o.Log.ErrorContext(r.Context(), "a page could not be rendered", "page", name, "error", err)
		http.Error(w, "This page has a fault; the log has its cause.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = out.WriteTo(w)
}

// today shows the latest edition on the page, or what it would be now.
func (s *Server) today(w http.ResponseWriter, r *http.Request) {
	m, note, err := s.latest(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.render(w, r, "today", page{Title: m.Title.String(), Message: &m, Note: note})
}

func (s *Server) latest(r *http.Request) (m bot.Message, note string, err error) {
	editions, err := s.o.Store.Editions(r.Context(), digest.EditionFilter{Destination: digest.Destination{Platform: "web"}, Limit: 1})
	if err != nil {
		return m, "", err
	}
	if len(editions) > 0 && s.o.Now().Sub(editions[0].Built) < 24*time.Hour && len(editions[0].Stories) > 0 {
		err = json.Unmarshal(editions[0].Content, &m)
		m.Actions = nil
		return m, "", err
	}
	m, err = s.o.Today(r.Context(), s.language(r))
	m.Actions, m.Footer = nil, nil
	return m, s.words(r).Say("This is what today's digest would be now; the next one is built at its time."), err
}

// archiveSize is how many digests a page of the archive lists.
const archiveSize = 50

func (s *Server) archive(w http.ResponseWriter, r *http.Request) {
	f := digest.EditionFilter{Limit: archiveSize, Destination: digest.Destination{Platform: "web"}}
	if t, err := time.Parse(time.RFC3339, r.URL.Query().Get("before")); err == nil {
		f.Before = t
	}
	editions, err := s.o.Store.Editions(r.Context(), f)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := page{Title: s.words(r).Say("Past digests")}
	for _, e := range editions {
		p.Rows = append(p.Rows, s.editionRow(s.words(r), e))
	}
	if len(editions) == archiveSize {
		p.Older = "/editions?before=" + editions[len(editions)-1].Scheduled.UTC().Format(time.RFC3339)
	}
	s.render(w, r, "archive", p)
}

func (s *Server) editionRow(w bot.Words, e digest.Edition) row {
	at := e.Scheduled.In(bot.Zone(s.o.Zone))
	when := w.When(at, s.o.Now())
	if e.Missed {
		return row{Title: w.Say("Missed"), When: when, Detail: w.Say("the bot was not running")}
	}
	return row{Title: e.Title, URL: "/editions/" + strconv.FormatInt(e.ID, 10), When: when, Detail: w.Say("%d stories", len(e.Stories))}
}

// edition shows one digest of the page. Those of channels and direct messages
// are not the page's to show.
func (s *Server) edition(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		s.notFound(w, r)
		return
	}
	e, err := s.o.Store.Edition(r.Context(), id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	onPage, err := s.o.Store.Editions(r.Context(), digest.EditionFilter{SubscriptionID: e.SubscriptionID, Destination: digest.Destination{Platform: "web"}, Limit: 1})
	if err != nil || len(onPage) == 0 {
		s.notFound(w, r)
		return
	}
	var m bot.Message
	if err := json.Unmarshal(e.Content, &m); err != nil {
		s.fail(w, r, err)
		return
	}
	m.Actions = nil
	s.render(w, r, "today", page{Title: m.Title.String(), Message: &m})
}

func (s *Server) sources(w http.ResponseWriter, r *http.Request) {
	all, err := s.o.Store.Sources(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	words := s.words(r)
	p := page{Title: words.Say("%d sources", len(all))}
	now := s.o.Now()
	for _, src := range all {
		p.Sources = append(p.Sources, sourceRow{Name: src.Name, State: stateName(words, src.Health.State), Class: string(src.Health.State), Country: src.Country, Lang: src.Lang, Error: src.Health.LastError,
			Last: ago(words, src.Health.LastSuccess, now, s.o.Zone), Next: until(words, src.Health.Next, now), PerDay: strconv.FormatFloat(src.Health.PerDay, 'f', 1, 64)})
	}
	s.render(w, r, "sources", p)
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusNotFound)
	s.render(w, r, "plain", page{Title: s.words(r).Say("Not found"), Note: s.words(r).Say("There is no such page.")})
}

// statusOf is the HTTP status of an error's code.
func statusOf(err error) int {
	switch digest.CodeOf(err) {
	case digest.Invalid:
		return http.StatusBadRequest
	case digest.NotFound:
		return http.StatusNotFound
	case digest.Conflict:
		return http.StatusConflict
	case digest.Forbidden:
		return http.StatusForbidden
	case digest.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if digest.CodeOf(err) == digest.Internal {
		s.o.Log.ErrorContext(r.Context(), "a page failed", "path", r.URL.Path, "error", err)
	}
	m := bot.ErrorMessage(err, "", s.language(r))
	w.WriteHeader(statusOf(err))
	if byScript(r) {
		s.render(w, r, "fragment", page{Reply: &m})
		return
	}
	s.render(w, r, "plain", page{Title: s.words(r).Say("That did not work"), Note: bot.PlainText(m)})
}
