package programme_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/mem"
)

// shelf is a history over a strict store whose Updates all run twice.
type shelf struct {
	t  interface{ Fatal(...any) }
	db *mem.DB
	h  *programme.History
}

func newShelf(t interface{ Fatal(...any) }) *shelf {
	s := &shelf{t: t, db: mem.New(mem.Twice)}
	s.h = s.open()
	return s
}

// open reads the history as a process does that starts now.
func (s *shelf) open() (h *programme.History) {
	err := s.db.View(context.Background(), func(r store.Reader) (err error) {
		h, err = programme.OpenHistory(r)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return h
}

// offer takes a file in as serve does: an Update, and after it a look.
func (s *shelf) offer(text string, now time.Time) (changed bool, err error) {
	err = s.db.Update(context.Background(), func(tx store.Tx) (err error) {
		_, changed, err = s.h.Offer(tx, []byte(text), now)
		return err
	})
	s.refresh(s.h)
	return changed, err
}

func (s *shelf) refresh(h *programme.History) (changed bool) {
	err := s.db.View(context.Background(), func(r store.Reader) (err error) {
		changed, err = h.Refresh(r)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return changed
}

// rules is a programme file: a version that gives a point for every per
// dollars, with a name, and with a date where that is not empty.
func rules(version int, per int, name, effective string) string {
	head := fmt.Sprintf("version = %d\n", version)
	if effective != "" {
		head += "effective = " + effective + "\n"
	}
	return head + fmt.Sprintf(`
zone = "Asia/Taipei"
currency = "TWD"
country = "TW"
languages = ["en"]
name.en = %q
[[store]]
id = "main"
name = "Main"
[earn]
per = %d
[expiry]
kind = "never"
`, name, per)
}

// at is a moment of 2026 in Taipei, as in "03-01 12:00".
func at(s string) time.Time {
	zone, _ := time.LoadLocation("Asia/Taipei")
	t, err := time.ParseInLocation("2006-01-02 15:04", "2026-"+s, zone)
	if err != nil {
		panic(err)
	}
	return t
}

func TestFirstFileHoldsSinceEver(t *testing.T) {
	s := newShelf(t)
	if p := s.h.At(at("03-01 12:00")); p != nil {
		t.Fatal("a version of nothing:", p)
	}
	if changed, err := s.offer(rules(3, 50, "Café", "2026-12-01"), at("03-01 12:00")); !changed || err != nil {
		t.Fatal(changed, err)
	}
	if p := s.h.At(time.Time{}); p == nil || p.Rules.Version != 3 || !p.Rules.From.IsZero() {
		t.Fatalf("%+v", p)
	}
	// Its date lay ahead, and does not count: the same file changes nothing.
	if changed, err := s.offer(rules(3, 50, "Café", "2026-12-01"), at("03-01 12:00")); changed || err != nil {
		t.Error(changed, err)
	}
}

// TestOffers goes through what an operator may write, one file after the other
// on one store. in is the version in force just after, and where waits is not 0
// the one that begins on 1 June.
func TestOffers(t *testing.T) {
	s := newShelf(t)
	for _, step := range []struct {
		what      string
		now       string
		text      string
		wrong     string // in the complaint; "" is taken in
		unchanged bool
		in, per   int
		name      string
		waits     int
	}{
		{"the first", "03-01 12:00", rules(1, 50, "Café", ""), "", false, 1, 50, "Café", 0},
		{"the same again", "03-01 12:01", rules(1, 50, "Café", ""), "", true, 1, 50, "Café", 0},
		{"other words", "03-01 12:02", "# hello\n" + rules(1, 50, "Corner", ""), "", false, 1, 50, "Corner", 0},
		{"other rules, same number", "03-01 12:03", "# hello\n\n" + rules(1, 60, "Corner", ""), "line 3: version: 1 is in force already with other rules; write version = 2", false, 1, 50, "Corner", 0},
		{"a mistake", "03-01 12:04", rules(2, 60, "Corner", "tomorrow"), "line 2: ", false, 1, 50, "Corner", 0},
		{"one with a date", "03-01 12:05", rules(4, 60, "Corner", "2026-06-01"), "", false, 1, 50, "Corner", 4},
		{"the old one while it waits", "03-01 12:06", rules(1, 50, "Corner", ""), "1 is older than version 4, which waits for 2026-06-01; to change that one, edit it as version = 4", false, 1, 50, "Corner", 4},
		{"what waits, edited", "03-02 12:00", rules(4, 70, "Nook", "2026-06-01"), "", false, 1, 50, "Corner", 4},
		{"it has begun", "06-01 00:00", rules(4, 70, "Nook", "2026-06-01"), "", true, 4, 70, "Nook", 0},
		{"its rules stay", "06-01 00:01", rules(4, 71, "Nook", "2026-06-01"), "write version = 5", false, 4, 70, "Nook", 0},
		{"its date stays", "06-01 00:02", rules(4, 70, "Nook", "2026-07-01"), "can no longer begin on 2026-07-01", false, 4, 70, "Nook", 0},
		{"its date may go", "06-01 00:03", rules(4, 70, "Nook", ""), "", false, 4, 70, "Nook", 0},
		{"an older one", "06-01 00:04", rules(2, 70, "Nook", ""), "2 is older than version 4, which is in force already; write version = 5", false, 4, 70, "Nook", 0},
		{"one at once", "06-02 12:00", rules(9, 30, "Nook", ""), "", false, 9, 30, "Nook", 0},
		{"one with a date gone by", "06-03 12:00", rules(10, 20, "Nook", "2026-03-01"), "", false, 10, 20, "Nook", 0},
	} {
		now := at(step.now)
		changed, err := s.offer(step.text, now)
		if step.wrong == "" && (err != nil || changed == step.unchanged) || step.wrong != "" && (err == nil || changed) {
			t.Fatalf("%s: changed %v, %v", step.what, changed, err)
		}
		var m programme.Mistakes
		if step.wrong != "" && (!errors.As(err, &m) || !strings.Contains(err.Error(), step.wrong)) {
			t.Errorf("%s: %v\nwant %s", step.what, err, step.wrong)
		}
		for _, h := range []*programme.History{s.h, s.open()} { // as it is, and after a restart
			p := h.At(now)
			if p.Rules.Version != step.in || int(p.Rules.Rate.Per) != step.per || p.ShopName("en") != step.name {
				t.Errorf("%s: version %d with %d, %s", step.what, p.Rules.Version, p.Rules.Rate.Per, p.ShopName("en"))
			}
			wait := h.Waiting(now)
			if len(wait) > 1 || (len(wait) == 1) != (step.waits > 0) || len(wait) == 1 && (wait[0].Rules.Version != step.waits || !wait[0].Rules.From.Equal(at("06-01 00:00"))) {
				t.Errorf("%s: %d wait", step.what, len(wait))
			}
		}
	}
	var chain []int
	for p := &s.h.Newest().Rules; p != nil; p = p.Before {
		chain = append(chain, p.Version)
	}
	if !slices.Equal(chain, []int{10, 9, 4, 1}) {
		t.Error("linked:", chain)
	}
	if p := s.h.At(at("06-03 11:59")); p.Rules.Version != 9 || s.h.Numbered(9) != p || s.h.Numbered(2) != nil {
		t.Error("a version is not where it was")
	}
}

func TestHigherVersionTakesThePlaceOfWhatOnlyWaits(t *testing.T) {
	s := newShelf(t)
	for _, text := range []string{
		rules(1, 50, "Café", ""), rules(2, 60, "Café", "2026-06-01"), rules(3, 70, "Café", "2026-07-01"), rules(4, 80, "Café", "2026-06-15"),
	} {
		if _, err := s.offer(text, at("03-01 12:00")); err != nil {
			t.Fatal(err)
		}
	}
	// 3 would have begun after 4: it never does. 2 begins before and holds till then.
	h := s.open()
	for when, want := range map[string]int{"05-31 23:59": 1, "06-01 00:00": 2, "06-15 00:00": 4, "07-02 00:00": 4} {
		if got := h.At(at(when)).Rules.Version; got != want {
			t.Errorf("on %s version %d, want %d", when, got, want)
		}
	}
	if h.Numbered(3) != nil {
		t.Error("version 3 is still known")
	}
}

func TestOtherProcessLearnsOfAVersion(t *testing.T) {
	s := newShelf(t)
	other := s.open()
	if s.refresh(other) {
		t.Error("there was nothing to learn")
	}
	if _, err := s.offer(rules(1, 50, "Café", ""), at("03-01 12:00")); err != nil {
		t.Fatal(err)
	}
	if !s.refresh(other) || s.refresh(other) || other.At(at("03-01 12:00")).Rules.Version != 1 {
		t.Error("version 1 was not learnt once")
	}
	before := other.Numbered(1)
	if _, err := s.offer(rules(2, 60, "Café", ""), at("03-02 12:00")); err != nil {
		t.Fatal(err)
	}
	if !s.refresh(other) || other.Numbered(1) != before || other.Numbered(2).Rules.Before != &before.Rules {
		t.Error("what was known before is another now")
	}
}

func TestOfferThatIsNotCommittedChangesNothing(t *testing.T) {
	s := newShelf(t)
	if _, err := s.offer(rules(1, 50, "Café", ""), at("03-01 12:00")); err != nil {
		t.Fatal(err)
	}
	accident := errors.New("the disk is full")
	err := s.db.Update(t.Context(), func(tx store.Tx) error {
		if _, _, err := s.h.Offer(tx, []byte(rules(2, 60, "Café", "")), at("03-02 12:00")); err != nil {
			t.Error(err)
		}
		return accident
	})
	if err != accident || s.refresh(s.h) || s.h.At(at("03-03 12:00")).Rules.Version != 1 {
		t.Error("a version that was never stored holds:", err)
	}
}

func TestClockSetBackReplacesNothingThatBegan(t *testing.T) {
	s := newShelf(t)
	for i, text := range []string{rules(1, 50, "Café", ""), rules(2, 60, "Café", "")} {
		if _, err := s.offer(text, at("03-01 12:00").Add(time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.offer(rules(2, 70, "Café", ""), at("03-01 11:00")); err == nil {
		t.Error("version 2 had begun, and has other rules now")
	}
	if _, err := s.offer(rules(3, 70, "Café", ""), at("03-01 11:00")); err != nil {
		t.Fatal(err)
	}
	if p := s.h.At(at("03-01 12:59")); p.Rules.Version != 1 {
		t.Error("a past moment has another version:", p.Rules.Version)
	}
}

func TestVersionThatIsNotUnderstoodIsNamed(t *testing.T) {
	s := newShelf(t)
	if _, err := s.offer(rules(7, 50, "Café", ""), at("03-01 12:00")); err != nil {
		t.Fatal(err)
	}
	err := s.db.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.Lock("programme/versions"); err != nil {
			return err
		}
		key := []byte("programme/0000000007")
		raw, _, err := tx.Get(key)
		if err != nil {
			return err
		}
		var row map[string]any
		if err := store.Decode(key, raw, &row); err != nil {
			return err
		}
		row["text"] = "the = future"
		if raw, err = store.Encode(row); err != nil {
			return err
		}
		return tx.Put(key, raw)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.db.View(t.Context(), func(r store.Reader) error { _, err := programme.OpenHistory(r); return err })
	if err == nil || !strings.Contains(err.Error(), "version 7") {
		t.Error(err)
	}
}

// TestPastNeverChanges: whatever is offered when, the version and the rules of
// every moment that has passed stay what they were when it passed, in the
// process that lives on and in one that starts anew, and versions' chains name
// all that ever began.
func TestPastNeverChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newShelf(t)
		now := at("03-01 12:00")
		if _, err := s.offer(rules(1, 50, "Café", ""), now); err != nil {
			t.Fatal(err)
		}
		type seen struct {
			at           time.Time
			version, per int
		}
		var past []seen
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			p := s.h.At(now)
			past = append(past, seen{now, p.Rules.Version, int(p.Rules.Rate.Per)})
			now = now.Add(time.Duration(rapid.IntRange(1, 72).Draw(t, "hours")) * time.Hour)
			effective := ""
			if days := rapid.IntRange(-3, 6).Draw(t, "begins in days"); days != 0 {
				effective = now.AddDate(0, 0, days).Format(time.DateOnly)
			}
			version := s.h.Newest().Rules.Version + rapid.IntRange(-1, 2).Draw(t, "raise")
			text := rules(max(1, version), rapid.IntRange(50, 52).Draw(t, "per"), rapid.SampledFrom([]string{"Café", "Nook"}).Draw(t, "name"), effective)
			before := s.h.At(now)
			changed, err := s.offer(text, now)
			var m programme.Mistakes
			if err != nil && (changed || !errors.As(err, &m)) {
				t.Fatal(err)
			}
			if err != nil && s.h.At(now) != before {
				t.Fatal("a refused file changed what holds")
			}
			if err == nil && !bytes.Contains([]byte(text), fmt.Appendf(nil, "per = %d", s.h.Newest().Rules.Rate.Per)) {
				t.Fatal("a file was taken in and is not the newest")
			}
			again := s.open()
			for _, was := range past {
				for _, h := range []*programme.History{s.h, again} {
					p := h.At(was.at)
					if p.Rules.Version != was.version || int(p.Rules.Rate.Per) != was.per {
						t.Fatalf("at %s version %d (%d) held, now %d (%d)", was.at, was.version, was.per, p.Rules.Version, p.Rules.Rate.Per)
					}
					if h.Newest().Rules.At(was.at) != &p.Rules || h.Newest().Rules.Numbered(was.version) != &p.Rules {
						t.Fatalf("the chain has another version at %s", was.at)
					}
				}
			}
		}
	})
}

func BenchmarkAt(b *testing.B) {
	s := newShelf(b)
	now := at("03-01 12:00")
	for i := range 20 {
		if _, err := s.offer(rules(1+i, 50+i, "Café", ""), now.Add(time.Duration(i)*time.Hour)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		s.h.At(now.Add(24 * time.Hour))
	}
}
