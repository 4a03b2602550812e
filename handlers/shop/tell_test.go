package shop

import (
	"testing"
	"time"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/plan"
	"regulars/store"
)

// letters is an outbox that keeps what is put into it.
type letters []bot.Intent

func (l *letters) Put(_ store.Tx, _ time.Time, all ...bot.Intent) error {
	*l = append(*l, all...)
	return nil
}
func (*letters) Renew(store.Tx, bot.IntentID, bot.ReplyToken) error { return nil }
func (*letters) Nudge(...bot.Intent)                                {}

// TestLendersHear: whose points paid for a reward hears of it when a program redeemed
// it, and not twice where the member's own chat tells; so does a plan's member of
// cash-back that fell.
func TestLendersHear(t *testing.T) {
	w := newAudience(t, 2)
	ann, bob := loyalty.MemberID(w.all[0]), loyalty.MemberID(w.all[1])
	rules := *w.s.Rules(w.now)
	rules.Household = loyalty.Household{Size: 2}
	rules.Rewards = []loyalty.Reward{{ID: "cake", Cost: 60}}
	at := func(time.Time) *loyalty.Programme { return &rules }
	w.s.Book.Programme, w.s.Club.Vouchers.Programme, w.s.Households.Programme = at, at, at
	act := func(op string, by loyalty.Actor) book.Act {
		return book.Act{Op: loyalty.OpID(op), Actor: by, Now: w.now, Reason: []byte("x")}
	}
	w.update(func(tx store.Tx) error {
		code, _, err := w.s.Households.Invite(tx, ann, "invite", w.now)
		if err == nil {
			_, err = w.s.Households.Join(tx, bob, code, w.now)
		}
		if err == nil {
			_, err = w.s.Book.Grant(tx, bob, act("gift", loyalty.ByJob("test")), "test/1", 200, nil)
		}
		return err
	})
	redeem := func(op string, by loyalty.Actor) (said letters) {
		w.s.Outbox = func() bot.Outbox { return &said }
		w.update(func(tx store.Tx) error {
			said = nil
			_, _, err := w.s.Club.Vouchers.Redeem(tx, ann, act(op, by), "cake")
			return err
		})
		return said
	}
	if said := redeem("till", loyalty.ByJob("till")); len(said) != 1 || said[0].Person != bot.PersonID(bob) || said[0].Carriage != bot.PushNow {
		t.Errorf("by a program: %+v", said)
	}
	if said := redeem("chat", loyalty.ByMember(ann)); len(said) != 0 {
		t.Errorf("by the member: %+v", said)
	}

	var said letters
	w.s.Outbox = func() bot.Outbox { return &said }
	w.update(func(tx store.Tx) error {
		said = nil
		return w.s.cashBack(tx, plan.Done{Member: ann, At: w.now, Fell: []plan.Fell{{Plan: "exec", By: 20, Owed: 5}}})
	})
	if len(said) != 1 || said[0].Person != bot.PersonID(ann) || said[0].Letter.Messages[0].Text == "" {
		t.Errorf("cash-back fell: %+v", said)
	}
}
