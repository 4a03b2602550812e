package members

import (
	"errors"
	"strings"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Line is an entry as the statement shows it.
type Line struct {
	Seq     uint64
	At      time.Time
	Kind    string // in words, with what it was for
	Change  loyalty.Points
	Balance loyalty.Points // after it: spendable and pending, less what is owed
	Store   loyalty.Store
	By      string
	Reason  string
	Ref     loyalty.Ref
	Of      loyalty.Ref // what it corrects, uses or gives back
	Undo    bool        // it can be taken back
	Refund  bool        // it is a sale that can be taken back in part
}

// Purchase is a sale, with what came back of it.
type Purchase struct {
	At     time.Time
	Ref    loyalty.Ref
	Order  loyalty.Order
	Amount loyalty.Money
	Points loyalty.Points
	Items  string
	Store  loyalty.Store
	By     string
	Back   loyalty.Money // that came back
	Whole  bool          // all of it did
	Before bool          // in another system, before
}

// taken is what newer entries say was taken back of one.
type taken struct {
	money loyalty.Money
	whole bool
}

// entry is an entry on the way back through a ledger.
type entry struct {
	loyalty.Entry
	balance loyalty.Points
	taken
}

// ledgerPage is how many entries are read at a time.
const ledgerPage = 50

// place is where a walk through a ledger begins: before an entry, with the balance
// that the one before it left. Neither ever changes, so that an address may carry
// it, sealed, and no page reads what newer pages showed.
type place struct {
	Before  uint64         `json:"b"` // 0: from the newest
	Balance loyalty.Points `json:"n"`
}

// newest is the place at the end of a member's own entries.
func (p *page) newest(r store.Reader, m people.Person) (place, error) {
	if m.Into != "" { // of who is a part of somebody all went there
		return place{}, nil
	}
	a, err := p.Book.Account(r, m.ID)
	return place{Balance: a.Pots[loyalty.Available] + a.Pots[loyalty.Pending] + a.Pots[loyalty.Debt]}, err
}

// back walks a member's own entries from a place, newest first, with the balance
// after each and what became of it, until f says to stop.
func (p *page) back(r store.Reader, m people.Person, at place, f func(entry) bool) error {
	undone := map[uint64]taken{}
	far := at.Before > 0 || m.Into != ""
	for {
		batch, err := p.Book.History(r, m.ID, at.Before, ledgerPage)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, e := range batch {
			t := undone[e.Seq]
			if far && undoable(e) {
				if t, err = p.takenOf(r, e); err != nil {
					return err
				}
			}
			if !f(entry{e, at.Balance, t}) {
				return nil
			}
			at.Balance -= e.Change()
			note(undone, &e)
		}
		if at.Before = batch[len(batch)-1].Seq; at.Before <= 1 {
			return nil
		}
	}
}

// takenOf is what was taken back of an entry by some that the walk did not come
// by: newer ones, or of the card that this one is a part of.
func (p *page) takenOf(r store.Reader, e loyalty.Entry) (taken, error) {
	mark, err := p.Book.Reversed(r, e)
	return taken{mark.Amount, mark.Whole}, err
}

// note keeps what an entry takes back of an older one.
func note(undone map[uint64]taken, e *loyalty.Entry) {
	t := undone[e.Of]
	switch e.Kind {
	case loyalty.KindReverse:
		t.money, t.whole = t.money+e.Amount, t.whole || e.Whole
	case loyalty.KindUndo, loyalty.KindRelease, loyalty.KindTimeout, loyalty.KindForfeit, loyalty.KindCapture:
		t.whole = true
	default:
		return
	}
	undone[e.Of] = t
}

// teller puts entries into words for one request.
type teller struct {
	*page
	q        *console.Request
	r        store.Reader
	member   people.Person
	vouchers map[string]voucher.Voucher
	staff    map[loyalty.Actor]string
	refs     map[uint64]loyalty.Ref
}

func (p *page) teller(q *console.Request, r store.Reader, m people.Person) (*teller, error) {
	t := &teller{page: p, q: q, r: r, member: m, vouchers: map[string]voucher.Voucher{}, staff: map[loyalty.Actor]string{}, refs: map[uint64]loyalty.Ref{}}
	all, err := p.Club.Vouchers.List(r, m.ID, q.Now)
	for _, v := range all {
		t.vouchers[string(v.ID)] = v
	}
	return t, err
}

// line is an entry in words.
func (t *teller) line(e entry) (l Line, err error) {
	l = Line{
		Seq: e.Seq, At: e.EffectiveAt, Kind: t.kind(e.Entry), Change: e.Change(), Balance: e.balance, Store: e.Store, Ref: e.Ref,
		By: t.who(e.Actor), Undo: !e.whole && undoable(e.Entry), Refund: !e.whole && e.Kind == loyalty.KindEarn && e.Amount > 0,
	}
	if e.Approver != "" {
		l.By += ", " + t.who(e.Approver)
	}
	if l.Reason, err = t.EntryReason(t.r, e.Entry); err != nil || e.Of == 0 || e.Kind == loyalty.KindAdopt {
		return l, err
	}
	l.Of, err = t.ref(e.Of)
	return l, err
}

// undoable are the entries that the till takes back.
func undoable(e loyalty.Entry) bool {
	switch e.Kind {
	case loyalty.KindEarn, loyalty.KindGive, loyalty.KindGift, loyalty.KindSpend, loyalty.KindCapture, loyalty.KindHold:
		return e.Ref != ""
	case loyalty.KindAdjust:
		return e.Ref != "" && e.In(loyalty.Issued) < 0
	}
	return false
}

// ref is the reference of an older entry, "" of one that has none.
func (t *teller) ref(seq uint64) (loyalty.Ref, error) {
	if ref, ok := t.refs[seq]; ok {
		return ref, nil
	}
	e, err := t.Book.Numbered(t.r, t.member.ID, seq)
	if errors.Is(err, loyalty.ErrUnknownRef) {
		err = nil
	}
	t.refs[seq] = e.Ref
	return e.Ref, err
}

// who is an actor's name.
func (t *teller) who(a loyalty.Actor) string {
	if name, ok := t.staff[a]; ok {
		return name
	}
	kind, id, _ := strings.Cut(string(a), "/")
	name := t.q.Say(i18n.ConsoleMembersByItself)
	switch kind {
	case "staff":
		name = id
		if s, err := t.Vault.StaffByID(t.r, people.StaffID(id)); err == nil && shop.Tidy(s.Name) != "" {
			name = shop.Tidy(s.Name)
		}
	case "member":
		name = t.q.Say(i18n.ConsoleMembersByMember)
	case "job":
		if program, err := t.Program(t.r, a); err == nil && program != "" {
			name = program
		}
	}
	t.staff[a] = name
	return name
}

// reasonPurpose is what a reason in the ledger is sealed for.
const reasonPurpose = "reason"

// kind is what an entry is, with what it was for.
func (t *teller) kind(e loyalty.Entry) string {
	p, now := t.q.P, t.q.Now
	words := t.q.Say(shop.EntryKinds[e.Kind])
	more := ""
	switch {
	case e.Amount > 0 && e.Kind != loyalty.KindWait:
		more = t.Money(p, now, e.Amount)
	case (e.Kind == loyalty.KindTier || e.Kind == loyalty.KindMatch) && e.Standing != nil:
		more = t.LevelName(p, now, e.Standing.Level)
	case e.Kind == loyalty.KindGift:
		id, _, _ := strings.Cut(e.Gift, "/")
		more = t.PartName(p, now, programme.Gift, id)
	}
	if v, ok := t.vouchers[e.Voucher]; ok && e.Kind != loyalty.KindEarn {
		more = t.VoucherName(p, now, v)
	}
	if more == "" {
		return words
	}
	return words + " · " + more
}

// purchase is a sale as the list of them shows it; false for what is none.
func (t *teller) purchase(e entry) (Purchase, bool) {
	sale := e.Kind == loyalty.KindEarn && (e.Amount > 0 || e.Order != "")
	before := e.Kind == loyalty.KindOpening && e.Amount > 0
	if !sale && !before {
		return Purchase{}, false
	}
	return Purchase{
		At: e.EffectiveAt, Ref: e.Ref, Order: e.Order, Amount: e.Amount, Points: till.Gained(e.Entry), Items: t.items(e.Lines),
		Store: e.Store, By: t.who(e.Actor), Back: e.money, Whole: e.whole, Before: before,
	}, true
}

// items are what was bought: "2 × Latte, Scone".
func (t *teller) items(lines []loyalty.Line) string {
	var all []string
	for _, l := range lines {
		name := t.itemName(l)
		if l.Quantity > 1 {
			name = i18n.Number(l.Quantity) + " × " + name
		}
		all = append(all, name)
	}
	return strings.Join(all, ", ")
}

func (t *teller) itemName(l loyalty.Line) string {
	if name := t.PartName(t.q.P, t.q.Now, programme.Item, l.Item); name != "" && l.Item != "" {
		return name
	}
	if l.Item == "" {
		return shop.Tidy(l.Category)
	}
	return shop.Tidy(l.Item)
}
