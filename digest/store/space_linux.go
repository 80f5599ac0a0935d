package store

import "syscall"

// diskSpace returns how many bytes of the disk that holds a folder are free
// for this user, and how many there are.
func diskSpace(dir string) (free, size uint64, known bool) {
	var st syscall.Statfs_t
	if syscall.Statfs(dir, &st) != nil || st.Bsize <= 0 || st.Blocks == 0 {
		return 0, 0, false
	}
	return st.Bavail * uint64(st.Bsize), st.Blocks * uint64(st.Bsize), true
}
