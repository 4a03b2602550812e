package team

import (
	"regulars/bot"
	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// sees reports whether an employee stands in the list of who asks: managers of
// one store see those of that store, and themselves.
func sees(q *console.Request, s people.Staff) bool {
	return q.At == "" || s.Store == q.At || s.ID == q.Me.ID
}

// manages reports whether who asks may change an employee: an owner everybody, a
// manager the clerks of their store; nobody themselves.
func manages(q *console.Request, s people.Staff) bool {
	switch {
	case s.ID == q.Me.ID:
		return false
	case q.Owner():
		return true
	}
	return s.Role == people.Clerk && (q.At == "" || s.Store == q.At)
}

// grants reports whether who asks may make somebody this at that store.
func (h *page) grants(q *console.Request, role loyalty.Role, at loyalty.Store) bool {
	if !people.AtLeast(role, people.Clerk) || !q.Owner() && role != people.Clerk {
		return false
	}
	if at == "" {
		return q.At == ""
	}
	_, known := h.Shop.Programme(q.Now).Store(at)
	return known && q.Sees(at)
}

// theirs is the employee of the address, read in the transaction that changes
// them; the refusal says why they are not for who asks.
func (h *page) theirs(q *console.Request, r store.Reader) (people.Staff, error) {
	s, err := h.Shop.Vault.StaffByID(r, people.StaffID(q.R.PathValue("id")))
	switch {
	case err != nil:
		return s, err
	case s.ID == q.Me.ID:
		return s, bot.Refuse(i18n.ConsoleTeamNotYourself)
	case !manages(q, s):
		return s, bot.Refuse(i18n.ConsoleTeamNotYours)
	}
	return s, nil
}

// roleWords name the roles.
var roleWords = map[loyalty.Role]i18n.Key{
	people.Clerk: i18n.ConsoleTeamClerk, people.Manager: i18n.ConsoleTeamManager, people.Owner: i18n.ConsoleTeamOwner,
}

// roles are the choices that who asks has, the lowest first.
func roles(q *console.Request) (list []console.Option) {
	for _, role := range []loyalty.Role{people.Clerk, people.Manager, people.Owner} {
		if q.Owner() || role == people.Clerk {
			list = append(list, console.Option{Value: string(role), Label: q.Say(roleWords[role])})
		}
	}
	return list
}

// places are the stores that who asks may put somebody in; "" is every store.
func (h *page) places(q *console.Request) (list []console.Option) {
	if q.At == "" {
		list = append(list, console.Option{Label: q.Say(i18n.ConsoleTeamEveryStore)})
	}
	for _, s := range h.Shop.Programme(q.Now).Stores {
		if q.Sees(s.ID) {
			list = append(list, console.Option{Value: string(s.ID), Label: s.Name})
		}
	}
	return list
}

// place names a store, and "" too.
func (h *page) place(q *console.Request, at loyalty.Store) string {
	if at == "" {
		return q.Say(i18n.ConsoleTeamEveryStore)
	}
	return h.Shop.StoreName(at)
}
