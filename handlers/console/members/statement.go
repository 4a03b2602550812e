package members

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// lines is how many entries a page of the statement shows.
const lines = 25

// mostRows bounds a file of a statement.
const mostRows = 20_000

// Face is a member as the head of their pages shows them.
type Face struct {
	ID     loyalty.MemberID
	Name   string
	Status people.Status
	Into   loyalty.MemberID // whose part they are
	Locked bool
}

func face(m people.Person) Face {
	return Face{ID: m.ID, Name: shop.Tidy(m.Called()), Status: m.Status, Into: m.Into, Locked: m.Frozen}
}

// Live says that they are a member, about whom something can be done.
func (f Face) Live() bool { return f.Status == people.Member }

// Known says that there is somebody: also who spoke and never joined may have
// what is kept of them, and have it erased.
func (f Face) Known() bool { return f.Live() || f.Status == people.Contact }

// title is what a page about a member is called.
func title(q *console.Request, m people.Person) string {
	if name := shop.Tidy(m.Called()); name != "" {
		return name
	}
	return q.Say(i18n.SomeCustomer)
}

// of is the member whom a page is about; false where there is none.
func (p *page) of(r store.Reader, q *console.Request) (people.Person, bool, error) {
	m, err := p.Vault.Get(r, loyalty.MemberID(q.R.PathValue("id")))
	if errors.Is(err, people.ErrNobody) {
		return m, false, nil
	}
	return m, err == nil, err
}

// sheet is a page of a member's statement, or of their purchases.
type sheet struct {
	Face
	Lines     []Line
	Purchases []Purchase
	Pager     console.Pager
}

// statementPage is all that moved a member's points, a page at a time, or as a
// file.
func (p *page) statementPage(q *console.Request) (console.Answer, error) {
	d, m, ok, err := p.sheet(q, func(t *teller, s *sheet, e entry) (bool, error) {
		l, err := t.line(e)
		s.Lines = append(s.Lines, l)
		return true, err
	})
	if err != nil || !ok {
		return q.Gone(), err
	}
	if q.WantsCSV() {
		head := append(p.headings(q, "date", "kind", "points", "balance", "store", "by", "reason", "ref"), q.Say(i18n.ConsoleMembersColOf))
		return q.CSV("statement", head, p.statementRows(q, d.Lines)), nil
	}
	return q.Page("members_statement.html", title(q, m), d), nil
}

func (p *page) purchasesPage(q *console.Request) (console.Answer, error) {
	d, m, ok, err := p.sheet(q, func(t *teller, s *sheet, e entry) (bool, error) {
		x, is := t.purchase(e)
		if is {
			s.Purchases = append(s.Purchases, x)
		}
		return is, nil
	})
	if err != nil || !ok {
		return q.Gone(), err
	}
	if q.WantsCSV() {
		return q.CSV("purchases", p.headings(q, "date", "order", "amount", "back", "items", "points", "store", "by", "ref"), p.purchaseRows(q, d.Purchases)), nil
	}
	return q.Page("members_purchases.html", title(q, m), d), nil
}

// sheet reads a page of entries: those from the place on that the address names,
// as many as take says are shown.
func (p *page) sheet(q *console.Request, take func(*teller, *sheet, entry) (bool, error)) (d sheet, m people.Person, ok bool, err error) {
	most := lines
	if q.WantsCSV() {
		most = mostRows
	}
	var on *place
	err = q.View(func(r store.Reader) error {
		if m, ok, err = p.of(r, q); err != nil || !ok {
			return err
		}
		d = sheet{Face: face(m)}
		t, err := p.teller(q, r, m)
		if err != nil {
			return err
		}
		at, err := p.begin(r, q, m, &d)
		if err != nil {
			return err
		}
		on = nil
		shown, before := 0, at.Before
		var failed error
		err = p.back(r, m, at, func(e entry) bool {
			if shown == most {
				on = &place{before, e.balance}
				return false
			}
			is, err := take(t, &d, e)
			if is {
				shown++
			}
			before, failed = e.Seq, err
			return err == nil
		})
		return errors.Join(err, failed)
	})
	if ok {
		q.Shows(shop.WayPage, m.ID)
	}
	if err == nil && on != nil {
		var next string
		next, err = p.sealPlace(q, m.ID, *on)
		d.Pager.Next = q.With("at", next)
	}
	return d, m, ok, err
}

