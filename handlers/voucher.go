package handlers

import (
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
)

// What may follow a voucher on /voucher's line.
const (
	again    = "again" // it was redeemed already: the button was pressed twice
	asBar    = "bar"   // its bar code, for a till's scanner
	giveBack = "back"
)

// handle is the part of a voucher's id that a button carries. It opens none but
// the speaker's own.
func handle(v voucher.Voucher) string {
	_, tail, _ := strings.Cut(string(v.ID), "-")
	return tail
}

// voucher shows one voucher of the speaker's, named by its handle or by its
// code, and gives it back: /voucher 7KQ-2M3-XP9.
func (c counter) voucher(t *bot.Turn) error {
	which, what, _ := strings.Cut(t.Args, " ")
	if which == "" {
		return c.vouchers(t)
	}
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	v, err := c.ownVoucher(t, m, which)
	if err != nil {
		return err
	}
	switch what {
	case giveBack:
		return c.giveBack(t, m, v)
	case asBar:
		if v.State == voucher.Open && v.Kind == loyalty.RewardItem {
			t.Say(c.barCode(t, v))
			return nil
		}
	}
	msg, err := c.voucherPage(t, v)
	if what == again {
		msg.Text = t.Word(i18n.VoucherAlready) + "\n" + msg.Text
	}
	t.Say(msg)
	return err
}

// ownVoucher finds a voucher among the speaker's own, and says the same of one
// that is not there and of somebody else's.
func (c counter) ownVoucher(t *bot.Turn, m people.Person, which string) (voucher.Voucher, error) {
	all, err := c.Club.Vouchers.List(t.Tx, m.ID, t.Now)
	if err != nil {
		return voucher.Voucher{}, err
	}
	code, isCode := voucher.ParseCode(which)
	for _, v := range all {
		if handle(v) == which || isCode && v.Kind == loyalty.RewardItem && c.Club.Vouchers.CodeOf(v) == code {
			return v, nil
		}
	}
	return voucher.Voucher{}, voucher.ErrUnknown
}

// voucherPage is a voucher in full.
func (c counter) voucherPage(t *bot.Turn, v voucher.Voucher) (bot.Message, error) {
	msg := bot.Message{Title: c.voucherName(t, v)}
	mine := command(t.Word(i18n.KeyVouchers), "vouchers")
	switch {
	case v.Kind == loyalty.RewardCode && v.State == voucher.Used:
		code, err := c.Club.Vouchers.Digital(v)
		if err != nil {
			return msg, err
		}
		// The code comes last: what a phone shows of a message to bystanders is
		// its beginning.
		msg.Text = t.Word(i18n.VoucherDigital)
		msg.Rows = []bot.Row{{Label: t.Word(i18n.VoucherCode), Value: code}}
		msg.Buttons = []bot.Button{{Label: t.Word(i18n.VoucherCopy), Do: bot.DoCopy, Value: code}, mine}
	case v.State == voucher.Open:
		c.openPage(t, v, &msg)
		msg.Buttons = append(msg.Buttons, mine)
	default:
		msg.Text = c.ended(t, v)
		msg.Buttons = []bot.Button{mine}
	}
	return msg, nil
}

// voucherName is what its reward is called.
func (c counter) voucherName(t *bot.Turn, v voucher.Voucher) string {
	return c.VoucherName(t.Printer, t.Now, v)
}

// openPage is what is shown at the counter.
func (c counter) openPage(t *bot.Turn, v voucher.Voucher, msg *bot.Message) {
	code := c.Club.Vouchers.CodeOf(v)
	msg.Text = t.Word(i18n.VoucherShow)
	msg.Rows = []bot.Row{{Label: t.Word(i18n.VoucherCode), Value: code.String()}}
	if !v.Until.IsZero() {
		msg.Rows = append(msg.Rows, bot.Row{
			Label: t.Word(i18n.VoucherUntil),
			Value: t.Word(i18n.VoucherTimeLeft, "When", c.when(t, v.Until), "Left", c.span(t, v.Until.Sub(t.Now))),
		})
	}
	if len(v.Stores) > 0 {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(i18n.RedeemWhere), Value: t.List(c.StoreNames(v.Stores))})
	}
	if v.Cost > 0 {
		msg.Note = c.fate(t, v.Until, v.OnExpiry, v.OnCancel)
	}
	msg.Picture = &bot.Picture{QR: c.VoucherLink(t.Event.Channel, code), Alt: t.Word(i18n.VoucherAlt)}
	msg.Buttons = []bot.Button{command(t.Word(i18n.CardBar), "voucher "+handle(v)+" "+asBar)}
	if returns(v) {
		msg.Buttons = append(msg.Buttons, command(t.Word(i18n.VoucherGiveBack), "voucher "+handle(v)+" "+giveBack))
	}
}

