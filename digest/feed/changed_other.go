//go:build !linux

package feed

import (
	"io/fs"
	"time"
)

// changedAt is when a file was written. A file with an older time that is
// moved into a folder is not noticed where the system tells no more.
func changedAt(info fs.FileInfo) time.Time { return info.ModTime() }
