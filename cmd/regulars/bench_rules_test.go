package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/bolt"
)

// rulesShop is a shop under a programme, with members who have points.
type rulesShop struct {
	shop *shop.Shop
	db   *bolt.DB
	who  []loyalty.MemberID
	line loyalty.Sale
	n    int
}

func newRulesShop(b *testing.B, text []byte, members, visits int) *rulesShop {
	b.Helper()
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		b.Fatal(complaints[0])
	}
	v, err := people.NewVault(e2eKey)
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "rules.db")
	if err := bolt.Create(path); err != nil {
		b.Fatal(err)
	}
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	s := &rulesShop{shop: shop.New(v, always(p), bot.SystemClock{}, rand.Reader, slog.New(slog.DiscardHandler)), db: db}
	s.line.Amount = 500 * loyalty.Money(pow10(p.Rules.Currency.Digits))
	for _, item := range p.Rules.Earning.Items { // a basket with some of all that rules name
		s.line.Lines = append(s.line.Lines, loyalty.Line{Item: item.ID, Quantity: 1, Amount: s.line.Amount / 20})
	}
	err = db.Update(context.Background(), func(tx store.Tx) error {
		for i := range members {
			who := people.Identity{Channel: "main", User: fmt.Sprintf("U%032d", i)}
			p, _, err := v.Meet(tx, who, people.Seen{}, time.Now().AddDate(0, -2, 0), rand.Reader)
			if err != nil {
				return err
			}
			if _, err := v.Join(tx, p.ID, shop.Wording, time.Now().AddDate(0, -2, 0), rand.Reader); err != nil {
				return err
			}
			s.who = append(s.who, p.ID)
			for day := range visits {
				if _, err := s.sell(tx, i, time.Now().AddDate(0, 0, day-visits)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func pow10(n int) int64 {
	v := int64(1)
	for range n {
		v *= 10
	}
	return v
}

func (s *rulesShop) act(now time.Time) book.Act {
	s.n++
	return book.Act{Op: loyalty.OpID(fmt.Sprintf("bench-%d", s.n)), Actor: loyalty.ByJob("bench"), Now: now}
}

func (s *rulesShop) sell(tx store.Tx, i int, now time.Time) (loyalty.Points, error) {
	out, err := s.shop.Club.Sale(tx, s.who[i], s.act(now), s.line)
	return out.Receipt.Balance.Available, err
}

// round does n purchases of one member, none of which is committed: the disk
// is not what is compared.
func (s *rulesShop) round(b *testing.B, n int) time.Duration {
	undo := errors.New("not committed")
	began := time.Now()
	for range n {
		err := s.db.Update(context.Background(), func(tx store.Tx) error {
			if _, err := s.sell(tx, 0, time.Now()); err != nil {
				return err
			}
			return undo
		})
		if !errors.Is(err, undo) {
			b.Fatal(err)
		}
	}
	return time.Since(began) / time.Duration(n)
}

// BenchmarkPurchaseRules compares a purchase, with all that it brings, under
// each preset with one under a programme that has nothing but points. The bar
// for the dearest is twice.
func BenchmarkPurchaseRules(b *testing.B) {
	const visits, each = 20, 100
	plain := newRulesShop(b, []byte(plainRules(1, "10")), 1, visits)
	shops := map[string]*rulesShop{}
	for _, p := range programme.Presets() {
		text, _ := programme.Preset(p.Name)
		shops[p.Name] = newRulesShop(b, text, 1, visits)
	}
	for b.Loop() {
		worst, which, base := 0.0, "", time.Duration(0)
		for name, s := range shops {
			var ratio []float64
			for range benchRounds {
				p := plain.round(b, each)
				ratio, base = append(ratio, float64(s.round(b, each))/float64(p)), p
			}
			if r := median(ratio); r > worst {
				worst, which = r, name
			}
		}
		verdict(b, worst <= 2, "purchase: dearest under %s, %.2f times one of points alone, which takes %v (bar ≤ 2)", which, worst, round(base))
		b.ReportMetric(worst, "x-plain")
	}
}

// BenchmarkRedemptions lets 100 members redeem at once, of a reward that has 90
// left: 90 get it, and nobody twice.
func BenchmarkRedemptions(b *testing.B) {
	const members, stock = 100, 90
	text, _ := programme.Preset("cafe")
	text = []byte(strings.Replace(string(text), "cost  = 60 ", fmt.Sprintf("stock = %d\ncost  = 60 ", stock), 1))
	for b.Loop() {
		b.StopTimer()
		s := newRulesShop(b, text, members, 3)
		acts := make([]book.Act, members)
		for i := range acts {
			acts[i] = s.act(time.Now())
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		got := 0
		b.StartTimer()
		began := time.Now()
		for i := range members {
			all.Go(func() {
				err := s.db.Update(context.Background(), func(tx store.Tx) error {
					_, _, err := s.shop.Club.Vouchers.Redeem(tx, s.who[i], acts[i], "cookie")
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					got++
				case !loyalty.Refused(err):
					b.Error(err)
				}
			})
		}
		all.Wait()
		took := time.Since(began)
		verdict(b, got == stock, "redemptions: 100 at once of a reward with %d left: %d got it, all answered after %v, on disk", stock, got, round(took))
		b.ReportMetric(float64(took.Milliseconds()), "ms-for-100")
	}
}
