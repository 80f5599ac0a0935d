package feed

import (
	"io/fs"
	"syscall"
	"time"
)

// changedAt is when a file came to be as it is and where it is: a file that
// is moved into a folder keeps the time of its last word, but not this one.
func changedAt(info fs.FileInfo) time.Time {
	at := info.ModTime()
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		if c := time.Unix(s.Ctim.Unix()); c.After(at) {
			return c
		}
	}
	return at
}
