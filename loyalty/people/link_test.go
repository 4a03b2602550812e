package people

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

func (w *world) newCode(t fataler, id loyalty.MemberID) (c LinkCode) {
	t.Helper()
	w.do(func(tx store.Tx) (err error) {
		c, err = w.v.NewLinkCode(tx, id, w.now, w.rand)
		return err
	})
	return c
}

func (w *world) use(c LinkCode, who Identity, mayLeave func(loyalty.MemberID) (bool, error)) (done Linked, err error) {
	err = w.try(func(tx store.Tx) (err error) {
		done, err = w.v.Link(tx, c, who, w.now, w.rand, mayLeave)
		return err
	})
	return done, err
}

// link joins who to the member, as a person with both phones would.
func (w *world) link(t fataler, id loyalty.MemberID, who Identity) {
	t.Helper()
	if _, err := w.use(w.newCode(t, id), who, nil); err != nil {
		t.Fatalf("link: %v", err)
	}
}

func TestLinkingASecondAccount(t *testing.T) {
	w := newWorld(t)
	ann := w.member(line("ann"), "Ann")
	contact := w.meet(tg("1"), Seen{Username: "annie"})
	done, err := w.use(w.newCode(t, ann), tg("1"), nil)
	if err != nil || done.Member != ann || done.Left != contact.ID || !slices.Equal(done.Tell, []Identity{line("ann")}) {
		t.Fatalf("%v, %v", done, err)
	}
	if id, _ := w.who(tg("1")); id != ann {
		t.Error("the second account is not hers")
	}
	p := w.get(ann)
	if a, ok := p.Account(tg("1")); len(p.Accounts) != 2 || !ok || a.Username != "annie" || p.Home != tg("1") {
		t.Errorf("%d accounts, home %v", len(p.Accounts), p.Home)
	}
	w.view(func(r store.Reader) error {
		if id, _, err := w.v.ByUsername(r, "tg", "annie"); id != ann || err != nil {
			t.Errorf("@name leads to %s, %v", id, err)
		}
		return nil
	})
	if w.get(contact.ID).Status != Erased || w.countRows("erased/") != 0 {
		t.Error("the contact is dissolved, and nobody was erased on request")
	}
	w.checkIndexes(t)

	if done, err := w.use(w.newCode(t, ann), tg("never seen"), nil); err != nil || done.Left != "" {
		t.Errorf("a stranger's account: %v, %v", done, err)
	}
	w.do(func(tx store.Tx) error {
		gone, err := w.v.Unlink(tx, tg("1"), w.rand)
		if !gone {
			t.Error("not unlinked")
		}
		return err
	})
	if _, ok := w.who(tg("1")); ok || len(w.get(ann).Accounts) != 2 {
		t.Error("still linked")
	}
	w.checkIndexes(t)
}

func TestTheLastAccountStays(t *testing.T) {
	w := newWorld(t)
	w.member(line("ann"), "Ann")
	w.do(func(tx store.Tx) error {
		if gone, err := w.v.Unlink(tx, line("ann"), w.rand); gone || err != nil {
			t.Errorf("%v, %v", gone, err)
		}
		return nil
	})
}

// Case 27: the same answer for unknown, used, expired and foreign codes, and a
// limit on trying.
func TestCodesThatAreNotValidAnswerAlike(t *testing.T) {
	w := newWorld(t)
	ann, bo := w.member(line("ann"), "Ann"), w.member(line("bo"), "Bo")
	used := w.newCode(t, ann)
	if _, err := w.use(used, tg("1"), nil); err != nil {
		t.Fatal(err)
	}
	expired := w.newCode(t, ann)
	w.now = w.now.Add(CodeLife)
	frozen := w.newCode(t, bo)
	erasedOnes := w.member(line("eve"), "Eve")
	erased := w.newCode(t, erasedOnes)
	w.do(func(tx store.Tx) error {
		return errors.Join(w.v.Freeze(tx, bo, true, w.rand), w.v.Erase(tx, erasedOnes, w.now, time.Time{}))
	})
	never, err := newCode(w.rand)
	if err != nil {
		t.Fatal(err)
	}
	own := w.newCode(t, ann)
	for name, c := range map[string]struct {
		code LinkCode
		who  Identity
	}{
		"unknown":          {LinkCode(never), tg("2")},
		"used":             {used, tg("3")},
		"expired":          {expired, tg("4")},
		"of a frozen one":  {frozen, tg("5")},
		"of an erased one": {erased, tg("6")},
		"one's own":        {own, line("ann")},
	} {
		before := w.countRows("ident/")
		if _, err := w.use(c.code, c.who, nil); err != ErrCode {
			t.Errorf("%s: %v, want the one answer", name, err)
		}
		if w.countRows("ident/") != before {
			t.Errorf("%s: linked all the same", name)
		}
	}
}

