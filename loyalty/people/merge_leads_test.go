package people

import (
	"errors"
	"testing"
	"time"

	"regulars/store"
)

// A number that a merged member has changed belongs to its next owner: it does
// not lead to the member any more, whichever of the two had brought it.
func TestMergedNumberChanged(t *testing.T) {
	for name, c := range map[string]struct {
		own    string // of the one who stays, proven; "" for none
		proven bool   // the number that comes later
	}{
		"brought": {"", true}, "brought, typed since": {"", false}, "two numbers": {"0922333444", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			from, into, next := w.joined(tg("7"), "ming"), w.joined(tg("8"), "chen"), w.joined(tg("9"), "next")
			old, fresh := mustPhone(t, "0912345678"), mustPhone(t, "0955666777")
			w.do(func(tx store.Tx) error {
				err := w.v.SetPhone(tx, from, old, true, w.rand)
				if c.own != "" {
					err = errors.Join(err, w.v.SetPhone(tx, into, mustPhone(t, c.own), true, w.rand))
				}
				return errors.Join(err, w.v.Merge(tx, from, into, w.now, w.rand), w.v.SetPhone(tx, into, fresh, c.proven, w.rand))
			})
			w.view(func(r store.Reader) error {
				claims, err := w.v.ByPhone(r, old)
				if len(claims) != 0 {
					t.Errorf("the old number leads to %v", claims)
				}
				return err
			})
			if err := w.try(func(tx store.Tx) error { return w.v.SetPhone(tx, next, old, true, w.rand) }); err != nil {
				t.Errorf("its next owner proves it: %v", err)
			}
			w.do(func(tx store.Tx) error { return w.v.Unmerge(tx, from, w.now, w.rand) })
			if p := w.person(into); p.Phone != fresh {
				t.Errorf("who stayed has %v", p.Phone)
			}
		})
	}
}

// A card that is changed because a phone was lost ends whatever leads to it: the
// cards of those who were merged, and what these had shown.
func TestMergedCardReissued(t *testing.T) {
	w := newWorld(t)
	from, into := w.joined(tg("7"), "ming"), w.joined(tg("8"), "chen")
	was := w.person(from)
	var token, live string
	w.do(func(tx store.Tx) (err error) {
		var err2 error
		token, err = w.v.CardToken(tx, from, w.now, time.Minute)
		live, err2 = w.v.LiveToken(tx, from, w.now, LiveLife)
		return errors.Join(err, err2, w.v.Merge(tx, from, into, w.now, w.rand))
	})
	w.do(func(tx store.Tx) error { _, err := w.v.ReissueCard(tx, into, w.rand); return err })
	w.view(func(r store.Reader) error {
		_, err := w.v.ByCard(r, was.Card)
		_, err2 := w.v.ReadCard(r, token, w.now)
		_, _, err3 := w.v.ReadLive(r, live, w.now)
		if !errors.Is(err, ErrNobody) || !errors.Is(err2, ErrCardToken) || !errors.Is(err3, ErrCardToken) {
			t.Errorf("the card of before: %v, %v, %v", err, err2, err3)
		}
		return nil
	})
	w.do(func(tx store.Tx) error {
		if err := w.v.Unmerge(tx, from, w.now, w.rand); err != nil {
			return err
		}
		_, err := w.v.Card(tx, from, w.rand)
		return err
	})
}

// A code that is drawn ends all that lead to the same card.
func TestMergedRecoveryCodes(t *testing.T) {
	w := newWorld(t)
	from, into := w.joined(tg("7"), "ming"), w.joined(tg("8"), "chen")
	first := w.recoveryCode(from)
	w.do(func(tx store.Tx) error { return w.v.Merge(tx, from, into, w.now, w.rand) })
	second := w.recoveryCode(into)
	if _, err := w.byRecovery(first, tg("new")); !errors.Is(err, ErrCode) {
		t.Errorf("the code of who was merged: %v", err)
	}
	if id, err := w.byRecovery(second, tg("new")); id != into || err != nil {
		t.Errorf("the new one: %s %v", id, err)
	}
}

// What a lost phone has drawn a moment before it was locked opens no other chat.
func TestLinkCodeOfALostPhone(t *testing.T) {
	w := newWorld(t)
	ann := w.joined(tg("7"), "ann")
	var code LinkCode
	w.do(func(tx store.Tx) (err error) {
		code, err = w.v.NewLinkCode(tx, ann, w.now, w.rand)
		return err
	})
	w.do(func(tx store.Tx) error {
		_, err := w.v.LockOut(tx, ann, w.rand, tg("7"))
		_, err2 := w.v.ReissueCard(tx, ann, w.rand)
		return errors.Join(err, err2)
	})
	if err := w.try(func(tx store.Tx) error {
		_, err := w.v.Link(tx, code, tg("thief"), w.now, w.rand, nil)
		return err
	}); !errors.Is(err, ErrCode) {
		t.Errorf("the code of before: %v", err)
	}
}
