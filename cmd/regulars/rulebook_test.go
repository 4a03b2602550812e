package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
	"regulars/store/mem"
)

// plainRules is a programme file that gives a point for every per dollars; what
// is written for per may be a mistake, in line 11.
func plainRules(version int, per string, more ...string) string {
	return fmt.Sprintf(`version = %d
zone = "Asia/Taipei"
currency = "TWD"
country = "TW"
languages = ["en"]
name.en = "Café"
[[store]]
id = "main"
name = "Main"
[earn]
per = %s
[expiry]
kind = "never"
`, version, per) + strings.Join(more, "\n")
}

// hand is a clock that is set by hand and wakes nobody.
type hand struct{ at time.Time }

func (h *hand) Now() time.Time                       { return h.at }
func (h *hand) After(time.Duration) <-chan time.Time { return nil }

// bookshop is a rulebook over a file and a store, with its log.
type bookshop struct {
	t     *testing.T
	path  string
	db    *failing
	clock *hand
	log   *safeBuffer
	rules *rulebook
}

// failing is a store whose next Updates fail.
type failing struct {
	store.DB
	times int
}

var errFull = errors.New("the disk is full")

func (f *failing) Update(ctx context.Context, g func(store.Tx) error) error {
	if f.times > 0 {
		f.times--
		return errFull
	}
	return f.DB.Update(ctx, g)
}

func newBookshop(t *testing.T) *bookshop {
	s := &bookshop{
		t: t, path: filepath.Join(t.TempDir(), "programme.toml"), db: &failing{DB: mem.New(mem.Twice)},
		clock: &hand{time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC)}, log: &safeBuffer{},
	}
	s.write(plainRules(1, "10"))
	s.rules = s.open()
	s.rules.look(t.Context(), true)
	return s
}

