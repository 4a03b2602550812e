package connections

import (
	"errors"

	"regulars/handlers/console"
	"regulars/handlers/hooks"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/store"
)

// typed is the endpoint that a form describes.
func (h *page) typed(q *console.Request) hooks.Endpoint {
	at := loyalty.Store(q.Typed("store"))
	e := hooks.Endpoint{URL: q.Typed("url"), Name: shop.Tidy(q.Typed("name")), Stores: stores(at)}
	for _, t := range ticked(q, "events") {
		e.Events = append(e.Events, hooks.Type(t))
	}
	if !h.knows(q, at) {
		q.Wrong("store", q.Say(i18n.ConsoleConnectionsWrongStore))
	}
	return e
}

// wrongHook notes why an endpoint cannot be so; false: err is none of that.
func wrongHook(q *console.Request, err error) bool {
	switch {
	case errors.Is(err, hooks.ErrURL):
		q.Wrong("url", q.Say(i18n.ConsoleConnectionsWrongUrl, "Begin", "https://"))
	case errors.Is(err, hooks.ErrAddress):
		q.Wrong("url", q.Say(i18n.ConsoleConnectionsWrongAddress, "Setting", usual.Setting))
	case errors.Is(err, hooks.ErrPort):
		q.Wrong("url", q.Say(i18n.ConsoleConnectionsWrongPort, "Ports", "443, 8443"))
	case errors.Is(err, hooks.ErrEvents):
		q.Wrong("events", q.Say(i18n.ConsoleConnectionsWrongEvents))
	case errors.Is(err, hooks.ErrMany):
		q.Wrong("", q.Say(i18n.ConsoleConnectionsTooMany, "Number", i18n.Number(hooks.MaxEndpoints)))
	default:
		return q.WrongBy("", err)
	}
	return true
}

// add makes an endpoint and shows its secret at once.
func (h *page) add(q *console.Request) (console.Answer, error) {
	e := h.typed(q)
	if q.Bad() {
		return q.Again(h.list(q))
	}
	var made hooks.Endpoint
	var secret hooks.Secret
	err := q.Update(func(tx store.Tx) (err error) {
		if made, secret, err = h.hooks.Add(tx, e, q.Now); err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsoleConnectionsDidHook, about(made.ID), "", "", "")
	})
	if wrongHook(q, err) {
		return q.Again(h.list(q))
	}
	if err != nil {
		return console.Answer{}, err
	}
	return h.showOne(q, made.ID, secret)
}

func about(id hooks.ID) string { return "webhook:" + string(id) }

func idOf(q *console.Request) hooks.ID { return hooks.ID(q.R.PathValue("id")) }

// does something to the endpoint of the address, and writes it down.
func (h *page) does(q *console.Request, what i18n.Key, f func(tx store.Tx, id hooks.ID) error) error {
	return q.Update(func(tx store.Tx) error {
		if err := f(tx, idOf(q)); err != nil {
			return err
		}
		return q.Audit(tx, what, about(idOf(q)), "", "", "")
	})
}

// went is the answer after something was done to the endpoint of the address.
func (h *page) went(q *console.Request, said string, err error) (console.Answer, error) {
	if errors.Is(err, hooks.ErrNone) {
		return q.Gone(), nil
	}
	h.hooks.Nudge()
	return q.Go("/console/connections/of/"+string(idOf(q)), said), err
}

func (h *page) change(q *console.Request) (console.Answer, error) {
	e := h.typed(q)
	e.ID = idOf(q)
	if q.Bad() {
		return q.Again(h.one(q))
	}
	err := h.does(q, i18n.ConsoleConnectionsDidChange, func(tx store.Tx, _ hooks.ID) error { return h.hooks.Change(tx, e) })
	if wrongHook(q, err) {
		return q.Again(h.one(q))
	}
	return h.went(q, q.Say(i18n.ConsoleConnectionsSaved), err)
}

func (h *page) on(q *console.Request) (console.Answer, error) {
	err := h.does(q, i18n.ConsoleConnectionsDidOn, func(tx store.Tx, id hooks.ID) error { return h.hooks.Switch(tx, id, true, q.Now) })
	return h.went(q, q.Say(i18n.ConsoleConnectionsSwitchedOn), err)
}

func (h *page) off(q *console.Request) (console.Answer, error) {
	err := h.does(q, i18n.ConsoleConnectionsDidOff, func(tx store.Tx, id hooks.ID) error { return h.hooks.Switch(tx, id, false, q.Now) })
	return h.went(q, q.Say(i18n.ConsoleConnectionsSwitchedOff), err)
}

func (h *page) remove(q *console.Request) (console.Answer, error) {
	err := h.does(q, i18n.ConsoleConnectionsDidRemove, h.hooks.Remove)
	if errors.Is(err, hooks.ErrNone) {
		return q.Gone(), nil
	}
	return q.Go("/console/connections", q.Say(i18n.ConsoleConnectionsRemoved)), err
}

// rotate makes a new secret and shows it at once.
func (h *page) rotate(q *console.Request) (console.Answer, error) {
	var secret hooks.Secret
	err := h.does(q, i18n.ConsoleConnectionsDidRotate, func(tx store.Tx, id hooks.ID) (err error) {
		secret, err = h.hooks.Rotate(tx, id, q.Now)
		return err
	})
	if err != nil {
		return h.went(q, "", err)
	}
	return h.showOne(q, idOf(q), secret)
}

// test sends a test and says what came of it.
func (h *page) test(q *console.Request) (console.Answer, error) {
	d, err := h.hooks.Ping(q.R.Context(), idOf(q))
	said := q.Say(i18n.ConsoleConnectionsTestOk, "Status", i18n.Number(int64(d.Status)))
	if d.Outcome != hooks.Delivered {
		said = q.Say(i18n.ConsoleConnectionsTestFailed, "Why", why(q, d.Why, d.Status))
	}
	return h.went(q, said, err)
}
