package till

import (
	"errors"
	"strings"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
)

// Which names a voucher: by its id, where the caller proved that the employee
// was shown it, or by the code that the customer shows.
type Which struct {
	ID   voucher.ID
	Code voucher.Code
}

// Used is a voucher that was taken.
type Used struct {
	Voucher voucher.Voucher
	Member  people.Person
	Ref     string // what it is known by on receipts
}

// Use takes a voucher, remembers it, and tells the member at once. Refusals: as
// [voucher.Desk.Use]; [Counted] for a code that nobody has.
func (t Till) Use(c *Call, w Which) (u Used, err error) {
	var rec book.Receipt
	if w.ID != "" {
		u.Voucher, rec, err = t.takeID(c, w.ID, "")
	} else {
		u.Voucher, rec, err = t.take(c, w.Code, "")
	}
	if err != nil {
		return u, err
	}
	if u.Member, err = t.Owner(c.Tx, u.Voucher.Member); err != nil {
		return u, err
	}
	if err := t.countUse(c, u.Voucher.UsedBy, u.Voucher.UsedAt, 1); err != nil {
		return u, err
	}
	if err := t.Remember(c, doneOf(u.Voucher)); err != nil {
		return u, err
	}
	u.Ref = t.UseRef(u.Voucher)
	return u, t.TellMember(c, u.Member.ID, bot.PushNow, u.Ref, func(p i18n.Printer) []bot.Message {
		return []bot.Message{t.toldUsed(c, p, u.Voucher, rec.Balance)}
	})
}

// doneOf is the use of a voucher as it is remembered.
func doneOf(v voucher.Voucher) Done {
	if v.Use != "" {
		return Done{Ref: v.Use, At: v.UsedAt}
	}
	return Done{Voucher: v.ID, At: v.UsedAt}
}

// codeTries bounds the wrong voucher codes of one employee, wherever they type
// them: a code is short.
var codeTries = people.CodeThrottle.For("voucher")

// programTries bounds those of a program, which serves a whole shop's customers.
var programTries = people.Throttle{Name: "voucher", Max: 30, Window: codeTries.Window}

// tries says whose wrong codes are counted, and how many may be wrong.
func (c *Call) tries() (people.Throttle, people.Identity) {
	if c.Program != "" {
		return programTries, people.Identity{Channel: "program", User: string(c.Program)}
	}
	return codeTries, actor(c.Me)
}

// takeID uses the voucher with an id. of is whose it must be, "" for anybody's.
func (t Till) takeID(c *Call, id voucher.ID, of loyalty.MemberID) (voucher.Voucher, book.Receipt, error) {
	v, err := t.Club.Vouchers.Get(c.Tx, id, c.Now)
	if err == nil && of != "" {
		var theirs bool
		if theirs, err = t.theirs(c.Tx, v.Member, of); err == nil && !theirs {
			err = voucher.ErrUnknown
		}
	}
	if err != nil {
		return v, book.Receipt{}, err
	}
	_, tail, _ := strings.Cut(string(id), "-")
	part := "use"
	if of != "" { // several may go with one sale
		part += "." + tail
	}
	return t.Club.Vouchers.Use(c.Tx, t.Club.Vouchers.CodeOf(v), c.Act(part))
}

// take uses the voucher of a code. of is whose it must be, "" for anybody's: to
// an employee who sells, another's code is none. Wrong ones are counted.
func (t Till) take(c *Call, code voucher.Code, of loyalty.MemberID) (v voucher.Voucher, rec book.Receipt, err error) {
	if err := t.barred(c); err != nil {
		return v, rec, err
	}
	if of != "" {
		theirs := false
		if v, err = t.Club.Vouchers.ByCode(c.Tx, code); err == nil {
			theirs, err = t.theirs(c.Tx, v.Member, of)
		}
		if err == nil && !theirs {
			err = voucher.ErrUnknownCode
		}
	}
	if err == nil {
		v, rec, err = t.Club.Vouchers.Use(c.Tx, code, c.Act("use"))
	}
	return v, rec, t.tried(c, err)
}

// ByCode is the voucher that a code opens, its State as of now. Wrong ones are
// counted.
func (t Till) ByCode(c *Call, code voucher.Code) (voucher.Voucher, error) {
	if err := t.barred(c); err != nil {
		return voucher.Voucher{}, err
	}
	v, err := t.Club.Vouchers.ByCode(c.Tx, code)
	v.State = v.StateAt(c.Now)
	return v, t.tried(c, err)
}

// actor is an employee wherever they act, for counting tries.
func actor(me people.Staff) people.Identity {
	return people.Identity{Channel: "staff", User: string(me.ID)}
}

// barred refuses who has used up their tries.
func (t Till) barred(c *Call) error {
	tries, who := c.tries()
	return t.Vault.Barred(c.Tx, tries, who, c.Now)
}

// tried counts err as a try if it is a code that nobody has.
func (t Till) tried(c *Call, err error) error {
	if !errors.Is(err, voucher.ErrUnknownCode) {
		return err
	}
	tries, who := c.tries()
	if err := t.Vault.Attempt(c.Tx, tries, who, c.Now); err != nil {
		return err
	}
	return Counted{err, tries, who}
}

// UseRef is the name of a voucher's use on receipts: the reference of its entry,
// or the end of the code of a present, which moves no points.
func (t Till) UseRef(v voucher.Voucher) string {
	if v.Use != "" {
		return string(v.Use)
	}
	code := string(t.Club.Vouchers.CodeOf(v))
	return "•••" + code[max(0, len(code)-4):]
}

// toldUsed is what the member hears at once, in case it was not they.
func (t Till) toldUsed(c *Call, p i18n.Printer, v voucher.Voucher, b loyalty.Balance) bot.Message {
	msg := bot.Message{
		Title: p.Say(i18n.UseTold, "Reward", t.Reward(p, c.Now, v.Reward)),
		Note:  t.RefNote(p, c.Now, t.UseRef(v)),
		Buttons: []bot.Button{
			{Label: p.Say(i18n.UseNotMe), Do: bot.DoCommand, Value: "talk"},
			{Label: p.Say(i18n.KeyVouchers), Do: bot.DoCommand, Value: "vouchers"},
		},
	}
	if v.UsedStore != "" {
		msg.Rows = append(msg.Rows, bot.Row{Label: p.Say(i18n.RedeemWhere), Value: t.StoreName(v.UsedStore)})
	}
	if v.Cost > 0 {
		msg.Rows = append(msg.Rows, bot.Row{Label: p.Say(i18n.ReceiptNow), Value: i18n.Number(int64(b.Available))})
	}
	return msg
}

// countUse changes the count of the employee who took a voucher, on the day when
// they did.
func (t Till) countUse(c *Call, by loyalty.Actor, at time.Time, n int64) error {
	staff, ok := strings.CutPrefix(string(by), "staff/")
	if !ok {
		return nil
	}
	day := t.Rules(c.Now).Day(at)
	return t.CountUses(c.Tx, people.StaffID(staff), day, n)
}
