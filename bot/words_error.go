package bot

import (
	"errors"
	"strings"

	"github.com/daybrief/daybrief/digest"
)

// Error tells a person in their language what an error means, and what to do
// about it, each as a whole sentence; hint is "" where there is nothing to do.
// Of a fault of the program it says that it is one and no more: its cause is
// for the log. What the catalogue does not have is told in English.
func (w Words) Error(err error) (what, hint string) {
	if digest.CodeOf(err) == digest.Internal {
		return w.Say("That did not work because of a fault in the program; the log has its cause."), ""
	}
	var e *digest.Error
	if !errors.As(err, &e) {
		return "", ""
	}
	return sentence(w.saying(e.Said, e.Message)), sentence(w.saying(e.Advised, e.Hint))
}

// saying is a Saying in these words; in those it was made in, told already,
// where the catalogue lacks it.
func (w Words) saying(s digest.Saying, told string) string {
	if _, has := koreanErrors[s.Format]; !has || w.Lang() != "ko" {
		return told
	}
	args := make([]any, len(s.Args))
	for i, a := range s.Args {
		args[i] = w.filled(a)
	}
	return w.Say(s.Format, args...)
}

// filled is what fills a Saying in, in these words.
func (w Words) filled(arg any) any {
	switch a := arg.(type) {
	case digest.Term:
		return w.Told(string(a))
	case digest.Terms:
		words := make([]string, len(a))
		for i, t := range a {
			words[i] = w.Told(string(t))
		}
		return strings.Join(words, ", ")
	case error:
		var e *digest.Error
		if errors.As(a, &e) {
			return w.saying(e.Said, e.Message)
		}
		return a.Error()
	}
	return arg
}

// Told tells what the program has kept in English, such as why a subscription
// is stopped: in these words where the catalogue has it, else as it is. One
// value that was filled in, as a channel's name, is found again.
func (w Words) Told(kept string) string {
	if w.Lang() != "ko" {
		return kept
	}
	if text := koreanTold[kept]; text != "" {
		return text
	}
	for key, text := range koreanTold {
		before, after, ok := strings.Cut(key, "%s")
		if !ok {
			continue
		}
		value, begins := strings.CutPrefix(kept, before)
		value, ends := strings.CutSuffix(value, after)
		if begins && ends && len(kept) >= len(before)+len(after) {
			return settle("", strings.Replace(text, "%s", value, 1))
		}
	}
	return kept
}