// open is a process that starts.
func (s *bookshop) open() *rulebook {
	s.t.Helper()
	r, err := openRulebook(s.t.Context(), s.path, s.db, s.clock, slog.New(slog.NewTextHandler(s.log, nil)))
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *bookshop) write(text string) {
	s.t.Helper()
	if err := os.WriteFile(s.path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// looks passes time by so many looks.
func (s *bookshop) looks(n int) {
	for range n {
		s.clock.at = s.clock.at.Add(lookEvery)
		s.rules.look(s.t.Context(), false)
	}
}

// inForce is the version that holds now.
func (s *bookshop) inForce() int { return s.rules.At(s.clock.at).Rules.Version }

// said counts the log's lines with these words.
func (s *bookshop) said(words string, want int) {
	s.t.Helper()
	if n := strings.Count(s.log.String(), words); n != want {
		s.t.Errorf("%q is said %d times, want %d:\n%s", words, n, want, s.log)
	}
}

// TestFileIsTakenInOnceItIsWhole: an editor's half-written file never holds.
func TestFileIsTakenInOnceItIsWhole(t *testing.T) {
	s := newBookshop(t)
	whole := plainRules(2, "20")
	s.write(whole[:len(whole)-len("[expiry]\nkind = \"never\"\n")])
	s.looks(1)
	s.write(whole)
	s.looks(1)
	if s.rules.Newest().Rules.Version != 1 {
		t.Fatal("taken in while it was being written")
	}
	before := s.clock.at
	s.looks(1)
	begins := s.rules.Newest().Rules.From
	if !begins.Equal(s.clock.at.Add(noticeOf)) || s.inForce() != 1 {
		t.Errorf("version %d, the newest begins at %s", s.inForce(), begins)
	}
	s.looks(3)
	if s.inForce() != 2 || s.rules.At(before).Rules.Version != 1 {
		t.Error("version 2 does not hold, or holds before it was known")
	}
	s.said("version 2 of the programme is taken in; it holds from 2026-01-05 10:00:11 on", 1)
	s.said("version 2 of the programme is in force from now on", 1)
	s.said("level=ERROR", 0)
}

func TestMistakesAreNamedOnce(t *testing.T) {
	s := newBookshop(t)
	s.write(plainRules(2, `"ten"`, "extra = 1"))
	s.looks(5)
	s.said("was not taken in, and version 1 of the programme goes on", 1)
	s.said("line 11: earn.per: ", 1)
	s.said("line 14: expiry.extra: no such key", 1)
	s.write(plainRules(1, "20"))
	s.looks(5)
	s.said("line 1: version: 1 is in force already with other rules; write version = 2", 1)
	if s.rules.Newest().Rules.Rate.Per != 10 {
		t.Error("a mistake was taken in")
	}
	s.write(plainRules(2, "20"))
	s.looks(5)
	if s.inForce() != 2 {
		t.Error("the file that was put right is not taken in")
	}
}

func TestVersionWithADateWaitsForIt(t *testing.T) {
	s := newBookshop(t)
	b := &book.Book{Key: []byte(strings.Repeat("k", 32)), Programme: func(at time.Time) *loyalty.Programme { return &s.rules.At(at).Rules }}
	sell := func(at time.Time) (e loyalty.Entry) {
		t.Helper()
		err := s.db.Update(t.Context(), func(tx store.Tx) error {
			act := book.Act{Op: loyalty.OpID(at.Format(time.RFC3339) + s.clock.at.String()), Actor: loyalty.ByJob("test"), At: at, Now: s.clock.at}
			r, err := b.Sell(tx, "ANN", act, loyalty.Sale{Amount: 100})
			e = r.Entry()
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	s.write("effective = 2026-01-06\n" + plainRules(2, "5"))
	s.looks(4)
	s.said("it holds from 2026-01-06 00:00:00 on", 1)
	if e := sell(s.clock.at); e.Change() != 10 || e.Programme != 1 {
		t.Errorf("before: %d points by version %d", e.Change(), e.Programme)
	}
	midnight := time.Date(2026, 1, 5, 16, 0, 0, 0, time.UTC)
	s.clock.at = midnight
	if e := sell(midnight); e.Change() != 20 || e.Programme != 2 {
		t.Errorf("at midnight: %d points by version %d", e.Change(), e.Programme)
	}
	// A sale of the evening before that is only told now.
	if e := sell(midnight.Add(-time.Nanosecond)); e.Change() != 10 || e.Programme != 1 {
		t.Errorf("told late: %d points by version %d", e.Change(), e.Programme)
	}
	s.looks(1)
	s.said("version 2 of the programme is in force from now on", 1)
}

func TestWordsAreTakenInUnderTheSameNumber(t *testing.T) {
	s := newBookshop(t)
	s.write(strings.Replace(plainRules(1, "10"), "Café", "Corner", 1))
	s.looks(2)
	if p := s.rules.At(s.clock.at); p.ShopName("en") != "Corner" || p.Rules.Version != 1 {
		t.Error(p.ShopName("en"), p.Rules.Version)
	}
	s.said("version 1 of the programme is taken in with other words", 1)
	s.write(strings.Replace(plainRules(1, "10"), "Taipei", "Tokyo", 1))
	s.looks(2)
	s.said("1 is in force already with other rules", 1)
}

// TestOtherProcessKnowsAVersionBeforeItBegins: one reads the file, the other,
// on the same store, has another file's text and only looks.
func TestOtherProcessKnowsAVersionBeforeItBegins(t *testing.T) {
	s := newBookshop(t)
	other := s.open()
	other.offered = []byte(plainRules(1, "10"))
	s.write(plainRules(2, "20"))
	s.looks(2)
	s.write(plainRules(1, "10")) // what the other one's file says
	s.clock.at = s.clock.at.Add(lookEvery)
	other.look(t.Context(), false)
	if begins := other.Newest().Rules.From; other.Newest().Rules.Version != 2 || !begins.After(s.clock.at) {
		t.Errorf("version %d from %s, now %s", other.Newest().Rules.Version, begins, s.clock.at)
	}
}

func TestAccidentsAreToldOnceAndTriedAgain(t *testing.T) {
	s := newBookshop(t)
	if err := os.Remove(s.path); err != nil {
		t.Fatal(err)
	}
	s.looks(5)
	s.said("the programme cannot be read", 1)
	s.write(plainRules(2, "20"))
	s.db.times = 3
	s.looks(4)
	s.said(errFull.Error(), 1)
	if s.rules.Newest().Rules.Version != 1 {
		t.Error("a version that could not be stored holds")
	}
	s.looks(5)
	if s.inForce() != 2 {
		t.Error("it was not tried again")
	}
}

// TestRestartKeepsVersionsAndNeedsNoFile: what an operator may break is not
// what the shop needs to come up again.
func TestRestartKeepsVersionsAndNeedsNoFile(t *testing.T) {
	s := newBookshop(t)
	s.write(plainRules(2, "20"))
	s.looks(6)
	s.write("version = two")
	s.rules = s.open()
	s.rules.look(t.Context(), true)
	if s.inForce() != 2 || s.rules.Numbered(1) == nil {
		t.Error("versions were forgotten")
	}
	s.said("was not taken in, and version 2 of the programme goes on", 1)
	fresh := newBookshop(t)
	fresh.write("version = two")
	fresh.db = &failing{DB: mem.New()}
	if _, err := openRulebook(t.Context(), fresh.path, fresh.db, fresh.clock, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "line 1: ") {
		t.Error("a shop without any version opened:", err)
	}
}
