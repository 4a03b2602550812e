package people

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// aGroup is a row of another table that holds what belongs to nobody.
var aGroup = store.NewTable[struct {
	Name   string   `json:"name"`
	Sealed []byte   `json:"sealed"`
	More   [][]byte `json:"more"`
}]("groupoftest/", store.Locked, store.FirstPart("groupoftest"))

// ringWorld is a world whose rows the first generation sealed: three persons,
// one of them erased, and a group's row with two sealed values; the vault knows
// two generations.
func ringWorld(t *testing.T) (w *world, ids []loyalty.MemberID) {
	t.Helper()
	w = newWorld(t)
	for i := range 3 {
		ids = append(ids, w.member(Identity{"main", fmt.Sprintf("U%d", i)}, fmt.Sprintf("Ann %d", i)))
	}
	w.must(func(tx store.Tx) error { return w.v.Erase(tx, ids[2], w.now, w.now) })
	w.must(func(tx store.Tx) error {
		if err := tx.Lock("groupoftest/x"); err != nil {
			return err
		}
		a, err := w.v.SealShop("chat", []byte("the club"), w.rand)
		if err != nil {
			return err
		}
		b, err := w.v.SealShop("digital code", []byte("QRST"), w.rand)
		if err != nil {
			return err
		}
		row, _, _ := aGroup.Get(tx, "x")
		row.Name, row.Sealed, row.More = `a "quoted" name`, a, [][]byte{b}
		return aGroup.Put(tx, row, "x")
	})
	if err := w.v.Take(twoKeys()); err != nil {
		t.Fatal(err)
	}
	return w, ids
}

func twoKeys() []Key { return []Key{{ID: 1, Master: master(7)}, {ID: 2, Master: master(9)}} }

