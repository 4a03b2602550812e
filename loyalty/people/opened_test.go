package people

import (
	"errors"
	"fmt"
	"testing"

	"regulars/store"
)

// TestReadAgain: a person read twice in one transaction shows what changed in
// between, is the reader's own copy, and is gone once erased.
func TestReadAgain(t *testing.T) {
	w := newWorld(t)
	id := w.member(line("1"), "Ann")
	w.do(func(tx store.Tx) error {
		first, err := w.v.Get(tx, id)
		if err != nil {
			return err
		}
		first.Accounts[0].Blocked = true
		delete(first.Consents, ForJoining)
		if err := w.v.SetName(tx, id, "Bea", w.rand); err != nil {
			return err
		}
		again, err := w.v.Get(tx, id)
		if err != nil {
			return err
		}
		if again.Name != "Bea" || again.Accounts[0].Blocked || !again.Agreed(ForJoining) {
			return fmt.Errorf("read %q, blocked %v, agreed %v", again.Name, again.Accounts[0].Blocked, again.Agreed(ForJoining))
		}
		if err := w.v.Erase(tx, id, w.now, w.now); err != nil {
			return err
		}
		if gone, err := w.v.Get(tx, id); err != nil || gone.Called() != "" || len(gone.Accounts) > 0 {
			return fmt.Errorf("still read after erasure: %v", err)
		}
		if _, err := w.v.SealFor(tx, id, "x", nil, w.rand); !errors.Is(err, ErrErased) {
			return fmt.Errorf("still sealed for: %v", err)
		}
		return nil
	})
	if _, held := w.v.lately.by[id]; held {
		t.Error("an erased person is still held in memory")
	}
}
