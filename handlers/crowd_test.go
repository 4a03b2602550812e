package handlers_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// crowd lets so many customers, of whom nobody hears more, buy things, and take
// rewards for points: do> crowd shop 8 latte reward/cookie.
func crowd(s *shop.Shop, db store.DB) deed {
	return func(ctx context.Context, _ bot.Identity, args string) (string, error) {
		words := strings.Fields(args)
		n, err := strconv.Atoi(words[0])
		for i := range n {
			id := loyalty.MemberID(fmt.Sprintf("CROWD%s%03d", strings.ToUpper(strings.NewReplacer("/", "", "-", "").Replace(strings.Join(words[1:], ""))), i))
			for j, what := range words[1:] {
				if err == nil {
					err = db.Update(ctx, func(tx store.Tx) error { return has(tx, s, id, fmt.Sprint("crowd-", id, "-", j), what) })
				}
			}
		}
		return "", err
	}
}

// has lets a member buy an item, or take a reward.
func has(tx store.Tx, s *shop.Shop, id loyalty.MemberID, op, what string) error {
	act := book.Act{Op: loyalty.OpID(op), Actor: loyalty.ByJob("test"), Store: "main", Reason: []byte("test"), Now: s.Clock.Now()}
	reward, taken := strings.CutPrefix(what, "reward/")
	if !taken {
		_, err := s.Club.Sale(tx, id, act, loyalty.Sale{Amount: 100, Lines: []loyalty.Line{{Item: what}}})
		return err
	}
	if _, err := s.Book.Give(tx, id, act, 500); err != nil {
		return err
	}
	act.Op += "-taken"
	_, _, err := s.Club.Vouchers.Redeem(tx, id, act, reward)
	return err
}
