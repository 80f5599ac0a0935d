package discordtest

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/daybrief/daybrief/bot/discord"
)

// Form is a form that opened.
type Form struct {
	ID, Title string
	Fields    []FormField

	source *Message // the message whose button opened it
}

// FormField is one of its fields.
type FormField struct {
	ID, Label, Hint string
	Value           string   // what stands in it when it opens
	Options         []string // values of a menu; nil for a line of text
	Required        bool
	most            int
}

// Field finds one by its id; it is empty when there is none.
func (f *Form) Field(id string) FormField {
	for _, x := range f.Fields {
		if x.ID == id {
			return x
		}
	}
	return FormField{}
}

func (s *Server) openForm(i *Interaction, data []byte) error {
	if err := discord.ValidateForm(data); err != nil {
		s.violate("a form breaks a limit: %v", err)
		return refuse(http.StatusBadRequest, 50035, "Invalid Form Body: "+err.Error())
	}
	var in struct {
		ID         string `json:"custom_id"`
		Title      string `json:"title"`
		Components []struct {
			Label       string `json:"label"`
			Description string `json:"description"`
			Component   struct {
				ID       string `json:"custom_id"`
				Value    string `json:"value"`
				Required bool   `json:"required"`
				Most     int    `json:"max_length"`
				Options  []struct {
					Value   string `json:"value"`
					Default bool   `json:"default"`
				} `json:"options"`
			} `json:"component"`
		} `json:"components"`
	}
	_ = json.Unmarshal(data, &in) // it was checked
	i.form = &Form{ID: in.ID, Title: in.Title, source: i.source}
	for _, c := range in.Components {
		f := FormField{ID: c.Component.ID, Label: c.Label, Hint: c.Description, Value: c.Component.Value, Required: c.Component.Required, most: c.Component.Most}
		for _, o := range c.Component.Options {
			f.Options = append(f.Options, o.Value)
			if o.Default {
				f.Value = o.Value
			}
		}
		i.form.Fields = append(i.form.Fields, f)
	}
	return nil
}

// WaitForm waits until a form opens.
func (i *Interaction) WaitForm() *Form {
	i.s.t.Helper()
	i.s.wait("a form", func() bool { return i.form != nil })
	return i.form
}

// Fill changes fields of a form and submits it. What is not named stays as it
// was opened. As in Discord's client, a required field cannot be left empty and
// a menu offers nothing but its options.
func (s *Server) Fill(w Where, f *Form, values map[string]string) *Interaction {
	s.t.Helper()
	rows := []any{}
	for _, x := range f.Fields {
		v, ok := values[x.ID]
		if !ok {
			v = x.Value
		}
		switch {
		case x.Required && v == "":
			s.t.Fatalf("discordtest: %s is required", x.ID)
		case x.Options == nil && len([]rune(v)) > x.most:
			s.t.Fatalf("discordtest: %s takes no %d characters", x.ID, len([]rune(v)))
		case x.Options != nil && !slices.Contains(x.Options, v):
			s.t.Fatalf("discordtest: %s has no option %q", x.ID, v)
		}
		in := map[string]any{"type": 4, "custom_id": x.ID, "value": v}
		if x.Options != nil {
			in = map[string]any{"type": 3, "custom_id": x.ID, "values": []string{v}}
		}
		rows = append(rows, map[string]any{"type": 18, "component": in})
	}
	for id := range values {
		if f.Field(id).ID == "" {
			s.t.Fatalf("discordtest: the form has no %s", id)
		}
	}
	return s.sendOn(w, 5, map[string]any{"custom_id": f.ID, "components": rows}, f.source)
}
