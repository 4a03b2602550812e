package staff

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
)

// undo takes an act back: /undo REF, /undo and a voucher's code, or the
// speaker's last one. A clerk undoes
// their own acts, a manager anybody's.
func (d desk) undo(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	if t.Token { // the use of a present, which has no reference
		return d.unuse(t, me, voucher.ID(t.Args))
	}
	which, err := d.which(t, me)
	if err != nil {
		return err
	}
	if which.Voucher != "" {
		return d.unuse(t, me, which.Voucher)
	}
	of, err := d.Book.ByRef(t.Tx, which.Ref)
	if code, ok := voucher.ParseCode(t.Args); ok && errors.Is(err, loyalty.ErrUnknownRef) {
		return d.undoCode(t, me, code)
	}
	if err != nil {
		return err
	}
	if err := mayUndo(me, of.Actor); err != nil {
		return err
	}
	was, err := d.paidWith(t, of)
	if err != nil {
		return err
	}
	out, err := d.Club.Undo(t.Tx, which.Ref, d.act(t, me, "undo"))
	if err != nil {
		return err
	}
	if of.Kind == loyalty.KindWait { // nobody had heard of it
		t.SayText(i18n.RefundWaitsNot, "Order", string(of.Order))
		return nil
	}
	if err := d.uncount(t, was, out); err != nil {
		return err
	}
	if of.Kind != loyalty.KindCapture { // it paid a sale, which is what is undone
		was = noVoucher
	}
	return d.undone(t, of.Member, out, string(which.Ref), was)
}

// paidWith is the voucher whose use an entry is, or that paid a part of its
// sale; a zero one for none.
func (d desk) paidWith(t *bot.Turn, e loyalty.Entry) (voucher.Voucher, error) {
	if e.Kind != loyalty.KindCapture && e.Voucher == "" {
		return voucher.Voucher{}, nil
	}
	all, err := d.Club.Vouchers.List(t.Tx, e.Member, t.Now)
	for _, v := range all {
		if v.State == voucher.Used && (v.Use == e.Ref || string(v.ID) == e.Voucher) {
			return v, err
		}
	}
	return voucher.Voucher{}, err
}

// uncount takes the use of a voucher that came back out of the day's sum.
func (d desk) uncount(t *bot.Turn, was voucher.Voucher, out club.Outcome) error {
	if !slices.ContainsFunc(out.Returned, func(v voucher.Voucher) bool { return v.ID == was.ID }) {
		return nil
	}
	return d.countUse(t, was.UsedBy, was.UsedAt, -1)
}

// noVoucher says that none was used.
var noVoucher voucher.Voucher

// mayUndo refuses a clerk what somebody else did.
func mayUndo(me people.Staff, by loyalty.Actor) error {
	if by != me.ID.Actor() && !people.AtLeast(me.Role, people.Manager) {
		return bot.Refuse(i18n.UndoNotYours)
	}
	return nil
}

// undoCode takes back the use of the voucher with a code, of which a present has
// nothing else to go by. Wrong codes are counted.
func (d desk) undoCode(t *bot.Turn, me people.Staff, code voucher.Code) error {
	if err := d.Vault.Barred(t.Tx, useTries, actor(me), t.Now); err != nil {
		return err
	}
	v, err := d.Club.Vouchers.ByCode(t.Tx, code)
	if err != nil {
		return d.tried(t, me, err)
	}
	return d.unuse(t, me, v.ID)
}

// unuse takes back the use of a voucher that no entry names.
func (d desk) unuse(t *bot.Turn, me people.Staff, id voucher.ID) error {
	v, err := d.Club.Vouchers.Get(t.Tx, id, t.Now)
	if err != nil {
		return err
	}
	if v.State != voucher.Used {
		return voucher.ErrNotUsed
	}
	if err := mayUndo(me, v.UsedBy); err != nil {
		return err
	}
	ref := useRef(d, v)
	out, err := d.Club.UndoUse(t.Tx, id, d.act(t, me, "undo"))
	if err != nil {
		return err
	}
	if err := d.uncount(t, v, out); err != nil {
		return err
	}
	return d.undone(t, v.Member, out, ref, v)
}

