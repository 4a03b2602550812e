package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"regulars/handlers/console/rules"
	"regulars/store"
)

// save is what the console does with a form.
func (s *bookshop) save(was string, texts ...string) error {
	s.t.Helper()
	p := rules.Publication{Was: []byte(was), Also: func(store.Tx) error { return nil },
		Update: func(f func(store.Tx) error) error { return s.db.Update(context.Background(), f) }}
	for _, t := range texts {
		p.Texts = append(p.Texts, []byte(t))
	}
	return s.rules.Publish(p)
}

// holds looks at the file.
func (s *bookshop) holds(want string) {
	s.t.Helper()
	got, err := os.ReadFile(s.path)
	if err != nil || string(got) != want {
		s.t.Fatalf("the file holds %q (%v), want %q", got, err, want)
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(s.path), ".*"))
	if len(left) > 0 {
		s.t.Errorf("left behind: %v", left)
	}
}

// TestSavedIsTheFile: what the console saves holds and stands in the file, and
// the watcher neither takes it in again nor brings an older text back.
func TestSavedIsTheFile(t *testing.T) {
	s := newBookshop(t)
	if err := os.Chmod(s.path, 0o640); err != nil {
		t.Fatal(err)
	}
	one, two := plainRules(1, "10"), plainRules(2, "20")
	if err := s.save(one, two); err != nil {
		t.Fatal(err)
	}
	s.holds(two)
	if info, _ := os.Stat(s.path); info.Mode().Perm() != 0o640 {
		t.Errorf("the file's mode is %v", info.Mode())
	}
	s.looks(4)
	if s.inForce() != 2 || len(s.rules.Versions()) != 2 {
		t.Errorf("version %d of %d", s.inForce(), len(s.rules.Versions()))
	}
	s.said("version 2 of the programme is taken in", 1)
	s.said("not taken in", 0)
	again := s.open() // a restart
	again.look(t.Context(), true)
	if len(again.Versions()) != 2 {
		t.Error("taken in twice")
	}
}

// TestNowAndLater: several versions of one save begin each in its time, and the
// file holds the last.
func TestNowAndLater(t *testing.T) {
	s := newBookshop(t)
	later := plainRules(3, "30") + "\n"
	later = "effective = 2026-02-01T14:00:00\n" + later
	if err := s.save(plainRules(1, "10"), plainRules(2, "20"), later); err != nil {
		t.Fatal(err)
	}
	s.holds(later)
	s.looks(4)
	at := time.Date(2026, 2, 1, 6, 0, 0, 0, time.UTC)
	if s.inForce() != 2 || s.rules.At(at).Rules.Version != 3 || s.rules.At(at.Add(-1)).Rules.Version != 2 {
		t.Error("versions begin at another time")
	}
}

// TestHandBeatsForm: a file that somebody changed is never overwritten, whether
// the watcher has seen it or not.
func TestHandBeatsForm(t *testing.T) {
	s := newBookshop(t)
	for _, byHand := range []string{plainRules(1, "ten"), plainRules(5, "50")} {
		s.write(byHand)
		for _, was := range []string{plainRules(1, "10"), byHand} {
			var changed *rules.ChangedError
			if err := s.save(was, plainRules(9, "90")); !errors.As(err, &changed) || string(changed.Text) != byHand {
				t.Fatalf("saved over a file that was changed: %v", err)
			}
			s.holds(byHand)
		}
	}
	s.looks(3)
	if s.inForce() == 9 || s.rules.Newest().Rules.Version != 5 {
		t.Error("the file by hand does not hold")
	}
}

// TestFileFollows: a process that was stopped after it stored a version and
// before it wrote the file, or another replica, brings the file to it; where the
// store fails, nothing was done.
func TestFileFollows(t *testing.T) {
	s := newBookshop(t)
	one, two := plainRules(1, "10"), plainRules(2, "20")
	s.db.times = 1
	if err := s.save(one, two); !errors.Is(err, errFull) {
		t.Fatal(err)
	}
	s.holds(one)
	if err := s.save(one, two); err != nil {
		t.Fatal(err)
	}
	s.write(one) // as if it had not come to that
	s.rules = s.open()
	s.rules.look(t.Context(), true)
	s.holds(two)
	s.said("is brought to version 2", 1)
	s.said("not taken in", 0)

	replica := newBookshop(t) // with a file of its own
	replica.db, replica.log = s.db, s.log
	replica.rules = replica.open()
	replica.rules.look(t.Context(), true)
	replica.holds(two)
	if err := s.save(two, plainRules(3, "30")); err != nil {
		t.Fatal(err)
	}
	replica.looks(1)
	replica.holds(plainRules(3, "30"))
}

// TestFileThatCannotBeWritten: what was saved holds all the same, and the file is
// written as soon as it can be. Beside a file with so long a name no other can be
// made.
func TestFileThatCannotBeWritten(t *testing.T) {
	s := newBookshop(t)
	short, long := s.path, filepath.Join(filepath.Dir(s.path), strings.Repeat("p", 250))
	if err := os.Rename(short, long); err != nil {
		t.Fatal(err)
	}
	s.path, s.rules.path = long, long
	if err := s.save(plainRules(1, "10"), plainRules(2, "20")); !errors.Is(err, rules.ErrUnwritten) {
		t.Fatal(err)
	}
	s.looks(3)
	s.holds(plainRules(1, "10"))
	if s.inForce() != 2 {
		t.Error("version", s.inForce())
	}
	if err := os.Rename(long, short); err != nil {
		t.Fatal(err)
	}
	s.path, s.rules.path = short, short
	s.looks(3)
	s.holds(plainRules(2, "20"))
	s.said("not taken in", 0)
}
