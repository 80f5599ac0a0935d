package slacktest

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// File is a file that was uploaded.
type File struct {
	ID, Name, Title, Channel string
	Data                     []byte
	length                   int
}

// Files lists the files that can be seen in a channel.
func (s *Server) Files(channel string) []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []File
	for _, f := range s.files {
		if f.Channel == channel {
			out = append(out, *f)
		}
	}
	slices.SortFunc(out, func(a, b File) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func (s *Server) uploadURL(c call) answer {
	n, err := strconv.Atoi(c.text("length"))
	if err != nil || n < 1 || c.text("filename") == "" {
		return no("invalid_arguments")
	}
	f := &File{ID: s.next("F"), Name: c.text("filename"), length: n}
	s.files[f.ID] = f
	return answer{"upload_url": s.http.URL + "/upload/" + f.ID, "file_id": f.ID}
}

func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	if f, faulty := s.fault("file_upload"); faulty {
		f.fail(w, r)
		return
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, 10<<20))
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.change()
	f := s.files[r.PathValue("id")]
	if err != nil || f == nil || len(data) != f.length {
		http.Error(w, "bad", http.StatusBadRequest)
		return
	}
	if r.Header.Get("Authorization") != "" {
		s.breach("an upload carries the token")
	}
	f.Data = data
	_, _ = io.WriteString(w, "OK - "+strconv.Itoa(len(data))) // in plain text
}

func (s *Server) completeUpload(c call) answer {
	var files []struct{ ID, Title string }
	if err := json.Unmarshal([]byte(c.text("files")), &files); err != nil || len(files) != 1 {
		return no("invalid_arguments")
	}
	f := s.files[files[0].ID]
	if f == nil || f.Data == nil {
		return no("file_not_found")
	}
	if refused := s.mayPost(c.text("channel_id")); refused != nil {
		return refused
	}
	f.Title, f.Channel = files[0].Title, c.text("channel_id")
	return answer{"files": []answer{{"id": f.ID, "title": f.Title}}}
}