// undone tells both sides of a correction, the member at once, whatever it
// costs. was is the voucher whose use was taken back, if that is what happened.
func (d desk) undone(t *bot.Turn, id loyalty.MemberID, out club.Outcome, ref string, was voucher.Voucher) error {
	m, err := d.Vault.Get(t.Tx, id)
	if err != nil {
		return err
	}
	cards, err := d.stamped(t, id, out.Receipt)
	if err != nil {
		return err
	}
	if err := d.tellElsewhere(t, out); err != nil {
		return err
	}
	e := out.Receipt.Entry()
	n := e.Change()
	if err := d.tell(t, m.ID, bot.PushNow, ref, func(p i18n.Printer) []bot.Message {
		return []bot.Message{d.corrected(t, p, out, cards, n, ref, was)}
	}); err != nil {
		return err
	}
	if t.Event.Chat.Group {
		t.SayText(i18n.UndoDoneGroup, "Ref", ref)
		return nil
	}
	t.MustArrive(cmp.Or(string(e.Ref), ref))
	lines := []string{t.Word(i18n.UndoDone, "Ref", ref, "Points", shop.Signed(n), "Name", d.called(t, m))}
	switch reward := d.reward(t.Printer, t.Now, was.Reward); {
	case was.ID != "" && len(out.Returned) > 0:
		lines = []string{t.Word(i18n.UseBack, "Reward", reward, "Name", d.called(t, m))}
	case was.ID != "":
		lines = append(lines, t.Word(i18n.UseBackVoid, "Reward", reward))
	default:
		lines = append(lines, d.wentBack(t.Printer, t.Now, out)...)
	}
	lines = append(lines, d.moved(t.Printer, t.Now, out, d.called(t, m))...)
	msg := bot.Message{Text: strings.Join(lines, "\n")}
	d.addStamps(t.Printer, t.Now, &msg, cards)
	t.Say(msg)
	return nil
}

// corrected is what the member reads of a correction.
func (d desk) corrected(t *bot.Turn, p i18n.Printer, out club.Outcome, cards []stamps, n loyalty.Points, ref string, was voucher.Voucher) bot.Message {
	b := out.Receipt.Balance
	msg := bot.Message{Title: p.Say(i18n.ReceiptUndone, "Points", shop.Signed(n)), Note: d.refNote(t, p, ref)}
	var lines []string
	switch reward := d.reward(p, t.Now, was.Reward); {
	case was.ID != "" && len(out.Returned) > 0:
		msg.Title = p.Say(i18n.UseBackTold, "Reward", reward)
	case was.ID != "":
		lines = []string{p.Say(i18n.UseBackVoid, "Reward", reward)}
	default:
		lines = d.wentBack(p, t.Now, out)
	}
	if b.Debt > 0 {
		lines = append(lines, p.Say(i18n.PointsDebtWhy, "Points", i18n.Number(int64(b.Debt))))
	}
	msg.Text = strings.Join(append(lines, d.moved(p, t.Now, out, "")...), "\n")
	d.addStamps(p, t.Now, &msg, cards)
	msg.Rows = append(msg.Rows, d.goodUntil(p, out)...)
	msg.Rows = append(msg.Rows, bot.Row{Label: p.Say(i18n.ReceiptNow), Value: i18n.Number(int64(b.Available))})
	if len(out.Returned) > 0 {
		msg.Buttons = []bot.Button{{Label: p.Say(i18n.KeyVouchers), Do: bot.DoCommand, Value: "vouchers"}}
	}
	return msg
}

// which is the reference given, or the speaker's newest act that stands.
func (d desk) which(t *bot.Turn, me people.Staff) (done, error) {
	if t.Args != "" {
		ref, ok := loyalty.ParseRef(t.Args)
		if !ok {
			return done{}, loyalty.ErrUnknownRef
		}
		return done{Ref: ref}, nil
	}
	row, err := d.recent(t, me)
	if err != nil {
		return done{}, err
	}
	for _, a := range row.Acts {
		stands, err := d.stands(t, a)
		if err != nil || stands {
			return a, err
		}
	}
	return done{}, bot.Refuse(i18n.UndoNothing)
}

// stands reports whether an act was not taken back yet.
func (d desk) stands(t *bot.Turn, a done) (bool, error) {
	if a.Voucher != "" {
		v, err := d.Club.Vouchers.Get(t.Tx, a.Voucher, t.Now)
		return v.State == voucher.Used && v.UsedAt.Equal(a.At), ignore(err, voucher.ErrUnknown)
	}
	e, err := d.Book.ByRef(t.Tx, a.Ref)
	if err != nil {
		return false, err
	}
	mark, err := d.Book.Reversed(t.Tx, e)
	return !mark.Whole, err
}

// ignore is err unless it is that one.
func ignore(err, that error) error {
	if errors.Is(err, that) {
		return nil
	}
	return err
}
