package counter

import (
	"slices"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
)

type lineBody struct {
	ID     string        `json:"id"`
	N      int64         `json:"n"`
	Amount loyalty.Money `json:"amount"`
}

type saleBody struct {
	whom
	Amount   loyalty.Money `json:"amount"` // minor units
	Order    string        `json:"order,omitempty"`
	Items    []lineBody    `json:"items,omitempty"`
	Vouchers []string      `json:"vouchers,omitempty"`
}

// What the page is told of an act.
type (
	rowAnswer struct {
		Label string `json:"label"`
		Value string `json:"value"`
	}
	cardAnswer struct {
		Name string `json:"name"`
		Have int64  `json:"have"`
		Size int64  `json:"size"`
	}
	nameAnswer struct {
		Name string `json:"name"`
	}
	doneAnswer struct {
		Ref      string         `json:"ref"`
		Label    string         `json:"label"`
		Name     string         `json:"name"`
		What     string         `json:"what,omitempty"`
		Amount   loyalty.Money  `json:"amount"`
		Points   loyalty.Points `json:"points"`
		Balance  loyalty.Points `json:"balance"`
		Lines    []string       `json:"lines"`
		Rows     []rowAnswer    `json:"rows"`
		Cards    []cardAnswer   `json:"cards"`
		Vouchers []nameAnswer   `json:"vouchers"`
		At       time.Time      `json:"at"`
		Undo     bool           `json:"undo"`
	}
)

// Bounds of one purchase.
const (
	maxItems    = 30
	maxPieces   = 999
	maxVouchers = 4 // a letter of five messages tells of each, and of the sale
	maxOrder    = 40
	maxMoney    = loyalty.Money(1) << 52 // what a page's numbers hold exactly
)

// sale records a purchase with the vouchers that go with it.
func (d *doing) sale(b saleBody) (any, error) {
	m, err := d.whom(b.whom)
	if err != nil {
		return nil, err
	}
	basket, err := d.basket(b)
	if err != nil {
		return nil, err
	}
	for _, text := range b.Vouchers {
		h, err := d.api.open(text, d.device.ID, d.At)
		if err != nil {
			return nil, err
		}
		if slices.Contains(basket.Vouchers, h.Voucher) {
			return nil, errForm
		}
		basket.Vouchers = append(basket.Vouchers, h.Voucher)
	}
	sold, err := d.till.Sell(d.Call, m, basket)
	if err != nil {
		return nil, err
	}
	a := d.done(m, d.till.SoldMessage(d.Call, m, sold), sold.Cards)
	a.Ref, a.Label, a.Undo = string(sold.Entry.Ref), string(sold.Entry.Ref), true
	a.Amount, a.Points, a.Balance = sold.Entry.Amount, till.Gained(sold.Entry), sold.Receipt.Balance.Available
	for _, v := range sold.Used {
		a.Vouchers = append(a.Vouchers, nameAnswer{d.till.Reward(d.Printer, d.Now, v.Reward)})
	}
	return a, nil
}

// nobody is whom a sale without a member concerns.
var nobody people.Person

// done is an answer made of what the employee would read in chat.
func (d *doing) done(m people.Person, msg bot.Message, cards []till.Stamps) doneAnswer {
	a := doneAnswer{
		At: d.Act("").At.UTC(), Lines: lines(msg.Title, msg.Text),
		Rows: []rowAnswer{}, Vouchers: []nameAnswer{}, Cards: d.api.cards(d.Printer, d.Now, cards),
	}
	if m.ID != "" {
		a.Name = till.Called(d.Printer, m)
	}
	stamped := len(msg.Rows) - len(cards) // the last rows say in words what Cards does
	for _, r := range msg.Rows[:max(0, stamped)] {
		a.Rows = append(a.Rows, rowAnswer{r.Label, r.Value})
	}
	return a
}

func (c *Counter) cards(p i18n.Printer, now time.Time, list []till.Stamps) []cardAnswer {
	out := []cardAnswer{}
	for _, k := range list {
		out = append(out, cardAnswer{c.till().PartName(p, now, programme.Card, k.Card), k.Have, k.Size})
	}
	return out
}

// basket reads a purchase.
func (d *doing) basket(b saleBody) (basket till.Basket, err error) {
	s := &basket.Sale
	s.Amount, s.Order = b.Amount, loyalty.Order(clipped(shop.Tidy(b.Order), maxOrder))
	switch {
	case b.Amount <= 0:
		return basket, loyalty.ErrAmount
	case b.Amount > maxMoney:
		return basket, loyalty.ErrOverflow
	case len(b.Items) > maxItems || len(b.Vouchers) > maxVouchers:
		return basket, bot.Refuse(i18n.RefuseTooLarge)
	}
	s.Lines, err = d.items(b)
	return basket, err
}

// items reads the items of a purchase: those of the programme only.
func (d *doing) items(b saleBody) (list []loyalty.Line, err error) {
	known := map[string]bool{}
	for _, it := range d.till.Rules(d.Now).Earning.Items {
		known[it.ID] = true
	}
	var sum loyalty.Money
	for _, it := range b.Items {
		switch {
		case !known[it.ID]:
			return nil, bot.Refuse(i18n.BasketUnknown, "Text", shop.Tidy(it.ID))
		case it.N < 1 || it.N > maxPieces || it.Amount < 0 || it.Amount > maxMoney:
			return nil, errForm
		}
		sum += it.Amount
		list = append(list, loyalty.Line{Item: it.ID, Quantity: it.N, Amount: it.Amount})
	}
	if sum > b.Amount {
		p := d.Printer
		return nil, bot.Refuse(i18n.BasketOver, "Sum", d.till.Money(p, d.Now, sum), "Money", d.till.Money(p, d.Now, b.Amount))
	}
	return list, nil
}

func clipped(s string, n int) string {
	r := []rune(s)
	return string(r[:min(len(r), n)])
}
