package people

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"regulars/store"
	"regulars/store/mem"
)

func vaultOf(t *testing.T, b byte) *Vault {
	t.Helper()
	v, err := NewVault(bytes.Repeat([]byte{b}, MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A store takes the first key it meets and no other; a store from before there
// were marks is known by whoever is in it.
func TestAStoreKnowsItsKey(t *testing.T) {
	ctx := context.Background()
	own, other := vaultOf(t, 1), vaultOf(t, 2)
	fresh := mem.New()
	for range 2 {
		if err := own.CheckKey(ctx, fresh); err != nil {
			t.Fatal(err)
		}
	}
	if err := other.CheckKey(ctx, fresh); !errors.Is(err, ErrWrongKey) {
		t.Errorf("another key over a marked store: %v", err)
	}

	old := mem.New()
	err := old.Update(ctx, func(tx store.Tx) error {
		_, _, err := own.Meet(tx, Identity{Channel: "main", User: "U1"}, Seen{}, time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC), rand.NewChaCha8([32]byte{1}))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.CheckKey(ctx, old); !errors.Is(err, ErrWrongKey) {
		t.Errorf("another key over an unmarked store: %v", err)
	}
	if err := own.CheckKey(ctx, old); err != nil {
		t.Error(err)
	}
}
