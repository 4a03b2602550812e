package staff

import (
	"errors"
	"strings"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty/receipt"
)

// code records a sale without a member, and shows the code with which its customer
// gets the points: /code AMOUNT [#item…] [ORDER].
func (d desk) code(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	if strings.TrimSpace(t.Args) == "" {
		return bot.Refuse(i18n.CodeMissing)
	}
	b, err := d.readBasket(t, t.Args)
	if err != nil {
		return err
	}
	if b.Code != "" {
		return bot.Refuse(i18n.CodeVoucher)
	}
	out, err := d.Code(d.call(t, me), b.Sale)
	if err != nil {
		return err
	}
	s := out.Slip
	t.Say(bot.Message{
		Title: d.Money(t.Printer, t.Now, s.Amount),
		Text:  t.Word(i18n.CodeShow),
		Rows: []bot.Row{
			{Label: t.Word(i18n.CodeLabel), Value: out.Code.String()},
			{Label: t.Word(i18n.VoucherUntil), Value: t.Date(d.LastMoment(s.Until))},
		},
		Note:    t.Word(i18n.GroupRef, "Ref", string(s.Ref)),
		Picture: d.ReceiptPicture(out.Code, t.Word(i18n.CodeAlt)),
		Buttons: []bot.Button{undoButton(t, s.Ref)},
	})
	return nil
}

// slipOf is the reference of the sale without a member whose code was typed.
func (d desk) slipOf(t *bot.Turn) (receipt.Slip, bool, error) {
	code, ok := receipt.ParseCode(t.Args)
	if !ok {
		return receipt.Slip{}, false, nil
	}
	s, err := d.Slips().ByCode(t.Tx, code)
	if errors.Is(err, receipt.ErrCode) {
		return s, false, nil
	}
	return s, err == nil, err
}
