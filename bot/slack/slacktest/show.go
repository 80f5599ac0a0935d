package slacktest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Shown is what a person reads of blocks, a line for each block: text with its
// escapes undone, dates as their fallback, buttons in brackets.
func Shown(blocks json.RawMessage) string {
	var list []map[string]any
	if err := json.Unmarshal(blocks, &list); err != nil {
		return ""
	}
	var b strings.Builder
	for _, block := range list {
		if line := strings.TrimSpace(shown(block)); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// ShownPayload is Shown of the blocks of a payload that Render made.
func ShownPayload(payload []byte) string {
	var p struct {
		Blocks json.RawMessage `json:"blocks"`
	}
	if json.Unmarshal(payload, &p) != nil {
		return ""
	}
	return Shown(p.Blocks)
}

// Shown is what a person reads of the message.
func (m Message) Shown() string {
	if len(m.Blocks) == 0 {
		return unescape(m.Text)
	}
	return Shown(m.Blocks)
}

// Shown is what a person reads in the view.
func (v View) Shown() string { return Shown(viewBlocks(v)) }

func viewBlocks(v View) json.RawMessage {
	var out struct {
		Blocks json.RawMessage `json:"blocks"`
	}
	_ = json.Unmarshal(v.JSON, &out) // no blocks then
	return out.Blocks
}

func shown(v any) string {
	switch v := v.(type) {
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, shown(e))
		}
		return strings.Join(parts, "")
	case map[string]any:
		return shownObject(v)
	}
	return ""
}

func shownObject(o map[string]any) string {
	switch o["type"] {
	case "button":
		return "[" + shown(o["text"]) + "] "
	case "overflow":
		var labels []string
		for _, o := range asList(o["options"]) {
			labels = append(labels, shown(o))
		}
		return "[⋯ " + strings.Join(labels, ", ") + "] "
	case "static_select", "external_select":
		return "[" + shown(or(o["initial_option"], o["placeholder"])) + " ▾] "
	case "conversations_select":
		return "[" + shown(o["placeholder"]) + " ▾] "
	case "timepicker":
		return fmt.Sprintf("[%v] ", or(o["initial_time"], ""))
	case "plain_text_input":
		return fmt.Sprintf("[%v] ", or(o["initial_value"], ""))
	case "mrkdwn":
		return readMarkup(fmt.Sprint(o["text"]))
	case "channel":
		return fmt.Sprintf("#%v", o["channel_id"])
	case "date":
		return fmt.Sprint(o["fallback"])
	case "text", "link", "plain_text":
		return fmt.Sprint(o["text"])
	case "input":
		return shown(o["label"]) + ": " + shown(o["element"])
	}
	beside := ""
	if o["accessory"] != nil {
		beside = " " + shown(o["accessory"])
	}
	return shown(o["text"]) + shown(o["elements"]) + shown(o["fields"]) + beside
}

func or(v, otherwise any) any {
	if v == nil {
		return otherwise
	}
	return v
}

// readMarkup reads mrkdwn as a client does: links as their label, dates as
// their fallback, marks gone where they act and kept where joiners stand
// around them.
func readMarkup(s string) string {
	kept := strings.NewReplacer("\u200d*\u200d", "\ue001", "\u200d_\u200d", "\ue002", "\u200d~\u200d", "\ue003", "\u200d`\u200d", "\ue004").Replace(s)
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(kept, "<")
		b.WriteString(strings.NewReplacer("*", "", "~", "", "`", "").Replace(before))
		if !ok {
			break
		}
		inside, after, _ := strings.Cut(rest, ">")
		target, label, _ := strings.Cut(inside, "|")
		if strings.HasPrefix(target, "#") {
			label = target
		}
		b.WriteString(label)
		kept = after
	}
	return unescape(strings.NewReplacer("\ue001", "*", "\ue002", "_", "\ue003", "~", "\ue004", "`", "\u200d", "", "\u200b", "").Replace(b.String()))
}

