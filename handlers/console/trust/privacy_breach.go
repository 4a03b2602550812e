package trust

import (
	"strings"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

const (
	// breachShown is how many of those touched the page names; the file has all.
	breachShown = 100
	// browserTime is how a browser writes a moment that was typed.
	browserTime = "2006-01-02T15:04"
	// everything is the choice that all there was got out.
	everything = "all"
)

// breachData is the page of whom a breach touched.
type breachData struct {
	Who          []console.Option
	Since, Until string
	Asked        bool
	Facts        shop.BreachFacts
	Data         string
	People       []touchedLine
	More         int // touched beyond those that are named
	Authority    string
	Members      string
	Laws         []string
}

// touchedLine is one person of the list.
type touchedLine struct {
	shop.Touched
	Left bool
	What string // kinds of data
	Ways string // in which they can be reached
}

// breach asks what happened.
func (h *page) breach(q *console.Request) (console.Answer, error) {
	d, err := h.breachForm(q)
	return q.Page("trust_breach.html", q.Say(i18n.ConsoleTrustBreach), d), err
}

// breachForm is the form, with the choices of who it may have been.
func (h *page) breachForm(q *console.Request) (d breachData, err error) {
	now := h.Shop.Local(q.Now)
	d = breachData{
		Who:   []console.Option{{Label: q.Say(i18n.ConsoleTrustAnybody)}, {Value: everything, Label: q.Say(i18n.ConsoleTrustEverything)}},
		Since: now.AddDate(0, 0, -7).Format(browserTime), Until: now.Format(browserTime),
	}
	for _, law := range shop.BreachLaws {
		d.Laws = append(d.Laws, q.Say(law))
	}
	err = q.View(func(r store.Reader) error {
		who, err := h.suspects(q, r)
		d.Who = append(d.Who[:2:2], who...) // a View may run again
		return err
	})
	return d, err
}

// touched answers: whom it touched, and the notices as drafts; or their list as a
// file. It is the answer of the form itself, as names and numbers stand in it.
func (h *page) touched(q *console.Request) (console.Answer, error) {
	b, ok := h.readBreach(q)
	if !ok {
		return q.Again(h.breach(q))
	}
	all, err := h.Shop.Touched(q.R.Context(), h.DB, b)
	if err != nil {
		return console.Answer{}, err
	}
	f := shop.FactsOf(b, all)
	err = q.Update(func(tx store.Tx) error {
		return q.Audit(tx, i18n.ConsoleTrustDidBreach, "", "", "", i18n.Number(int64(f.People)))
	})
	if err != nil {
		return console.Answer{}, err
	}
	if err := h.Shop.SawTouched(q.R.Context(), h.DB, shop.Looker{By: q.Me.ID.Actor()}, q.Now, named(q, all)); err != nil {
		return console.Answer{}, err
	}
	if q.Typed("as") == "csv" {
		rows := make([][]string, len(all))
		for i, t := range all {
			rows[i] = t.Row()
		}
		return q.CSV("breach", shop.TouchedHead, rows), nil
	}
	d, err := h.breachForm(q)
	d.show(h, q, f, all)
	return q.Page("trust_breach.html", q.Say(i18n.ConsoleTrustBreach), d), err
}

// named are those whom the answer names: all in a file, the first of them on the page.
func named(q *console.Request, all []shop.Touched) []shop.Touched {
	if q.Typed("as") == "csv" {
		return all
	}
	return all[:min(len(all), breachShown)]
}

// readBreach is what the form asks about; false where it says what is wrong.
func (h *page) readBreach(q *console.Request) (b shop.Breach, ok bool) {
	zone := h.Shop.Local(q.Now).Location()
	since, err1 := time.ParseInLocation(browserTime, q.Typed("since"), zone)
	until, err2 := time.ParseInLocation(browserTime, q.Typed("until"), zone)
	if err1 != nil || err2 != nil || until.Before(since) {
		q.Wrong("since", q.Say(i18n.ConsoleTrustWrongTime))
		return b, false
	}
	b = shop.Breach{Since: since, Until: until.Add(time.Minute - time.Nanosecond)}
	who := q.Typed("who")
	device, is := strings.CutPrefix(who, "device/")
	switch {
	case who == everything:
		b.All = true
	case is:
		b.Device = people.DeviceID(device)
	default:
		b.By = loyalty.Actor(who)
	}
	return b, true
}

// show fills in whom it touched.
func (d *breachData) show(h *page, q *console.Request, f shop.BreachFacts, all []shop.Touched) {
	d.Asked, d.Facts, d.Data = true, f, shop.DataWords(q.P, f.Data)
	d.Since, d.Until = h.Shop.Local(f.Since).Format(browserTime), h.Shop.Local(f.Until).Format(browserTime)
	d.More = max(0, len(all)-breachShown)
	for _, t := range all[:min(len(all), breachShown)] {
		d.People = append(d.People, touchedLine{
			Touched: t, Left: t.Status == people.Erased, What: shop.DataWords(q.P, t.Data), Ways: strings.Join(t.Reach, ", "),
		})
	}
	d.Authority = h.Shop.BreachNotice(q.P.Lang, i18n.BreachToAuthority, f)
	d.Members = h.Shop.BreachNotice(q.P.Lang, i18n.BreachToPeople, f)
}
