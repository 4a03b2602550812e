package shop

import (
	"maps"
	"slices"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/plan"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// tell leaves a message for a member in the transaction of what they are to know at
// once, wherever it was done (design, law 14). id makes it one however often it is tried.
func (s *Shop) tell(tx store.Tx, id string, m loyalty.MemberID, class bot.Class, ref string, words func(i18n.Printer) []bot.Message) error {
	if s.Outbox == nil {
		return nil
	}
	to, speak, ok, err := s.Reach(tx, m)
	if err != nil || !ok {
		return err
	}
	now := s.Clock.Now()
	i := bot.Intent{
		ID: bot.IntentID(id + "." + string(m)), Channel: to.Channel, Lane: s.Lane(to.Chat), Person: bot.PersonID(m), Class: class,
		Carriage: bot.PushNow, Born: now, Ref: ref, Letter: bot.Letter{To: to, Messages: words(speak)},
	}
	if class != bot.Receipt {
		i.NotBefore = s.Programme(now).QuietUntil(now)
	}
	if len(i.Letter.Messages) == 0 {
		return nil
	}
	return s.Outbox().Put(tx, now, i)
}

// lent tells those whose points a member used: that they were used, or where that
// was taken back that they are home. Of what the member did themselves their chat
// tells, at once.
func (s *Shop) lent(tx store.Tx, v voucher.Voucher, act book.Act, rec book.Receipt) error {
	net := rec.Borrowed()
	if net == nil {
		net = map[loyalty.MemberID]loyalty.Points{}
	}
	for m, n := range rec.SentHome() {
		net[m] -= n
	}
	who, err := s.known(tx, v.Member)
	if err != nil || act.Actor == loyalty.ByMember(v.Member) {
		return err
	}
	ref := string(rec.Entry().Ref)
	for _, m := range slices.Sorted(maps.Keys(net)) { // the same is said in the same order
		n := net[m]
		if n == 0 {
			continue
		}
		err := s.tell(tx, "lent."+ref, m, bot.Receipt, ref, func(p i18n.Printer) []bot.Message {
			if n < 0 {
				return []bot.Message{s.HomeNews(p, -n)}
			}
			return []bot.Message{s.LentNews(p, act.Now, Tidy(who.Called()), n, v.Reward)}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// handedIn tells a member that a neighbour handed in their voucher as used.
func (s *Shop) handedIn(tx store.Tx, v voucher.Voucher, act book.Act, b loyalty.Balance) error {
	return s.tell(tx, "handed."+string(v.ID)+"."+string(act.Op), v.Member, bot.Receipt, string(v.Use), func(p i18n.Printer) []bot.Message {
		msg := bot.Message{
			Title: p.Say(i18n.UseTold, "Reward", s.rewardName(p, act.Now, v.Reward)),
			Rows:  []bot.Row{{Label: p.Say(i18n.RedeemWhere), Value: s.StoreName(v.UsedStore)}},
			Buttons: []bot.Button{
				{Label: p.Say(i18n.UseNotMe), Do: bot.DoCommand, Value: "talk"},
				{Label: p.Say(i18n.KeyVouchers), Do: bot.DoCommand, Value: "vouchers"},
			},
		}
		if v.Cost > 0 {
			msg.Rows = append(msg.Rows, bot.Row{Label: p.Say(i18n.ReceiptNow), Value: i18n.Number(int64(b.Available))})
		}
		return []bot.Message{msg}
	})
}

// cashBack tells a member of cash-back that what somebody did brought, or took.
func (s *Shop) cashBack(tx store.Tx, d plan.Done) error {
	whole, err := s.Book.Holder(tx, d.Member)
	if err != nil {
		return err
	}
	class := bot.Gift
	if len(d.Fell) > 0 {
		class = bot.Receipt
	}
	id := "cash-back." + string(d.Member) + "." + d.At.UTC().Format("20060102T150405.000000000")
	return s.tell(tx, id, whole, class, "", func(p i18n.Printer) []bot.Message { return s.PlanDone(p, d.At, d) })
}
