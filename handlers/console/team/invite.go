package team

import (
	"crypto/hmac"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// mostInvites is how many are drawn at once.
const mostInvites = 100

// lives are how long an invitation may be good, in hours.
var lives = []int{24, 72, 168}

// waiting is an invitation in the list.
type waiting struct {
	people.Invitation
	Called, Role, Place, By string
	Typed                   string // the line that makes its reader an employee; "" where it is not for who asks
	Links                   []console.Option
	Mine                    bool
}

// inviteData is the page of invitations.
type inviteData struct {
	Roles, Places, Lives []console.Option
	Waiting              []waiting
}

func (h *page) invites(q *console.Request) (console.Answer, error) {
	d := inviteData{Roles: roles(q), Places: h.places(q)}
	for _, n := range lives {
		d.Lives = append(d.Lives, console.Option{Value: strconv.Itoa(n), Label: shop.Span(q.P, time.Duration(n)*time.Hour)})
	}
	err := q.View(func(r store.Reader) error {
		all, err := h.Shop.Vault.Invitations(r, q.Now)
		for _, inv := range all {
			if w := h.waiting(q, r, inv); w.Mine {
				d.Waiting = append(d.Waiting, w)
			}
		}
		return err
	})
	return q.Page("team_invites.html", q.Say(i18n.ConsoleTeamInvites), d), err
}

// waiting is what the list says of an invitation. Its code is for those only who
// could draw the same.
func (h *page) waiting(q *console.Request, r store.Reader, inv people.Invitation) waiting {
	w := waiting{Invitation: inv, Called: shop.Tidy(inv.Name), Role: q.Say(roleWords[inv.Role]), Place: h.place(q, inv.Store), Mine: h.grants(q, inv.Role, inv.Store)}
	if id, ok := strings.CutPrefix(string(inv.By), string(loyalty.ByStaff(""))); ok {
		if s, err := h.Shop.Vault.StaffByID(r, people.StaffID(id)); err == nil {
			w.By = called(s)
		}
	}
	if !w.Mine || inv.Code == "" {
		return w
	}
	line := "staff " + inv.Code.String()
	w.Typed = "/" + line
	for _, c := range h.Shop.Channels {
		if link, ok := h.Shop.ChatLink(c.Name, line); ok {
			w.Links = append(w.Links, console.Option{Value: link, Label: h.Shop.Label(c.Name)})
		}
	}
	return w
}

// invite draws codes for a pasted list.
func (h *page) invite(q *console.Request) (console.Answer, error) {
	op, ok := q.Op()
	if !ok {
		return q.Again(q.Incomplete())
	}
	list := h.readLines(q)
	if q.Bad() {
		return q.Again(h.invites(q))
	}
	err := q.Update(func(tx store.Tx) error {
		// A code that was used, or taken back, meanwhile does not come to life again.
		if again, err := q.Once(tx, op); err != nil || again {
			return err
		}
		draw := h.draws(q, op)
		for _, inv := range list {
			if _, err := h.Shop.Vault.InviteAs(tx, inv, q.Now, draw); err != nil {
				return err
			}
		}
		return q.Audit(tx, i18n.ConsoleTeamDidInvite, "staff:new", "", "", strconv.Itoa(len(list)))
	})
	return q.Go("/console/team/invites", q.Say(i18n.ConsoleTeamInvited, "Number", len(list))), err
}

// draws is the form's own randomness: sent twice, it draws the same codes, which
// nobody can guess without the installation's key.
func (h *page) draws(q *console.Request, op string) io.Reader {
	m := hmac.New(sha256.New, h.Shop.Vault.Derive("console invitations"))
	m.Write([]byte(string(q.Me.ID) + "/" + op))
	return rand.NewChaCha8([32]byte(m.Sum(nil)))
}

// readLines reads "name, role, store" a line; what a line leaves out is chosen
// below it for all.
func (h *page) readLines(q *console.Request) (list []people.Invitation) {
	hours, err := strconv.Atoi(q.Typed("hours"))
	if err != nil || hours < 1 || hours > lives[len(lives)-1] {
		hours = lives[0]
	}
	for i, text := range strings.Split(q.Text("lines"), "\n") {
		if strings.TrimSpace(text) == "" {
			continue
		}
		inv := people.Invitation{
			Role: loyalty.Role(q.Typed("role")), Store: loyalty.Store(q.Typed("store")),
			By: q.Me.ID.Actor(), Expires: q.Now.Add(time.Duration(hours) * time.Hour),
		}
		if !h.readLine(q, text, &inv) {
			q.Wrong("lines", q.Say(i18n.ConsoleTeamLineUnread, "Line", i+1))
		} else if !h.grants(q, inv.Role, inv.Store) {
			q.Wrong("lines", q.Say(i18n.ConsoleTeamLineNotYours, "Line", i+1))
		}
		list = append(list, inv)
	}
	switch {
	case len(list) == 0:
		q.Wrong("lines", q.Say(i18n.ConsoleTeamLinesNone))
	case len(list) > mostInvites:
		q.Wrong("lines", q.Say(i18n.ConsoleTeamLinesMany, "Most", mostInvites))
	}
	return list
}

// readLine reads one line into inv: a name first, then in any order a role and a
// store in words that this shop knows.
func (h *page) readLine(q *console.Request, text string, inv *people.Invitation) bool {
	cells := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;\t，、；", r) })
	for i, cell := range cells {
		cell = shop.Tidy(cell)
		role, isRole := readRole(cell)
		at, isStore := h.readStore(q, cell)
		switch {
		case i == 0:
			inv.Name = cell
		case cell == "":
		case isRole:
			inv.Role = role
		case isStore:
			inv.Store = at
		default:
			return false
		}
	}
	return len(cells) > 0
}

// readRole reads a role as any language of the program writes it.
func readRole(word string) (loyalty.Role, bool) {
	for role, key := range roleWords {
		if strings.EqualFold(word, string(role)) {
			return role, true
		}
		for _, l := range i18n.Langs {
			if strings.EqualFold(word, i18n.For(l).Say(key)) {
				return role, true
			}
		}
	}
	return "", false
}

// readStore reads a store by its id or name.
func (h *page) readStore(q *console.Request, word string) (loyalty.Store, bool) {
	for _, s := range h.Shop.Programme(q.Now).Stores {
		if strings.EqualFold(word, string(s.ID)) || strings.EqualFold(word, s.Name) {
			return s.ID, true
		}
	}
	return "", false
}

// dropInvite takes one back.
func (h *page) dropInvite(q *console.Request) (console.Answer, error) {
	err := q.Update(func(tx store.Tx) error {
		inv, ok, err := people.InvitationBy(tx, q.Typed("id"), q.Now)
		if err != nil || !ok || !h.grants(q, inv.Role, inv.Store) {
			return err
		}
		if err := people.DropInvitation(tx, inv.ID); err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsoleTeamDidDrop, "staff:new", "", "", "")
	})
	return q.Go("/console/team/invites", q.Say(i18n.ConsoleTeamDropped)), err
}
