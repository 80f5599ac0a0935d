package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// TestMain lets this test binary be the process that is killed, too.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "faults-child" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestNothingIsLostOrSeenTwiceWhenTheProgramIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("it kills processes for some seconds")
	}
	t.Parallel()
	// Side by side, since they mostly wait; subtests would take turns.
	var group sync.WaitGroup
	for i, f := range []faultsCmd{{Platform: "slack", Database: "sqlite"}, {Platform: "slack", Database: "postgres"}, {Platform: "discord", Database: "sqlite"},
		{Platform: "discord", Database: "postgres", Replicas: 2, Cut: 3 * time.Second}} {
		group.Go(func() {
			f.Kills, f.Posts, f.Seed, f.Attempt, f.Skew, f.Within = 8, 16, uint64(i), 2*time.Second, time.Second, 2*time.Minute
			var out bytes.Buffer
			if err := f.Run(&call{ctx: t.Context(), stdout: &out, stderr: io.Discard, json: true}); err != nil {
				t.Errorf("%s on %s: %v\n%s", f.Platform, f.Database, err, out.String())
				return
			}
			var got faultFigures
			if err := json.Unmarshal(out.Bytes(), &got); err != nil {
				t.Error(err)
			}
			if got.Kills != 8 || got.Posts < 8 || got.Visible+got.Unknown < got.Posts || f.Platform == "discord" && got.Unknown > 0 {
				t.Errorf("counted %+v", got)
			}
			t.Log(out.String())
		})
	}
	group.Wait()
}

func TestWhatIsLostOrSeenTwiceIsCounted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state digest.DeliveryState
		why   string
		times int
		want  faultFigures
	}{
		{digest.Sent, "", 1, faultFigures{Posts: 1, Visible: 1}},
		{digest.Sent, "", 0, faultFigures{Posts: 1, Lost: 1}},
		{digest.Sent, "", 3, faultFigures{Posts: 1, Visible: 3, Twice: 2}},
		{digest.Unknown, "timeout", 0, faultFigures{Posts: 1, Unknown: 1}},
		{digest.Unknown, "timeout", 1, faultFigures{Posts: 1, Visible: 1, Unknown: 1}},
		{digest.Unknown, "", 0, faultFigures{Posts: 1, Lost: 1}},
		{digest.Pending, "", 0, faultFigures{Posts: 1, Lost: 1}},
		{digest.Dead, "late", 0, faultFigures{Posts: 1, Lost: 1}},
		{digest.Failed, "refused", 1, faultFigures{Posts: 1, Visible: 1, Lost: 1}},
	} {
		var got faultFigures
		if got.add(digest.Delivery{State: c.state, LastError: c.why}, c.times); got != c.want {
			t.Errorf("%s seen %d times: %+v, want %+v", c.state, c.times, got, c.want)
		}
	}
}

func TestTheProxyLetsEachThingGoWrong(t *testing.T) {
	t.Parallel()
	var passed atomic.Int64
	to := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { passed.Add(1); fmt.Fprint(w, "here") }))
	defer to.Close()
	w := &witness{}
	err := w.watch(func() error {
		p := newFaultProxy(w, to.URL, 3)
		got := map[string]int{}
		client := &http.Client{Timeout: 30 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}
		for range 400 {
			res, err := client.Post(p.address(), "text/plain", nil)
			if err != nil {
				got["none"]++
				continue
			}
			res.Body.Close()
			got[res.Status]++
		}
		if int(passed.Load()) <= got["200 OK"] || p.wrong.Load() < 30 || len(got) != 4 {
			t.Errorf("answered %v, of which %d had an effect; %d went wrong", got, passed.Load(), p.wrong.Load())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAWireHoldsBack(t *testing.T) {
	t.Parallel()
	to := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "here") }))
	defer to.Close()
	w := &witness{}
	err := w.watch(func() error {
		line := newWire(w, to.URL)
		began := time.Now()
		line.block()
		time.AfterFunc(50*time.Millisecond, line.free)
		res, err := http.Get(line.dsn())
		if err != nil {
			return err
		}
		if took := time.Since(began); took < 50*time.Millisecond {
			t.Errorf("answered after %v", took)
		}
		return res.Body.Close()
	})
	if err != nil {
		t.Error(err)
	}
}
