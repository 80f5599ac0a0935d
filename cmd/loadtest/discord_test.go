package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"testing"
	"time"
)

func TestDiscordIsMeasured(t *testing.T) {
	var out bytes.Buffer
	c := &call{ctx: context.Background(), stdout: &out, stderr: io.Discard, json: true}
	if err := (discordCmd{Asking: Asking{Articles: 500, Rate: 60, For: time.Second, People: 5}}).Run(c); err != nil {
		t.Fatal(err)
	}
	var got discordFigures
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Ack.N < 10 || got.Ack.N != got.Answer.N || got.Complete.N < 3 || got.Ack.P99 <= 0 || got.Answer.P99 < got.Ack.P50 {
		t.Errorf("measured %+v", got)
	}
}
