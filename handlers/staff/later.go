package staff

import (
	"fmt"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

// noSale is the error of an order number under which a member bought nothing.
type noSale struct {
	of    people.Person
	order string
	rest  []string // what followed the number
}

func (n *noSale) Error() string { return fmt.Sprintf("staff: %s has no such order", n.of.ID) }

// refundLater offers to let a refund wait for a purchase that is not recorded
// yet, as a till's messages may come in any order. It asks, because a number
// that is not there is mostly a typing mistake. Whose sale it will be nobody
// knows yet, so that any employee may; the entry names who did.
func (d desk) refundLater(t *bot.Turn, me people.Staff, n *noSale) error {
	order, name := shop.Tidy(n.order), d.called(t, n.of)
	refused := bot.Refuse(i18n.RefundNoOrder, "Order", order, "Name", name)
	amount, err := d.readReturn(t, loyalty.Entry{}, n.rest)
	if err != nil || len(amount.Lines) > 0 || t.Event.Chat.Group {
		return refused
	}
	r, ok := t.Ask(bot.Question{
		Key:     "later",
		Message: bot.Message{Text: t.Word(i18n.RefundNoOrder, "Order", order, "Name", name) + "\n" + t.Word(i18n.RefundLater)},
		Options: []bot.Option{{Value: "yes", Label: t.Word(i18n.RefundLaterYes)}, {Value: "no", Label: t.Word(i18n.Cancel)}},
	})
	switch {
	case !ok:
		return nil
	case r.Value != "yes":
		t.SayText(i18n.Cancelled)
		return nil
	}
	out, err := d.Club.RefundOrder(t.Tx, n.of.ID, d.act(t, me, "refund"), loyalty.Order(clipOrder(n.order)), amount)
	if err != nil {
		return err
	}
	ref := out.Receipt.Entry().Ref
	if err := d.remember(t, me, ref); err != nil {
		return err
	}
	t.MustArrive(string(ref))
	t.Say(bot.Message{
		Text: t.Word(i18n.RefundWaits, "Order", order, "Name", name,
			"Days", i18n.Number(int64(loyalty.WaitFor/(24*time.Hour))), "Ref", string(ref)),
		Note: t.Word(i18n.GroupRef, "Ref", string(ref)),
	})
	return nil
}
