package people

import (
	"testing"
	"time"

	"regulars/store"
)

// A statement's address opens that statement alone, for an hour, and ends with the card
// and with the member.
func TestStatementToken(t *testing.T) {
	w := newWorld(t)
	ann := w.member(line("ann"), "Ann")
	w.card(ann)
	issue := func() (s string) {
		w.view(func(r store.Reader) (err error) {
			s, err = w.v.StatementToken(r, ann, w.now, StatementLife)
			return err
		})
		return s
	}
	opens := func(token string) (err error) {
		w.view(func(r store.Reader) error {
			id, until, e := w.v.ReadStatement(r, token, w.now)
			if err = e; e == nil && (id != ann || !until.After(w.now) || until.After(w.now.Add(StatementLife))) {
				t.Errorf("it opens %s until %s", id, until)
			}
			return nil
		})
		return err
	}
	token, start := issue(), w.now
	if err := opens(token); err != nil {
		t.Error(err)
	}
	var live string
	w.view(func(r store.Reader) (err error) { live, err = w.v.LiveToken(r, ann, w.now, LiveLife); return err })
	for what, other := range map[string]string{"a card's code": w.token(ann), "the live card's address": live} {
		if err := opens(other); err != ErrCardToken {
			t.Errorf("%s opens the statement: %v", what, err)
		}
	}
	if _, err := w.read(token); err != ErrCardToken {
		t.Errorf("the statement's address is taken for a card: %v", err)
	}
	w.now = start.Add(StatementLife)
	if err := opens(token); err != ErrCardExpired {
		t.Errorf("after its hour: %v", err)
	}
	w.now = start.Add(time.Minute)
	w.do(func(tx store.Tx) error { return w.v.Freeze(tx, ann, true, w.rand) })
	if err := opens(token); err != ErrFrozen {
		t.Errorf("frozen: %v", err)
	}
	w.do(func(tx store.Tx) error { return w.v.Freeze(tx, ann, false, w.rand) })
	w.do(func(tx store.Tx) error { _, err := w.v.ReissueCard(tx, ann, w.rand); return err })
	if err := opens(token); err != ErrCardToken {
		t.Errorf("reissued: %v", err)
	}
	token = issue()
	w.do(func(tx store.Tx) error { return w.v.Erase(tx, ann, w.now, w.now) })
	if err := opens(token); err != ErrCardToken {
		t.Errorf("erased: %v", err)
	}
}
