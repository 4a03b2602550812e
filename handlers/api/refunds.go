package api

import (
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/receipt"
)

type refundBody struct {
	place
	Purchase string `json:"purchase,omitempty"` // the purchase's reference
	whom            // or whose it was,
	Order    string `json:"order,omitempty"` // and the till's number of it
	// What comes back: an amount, items, or with neither all that is left.
	Amount loyalty.Money `json:"amount,omitempty"`
	Items  []itemBody    `json:"items,omitempty"`
}

// refund takes a purchase back, or a part of it. One that is told before its
// purchase waits for it (case 2).
func (d *deed) refund(b refundBody) (any, error) {
	back, err := d.back(b)
	if err != nil {
		return nil, err
	}
	byRef := b.Purchase != ""
	if byRef == (b.Order != "") || byRef && b.ways() > 0 {
		return nil, badField("purchase")
	}
	if byRef {
		of, err := d.entry(b.Purchase)
		if err != nil {
			return nil, err
		}
		return d.refundOf(of, back)
	}
	order := loyalty.Order(shop.Tidy(b.Order))
	if order == "" || len([]rune(b.Order)) > maxOrder {
		return nil, badField("order")
	}
	m, err := d.whom(b.whom)
	if err != nil {
		return nil, err
	}
	of, known, err := d.till.Book.ByOrder(d.Tx, m.ID, order)
	if err != nil {
		return nil, err
	}
	if known {
		return d.refundOf(of, back)
	}
	return d.later(m, order, back)
}

// back reads what comes back.
func (d *deed) back(b refundBody) (r loyalty.Return, err error) {
	switch {
	case b.Amount < 0:
		return r, loyalty.ErrAmount
	case b.Amount > maxMoney:
		return r, loyalty.ErrOverflow
	}
	r.Amount = b.Amount
	if r.Lines, err = d.items(b.Items); err == nil && len(b.Items) > len(r.Lines) && r.Amount == 0 {
		// Items that the rules do not know have no worth here: how much is it?
		err = bot.Refuse(i18n.RefundHowMuch)
	}
	return r, err
}

// entry is what a reference names, of this key's store.
func (d *deed) entry(text string) (of loyalty.Entry, err error) {
	ref, ok := loyalty.ParseRef(text)
	if !ok || len(text) > 40 {
		return of, loyalty.ErrUnknownRef
	}
	if of, err = d.till.Book.ByRef(d.Tx, ref); err == nil {
		err = d.mine(of)
	}
	return of, err
}

// mine refuses a key of one store what was done in another.
func (d *deed) mine(of loyalty.Entry) error {
	if d.key.Store != "" && of.Store != d.key.Store {
		return errOtherStore
	}
	return nil
}

// refundOf takes back a purchase that is recorded.
func (d *deed) refundOf(of loyalty.Entry, back loyalty.Return) (any, error) {
	if err := d.mine(of); err != nil {
		return nil, err
	}
	u, err := d.till.Refund(d.Call, of, back)
	if err != nil {
		return nil, err
	}
	e := u.Receipt.Entry()
	d.member = u.Member.ID
	a := d.done(string(e.Ref), bot.Message{Text: d.refundLines(u, e)})
	a.Of, a.Amount, a.Points = of.Ref, e.Amount, e.Change()
	d.came(&a, u.Outcome, u.Cards)
	for _, v := range u.Returned {
		a.Vouchers = append(a.Vouchers, d.s.voucher(d.Printer, d.Now, v))
	}
	return a, nil
}

// refundLines are what the cashier reads.
func (d *deed) refundLines(u till.Undone, e loyalty.Entry) string {
	p := d.Printer
	all := []string{p.Say(i18n.RefundDone, "Name", till.Called(p, u.Member), "Money", d.till.Money(p, d.Now, e.Amount), "Points", shop.Signed(e.Change()))}
	all = append(all, d.till.WentBack(p, d.Now, u.Outcome)...)
	return strings.Join(append(all, d.till.Moved(p, d.Now, u.Outcome, till.Called(p, u.Member))...), "\n")
}

