package discordtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// refusal is an answer that is not a success.
type refusal struct {
	status, code int
	message      string
}

// Error is the message that goes with the code.
func (r refusal) Error() string { return r.message }

// The refusals that Discord gives, by its codes.
func refuse(status, code int, message string) error { return refusal{status, code, message} }

func unknown(code int, what string) error { return refuse(http.StatusNotFound, code, "Unknown "+what) }

// ask is a request with what was read from it. The server's mutex is held
// while it is worked on.
type ask struct {
	*http.Request
	body  []byte
	files map[string][]byte // by name
}

type handler func(a ask) (any, error)

// routes are the parts of the API that a bot uses, under any version.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	add := func(pattern string, h handler) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" /api/{version}"+path, s.serve(h))
	}
	add("GET /users/@me", s.getMe)
	add("GET /oauth2/applications/@me", s.getApplication)
	add("GET /applications/@me", s.getApplication)
	add("GET /gateway", s.getGateway)
	add("GET /gateway/bot", s.getGatewayBot)
	add("GET /applications/{app}/commands", s.getCommands)
	add("PUT /applications/{app}/commands", s.putCommands)
	add("GET /applications/{app}/guilds/{guild}/commands", s.getCommands)
	add("PUT /applications/{app}/guilds/{guild}/commands", s.putCommands)
	add("POST /users/@me/channels", s.openDM)
	add("GET /channels/{channel}", s.getChannel)
	add("GET /channels/{channel}/messages", s.listMessages)
	add("POST /channels/{channel}/messages", s.postMessage)
	add("POST /channels/{channel}/messages/{message}/crosspost", s.crosspost)
	add("POST /channels/{channel}/messages/{message}/threads", s.threadFromMessage)
	add("POST /channels/{channel}/threads", s.forumPost)
	add("GET /guilds/{guild}/threads/active", s.activeThreads)
	add("GET /guilds/{guild}/channels", s.getChannels)
	add("GET /guilds/{guild}/roles", s.getRoles)
	add("GET /guilds/{guild}/members/{user}", s.getMember)
	add("POST /interactions/{id}/{token}/callback", s.callback)
	add("GET /webhooks/{webhook}/{token}", s.getWebhook)
	add("POST /webhooks/{webhook}/{token}", s.postWebhook)
	add("PATCH /webhooks/{webhook}/{token}/messages/{message}", s.editAnswer)
	add("DELETE /webhooks/{webhook}/{token}/messages/{message}", s.deleteAnswer)
	mux.HandleFunc("GET /gateway-socket/", s.socket)
	return mux
}

var agent = regexp.MustCompile(`^DiscordBot \(https?://[^ ,]+, [^)]+\)`)

// serve checks a request, lets faults act, and answers.
func (s *Server) serve(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		came := time.Now()
		body, files, err := readBody(req)
		if err != nil {
			write(w, nil, refuse(http.StatusBadRequest, 50109, err.Error()))
			return
		}
		s.mu.Lock()
		s.log = append(s.log, Request{req.Method, req.URL.Path, req.URL.RawQuery, req.Header.Clone(), body, s.opts.Now(), came})
		fault := s.fault(req)
		s.change()
		s.mu.Unlock()
		s.check(req, body)
		work := func() (any, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			defer s.change()
			if err := s.admit(w, req); err != nil {
				return nil, err
			}
			return h(ask{req, body, files})
		}
		if fault != nil && (fault.Status != 0 || fault.Reset || fault.Hang) {
			fault.apply(w, req, func() { _, _ = work() })
			return
		}
		out, err := work()
		if fault != nil && fault.Delay > 0 {
			<-time.After(fault.Delay)
		}
		write(w, out, err)
	}
}

// readBody reads JSON, or the payload_json and the files of a multipart
// request.
func readBody(req *http.Request) (body []byte, files map[string][]byte, err error) {
	data, err := io.ReadAll(io.LimitReader(req.Body, 25<<20))
	kind, params, _ := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return data, nil, err
	}
	form, err := multipart.NewReader(bytes.NewReader(data), params["boundary"]).ReadForm(25 << 20)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = form.RemoveAll() }()
	files = map[string][]byte{}
	for _, headers := range form.File {
		for _, h := range headers {
			f, err := h.Open()
			if err != nil {
				return nil, nil, err
			}
			content, err := io.ReadAll(f)
			if err = errors.Join(err, f.Close()); err != nil {
				return nil, nil, err
			}
			files[h.Filename] = content
		}
	}
	return []byte(strings.Join(form.Value["payload_json"], "")), files, nil
}

