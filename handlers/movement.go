package handlers

import (
	"errors"
	"slices"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
)

// movement is one entry as a line: the day and what it was, and the points.
func (c counter) movement(t *bot.Turn, e loyalty.Entry) (bot.Row, error) {
	what, err := c.what(t, e)
	return bot.Row{Label: t.ShortDate(c.Local(e.EffectiveAt)) + "  " + what, Value: shop.Signed(e.Change())}, err
}

// what says what an entry was.
func (c counter) what(t *bot.Turn, e loyalty.Entry) (string, error) {
	switch e.Kind {
	case loyalty.KindEarn:
		return c.saleLine(t, e), nil
	case loyalty.KindOpening:
		if e.Amount > 0 {
			return t.Word(i18n.EntryBefore, "Money", c.Money(t.Printer, t.Now, e.Amount)), nil
		}
		return t.Word(i18n.EntryOpening), nil
	case loyalty.KindGift:
		return c.giftLine(t, e), nil
	case loyalty.KindHold, loyalty.KindSpend, loyalty.KindRelease, loyalty.KindTimeout, loyalty.KindUndo:
		v, ok, err := c.voucherOf(t, e)
		if err != nil || ok {
			return c.voucherLine(t, e, v), err
		}
	}
	if e.Peer != nil {
		return t.Word(crossed(e)), nil
	}
	key, ok := shop.EntryKinds[e.Kind]
	if !ok {
		key = i18n.EntryAdjust
	}
	return t.Word(key), nil
}

// crossed is what points that went to, or came from, somebody of the household did.
func crossed(e loyalty.Entry) i18n.Key {
	switch out := e.In(loyalty.Joined) > 0; {
	case out && e.Kind == loyalty.KindTransfer:
		return i18n.FamilyLent
	case out:
		return i18n.FamilyReturned
	case e.Kind == loyalty.KindTransfer:
		return i18n.FamilyBorrowed
	}
	return i18n.FamilyHome
}

// saleLine is a purchase with what it brought beyond the rate: "Purchase NT$350
// · Double points on Wednesday +35".
func (c counter) saleLine(t *bot.Turn, e loyalty.Entry) string {
	parts := []string{t.Word(i18n.EntryEarn)}
	if e.Amount > 0 {
		parts[0] = t.Word(i18n.EntrySale, "Money", c.Money(t.Printer, t.Now, e.Amount))
	}
	for _, s := range e.Shares {
		if name := c.extra(t, s.Rule); name != "" && s.Points > 0 {
			parts = append(parts, name+" "+shop.Signed(s.Points))
		}
	}
	return strings.Join(parts, " · ")
}

// extra is what a rule is called that gives more than the rate; "" for others.
func (c counter) extra(t *bot.Turn, rule string) string {
	kind, id, _ := strings.Cut(rule, "/")
	p := c.Programme(t.Now)
	switch kind {
	case "bonus":
		known := slices.ContainsFunc(p.Rules.Earning.Bonuses, func(b loyalty.Bonus) bool { return b.ID == id })
		if name := p.Words(programme.Bonus, id, string(t.Lang)).Name; known && name != "" {
			return name
		}
		return t.Word(i18n.SoldBonus)
	case "tier":
		return c.levelName(t, id)
	}
	return ""
}

// giftLine is what a rule gave.
func (c counter) giftLine(t *bot.Turn, e loyalty.Entry) string {
	id, period := e.Gift, ""
	if i := strings.LastIndexByte(e.Gift, '/'); i > 0 {
		id, period = e.Gift[:i], e.Gift[i+1:]
	}
	if id == "referral" { // the period hides who it was for
		if strings.HasPrefix(period, "referrer") {
			return t.Word(i18n.EntryInvited)
		}
		return t.Word(i18n.EntryFriend)
	}
	for _, g := range c.Rules(t.Now).Gifts {
		if g.ID == id {
			return t.Word(i18n.EntryGift, "Gift", c.giftName(t, id, g.Kind))
		}
	}
	switch kind, _, _ := strings.Cut(e.Gift, "/"); kind {
	case "draw":
		return t.Word(i18n.PlayEntry)
	case "packet":
		return t.Word(i18n.PlayEntryPacket)
	case "quiz":
		return t.Word(i18n.PlayEntryQuiz)
	}
	return t.Word(i18n.EntryGiftSome) // of a rule that there is no more
}

// voucherOf is the voucher for which an entry moved points, if it still is
// known: those that were used or lapsed are swept some day.
func (c counter) voucherOf(t *bot.Turn, e loyalty.Entry) (v voucher.Voucher, ok bool, err error) {
	if e.Voucher == "" && e.Of > 0 { // what gave points back names what took them
		if e, err = c.Book.Numbered(t.Tx, e.Member, e.Of); err != nil {
			if errors.Is(err, loyalty.ErrUnknownRef) {
				err = nil
			}
			return v, false, err
		}
	}
	if e.Voucher == "" {
		return v, false, nil
	}
	v, err = c.Club.Vouchers.Get(t.Tx, voucher.ID(e.Voucher), t.Now)
	if errors.Is(err, voucher.ErrUnknown) {
		return v, false, nil
	}
	return v, err == nil, err
}

// voucherLine is what an entry did for a voucher, and for the points that it
// set aside what has become of them.
func (c counter) voucherLine(t *bot.Turn, e loyalty.Entry, v voucher.Voucher) string {
	reward := c.reward(t, v.Reward).Name
	switch {
	case e.Change() > 0:
		return t.Word(i18n.EntryReturned, "Reward", reward)
	case v.State == voucher.Open:
		return t.Word(i18n.EntrySetAside, "Reward", reward)
	case v.State == voucher.Expired && v.OnExpiry == loyalty.FateForfeit:
		return t.Word(i18n.EntryForfeit, "Reward", reward)
	}
	return t.Word(i18n.EntryRedeemed, "Reward", reward)
}