// returns says whether its owner gets points for giving it back.
func returns(v voucher.Voucher) bool { return v.Cost > 0 && v.OnCancel != loyalty.FateForfeit }

func (c counter) barCode(t *bot.Turn, v voucher.Voucher) bot.Message {
	code := c.Club.Vouchers.CodeOf(v)
	return bot.Message{
		Title:   c.voucherName(t, v),
		Note:    code.String(),
		Picture: &bot.Picture{Code128: strings.ReplaceAll(code.String(), "-", ""), Alt: t.Word(i18n.VoucherBarAlt)},
		Buttons: []bot.Button{command(t.Word(i18n.VoucherQR), "voucher "+handle(v))},
	}
}

// ended says what became of a voucher that is no longer good.
func (c counter) ended(t *bot.Turn, v voucher.Voucher) string {
	say := func(key i18n.Key, at time.Time) string {
		return t.Word(key, "Date", t.Date(at), "Time", t.Time(at), "Points", shop.Points(t.Printer, v.Cost))
	}
	last := c.LastMoment(v.Until)
	switch {
	case v.State == voucher.Used:
		return say(i18n.VoucherUsed, c.Local(v.UsedAt))
	case v.State == voucher.Void && v.Why == voucher.WhyCancelled:
		return say(i18n.VoucherVoid, c.Local(v.VoidAt))
	case v.State == voucher.Void:
		return say(i18n.VoucherTaken, c.Local(v.VoidAt))
	case v.Cost == 0:
		return say(i18n.VoucherLapsed, last)
	case v.OnExpiry == loyalty.FateForfeit:
		return say(i18n.VoucherLapsedGone, last)
	}
	return say(i18n.VoucherLapsedBack, last)
}

// giveBack asks, and then gives a voucher back for its points.
func (c counter) giveBack(t *bot.Turn, m people.Person, v voucher.Voucher) error {
	if v.State != voucher.Open || !returns(v) {
		msg, err := c.voucherPage(t, v)
		t.Say(msg)
		return err
	}
	r, ok := t.Ask(bot.Question{
		Key:   "sure",
		Terms: string(v.ID),
		Message: bot.Message{
			Title: t.Word(i18n.VoucherBackAsk, "Reward", c.voucherName(t, v)),
			Text:  t.Word(i18n.VoucherBackText, "Points", shop.Points(t.Printer, v.Cost)),
		},
		Options: []bot.Option{{Value: "yes", Label: t.Word(i18n.VoucherGiveBack)}, {Value: "no", Label: t.Word(i18n.VoucherKeep)}},
	})
	if !ok {
		return nil
	}
	if r.Value != "yes" {
		t.SayText(i18n.VoucherKept)
		return nil
	}
	v, rec, err := c.Club.Vouchers.Cancel(t.Tx, m.ID, v.ID, book.Act{
		Op: loyalty.OpID(t.Op("cancel")), Actor: loyalty.ByMember(m.ID), Now: t.Now,
	})
	if err != nil {
		return err
	}
	if err := c.tellHome(t, rec); err != nil {
		return err
	}
	t.MustArrive(string(rec.Entry().Ref))
	t.Again("voucher " + handle(v))
	t.Say(bot.Message{
		Text:    t.Word(i18n.VoucherBackDone, "Points", shop.Points(t.Printer, rec.Balance.Available)),
		Buttons: []bot.Button{command(t.Word(i18n.KeyRewards), "redeem")},
	})
	return nil
}

// when is the last moment of something that is good until t.
func (c counter) when(t *bot.Turn, until time.Time) string { return c.When(t.Printer, t.Now, until) }

// span is a length of time in words.
func (c counter) span(t *bot.Turn, d time.Duration) string { return shop.Span(t.Printer, d) }
