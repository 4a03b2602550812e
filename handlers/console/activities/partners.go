package activities

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/offer"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// partnersTab is what neighbours took of the shop's vouchers, and what they are
// owed for it.
func partnersTab() tab {
	return tab{
		Name: "partners", Title: i18n.ConsolePartners, On: shop.HasPartners,
		Routes: func(h *page) []console.Route {
			at := root + "/partners"
			return []console.Route{
				{Method: "GET", Path: at, Do: h.partners},
				{Method: "GET", Path: at + "/{id}", Do: h.partner},
				{Method: "POST", Path: at + "/{id}/take", Least: people.Manager, Do: h.handIn},
				{Method: "POST", Path: at + "/{id}/back", Least: people.Manager, Do: h.takeBack},
				{Method: "POST", Path: at + "/{id}/link", Least: people.Manager, Do: h.newLink},
				{Method: "POST", Path: at + "/{id}/unlink", Least: people.Manager, Do: h.endLink},
			}
		},
	}
}

// monthsBack is how many months can be chosen.
const monthsBack = 24

// ofMonth is which month a page shows, and which there are.
type ofMonth struct {
	Month  string // "2026-11"
	Name   string
	Open   bool // it is not over
	Months []console.Option
}

func (h *page) ofMonth(q *console.Request) (m ofMonth) {
	now := h.Shop.Local(q.Now)
	first := time.Date(now.Year(), now.Month(), 1, 12, 0, 0, 0, now.Location())
	for i := range monthsBack {
		at := first.AddDate(0, -i, 0)
		o := console.Option{Value: at.Format("2006-01"), Label: q.P.Month(at)}
		if m.Months = append(m.Months, o); i == 0 || o.Value == q.R.FormValue("month") {
			m.Month, m.Name, m.Open = o.Value, o.Label, i == 0
		}
	}
	return m
}

// owedRow is a neighbour's line.
type owedRow struct {
	offer.Owed
	Name, Contact, Sum string
}

// partnersData is the page of all neighbours in a month.
type partnersData struct {
	head
	ofMonth
	Rows  []owedRow
	Total string
}

