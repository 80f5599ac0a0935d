package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store/storetest"
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
	all := []faultsCmd{{Platform: "slack", Database: "sqlite"}, {Platform: "discord", Database: "sqlite"}}
	if havePostgres(t) {
		all = append(all, faultsCmd{Platform: "slack", Database: "postgres"}, faultsCmd{Platform: "discord", Database: "postgres", Replicas: 2, Cut: 3 * time.Second})
	}
	// Side by side, since they mostly wait; subtests would take turns.
	var group sync.WaitGroup
	for i, f := range all {
		group.Go(func() {
			f.Kills, f.Posts, f.Seed, f.Attempt, f.Skew, f.Within = 8, 16, uint64(i), 2*time.Second, time.Second, 20*time.Minute
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

// havePostgres reports whether there is a PostgreSQL, and has a subtest say
// that it is skipped, or fail, where there is none.
func havePostgres(t *testing.T) (have bool) {
	t.Helper()
	t.Run("with PostgreSQL", func(t *testing.T) {
		storetest.PostgresDSN(t)
		have = true
	})
	return have
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

// patient is the context of a sender that waits: when an answer begins to hang,
// which is until the sender leaves, it leaves.
type patient struct {
	context.Context
	left *atomic.Bool
}

// Done leaves.
func (p patient) Done() <-chan struct{} {
	p.left.Store(true)
	gone := make(chan struct{})
	close(gone)
	return gone
}

// TestTheProxyLetsEachThingGoWrong looks at each way by itself: what the
// sender sees, whether the request had an effect, whether it hung.
func TestTheProxyLetsEachThingGoWrong(t *testing.T) {
	t.Parallel()
	for wrong, want := range map[wrongness]struct {
		status int // 0: no answer
		effect int64
		hung   bool
	}{nothing: {200, 1, false}, tooMany: {429, 0, false}, broken: {500, 0, false}, brokenAfter: {500, 1, false},
		resetBefore: {0, 0, false}, resetAfter: {0, 1, false}, hangBefore: {0, 0, true}, hangAfter: {0, 1, true}} {
		t.Run(strconv.Itoa(int(wrong)), func(t *testing.T) {
			t.Parallel()
			var effect atomic.Int64
			var hung atomic.Bool
			to := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { effect.Add(1); fmt.Fprint(w, "here") }))
			defer to.Close()
			p := &faultProxy{to: to.URL, client: to.Client()}
			front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				p.serve(w, r.WithContext(patient{r.Context(), &hung}), wrong)
			}))
			defer front.Close()
			status := 0
			if res, err := front.Client().Post(front.URL, "text/plain", strings.NewReader("x")); err == nil {
				status = res.StatusCode
				res.Body.Close()
			}
			if status != want.status || effect.Load() != want.effect || hung.Load() != want.hung {
				t.Errorf("answered %d with %d effects, hung %v, want %+v", status, effect.Load(), hung.Load(), want)
			}
		})
	}
}

func TestAFifthOfAllGoesWrong(t *testing.T) {
	t.Parallel()
	p, got := &faultProxy{random: rand.New(rand.NewPCG(3, 9))}, map[wrongness]int{}
	for range 10_000 {
		got[p.draw()]++
	}
	if n := 10_000 - got[nothing]; len(got) != 8 || n < 1500 || n > 2000 {
		t.Errorf("drawn: %v", got)
	}
}

func TestAWireHoldsBack(t *testing.T) {
	t.Parallel()
	to := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "here") }))
	defer to.Close()
	w := &witness{}
	err := w.watch(func() error {
		line := newWire(w, to.URL)
		held := make(chan struct{}, 8)
		line.onHold = func() { held <- struct{}{} }
		line.block()
		answered := make(chan error, 1)
		go func() {
			res, err := http.Get(line.dsn())
			if err == nil {
				err = res.Body.Close()
			}
			answered <- err
		}()
		<-held
		select {
		case <-answered:
			t.Error("answered while the wire was cut")
		default:
		}
		line.free()
		return <-answered
	})
	if err != nil {
		t.Error(err)
	}
}