// later lets a refund wait for its purchase, as a till's messages may come in any
// order.
func (d *deed) later(m people.Person, order loyalty.Order, back loyalty.Return) (any, error) {
	out, err := d.till.Club.RefundOrder(d.Tx, m.ID, d.Act("refund"), order, back)
	if err != nil {
		return nil, err
	}
	ref := string(out.Receipt.Entry().Ref)
	a := d.done(ref, bot.Message{Text: d.Printer.Say(i18n.RefundWaits, "Order", string(order), "Name", till.Called(d.Printer, m),
		"Days", i18n.Number(int64(loyalty.WaitFor/(24*time.Hour))), "Ref", ref)})
	a.Waits, a.Amount = true, back.Amount
	d.came(&a, out, nil)
	return a, nil
}

type undoBody struct {
	place
	Ref string `json:"ref"`
}

// undo takes back what a reference names: a purchase, a receipt's code, a
// redemption, a voucher's use, a refund that waits. It needs the scope with which
// that is done.
func (d *deed) undo(b undoBody) (any, error) {
	ref, ok := loyalty.ParseRef(b.Ref)
	if !ok || len(b.Ref) > 40 {
		return nil, loyalty.ErrUnknownRef
	}
	if err := d.mayUndo(ref); err != nil {
		return nil, err
	}
	u, err := d.till.Undo(d.Call, till.Done{Ref: ref})
	if err != nil {
		return nil, err
	}
	return d.undone(u), nil
}

// mayUndo refuses what the key has no scope for, what another store did, and
// what a member or an employee redeemed.
func (d *deed) mayUndo(ref loyalty.Ref) error {
	if receipt.IsRef(ref) {
		slip, err := d.till.Slips().ByRef(d.Tx, ref)
		switch {
		case err != nil:
			return err
		case d.key.Store != "" && slip.Store != d.key.Store:
			return errOtherStore
		case slip.State == receipt.Credited: // somebody has its points: it is a purchase by now
			return d.needs(RefundsWrite)
		}
		return d.needs(PurchasesWrite)
	}
	of, err := d.till.Book.ByRef(d.Tx, ref)
	if err != nil {
		return err
	}
	if err := d.mine(of); err != nil {
		return err
	}
	switch of.Kind {
	case loyalty.KindEarn, loyalty.KindWait:
		return d.needs(RefundsWrite)
	case loyalty.KindCapture:
		return d.needs(VouchersWrite)
	case loyalty.KindHold, loyalty.KindSpend:
		if !strings.HasPrefix(string(of.Actor), string(KeyID("").Actor())) {
			return bot.Refuse(i18n.UndoNotYours)
		}
		return d.needs(RewardsWrite)
	}
	return &loyalty.KindError{Kind: of.Kind}
}

// needs refuses what the key has no scope for.
func (d *deed) needs(s Scope) error {
	if d.key.May(s) {
		return nil
	}
	return &scopeMissing{s}
}

// undone is the answer to what was taken back.
func (d *deed) undone(u till.Undone) doneAnswer {
	if u.Slip.Ref != "" { // nobody had its points yet
		a := d.done(u.Ref, d.till.UndoneMessage(d.Call, u))
		a.Of, a.Amount = u.Slip.Ref, u.Slip.Amount
		return a
	}
	if u.Waited() {
		d.member = u.Of.Member
		a := d.done(string(u.Of.Ref), bot.Message{Text: d.Printer.Say(i18n.RefundWaitsNot, "Order", string(u.Of.Order))})
		a.Of = u.Of.Ref
		return a
	}
	d.member = u.Member.ID
	a := d.done(u.Ref, d.till.UndoneMessage(d.Call, u))
	a.Of = u.Of.Ref
	if len(u.Receipt.Entries) > 0 {
		e := u.Receipt.Entry()
		a.Ref, a.Amount, a.Points = string(e.Ref), e.Amount, e.Change()
	}
	d.came(&a, u.Outcome, u.Cards)
	for _, v := range u.Returned {
		a.Vouchers = append(a.Vouchers, d.s.voucher(d.Printer, d.Now, v))
	}
	return a
}
