package query

import (
	"slices"
	"strings"
	"testing"
)

func storiesOf(slug string) int {
	return map[string]int{"KR": 50, "US": 90, "CN": 60, "TH": 10, "trade": 40, "markets": 70, "conflict": 30, "monetary-policy": 20}[slug]
}

func TestComplete(t *testing.T) {
	t.Parallel()
	r := testReader(t)
	for typed, want := range map[string][]string{
		"":             {"us", "markets", "china", "trade"},
		"kor":          {"korea"},
		"korea":        {"korea"},
		"south kor":    {"korea"},
		"korea ":       {"korea-markets", "korea-trade"},
		"korea-":       {"korea-markets", "korea-trade"},
		"korea t":      {"korea-trade"},
		"Korea-TR":     {"korea-trade"},
		"tra":          {"trade", "us-trade"},
		"trade ":       {"trade-us", "trade-china"},
		"trade k":      {"trade-korea"},
		"한":            {"한국"},
		"한국 무":         {"한국 무역"},
		"日本 金":         {"日本 金利"},
		"japanese":     {"japan"},
		"fed":          {"fed"},
		"hong kong tr": {"hong-kong-trade"},
		"asean tra":    {"asean-trade"},
		"кит":          {"Китай"},
	} {
		got := r.Complete(typed, storiesOf)
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("%q is completed to %q, want %q first", typed, got, want)
		}
	}
	for _, typed := range []string{"xyzzy", "korea xyzzy", strings.Repeat("a", 600), "-", "\xff"} {
		if got := r.Complete(typed, storiesOf); len(got) > 0 && typed != "-" && typed != "\xff" {
			t.Errorf("%q is completed to %q", typed, got)
		}
	}
}

func TestCompletionsAreFewAndDistinct(t *testing.T) {
	t.Parallel()
	r := testReader(t)
	for _, typed := range []string{"", "a", "s", "korea", "trade", "m"} {
		got := r.Complete(typed, nil)
		if len(got) == 0 || len(got) > MaxOffers {
			t.Errorf("%q has %d completions", typed, len(got))
		}
		if sorted := slices.Sorted(slices.Values(got)); len(slices.Compact(sorted)) != len(got) {
			t.Errorf("%q repeats completions: %q", typed, got)
		}
	}
}

// TestCompletionsAreUnderstood reads every completion back: nothing of it may
// be left over as a word.
func TestCompletionsAreUnderstood(t *testing.T) {
	t.Parallel()
	r := testReader(t)
	for c := 'a'; c <= 'z'; c++ {
		for _, typed := range []string{string(c), "korea " + string(c), "trade " + string(c)} {
			for _, full := range r.Complete(typed, storiesOf) {
				q, err := r.Read(full, testNow)
				if err != nil || len(q.Terms) > 0 || len(q.Corrections) > 0 || q.Empty() {
					t.Errorf("%q is completed to %q, which is read as %s (%v)", typed, full, say(q), err)
				}
			}
		}
	}
}

func BenchmarkComplete(b *testing.B) {
	r := testReader(b)
	for _, typed := range []string{"", "s", "korea t", "한", "south", "trade "} {
		b.Run(typed, func(b *testing.B) {
			for b.Loop() {
				r.Complete(typed, storiesOf)
			}
		})
	}
}
