package slack

import (
	"regexp"
	"sync"
)

var secrets = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\bxox[a-z.]*-[A-Za-z0-9._%-]+|\bxoxe\.[A-Za-z0-9._%-]+|\bxapp-[A-Za-z0-9._%-]+|(hooks\.slack(?:-gov)?\.com/)[^\s"'<>]+|(wss?://)[^\s"'<>]+`)
})

// Redact replaces what is secret in a text that goes to a log or a person:
// tokens, response and webhook addresses, socket tickets. The kind stays, so
// that a wrong one can be told.
func Redact(s string) string {
	return secrets().ReplaceAllStringFunc(s, func(m string) string {
		sub := secrets().FindStringSubmatch(m)
		for _, kept := range sub[1:] {
			if kept != "" {
				return kept + "[redacted]"
			}
		}
		return m[:4] + "[redacted]"
	})
}

// secretError hides secrets in the text of an error and keeps its chain.
type secretError struct{ err error }

func (e secretError) Error() string { return Redact(e.err.Error()) }
func (e secretError) Unwrap() error { return e.err }
