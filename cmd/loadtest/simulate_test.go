package main

import (
	"os"
	"strconv"
	"testing"
	"time"
)

// TestSimulation is a short simulation; the whole one is `loadtest simulate`.
func TestSimulation(t *testing.T) {
	t.Parallel()
	s := simulateCmd{Days: 5, Stories: 180, People: 50, Seed: 7, Database: "sqlite", busy: 6, after: 8 * 24 * time.Hour}
	if seed, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		s.Seed = seed
	}
	out, err := s.simulate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for rule, list := range out.Broken {
		t.Errorf("%s: %d violations, such as %v", rule, len(list), list[:min(len(list), 5)])
	}
	if out.Alerts < 100 || out.Bundles < 5 || out.Kills < 20 || out.Should < 200 || out.Followed < 20 || out.Updates < 50 || out.Ended < 10 || out.ShouldNew < 50 {
		t.Errorf("the world is too quiet to tell anything: %+v", out)
	}
}

// TestSimulationOnPostgreSQL is a shorter one: the rules are the same.
func TestSimulationOnPostgreSQL(t *testing.T) {
	t.Parallel()
	if !havePostgres(t) {
		return
	}
	out, err := simulateCmd{Days: 2, Stories: 50, People: 30, Seed: 5, Database: "postgres", busy: 6, after: 24 * time.Hour}.simulate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if out.violations() > 0 || out.Alerts < 20 || out.Updates < 5 || out.Kills < 5 {
		t.Errorf("%v\n%v", out, out.Broken)
	}
}