// begin is the place that the address names, else the newest entry.
func (p *page) begin(r store.Reader, q *console.Request, m people.Person, d *sheet) (place, error) {
	if s := q.R.URL.Query().Get("at"); s != "" && !q.WantsCSV() {
		if at, ok := p.openPlace(m.ID, s); ok {
			d.Pager.First = q.With("at", "")
			return at, nil
		}
	}
	return p.newest(r, m)
}

// placed is a place as an address carries it.
type placed struct {
	place
	Member loyalty.MemberID `json:"m"`
}

const placePurpose = "console statement"

func (p *page) sealPlace(q *console.Request, id loyalty.MemberID, at place) (string, error) {
	raw, err := json.Marshal(placed{at, id})
	if err != nil {
		return "", err
	}
	sealed, err := p.Vault.SealShop(placePurpose, raw, q.Rand())
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

func (p *page) openPlace(id loyalty.MemberID, s string) (place, bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return place{}, false
	}
	raw, err := p.Vault.OpenShop(placePurpose, sealed)
	var x placed
	if err != nil || json.Unmarshal(raw, &x) != nil || x.Member != id {
		return place{}, false
	}
	return x.place, true
}

// headings are the columns' words.
func (p *page) headings(q *console.Request, names ...string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = q.Say(i18n.Key("console_members.col_" + n))
	}
	return out
}

func (p *page) statementRows(q *console.Request, all []Line) (rows [][]string) {
	for _, l := range all {
		rows = append(rows, []string{
			p.day(l.At), l.Kind, fmt.Sprint(l.Change), fmt.Sprint(l.Balance), p.storeName(l.Store), l.By, l.Reason, string(l.Ref), string(l.Of),
		})
	}
	return rows
}

func (p *page) purchaseRows(q *console.Request, all []Purchase) (rows [][]string) {
	digits := p.Rules(q.Now).Currency.Digits
	for _, x := range all {
		rows = append(rows, []string{
			p.day(x.At), string(x.Order), plainMoney(x.Amount, digits), plainMoney(x.Back, digits), x.Items, fmt.Sprint(x.Points), p.storeName(x.Store), x.By, string(x.Ref),
		})
	}
	return rows
}

func (p *page) day(t time.Time) string { return p.Local(t).Format("2006-01-02 15:04") }

func (p *page) storeName(id loyalty.Store) string {
	if id == "" {
		return ""
	}
	return p.StoreName(id)
}

// plainMoney is an amount in major units as spreadsheets read it.
func plainMoney(m loyalty.Money, digits int) string {
	unit, sign := loyalty.Money(1), ""
	for range digits {
		unit *= 10
	}
	if m < 0 { // also of less than one unit
		m, sign = -m, "-"
	}
	s := sign + strconv.FormatInt(int64(m/unit), 10)
	if digits > 0 {
		s += fmt.Sprintf(".%0*d", digits, int64(m%unit))
	}
	return s
}

// verified is what a look through a member's chain found.
type verified struct {
	Face
	Entries int
	Faults  []book.Fault
	Balance loyalty.Points
}

// verify holds a member's entries against each other: each carries a keyed hash
// of itself and the one before, and everything derived follows from them. It
// reads all of them, so that it is a page of its own.
func (p *page) verify(q *console.Request) (console.Answer, error) {
	var d verified
	var m people.Person
	ok := false
	err := q.View(func(r store.Reader) (err error) {
		if m, ok, err = p.of(r, q); err != nil || !ok {
			return err
		}
		d.Face = face(m)
		if d.Faults, d.Entries, err = p.Book.VerifyMember(r, m.ID); err != nil {
			return err
		}
		b, err := p.Book.Balance(r, m.ID, q.Now)
		d.Balance = b.Available
		return err
	})
	if err != nil || !ok {
		return q.Gone(), err
	}
	q.Shows(shop.WayPage, m.ID)
	return q.Page("members_verify.html", title(q, m), d), nil
}
