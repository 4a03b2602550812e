package api

import (
	"slices"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/voucher"
)

// Bounds of one purchase.
const (
	maxItems    = 100
	maxPieces   = 9999
	maxVouchers = 4 // a letter of five messages tells of each, and of the sale
	maxOrder    = 40
	maxMoney    = loyalty.Money(1)<<53 - 1 // what a JavaScript number holds exactly
)

type itemBody struct {
	Item     string        `json:"item"`
	Quantity int64         `json:"quantity"`
	Amount   loyalty.Money `json:"amount,omitempty"`
}

type purchaseBody struct {
	place
	whom
	Amount   loyalty.Money `json:"amount"`
	Order    string        `json:"order,omitempty"`
	Items    []itemBody    `json:"items,omitempty"`
	Vouchers []string      `json:"vouchers,omitempty"` // codes that were shown, or ids
}

// purchase records what a member bought, with the vouchers that pay a part.
func (d *deed) purchase(b purchaseBody) (any, error) {
	sale, err := d.sale(b.Amount, b.Order, b.Items)
	if err != nil {
		return nil, err
	}
	d.spends = slices.ContainsFunc(b.Vouchers, func(text string) bool { // codes prove themselves
		_, isCode := voucherCode(text)
		return !isCode
	})
	m, err := d.whom(b.whom)
	if err != nil {
		return nil, err
	}
	basket := till.Basket{Sale: sale}
	if basket.Vouchers, err = d.shown(b.Vouchers, b.Card != "" || maySpend(m)); err != nil {
		return nil, err
	}
	sold, err := d.till.Sell(d.Call, m, basket)
	if err != nil {
		return nil, err
	}
	if err := d.within(till.Gained(sold.Entry)); err != nil {
		return nil, err
	}
	if err := d.fed(sold.Entry); err != nil {
		return nil, err
	}
	a := d.done(string(sold.Entry.Ref), d.till.SoldMessage(d.Call, m, sold))
	a.Amount, a.Points = sold.Entry.Amount, till.Gained(sold.Entry)
	d.came(&a, sold.Outcome, sold.Cards)
	for _, v := range sold.Used {
		a.Vouchers = append(a.Vouchers, d.s.voucher(d.Printer, d.Now, v))
	}
	return a, nil
}

// shown are the vouchers of a purchase, by their ids. A code was shown by who
// has it; an id only counts for a member who may spend.
func (d *deed) shown(texts []string, maySpend bool) (ids []voucher.ID, err error) {
	if len(texts) > maxVouchers {
		return nil, badField("vouchers")
	}
	for _, text := range texts {
		id := voucher.ID(text)
		code, isCode := voucherCode(text)
		switch {
		case isCode:
			v, err := d.till.ByCode(d.Call, code)
			if err != nil {
				return nil, err
			}
			id = v.ID
		case !maySpend:
			return nil, errShowCard
		}
		if slices.Contains(ids, id) {
			return nil, badField("vouchers")
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// voucherCode reads the code in what was scanned or typed.
func voucherCode(text string) (voucher.Code, bool) {
	s := till.ReadScan(text)
	if s.Voucher != "" {
		return s.Voucher, true
	}
	return voucher.ParseCode(s.Typed)
}

// sale reads a purchase.
func (d *deed) sale(amount loyalty.Money, order string, items []itemBody) (s loyalty.Sale, err error) {
	switch {
	case amount <= 0:
		return s, loyalty.ErrAmount
	case amount > maxMoney:
		return s, loyalty.ErrOverflow
	case len([]rune(order)) > maxOrder:
		return s, badField("order")
	}
	s.Amount, s.Order = amount, loyalty.Order(shop.Tidy(order))
	s.Lines, err = d.items(items)
	var sum loyalty.Money
	for _, l := range items[:min(len(items), maxItems)] {
		sum += min(max(0, l.Amount), maxMoney) // a hundred of at most 2^53
	}
	if err == nil && sum > amount {
		p := d.Printer
		err = bot.Refuse(i18n.BasketOver, "Sum", d.till.Money(p, d.Now, sum), "Money", d.till.Money(p, d.Now, amount))
	}
	return s, err
}

// items reads the items of a purchase or of what comes back. An item that the
// programme does not know counts by its amount alone: a till has thousands, and
// the rules a few.
func (d *deed) items(all []itemBody) (list []loyalty.Line, err error) {
	if len(all) > maxItems {
		return nil, badField("items")
	}
	known := map[string]bool{}
	for _, it := range d.till.Rules(d.Now).Earning.Items {
		known[it.ID] = true
	}
	for _, it := range all {
		if it.Quantity < 1 || it.Quantity > maxPieces || it.Amount < 0 || it.Amount > maxMoney || it.Item == "" || len(it.Item) > 100 {
			return nil, badField("items")
		}
		if known[it.Item] {
			list = append(list, loyalty.Line{Item: it.Item, Quantity: it.Quantity, Amount: it.Amount})
		}
	}
	return list, nil
}

type receiptBody struct {
	place
	Amount loyalty.Money `json:"amount"`
	Order  string        `json:"order,omitempty"`
	Items  []itemBody    `json:"items,omitempty"`
}

// receiptAnswer is a sale without a member, and what its customer takes home.
type receiptAnswer struct {
	Ref    loyalty.Ref    `json:"ref"`
	Code   string         `json:"code"`
	URL    string         `json:"url"`
	Until  time.Time      `json:"until"`
	Amount loyalty.Money  `json:"amount"`
	Points loyalty.Points `json:"points"`
	Store  loyalty.Store  `json:"store,omitempty"`
	At     time.Time      `json:"at"`
	Lines  []string       `json:"lines"`
}

// receipt records a purchase of nobody in particular, whose code the customer
// takes home.
func (d *deed) receipt(b receiptBody) (any, error) {
	sale, err := d.sale(b.Amount, b.Order, b.Items)
	if err != nil {
		return nil, err
	}
	out, err := d.till.Code(d.Call, sale)
	if err != nil {
		return nil, err
	}
	worth, err := d.till.Slips().Worth(out.Slip)
	if err != nil {
		return nil, err
	}
	if err := d.within(worth); err != nil {
		return nil, err
	}
	return receiptAnswer{
		Ref: out.Slip.Ref, Code: out.Code.String(), URL: d.till.ReceiptLink(out.Code), Until: out.Slip.Until.UTC(),
		Amount: out.Slip.Amount, Points: worth, Store: d.Store, At: out.Slip.At.UTC(),
		Lines: lines(d.Printer.Say(i18n.CodeShow)),
	}, nil
}
