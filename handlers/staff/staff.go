// Package staff is what an employee can say, one command a file.
//
// Role and store are read at the moment of the command, from the one who
// speaks: a forwarded command is the forwarder's, an ex-employee's is a
// customer's. Whom a command is about is told by phone, card, mention, @name,
// or by answering that person's message (see who.go). Purchases, refunds and
// undoing go through loyalty/club, which knows what else follows from them.
//
// # Rows
//
//	acts/<staff>        the employee's last acts, newest first, for /undo; for ever, 10 at most
//	approval/<id>       points that wait for a second person; the reason is sealed; 7 days
//	uses/<day>/<staff>  how many vouchers the employee took on a local day; 40 days
package staff

import (
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// desk is the shop as employees' commands see it.
type desk struct{ *shop.Shop }

// Commands is the table of what employees can say.
func Commands(s *shop.Shop) []*bot.Command {
	d := desk{s}
	return []*bot.Command{
		{Name: "sale", Words: i18n.WordsSale, Help: i18n.HelpSale, Role: bot.Clerk, Place: bot.Both, Run: d.ends(d.sale)},
		{Name: "give", Words: i18n.WordsGive, Help: i18n.HelpGive, Role: bot.Clerk, Place: bot.Both, Run: d.ends(d.give)},
		{Name: "use", Words: i18n.WordsUse, Help: i18n.HelpUse, Role: bot.Clerk, Place: bot.Both, Run: d.ends(d.use)},
		{Name: "refund", Words: i18n.WordsRefund, Help: i18n.HelpRefund, Role: bot.Clerk, Place: bot.Both, Run: d.ends(d.refund)},
		{Name: "undo", Words: i18n.WordsUndo, Help: i18n.HelpUndo, Role: bot.Clerk, Place: bot.Both, Run: d.ends(d.undo)},
		{Name: "find", Words: i18n.WordsFind, Help: i18n.HelpFind, Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.find)},
		{Name: "today", Words: i18n.WordsToday, Help: i18n.HelpToday, Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.today)},
		{Name: "freeze", Words: i18n.WordsFreeze, Help: i18n.HelpFreeze, Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.freeze)},
		{Name: "unfreeze", Words: i18n.WordsUnfreeze, Help: i18n.HelpUnfreeze, Role: bot.Manager, Place: bot.Private, Run: d.ends(d.unfreeze)},
		{Name: "stock", Words: i18n.WordsStock, Help: i18n.HelpStock, Role: bot.Manager, Place: bot.Private, Run: d.ends(d.stock)},
		{Name: "scan", Role: bot.Clerk, Place: bot.Private, Run: d.ends(d.scan)},
		{Name: "decide", Role: bot.Manager, Place: bot.Private, Run: d.ends(d.decide)},
		{Name: "staff", Words: i18n.WordsStaff, Place: bot.Private, Run: d.enrol},
	}
}

// recentActs is how many acts /undo can reach without a reference.
const recentActs = 10

// recent is an employee's last acts.
type recent struct {
	Acts []done `json:"acts"` // newest first
}

// done is one act: an entry, or the use of a present, which is none.
type done struct {
	Ref     loyalty.Ref `json:"ref,omitempty"`
	Voucher voucher.ID  `json:"v,omitempty"`
	At      time.Time   `json:"at"`
}

var actsTable = store.NewTable[recent]("acts/", store.Locked, func(rest []byte) store.Subject {
	return store.Subject("acts/" + string(rest))
})

// me is the employee who speaks.
func (d desk) me(t *bot.Turn) (people.Staff, error) {
	s, ok, err := d.Vault.StaffOf(t.Tx, shop.Identity(t.Event.Identity()))
	if err == nil && !ok {
		err = bot.Refuse(i18n.BotOnlyStaff)
	}
	return s, err
}

// act is the particulars of what an employee does in this turn.
func (d desk) act(t *bot.Turn, s people.Staff, part string) book.Act {
	at := t.Event.At
	if at.IsZero() || at.After(t.Now) { // the platform's clock is a little ahead
		at = t.Now
	}
	return book.Act{
		Op: loyalty.OpID(t.Op(part)), Actor: s.ID.Actor(), Role: s.Role, Self: s.Member,
		Store: d.at(t, s), At: at, Now: t.Now,
	}
}

// at is the store an employee works in: their own, or the only one there is.
func (d desk) at(t *bot.Turn, s people.Staff) loyalty.Store {
	if s.Store != "" {
		return s.Store
	}
	if all := d.Programme(t.Now).Stores; len(all) == 1 {
		return all[0].ID
	}
	return ""
}

// remember notes an act for /undo.
func (d desk) remember(t *bot.Turn, s people.Staff, act done) error {
	row, err := d.recent(t, s)
	if err != nil {
		return err
	}
	row.Acts = append([]done{act}, row.Acts...)
	if len(row.Acts) > recentActs {
		row.Acts = row.Acts[:recentActs]
	}
	return actsTable.Put(t.Tx, row, string(s.ID))
}

func (d desk) recent(t *bot.Turn, s people.Staff) (recent, error) {
	if err := t.Tx.Lock(store.Subject("acts/" + string(s.ID))); err != nil {
		return recent{}, err
	}
	row, _, err := actsTable.Get(t.Tx, string(s.ID))
	return row, err
}

// undoButton takes an act back. The reference in it is public: who may undo is
// decided when it is pressed.
func undoButton(t *bot.Turn, ref loyalty.Ref) bot.Button {
	return bot.Button{Label: t.Word(i18n.UndoButton), Do: bot.DoCommand, Value: "undo " + string(ref)}
}
