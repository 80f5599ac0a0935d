package web

import (
	"context"
	"embed"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

//go:embed templates static
var files embed.FS

// Store is what the pages read.
type Store interface {
	Edition(ctx context.Context, id int64) (digest.Edition, error)
	Editions(ctx context.Context, f digest.EditionFilter) ([]digest.Edition, error)
	Sources(ctx context.Context) ([]digest.Source, error)
}

// Options are what a Server needs.
type Options struct {
	Handler bot.Handler
	Store   Store
	// Today builds the digest as it would be now, in a language, for a page
	// without an edition of today.
	Today func(ctx context.Context, lang string) (bot.Message, error)
	// Brief answers a query for programs.
	Brief func(ctx context.Context, query string, limit int) (digest.Brief, error)
	// Add takes articles in, one JSON object a line or an array, all or none:
	// a row that is wrong is told in Added.Bad.
	Add     func(ctx context.Context, body io.Reader) (Added, error)
	Token   string                                   // for Add; "" closes the endpoint
	Ready   func(ctx context.Context) error          // nil: always ready
	Warning func() string                            // what is wrong that does not stop the bot, for each page, /healthz and /readyz; "" for nothing
	Parse   func(line string) (command, args string) // splits a typed line
	Mount   map[string]http.Handler                  // more paths: Slack's and Discord's endpoints, metrics
	Hosts   []string                                 // names it answers to besides loopback ones; empty and not on loopback: all
	Public  bool                                     // it listens beyond loopback
	Lang    string
	Zone    string // IANA
	Version string
	Now     func() time.Time
	Log     *slog.Logger
}

// Added says what became of the rows of an ingest request.
type Added struct {
	New     int      `json:"new"`
	Revised int      `json:"revised"`
	Known   int      `json:"known"`
	Bad     []BadRow `json:"bad,omitempty"`
	Unknown []string `json:"unknown_fields,omitempty"`
}

// BadRow is a row that is wrong, and why.
type BadRow struct {
	Row   int    `json:"row"` // from 1
	Error string `json:"error"`
}

// ErrTooLarge is returned by Options.Add for a batch over its limits.
var ErrTooLarge = errors.New("the batch is too large")

// Server serves the page.
type Server struct {
	o     Options
	pages *pages
}

// New makes a Server.
func New(o Options) (*Server, error) {
	p, err := loadPages()
	if err != nil {
		return nil, err
	}
	return &Server{o, p}, nil
}

// Routes returns the handler of all paths.
func (s *Server) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.today)
	mux.HandleFunc("GET /ask", s.askPage)
	mux.HandleFunc("POST /ask", s.ask)
	mux.HandleFunc("POST /press", s.press)
	mux.HandleFunc("GET /complete", s.complete)
	mux.HandleFunc("GET /editions", s.archive)
	mux.HandleFunc("GET /editions/{id}", s.edition)
	mux.HandleFunc("GET /sources", s.sources)
	mux.HandleFunc("GET /api/brief", s.apiBrief)
	mux.HandleFunc("POST /api/articles", s.apiArticles)
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	static, err := fs.Sub(files, "static")
	if err == nil {
		mux.Handle("GET /static/", cached(http.StripPrefix("/static/", http.FileServerFS(static))))
	}
	mux.HandleFunc("/", s.notFound)
	pages := http.NewCrossOriginProtection().Handler(s.sameHost(secure(mux)))
	outer := http.NewServeMux()
	outer.Handle("/", pages)
	// Platforms sign their requests: neither Origin nor Host says anything of them.
	for path, h := range s.o.Mount {
		outer.Handle(path, h)
	}
	return s.contained(outer)
}

// secure sets the headers that keep the page to itself.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

func cached(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=300")
		next.ServeHTTP(w, r)
	})
}

// sameHost refuses requests under a name that is not ours, so that no foreign
// name can be pointed at this machine to read the page through a visitor's
// browser (DNS rebinding).
func (s *Server) sameHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.ours(r.Host) {
			http.Error(w, "This page is not served under that name. Add it to web.url in the configuration.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) ours(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if ip := net.ParseIP(host); (ip != nil && (ip.IsLoopback() || s.o.Public)) || host == "localhost" {
		return true
	}
	for _, name := range s.o.Hosts {
		if strings.EqualFold(name, host) {
			return true
		}
	}
	return s.o.Public && len(s.o.Hosts) == 0
}

// contained turns a panic into an answer and a line in the log.
func (s *Server) contained(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil {
				s.o.Log.ErrorContext(r.Context(), "a page panicked", "path", r.URL.Path, "panic", v)
				http.Error(w, "This page has a fault; the log has its cause.", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "ok\n"+s.warningLine())
}

func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if s.o.Ready != nil {
		if err := s.o.Ready(r.Context()); err != nil {
			http.Error(w, "not ready: "+err.Error(), http.StatusServiceUnavailable)
			return
		}
	}
	_, _ = io.WriteString(w, "ready\n"+s.warningLine())
}

func (s *Server) warning() string {
	if s.o.Warning == nil {
		return ""
	}
	return s.o.Warning()
}

func (s *Server) warningLine() string {
	if text := s.warning(); text != "" {
		return "warning: " + text + "\n"
	}
	return ""
}
