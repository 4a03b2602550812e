package team

import (
	"cmp"
	"strings"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// auditShown is how many deeds a page of the record shows.
const auditShown = 50

// auditLine is a deed in the record.
type auditLine struct {
	console.Told
	To, Label string // where what it was about is to be seen
}

// auditData is a page of the record.
type auditData struct {
	Lines []auditLine
	Staff []console.Option
	Who   string
	Pager console.Pager
}

func (h *page) audit(q *console.Request) (console.Answer, error) {
	d := auditData{Who: q.Typed("who"), Staff: []console.Option{{Label: q.Say(i18n.ConsoleTeamEverybody)}}}
	err := q.View(func(r store.Reader) error {
		all, err := h.Shop.Vault.AllStaff(r)
		if err != nil {
			return err
		}
		for _, s := range all {
			if people.AtLeast(s.Role, people.Manager) {
				d.Staff = append(d.Staff, console.Option{Value: string(s.ID), Label: called(s)})
			}
		}
		list, next, err := q.DeedsOf(r, people.StaffID(d.Who), q.Typed("from"), auditShown)
		for _, t := range list {
			to, label, err := h.about(q, r, t.About)
			if err != nil {
				return err
			}
			d.Lines = append(d.Lines, auditLine{t, to, label})
		}
		if q.Typed("from") != "" {
			d.Pager.First = q.With("from", "")
		}
		if next != "" {
			d.Pager.Next = q.With("from", next)
		}
		return err
	})
	return q.Page("team_audit.html", q.Say(i18n.ConsoleTeamAudit), d), err
}

// about is where, of other programs too: what a key is called, and an address
// that is told. Their pages are for owners.
func (h *page) about(q *console.Request, r store.Reader, about string) (to, label string, err error) {
	kind, id, _ := strings.Cut(about, ":")
	switch kind {
	case "key":
		to = "/console/connections"
		label, err = h.Shop.Program(r, loyalty.ByJob("api."+id))
	case "webhook":
		to, label = "/console/connections/of/"+id, id
	default:
		to, label = where(q, about)
		return to, label, nil
	}
	if q.Me.Role != people.Owner {
		to = ""
	}
	return to, cmp.Or(label, about), err
}

// where is the page of what a deed was about, "" where there is none.
func where(q *console.Request, about string) (to, label string) {
	kind, id, named := strings.Cut(about, ":")
	switch {
	case about == "" || about == "-":
		return "", ""
	case kind == "staff" && id == "new":
		return "/console/team/invites", q.Say(i18n.ConsoleTeamInvites)
	case kind == "staff":
		return "/console/team/of/" + id, q.Say(i18n.ConsoleTeamEmployee)
	case kind == "store":
		return "/console/stores", q.Shop().StoreName(loyalty.Store(id))
	case kind == "campaign":
		return "/console/campaigns/" + id, q.Say(i18n.ConsoleTeamCampaign)
	case kind == "programme":
		return "/console/rules", q.Say(i18n.ConsoleTeamProgramme)
	case !named:
		return "/console/members/" + about, q.Say(i18n.ConsoleTeamMember)
	}
	return "", about
}
