package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
)

func TestNewsIsTheSameEachTimeAndVaried(t *testing.T) {
	t.Parallel()
	n := news{articles: 2000, days: 30, until: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), seed: 1}
	all, again := slices.Collect(n.all()), slices.Collect(n.all())
	if len(all) != 2000 || !reflect.DeepEqual(all, again) {
		t.Fatalf("%d articles, the same again %v", len(all), reflect.DeepEqual(all, again))
	}
	titles := map[string]int{}
	for i, a := range all {
		titles[a.Title]++
		if strings.Contains(a.Title+a.Body, "%!") || a.Body == "" || i > 0 && a.Published.Before(all[i-1].Published) {
			t.Fatalf("article %d is %+v", i, a)
		}
	}
	if len(titles) < 600 {
		t.Errorf("there are %d different headlines", len(titles))
	}
}

func TestAnsweringAnswers(t *testing.T) {
	t.Parallel()
	now := func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) }
	a, err := newAnswering(&call{ctx: context.Background(), stderr: io.Discard}, 1500, now)
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	found := 0
	for _, q := range asked() {
		reply, err := a.handler.Handle(context.Background(), bot.Request{Command: "brief", Args: q, Now: now()})
		if err != nil {
			t.Errorf("%s: %v", q, err)
		}
		if len(reply.Message.Sections) > 0 {
			found++
		}
	}
	if found < len(asked())/2 {
		t.Errorf("%d of %d requests found stories", found, len(asked()))
	}
}

func TestSlackIsMeasured(t *testing.T) {
	var out bytes.Buffer
	c := &call{ctx: context.Background(), stdout: &out, stderr: io.Discard, json: true}
	if err := (slackCmd{Asking: Asking{Articles: 500, Rate: 40, For: time.Second, People: 5}}).Run(c); err != nil {
		t.Fatal(err)
	}
	var got slackFigures
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Ack.N < 10 || got.Ack.N != got.Answer.N || got.Ack.P99 <= 0 || got.Answer.P99 < got.Ack.P50 || got.Refused != 0 {
		t.Errorf("measured %+v", got)
	}
}
