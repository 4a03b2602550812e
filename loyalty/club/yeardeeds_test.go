package club

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// What happens in the tables of [playYear].

// join makes a member, with a birthday as "03-15", or "" for none.
func join(birthday string) deed {
	return deed{do: func(l *life, m loyalty.MemberID) []string {
		l.facts[m] = loyalty.Facts{Joined: l.now}
		if birthday != "" {
			l.born(m, birthday)
		}
		return l.run(func(tx store.Tx, act book.Act) (Outcome, error) { return l.c.Join(tx, m, act) })
	}}
}

// born enters a birthday, as joining with it does.
func (l *life) born(m loyalty.MemberID, birthday string) {
	l.Helper()
	day, err := time.Parse("01-02", birthday)
	if err != nil {
		l.Fatal(err)
	}
	f := l.facts[m]
	f.BirthMonth, f.BirthDay, f.BirthSet = day.Month(), day.Day(), l.now
	l.facts[m] = f
	l.try(func(tx store.Tx, _ book.Act) error { // the row that package people keeps
		raw, err := store.Encode(struct{}{})
		if err != nil {
			return err
		}
		return tx.Put([]byte("bday/"+birthday+"/"+string(m)), raw)
	})
}

// sale is a purchase of an amount, as "38.50", that the table calls by a name.
// Lines are "latte", "latte*2" or "gift-card*1=500".
func sale(name, amount string, lines ...string) deed { return paidSale(name, amount, "", lines...) }

// paidSale is one of which the voucher that the table calls so paid a part; it
// was used before.
func paidSale(name, amount, paid string, lines ...string) deed {
	return deed{do: func(l *life, m loyalty.MemberID) []string {
		s := loyalty.Sale{Amount: l.money(amount), Lines: l.lines(lines), Voucher: string(l.cards[paid].ID)}
		return l.run(func(tx store.Tx, act book.Act) (Outcome, error) {
			o, err := l.c.Sale(tx, m, act, s)
			l.sales[name] = o.Receipt.Entry().Ref
			return o, err
		})
	}}
}

// refund takes an amount and lines of a sale back; with neither, "", all that is
// left of it.
func refund(name, amount string, lines ...string) deed {
	return deed{do: func(l *life, _ loyalty.MemberID) []string {
		r := loyalty.Return{Lines: l.lines(lines)}
		if amount != "" {
			r.Amount = l.money(amount)
		}
		return l.run(func(tx store.Tx, act book.Act) (Outcome, error) { return l.c.Refund(tx, l.sales[name], act, r) })
	}}
}

// give is points by a clerk's hand, for a reason; approved is a second person's
// word, where the programme asks for one.
func give(n loyalty.Points, approved bool) deed {
	return deed{do: func(l *life, m loyalty.MemberID) []string {
		return l.try(func(tx store.Tx, act book.Act) error {
			act.Actor, act.Role, act.Reason = sam, "clerk", []byte("review")
			if approved {
				act.Approver = loyalty.ByStaff("mia")
			}
			_, err := l.c.Book.Give(tx, m, act, n)
			return err
		})
	}}
}

// redeem gets a reward for its points; the table calls its voucher by a name.
func redeem(name, reward string) deed {
	return deed{do: func(l *life, m loyalty.MemberID) []string {
		return l.try(func(tx store.Tx, act book.Act) error {
			act.Actor = loyalty.ByMember(m)
			v, _, err := l.c.Vouchers.Redeem(tx, m, act, reward)
			l.cards[name] = v
			return err
		})
	}}
}

// use takes a voucher at the counter: by the table's name for it, or a present
// by its reward's, the open one first.
func use(name string) deed {
	return onVoucher(name, func(l *life, tx store.Tx, v voucher.Voucher, act book.Act) error {
		_, _, err := l.c.Vouchers.Use(tx, l.c.Vouchers.CodeOf(v), act)
		return err
	})
}

// cancel gives a voucher back.
func cancel(name string) deed {
	return onVoucher(name, func(l *life, tx store.Tx, v voucher.Voucher, act book.Act) error {
		act.Actor = loyalty.ByMember(v.Member)
		_, _, err := l.c.Vouchers.Cancel(tx, v.Member, v.ID, act)
		return err
	})
}

func onVoucher(name string, f func(*life, store.Tx, voucher.Voucher, book.Act) error) deed {
	return deed{do: func(l *life, m loyalty.MemberID) []string {
		v := l.voucher(m, name)
		l.cards[name] = v
		return l.try(func(tx store.Tx, act book.Act) error { return f(l, tx, v, act) })
	}}
}

// voucher is the one that the table means.
func (l *life) voucher(m loyalty.MemberID, name string) (v voucher.Voucher) {
	l.Helper()
	if v, known := l.cards[name]; known && v.Reward != name {
		return v
	}
	l.see(func(r store.Reader) error {
		all, err := l.c.Vouchers.List(r, m, l.now)
		for _, o := range all {
			if o.Reward == name && v.ID == "" {
				v = o
			}
		}
		return err
	})
	if v.ID == "" {
		l.Fatalf("%s: no voucher %q", l.now, name)
	}
	return v
}

