//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestTheBinaryNeedsNothingElse runs the built program in an empty root: no
// libc, no shell, no time zones, no certificates, no user.
func TestTheBinaryNeedsNothingElse(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can change the root directory")
	}
	root := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(root, "daybrief"), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	if err := os.Mkdir(filepath.Join(root, "data"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(root, "data"), 0o777); err != nil {
		t.Fatal(err)
	}
	inside := func(stdin string, args ...string) string {
		cmd := exec.CommandContext(t.Context(), "/daybrief", args...)
		cmd.Dir, cmd.Env, cmd.Stdin = "/data", []string{}, strings.NewReader(stdin)
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("daybrief %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	if got := inside("South Korea and Japan Sign Trade Pact in Seoul\n", "import", "-"); !strings.Contains(got, "1 article stored") {
		t.Errorf("import: %s", got)
	}
	if got := inside("", "brief", "korea-trade"); !strings.Contains(got, "Sign Trade Pact") {
		t.Errorf("brief: %s", got)
	}
	inside("", "subscriptions", "add", "korea-trade", "--to", "web", "--when", "daily 8:00", "--zone", "Asia/Seoul")
	if got := inside("", "subscriptions", "next"); !strings.Contains(got, "08:00 KST") {
		t.Errorf("next: %s", got)
	}
}
