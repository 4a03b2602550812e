package handlers_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
)

// deed is something that happens in the shop besides chats.
type deed = func(ctx context.Context, who bot.Identity, args string) (code string, err error)

// deeds are what do> lines can say: the points that other parts of the product
// move, and what an owner does at the command line.
func deeds(s *shop.Shop, db store.DB, rules *rulebook) map[string]deed {
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
		"sends": sends(s),
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
		// use takes the first of somebody's open vouchers at a till.
		"use": func(ctx context.Context, who bot.Identity, _ string) (string, error) {
			return "", db.Update(ctx, func(tx store.Tx) error {
				id, _, err := s.Vault.Who(tx, shop.Identity(who))
				if err != nil {
					return err
				}
				all, err := s.Club.Vouchers.List(tx, id, s.Clock.Now())
				if err != nil || len(all) == 0 {
					return fmt.Errorf("%d vouchers: %w", len(all), err)
				}
				till := act()
				till.Store = "main"
				_, _, err = s.Club.Vouchers.Use(tx, s.Club.Vouchers.CodeOf(all[0]), till)
				return err
			})
		},
		// codes fills a pool: do> codes ann movie AAAA,BBBB
		"codes": func(ctx context.Context, _ bot.Identity, args string) (string, error) {
			reward, list, _ := strings.Cut(args, " ")
			return "", db.Update(ctx, func(tx store.Tx) error {
				_, _, err := s.Club.Vouchers.AddCodes(tx, reward, strings.Split(list, ","), s.Clock.Now())
				return err
			})
		},
		// rules makes a new version of the programme: do> rules shop old => new
		"rules": func(_ context.Context, _ bot.Identity, args string) (string, error) {
			return "", rules.change(args, s.Clock.Now())
		},
		// reasons opens why somebody's card was put together with others, in each
		// half: do> reasons ann same person
		"reasons": func(ctx context.Context, who bot.Identity, want string) (string, error) {
			return "", db.View(ctx, func(r store.Reader) error {
				id, _, err := s.Vault.Who(r, shop.Identity(who))
				if err != nil {
					return err
				}
				p, err := s.Vault.Get(r, id)
				if err != nil || len(p.Parts) == 0 {
					return fmt.Errorf("%d parts: %w", len(p.Parts), err)
				}
				for _, half := range append(p.Parts, id) {
					if err := mergedFor(s, r, half, want); err != nil {
						return err
					}
				}
				return nil
			})
		},
		"brought": brought(s, db),
		"crowd":   crowd(s, db),
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

// mergedFor looks for a half of a merge whose reason a member's own key opens.
func mergedFor(s *shop.Shop, r store.Reader, id loyalty.MemberID, want string) error {
	list, err := s.Book.History(r, id, 0, 200)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.Kind != loyalty.KindMerge || e.Member != id {
			continue
		}
		got, err := s.Vault.OpenFor(r, id, "reason", e.Reason)
		if err == nil && string(got) != want {
			err = fmt.Errorf("the reason is %q", got)
		}
		return err
	}
	return fmt.Errorf("no merge among %d entries", len(list))
}

// rulebook is the programme of a scene, which may change in it.
type rulebook struct {
	mu   sync.Mutex
	text string
	all  []*programme.Programme
	from []time.Time // of each but the first
}

// rulebook is the scene's programme, the default preset until a deed changes it.
func (l *lots) rulebook(t testing.TB) *rulebook {
	if l.rules != nil {
		return l.rules
	}
	text, _ := programme.Preset("cafe")
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	l.rules = &rulebook{text: string(text), all: []*programme.Programme{p}}
	return l.rules
}

// at is the version in force at a moment.
func (r *rulebook) at(t time.Time) *programme.Programme {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := len(r.from) - 1; i >= 0; i-- {
		if !t.Before(r.from[i]) {
			return r.all[i+1]
		}
	}
	return r.all[0]
}

// change replaces a text of the file, and makes that its next version: "cost  =
// 140 => cost = 150", with \n for a line's end.
func (r *rulebook) change(args string, now time.Time) error {
	was, is, ok := strings.Cut(strings.ReplaceAll(args, `\n`, "\n"), " => ")
	if !ok || !strings.Contains(r.text, was) {
		return fmt.Errorf("the programme has no %q", was)
	}
	before := r.at(now)
	version := func(n int) string { return fmt.Sprintf("version   = %d ", n) }
	text := strings.Replace(r.text, was, is, 1)
	text = strings.Replace(text, version(before.Rules.Version), version(before.Rules.Version+1), 1)
	p, complaints := programme.Load([]byte(text))
	if len(complaints) > 0 || p.Rules.Version != before.Rules.Version+1 {
		return fmt.Errorf("no new version: %v", complaints)
	}
	p.Rules.From, p.Rules.Before = now, &before.Rules
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text, r.all, r.from = text, append(r.all, p), append(r.from, now)
	return nil
}
