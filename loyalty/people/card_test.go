package people

import (
	"errors"
	"regexp"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

func (w *world) card(id loyalty.MemberID) (c CardCode) {
	w.t.Helper()
	w.do(func(tx store.Tx) (err error) {
		c, err = w.v.Card(tx, id, w.rand)
		return err
	})
	return c
}

func (w *world) token(id loyalty.MemberID) (s string) {
	w.t.Helper()
	w.view(func(r store.Reader) (err error) {
		s, err = w.v.CardToken(r, id, w.now, CardLife)
		return err
	})
	return s
}

func (w *world) read(token string) (id loyalty.MemberID, err error) {
	w.view(func(r store.Reader) error {
		id, err = w.v.ReadCard(r, token, w.now)
		return nil
	})
	return id, err
}

func (w *world) byCard(c CardCode) (id loyalty.MemberID, err error) {
	w.view(func(r store.Reader) error {
		id, err = w.v.ByCard(r, c)
		return nil
	})
	return id, err
}

func TestCardToken(t *testing.T) {
	w := newWorld(t)
	ann, bo := w.member(line("ann"), "Ann"), w.member(line("bo"), "Bo")
	w.card(ann)
	w.card(bo)
	token := w.token(ann)
	if !regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(token) || len(token) != CardTokenLength || len(token) > 63 {
		t.Errorf("token %q of %d does not fit Telegram's start parameter", token, len(token))
	}
	if id, err := w.read(token); id != ann || err != nil {
		t.Errorf("%s, %v", id, err)
	}
	for i := range len(token) {
		b := []byte(token)
		if b[i] = 'A'; token[i] == 'A' {
			b[i] = 'B'
		}
		if _, err := w.read(string(b)); err != ErrCardToken {
			t.Fatalf("character %d changed: %v", i, err)
		}
	}
	for _, s := range []string{"", "AAAA", token[:40], token + "A", token + "=", "käse"} {
		if _, err := w.read(s); err != ErrCardToken {
			t.Errorf("%q: %v", s, err)
		}
	}
	start := w.now
	w.now = start.Add(CardLife - time.Second)
	if _, err := w.read(token); err != nil {
		t.Errorf("a second before its end: %v", err)
	}
	w.now = start.Add(CardLife)
	if _, err := w.read(token); err != ErrCardExpired {
		t.Errorf("at its end: %v", err)
	}
}

func TestCardNumber(t *testing.T) {
	w := newWorld(t)
	ann := w.member(line("ann"), "Ann")
	number := w.card(ann)
	if w.card(ann) != number {
		t.Error("the number changes each time it is shown")
	}
	if id, err := w.byCard(number); id != ann || err != nil {
		t.Errorf("%s, %v", id, err)
	}
	token := w.token(ann)
	w.do(func(tx store.Tx) error { return w.v.Freeze(tx, ann, true, w.rand) })
	if id, err := w.byCard(number); id != ann || err != ErrFrozen {
		t.Errorf("frozen, number: %s, %v", id, err)
	}
	if id, err := w.read(token); id != ann || err != ErrFrozen {
		t.Errorf("frozen, token: %s, %v", id, err)
	}
	var fresh CardCode
	w.do(func(tx store.Tx) (err error) {
		if fresh, err = w.v.ReissueCard(tx, ann, w.rand); err != nil {
			return err
		}
		return w.v.Freeze(tx, ann, false, w.rand)
	})
	if _, err := w.byCard(number); !errors.Is(err, ErrNobody) {
		t.Errorf("the old number: %v", err)
	}
	if _, err := w.read(token); err != ErrCardToken {
		t.Errorf("a token of the old card: %v", err)
	}
	if id, err := w.byCard(fresh); id != ann || err != nil || fresh == number {
		t.Errorf("the new number: %s, %v", id, err)
	}
}
