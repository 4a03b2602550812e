package handlers_test

import (
	"context"
	"strconv"
	"sync/atomic"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// deed is something that happens in the shop besides chats.
type deed = func(ctx context.Context, who bot.Identity, args string) (code string, err error)

// deeds are what do> lines can say: the points that other parts of the product
// move, and what an owner does at the command line.
func deeds(s *shop.Shop, db store.DB) map[string]deed {
	var n atomic.Int64
	act := func() book.Act {
		return book.Act{Op: loyalty.OpID("deed-" + strconv.FormatInt(s.Clock.Now().UnixNano()+n.Add(1), 36)), Actor: loyalty.ByJob("test"), Now: s.Clock.Now()}
	}
	onPoints := func(f func(tx store.Tx, id loyalty.MemberID, n loyalty.Points) error) deed {
		return func(ctx context.Context, who bot.Identity, args string) (string, error) {
			points, err := strconv.ParseInt(args, 10, 64)
			if err != nil {
				return "", err
			}
			return "", db.Update(ctx, func(tx store.Tx) error {
				id, _, err := s.Vault.Who(tx, shop.Identity(who))
				if err != nil {
					return err
				}
				return f(tx, id, loyalty.Points(points))
			})
		}
	}
	return map[string]deed{
		"spend": onPoints(func(tx store.Tx, id loyalty.MemberID, n loyalty.Points) error {
			_, err := s.Book.Spend(tx, id, act(), n)
			return err
		}),
		"hold": onPoints(func(tx store.Tx, id loyalty.MemberID, n loyalty.Points) error {
			_, err := s.Book.Hold(tx, id, act(), n)
			return err
		}),
		"scan": func(ctx context.Context, who bot.Identity, _ string) (token string, err error) {
			err = db.Update(ctx, func(tx store.Tx) error {
				id, _, err := s.Vault.Who(tx, shop.Identity(who))
				if err != nil {
					return err
				}
				if _, err := s.Vault.Card(tx, id, s.Rand); err != nil {
					return err
				}
				token, err = s.Vault.CardToken(tx, id, s.Clock.Now(), people.CardLife)
				return err
			})
			return token, err
		},
		"invite": func(ctx context.Context, _ bot.Identity, role string) (code string, err error) {
			err = db.Update(ctx, func(tx store.Tx) error {
				c, err := s.Vault.Invite(tx, loyalty.Role(role), "", loyalty.ByJob("test"), s.Clock.Now(), people.CodeLife, s.Rand)
				code = c.String()
				return err
			})
			return code, err
		},
		"dismiss": func(ctx context.Context, who bot.Identity, _ string) (string, error) {
			return "", db.Update(ctx, func(tx store.Tx) error {
				e, _, err := s.Vault.StaffOf(tx, shop.Identity(who))
				if err != nil {
					return err
				}
				return s.Vault.Dismiss(tx, e.ID, s.Clock.Now())
			})
		},
	}
}
