package query

import (
	"strings"
	"testing"
)

func TestAround(t *testing.T) {
	t.Parallel()
	r := testReader(t)
	around := r.Around("KR")
	if len(around) == 0 {
		t.Fatal("Korea is in no region")
	}
	for i, q := range around {
		if q.Region == "" || i > 0 && len(q.Members) < len(around[i-1].Members) {
			t.Errorf("region %d is %s of %d countries", i, q.Region, len(q.Members))
		}
	}
	if got := r.Around("XX"); len(got) != 0 {
		t.Errorf("around no country: %v", got)
	}
}

func TestAlike(t *testing.T) {
	t.Parallel()
	r := testReader(t)
	for word, want := range map[string]string{
		"infaltoin": "inflation", // two slips: read as the name, and so offered too
		"inflatxxn": "inflation",
		"chair":     "", // short
		"shipyard":  "",
		"quarterly": "",
		"zzyzx":     "",
		"무역협정":      "",
		"g20":       "",
		"":          "",
	} {
		var got []string
		for _, q := range r.Alike(word) {
			got = append(got, say(q))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%q looks like %q, want %q", word, got, want)
		}
	}
}
