package counter

import (
	"time"

	"regulars/bot"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
)

type useBody struct {
	Voucher string `json:"voucher,omitempty"`
	Code    string `json:"code,omitempty"`
	Scan    string `json:"scan,omitempty"`
}

// use takes a voucher.
func (d *doing) use(b useBody) (any, error) {
	var which till.Which
	switch {
	case b.Voucher != "":
		h, err := d.api.open(b.Voucher, d.device.ID, d.At)
		if err != nil {
			return nil, err
		}
		if which.ID = h.Voucher; which.ID == "" {
			return nil, errHandle
		}
	default:
		text := b.Code
		if s := till.ReadScan(b.Scan); b.Scan != "" {
			text = string(s.Voucher) + s.Typed
		}
		code, ok := voucher.ParseCode(text)
		if !ok {
			return nil, bot.Refuse(i18n.UseForm)
		}
		which.Code = code
	}
	used, err := d.till.Use(d.Call, which)
	if err != nil {
		return nil, err
	}
	d.member = used.Member.ID
	what := d.till.VoucherName(d.Printer, d.Now, used.Voucher)
	a := d.done(used.Member, bot.Message{Title: what, Text: d.Printer.Say(i18n.UseDone, "Name", till.Called(d.Printer, used.Member))}, nil)
	a.What, a.Label, a.Undo = what, used.Ref, true
	a.Ref, err = d.api.refOf(till.Done{Ref: used.Voucher.Use, Voucher: used.Voucher.ID}, d.device.ID, d.Now)
	return a, err
}

// refOf names an act for the page: by its reference, or, for the use of a
// present, which has none, by a handle.
func (c *Counter) refOf(a till.Done, d people.DeviceID, now time.Time) (string, error) {
	if a.Ref != "" {
		return string(a.Ref), nil
	}
	return c.seal(handle{Device: d, Voucher: a.Voucher}, now)
}

type undoBody struct {
	Ref string `json:"ref"`
}

// undo takes an act back.
func (d *doing) undo(b undoBody) (any, error) {
	which := till.Done{}
	if ref, ok := loyalty.ParseRef(b.Ref); ok && len(b.Ref) <= 40 {
		if a, is, err := d.planBack(ref); is {
			return a, err
		}
		which.Ref = ref
	} else {
		h, err := d.api.open(b.Ref, d.device.ID, d.Now)
		if err == nil && h.Event != "" {
			return d.gone(h)
		}
		if err != nil || h.Voucher == "" {
			return nil, loyalty.ErrUnknownRef
		}
		which.Voucher = h.Voucher
	}
	u, err := d.till.Undo(d.Call, which)
	if err != nil {
		return nil, err
	}
	if u.Slip.Ref != "" { // nobody had its points yet
		a := d.done(nobody, d.till.UndoneMessage(d.Call, u), nil)
		a.Ref, a.Label = u.Ref, u.Ref
		return a, nil
	}
	if u.Waited() {
		d.member = u.Of.Member
		return d.done(nobody, bot.Message{Text: d.Printer.Say(i18n.RefundWaitsNot, "Order", string(u.Of.Order))}, nil), nil
	}
	d.member = u.Member.ID
	a := d.done(u.Member, d.till.UndoneMessage(d.Call, u), u.Cards)
	a.Ref, a.Label = u.Ref, u.Ref
	a.Points, a.Balance = u.Receipt.Entry().Change(), u.Receipt.Balance.Available
	return a, nil
}
