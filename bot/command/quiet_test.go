package command_test

import (
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// TestQuietForm: what the form of quiet hours holds is what was typed, in words
// that can be typed again.
func TestQuietForm(t *testing.T) {
	t.Parallel()
	h := handlerOver(storetest.SQLite(t))
	jon := digest.Person{Platform: "slack", Workspace: "T1", ID: "U-jon"}
	r := bot.Request{Person: jon, Place: digest.Destination{Platform: "slack", Workspace: "T1", Channel: "C-desk"}, Now: morning}
	holds := func() string {
		t.Helper()
		of := r
		of.Command = "quiet"
		fields, err := h.Form(t.Context(), of)
		if err != nil {
			t.Fatal(err)
		}
		return fields["quiet"]
	}
	if got := holds(); got != "off" {
		t.Errorf("nothing chosen: %q", got)
	}
	for typed, want := range map[string]string{"22:00-7:00": "22:00-07:00", "weekends": "weekends", "23-6 weekends drop": "23:00-06:00 weekends drop", "off": "off"} {
		for _, words := range []string{typed, want} {
			of := r
			of.Command, of.Args = "subscriptions", "quiet "+words
			if reply, err := h.Handle(t.Context(), of); err != nil || reply.Failed {
				t.Fatalf("%s: %+v, %v", words, reply, err)
			}
			if got := holds(); got != want {
				t.Errorf("%s is told as %q, not %q", words, got, want)
			}
		}
	}
}
