package jobs

import (
	"errors"
	"fmt"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/club"
	"regulars/loyalty/event"
	"regulars/loyalty/match"
	"regulars/loyalty/plan"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// some is one of a list; "" of none.
func some[T ~string](v *village, list []T) T {
	if len(list) == 0 {
		return ""
	}
	return list[v.pick(len(list))]
}

// keep notes what an outcome made, so that it may be undone or used.
func (v *village) keep(out club.Outcome) {
	for _, e := range out.Receipt.Entries {
		if e.Ref != "" {
			v.refs = append(v.refs, e.Ref)
		}
	}
	for _, x := range out.Vouchers {
		v.vouchers = append(v.vouchers, x.ID)
	}
}

// deed is one random thing that m does, or is done to.
func (v *village) deed(name string, m loyalty.MemberID) {
	v.Helper()
	for _, list := range [][]func(string, loyalty.MemberID){
		{v.sells, v.sells, v.sells, v.sells},
		{v.refunds, v.vouchered, v.redeems, v.uses, v.uses},
		{v.plays, v.plays, v.packet, v.quiz},
		{v.checksIn, v.begins, v.claims, v.handsIn},
		{v.signsUp, v.signsUp, v.door, v.voice, v.donates},
		{v.enters, v.enters, v.ticks},
		{v.pays, v.pays, v.endsPlan, v.family, v.family, v.matched},
		{v.merges, v.leaves, v.given},
	} {
		if v.pick(3) == 0 {
			list[v.pick(len(list))](name, m)
		}
	}
}

func (v *village) sells(name string, m loyalty.MemberID) {
	sale := loyalty.Sale{Amount: loyalty.Money(20 + v.pick(900)), Order: loyalty.Order([]string{"", "A", "B"}[v.pick(3)])}
	if v.pick(2) == 0 {
		sale.Lines = []loyalty.Line{{Item: []string{"latte", "cake"}[v.pick(2)]}}
	}
	var out club.Outcome
	late := time.Duration(v.pick(4)) * 12 * time.Hour // a receipt that is told late
	no := v.do(fmt.Sprint("sells ", name, " ", sale.Amount, sale.Order, " late ", late), func(tx store.Tx, act book.Act) (err error) {
		act.At, act.Store = act.Now.Add(-late), []loyalty.Store{"main", "pier"}[len(sale.Order)]
		out, err = v.s.Club.Sale(tx, m, act, sale)
		return err
	})
	if no == nil {
		v.sales = append(v.sales, out.Receipt.Entry().Ref)
		v.keep(out)
	}
}

func (v *village) refunds(name string, m loyalty.MemberID) {
	var out club.Outcome
	ref, r := some(v, v.sales), loyalty.Return{Amount: loyalty.Money(v.pick(3) * 100)}
	undone := some(v, v.refs)
	no := v.do(fmt.Sprint("refunds ", ref, undone, r.Amount), func(tx store.Tx, act book.Act) (err error) {
		switch {
		case undone != "" && len(undone)%2 == 0:
			out, err = v.s.Club.Undo(tx, undone, act)
		case r.Amount == 100:
			out, err = v.s.Club.RefundOrder(tx, m, act, "A", r)
		case ref != "":
			out, err = v.s.Club.Refund(tx, ref, act, r)
		}
		return err
	})
	if no == nil {
		v.keep(out)
	}
}

func (v *village) redeems(name string, m loyalty.MemberID) {
	reward := []string{"drink", "mug", "feast"}[v.pick(3)]
	var x voucher.Voucher
	var rec book.Receipt
	no := v.do(fmt.Sprint("redeems ", name, " ", reward), func(tx store.Tx, act book.Act) (err error) {
		x, rec, err = v.s.Club.Vouchers.Redeem(tx, m, act, reward)
		return err
	})
	if no == nil {
		v.vouchers, v.refs = append(v.vouchers, x.ID), append(v.refs, rec.Entry().Ref)
	}
}

// uses hands over any voucher of the member's.
func (v *village) uses(name string, m loyalty.MemberID) {
	n := v.pick(4)
	_ = v.do("uses "+name, func(tx store.Tx, act book.Act) error {
		all, err := v.s.Club.Vouchers.List(tx, m, act.Now)
		if err != nil || len(all) == 0 {
			return err
		}
		x := all[n%len(all)]
		_, _, err = v.s.Club.Vouchers.Use(tx, v.s.Club.Vouchers.CodeOf(x), act)
		return err
	})
}

// vouchered gives one back, undoes its use, or makes it good again.
func (v *village) vouchered(name string, m loyalty.MemberID) {
	id, how := some(v, v.vouchers), v.pick(3)
	if id == "" {
		return
	}
	_ = v.do(fmt.Sprint("vouchers ", name, " ", how), func(tx store.Tx, act book.Act) (err error) {
		switch how {
		case 0:
			_, err = v.s.Club.UndoUse(tx, id, act)
		case 1:
			_, err = v.s.Club.Reopen(tx, id, act)
		default:
			_, _, err = v.s.Club.Vouchers.Cancel(tx, m, id, act)
		}
		return err
	})
}

func (v *village) plays(name string, m loyalty.MemberID) {
	game := []string{"daily", "daily", "visit"}[v.pick(3)]
	_ = v.do("plays "+name+" "+game, func(tx store.Tx, act book.Act) error {
		act.Actor = loyalty.ByMember(m)
		_, err := v.s.Chance.Play(tx, m, act, game)
		return err
	})
}

// byManager is somebody of the shop, who is no member.
func byManager(act book.Act) book.Act {
	act.Actor, act.Role, act.Reason = loyalty.ByStaff("S1"), "manager", []byte("why")
	return act
}

func (v *village) packet(name string, m loyalty.MemberID) {
	n, count := loyalty.Points(5+v.pick(60)), 1+v.pick(5)
	if v.pick(3) == 0 || len(v.packets) == 0 {
		var id string
		if v.do(fmt.Sprint("packet ", n, " in ", count), func(tx store.Tx, act book.Act) error {
			k, err := v.s.Chance.Make(tx, byManager(act), "g", n, count)
			id = k.ID
			return err
		}) == nil {
			v.packets = append(v.packets, id)
		}
	}
	if len(v.packets) == 0 {
		return
	}
	for _, other := range v.names {
		who := v.whole(v.ids[other])
		if who != "" && v.pick(2) == 0 {
			_ = v.do("takes of a packet", func(tx store.Tx, act book.Act) error {
				act.Actor = loyalty.ByMember(who)
				_, err := v.s.Chance.Take(tx, who, act, v.packets[len(v.packets)-1])
				return err
			})
		}
	}
}

func (v *village) quiz(name string, m loyalty.MemberID) {
	if v.pick(3) == 0 || len(v.runs) == 0 {
		var id string
		if v.do("asks", func(tx store.Tx, act book.Act) error {
			k, err := v.s.Chance.Ask(tx, byManager(act), "g", "bean")
			id = k.ID
			return err
		}) == nil {
			v.runs = append(v.runs, id)
		}
	}
	for _, other := range v.names {
		who := v.whole(v.ids[other])
		if choice := v.pick(2); len(v.runs) > 0 && who != "" && v.pick(2) == 0 {
			_ = v.do("answers", func(tx store.Tx, act book.Act) error {
				act.Actor = loyalty.ByMember(who)
				_, _, err := v.s.Chance.Answer(tx, who, act, v.runs[len(v.runs)-1], choice)
				return err
			})
		}
	}
}

func (v *village) checksIn(name string, m loyalty.MemberID) {
	_ = v.do("checks-in "+name, func(tx store.Tx, act book.Act) error {
		_, _, err := v.s.Missions.CheckIn(tx, m, act)
		return err
	})
}

func (v *village) begins(name string, m loyalty.MemberID) {
	_ = v.do("begins "+name, func(tx store.Tx, act book.Act) error {
		_, err := v.s.Missions.Begin(tx, m, "spree", act.Now)
		return err
	})
	_ = v.do("collects "+name, func(tx store.Tx, act book.Act) error {
		_, err := v.s.Missions.Collect(tx, m, act)
		return err
	})
}

func (v *village) claims(name string, m loyalty.MemberID) {
	id := []string{"few", "rose", "rose", "plus"}[v.pick(4)]
	var x voucher.Voucher
	if v.do("claims "+name+" "+id, func(tx store.Tx, act book.Act) (err error) {
		x, err = v.s.Offers().Claim(tx, m, act, id)
		return err
	}) == nil {
		v.vouchers = append(v.vouchers, x.ID)
	}
}

// handsIn is the florist, with a code of any voucher; some are taken back.
func (v *village) handsIn(name string, m loyalty.MemberID) {
	id, back := some(v, v.vouchers), v.pick(3) == 0
	if id == "" {
		return
	}
	_ = v.do("hands-in", func(tx store.Tx, act book.Act) error {
		if back {
			_, err := v.s.Offers().TakeBack(tx, act, "florist", id)
			return err
		}
		x, err := v.s.Club.Vouchers.Get(tx, id, act.Now)
		if err == nil {
			_, err = v.s.Offers().HandIn(tx, act, "florist", v.s.Club.Vouchers.CodeOf(x))
		}
		return err
	})
}

func (v *village) signsUp(name string, m loyalty.MemberID) {
	id, cancel := []string{"tasting", "party"}[v.pick(2)], v.pick(3) == 0
	_ = v.do(fmt.Sprint("signs-up ", name, " ", id, cancel), func(tx store.Tx, act book.Act) (err error) {
		act.Actor = loyalty.ByMember(m)
		if cancel {
			_, _, err = v.s.Events.Cancel(tx, m, act, id)
		} else {
			_, err = v.s.Events.SignUp(tx, m, act, id, event.Answers{})
		}
		return err
	})
}

// door lets somebody in, or the shop calls an event off.
func (v *village) door(name string, m loyalty.MemberID) {
	id, off := []string{"tasting", "party"}[v.pick(2)], v.pick(8) == 0
	_ = v.do(fmt.Sprint("door ", name, " ", id, off), func(tx store.Tx, act book.Act) (err error) {
		if off {
			return v.s.Events.CallOff(tx, byManager(act), id)
		}
		_, err = v.s.Events.Arrive(tx, m, act, id)
		return err
	})
}

func (v *village) voice(name string, m loyalty.MemberID) {
	var ref loyalty.Ref
	if v.do("says "+name, func(tx store.Tx, act book.Act) error {
		sealed, err := v.s.SealWords(tx, m, "so good")
		if err != nil {
			return err
		}
		x, err := v.s.Voices.Send(tx, m, act, "review", sealed)
		ref = x.Ref
		return err
	}) == nil {
		v.voices = append(v.voices, ref)
	}
	ref, yes := some(v, v.voices), v.pick(3) > 0
	if ref == "" {
		return
	}
	_ = v.do(fmt.Sprint("decides ", yes), func(tx store.Tx, act book.Act) (err error) {
		if yes {
			_, _, err = v.s.Voices.Approve(tx, ref, byManager(act), 0)
		} else {
			_, err = v.s.Voices.Refuse(tx, ref, byManager(act), nil)
		}
		return err
	})
}

func (v *village) donates(name string, m loyalty.MemberID) {
	n := loyalty.Points(1 + v.pick(30))
	var rec book.Receipt
	if v.do(fmt.Sprint("donates ", name, " ", n), func(tx store.Tx, act book.Act) (err error) {
		act.Actor = loyalty.ByMember(m)
		_, rec, err = v.s.Voices.Donate(tx, m, act, "cats", n)
		return err
	}) == nil {
		v.refs = append(v.refs, rec.Entry().Ref)
	}
}

func (v *village) pays(name string, m loyalty.MemberID) {
	how, order := v.pick(4), loyalty.Order([]string{"", "P1"}[v.pick(2)])
	_ = v.do(fmt.Sprint("pays ", name, " ", how, order), func(tx store.Tx, act book.Act) (err error) {
		switch how {
		case 0:
			_, err = v.s.Plans.Try(tx, m, act, "plus", false)
		case 1:
			_, err = v.s.Plans.Record(tx, m, byManager(act), plan.Pay{Plan: "exec", Amount: 600, Order: order})
		default:
			_, err = v.s.Plans.Record(tx, m, byManager(act), plan.Pay{Plan: "plus", Amount: 50, Order: order})
		}
		return err
	})
}

func (v *village) endsPlan(name string, m loyalty.MemberID) {
	how := v.pick(3)
	_ = v.do(fmt.Sprint("ends-plan ", name, " ", how), func(tx store.Tx, act book.Act) (err error) {
		switch how {
		case 0:
			_, err = v.s.Plans.Cancel(tx, m, act)
		case 1:
			_, _, err = v.s.Plans.Refund(tx, m, byManager(act))
		default:
			list, e := v.s.Plans.Payments(tx, m)
			if e != nil || len(list) == 0 {
				return e
			}
			_, _, err = v.s.Plans.TakeBack(tx, list[len(list)-1].Ref, byManager(act))
		}
		return err
	})
}

func (v *village) family(name string, m loyalty.MemberID) {
	how, share := v.pick(6), v.pick(2) == 0
	code := v.invite
	other := v.whole(v.ids[v.names[v.pick(len(v.names))]])
	_ = v.do(fmt.Sprint("family ", name, " ", how), func(tx store.Tx, act book.Act) (err error) {
		switch how {
		case 0, 1:
			code, _, err = v.s.Households.Invite(tx, m, act.Op, act.Now)
		case 2, 3:
			_, err = v.s.Households.Join(tx, m, code, act.Now)
		case 4:
			if share {
				_, err = v.s.Households.Share(tx, m, len(v.log)%2 == 0)
			} else {
				_, err = v.s.Households.Remove(tx, m, other)
			}
		default:
			_, err = v.s.Households.Leave(tx, m)
		}
		return err
	})
	if v.invite = code; how < 2 && other != "" && other != m {
		_ = v.do("family joined", func(tx store.Tx, act book.Act) error {
			_, err := v.s.Households.Join(tx, other, code, act.Now)
			return err
		})
	}
}

func (v *village) matched(name string, m loyalty.MemberID) {
	how := v.pick(3)
	_ = v.do(fmt.Sprint("matches ", name, " ", how), func(tx store.Tx, act book.Act) (err error) {
		if how == 0 {
			sealed, err := v.s.Vault.SealFor(tx, m, shop.MatchPurpose, []byte("Other, gold"), v.s.Rand)
			if err == nil {
				_, err = v.s.Matches.Ask(tx, m, act.Op, "gold", sealed, act.Now)
			}
			return err
		}
		list, err := v.s.Matches.Open(tx, 1)
		if err != nil || len(list) == 0 {
			return err
		}
		if how == 1 {
			_, err = v.s.Matches.Refuse(tx, list[0].Ref, loyalty.ByStaff("S1"), act.Now)
			return err
		}
		act = byManager(act)
		if act.Reason, err = v.s.MatchReason(tx, list[0]); errors.Is(err, match.ErrUnknown) {
			return err
		}
		if err == nil {
			_, _, err = v.s.Matches.Grant(tx, list[0].Ref, act)
		}
		return err
	})
}

func (v *village) merges(name string, m loyalty.MemberID) {
	other := v.names[v.pick(len(v.names))]
	if v.pick(3) == 0 {
		from := v.ever[v.pick(len(v.ever))]
		_ = v.do("parts", func(tx store.Tx, act book.Act) error {
			_, err := v.s.Unmerge(tx, from, byManager(act))
			return err
		})
		return
	}
	if into := v.whole(v.ids[other]); into != "" && into != m {
		_ = v.do("merges "+name+" into "+other, func(tx store.Tx, act book.Act) error {
			_, err := v.s.Merge(tx, m, into, byManager(act))
			return err
		})
	}
}

// leaves ends a membership as /leave does; the name may come back.
func (v *village) leaves(name string, m loyalty.MemberID) {
	if v.pick(3) > 0 {
		return
	}
	if v.do("leaves "+name, func(tx store.Tx, act book.Act) error {
		act.Reason = []byte("left")
		if err := v.s.Club.Leave(tx, m, act); err != nil {
			return err
		}
		return v.s.Vault.Erase(tx, m, act.Now, act.Now.AddDate(1, 0, 0))
	}) == nil {
		v.ids[name] = ""
	}
}

func (v *village) given(name string, m loyalty.MemberID) {
	n := loyalty.Points(1 + v.pick(80))
	var rec book.Receipt
	if v.do(fmt.Sprint("gives ", name, " ", n), func(tx store.Tx, act book.Act) (err error) {
		rec, err = v.s.Book.Give(tx, m, byManager(act), n)
		return err
	}) == nil {
		v.refs = append(v.refs, rec.Entry().Ref)
	}
}