func TestGuessingIsThrottled(t *testing.T) {
	w := newWorld(t)
	ann := w.member(line("ann"), "Ann")
	var throttled *ThrottledError
	guess := func() error {
		c, err := newCode(w.rand)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.use(LinkCode(c), tg("thief"), nil)
		return err
	}
	for range CodeThrottle.Max {
		if err := guess(); err != ErrCode {
			t.Fatal(err)
		}
	}
	if err := guess(); !errors.As(err, &throttled) {
		t.Fatalf("try after the limit: %v", err)
	}
	right := w.newCode(t, ann)
	if _, err := w.use(right, tg("thief"), nil); !errors.As(err, &throttled) {
		t.Errorf("even the right code waits: %v", err)
	}
	if _, err := w.use(right, tg("other"), nil); err != nil {
		t.Errorf("another actor is not held up: %v", err)
	}
	w.now = throttled.Until
	if err := guess(); err != ErrCode {
		t.Errorf("after the window: %v", err)
	}
	w.now = w.now.Add(-24 * time.Hour)
	if err := guess(); err != ErrCode {
		t.Errorf("with the clock set back a day: %v", err)
	}
	// Drawing codes has its limit too.
	for range CodeThrottle.Max {
		w.newCode(t, ann)
	}
	err := w.try(func(tx store.Tx) error {
		_, err := w.v.NewLinkCode(tx, ann, w.now, w.rand)
		return err
	})
	if !errors.As(err, &throttled) {
		t.Errorf("a sixth code: %v", err)
	}
}

func TestWhoMayNotBeLinked(t *testing.T) {
	w := newWorld(t)
	ann := w.member(line("ann"), "Ann")
	rich := w.member(tg("rich"), "Rich")
	code := w.newCode(t, ann)
	poor := func(id loyalty.MemberID) (bool, error) { return id != rich, nil }
	if _, err := w.use(code, tg("rich"), poor); err != ErrMergeNeeded {
		t.Errorf("a member with points: %v", err)
	}
	if _, err := w.use(code, tg("rich"), nil); err != ErrMergeNeeded {
		t.Errorf("a member, nobody asked: %v", err)
	}
	broken := errors.New("broken")
	_, err := w.use(code, tg("rich"), func(loyalty.MemberID) (bool, error) { return false, broken })
	if !errors.Is(err, broken) {
		t.Errorf("an accident is not a refusal: %v", err)
	}
	w.enrol(t, tg("clerk"), Clerk, "")
	if _, err := w.use(code, tg("clerk"), poor); err != ErrMergeNeeded {
		t.Errorf("an employee must not become a customer's account: %v", err)
	}
	fresh := w.member(tg("fresh"), "Fresh")
	if done, err := w.use(code, tg("fresh"), poor); err != nil || done.Left != fresh {
		t.Errorf("the code stayed good, and a member with nothing may leave: %v", err)
	}
	w.checkIndexes(t)

	contact := w.meet(line("contact"), Seen{})
	err = w.try(func(tx store.Tx) error {
		_, err := w.v.NewLinkCode(tx, contact.ID, w.now, w.rand)
		return err
	})
	if err != ErrNotMember {
		t.Errorf("a contact draws no code: %v", err)
	}
}

func TestSweepTakesWhatHasRunOut(t *testing.T) {
	w := newWorld(t)
	ann := w.member(line("ann"), "Ann")
	w.newCode(t, ann)
	w.invite(t, Clerk, "")
	gone := w.member(line("gone"), "Gone")
	w.do(func(tx store.Tx) error { return w.v.Erase(tx, gone, w.now, w.now.Add(time.Hour)) })
	sweep := func() int {
		n, err := Sweep(t.Context(), w.db, w.now)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := sweep(); n != 0 {
		t.Errorf("%d rows went too early", n)
	}
	w.now = w.now.Add(CodeLife)
	if n := sweep(); n != 3 { // link code, invite, the throttle of drawing codes
		t.Errorf("%d rows went after ten minutes", n)
	}
	w.now = w.now.Add(time.Hour)
	if n := sweep(); n != 1 || w.countRows("tomb/") != 0 {
		t.Errorf("%d rows went after an hour", n)
	}
}

func ExampleThrottledError() {
	fmt.Println(&ThrottledError{time.Date(2026, 11, 21, 10, 10, 0, 0, time.UTC)})
	// Output: people: too many attempts, again after 2026-11-21T10:10:00Z
}
