package till

import (
	"slices"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/people"
	"regulars/loyalty/receipt"
	"regulars/loyalty/voucher"
)

// Undone is what came of taking an act back.
type Undone struct {
	club.Outcome
	// Of is the entry that was taken back, a zero one for the use of a present.
	Of     loyalty.Entry
	Member people.Person
	Ref    string   // what was taken back, as receipts call it
	Cards  []Stamps // that it changed
	// Was is the voucher whose use was taken back, if that is what happened.
	Was voucher.Voucher
	// Slip is a sale without a member that nobody had the points of yet: then there
	// is no entry, and nobody to tell.
	Slip receipt.Slip
}

// Waited says that nothing but a refund was forgotten that waited for its
// purchase: nobody had heard of it.
func (u Undone) Waited() bool { return u.Of.Kind == loyalty.KindWait }

// Undo takes an act back and tells the member at once, whatever it costs. A
// clerk takes back their own acts, a manager anybody's. Refusals: as
// [club.Club.Undo] and [club.Club.UndoUse], and in words.
func (t Till) Undo(c *Call, which Done) (u Undone, err error) {
	if which.Voucher != "" {
		return t.unuse(c, which.Voucher)
	}
	if receipt.IsRef(which.Ref) {
		if u, which.Ref, err = t.unslip(c, which.Ref); err != nil || u.Slip.Ref != "" {
			return u, err
		}
	}
	if u.Of, err = t.Book.ByRef(c.Tx, which.Ref); err != nil {
		return u, err
	}
	if err := MayUndo(c.Me, u.Of.Actor); err != nil {
		return u, err
	}
	was, err := t.PaidWith(c, u.Of)
	if err != nil {
		return u, err
	}
	if u.Outcome, err = t.Club.Undo(c.Tx, which.Ref, c.Act("undo")); err != nil || u.Waited() {
		return u, err
	}
	if err := t.Uncount(c, was, u.Outcome); err != nil {
		return u, err
	}
	if u.Of.Kind == loyalty.KindCapture { // else it paid a sale, which is what is undone
		u.Was = was
	}
	u.Ref = string(which.Ref)
	return u, t.tellUndone(c, &u, u.Of.Member)
}

// UndoCode takes back the use of the voucher with a code, of which a present has
// nothing else to go by. Refusals: as Undo; [Counted] for a code that nobody has.
func (t Till) UndoCode(c *Call, code voucher.Code) (Undone, error) {
	v, err := t.ByCode(c, code)
	if err != nil {
		return Undone{}, err
	}
	return t.unuse(c, v.ID)
}

// unuse takes back the use of a voucher that no entry names.
func (t Till) unuse(c *Call, id voucher.ID) (u Undone, err error) {
	v, err := t.Club.Vouchers.Get(c.Tx, id, c.Now)
	if err != nil {
		return u, err
	}
	if v.State != voucher.Used {
		return u, voucher.ErrNotUsed
	}
	if err := MayUndo(c.Me, v.UsedBy); err != nil {
		return u, err
	}
	u.Was, u.Ref = v, t.UseRef(v)
	if u.Outcome, err = t.Club.UndoUse(c.Tx, id, c.Act("undo")); err != nil {
		return u, err
	}
	if err := t.Uncount(c, v, u.Outcome); err != nil {
		return u, err
	}
	return u, t.tellUndone(c, &u, v.Member)
}

// MayUndo refuses a clerk what somebody else did.
func MayUndo(me people.Staff, by loyalty.Actor) error {
	if by != me.ID.Actor() && !people.AtLeast(me.Role, people.Manager) {
		return bot.Refuse(i18n.UndoNotYours)
	}
	return nil
}

// PaidWith is the voucher whose use an entry is, or that paid a part of its
// sale; a zero one for none.
func (t Till) PaidWith(c *Call, e loyalty.Entry) (voucher.Voucher, error) {
	if e.Kind != loyalty.KindCapture && e.Voucher == "" {
		return voucher.Voucher{}, nil
	}
	all, err := t.Club.Vouchers.List(c.Tx, e.Member, c.Now)
	for _, v := range all {
		if v.State == voucher.Used && (v.Use == e.Ref || string(v.ID) == e.Voucher) {
			return v, err
		}
	}
	return voucher.Voucher{}, err
}

