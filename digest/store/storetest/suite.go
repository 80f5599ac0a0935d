package storetest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

// Run puts a database through the whole suite, each case on a store of its own.
func Run(t *testing.T, open Open) {
	for _, part := range [][]testCase{articleCases(), searchCases(), storyCases(), sourceCases(), subscriptionCases(),
		editionCases(), ledgerCases(), noteCases(), keepCases(), alertCases(), personCases()} {
		for _, c := range part {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.run(t, open(t))
			})
		}
	}
}

type testCase struct {
	name string
	run  func(t *testing.T, s *store.Store)
}

// must stops the test at an error that no case expects.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v: %v (%s)", digest.CodeOf(err), err, digest.HintOf(err))
	}
}

// got is must for a value that comes with its error.
func got[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func wantCode(t testing.TB, err error, want digest.Code) {
	t.Helper()
	if code := digest.CodeOf(err); code != want {
		t.Errorf("error %v has code %q, want %q", err, code, want)
	}
}

func wantEqual[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func now() time.Time { return digesttest.Now() }

// add stores entries and returns their IDs.
func add(t testing.TB, s *store.Store, entries ...digest.Entry) []int64 {
	t.Helper()
	var ids []int64
	for _, a := range got(s.AddArticles(context.Background(), entries))(t) {
		ids = append(ids, a.ID)
	}
	return ids
}

func find(t testing.TB, s *store.Store, q digest.Search) []int64 {
	t.Helper()
	var ids []int64
	for _, c := range got(s.Search(context.Background(), q))(t) {
		ids = append(ids, c.ArticleID)
	}
	return ids
}

// word is a search for one word.
func word(w string) digest.Search { return digest.Search{Terms: [][]string{{w}}} }

func sorted(ids []int64) []int64 {
	out := slices.Clone(ids)
	slices.Sort(out)
	return out
}

// fillFields gives every field of a struct a value of its own, so that a
// field that is not stored is seen: also one that is added later.
func fillFields(t testing.TB, pointer any) {
	t.Helper()
	n := 0
	fillValue(t, reflect.ValueOf(pointer).Elem(), &n)
}

func fillValue(t testing.TB, v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n) * int64(time.Microsecond)) // a duration keeps no less
	case reflect.Float64:
		v.SetFloat(1 / float64(*n))
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte{byte(*n), 0, 255})
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillValue(t, v.Index(0), n)
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"key": fmt.Sprint(*n)}))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(now().Add(-time.Duration(1000-*n) * time.Second)))
			return
		}
		for i := range v.NumField() {
			fillValue(t, v.Field(i), n)
		}
	default:
		t.Fatalf("no value for a %s", v.Type())
	}
}
