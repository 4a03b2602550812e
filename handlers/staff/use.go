package staff

import (
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty/voucher"
)

// use takes a voucher at the counter: /use CODE, typed or by its QR, or by the
// button under a member who was found.
func (d desk) use(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	which, err := d.readVoucher(t)
	if err != nil {
		return err
	}
	used, err := d.Use(d.call(t, me), which)
	if err != nil {
		return err
	}
	if t.Event.Chat.Group {
		t.Say(bot.Message{Text: t.Word(i18n.UseDoneGroup), Note: t.Word(i18n.GroupRef, "Ref", used.Ref)})
		return nil
	}
	undo, err := d.undoUse(t, used.Voucher)
	if err != nil {
		return err
	}
	t.MustArrive(used.Ref)
	t.Say(bot.Message{
		Title:   d.VoucherName(t.Printer, t.Now, used.Voucher),
		Text:    t.Word(i18n.UseDone, "Name", d.called(t, used.Member)),
		Note:    t.Word(i18n.GroupRef, "Ref", used.Ref),
		Buttons: []bot.Button{undo},
	})
	return nil
}

// readVoucher reads which voucher the command names. A button names one without
// guessing.
func (d desk) readVoucher(t *bot.Turn) (till.Which, error) {
	if t.Token { // from find, for this employee only
		return till.Which{ID: voucher.ID(t.Args)}, nil
	}
	if strings.TrimSpace(t.Args) == "" {
		return till.Which{}, bot.Refuse(i18n.UseMissing)
	}
	code, ok := voucher.ParseCode(t.Args)
	if !ok {
		return till.Which{}, bot.Refuse(i18n.UseForm)
	}
	return till.Which{Code: code}, nil
}

// undoUseFor is how long the button that takes a use back is good. Later a
// reference does it, for vouchers that cost points.
const undoUseFor = 24 * time.Hour

// undoUse is the button that takes a use back.
func (d desk) undoUse(t *bot.Turn, v voucher.Voucher) (bot.Button, error) {
	if v.Use != "" {
		return undoButton(t, v.Use), nil
	}
	token, err := t.NewToken(t.Person.ID, undoUseFor, "undo", string(v.ID))
	return bot.Button{Label: t.Word(i18n.UndoButton), Do: bot.DoToken, Value: token}, err
}