// check notes what a request breaks.
func (s *Server) check(req *http.Request, body []byte) {
	var wrong []string
	if ua := req.Header.Get("User-Agent"); !agent.MatchString(ua) {
		wrong = append(wrong, "User-Agent "+ua)
	}
	if len(body) > 0 && req.Header.Get("Content-Type") == "" {
		wrong = append(wrong, "a body without Content-Type")
	}
	if !s.opts.NoOpenAPI {
		router, err := openapi()
		if err == nil {
			err = checkOpenAPI(router, req, body)
		}
		if err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range wrong {
		s.violate("%s", w)
	}
}

// admit checks the token and the rates.
func (s *Server) admit(w http.ResponseWriter, req *http.Request) error {
	own := strings.Contains(req.URL.Path, "/interactions/") || strings.Contains(req.URL.Path, "/webhooks/")
	if !own && req.Header.Get("Authorization") != "Bot "+Token {
		return refuse(http.StatusUnauthorized, 0, "401: Unauthorized")
	}
	if own && req.Header.Get("Authorization") != "" {
		s.violate("the bot's token was sent to %s", regexp.MustCompile(`/(webhooks|interactions)/.*`).FindString(req.URL.Path))
	}
	if !s.opts.Rates || own {
		return nil
	}
	if !s.within("global", 50, time.Second) {
		w.Header().Set("Retry-After", "1")
		w.Header().Set("X-RateLimit-Global", "true")
		w.Header().Set("X-RateLimit-Scope", "global")
		s.violate("more than 50 requests in a second")
		return refuse(http.StatusTooManyRequests, 0, "You are being rate limited.")
	}
	if channel := req.PathValue("channel"); req.Method == http.MethodPost && strings.HasSuffix(req.URL.Path, "/messages") && !s.within("messages "+channel, 5, 5*time.Second) {
		w.Header().Set("Retry-After", "5")
		s.violate("more than 5 messages in 5 seconds in one channel")
		return refuse(http.StatusTooManyRequests, 0, "You are being rate limited.")
	}
	return nil
}

// within counts one more of a kind and reports whether that is allowed.
func (s *Server) within(key string, limit int, span time.Duration) bool {
	now := s.opts.Now()
	kept := slices.DeleteFunc(s.buckets[key], func(t time.Time) bool { return now.Sub(t) >= span })
	s.buckets[key] = append(kept, now)
	return len(kept) < limit
}

func write(w http.ResponseWriter, out any, err error) {
	w.Header().Set("Content-Type", "application/json")
	r, bad := err.(refusal)
	switch {
	case bad && r.status == http.StatusTooManyRequests:
		w.WriteHeader(r.status)
		_ = json.NewEncoder(w).Encode(map[string]any{"message": r.message, "retry_after": 1.0, "global": w.Header().Get("X-RateLimit-Global") != ""})
	case bad:
		w.WriteHeader(r.status)
		_ = json.NewEncoder(w).Encode(map[string]any{"message": r.message, "code": r.code})
	case out == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		_ = json.NewEncoder(w).Encode(out)
	}
}

func (s *Server) requests(method, suffix string) []Request {
	var out []Request
	for _, r := range s.log {
		if r.Method == method && strings.HasSuffix(r.Path, suffix) {
			out = append(out, r)
		}
	}
	return out
}

func sortIDs(ids []string) {
	slices.SortFunc(ids, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
}

func (s *Server) getMe(ask) (any, error) {
	return map[string]any{"id": BotID, "username": "daybrief", "discriminator": "0000", "bot": true}, nil
}

func (s *Server) getApplication(ask) (any, error) { return s.app, nil }

func (s *Server) getRoles(a ask) (any, error) {
	g, err := s.guild(a.PathValue("guild"))
	if err != nil {
		return nil, err
	}
	roles := []any{
		map[string]any{"id": g.id, "name": "@everyone", "permissions": bits(g.everyone)},
		map[string]any{"id": Role(g.id), "name": "daybrief", "permissions": bits(g.rights)},
	}
	for _, id := range g.roles {
		roles = append(roles, map[string]any{"id": id, "name": "role " + id, "permissions": bits(0)})
	}
	return roles, nil
}

func (s *Server) getMember(a ask) (any, error) {
	g, err := s.guild(a.PathValue("guild"))
	if err != nil {
		return nil, err
	}
	if a.PathValue("user") != BotID {
		return nil, unknown(10013, "User")
	}
	out := map[string]any{"user": map[string]any{"id": BotID}, "roles": append([]string{Role(g.id)}, g.roles...), "communication_disabled_until": nil}
	if !g.timeout.IsZero() {
		out["communication_disabled_until"] = g.timeout.UTC().Format(time.RFC3339)
	}
	return out, nil
}

func (s *Server) guild(id string) (*guild, error) {
	g := s.guilds[id]
	if g == nil || g.gone {
		return nil, unknown(10004, "Guild")
	}
	return g, nil
}
