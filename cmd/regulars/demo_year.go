package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/club"
	"regulars/loyalty/people"
	"regulars/loyalty/plan"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// The café's year day by day: who comes buys, uses what they have, redeems
// points now and then, sends a friend; and at the end of a day the café does
// what its schedule does. All of it goes through the doors that the chats use.

// life is a regular's year, and where it stands.
type life struct {
	number int
	regular
	visits []visit
	saves  bool // leaves the newest vouchers open, to be looked at

	id    loyalty.MemberID
	hand  []voucher.Voucher // what they have, oldest first
	wants string            // the reward that they save for
	acts  int               // so far, for operation ids
}

// moment is a regular's joining, or a visit.
type moment struct {
	at    time.Time
	life  *life
	visit *visit // nil: joins
}

// liveAll writes the year, many moments in one transaction so that the disk is
// waited for seldom. What stands in memory may change within: nobody else has
// the store open, and then a bolt Update runs once.
func (h *history) liveAll(ctx context.Context, lives []*life) error {
	const together = 200
	var year []moment
	for _, l := range lives {
		year = append(year, moment{l.joined, l, nil})
		for i := range l.visits {
			year = append(year, moment{l.visits[i].at, l, &l.visits[i]})
		}
	}
	slices.SortStableFunc(year, func(a, b moment) int {
		return cmp.Or(a.at.Compare(b.at), a.life.number-b.life.number)
	})
	for len(year) > 0 {
		n := min(together, len(year))
		if len(h.also) > 0 {
			if n = min(n, before(year, h.also[0].at)); n == 0 {
				if err := h.next(ctx); err != nil {
					return err
				}
				continue
			}
		}
		part := year[:n]
		year = year[n:]
		err := h.db.Update(ctx, func(tx store.Tx) error {
			for _, m := range part {
				if err := h.live(ctx, tx, m); err != nil {
					return fmt.Errorf("the demo's member %d: %w", m.life.number, err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for len(h.also) > 0 {
		if err := h.next(ctx); err != nil {
			return err
		}
	}
	return h.db.Update(ctx, func(tx store.Tx) error { return h.dayEnd(ctx, tx, h.until) })
}

// next does what comes next besides the visits.
func (h *history) next(ctx context.Context) error {
	x := h.also[0]
	h.also = h.also[1:]
	return x.do(ctx)
}

// before is how many moments lie before t.
func before(year []moment, t time.Time) int {
	n, _ := slices.BinarySearchFunc(year, t, func(m moment, t time.Time) int { return cmp.Or(m.at.Compare(t), 1) })
	return n
}

// yearSteps is after how many days the year looks for gifts and vouchers whose
// time has come: a day's look costs a hundredth of a second, which nobody waits
// for 365 times.
const yearSteps = 4

// live does what happens at a moment, and before it what the schedule did in the
// days before.
func (h *history) live(ctx context.Context, tx store.Tx, m moment) error {
	if day := h.shop.Local(m.at).YearDay() / yearSteps; day != h.day {
		h.day = day
		if err := h.dayEnd(ctx, tx, m.at); err != nil {
			return err
		}
	}
	if m.visit == nil {
		return h.join(tx, m.life)
	}
	return h.come(tx, m.life, m.visit)
}

// dayEnd does what the schedule does. Nobody is told: it is long ago.
func (h *history) dayEnd(ctx context.Context, tx store.Tx, now time.Time) error {
	if _, err := h.shop.Club.Tick(ctx, &within{tx: tx}, now, func(store.Tx, club.Happened) error { return nil }); err != nil {
		return err
	}
	if _, err := h.shop.Plans.Tick(ctx, &within{tx: tx}, now, func(store.Tx, plan.Done) error { return nil }); err != nil {
		return err
	}
	return h.ask(tx, now)
}

// within is a store that is one open transaction: what would be commits of
// their own becomes part of it, one after the other, whoever asks at once.
type within struct {
	mu sync.Mutex
	tx store.Tx
}

func (w *within) View(_ context.Context, f func(store.Reader) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return f(w.tx)
}

func (w *within) Update(_ context.Context, f func(store.Tx) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return f(w.tx)
}

func (w *within) Close() error { return nil }

// join makes the member. One in eight was brought by another, and two in three
// tell their phone and birthday.
func (h *history) join(tx store.Tx, l *life) error {
	v := h.shop.Vault
	p, _, err := v.Meet(tx, l.who, people.Seen{Language: l.language, DisplayName: l.name}, l.joined, h.bytes)
	if err != nil {
		return err
	}
	l.id = p.ID
	if len(h.joined) > 0 && h.rand.IntN(8) == 0 {
		if err := h.bring(tx, l, h.joined[h.rand.IntN(len(h.joined))]); err != nil {
			return err
		}
	}
	h.joined = append(h.joined, l)
	if _, err := v.Join(tx, l.id, shop.Wording, l.joined, h.bytes); err != nil {
		return err
	}
	if err := h.agree(tx, l); err != nil {
		return err
	}
	if l.number%3 != 2 {
		phone, err := people.ParsePhone(l.phone, "TW")
		if err == nil { // else it is a number that nobody has
			if err = v.SetPhone(tx, l.id, phone, false, h.bytes); err == nil {
				err = v.SetBirthday(tx, l.id, l.birthday, l.joined, h.bytes)
			}
			if err != nil {
				return err
			}
		}
	}
	_, err = h.shop.Club.Join(tx, l.id, h.act(l, l.joined, nil))
	return err
}

// bring notes that l came with another member's invitation.
func (h *history) bring(tx store.Tx, l, by *life) error {
	code, err := h.shop.Club.Referrals.Code(tx, by.id)
	if err != nil {
		return err
	}
	return unlessRefused(h.shop.Club.Referrals.Bind(tx, l.id, code, loyalty.Facts{}, l.joined))
}

// come is one visit.
func (h *history) come(tx store.Tx, l *life, v *visit) error {
	s := &h.staff[v.staff]
	used, err := h.useOne(tx, l, v, s)
	if err != nil {
		return err
	}
	out, err := h.shop.Club.Sale(tx, l.id, h.act(l, v.at, s), loyalty.Sale{Amount: v.amount, Voucher: used})
	if err != nil {
		return err
	}
	l.hand = append(l.hand, out.Vouchers...)
	if err := h.birthdayTreat(tx, l, v); err != nil {
		return err
	}
	if err := h.redeem(tx, l, v, s, out.Receipt.Balance.Available); err != nil {
		return err
	}
	if h.rand.IntN(120) > 0 {
		return nil
	}
	back := loyalty.Return{} // a wrong cup: all of it, or half
	if h.rand.IntN(2) == 0 {
		back.Amount = v.amount / 2
	}
	mia := &h.staff[len(h.staff)-1]
	_, err = h.shop.Club.Refund(tx, out.Receipt.Entry().Ref, h.act(l, v.at.Add(5*time.Minute), mia), back)
	return unlessRefused(err)
}

// useOne uses the oldest voucher that is at hand, mostly, and tells which.
func (h *history) useOne(tx store.Tx, l *life, v *visit, s *people.Staff) (id string, err error) {
	if len(l.hand) == 0 || h.rand.IntN(10) < 3 {
		return "", nil
	}
	x := l.hand[0]
	if l.saves && h.until.Sub(x.Issued) < 60*24*time.Hour {
		return "", nil
	}
	l.hand = l.hand[1:]
	if err := h.use(tx, l, x, v.at.Add(-time.Minute), s); err != nil {
		return "", unlessRefused(err) // it may have lapsed
	}
	return string(x.ID), nil
}

// birthdayTreat chooses the birthday's gift, when there is one.
func (h *history) birthdayTreat(tx store.Tx, l *life, v *visit) error {
	if h.shop.Local(v.at).Month() != l.birthday.Month || l.number%3 == 2 {
		return nil
	}
	at := v.at.Add(time.Minute)
	open, err := h.shop.Club.Open(tx, l.id, at)
	if err != nil {
		return err
	}
	for _, o := range open {
		if o.Kind != loyalty.GiftBirthday || len(o.Rewards) == 0 {
			continue
		}
		g, err := h.shop.Club.Claim(tx, l.id, h.act(l, at, nil), o.Gift, pick(h.rand, o.Rewards))
		if err != nil {
			return unlessRefused(err)
		}
		l.hand = append(l.hand, g.Voucher)
	}
	return nil
}

// redeem takes what they saved for, once there are points enough, and uses it
// at once, as one does in a café; now and then it is forgotten and lapses.
func (h *history) redeem(tx store.Tx, l *life, v *visit, s *people.Staff, have loyalty.Points) error {
	if l.wants == "" {
		l.wants = pick(h.rand, []string{"cookie", "americano", "americano", "latte", "latte", "cake", "beans", "tumbler"})
	}
	r, ok := h.shop.Rules(v.at).Reward(l.wants)
	if !ok || have < r.Cost || l.saves && h.until.Sub(v.at) < 60*24*time.Hour {
		return nil
	}
	at := v.at.Add(2 * time.Minute)
	x, _, err := h.shop.Club.Vouchers.Redeem(tx, l.id, h.act(l, at, nil), l.wants)
	l.wants = ""
	if err != nil {
		return unlessRefused(err) // not for their tier, sold out
	}
	if h.rand.IntN(20) == 0 {
		return nil
	}
	return unlessRefused(h.use(tx, l, x, at.Add(time.Minute), s))
}

// use takes a voucher and counts it, as the till does.
func (h *history) use(tx store.Tx, l *life, x voucher.Voucher, at time.Time, s *people.Staff) error {
	if _, _, err := h.shop.Club.Vouchers.Use(tx, h.shop.Club.Vouchers.CodeOf(x), h.act(l, at, s)); err != nil {
		return err
	}
	return h.shop.CountUses(tx, s.ID, h.shop.Rules(at).Day(at), 1)
}

// act is something that an employee does for l, or l alone where s is nil.
func (h *history) act(l *life, at time.Time, s *people.Staff) book.Act {
	l.acts++
	act := book.Act{Op: loyalty.OpID(fmt.Sprintf("demo.%d.%d", l.number, l.acts)), Actor: loyalty.ByMember(l.id), At: at, Now: at}
	if s != nil {
		act.Actor, act.Role, act.Self, act.Store = s.ID.Actor(), s.Role, s.Member, "main"
	}
	return act
}

// unlessRefused is err unless it is the rules saying no, as they do in a year.
func unlessRefused(err error) error {
	if loyalty.Refused(err) {
		return nil
	}
	return err
}
