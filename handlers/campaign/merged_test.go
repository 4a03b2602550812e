package campaign

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// says has a LINE user say something to the shop.
func (w *world) says(user, text string) {
	w.t.Helper()
	b := w.e.Shop.Bot(append(handlers.Commands(w.e.Shop), w.e.Commands()...)...)
	b.DB, b.Outbox = w.db, w.out
	err := b.Handle(context.Background(), []bot.Event{{
		ID: bot.EventID(rand.Text()), Channel: "line", Platform: bot.LINE, Kind: bot.Said, At: w.clock.at,
		Chat: bot.Chat{Channel: "line", ID: bot.ChatID(user)}, From: bot.UserID(user), Text: text,
	}})
	if err != nil {
		w.t.Fatal(err)
	}
}

// reached notes that a campaign was sent to members.
func (w *world) reached(id ID, who ...loyalty.MemberID) {
	w.t.Helper()
	w.update(func(tx store.Tx) error {
		for _, m := range who {
			may, err := w.e.Shop.MayAll(tx, string(id), bot.Promo, "line", []bot.PersonID{bot.PersonID(m)}, w.clock.at)
			if err != nil || may[0].Why != "" {
				return fmt.Errorf("%v, %w", may, err)
			}
		}
		return nil
	})
}

func (w *world) merge(from, into loyalty.MemberID) {
	w.t.Helper()
	w.update(func(tx store.Tx) error {
		_, err := w.e.Shop.Merge(tx, from, into, book.Act{Op: "merge", Actor: loyalty.ByStaff("boss"), Role: people.Manager, Now: w.clock.at, Reason: []byte("x")})
		return err
	})
}

func (w *world) vouchers(m loyalty.MemberID) (list []voucher.Voucher) {
	w.t.Helper()
	w.view(func(r store.Reader) (err error) {
		list, err = w.e.Shop.Club.Vouchers.List(r, m, w.clock.at)
		return err
	})
	return list
}

// offer sends a campaign with a button that gives something.
func (w *world) offer(d Draft) ID {
	w.t.Helper()
	d.Buttons = []Button{{ID: "get", Label: map[string]string{"": "Get it"}, Do: DoCoupon}}
	id := w.save(d)
	w.send(id)
	w.run()
	return id
}

// Who took a coupon and is merged into somebody who was offered it as well has had
// it: one person, one coupon.
func TestMergedTakeOneCoupon(t *testing.T) {
	w := newWorld(t)
	ids := w.join(2, "line", "en")
	d := plain()
	d.Coupon = &Coupon{Reward: "tumbler", Days: 7}
	id := w.offer(d)
	w.reached(id, ids...)
	w.says("lineen0", "/tap "+string(id)+" get")
	if n := len(w.vouchers(ids[0])); n != 1 {
		t.Fatalf("%d coupons after a tap", n)
	}
	w.merge(ids[0], ids[1])
	for range 2 {
		w.says("lineen1", "/tap "+string(id)+" get")
		w.says("lineen0", "/tap "+string(id)+" get")
	}
	if n := len(w.vouchers(ids[1])); n != 1 {
		t.Errorf("%d coupons of one person", n)
	}
}

// A multiplier that was switched on before two cards became one goes on, and is
// not switched on again.
func TestMergedKeepTheirMultiplier(t *testing.T) {
	w := newWorld(t)
	w.e.Shop.Boosts = Boosts
	ids := w.join(2, "line", "en")
	d := plain()
	d.Boost = &Multiplier{Percent: 200, Days: 7}
	id := w.offer(d)
	w.reached(id, ids...)
	w.says("lineen0", "/tap "+string(id)+" get")
	w.merge(ids[0], ids[1])
	boosts := func() (list []loyalty.Bonus) {
		w.update(func(tx store.Tx) error {
			if err := tx.Lock(people.Subject(ids[1])); err != nil {
				return err
			}
			f, err := w.e.Shop.Facts(tx, ids[1])
			list = f.Boosts
			return err
		})
		return list
	}
	was := boosts()
	if len(was) != 1 {
		t.Fatalf("%d multipliers after the merge", len(was))
	}
	w.clock.at = w.clock.at.Add(5 * 24 * time.Hour)
	w.says("lineen1", "/tap "+string(id)+" get")
	if now := boosts(); len(now) != 1 || !now[0].To.Equal(was[0].To) {
		t.Errorf("%v after another tap, %v before", now, was)
	}
}

// Two cards of one person that both have a campaign's multiplier count once.
func TestMergedMultipliersDoNotAdd(t *testing.T) {
	w := newWorld(t)
	w.e.Shop.Boosts = Boosts
	ids := w.join(2, "line", "en")
	d := plain()
	d.Boost = &Multiplier{Percent: 200, Days: 7}
	id := w.offer(d)
	w.reached(id, ids...)
	w.says("lineen0", "/tap "+string(id)+" get")
	w.clock.at = w.clock.at.Add(24 * time.Hour)
	w.says("lineen1", "/tap "+string(id)+" get")
	w.merge(ids[0], ids[1])
	w.update(func(tx store.Tx) error {
		out, err := w.e.Shop.Club.Sale(tx, ids[1], book.Act{Op: "s", Actor: loyalty.ByJob("test"), Now: w.clock.at}, loyalty.Sale{Amount: 1000})
		if err == nil && out.Receipt.Balance.Available+out.Receipt.Balance.Pending != 200 {
			t.Errorf("%+v for NT$1,000 at double points", out.Receipt.Balance)
		}
		return err
	})
}

// An offer in a group is everybody's, and once: who leaves and comes back does not
// take it again.
func TestGroupCouponOnceForWhoComesBack(t *testing.T) {
	w := newWorld(t)
	w.e.Group = func(_ store.Reader, code string) (bot.GroupChat, bool, error) {
		return bot.GroupChat{Code: code, Chat: bot.Chat{Channel: "line", ID: "Cgroup", Group: true}}, code == "7KQ2", nil
	}
	w.join(2, "line", "en")
	d := plain()
	d.Coupon, d.Groups = &Coupon{Reward: "tumbler", Days: 7}, []string{"7KQ2"}
	id := w.offer(d)
	join := func(user string) (m loyalty.MemberID) {
		w.update(func(tx store.Tx) error {
			p, _, err := w.e.Shop.Vault.Meet(tx, people.Identity{Channel: "line", User: user}, people.Seen{DisplayName: user}, w.clock.at, rand.Reader)
			if err != nil {
				return err
			}
			m = p.ID
			_, err = w.e.Shop.Vault.Join(tx, m, shop.Wording, w.clock.at, rand.Reader)
			return err
		})
		return m
	}
	w.clock.at = w.clock.at.Add(time.Hour)
	first := join("Zoe")
	w.says("Zoe", "/tap "+string(id)+" get")
	if n := len(w.vouchers(first)); n != 1 {
		t.Fatalf("%d coupons for a newcomer", n)
	}
	w.update(func(tx store.Tx) error {
		return w.e.Shop.Vault.Erase(tx, first, w.clock.at, w.clock.at.AddDate(1, 0, 0))
	})
	w.clock.at = w.clock.at.Add(time.Hour)
	again := join("Zoe")
	w.says("Zoe", "/tap "+string(id)+" get")
	if n := len(w.vouchers(again)); n != 0 {
		t.Errorf("%d coupons for who came back", n)
	}
}
