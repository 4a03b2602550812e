package members

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// deed is something that is done about a member: a form, a page that says what
// will happen, and the doing.
type deed struct {
	name   string // the last word of its address
	least  loyalty.Role
	did    i18n.Key // what it is called, as a title, a button and in what was done
	fields []string // of the form, besides the reason
	// offer is what the form shows. nil: nothing of its own.
	offer func(*work) (any, error)
	// plan reads the form and says what will happen. It runs again in the
	// transaction that does it: who was shown something else is asked anew.
	plan func(*work) (plan, error)
}

// fits says whether it can be done about somebody.
func (d deed) fits(f Face) bool { return f.Live() || d.name == "erase" && f.Known() }

// sealer is whose key seals the reason: the member's, and of who is erased the
// shop's, as theirs goes in the same moment.
func (d deed) sealer(id loyalty.MemberID) loyalty.MemberID {
	if d.name == "erase" {
		return ""
	}
	return id
}

// plan is what a form comes to.
type plan struct {
	Rows  []Row
	Faces []Pair // two members side by side
	Warn  string
	do    func(*work) (done, error)
}

// Row is a line of a plan.
type Row struct{ Label, Value string }

// Pair is one of two members who are compared.
type Pair struct {
	Hit
	Goes     bool // is no card of its own afterwards
	Vouchers int
	Chats    int
	Joined   string
}

// done is what came of it; again says that this very form had done it before.
type done struct {
	said, note string
	again      bool
	after      func() error // once the deed is written down; may be nil
}

// work is a deed on its way.
type work struct {
	*page
	q      *console.Request
	r      store.Reader
	m      people.Person
	call   *till.Call // in the transaction that does it
	reason string
}

// formData is a deed's form.
type formData struct {
	Face
	Deed    string
	Fits    bool // something can be done
	Offer   any
	Balance loyalty.Points
}

// sureData is what will happen, to be confirmed.
type sureData struct {
	Face
	Deed   string
	Plan   plan
	Terms  string
	Fields []Row // what was typed, to be sent again
	Reason string
	Op     string
	Anew   bool // something changed while they read
}

// form is a deed's form.
func (p *page) form(d deed) func(*console.Request) (console.Answer, error) {
	return func(q *console.Request) (console.Answer, error) {
		var f formData
		ok := false
		err := q.View(func(r store.Reader) (err error) {
			w := &work{page: p, q: q, r: r}
			if w.m, ok, err = p.of(r, q); err != nil || !ok {
				return err
			}
			f = formData{Face: face(w.m), Deed: d.name}
			if !d.fits(f.Face) {
				return nil
			}
			f.Fits = true
			b, err := p.Book.Balance(r, w.m.ID, q.Now)
			if err != nil || d.offer == nil {
				f.Balance = b.Available
				return err
			}
			f.Balance = b.Available
			f.Offer, err = d.offer(w)
			return err
		})
		if err != nil || !ok {
			return q.Gone(), err
		}
		q.Shows(shop.WayPage, f.ID)
		return q.Page("members_form.html", q.Say(d.did), f), nil
	}
}

// send takes a deed's form: it says what will happen, and, once that is confirmed,
// does it.
func (p *page) send(d deed) func(*console.Request) (console.Answer, error) {
	return func(q *console.Request) (console.Answer, error) {
		reason, _ := q.Reason()
		op, ok := q.Op()
		if !ok {
			return q.Incomplete()
		}
		if q.Bad() {
			return q.Again(p.form(d)(q))
		}
		x := &sending{page: p, d: d, q: q, reason: reason, op: op}
		if q.R.PostFormValue("sure") == "" {
			return x.ask(false)
		}
		return x.do()
	}
}

// sending is a form on its way.
type sending struct {
	*page
	d          deed
	q          *console.Request
	reason, op string
}

// id names the deed: another employee's form is never the same one.
func (x *sending) id() string { return string(x.q.Me.ID) + "." + x.op }

// work loads the member and reads the form; false where there is nobody to do
// anything about.
func (x *sending) work(r store.Reader) (w *work, pl plan, ok bool, err error) {
	w = &work{page: x.page, q: x.q, r: r, reason: x.reason}
	if tx, is := r.(store.Tx); is {
		if err := tx.Lock(people.Subject(loyalty.MemberID(x.q.R.PathValue("id")))); err != nil {
			return w, pl, false, err
		}
	}
	if w.m, ok, err = x.of(r, x.q); err != nil || !ok {
		return w, pl, ok, err
	}
	if !x.d.fits(face(w.m)) {
		return w, pl, false, nil
	}
	pl, err = x.d.plan(w)
	return w, pl, true, err
}

