package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/command"
	"github.com/daybrief/daybrief/digest/store"
)

// typedLines are what a person types on the page, each command at least once.
func typedLines() []string {
	return []string{
		"help", "sources", "brief korea-trade", "korea-trade since 3d", "trade", "brief",
		"subscribe korea-trade weekdays 8:00", "subscribe japan daily 9:00", "alert us-fed only big", "alert china-trade at most 3 an hour",
		"subscriptions", "subscriptions edit 1 daily 7:00", "subscriptions quiet 22:00-7:00 weekends", "subscriptions quiet off",
		"subscriptions mute topic sport 7d", "subscriptions mute country japan 1d", "subscriptions unmute topic sport", "subscriptions filter 1 exclude football", "subscriptions filter 1 off",
		"subscriptions zone Asia/Tokyo", "subscriptions leanings", "subscriptions reset", "subscriptions whynot Korea", "subscriptions export",
		"digest preview", "digest now", "digest history", "unsubscribe japan", "subscriptions forget me",
	}
}

// presser goes over the page as a person who presses everything.
type presser struct {
	p        *program
	s        *store.Store
	url      string
	pressed  map[string]bool // verb and what it is about
	verbs    map[string]int
	requests int
}

// TestEveryButtonThatChangesSomethingIsNoted types every command and presses
// every button that comes with an answer, and those that come with its answer.
func TestEveryButtonThatChangesSomethingIsNoted(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	service, stop := p.serve("--sample", "--config", p.write("daybrief.yaml", "starter_sources: false\nzone: Asia/Seoul\n"))
	defer stop()
	v := &presser{p: p, s: p.open(p.path("test.db")), url: service.URL, pressed: map[string]bool{}, verbs: map[string]int{}}
	typed := map[string]bool{}
	for _, line := range typedLines() {
		name, _ := command.Parse(line)
		typed[name] = true
		v.ask("ask", url.Values{"line": {line}}, 0)
	}
	for _, spec := range command.Specs() {
		if !typed[spec.Name] {
			t.Errorf("nobody types %s", spec.Name)
		}
	}
	for _, verb := range []string{"more", "follow", "alertme", "manage", "pause", "resume", "unsubscribe", "undo", "preview", "edit", "mute", "followstory", "more-like", "less-like", "forget"} {
		if v.verbs[verb] == 0 {
			t.Errorf("no button %s among %v", verb, v.verbs)
		}
	}
	t.Logf("%d requests, buttons: %v", v.requests, v.verbs)
}

// ask sends a form, checks what it left in the store, and presses what came.
func (v *presser) ask(path string, form url.Values, depth int) {
	before, lines := v.changeable(), len(v.p.audits(v.s))
	page := v.post(path, form)
	if after := v.changeable(); after != before && len(v.p.audits(v.s)) == lines {
		v.p.t.Errorf("%s %v changes what is stored and notes nothing:\nbefore:\n%s\nafter:\n%s", path, form, without(before, after), without(after, before))
	}
	if depth == 3 {
		return
	}
	for _, next := range buttonsOn(v.p.t, page) {
		verb, arg, ok := bot.ParseActionID(next.Get("action"))
		about := verb
		if verb != "ask" && verb != "more" && verb != "story" && verb != "why" {
			about += " " + next.Get("value") + typeOf(arg)
		}
		if !ok || v.pressed[about] {
			continue
		}
		v.pressed[about] = true
		v.verbs[verb]++
		v.ask("press", next, depth+1)
	}
}

// typeOf leaves out of a button's argument which answer it belongs to, so that
// the same button of two answers is pressed once.
func typeOf(arg string) string {
	if strings.Trim(arg, "0123456789") == "" {
		return arg
	}
	return ""
}

func (v *presser) post(path string, form url.Values) string {
	v.p.t.Helper()
	v.requests++
	status, page := exchange(v.p.t, http.MethodPost, v.url+path, form.Encode(), func(r *http.Request) {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Fragment", "1")
	})
	if status != http.StatusOK {
		v.p.t.Errorf("%s %v: status %d\n%s", path, form, status, page)
	}
	return page
}

// changeable is what is stored, without what delivering and alerting change meanwhile.
func (v *presser) changeable() string {
	lines := strings.Split(v.p.stored(v.s), "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool {
		return strings.HasPrefix(l, "deliveries|") || strings.HasPrefix(l, "settings|alerts.cursor|")
	}), "\n")
}

// without are the lines of a text that another does not have.
func without(text, other string) string {
	has := strings.Split(other, "\n")
	return strings.Join(slices.DeleteFunc(strings.Split(text, "\n"), func(l string) bool { return slices.Contains(has, l) }), "\n")
}

// buttonsOn are the forms of a piece of a page, one for each option of a menu.
func buttonsOn(t *testing.T, page string) []url.Values {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var out []url.Values
	for form := range root.Descendants() {
		if form.Type != html.ElementNode || form.Data != "form" {
			continue
		}
		action, options := "", []string{}
		for n := range form.Descendants() {
			switch n.Data {
			case "input":
				action = attribute(n, "value")
			case "option":
				options = append(options, attribute(n, "value"))
			}
		}
		if len(options) == 0 {
			options = []string{""}
		}
		for _, value := range options {
			out = append(out, url.Values{"action": {action}, "value": {value}})
		}
	}
	return out
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
