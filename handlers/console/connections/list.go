package connections

import (
	"path"
	"time"

	"regulars/handlers/api"
	"regulars/handlers/console"
	"regulars/handlers/hooks"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// listData is the section's first page.
type listData struct {
	Now, Before []keyLine
	Key         string // a fresh one, shown this once
	Scopes      group
	Places      []console.Option
	ActCap      loyalty.Points // what the form begins with: as much as a clerk may give

	Hooks  []hookLine
	Events group
	hints
}

// hints are words that are the same in every language.
type hints struct{ Example, Setting string }

var usual = hints{"https://till.example.com/regulars", "hooks_allow"}

// keyLine is a key in the list.
type keyLine struct {
	api.Key
	Place string
	May   []string
}

// hookLine is an endpoint in the list.
type hookLine struct {
	hooks.Endpoint
	Failing bool
	Waiting int
}

// scopeWords are what keys may do, in words.
var scopeWords = map[api.Scope]i18n.Key{
	api.MembersRead: i18n.ConsoleConnectionsScopeMembersRead, api.MembersWrite: i18n.ConsoleConnectionsScopeMembersWrite,
	api.PurchasesWrite: i18n.ConsoleConnectionsScopePurchasesWrite, api.RefundsWrite: i18n.ConsoleConnectionsScopeRefundsWrite,
	api.PointsRead: i18n.ConsoleConnectionsScopePointsRead, api.EntriesRead: i18n.ConsoleConnectionsScopeEntriesRead,
	api.RewardsRead: i18n.ConsoleConnectionsScopeRewardsRead, api.RewardsWrite: i18n.ConsoleConnectionsScopeRewardsWrite,
	api.VouchersRead: i18n.ConsoleConnectionsScopeVouchersRead, api.VouchersWrite: i18n.ConsoleConnectionsScopeVouchersWrite,
}

// eventWords are what endpoints are told, in words.
var eventWords = map[hooks.Type]i18n.Key{
	hooks.MemberJoined: i18n.ConsoleConnectionsEventMemberJoined, hooks.MemberErased: i18n.ConsoleConnectionsEventMemberErased,
	hooks.MemberMerged: i18n.ConsoleConnectionsEventMemberMerged, hooks.MemberUnmerged: i18n.ConsoleConnectionsEventMemberUnmerged,
	hooks.PointsEarned: i18n.ConsoleConnectionsEventPointsEarned, hooks.PointsSpent: i18n.ConsoleConnectionsEventPointsSpent,
	hooks.PointsExpired: i18n.ConsoleConnectionsEventPointsExpired, hooks.PointsCorrected: i18n.ConsoleConnectionsEventPointsCorrected,
	hooks.PointsReversed: i18n.ConsoleConnectionsEventPointsReversed, hooks.TierChanged: i18n.ConsoleConnectionsEventTierChanged,
	hooks.VoucherIssued: i18n.ConsoleConnectionsEventVoucherIssued, hooks.VoucherUsed: i18n.ConsoleConnectionsEventVoucherUsed,
	hooks.VoucherReopened: i18n.ConsoleConnectionsEventVoucherReopened, hooks.VoucherVoid: i18n.ConsoleConnectionsEventVoucherVoid,
	hooks.VoucherExpired: i18n.ConsoleConnectionsEventVoucherExpired, hooks.CampaignFinished: i18n.ConsoleConnectionsEventCampaignFinished,
	hooks.Test: i18n.ConsoleConnectionsEventTest,
}

// waitsShown is up to how many waiting events are counted.
const waitsShown = 100

func (h *page) list(q *console.Request) (console.Answer, error) { return h.show(q, "") }

// show is the page, with a key that was just made.
func (h *page) show(q *console.Request, key string) (console.Answer, error) {
	d := listData{Key: key, Places: h.places(q), hints: usual}
	d.ActCap = h.Shop.Rules(q.Now).Caps[people.Clerk].SaleAct
	d.Scopes = boxes(q, "keys", "scopes", api.Scopes, api.TillScopes(), scopeWords)
	d.Events = boxes(q, "hooks", "events", hooks.Types(), hooks.Types(), eventWords)
	err := q.View(func(r store.Reader) error {
		keys, err := h.keys.List(r)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if k.Good() {
				d.Now = append(d.Now, h.keyLine(q, k))
			} else {
				d.Before = append(d.Before, h.keyLine(q, k))
			}
		}
		d.Hooks, err = h.hookLines(r)
		return err
	})
	return q.Page("connections_list.html", q.Say(i18n.ConsoleConnectionsTitle), d), err
}

func (h *page) keyLine(q *console.Request, k api.Key) keyLine {
	l := keyLine{Key: k, Place: h.place(q, k.Store)}
	for _, s := range k.Scopes {
		l.May = append(l.May, q.Say(scopeWords[s]))
	}
	return l
}

func (h *page) hookLines(r store.Reader) (list []hookLine, err error) {
	all, err := hooks.List(r)
	for _, e := range all {
		health, e2 := hooks.HealthOf(r, e.ID)
		waits, _, e3 := hooks.Waiting(r, e.ID, waitsShown)
		for _, bad := range []error{e2, e3} {
			if err == nil {
				err = bad
			}
		}
		list = append(list, hookLine{e, health.Fails > 0, len(waits)})
	}
	return list, err
}

// boxes are boxes to tick: as they were sent, or else those of normal.
func boxes[T ~string](q *console.Request, form, name string, all, normal []T, words map[T]i18n.Key) group {
	g := group{ID: form + "-" + name, Name: name}
	on := map[string]bool{}
	for _, t := range normal {
		on[string(t)] = true
	}
	if q.Bad() && path.Base(q.R.URL.Path) == form {
		on = map[string]bool{}
		for _, v := range ticked(q, name) {
			on[v] = true
		}
	}
	for _, t := range all {
		g.List = append(g.List, choice{string(t), q.Say(words[t]), on[string(t)]})
	}
	return g
}

// stores are one store as a list, or none for every one.
func stores(id loyalty.Store) []loyalty.Store {
	if id == "" {
		return nil
	}
	return []loyalty.Store{id}
}

// stamp is a moment as a sentence says it.
func (h *page) stamp(q *console.Request, t time.Time) string {
	local := h.Shop.Local(t)
	return q.P.Date(local) + " " + q.P.Time(local)
}
