package intake

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// takenRow is a balance or a purchase that was taken.
type takenRow struct {
	At     time.Time      `json:"at"` // of the run
	Points loyalty.Points `json:"points,omitempty"`
	Ref    loyalty.Ref    `json:"ref,omitempty"`
	// Of purchases without an order number: how many were taken, and how many
	// the run of At has come to.
	Times int `json:"times,omitempty"`
	Seen  int `json:"seen,omitempty"`
}

var takens = store.NewTable[takenRow]("intake/", store.Locked, store.FirstPart("member"))

// takenKey is what a balance or a purchase is known by.
func takenKey(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(strconv.Itoa(len(p)) + ":" + p))
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:12])
}

// sameEnd refuses a second balance of one person.
const sameEnd = "points: another line of this run has points of the same customer with the same end; add them up in one"

// refused is why the rules do not take a row.
type refused struct{ why string }

func (r *refused) Error() string { return r.why }

// take writes the lines of one transaction. It may be run again. came is what
// there is to be counted, see people.CountImported.
func (r *run) take(tx store.Tx, lines []*line) (came []people.Taken, err error) {
	if r.reader.kind == Purchases {
		for _, l := range lines {
			if err := r.takeOne(tx, l, r.purchase); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
	var list []*people.Prepared
	var whose []*line
	for _, l := range lines {
		l.opened, l.known, l.taken = 0, 0, false
		if l.refuse == "" {
			list, whose = append(list, l.person), append(whose, l)
		}
	}
	if came, err = r.shop.Vault.ImportLater(tx, list, r.now, r.rand); err != nil {
		return nil, err
	}
	for i, t := range came {
		l := whose[i]
		if l.late = ""; t.Err != nil {
			l.late = sentence(t.Err)
			continue
		}
		if l.rehearsed && t.What == people.TakenNew {
			t.What = people.TakenSame
		}
		l.member, l.what, l.taken = t.Member, t.What, t.What != people.TakenSame
		if l.points > 0 {
			if err := r.takeOne(tx, l, r.balance); err != nil {
				return nil, err
			}
		}
	}
	return came, nil
}

// takeOne lets a line's refusal stand in the line.
func (r *run) takeOne(tx store.Tx, l *line, f func(store.Tx, *line) error) error {
	if l.refuse != "" {
		return nil
	}
	l.late = ""
	err := f(tx, l)
	var no *refused
	switch {
	case errors.As(err, &no):
		l.late = no.why
	case loyalty.Refused(err):
		l.late = sentence(err)
	case err != nil:
		return err
	}
	return nil
}

// balance opens a line's points.
func (r *run) balance(tx store.Tx, l *line) error {
	ends := ""
	if !l.expires.IsZero() {
		ends = l.expires.UTC().Format(time.RFC3339)
	}
	key := takenKey("balance", r.reader.source, ends)
	if err := tx.Lock(people.Subject(l.member)); err != nil {
		return err
	}
	old, ok, err := takens.Get(tx, string(l.member), key)
	switch {
	case err != nil:
		return err
	case ok && old.At.Equal(r.now):
		return &refused{sameEnd}
	case ok && old.Points != l.points:
		return &refused{fmt.Sprintf("points: %d were taken over before, with reference %s; correct the difference by hand", old.Points, old.Ref)}
	case ok:
		l.known = l.points
		return nil
	}
	holder, err := r.holder(tx, l)
	if err != nil {
		return err
	}
	act := r.act(l, key, r.opt.AsOf)
	act.Once = true
	rec, err := r.shop.Book.OpenBalance(tx, holder, act, l.points, l.expires)
	if err != nil {
		return err
	}
	l.opened, l.taken = l.points, true
	return takens.Put(tx, takenRow{At: r.now, Points: l.points, Ref: rec.Entry().Ref}, string(l.member), key)
}

// purchase remembers a line's purchase.
func (r *run) purchase(tx store.Tx, l *line) (err error) {
	l.taken, l.what, l.opened = false, people.TakenSame, 0
	l.member, err = r.shop.Vault.FindImported(tx, r.reader.source, l.who.External, l.who.Phone)
	if errors.Is(err, people.ErrNobody) && l.rehearsed { // the run before would have brought them
		l.taken = true
		return nil
	}
	if errors.Is(err, people.ErrNobody) {
		return &refused{"nobody is known by this customer number or phone; import the members first"}
	}
	if err != nil {
		return err
	}
	if err := tx.Lock(people.Subject(l.member)); err != nil {
		return err
	}
	known := []string{"purchase", r.reader.source, string(l.store), l.order, r.reader.rules.Day(l.at)}
	if l.order == "" {
		known = append(known, l.at.UTC().Format(time.RFC3339), strconv.FormatInt(int64(l.amount), 10))
	}
	key := takenKey(known...)
	row, ok, err := takens.Get(tx, string(l.member), key)
	if err != nil || ok && l.order != "" {
		return err
	}
	if !row.At.Equal(r.now) {
		row.At, row.Seen = r.now, 0
	}
	if row.Seen++; row.Seen <= row.Times {
		return takens.Put(tx, row, string(l.member), key)
	}
	row.Times = row.Seen
	act := r.act(l, key+"/"+strconv.Itoa(row.Times), l.at)
	rec, err := r.sell(tx, l, act)
	if err != nil {
		return err
	}
	row.Ref, l.taken = rec.Entry().Ref, true
	return takens.Put(tx, row, string(l.member), key)
}

// sell writes the purchase down, or lets it earn as if it were told late.
func (r *run) sell(tx store.Tx, l *line, act book.Act) (book.Receipt, error) {
	s := loyalty.Sale{Amount: l.amount, Order: loyalty.Order(l.order)}
	holder, err := r.holder(tx, l)
	if err != nil {
		return book.Receipt{}, err
	}
	if !r.opt.Earn {
		return r.shop.Club.Remember(tx, holder, act, s)
	}
	out, err := r.shop.Club.Sale(tx, holder, act, s)
	l.opened = -out.Receipt.Entry().In(loyalty.Issued)
	return out.Receipt, err
}

// holder is whose points a line's are: the member's, or of the one whom they
// were merged into. What was taken stays noted under the member's own id.
func (r *run) holder(tx store.Tx, l *line) (loyalty.MemberID, error) {
	if l.what == people.TakenNew {
		return l.member, nil
	}
	holder, err := r.shop.Vault.Holder(tx, l.member)
	if err == nil && holder != l.member {
		err = tx.Lock(people.Subject(holder))
	}
	return holder, err
}

// act is an operation of this run. Its id is the run's own: that nothing is
// taken twice stands in takens, which is kept for longer than outcomes are.
func (r *run) act(l *line, key string, at time.Time) book.Act {
	op := fmt.Sprintf("import/%s/%s/%x", l.member, key, r.now.UnixMilli())
	return book.Act{Op: loyalty.OpID(op), Actor: loyalty.ByJob("import"), Store: l.store, At: at, Now: r.now}
}

// sentence is a refusal in an operator's words.
func sentence(err error) string {
	var twice *loyalty.DuplicateError
	for refusal, words := range map[error]string{
		people.ErrImportPhone:  "phone: another customer number of this source has it already; leave it empty in one of the two",
		people.ErrImportTwice:  "an earlier line of this run says something else of the same customer",
		people.ErrImportErased: "this person was erased at their own wish and is not brought back",
		people.ErrImportKey:    "neither a phone number nor a customer number",
		loyalty.ErrGone:        "points: by the programme's rule they are past their end already",
		loyalty.ErrFull:        "points: the member has too many of them with different ends",
		loyalty.ErrOverflow:    "the number is too large",
	} {
		if errors.Is(err, refusal) {
			return words
		}
	}
	if errors.As(err, &twice) {
		return "order: this order number has its points already, with reference " + string(twice.Ref)
	}
	return err.Error()
}
