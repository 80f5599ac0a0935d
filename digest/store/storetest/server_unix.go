//go:build unix

package storetest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// startServer starts a private PostgreSQL from the installed programs and
// returns its address. It keeps nothing: it does not sync, and a shell that
// waits for this process to end, however it ends, stops it and removes its
// folder.
func startServer() (string, error) {
	bin, err := serverPrograms()
	if err != nil {
		return "", err
	}
	s := server{bin: bin}
	if s.as, err = unprivileged(); err != nil {
		return "", err
	}
	if s.dir, err = os.MkdirTemp("/tmp", "daybrief-postgres-"); err != nil {
		return "", err
	}
	if s.as != nil {
		if err := os.Chown(s.dir, int(s.as.Uid), int(s.as.Gid)); err != nil {
			return "", err
		}
	}
	return s.start()
}

type server struct {
	bin string
	dir string
	as  *syscall.Credential // nil: as ourselves
}

func (s *server) start() (string, error) {
	data := filepath.Join(s.dir, "data")
	if err := s.run("initdb", "-D", data, "-U", "daybrief", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return "", err
	}
	rules := "host all " + LockedUser + " all scram-sha-256\nhost all all 127.0.0.1/32 trust\nlocal all all trust\n"
	if err := os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(rules), 0o600); err != nil {
		return "", err
	}
	if err := s.watch(data); err != nil {
		return "", err
	}
	var port int
	var err error
	for range 3 { // another program may take the port in between
		if port, err = freePort(); err != nil {
			return "", err
		}
		options := fmt.Sprintf("-c listen_addresses=127.0.0.1 -c port=%d -c unix_socket_directories=%s -c max_connections=200 "+
			"-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=128MB -c max_wal_size=2GB", port, s.dir)
		if err = s.run("pg_ctl", "-D", data, "-l", filepath.Join(s.dir, "log"), "-w", "-t", "60", "-o", options, "start"); err == nil {
			break
		}
	}
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
		return "", fmt.Errorf("%w\n%s", err, log)
	}
	return fmt.Sprintf("postgres://daybrief@127.0.0.1:%d/postgres?sslmode=disable", port), nil
}

func (s *server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "HOME="+s.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: s.as}
	return cmd
}

func (s *server) run(program string, args ...string) error {
	out, err := os.Create(filepath.Join(s.dir, program+".out")) // a file: a pipe would stay open in the server
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := s.command(filepath.Join(s.bin, program), args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s: %w\n%s", program, err, text)
	}
	return nil
}

// watch starts the shell that cleans up: its standard input is a pipe from
// this process, and ends when this process does.
func (s *server) watch(data string) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	const script = `read -r _; "$1" -D "$2" -m immediate -s stop; cd /; rm -rf "$3"`
	cmd := s.command("/bin/sh", "-c", script, "sh", filepath.Join(s.bin, "pg_ctl"), data, s.dir)
	cmd.Stdin = r
	if err := cmd.Start(); err != nil {
		w.Close()
		return err
	}
	keepOpen(w)
	return cmd.Process.Release()
}

// keepOpen holds a file open for as long as the process lives.
func keepOpen(f *os.File) {
	go func() {
		defer f.Close()
		select {}
	}()
}

// serverPrograms returns the folder of initdb, pg_ctl and postgres, the newest
// where there are several.
func serverPrograms() (string, error) {
	var dirs []string
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	installed, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	for i := len(installed) - 1; i >= 0; i-- {
		dirs = append(dirs, installed[i])
	}
	for _, d := range dirs {
		if has(d, "initdb") && has(d, "pg_ctl") && has(d, "postgres") {
			return d, nil
		}
	}
	return "", errors.New("initdb, pg_ctl and postgres are in neither PATH nor /usr/lib/postgresql")
}

func has(dir, program string) bool {
	_, err := exec.LookPath(filepath.Join(dir, program))
	return err == nil
}

// unprivileged returns whom to run as when we are root, which PostgreSQL
// refuses to be.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("running as root, and there is neither a user postgres nor nobody to run PostgreSQL as")
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
