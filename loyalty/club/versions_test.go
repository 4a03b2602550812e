package club

import (
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// change puts a new version into force from now on.
func (w *world) change(f func(*loyalty.Programme)) {
	next := *w.p
	next.Version, next.From, next.Before = w.p.Version+1, w.now, w.p
	next.Expiry.Version = next.Version
	f(&next)
	w.p = &next
	rules := func(t time.Time) *loyalty.Programme { return next.At(t) }
	w.c.Programme, w.c.Book.Programme, w.c.Vouchers.Programme, w.c.Referrals.Programme = rules, rules, rules, rules
}

// TestTierOfEverybodyGone: a version takes away the tier that all have, with its
// gift and its reward; then all tiers go.
func TestTierOfEverybodyGone(t *testing.T) {
	p := cafe()
	p.Rewards = append(p.Rewards, loyalty.Reward{ID: "tea", Cost: 10, Levels: []string{"silver"}, ValidFor: time.Hour})
	w := newWorld(t, p)
	w.join(ann)
	w.buy(ann, 1500)
	want(t, "level", w.account(ann).Standing.Level, "silver")
	w.redeem(ann, "tea")
	w.days(1)
	w.change(func(p *loyalty.Programme) {
		p.Tiers.Levels = []loyalty.Level{{ID: "bronze"}, {ID: "gold", At: 5000}}
		p.Gifts = p.Gifts[:5]
		p.Rewards = p.Rewards[:3]
	})
	out := w.buy(ann, 100)
	want(t, "moved", out.From+">"+out.To, ">")
	out = w.refund(out, loyalty.Return{})
	want(t, "moved by a refund", out.From+">"+out.To, ">")
	out = w.buy(ann, 4000)
	want(t, "rose", out.From+">"+out.To, "bronze>gold")
	out = w.refund(out, loyalty.Return{})
	want(t, "fell", out.From+">"+out.To, "gold>bronze")
	w.change(func(p *loyalty.Programme) { p.Tiers = loyalty.Tiers{} })
	w.buy(ann, 100)
	w.now = on(2029, 1, 1)
	w.tick()
	w.buy(ann, 100)
	if s := w.account(ann).Standing; s.Level != "" || !s.Until.IsZero() {
		t.Errorf("stands at %+v", s)
	}
}

// TestVoucherOfOldTerms: a voucher lives by the version that issued it, although
// the next drops its reward, or makes it dearer, forfeited and shorter.
func TestVoucherOfOldTerms(t *testing.T) {
	for name, edit := range map[string]func(*loyalty.Programme){
		"dropped": func(p *loyalty.Programme) { p.Rewards = p.Rewards[:2] },
		"dearer": func(p *loyalty.Programme) {
			p.HoldFor = time.Minute
			p.Rewards[2] = loyalty.Reward{ID: "mug", Cost: 500, ValidFor: time.Minute, OnExpiry: loyalty.FateForfeit, OnCancel: loyalty.FateForfeit, Stores: []loyalty.Store{"far"}}
		},
	} {
		w := newWorld(t, cafe())
		w.join(ann)
		w.buy(ann, 2000)
		before := w.balance(ann).Available
		used, given := w.redeem(ann, "mug"), w.redeem(ann, "mug")
		w.redeem(ann, "mug")
		w.days(1)
		w.change(func(p *loyalty.Programme) {
			p.Rewards = append([]loyalty.Reward(nil), p.Rewards...)
			edit(p)
		})
		w.days(1)
		w.buy(ann, 10)
		rec := w.use(used)
		a := w.act("")
		a.Actor = loyalty.ByMember(ann)
		if err := w.update(func(tx store.Tx) error { _, _, err := w.c.Vouchers.Cancel(tx, ann, given.ID, a); return err }); err != nil {
			t.Errorf("%s: not given back: %v", name, err)
		}
		w.undo(rec.Entry().Ref) // and set aside again under the old terms
		want(t, name+": open", w.vouchers(ann)[voucher.Open], 2)
		w.days(27)
		want(t, name+": open to the end", w.vouchers(ann)[voucher.Open], 2)
		w.days(2)
		w.tick()
		want(t, name+": lapsed", w.vouchers(ann)[voucher.Expired], 2)
		want(t, name+": points", w.balance(ann).Available, before+1)
	}
}
