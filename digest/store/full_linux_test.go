package store_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store"
)

// smallVolume mounts a volume of so many MB, for which this user needs the
// right to mount.
func smallVolume(t *testing.T, megabytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		t.Skipf("no volume of its own without the right to mount one: %v; TestFileLimit goes without", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// grow makes the volume larger.
func grow(t *testing.T, dir string, megabytes int) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		t.Fatal(err)
	}
}

// envLimited makes the test binary fill the database it names, its files
// limited in size.
const envLimited = "DAYBRIEF_TEST_LIMITED"

// TestFileLimit runs a process whose files may not grow beyond a size: a
// write fails in the system, as with a quota.
func TestFileLimit(t *testing.T) {
	if path := os.Getenv(envLimited); path != "" {
		fillLimited(t, path)
		return
	}
	limit, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	child := exec.CommandContext(limit, os.Args[0], "-test.run=^TestFileLimit$", "-test.v")
	child.Env = append(os.Environ(), envLimited+"="+filepath.Join(t.TempDir(), "x.db"))
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func fillLimited(t *testing.T, path string) {
	signal.Ignore(syscall.SIGXFSZ)
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	limitFiles := func(soft uint64) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: soft, Max: was.Max}); err != nil {
			t.Fatal(err)
		}
	}
	s, err := store.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	limitFiles(4 << 20)
	for n := 0; err == nil && n < 200_000; n += 300 {
		_, err = s.AddArticles(ctx, manyEntries(n))
	}
	wantFull(t, err)
	wantFull(t, s.Room(ctx))
	if found, err := s.Search(ctx, digest.Search{Topics: []string{"trade"}}); err != nil || len(found) == 0 {
		t.Errorf("it answers no more: %d, %v", len(found), err)
	}
	limitFiles(was.Cur)
	if err := s.Room(ctx); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	if _, err := s.AddArticles(ctx, manyEntries(500_000)); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
}
