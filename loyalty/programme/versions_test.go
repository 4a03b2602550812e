package programme_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"regulars/loyalty/programme"
	"regulars/store"
)

func (s *shelf) update(f func(store.Tx) error) error {
	err := s.db.Update(context.Background(), f)
	s.refresh(s.h)
	return err
}

// TestWithdraw: what waits can be taken back, what began cannot.
func TestWithdraw(t *testing.T) {
	s, now := newShelf(t), at("03-01 12:00")
	for _, text := range []string{rules(1, 50, "Café", ""), rules(2, 60, "Café", "2026-04-01"), rules(3, 70, "Café", "2026-05-01")} {
		if _, err := s.offer(text, now); err != nil {
			t.Fatal(err)
		}
	}
	withdraw := func(n int, now time.Time) error {
		return s.update(func(tx store.Tx) error { return s.h.Withdraw(tx, n, now) })
	}
	for n, want := range map[int]error{1: programme.ErrBegun, 9: programme.ErrBegun} {
		if err := withdraw(n, now); !errors.Is(err, want) {
			t.Errorf("version %d: %v", n, err)
		}
	}
	if err := withdraw(2, at("04-02 12:00")); !errors.Is(err, programme.ErrBegun) {
		t.Errorf("one that began meanwhile: %v", err)
	}
	if err := withdraw(2, now); err != nil {
		t.Fatal(err)
	}
	for _, h := range []*programme.History{s.h, s.open()} {
		all := h.Versions()
		if len(all) != 2 || all[0].Number != 1 || all[1].Number != 3 || h.At(at("04-15 12:00")).Rules.Version != 1 || h.Numbered(3).Rules.Before != &h.Numbered(1).Rules {
			t.Errorf("left are %d versions", len(all))
		}
	}
}

// TestMeanwhile: who decided by older versions learns that there are others.
func TestMeanwhile(t *testing.T) {
	s, now := newShelf(t), at("03-01 12:00")
	if _, err := s.offer(rules(1, 50, "Café", ""), now); err != nil {
		t.Fatal(err)
	}
	other := s.open()
	if err := s.update(other.Unchanged); err != nil {
		t.Fatal(err)
	}
	if _, err := s.offer(rules(2, 60, "Café", ""), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.update(other.Unchanged); !errors.Is(err, programme.ErrMeanwhile) {
		t.Error(err)
	}
}

// TestBeginsAtATime: a version may begin within a day.
func TestBeginsAtATime(t *testing.T) {
	s, now := newShelf(t), at("03-01 12:00")
	if _, err := s.offer(rules(1, 50, "Café", ""), now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.offer(rules(2, 60, "Café", "2026-04-01T14:30:00"), now); err != nil {
		t.Fatal(err)
	}
	for when, want := range map[string]int{"04-01 14:29": 1, "04-01 14:30": 2} {
		if got := s.h.At(at(when)).Rules.Version; got != want {
			t.Errorf("at %s version %d", when, got)
		}
	}
	_, err := s.offer(rules(1, 60, "Café", ""), now)
	if err == nil || !strings.Contains(err.Error(), "2026-04-01 14:30") {
		t.Error(err)
	}
	for _, wrong := range []string{"2026-04-01T25:00:00", "2026-04-01T14:30:00Z"} {
		if _, complaints := programme.Load([]byte(rules(2, 60, "Café", wrong))); len(complaints) == 0 {
			t.Errorf("%s is taken", wrong)
		}
	}
}

// TestLeads: the file is brought to a version that was not read from it, and
// never where somebody wrote something else.
func TestLeads(t *testing.T) {
	s, now := newShelf(t), at("03-01 12:00")
	one, two := rules(1, 50, "Café", ""), rules(2, 60, "Café", "")
	if _, err := s.offer(one, now); err != nil {
		t.Fatal(err)
	}
	leads := func(text string) (got string) {
		err := s.db.View(context.Background(), func(r store.Reader) error {
			b, _, err := s.h.Leads(r, []byte(text))
			got = string(b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if leads(one) != "" || leads(two) != "" {
		t.Error("nothing leads")
	}
	err := s.update(func(tx store.Tx) error {
		if _, _, err := s.h.Offer(tx, []byte(two), now.Add(time.Hour)); err != nil {
			return err
		}
		return programme.Lead(tx, 2, []byte(one))
	})
	if err != nil {
		t.Fatal(err)
	}
	if leads(one) != two || leads(two) != "" || leads(one+"# by hand") != "" {
		t.Error("the wrong file is replaced")
	}
	if _, err := s.offer(rules(3, 60, "Café", ""), now.Add(2*time.Hour)); err != nil || leads(one) != "" {
		t.Error("a file is replaced by one that was written by hand:", err)
	}
}