// claim takes a gift, with the reward that is chosen ("" where there is one).
func claim(gift, reward string) deed {
	return deed{do: func(l *life, m loyalty.MemberID) []string {
		var g Given
		no := l.try(func(tx store.Tx, act book.Act) (err error) {
			g, err = l.c.Claim(tx, m, act, gift, reward)
			return err
		})
		if no != nil {
			return no
		}
		return []string{told(g)}
	}}
}

// brings has the member's friend come with their code, before they join.
func brings(friend loyalty.MemberID) deed {
	return deed{do: func(l *life, m loyalty.MemberID) []string {
		return l.try(func(tx store.Tx, act book.Act) error {
			code, err := l.c.Referrals.Code(tx, m)
			if err != nil {
				return err
			}
			return l.c.Referrals.Bind(tx, friend, code, l.facts[friend], act.Now)
		})
	}}
}

// night is what the schedule does, as it does every day: lots that lapse and
// tiers that end are written down, gifts given, members told what is to lapse.
func night() deed {
	return deed{do: func(l *life, m loyalty.MemberID) (said []string) {
		ctx := context.Background()
		if _, err := l.c.Book.SettleAll(ctx, l.db, l.now, nil); err != nil {
			l.Fatal(err)
		}
		var heard []string // the strict store runs every Update twice
		_, err := l.c.Tick(ctx, l.db, l.now, func(_ store.Tx, h Happened) error {
			if once := fmt.Sprint(h.Member, h.Given); !slices.Contains(heard, once) {
				heard, said = append(heard, once), append(said, l.happened(m, h))
			}
			return nil
		})
		if err != nil {
			l.Fatal(err)
		}
		return append(said, l.notices(m)...)
	}}
}

// happened is what the schedule tells, with the name of whom where it is not the
// row's own member.
func (l *life) happened(m loyalty.MemberID, h Happened) string {
	s := told(h.Given)
	if h.Choice != nil {
		s += " choose"
	}
	if h.Member != m {
		s = string(h.Member) + ": " + s
	}
	return s
}

// notices tells what is due to be told of points that will go.
func (l *life) notices(m loyalty.MemberID) (said []string) {
	var due []book.Noticed
	l.see(func(r store.Reader) (err error) {
		due, err = l.c.Book.DueNotices(r, l.now, 100)
		return err
	})
	for _, n := range due {
		l.try(func(tx store.Tx, act book.Act) error { return l.c.Book.MarkNoticed(tx, n.Member, act.Now) })
		if n.Points == 0 {
			continue // they are gone: too late to be told
		}
		s := fmt.Sprintf("%d go in %d days", n.Points, n.Days)
		if n.Member != m {
			s = string(n.Member) + ": " + s
		}
		said = append(said, s)
	}
	return said
}

// planned tells the dates of the notices that lie ahead, and what they say.
func planned() deed {
	return deed{do: func(l *life, m loyalty.MemberID) (said []string) {
		l.see(func(r store.Reader) error {
			a, err := l.c.Book.Account(r, m)
			for _, n := range loyalty.Notices(&a, &l.file.Rules, l.now) {
				said = append(said, fmt.Sprintf("%s: %d go in %d days", n.At.In(l.zone()).Format("2006-01-02 15:04"), n.Points, n.Days))
			}
			return err
		})
		return said
	}}
}

// look is nothing: time passes.
func look() deed { return deed{do: func(*life, loyalty.MemberID) []string { return nil }} }

// run is an operation of the club.
func (l *life) run(f func(store.Tx, book.Act) (Outcome, error)) []string {
	l.Helper()
	var out Outcome
	no := l.try(func(tx store.Tx, act book.Act) (err error) {
		out, err = f(tx, act)
		return err
	})
	if no != nil {
		return no
	}
	return l.outcome(out)
}

// money reads an amount in the currency's usual unit.
func (l *life) money(s string) loyalty.Money {
	l.Helper()
	whole, cents, _ := strings.Cut(s, ".")
	digits := l.file.Rules.Currency.Digits
	n, err := strconv.ParseInt(whole+(cents + "00")[:digits], 10, 64)
	if err != nil || len(cents) > digits {
		l.Fatalf("amount %q", s)
	}
	return loyalty.Money(n)
}

// lines reads the lines of a sale.
func (l *life) lines(all []string) (list []loyalty.Line) {
	l.Helper()
	for _, s := range all {
		s, amount, priced := strings.Cut(s, "=")
		item, many, several := strings.Cut(s, "*")
		line := loyalty.Line{Item: item, Quantity: 1}
		if several {
			n, err := strconv.ParseInt(many, 10, 64)
			if err != nil {
				l.Fatal(err)
			}
			line.Quantity = n
		}
		if priced {
			line.Amount = l.money(amount)
		}
		list = append(list, line)
	}
	return list
}
