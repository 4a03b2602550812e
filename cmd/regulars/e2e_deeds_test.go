package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"
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

// e2eDeeds are what do> lines of the transcripts can say.
func e2eDeeds(a *app, rules *sceneRules) map[string]deed {
	return map[string]deed{
		"sends": sends(a),
		"spend": onPoints(a, func(tx store.Tx, id loyalty.MemberID, act book.Act, n loyalty.Points) error {
			_, err := a.shop.Book.Spend(tx, id, act, n)
			return err
		}),
		"hold": onPoints(a, func(tx store.Tx, id loyalty.MemberID, act book.Act, n loyalty.Points) error {
			_, err := a.shop.Book.Hold(tx, id, act, n)
			return err
		}),
		"scan": func(ctx context.Context, who bot.Identity, _ string) (token string, err error) {
			err = a.db.Update(ctx, func(tx store.Tx) error {
				id, _, err := a.shop.Vault.Who(tx, shop.Identity(who))
				if err != nil {
					return err
				}
				if _, err := a.shop.Vault.Card(tx, id, rand.Reader); err != nil {
					return err
				}
				token, err = a.shop.Vault.CardToken(tx, id, a.clock.Now(), people.CardLife)
				return err
			})
			return token, err
		},
		"invite": func(ctx context.Context, _ bot.Identity, role string) (string, error) {
			return invited(ctx, a, loyalty.Role(role))
		},
		"use": func(ctx context.Context, who bot.Identity, _ string) (string, error) {
			return "", a.db.Update(ctx, func(tx store.Tx) error { return useFirst(tx, a, who) })
		},
		"codes": func(ctx context.Context, _ bot.Identity, args string) (string, error) {
			reward, list, _ := strings.Cut(args, " ")
			return "", a.db.Update(ctx, func(tx store.Tx) error {
				_, _, err := a.shop.Club.Vouchers.AddCodes(tx, reward, strings.Split(list, ","), a.clock.Now())
				return err
			})
		},
		"rules": func(_ context.Context, _ bot.Identity, args string) (string, error) {
			return "", rules.change(args, a.clock.Now())
		},
		"brought": brought(a),
		"crowd":   crowd(a),
		"dismiss": func(ctx context.Context, who bot.Identity, _ string) (string, error) {
			return "", a.db.Update(ctx, func(tx store.Tx) error {
				e, _, err := a.shop.Vault.StaffOf(tx, shop.Identity(who))
				if err != nil {
					return err
				}
				return a.shop.Vault.Dismiss(tx, e.ID, a.clock.Now())
			})
		},
	}
}

// useFirst takes the first of somebody's open vouchers, as a till would.
func useFirst(tx store.Tx, a *app, who bot.Identity) error {
	id, _, err := a.shop.Vault.Who(tx, shop.Identity(who))
	if err != nil {
		return err
	}
	all, err := a.shop.Club.Vouchers.List(tx, id, a.clock.Now())
	if err != nil || len(all) == 0 {
		return fmt.Errorf("%d vouchers: %w", len(all), err)
	}
	_, _, err = a.shop.Club.Vouchers.Use(tx, a.shop.Club.Vouchers.CodeOf(all[0]), book.Act{
		Op: loyalty.OpID(fmt.Sprintf("deed-use-%d", deedsDone.Add(1))), Actor: loyalty.ByJob("test"), Store: "main", Now: a.clock.Now(),
	})
	return err
}

var deedsDone atomic.Int64

// onPoints moves points that another part of the product would.
func onPoints(a *app, f func(store.Tx, loyalty.MemberID, book.Act, loyalty.Points) error) deed {
	return func(ctx context.Context, who bot.Identity, args string) (string, error) {
		n, err := strconv.ParseInt(args, 10, 64)
		if err != nil {
			return "", err
		}
		op := loyalty.OpID("deed-" + strconv.FormatInt(deedsDone.Add(1), 10))
		return "", a.db.Update(ctx, func(tx store.Tx) error {
			id, _, err := a.shop.Vault.Who(tx, shop.Identity(who))
			if err != nil {
				return err
			}
			return f(tx, id, book.Act{Op: op, Actor: loyalty.ByJob("test"), Now: a.clock.Now()}, loyalty.Points(n))
		})
	}
}

// invited draws an employee's code, as `regulars staff invite` does.
func invited(ctx context.Context, a *app, role loyalty.Role) (code string, err error) {
	err = a.db.Update(ctx, func(tx store.Tx) error {
		c, err := a.shop.Vault.Invite(tx, role, "", loyalty.ByJob("test"), a.clock.Now(), people.CodeLife, rand.Reader)
		code = c.String()
		return err
	})
	return code, err
}
