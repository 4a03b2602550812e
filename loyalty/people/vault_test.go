package people

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"testing"

	"regulars/loyalty"
	"regulars/store"
)

func TestSealedBytesOpenOnlyWhereTheyBelong(t *testing.T) {
	w := newWorld(t)
	ann, bo := w.meet(line("ann"), Seen{}).ID, w.meet(line("bo"), Seen{}).ID
	var sealed []byte
	w.do(func(tx store.Tx) (err error) {
		sealed, err = w.v.SealFor(tx, ann, "session", []byte("two coffees"), w.rand)
		return err
	})
	open := func(v *Vault, id loyalty.MemberID, purpose string, b []byte) (plain []byte, err error) {
		w.view(func(r store.Reader) error {
			plain, err = v.OpenFor(r, id, purpose, b)
			return nil
		})
		return plain, err
	}
	if plain, err := open(w.v, ann, "session", sealed); err != nil || string(plain) != "two coffees" {
		t.Fatalf("own: %q, %v", plain, err)
	}
	other, err := NewVault(master(8))
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		v       *Vault
		id      loyalty.MemberID
		purpose string
		sealed  []byte
		want    error
	}{
		"another person":       {w.v, bo, "session", sealed, ErrSealed},
		"another purpose":      {w.v, ann, "phone", sealed, ErrSealed},
		"another installation": {other, ann, "session", sealed, ErrSealed},
		"nobody":               {w.v, "01ZZ", "session", sealed, ErrNobody},
		"cut":                  {w.v, ann, "session", sealed[:20], ErrSealed},
		"empty":                {w.v, ann, "session", nil, ErrSealed},
	}
	for name, c := range cases {
		if _, err := open(c.v, c.id, c.purpose, c.sealed); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for i := range sealed {
		b := bytes.Clone(sealed)
		b[i] ^= 1
		if _, err := open(w.v, ann, "session", b); !errors.Is(err, ErrSealed) {
			t.Fatalf("byte %d flipped: %v", i, err)
		}
	}
}

func TestSealShop(t *testing.T) {
	w := newWorld(t)
	sealed, err := w.v.SealShop("group", []byte("Tuesday club"), w.rand)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := w.v.OpenShop("group", sealed); err != nil || string(plain) != "Tuesday club" {
		t.Errorf("%q, %v", plain, err)
	}
	if _, err := w.v.OpenShop("dead", sealed); !errors.Is(err, ErrSealed) {
		t.Errorf("other purpose: %v", err)
	}
	for i := range sealed {
		b := bytes.Clone(sealed)
		b[i] ^= 0x80
		if _, err := w.v.OpenShop("group", b); !errors.Is(err, ErrSealed) {
			t.Fatalf("byte %d flipped: %v", i, err)
		}
	}
}

func TestChangingTheMasterKey(t *testing.T) {
	w := newWorld(t)
	ann := w.member(line("ann"), "Ann")
	next, err := NewKeyring(Key{ID: 2, Master: master(9)}, Key{ID: 1, Master: master(7)})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(next.ChainKey(), w.v.ChainKey()) {
		t.Error("the chain's key changed with the master key")
	}
	old := w.v
	w.v = next
	if id, ok := w.who(line("ann")); !ok || id != ann || w.get(ann).Called() != "Ann" {
		t.Fatal("not found under the new key")
	}
	w.do(func(tx store.Tx) error {
		done, err := next.Rewrap(tx, ann, w.rand)
		if !done {
			t.Error("nothing was wrapped anew")
		}
		return err
	})
	if w.get(ann).Called() != "Ann" {
		t.Error("does not open after wrapping anew")
	}
	w.view(func(r store.Reader) error {
		if _, err := old.Get(r, ann); !errors.Is(err, ErrSealed) {
			t.Errorf("the old key still opens: %v", err)
		}
		return nil
	})
	w.do(func(tx store.Tx) error {
		if done, err := next.Rewrap(tx, ann, w.rand); done || err != nil {
			t.Errorf("again: %v, %v", done, err)
		}
		return nil
	})
}

func TestBadMasterKeys(t *testing.T) {
	for name, err := range map[string]error{
		"short":    second(NewVault(make([]byte, 16))),
		"none":     second(NewVault(nil)),
		"number 0": second(NewKeyring(Key{ID: 0, Master: master(1)})),
		"twice":    second(NewKeyring(Key{ID: 1, Master: master(1)}, Key{ID: 1, Master: master(2)})),
	} {
		if !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// Derived keys and hashes are in every store that exists: they never change.
func TestDerivedFormsStay(t *testing.T) {
	v, err := NewVault(master(1))
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(v.ChainKey()); got != goldenChain {
		t.Errorf("chain key %s", got)
	}
	if a, b := v.Derive("lane"), v.Derive("picture"); len(a) != 32 || bytes.Equal(a, b) || !bytes.Equal(a, v.Derive("lane")) {
		t.Error("derived keys are not one for each use")
	}
	if got := v.identHash(line("U1")); got != goldenIdent {
		t.Errorf("ident hash %s", got)
	}
	sealed, err := v.SealShop("x", []byte("hi"), rand.NewChaCha8([32]byte{}))
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(sealed); got != goldenSealed {
		t.Errorf("sealed form %s", got)
	}
}

const (
	goldenChain  = "456477014d9aba30a780b83be5463174dbb76ee6f4977445f26db1f7b62e7132"
	goldenIdent  = "LJmkHdzJ9tpcurjTnZBJtg"
	goldenSealed = "0101d9877ece6d368aac1a6f419ec627c76b1bfb1fa37c41a11ec8b727710ea2117495d86ace356161877931"
)
