package staff

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
	"regulars/store"
)

// use takes a voucher at the counter: /use CODE, typed or by its QR, or by the
// button under a member who was found.
func (d desk) use(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	v, rec, err := d.taken(t, me)
	if err != nil {
		return err
	}
	m, err := d.Vault.Get(t.Tx, v.Member)
	if err != nil {
		return err
	}
	if err := d.rememberUse(t, me, v); err != nil {
		return err
	}
	if err := d.tell(t, m.ID, bot.PushNow, useRef(d, v), func(p i18n.Printer) []bot.Message {
		return []bot.Message{d.toldUsed(t, p, v, rec)}
	}); err != nil {
		return err
	}
	if t.Event.Chat.Group {
		t.Say(bot.Message{Text: t.Word(i18n.UseDoneGroup), Note: t.Word(i18n.GroupRef, "Ref", useRef(d, v))})
		return nil
	}
	undo, err := d.undoUse(t, v)
	if err != nil {
		return err
	}
	t.MustArrive(useRef(d, v))
	t.Say(bot.Message{
		Title:   d.reward(t.Printer, t.Now, v.Reward),
		Text:    t.Word(i18n.UseDone, "Name", d.called(t, m)),
		Note:    t.Word(i18n.GroupRef, "Ref", useRef(d, v)),
		Buttons: []bot.Button{undo},
	})
	return nil
}

// taken uses the voucher that the command names. A button names one without
// guessing.
func (d desk) taken(t *bot.Turn, me people.Staff) (voucher.Voucher, book.Receipt, error) {
	if t.Token { // from find, for this employee only
		v, err := d.Club.Vouchers.Get(t.Tx, voucher.ID(t.Args), t.Now)
		if err != nil {
			return v, book.Receipt{}, err
		}
		return d.Club.Vouchers.Use(t.Tx, d.Club.Vouchers.CodeOf(v), d.act(t, me, "use"))
	}
	if strings.TrimSpace(t.Args) == "" {
		return voucher.Voucher{}, book.Receipt{}, bot.Refuse(i18n.UseMissing)
	}
	code, ok := voucher.ParseCode(t.Args)
	if !ok {
		return voucher.Voucher{}, book.Receipt{}, bot.Refuse(i18n.UseForm)
	}
	return d.take(t, me, code, "")
}

// useTries bounds the wrong voucher codes of one employee, over all their chats:
// a code is short.
var useTries = people.CodeThrottle.For("voucher")

// take uses the voucher of a code. of is whose it must be, "" for anybody's: to
// an employee who sells, another's code is none. Wrong ones are counted.
func (d desk) take(t *bot.Turn, me people.Staff, code voucher.Code, of loyalty.MemberID) (v voucher.Voucher, rec book.Receipt, err error) {
	if err := d.Vault.Barred(t.Tx, useTries, actor(me), t.Now); err != nil {
		return v, rec, err
	}
	if of != "" {
		if v, err = d.Club.Vouchers.ByCode(t.Tx, code); err == nil && v.Member != of {
			err = voucher.ErrUnknownCode
		}
	}
	if err == nil {
		v, rec, err = d.Club.Vouchers.Use(t.Tx, code, d.act(t, me, "use"))
	}
	return v, rec, d.tried(t, me, err)
}

// actor is an employee in all their chats, for counting tries.
func actor(me people.Staff) people.Identity {
	return people.Identity{Channel: "staff", User: string(me.ID)}
}

// tried counts err as a try if it is a code that nobody has.
func (d desk) tried(t *bot.Turn, me people.Staff, err error) error {
	if !errors.Is(err, voucher.ErrUnknownCode) {
		return err
	}
	if err := d.Vault.Attempt(t.Tx, useTries, actor(me), t.Now); err != nil {
		return err
	}
	return counted{err}
}

// useRef is the name of a voucher's use on receipts: the reference of its entry,
// or the end of the code of a present, which moves no points.
func useRef(d desk, v voucher.Voucher) string {
	if v.Use != "" {
		return string(v.Use)
	}
	code := string(d.Club.Vouchers.CodeOf(v))
	return "•••" + code[max(0, len(code)-4):]
}

// undoUseFor is how long the button that takes a use back is good. Later a
// reference does it, for vouchers that cost points.
const undoUseFor = 24 * time.Hour

// undoUse is the button that takes a use back.
func (d desk) undoUse(t *bot.Turn, v voucher.Voucher) (bot.Button, error) {
	if v.Use != "" {
		return undoButton(t, v.Use), nil
	}
	token, err := t.NewToken(t.Person.ID, undoUseFor, "undo", string(v.ID))
	return bot.Button{Label: t.Word(i18n.UndoButton), Do: bot.DoToken, Value: token}, err
}

// toldUsed is what the member hears at once, in case it was not they.
func (d desk) toldUsed(t *bot.Turn, p i18n.Printer, v voucher.Voucher, rec book.Receipt) bot.Message {
	msg := bot.Message{
		Title: p.Say(i18n.UseTold, "Reward", d.reward(p, t.Now, v.Reward)),
		Note:  d.refNote(t, p, useRef(d, v)),
		Buttons: []bot.Button{
			{Label: p.Say(i18n.UseNotMe), Do: bot.DoCommand, Value: "talk"},
			{Label: p.Say(i18n.KeyVouchers), Do: bot.DoCommand, Value: "vouchers"},
		},
	}
	if v.UsedStore != "" {
		msg.Rows = append(msg.Rows, bot.Row{Label: p.Say(i18n.RedeemWhere), Value: d.StoreName(v.UsedStore)})
	}
	if v.Cost > 0 {
		msg.Rows = append(msg.Rows, bot.Row{Label: p.Say(i18n.ReceiptNow), Value: i18n.Number(int64(rec.Balance.Available))})
	}
	return msg
}

// uses counts the vouchers that an employee took on a local day and that were
// not given back. The ledger knows only of those that cost points.
type uses struct {
	Count int64 `json:"n"`
}

var usesTable = store.NewTable[uses]("uses/", store.Locked, func(rest []byte) store.Subject {
	return store.Subject("uses/" + string(rest))
})

// usesOf is the count of an employee's day.
func (d desk) usesOf(t *bot.Turn, staff string, day string) (int64, error) {
	if err := t.Tx.Lock(store.Subject("uses/" + day + "/" + staff)); err != nil {
		return 0, err
	}
	row, _, err := usesTable.Get(t.Tx, day, staff)
	return row.Count, err
}

// countUse changes the count of the employee who took v, on the day when they
// did.
func (d desk) countUse(t *bot.Turn, by loyalty.Actor, at time.Time, n int64) error {
	staff, ok := strings.CutPrefix(string(by), "staff/")
	if !ok {
		return nil
	}
	day := d.Rules(t.Now).Day(at)
	have, err := d.usesOf(t, staff, day)
	if err != nil {
		return err
	}
	return usesTable.Put(t.Tx, uses{max(0, have+n)}, day, staff)
}

// rememberUse notes a use for /undo and for the day's sum.
func (d desk) rememberUse(t *bot.Turn, me people.Staff, v voucher.Voucher) error {
	if err := d.countUse(t, v.UsedBy, v.UsedAt, 1); err != nil {
		return err
	}
	if v.Use != "" {
		return d.remember(t, me, done{Ref: v.Use, At: t.Now})
	}
	return d.remember(t, me, done{Voucher: v.ID, At: t.Now})
}
