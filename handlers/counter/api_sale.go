package counter

import (
	"errors"
	"slices"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
)

// whom names a member: by a handle, or, for what was recorded without a
// look-up, by what was scanned or the phone that was typed.
type whom struct {
	Member string `json:"member,omitempty"`
	Scan   string `json:"scan,omitempty"`
	Phone  string `json:"phone,omitempty"`
}

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

// whom opens the member whom an act is about.
func (d *doing) whom(w whom) (m people.Person, err error) {
	var id loyalty.MemberID
	switch {
	case w.Member != "":
		h, err := d.api.open(w.Member, d.device.ID, d.At)
		if err != nil {
			return m, err
		}
		id = h.Member
	case w.Scan != "":
		if id, err = d.api.byScan(d.Call, w.Scan, d.At); err != nil {
			return m, err
		}
	default:
		if id, err = d.api.byPhone(d.Call, w.Phone); err != nil {
			return m, err
		}
	}
	if m, err = d.api.memberOf(d.Call, id); err == nil {
		d.member = m.ID
	}
	return m, err
}

// memberOf opens a person who must be a member.
func (c *Counter) memberOf(call *till.Call, id loyalty.MemberID) (people.Person, error) {
	if id == "" {
		return people.Person{}, errHandle
	}
	if err := call.Tx.Lock(people.Subject(id)); err != nil {
		return people.Person{}, err
	}
	m, err := c.till().Owner(call.Tx, id)
	if err == nil && m.ID != id { // merged since the page looked them up
		err = call.Tx.Lock(people.Subject(m.ID))
	}
	if errors.Is(err, people.ErrNobody) || err == nil && m.Status != people.Member {
		return m, bot.Refuse(i18n.WhoNotMember)
	}
	return m, err
}

// byScan is whose card was scanned at a moment.
func (c *Counter) byScan(call *till.Call, text string, at time.Time) (loyalty.MemberID, error) {
	s := readScan(text)
	if s.card != "" {
		id, err := c.Shop.Vault.ReadCard(call.Tx, s.card, at)
		if errors.Is(err, people.ErrFrozen) {
			err = nil // a locked card's owner may earn, and not spend
		}
		return id, err
	}
	if code, err := people.ParseCardCode(s.typed); err == nil {
		return c.byCard(call, code)
	}
	return "", people.ErrCardToken
}

// byPhone is the one member whom a typed number means. Points may be given on a
// number that is not proven, never spent.
func (c *Counter) byPhone(call *till.Call, typed string) (loyalty.MemberID, error) {
	phone, err := people.ParsePhone(typed, c.Shop.Programme(call.Now).Regions()...)
	if err != nil {
		return "", err
	}
	return c.till().OnlyByPhone(call.Tx, phone)
}

// cardTries bounds the wrong card numbers of one employee at devices.
var cardTries = people.CodeThrottle.For("deskcard")

// byCard is the member whose card has a number, also a locked one. Wrong ones are
// counted, because numbers can be guessed.
func (c *Counter) byCard(call *till.Call, code people.CardCode) (loyalty.MemberID, error) {
	who := people.Identity{Channel: "staff", User: string(call.Me.ID)}
	if err := c.Shop.Vault.Barred(call.Tx, cardTries, who, call.Now); err != nil {
		return "", err
	}
	id, err := c.Shop.Vault.ByCard(call.Tx, code)
	if errors.Is(err, people.ErrFrozen) {
		err = nil
	}
	if !errors.Is(err, people.ErrNobody) {
		return id, err
	}
	if err := c.Shop.Vault.Attempt(call.Tx, cardTries, who, call.Now); err != nil {
		return "", err
	}
	return "", till.Counted{Err: bot.Refuse(i18n.WhoNoCard), Tries: cardTries, Who: who}
}

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
		if s := readScan(b.Scan); b.Scan != "" {
			text = string(s.voucher) + s.typed
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
	what := d.till.Reward(d.Printer, d.Now, used.Voucher.Reward)
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
		which.Ref = ref
	} else {
		h, err := d.api.open(b.Ref, d.device.ID, d.Now)
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
