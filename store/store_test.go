package store_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"regulars/store"
)

var (
	heads = store.NewTable[int]("storeunit/", store.Locked, store.FirstPart("member"))
	_     = store.NewTable[int]("storeunit-role/", store.Readable, store.FirstPart("role"))
	_     = store.NewTable[int]("storeunit-free/", store.Free, nil)
)

func TestSubjectOf(t *testing.T) {
	for key, want := range map[string]struct {
		subject store.Subject
		access  store.Access
	}{
		"storeunit/ann":          {"member/ann", store.Locked},
		"storeunit/ann/lot/0001": {"member/ann", store.Locked},
		"storeunit-role/ann":     {"role/ann", store.Readable},
		"storeunit-free/any/1":   {"", store.Free},
		"of-no-table/1":          {"of-no-table/1", store.Locked},
		"noslash":                {"noslash", store.Locked},
	} {
		if s, a := store.SubjectOf([]byte(key)); s != want.subject || a != want.access {
			t.Errorf("%q: %q, %v", key, s, a)
		}
	}
}

func TestTablesMustMakeSense(t *testing.T) {
	for name, declare := range map[string]func(){
		"no slash":            func() { store.NewTable[int]("storeunit2", store.Free, nil) },
		"two slashes":         func() { store.NewTable[int]("storeunit2/x/", store.Free, nil) },
		"declared twice":      func() { store.NewTable[int]("storeunit/", store.Free, nil) },
		"no subject":          func() { store.NewTable[int]("storeunit2/", store.Locked, nil) },
		"Free with a subject": func() { store.NewTable[int]("storeunit2/", store.Free, store.FirstPart("x")) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it was let through")
				}
			}()
			declare()
		})
	}
	if p := store.Prefixes(); !slices.IsSorted(p) || !slices.Contains(p, "storeunit/") || slices.Contains(p, "storeunit2/") {
		t.Errorf("tables: %q", p)
	}
}

// TestPrefix: a prefix's range holds exactly the keys that begin with it.
func TestPrefix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 'a', 0xfe, 0xff}), 0, 4)
		prefix, key := letters.Draw(t, "prefix"), letters.Draw(t, "key")
		if got := store.Prefix(prefix).Contains(key); got != bytes.HasPrefix(key, prefix) {
			t.Fatalf("%q in the range of %q: %v", key, prefix, got)
		}
	})
}

// TestRange: Under keeps to one first part, even where another begins with it.
func TestRange(t *testing.T) {
	under := heads.Under("ann")
	for key, want := range map[string]bool{"ann/1": true, "ann/": true, "ann": false, "anna/1": false, "an/1": false} {
		if under.Contains(heads.Key(key)) != want {
			t.Errorf("%q", key)
		}
	}
}

// TestDecode: any flipped bit and any cut is found.
func TestDecode(t *testing.T) {
	raw, err := store.Encode(map[string]int{"points": 120})
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]int
	if err := store.Decode([]byte("k"), raw, &v); err != nil || v["points"] != 120 {
		t.Fatal(v, err)
	}
	for i := range len(raw) * 8 {
		bad := bytes.Clone(raw)
		bad[i/8] ^= 1 << (i % 8)
		if err := store.Decode([]byte("k"), bad, &v); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "restore") {
			t.Fatalf("bit %d: %v", i, err)
		}
	}
	for i := range raw {
		if err := store.Decode([]byte("k"), raw[:i], &v); !errors.Is(err, store.ErrDamaged) {
			t.Fatalf("cut to %d: %v", i, err)
		}
	}
}
