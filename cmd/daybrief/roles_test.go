package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestASQLiteFileIsServedByOneProcess(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	config := p.write("daybrief.yaml", "starter_sources: false\n")
	_, stop := p.serve("--config", config)
	got := p.run("--config", config, "serve", "--listen", "127.0.0.1:0", "--no-poll")
	if got.code != 1 || !strings.Contains(got.stderr, "another “daybrief serve” uses") || !strings.Contains(got.stderr, "Stop it first") {
		t.Errorf("a second serve: exit %d, %s", got.code, got.stderr)
	}
	if out := p.must("--config", config, "brief", "korea-trade"); out == "" {
		t.Error("other commands must work meanwhile")
	}
	stop()
	_, stop = p.serve("--config", config)
	stop()
	if info, err := os.Stat(p.path("test.db.lock")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the lock: %v %v", info, err)
	}
}

func TestRolesThatCannotBe(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	if got := p.run("serve", "--role", "worker"); got.code != 1 || !strings.Contains(got.stderr, "roles need PostgreSQL") || !strings.Contains(got.stderr, "migrate --from") {
		t.Errorf("roles on SQLite: exit %d, %s", got.code, got.stderr)
	}
	if got := p.run("serve", "--role", "worker,cook"); got.code != 2 || !strings.Contains(got.stderr, "worker, fetch, gateway, web") {
		t.Errorf("a role that is none: exit %d, %s", got.code, got.stderr)
	}
	p.env["DAYBRIEF_ROLE"] = "cook"
	if got := p.run("serve"); got.code != 1 || !strings.Contains(got.stderr, `role is "cook"`) {
		t.Errorf("in the environment: exit %d, %s", got.code, got.stderr)
	}
}

// TestAPortThatIsTakenIsTold: what a second process on one machine meets.
func TestAPortThatIsTakenIsTold(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "tired", http.StatusServiceUnavailable) }))
	defer other.Close()
	address := other.Listener.Addr().String()
	p.env["DAYBRIEF_LISTEN"] = address
	got := p.run("--config", p.write("daybrief.yaml", "starter_sources: false\n"), "serve", "--no-poll")
	for _, want := range []string{"cannot listen on " + address + ": another program uses the port", "--listen 127.0.0.1:8081", "DAYBRIEF_LISTEN"} {
		if got.code != exitFailed || !strings.Contains(got.stderr, want) {
			t.Errorf("exit %d, no %q in %s", got.code, want, got.stderr)
		}
	}
	if out := p.run("healthcheck"); out.code != exitFailed || !strings.Contains(out.stderr, "not well: tired") {
		t.Errorf("the health check: %s", out.stderr)
	}
}

func TestMetricsTellWhatGoesOn(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.env["DAYBRIEF_API_TOKEN"] = "t0ken"
	s, stop := p.serve("--sample", "--config", p.write("daybrief.yaml", "starter_sources: false\n"))
	defer stop()
	if err := s.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	status, page := get(t, s.URL+"metrics", nil)
	for _, want := range []string{
		"daybrief_build_info{version=\"test\"} 1", "daybrief_articles_stored_total 58", "daybrief_deliveries{state=\"unknown\"} 0", "daybrief_deliveries{state=\"sent\"}",
		"daybrief_sources{state=\"failing\"} 0", "daybrief_queue_jobs{queue=\"default\"}", "daybrief_overdue_deliveries", "daybrief_platform_paused{platform=\"slack\"} 0",
		"daybrief_last_tick_timestamp_seconds 1.7", "go_goroutines",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in %d:\n%.3000s", want, status, page)
		}
	}
	if status, _ := get(t, s.URL+"metrics", func(r *http.Request) { r.Host = "evil.example" }); status != http.StatusForbidden {
		t.Errorf("under a foreign name: %d", status)
	}
	if status, _ := get(t, s.URL+"metrics", func(r *http.Request) { r.Header.Set("X-Forwarded-For", "203.0.113.9") }); status != http.StatusForbidden {
		t.Errorf("through a proxy: %d", status)
	}
	if status, _ := get(t, s.URL+"metrics", func(r *http.Request) { r.Host = "evil.example"; r.Header.Set("Authorization", "Bearer t0ken") }); status != http.StatusOK {
		t.Errorf("with the token: %d", status)
	}
}
