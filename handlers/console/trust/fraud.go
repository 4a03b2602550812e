package trust

import (
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/fraud"
	"regulars/loyalty/people"
	"regulars/store"
)

// fraud are the pages about what is unusual: a list, what each finding rests on, and
// what a person makes of it.
func (h *page) fraud() []console.Route {
	return []console.Route{
		{Method: "GET", Path: "/console/trust/fraud", Do: h.findings},
		{Method: "GET", Path: "/console/trust/fraud/{kind}/{id}/{day}/{rule}", Do: h.finding},
		{Method: "POST", Path: "/console/trust/fraud/{kind}/{id}/{day}/{rule}/decide", Do: h.decide},
	}
}

// listDays is how many days back decided findings are listed.
const listDays = 60

// listed is a line of the list.
type listed struct {
	fraud.Finding
	Name, Title, Line, State string
	To, Whom                 string // where it is shown, and whom it is about
	At                       time.Time
}

// findingsData is the list, and what of it was asked for.
type findingsData struct {
	List          []listed
	All           bool
	About, Store  string
	Abouts, Shops []console.Option // Shops: none where there is but one to see
}

// findings lists what is open, or with all=1 also what was decided; about= one kind of
// people alone, store= what happened in one store.
func (h *page) findings(q *console.Request) (console.Answer, error) {
	d := findingsData{All: q.Typed("all") != "", About: q.Typed("about"), Store: q.Typed("store")}
	d.Abouts = []console.Option{
		{Label: q.Say(i18n.ConsoleFraudEverybody)},
		{Value: string(fraud.Staff), Label: q.Say(i18n.ConsoleFraudStaff)},
		{Value: string(fraud.Member), Label: q.Say(i18n.ConsoleFraudMembers)},
	}
	if stores := h.Shop.Programme(q.Now).Stores; q.At == "" && len(stores) > 1 {
		d.Shops = append(d.Shops, console.Option{Label: q.Say(i18n.ConsoleMeasuresAllStores)})
		for _, x := range stores {
			d.Shops = append(d.Shops, console.Option{Value: string(x.ID), Label: h.Shop.StoreName(x.ID)})
		}
	}
	today := h.Shop.Local(q.Now)
	err := q.View(func(r store.Reader) error {
		d.List = nil
		all, err := fraud.Between(r, "", today.Format(time.DateOnly)) // what is open stays, and holds what it holds
		lately := today.AddDate(0, 0, -listDays).Format(time.DateOnly)
		for i := range all {
			f := &all[i]
			if !sees(q, f) || !d.wants(f) || !f.Open() && (!d.All || f.Day < lately) {
				continue
			}
			line, err := h.listed(q, r, f)
			if err != nil {
				return err
			}
			d.List = append(d.List, line)
		}
		return err
	})
	return q.Page("trust_fraud.html", q.Say(i18n.ConsoleFraudTitle), &d), err
}

// wants reports whether a finding is among what was asked for.
func (d *findingsData) wants(f *fraud.Finding) bool {
	return (d.About == "" || d.About == string(f.Subject.Kind)) && (d.Store == "" || f.In(loyalty.Store(d.Store)))
}

// sees reports whether who asks may see a finding, and decide it: a manager those of
// their store, be it one among others, nobody one about themselves.
func sees(q *console.Request, f *fraud.Finding) bool {
	own := f.Subject == fraud.OfStaff(string(q.Me.ID)) || f.Subject == fraud.OfMember(q.Me.Member)
	return !own && (q.Owner() || q.At == "" || f.In(q.At))
}

func (h *page) listed(q *console.Request, r store.Reader, f *fraud.Finding) (l listed, err error) {
	l = listed{Finding: *f, Title: shop.FindingTitle(q.P, f.Rule), Line: shop.FindingLine(q.P, f), To: "/console/trust/fraud/" + f.Key.String()}
	l.State = q.Say(map[fraud.Decision]i18n.Key{fraud.Open: i18n.ConsoleFraudOpen, fraud.Fine: i18n.ConsoleFraudFine, fraud.Fraud: i18n.ConsoleFraudFraud}[f.Decision])
	if l.At, err = time.ParseInLocation(time.DateOnly, f.Day, today(h, q)); err != nil {
		return l, err
	}
	if f.Subject.Kind == fraud.Member {
		l.Whom = "/console/members/" + f.Subject.ID
		l.Name, err = q.CustomerName(r, f.Subject.MemberID())
		return l, err
	}
	l.Whom = "/console/team/of/" + f.Subject.ID
	l.Name = f.Subject.ID
	if s, err := h.Shop.Vault.StaffByID(r, people.StaffID(f.Subject.ID)); err == nil && s.Name != "" {
		l.Name = shop.Tidy(s.Name)
	}
	return l, nil
}

// today is the zone of the shop's days.
func today(h *page, q *console.Request) *time.Location { return h.Shop.Local(q.Now).Location() }
