package handlers

import (
	"strconv"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/voucher"
)

// pastVouchers is how many of those that are no longer good are listed.
const pastVouchers = 5

// vouchers lists the speaker's vouchers: the good ones and digital codes with a
// button each, and in a line each the newest of those that are not good any
// more.
func (c counter) vouchers(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	all, err := c.Club.Vouchers.List(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	var good, past []voucher.Voucher
	for _, v := range all {
		if v.State == voucher.Open || v.Kind == loyalty.RewardCode && v.State == voucher.Used {
			good = append(good, v)
		} else if len(past) < pastVouchers {
			past = append(past, v)
		}
	}
	if len(good) > 0 {
		from, _ := pageFrom(t.Args)
		t.Say(c.goodVouchers(t, good, from))
	} else {
		t.Say(c.nothing(t, i18n.VouchersNone, i18n.VouchersNothing))
	}
	if len(past) > 0 {
		t.Say(c.pastVouchers(t, past))
	}
	return nil
}

func (c counter) goodVouchers(t *bot.Turn, good []voucher.Voucher, from int) bot.Message {
	msg := bot.Message{Title: t.Word(i18n.VouchersTitle)}
	from, to := page(from, len(good))
	for _, v := range good[from:to] {
		name := c.voucherName(t, v)
		row := bot.Row{Label: name}
		switch {
		case v.Kind == loyalty.RewardCode:
			row.Value = t.Word(i18n.VouchersCode, "Date", t.ShortDate(c.Local(v.Issued)))
		case !v.Until.IsZero():
			row.Value = t.Word(i18n.VouchersUntil, "When", c.when(t, v.Until))
		}
		msg.Rows = append(msg.Rows, row)
		msg.Buttons = append(msg.Buttons, command(name, "voucher "+handle(v)))
	}
	if to < len(good) {
		msg.Buttons = append(msg.Buttons, command(t.Word(i18n.VouchersMore), "vouchers +"+strconv.Itoa(to)))
	}
	return msg
}

// ends are the words for what became of a voucher.
var ends = map[voucher.State]i18n.Key{
	voucher.Used: i18n.VouchersUsed, voucher.Void: i18n.VouchersVoid, voucher.Expired: i18n.VouchersLapsed,
}

func (c counter) pastVouchers(t *bot.Turn, past []voucher.Voucher) bot.Message {
	msg := bot.Message{Title: t.Word(i18n.VouchersPast)}
	for _, v := range past {
		msg.Rows = append(msg.Rows, bot.Row{
			Label: t.ShortDate(c.Local(v.Issued)) + "  " + c.voucherName(t, v),
			Value: t.Word(ends[v.State]),
		})
	}
	return msg
}
