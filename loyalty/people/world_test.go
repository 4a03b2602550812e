package people

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// fataler is what *testing.T and *rapid.T have in common.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// world is a strict store, a vault, a clock and a repeatable randomness.
type world struct {
	t    fataler
	db   *mem.DB
	v    *Vault
	now  time.Time
	rand *rand.ChaCha8
}

func master(fill byte) []byte { return bytes.Repeat([]byte{fill}, MasterSize) }

func newWorld(t fataler) *world {
	v, err := NewVault(master(7))
	if err != nil {
		t.Fatalf("vault: %v", err)
	}
	// Every update runs twice, so that nothing but its last run may count.
	return &world{t, mem.New(mem.Twice), v, time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC), rand.NewChaCha8([32]byte{1})}
}

// try runs one update the way a turn does: a refusal is committed.
func (w *world) try(f func(store.Tx) error) error {
	w.t.Helper()
	var refused error
	err := w.db.Update(context.Background(), func(tx store.Tx) error {
		refused = f(tx)
		if refused != nil && !isRefusal(refused) {
			return refused
		}
		return nil
	})
	if err != nil {
		return err
	}
	return refused
}

func isRefusal(err error) bool {
	var throttled *ThrottledError
	for _, r := range []error{ErrCode, ErrMergeNeeded, ErrOwnAccount, ErrSMSCode, ErrPhoneTaken, ErrNotMember, ErrFrozen, ErrErased, ErrNobody, ErrNotStaff, ErrRole, ErrCardToken, ErrCardExpired, ErrMerged, ErrNotMerged, ErrMergeStaff} {
		if errors.Is(err, r) {
			return true
		}
	}
	return errors.As(err, &throttled)
}

func (w *world) do(f func(store.Tx) error) {
	w.t.Helper()
	if err := w.try(f); err != nil {
		w.t.Fatalf("update: %v", err)
	}
}

func (w *world) view(f func(store.Reader) error) {
	w.t.Helper()
	if err := w.db.View(context.Background(), f); err != nil {
		w.t.Fatalf("view: %v", err)
	}
}

func (w *world) meet(who Identity, seen Seen) (p Person) {
	w.t.Helper()
	w.do(func(tx store.Tx) (err error) {
		p, _, err = w.v.Meet(tx, who, seen, w.now, w.rand)
		return err
	})
	return p
}

// member meets who and lets him consent.
func (w *world) member(who Identity, name string) loyalty.MemberID {
	w.t.Helper()
	p := w.meet(who, Seen{DisplayName: name, Language: "en"})
	w.do(func(tx store.Tx) error {
		_, err := w.v.Join(tx, p.ID, "join-1", w.now, w.rand)
		return err
	})
	return p.ID
}

func (w *world) get(id loyalty.MemberID) (p Person) {
	w.t.Helper()
	w.view(func(r store.Reader) (err error) {
		p, err = w.v.Get(r, id)
		return err
	})
	return p
}

func (w *world) who(i Identity) (id loyalty.MemberID, ok bool) {
	w.t.Helper()
	w.view(func(r store.Reader) (err error) {
		id, ok, err = w.v.Who(r, i)
		return err
	})
	return id, ok
}

func line(user string) Identity { return Identity{"main", user} }
func tg(user string) Identity   { return Identity{"tg", user} }

// countRows is how many rows stand under a prefix.
func (w *world) countRows(prefix string) int {
	return len(slices.DeleteFunc(w.db.Dump(), func(r store.Row) bool {
		return !bytes.HasPrefix(r.Key, []byte(prefix))
	}))
}

// mustPhone is for numbers that the test knows to be right.
func mustPhone(t fataler, s string) Phone {
	t.Helper()
	p, err := ParsePhone(s, "TW")
	if err != nil {
		t.Fatalf("phone %q: %v", s, err)
	}
	return p
}

var _ fataler = (*testing.T)(nil)