func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// pressed is the state of the element with an action id in blocks, as Slack
// sends it when it is pressed. It fails the test when there is none: nobody
// can press what is not there.
func (s *Server) pressed(blocks json.RawMessage, actionID, value string) answer {
	s.t.Helper()
	var list []any
	if err := json.Unmarshal(blocks, &list); err != nil {
		s.t.Fatalf("press %s: the message has no blocks", actionID)
	}
	e := findAction(list, actionID)
	if menu := findOption(list, actionID); e == nil && menu != nil { // it stands in an overflow menu
		e, value = menu, actionID
		actionID = fmt.Sprint(menu["action_id"])
	}
	if e == nil {
		s.t.Fatalf("press %s: there is no such button in\n%s", actionID, Shown(blocks))
	}
	out := answer{"type": e["type"], "action_id": actionID, "block_id": "b", "action_ts": "1.1"}
	if e["type"] == "button" {
		out["value"] = e["value"]
		return out
	}
	for _, o := range asList(e["options"]) {
		if opt, ok := o.(map[string]any); ok && opt["value"] == value {
			out["selected_option"] = opt
			return out
		}
	}
	s.t.Fatalf("choose %q of %s: there is no such option", value, actionID)
	return nil
}

// findOption finds the overflow menu with an option.
func findOption(v any, value string) map[string]any {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if found := findOption(e, value); found != nil {
				return found
			}
		}
	case map[string]any:
		if v["type"] == "overflow" {
			for _, o := range asList(v["options"]) {
				if opt, ok := o.(map[string]any); ok && opt["value"] == value {
					return v
				}
			}
		}
		for _, key := range []string{"elements", "accessory"} {
			if found := findOption(v[key], value); found != nil {
				return found
			}
		}
	}
	return nil
}

func findAction(v any, actionID string) map[string]any {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if found := findAction(e, actionID); found != nil {
				return found
			}
		}
	case map[string]any:
		if v["action_id"] == actionID {
			return v
		}
		for _, key := range []string{"elements", "accessory", "element"} {
			if found := findAction(v[key], actionID); found != nil {
				return found
			}
		}
	}
	return nil
}

func asList(v any) []any { l, _ := v.([]any); return l }

// Actions lists the action ids in blocks.
func Actions(blocks json.RawMessage) []string {
	var out []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if id, ok := v["action_id"].(string); ok {
				out = append(out, id)
			}
			walk(v["elements"])
			walk(v["element"])
			walk(v["accessory"])
		}
	}
	var list []any
	if json.Unmarshal(blocks, &list) == nil {
		walk(list)
	}
	return out
}

// Actions lists the action ids under the message.
func (m Message) Actions() []string { return Actions(m.Blocks) }

// callback is a view as an interaction brings it back.
func (v View) callback(kind string) answer {
	var raw struct {
		Callback string `json:"callback_id"`
		Private  string `json:"private_metadata"`
	}
	_ = json.Unmarshal(v.JSON, &raw) // both empty then
	return answer{"id": v.ID, "type": kind, "hash": v.Hash, "callback_id": raw.Callback, "private_metadata": raw.Private}
}

// state is a modal filled in: the given values, else the initial ones.
func (v View) state(values map[string]string) map[string]any {
	var list []map[string]any
	_ = json.Unmarshal(viewBlocks(v), &list) // an empty state then
	out := map[string]any{}
	for _, b := range list {
		e, ok := b["element"].(map[string]any)
		if !ok {
			continue
		}
		id := fmt.Sprint(b["block_id"])
		out[id] = map[string]any{id: filled(e, values[id])}
	}
	return out
}

// Emptied is the value of an input that a person empties.
const Emptied = "\x00"

// filled is an input that holds a value, "" for what it holds at first.
func filled(e map[string]any, value string) answer {
	out := answer{"type": e["type"], "action_id": e["action_id"]}
	if value == Emptied {
		return out
	}
	key, initial, given := "selected_option", "initial_option", any(answer{"value": value, "text": answer{"type": "plain_text", "text": value}})
	switch e["type"] {
	case "timepicker":
		key, initial, given = "selected_time", "initial_time", value
	case "plain_text_input":
		key, initial, given = "value", "initial_value", value
	case "conversations_select":
		key, initial, given = "selected_conversation", "initial_conversation", value
	}
	if out[key] = e[initial]; value != "" {
		out[key] = given
	}
	return out
}