func (w *world) must(f func(store.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(context.Background(), f); err != nil {
		w.t.Fatalf("%v", err)
	}
}

// reads looks whether everything sealed is as it was.
func (w *world) reads(v *Vault, ids []loyalty.MemberID) {
	w.t.Helper()
	err := w.db.View(context.Background(), func(r store.Reader) error {
		for i, id := range ids[:2] {
			p, err := v.Get(r, id)
			if err != nil || p.DisplayName != fmt.Sprintf("Ann %d", i) {
				w.t.Errorf("%s is %q: %v", id, p.DisplayName, err)
			}
		}
		row, _, err := aGroup.Get(r, "x")
		if err != nil {
			return err
		}
		name, err1 := v.OpenShop("chat", row.Sealed)
		code, err2 := v.OpenShop("digital code", row.More[0])
		if string(name) != "the club" || string(code) != "QRST" || row.Name != `a "quoted" name` || errors.Join(err1, err2) != nil {
			w.t.Errorf("%q %q %q %v %v", row.Name, name, code, err1, err2)
		}
		return nil
	})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
}

// TestRotation goes the whole way: a second generation, everything sealed anew,
// the first retired; and at each step everything can be read, with what is to
// be counted counted.
func TestRotation(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w, ids := ringWorld(t)
	w.reads(w.v, ids)
	if got, err := w.v.Wraps(ctx, w.db, nil); err != nil || got[1] != (Wrapped{Persons: 2, Values: 2}) || len(got) != 1 {
		t.Errorf("before: %v, %v", got, err)
	}
	if err := w.v.Advance(ctx, w.db, 2); err != nil || w.v.Current() != 2 {
		t.Fatalf("current is %d: %v", w.v.Current(), err)
	}
	if n, err := w.v.RewrapAll(ctx, w.db, w.rand, nil); err != nil || n != 3 {
		t.Errorf("%d rows sealed anew: %v", n, err)
	}
	if got, err := w.v.Wraps(ctx, w.db, nil); err != nil || got[2] != (Wrapped{Persons: 2, Values: 2}) || len(got) != 1 {
		t.Errorf("after: %v, %v", got, err)
	}
	if n, err := w.v.RewrapAll(ctx, w.db, w.rand, nil); err != nil || n != 0 {
		t.Errorf("a second run sealed %d anew: %v", n, err)
	}
	w.reads(w.v, ids)
	if left, err := w.v.Retirable(ctx, w.db, 1, nil); err != nil || left != (Wrapped{}) {
		t.Errorf("the first generation is needed for %v: %v", left, err)
	}
	keys := twoKeys()
	keys[0] = keys[0].Retired()
	if bytes.Contains(keys[0].Roots, master(7)) || len(keys[0].Master) > 0 {
		t.Error("a retired key holds what it was")
	}
	v, err := NewRing(keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.CheckKey(ctx, w.db); err != nil || v.Current() != 2 || v.Fingerprint() != w.v.Fingerprint() || !bytes.Equal(v.ChainKey(), w.v.ChainKey()) {
		t.Errorf("with the first retired: current %d, %v", v.Current(), err)
	}
	w.reads(v, ids)
}

// TestMissingGeneration: a process without the generation that seals says so
// and goes on with nothing, or as it was.
func TestMissingGeneration(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w, _ := ringWorld(t)
	if err := w.v.CheckKey(ctx, w.db); err != nil { // marks it
		t.Fatal(err)
	}
	if err := w.v.Advance(ctx, w.db, 2); err != nil {
		t.Fatal(err)
	}
	old := vaultOf(t, 7)
	var missing *GenerationError
	if err := old.CheckKey(ctx, w.db); !errors.As(err, &missing) || missing.Need != 2 {
		t.Errorf("opened: %v", err)
	}
	if err := old.Follow(ctx, w.db); !errors.As(err, &missing) || old.Current() != 1 {
		t.Errorf("follows: %v, seals with %d", err, old.Current())
	}
	if err := old.Advance(ctx, w.db, 3); !errors.As(err, &missing) || missing.Need != 3 {
		t.Errorf("advances to what it does not have: %v", err)
	}
	if err := w.v.Take(twoKeys()[:1]); !errors.As(err, &missing) || missing.Need != 2 || w.v.Current() != 2 {
		t.Errorf("takes a file that lacks what seals: %v", err)
	}
	if err := w.v.Take([]Key{{ID: 1, Master: master(8)}, {ID: 2, Master: master(9)}}); !errors.Is(err, ErrWrongKey) {
		t.Errorf("takes another shop's file: %v", err)
	}
	if err := old.Take(twoKeys()); err != nil {
		t.Fatal(err)
	}
	if err := old.Follow(ctx, w.db); err != nil || old.Current() != 2 {
		t.Errorf("with the file: seals with %d, %v", old.Current(), err)
	}
	// An older store under a file whose first generation is retired.
	keys := twoKeys()
	keys[0] = keys[0].Retired()
	v, err := NewRing(keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Follow(ctx, mem.New()); !errors.As(err, &missing) || missing.Need != 1 {
		t.Errorf("a store from before: %v", err)
	}
}

// TestRotationIsResumed dies at every write in turn and goes on.
func TestRotationIsResumed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for at := 1; ; at++ {
		w, ids := ringWorld(t)
		w.db.CrashAt(at)
		err := w.v.Advance(ctx, w.db, 2)
		if err == nil {
			_, err = w.v.RewrapAll(ctx, w.db, w.rand, nil)
		}
		w.db.Reopen()
		v, e := NewRing(twoKeys())
		if e != nil {
			t.Fatal(e)
		}
		if e := v.Follow(ctx, w.db); e != nil {
			t.Fatal(e)
		}
		w.reads(v, ids)
		if e := v.Advance(ctx, w.db, 2); e != nil {
			t.Fatal(e)
		}
		if _, e := v.RewrapAll(ctx, w.db, w.rand, nil); e != nil {
			t.Fatal(e)
		}
		if left, e := v.Retirable(ctx, w.db, 1, nil); e != nil || left != (Wrapped{}) {
			t.Errorf("killed at write %d: %v is left, %v", at, left, e)
		}
		w.reads(v, ids)
		if err == nil {
			break
		}
	}
}

// TestStuckValuesAreCounted: what no known purpose opens keeps its generation.
func TestStuckValuesAreCounted(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w, ids := ringWorld(t)
	w.must(func(tx store.Tx) error {
		if err := tx.Lock("groupoftest/y"); err != nil {
			return err
		}
		odd, err := w.v.SealShop("a purpose of a later version", []byte("x"), w.rand)
		if err != nil {
			return err
		}
		row, _, _ := aGroup.Get(tx, "y")
		row.Sealed = odd
		return aGroup.Put(tx, row, "y")
	})
	if err := w.v.Advance(ctx, w.db, 2); err != nil {
		t.Fatal(err)
	}
	if _, err := w.v.RewrapAll(ctx, w.db, w.rand, nil); err != nil {
		t.Fatal(err)
	}
	if left, err := w.v.Retirable(ctx, w.db, 1, nil); err != nil || left != (Wrapped{Values: 1, Stuck: 1}) {
		t.Errorf("left: %v, %v", left, err)
	}
	w.reads(w.v, ids)
}
