package slacktest

import (
	"encoding/json"

	"github.com/daybrief/daybrief/bot/slack"
)

func (s *Server) newTrigger() string {
	id := s.next("trigger")
	s.triggers[id] = &trigger{made: s.o.Now()}
	return id
}

// checkedView validates a view, and gives it a hash.
func (s *Server) checkedView(c call) (*View, answer) {
	raw := c.body["view"]
	if err := slack.ValidateView(raw); err != nil {
		s.breach("%s: %v", c.method, err)
		return nil, answer{"ok": false, "error": "invalid_arguments", "response_metadata": map[string]any{"messages": []string{err.Error()}}}
	}
	return &View{JSON: raw, Hash: s.next("hash")}, nil
}

func (s *Server) viewsOpen(c call) answer {
	t := s.triggers[c.text("trigger_id")]
	switch {
	case t == nil:
		return no("invalid_trigger_id")
	case t.used:
		return no("exchanged_trigger_id")
	case s.o.Now().Sub(t.made) > s.o.TriggerLife:
		return no("expired_trigger_id")
	}
	v, refused := s.checkedView(c)
	if refused != nil {
		return refused
	}
	t.used = true
	v.ID = s.next("V")
	s.views[v.ID] = v
	return answer{"view": answer{"id": v.ID, "hash": v.Hash}}
}

func (s *Server) viewsUpdate(c call) answer {
	old := s.views[c.text("view_id")]
	if old == nil {
		return no("not_found")
	}
	if h := c.text("hash"); h != "" && h != old.Hash {
		return no("hash_conflict")
	}
	v, refused := s.checkedView(c)
	if refused != nil {
		return refused
	}
	s.replaceView(old, v.JSON)
	return answer{"view": answer{"id": old.ID, "hash": old.Hash}}
}

func (s *Server) replaceView(v *View, raw json.RawMessage) {
	v.JSON, v.Hash = raw, s.next("hash")
	v.Updates++
}

func (s *Server) viewsPublish(c call) answer {
	user := c.text("user_id")
	if s.users[user] == nil {
		return no("user_not_found")
	}
	old := s.homes[user]
	if h := c.text("hash"); h != "" && (old == nil || h != old.Hash) {
		return no("hash_conflict")
	}
	v, refused := s.checkedView(c)
	if refused != nil {
		return refused
	}
	v.ID, v.User = "VHOME"+user, user
	if old != nil {
		v.Updates = old.Updates + 1
	}
	s.homes[user] = v
	return answer{"view": answer{"id": v.ID, "hash": v.Hash}}
}

// CloseView closes a modal, as a person does.
func (s *Server) CloseView(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.views, id)
	s.change()
}

// ChangeView gives a modal a new hash, as another update of it does.
func (s *Server) ChangeView(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.views[id]; v != nil {
		s.replaceView(v, v.JSON)
	}
	s.change()
}