// ask says what will happen.
func (x *sending) ask(anew bool) (console.Answer, error) {
	var d sureData
	ok := false
	err := x.q.View(func(r store.Reader) error {
		w, pl, is, err := x.work(r)
		ok = is
		d = sureData{Face: face(w.m), Deed: x.d.name, Plan: pl, Terms: terms(pl), Reason: x.reason, Op: x.op, Anew: anew}
		return err
	})
	if x.q.WrongBy("", err) {
		return x.q.Again(x.form(x.d)(x.q))
	}
	if err != nil || !ok {
		return x.q.Gone(), err
	}
	if d.Plan.do == nil { // the form asks for more first
		return x.form(x.d)(x.q)
	}
	for _, name := range x.d.fields {
		d.Fields = append(d.Fields, Row{name, x.q.Typed(name)})
	}
	a := x.q.Page("members_sure.html", x.q.Say(x.d.did), d)
	if anew {
		a = a.With(http.StatusUnprocessableEntity)
	}
	return a, nil
}

// terms is a hash of what was shown.
func terms(pl plan) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q", pl.Rows, pl.Warn)
	for _, f := range pl.Faces {
		fmt.Fprintf(h, "%q %d %t %d", f.ID, f.Points, f.Goes, f.Vouchers)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// do does what was confirmed, in one transaction with its line in what was done
// and what the member is told.
func (x *sending) do() (console.Answer, error) {
	q := x.q
	var out done
	var said []bot.Intent
	ok, anew := false, false
	var id loyalty.MemberID
	err := q.Update(func(tx store.Tx) error {
		out, said, anew = done{}, nil, false
		post := &letters{p: x.page, tx: tx, now: q.Now, id: x.id()}
		w, pl, is, err := x.work(tx)
		ok, id = is, w.m.ID
		if err != nil || !is {
			return err
		}
		if pl.do == nil || terms(pl) != q.R.PostFormValue("terms") {
			anew = true
			return nil
		}
		w.call = &till.Call{
			Tx: tx, Now: q.Now, Me: q.Me, Store: x.At(q.Now, q.Me), Printer: q.P, Tell: post.tell,
			Op: func(part string) loyalty.OpID { return loyalty.OpID("console/" + x.id() + "/" + part) },
		}
		if out, err = pl.do(w); err != nil || out.again {
			return err
		}
		if err := q.Audit(tx, x.d.did, string(w.m.ID), x.d.sealer(w.m.ID), x.reason, out.note); err != nil {
			return err
		}
		if out.after != nil {
			if err := out.after(); err != nil {
				return err
			}
		}
		said, err = post.put()
		return err
	})
	switch {
	case q.WrongBy("", err):
		return q.Again(x.form(x.d)(q))
	case err != nil || !ok:
		return q.Gone(), err
	case anew:
		return x.ask(true)
	}
	if len(said) > 0 {
		x.out.Nudge(said...)
	}
	return q.Go(addressOf(id), out.said), nil
}

// seal seals the reason for the ledger, with a member's key.
func (w *work) seal(id loyalty.MemberID) ([]byte, error) {
	return w.Vault.SealFor(w.r, id, reasonPurpose, []byte(w.reason), w.q.Rand())
}

// letters collects what one deed says to members.
type letters struct {
	p    *page
	tx   store.Tx
	now  time.Time
	id   string
	said []bot.Intent
}

func (l *letters) tell(x bot.Telling) {
	l.said = append(l.said, bot.Intent{
		ID:      bot.IntentID("console." + l.id + ".t" + strconv.Itoa(len(l.said))),
		Channel: x.To.Channel, Lane: l.p.Lane(x.To.Chat), Person: x.Person, Class: x.Class, Carriage: x.Carriage, Born: l.now,
		NotBefore: x.NotBefore, NotAfter: x.NotAfter, RideUntil: x.RideUntil, Ref: x.Ref,
		Letter: bot.Letter{To: x.To, Messages: x.Messages},
	})
}

// put stores them, and gives what is to be nudged after the commit.
func (l *letters) put() ([]bot.Intent, error) {
	if len(l.said) == 0 {
		return nil, nil
	}
	return l.said, l.p.out.Put(l.tx, l.now, l.said...)
}
