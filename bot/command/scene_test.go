package command_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/command"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

// scene is a conversation going on.
type scene struct {
	handler *command.Handler
	clock   *digesttest.Clock
	last    []bot.Action
	lang    string
	store   *store.Store
}

// stockedFile is a database with what every conversation begins with: made
// once, since making it costs more than a conversation.
func stockedFile(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stocked.db")
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	stock(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// storeOf is a store of its own over a copy of a database.
func storeOf(t *testing.T, data []byte) *store.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "daybrief.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func play(t *testing.T, stocked []byte, script string) string {
	t.Helper()
	sc := &scene{store: storeOf(t, stocked), clock: digesttest.NewClock(morning)}
	sc.start()
	var out strings.Builder
	for lines := bufio.NewScanner(strings.NewReader(script)); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		fmt.Fprintf(&out, "> %s\n", line)
		switch verb, arg, _ := strings.Cut(line, " "); verb {
		case "wait":
			d, err := time.ParseDuration(arg)
			if err != nil {
				t.Fatal(err)
			}
			sc.clock.Advance(d)
		case "language":
			sc.lang = arg
		case "form":
			out.WriteString(sc.form(t, arg))
		case "restart":
			sc.start()
		case "alerted":
			out.WriteString(sc.alerted(t, arg))
		default:
			out.WriteString(sc.say(t, line))
		}
	}
	return out.String()
}

// start starts the handler, anew over what is stored when it ran before.
func (sc *scene) start() { sc.handler = handlerOver(sc.store, withClosed) }

// alerted plays "alerted 1 7": subscription 1 is alerted of story 7, or of more
// that have waited, as package schedule does it.
func (sc *scene) alerted(t *testing.T, line string) string {
	t.Helper()
	ids := strings.Fields(line)
	number := func(s string) int64 {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	sub, err := sc.store.Subscription(t.Context(), number(ids[0]))
	if err != nil {
		t.Fatal(err)
	}
	view := bot.View{Lang: sub.Lang, Zone: sub.Zone, Now: sc.clock.Now()}
	var all []bot.Alert
	e := digest.Edition{SubscriptionID: sub.ID, Slot: "alert:" + ids[1] + ":1", Scheduled: view.Now, Built: view.Now}
	for _, id := range ids[1:] {
		all = append(all, bot.Alert{Subscription: sub.ID, Name: sub.Query, Slot: e.Slot, Sources: 4, Span: 40 * time.Minute, Why: []string{"KR", "trade"}, Rules: sub.Rules,
			Causes: []bot.AlertCause{{Country: "KR", Because: []string{"title: “Seoul”"}}, {Topic: "trade", Because: []string{"title: “tariff”", "body: “import duties”"}}, {Word: "collapse"}},
			Item:   bot.Item{StoryID: number(id), Title: "Talks " + id + " collapse", Sources: []string{"Wire"}}})
		e.Stories = append(e.Stories, digest.Told{StoryID: number(id)})
	}
	m := bot.AlertMessage(all[0], view)
	if len(all) > 1 {
		m = bot.BundleMessage(all, view)
	}
	if e.Content, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	if _, _, err := sc.store.CreateEdition(t.Context(), digest.EditionPlan{Edition: e}, nil); err != nil {
		t.Fatal(err)
	}
	return sc.show(bot.Reply{Message: m})
}

// say plays "mina #desk: /brief korea-trade" or "jon @: press Undo".
func (sc *scene) say(t *testing.T, line string) string {
	t.Helper()
	who, what, ok := strings.Cut(line, ": ")
	name, place, ok2 := strings.Cut(who, " ")
	if !ok || !ok2 {
		t.Fatalf("who says what where? %q", line)
	}
	r := sc.request(name, place)
	return sc.show(sc.ask(t, r, what))
}

// request is one that name brings at a place.
func (sc *scene) request(name, place string) bot.Request {
	r := bot.Request{Person: digest.Person{Platform: "slack", Workspace: "T1", ID: "U-" + name, Name: name}, Now: sc.clock.Now(), Lang: sc.lang, Manager: name == "mina" && place != "@",
		Place: digest.Destination{Platform: "slack", Workspace: "T1", Channel: "C-" + strings.TrimPrefix(place, "#")}}
	if place == "@" {
		r.Place = digest.Destination{Platform: "slack", Workspace: "T1", Channel: r.Person.ID, Direct: true}
	}
	return r
}

// ask says "press LABEL", "raw ACTION" for a button of an old message, "fields
// COMMAND ARGS; name=value; …" for a form, or a line.
func (sc *scene) ask(t *testing.T, r bot.Request, what string) bot.Reply {
	t.Helper()
	if label, isPress := strings.CutPrefix(what, "press "); isPress {
		r.Action, r.Value = sc.button(t, label)
	} else if id, isRaw := strings.CutPrefix(what, "raw "); isRaw {
		r.Action, r.Value, _ = strings.Cut(id, " = ")
	} else if form, isForm := strings.CutPrefix(what, "fields "); isForm {
		head, rest, _ := strings.Cut(form, "; ")
		r.Command, r.Args, _ = strings.Cut(head, " ")
		r.Fields = map[string]string{}
		for _, f := range strings.Split(rest, "; ") {
			k, v, _ := strings.Cut(f, "=")
			r.Fields[k] = v
		}
	} else {
		r.Command, r.Args = command.Parse(what)
	}
	reply, err := sc.handler.Handle(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

// form plays "jon @ v1:edit:1": what a form holds when it is opened.
func (sc *scene) form(t *testing.T, line string) string {
	t.Helper()
	words := strings.Fields(line)
	r := sc.request(words[0], words[1])
	r.Action = words[2]
	fields, err := sc.handler.Form(t.Context(), r)
	if err != nil {
		return err.Error() + "\n\n"
	}
	var out strings.Builder
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		fmt.Fprintf(&out, "%s=%s\n", k, fields[k])
	}
	return out.String() + "\n"
}

func (sc *scene) button(t *testing.T, label string) (action, value string) {
	t.Helper()
	label, value, _ = strings.Cut(label, " = ")
	for _, a := range sc.last {
		if a.Label == label {
			return a.ID, value
		}
	}
	t.Fatalf("there is no button %q among %v", label, sc.last)
	return "", ""
}

// show is the reply as text, with who sees it and its buttons.
func (sc *scene) show(reply bot.Reply) string {
	var out strings.Builder
	switch {
	case reply.Public:
		out.WriteString("(everyone)\n")
	case reply.Replace:
		out.WriteString("(in place)\n")
	}
	text := bot.PlainText(reply.Message)
	// Ids of errors are random.
	if i := strings.LastIndex(text, "(e-"); i >= 0 {
		text = text[:i] + "(e-id)\n"
	}
	out.WriteString(text)
	var labels []string
	sc.last = reply.Message.Actions
	for _, s := range reply.Message.Sections {
		sc.last = append(sc.last, s.Actions...)
	}
	for _, a := range sc.last {
		label := "[" + a.Label + "]"
		for _, o := range a.Options {
			label += " " + o.Value
		}
		labels = append(labels, label)
	}
	if f := reply.File; f != nil {
		fmt.Fprintf(&out, "(file %s, %s, JSON: %v)\n", f.Name, f.Type, json.Valid(f.Data))
	}
	if len(labels) > 0 {
		out.WriteString(strings.Join(labels, " ") + "\n")
	}
	return out.String() + "\n"
}