// Uncount takes the use of a voucher that came back out of the day's sum.
func (t Till) Uncount(c *Call, was voucher.Voucher, out club.Outcome) error {
	if !slices.ContainsFunc(out.Returned, func(v voucher.Voucher) bool { return v.ID == was.ID }) {
		return nil
	}
	return t.countUse(c, was.UsedBy, was.UsedAt, -1)
}

// tellUndone fills in what is told of an undoing, and tells the member, and
// others whom it touched.
func (t Till) tellUndone(c *Call, u *Undone, id loyalty.MemberID) (err error) {
	if u.Member, err = t.Owner(c.Tx, id); err != nil {
		return err
	}
	id = u.Member.ID
	if u.Cards, err = t.Stamped(c, id, u.Receipt); err != nil {
		return err
	}
	if err := t.TellElsewhere(c, u.Outcome); err != nil {
		return err
	}
	return t.TellMember(c, id, bot.PushNow, u.Ref, func(p i18n.Printer) []bot.Message {
		return []bot.Message{t.Corrected(c, p, *u)}
	})
}

// UndoneMessage is what the employee reads of an undoing.
func (t Till) UndoneMessage(c *Call, u Undone) bot.Message {
	if u.Slip.Ref != "" {
		return bot.Message{Text: c.Printer.Say(i18n.CodeVoid, "Ref", u.Ref)}
	}
	p, name := c.Printer, Called(c.Printer, u.Member)
	lines := []string{p.Say(i18n.UndoDone, "Ref", u.Ref, "Points", shop.Signed(u.Receipt.Entry().Change()), "Name", name)}
	switch reward := t.Reward(p, c.Now, u.Was.Reward); {
	case u.Was.ID != "" && len(u.Returned) > 0:
		lines = []string{p.Say(i18n.UseBack, "Reward", reward, "Name", name)}
	case u.Was.ID != "":
		lines = append(lines, p.Say(i18n.UseBackVoid, "Reward", reward))
	default:
		lines = append(lines, t.WentBack(p, c.Now, u.Outcome)...)
	}
	lines = append(lines, t.Moved(p, c.Now, u.Outcome, name)...)
	msg := bot.Message{Text: strings.Join(lines, "\n")}
	t.AddStamps(p, c.Now, &msg, u.Cards)
	return msg
}

// Corrected is what the member reads of a correction.
func (t Till) Corrected(c *Call, p i18n.Printer, u Undone) bot.Message {
	b := u.Receipt.Balance
	n := u.Receipt.Entry().Change()
	msg := bot.Message{Title: p.Say(i18n.ReceiptUndone, "Points", shop.Signed(n)), Note: t.RefNote(p, c.Now, u.Ref)}
	var lines []string
	switch reward := t.Reward(p, c.Now, u.Was.Reward); {
	case u.Was.ID != "" && len(u.Returned) > 0:
		msg.Title = p.Say(i18n.UseBackTold, "Reward", reward)
	case u.Was.ID != "":
		lines = []string{p.Say(i18n.UseBackVoid, "Reward", reward)}
	default:
		lines = t.WentBack(p, c.Now, u.Outcome)
	}
	if b.Debt > 0 {
		lines = append(lines, p.Say(i18n.PointsDebtWhy, "Points", i18n.Number(int64(b.Debt))))
	}
	msg.Text = strings.Join(append(lines, t.Moved(p, c.Now, u.Outcome, "")...), "\n")
	t.AddStamps(p, c.Now, &msg, u.Cards)
	msg.Rows = append(msg.Rows, t.GoodUntil(p, u.Outcome)...)
	msg.Rows = append(msg.Rows, bot.Row{Label: p.Say(i18n.ReceiptNow), Value: i18n.Number(int64(b.Available))})
	if len(u.Returned) > 0 {
		msg.Buttons = []bot.Button{{Label: p.Say(i18n.KeyVouchers), Do: bot.DoCommand, Value: "vouchers"}}
	}
	return msg
}

// Last is the caller's newest act that stands; ok is false when there is none.
func (t Till) Last(c *Call) (a Done, ok bool, err error) {
	acts, err := t.Recent(c)
	for _, a := range acts {
		if ok, err := t.Stands(c, a); err != nil || ok {
			return a, ok, err
		}
	}
	return Done{}, false, err
}
