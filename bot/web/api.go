package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/daybrief/daybrief/digest"
)

// maxIngest is the largest batch of articles, in bytes.
const maxIngest = 32 << 20

// apiBrief is GET /api/brief?q=korea-trade&limit=10.
func (s *Server) apiBrief(w http.ResponseWriter, r *http.Request) {
	limit := digest.DefaultLength
	if v := r.URL.Query().Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 100 {
			apiError(w, digest.Errorf(digest.Invalid, "limit must be from 1 to 100"))
			return
		}
		limit = n
	}
	b, err := s.o.Brief(r.Context(), r.URL.Query().Get("q"), limit)
	if err != nil {
		apiError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, b.JSON())
}

// apiArticles is POST /api/articles: one JSON object a line or an array, with
// the token as bearer. A row that is wrong is named, with status 422, and
// nothing of the batch is stored, so that sending it again, mended, is all
// that is needed.
func (s *Server) apiArticles(w http.ResponseWriter, r *http.Request) {
	if s.o.Token == "" || s.o.Add == nil {
		apiError(w, digest.Errorf(digest.Forbidden, "taking articles in is closed").WithHint("Set DAYBRIEF_API_TOKEN to open it."))
		return
	}
	if !SameToken(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), s.o.Token) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "the token is missing or wrong"})
		return
	}
	added, err := s.o.Add(r.Context(), http.MaxBytesReader(w, r.Body, maxIngest))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge), errors.Is(err, ErrTooLarge):
		writeJSON(w, http.StatusRequestEntityTooLarge, map[string]string{"error": "the batch is too large; send it in parts"})
	case err != nil:
		apiError(w, err)
	case len(added.Bad) > 0:
		writeJSON(w, http.StatusUnprocessableEntity, added)
	default:
		writeJSON(w, http.StatusOK, added)
	}
}

// SameToken compares in constant time, whatever the lengths.
func SameToken(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

func apiError(w http.ResponseWriter, err error) {
	body := map[string]string{"error": "a fault in the program; the log has its cause"}
	if digest.CodeOf(err) != digest.Internal {
		body["error"] = err.Error()
		if hint := digest.HintOf(err); hint != "" {
			body["hint"] = hint
		}
	}
	writeJSON(w, statusOf(err), body)
}