func (h *page) partners(q *console.Request) (console.Answer, error) {
	if q.At != "" {
		return q.Gone(), nil // what the shop owes is the whole shop's
	}
	d := partnersData{head: h.head(q), ofMonth: h.ofMonth(q)}
	var owed []offer.Owed
	err := q.View(func(r store.Reader) error {
		all, err := h.Shop.Offers().Takes(r, d.Month, "")
		if err == nil {
			owed, err = offer.OwedOf(all)
		}
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	var total loyalty.Money
	for _, x := range h.Shop.Programme(q.Now).Partners {
		row := owedRow{Owed: offer.Owed{Partner: x.ID}, Name: x.Name, Contact: x.Contact}
		if i := slices.IndexFunc(owed, func(o offer.Owed) bool { return o.Partner == x.ID }); i >= 0 {
			row.Owed = owed[i]
			owed = slices.Delete(owed, i, i+1)
		}
		d.Rows = append(d.Rows, row)
	}
	for _, o := range owed { // neighbours that the programme had then
		d.Rows = append(d.Rows, owedRow{Owed: o, Name: string(o.Partner)})
	}
	for i := range d.Rows {
		d.Rows[i].Sum = h.Shop.Money(q.P, q.Now, d.Rows[i].Money)
		total += d.Rows[i].Money
	}
	d.Total = h.Shop.Money(q.P, q.Now, total)
	if q.WantsCSV() {
		return h.partnersCSV(q, &d), nil
	}
	return q.Page("activities_partners.html", q.Say(i18n.ConsolePartners), d), nil
}

func (h *page) partnersCSV(q *console.Request, d *partnersData) console.Answer {
	var list [][]string
	for _, r := range d.Rows {
		list = append(list, []string{string(r.Partner), r.Name, strconv.FormatInt(r.Vouchers, 10), h.decimal(q, r.Money)})
	}
	return q.CSV("partners-"+d.Month, []string{"id", q.Say(i18n.ConsolePartnersName), q.Say(i18n.ConsolePartnersVouchers), q.Say(i18n.ConsolePartnersOwed)}, list)
}

func (h *page) decimal(q *console.Request, m loyalty.Money) string {
	return shop.Decimal(m, h.Shop.Rules(q.Now).Currency.Digits)
}

// takeRow is a voucher's line.
type takeRow struct {
	offer.Take
	What, Sum string
	Undoable  bool // it was handed in and has not been taken back
}

// partnerData is one neighbour's page.
type partnerData struct {
	head
	ofMonth
	ID, Name, Contact, Owed string
	Vouchers                int64
	Rows                    []takeRow
	Link                    string // of the page for their staff: a fresh one, shown this once
	LinkSince               string // when the one that stands was made, "" where there is none
	NoAddress               bool   // phones do not reach this program
}

func (h *page) partner(q *console.Request) (console.Answer, error) { return h.showPartner(q, "") }

func (h *page) showPartner(q *console.Request, link string) (console.Answer, error) {
	x, known := h.Shop.Programme(q.Now).Partner(loyalty.Store(q.R.PathValue("id")))
	if q.At != "" || !known {
		return q.Gone(), nil
	}
	d := partnerData{
		head: h.head(q), ofMonth: h.ofMonth(q), ID: string(x.ID), Name: x.Name, Contact: x.Contact, Link: link, NoAddress: h.Shop.PublicURL == "",
	}
	var all []offer.Take
	err := q.View(func(r store.Reader) (err error) {
		if all, err = h.Shop.Offers().Takes(r, d.Month, x.ID); err != nil {
			return err
		}
		l, ok, err := h.Shop.Offers().LinkOf(r, x.ID)
		if ok {
			d.LinkSince = q.P.Date(h.Shop.Local(l.At))
		}
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	owed, err := offer.OwedOf(all)
	if err != nil {
		return console.Answer{}, err
	}
	var sum offer.Owed
	if len(owed) > 0 {
		sum = owed[0]
	}
	d.Owed, d.Vouchers = h.Shop.Money(q.P, q.Now, sum.Money), sum.Vouchers
	last := map[voucher.ID]int{} // whichever came last holds
	for i, t := range all {
		last[t.Voucher] = i
	}
	for i, t := range slices.Backward(all) {
		d.Rows = append(d.Rows, takeRow{t, h.rewardName(q, t.Reward), h.Shop.Money(q.P, q.Now, t.Price), !t.Back && last[t.Voucher] == i})
	}
	if q.WantsCSV() {
		return h.takesCSV(q, &d), nil
	}
	return q.Page("activities_partner.html", d.Name, d), nil
}

func (h *page) takesCSV(q *console.Request, d *partnerData) console.Answer {
	var list [][]string
	for _, r := range d.Rows {
		list = append(list, []string{h.Shop.Local(r.At).Format("2006-01-02 15:04"), string(r.Voucher), r.What, h.decimal(q, r.Price)})
	}
	return q.CSV("partner-"+d.ID+"-"+d.Month, []string{
		q.Say(i18n.ConsolePartnersAt), q.Say(i18n.ConsolePartnersVoucher), q.Say(i18n.ConsoleOffersGives), q.Say(i18n.ConsolePartnersOwed),
	}, list)
}

// mostCodes is how many codes are handed in at once.
const mostCodes = 100

// anew gives the page again after a deed that was done in part, or was refused:
// the next one is another deed.
func (h *page) anew(q *console.Request) (console.Answer, error) {
	q.R.PostForm.Del("op")
	return q.Again(h.partner(q))
}

// handIn takes the codes that a neighbour collected, one a line. Each is taken or
// refused by itself, and those that were refused are left in the form to be
// mended; the same form sent twice is one.
func (h *page) handIn(q *console.Request) (console.Answer, error) {
	x, known := h.Shop.Programme(q.Now).Partner(loyalty.Store(q.R.PathValue("id")))
	if q.At != "" || !known {
		return q.Gone(), nil
	}
	op, ok := q.Op()
	if !ok {
		return q.Again(q.Incomplete())
	}
	lines := slices.DeleteFunc(strings.Split(q.Typed("codes"), "\n"), func(s string) bool { return strings.TrimSpace(s) == "" })
	if len(lines) == 0 || len(lines) > mostCodes {
		q.Wrong("codes", q.Say(i18n.ConsolePartnersCodesForm, "Number", mostCodes))
		return q.Again(h.partner(q))
	}
	var took int
	var wrong, left []string
	err := q.Update(func(tx store.Tx) error {
		took, wrong, left = 0, nil, nil
		had := map[string]bool{} // a code that stands there twice is one
		act := q.Act(op, "")
		for _, line := range lines {
			code, ok := voucher.ParseCode(strings.TrimSpace(line))
			if ok && had[code.String()] {
				continue
			}
			had[code.String()] = true
			no, err := h.handInOne(tx, act, x.ID, code, ok)
			switch {
			case err != nil:
				return err
			case no != nil:
				why, ok := q.Refused(no)
				if !ok {
					return no
				}
				wrong, left = append(wrong, shop.Tidy(line)+": "+why), append(left, strings.TrimSpace(line))
			default:
				took++
			}
		}
		return q.Audit(tx, i18n.ConsolePartnersDidTake, "partner:"+string(x.ID), "", "", fmt.Sprint(took, "/", len(lines)))
	})
	if err != nil {
		return console.Answer{}, err
	}
	if len(wrong) > 0 {
		q.Wrong("codes", q.Say(i18n.ConsolePartnersSome, "Number", took, "List", strings.Join(wrong, "\n")))
		q.R.PostForm.Set("codes", strings.Join(left, "\n"))
		return h.anew(q)
	}
	return q.Go(root+"/partners/"+string(x.ID), q.Say(i18n.ConsolePartnersTaken, "Number", took)), nil
}

// handInOne takes one code; no is why the rules refuse it.
func (h *page) handInOne(tx store.Tx, act book.Act, partner loyalty.Store, code voucher.Code, ok bool) (no, err error) {
	if !ok {
		return voucher.ErrUnknownCode, nil
	}
	if _, err = h.Shop.Offers().HandIn(tx, act, partner, code); loyalty.Refused(err) {
		return err, nil
	}
	return nil, err
}

// takeBack undoes the handing in of a voucher that was none of the neighbour's.
func (h *page) takeBack(q *console.Request) (console.Answer, error) {
	x, known := h.Shop.Programme(q.Now).Partner(loyalty.Store(q.R.PathValue("id")))
	if q.At != "" || !known {
		return q.Gone(), nil
	}
	op, ok := q.Op()
	if !ok {
		return q.Again(q.Incomplete())
	}
	err := q.Update(func(tx store.Tx) error {
		t, err := h.Shop.Offers().TakeBack(tx, q.Act(op, ""), x.ID, voucher.ID(q.Typed("voucher")))
		if err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsolePartnersDidBack, "partner:"+string(x.ID), "", "", t.Reward)
	})
	if q.WrongBy("", err) {
		return h.anew(q)
	}
	return q.Go(root+"/partners/"+string(x.ID), q.Say(i18n.ConsolePartnersBackDone)), err
}
