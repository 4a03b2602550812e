package trust

import (
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/people"
)

// privacy are the pages about what is kept of people, and who saw it.
func (h *page) privacy() []console.Route {
	return []console.Route{
		{Method: "GET", Path: "/console/trust/breach", Least: people.Owner, Do: h.breach},
		{Method: "POST", Path: "/console/trust/breach", Least: people.Owner, Do: h.touched},
		{Method: "GET", Path: "/console/trust/retention", Do: h.retention},
	}
}

// keptLine is a line of the list of what is kept.
type keptLine struct{ What, For string }

// retention shows what is kept of members and employees, and how long.
func (h *page) retention(q *console.Request) (console.Answer, error) {
	var d struct{ Members, Staff []keptLine }
	for _, k := range shop.Retention() {
		line := keptLine{q.Say(k.What), q.P.Print(k.For)}
		if k.Staff {
			d.Staff = append(d.Staff, line)
		} else {
			d.Members = append(d.Members, line)
		}
	}
	return q.Page("trust_retention.html", q.Say(i18n.ConsoleTrustRetention), d), nil
}
