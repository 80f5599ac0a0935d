package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // a static binary in an empty image has no zones of its own
)

// version is set when the program is built for a release.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, environment{
		args: os.Args[1:], stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		getenv: os.Getenv, now: time.Now, version: version,
		terminal: terminalOf(os.Stdout, os.Getenv), progress: isTerminal(os.Stderr),
	})
	stop()
	os.Exit(code)
}
