package connections

import (
	"errors"
	"strconv"

	"regulars/handlers/api"
	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/store"
)

// makeKey draws a key and shows it at once.
func (h *page) makeKey(q *console.Request) (console.Answer, error) {
	n := api.NewKey{Name: q.Typed("name"), Store: loyalty.Store(q.Typed("store")), By: q.Me.ID.Actor()}
	for _, s := range ticked(q, "scopes") {
		n.Scopes = append(n.Scopes, api.Scope(s))
	}
	n.ActCap, n.DayCap = capOf(q, "act_cap"), capOf(q, "day_cap")
	if q.Bad() {
		return q.Again(h.list(q))
	}
	bearer := ""
	err := q.Update(func(tx store.Tx) error {
		k, secret, err := h.keys.Make(tx, n, q.Now)
		if err != nil {
			return err
		}
		bearer = secret
		return q.Audit(tx, i18n.ConsoleConnectionsDidKey, "key:"+string(k.ID), "", "", "")
	})
	if wrongKey(q, err) {
		return q.Again(h.list(q))
	}
	if err != nil {
		return console.Answer{}, err
	}
	return h.show(q, bearer)
}

// capOf is a number of points that was typed; nothing is no limit.
func capOf(q *console.Request, field string) loyalty.Points {
	text := q.Typed(field)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		q.Wrong(field, q.Say(i18n.ConsoleConnectionsWrongCap))
	}
	return loyalty.Points(n)
}

// wrongKey notes why a key could not be made; false: err is none of that.
func wrongKey(q *console.Request, err error) bool {
	switch {
	case errors.Is(err, api.ErrName):
		q.Wrong("name", q.Say(i18n.ConsoleConnectionsWrongName))
	case errors.Is(err, api.ErrScope):
		q.Wrong("scopes", q.Say(i18n.ConsoleConnectionsWrongScopes))
	case errors.Is(err, api.ErrStore):
		q.Wrong("store", q.Say(i18n.ConsoleConnectionsWrongStore))
	default:
		return q.WrongBy("", err)
	}
	return true
}

// revokeKey ends a key at once.
func (h *page) revokeKey(q *console.Request) (console.Answer, error) {
	id := api.KeyID(q.Typed("id"))
	err := q.Update(func(tx store.Tx) error {
		if err := h.keys.Revoke(tx, id, q.Now); err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsoleConnectionsDidRevoke, "key:"+string(id), "", "", "")
	})
	if errors.Is(err, api.ErrKey) {
		return q.Gone(), nil
	}
	return q.Go("/console/connections", q.Say(i18n.ConsoleConnectionsKeyRevoked)), err
}
