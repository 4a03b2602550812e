package admin

import (
	"context"
	"time"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/store"
)

// bill prints what this month's messages cost, where pushing costs money.
func (d Desk) bill(ctx context.Context, now time.Time, out Out) error {
	var b shop.Bill
	err := d.DB.View(ctx, func(r store.Reader) (err error) {
		b, err = d.Shop.Bill(r, now)
		return err
	})
	if err != nil || !b.Costs {
		return err
	}
	money := func(m loyalty.Money) string { return d.Shop.Money(i18n.For(i18n.En), now, m) }
	out.Say("messages this month  %d billed, %d replies and %d that rode along free; %d count for the month, sent from LINE's own manager too", b.Billed, b.Replies, b.Rode, b.Used)
	if b.Priced {
		out.Say("                     %s so far, about %s by its end; riding along saved %s", money(b.Cost), money(b.Expected), money(b.Saved))
	} else {
		out.Say("                     about %d by its end; prices are not known: set [messages] in the programme", b.Forecast)
	}
	if b.Limit > 0 {
		out.Say("                     %d of %d are left", b.Left, b.Limit)
	}
	return nil
}
