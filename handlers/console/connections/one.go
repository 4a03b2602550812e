package connections

import (
	"errors"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/hooks"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/store"
)

// oneData is the page of an endpoint.
type oneData struct {
	hooks.Endpoint
	Store   loyalty.Store
	Secret  hooks.Secret // a fresh one, shown this once
	Why     string       // of one that fails or switched itself off
	Failing hooks.Health
	Since   string
	Places  []console.Option
	Choices group
	Waiting []line
	More    bool
	Past    []line
	Pager   console.Pager
	From    string // of the form for a time, as browsers write it
	Until   string
	hints
}

// line is a delivery in the list.
type line struct {
	hooks.Delivery
	What, Why string
	Member    loyalty.MemberID
}

// pastShown is how many deliveries stand on a page.
const pastShown = 50

// whyWords are why something did not arrive.
var whyWords = map[hooks.Reason]i18n.Key{
	hooks.WhyRedirect: i18n.ConsoleConnectionsWhyRedirect, hooks.WhyTimeout: i18n.ConsoleConnectionsWhyTimeout,
	hooks.WhyName: i18n.ConsoleConnectionsWhyName, hooks.WhyTLS: i18n.ConsoleConnectionsWhyTls, hooks.WhyGuard: i18n.ConsoleConnectionsWhyGuard,
	hooks.WhyNetwork: i18n.ConsoleConnectionsWhyNetwork, hooks.WhyGone: i18n.ConsoleConnectionsWhyGone,
	hooks.WhyLate: i18n.ConsoleConnectionsWhyLate, hooks.WhyErased: i18n.ConsoleConnectionsWhyErased,
	hooks.WhyRestored: i18n.ConsoleConnectionsWhyRestored,
}

// why puts a reason into words; "" for none.
func why(q *console.Request, r hooks.Reason, status int) string {
	if key, ok := whyWords[r]; ok {
		return q.Say(key)
	}
	if r == hooks.WhyStatus && status > 0 {
		return q.Say(i18n.ConsoleConnectionsWhyStatus, "Status", i18n.Number(int64(status)))
	}
	return ""
}

func (h *page) one(q *console.Request) (console.Answer, error) { return h.showOne(q, idOf(q), "") }

// showOne is an endpoint's page, with a secret that was just made.
func (h *page) showOne(q *console.Request, id hooks.ID, secret hooks.Secret) (console.Answer, error) {
	d := oneData{Secret: secret, Places: h.places(q), hints: usual}
	err := q.View(func(r store.Reader) (err error) {
		if d.Endpoint, err = hooks.Get(r, id); err != nil {
			return err
		}
		if d.Failing, err = hooks.HealthOf(r, id); err != nil {
			return err
		}
		return h.deliveries(q, r, &d)
	})
	if errors.Is(err, hooks.ErrNone) {
		return q.Gone(), nil
	}
	if len(d.Stores) > 0 {
		d.Store = d.Stores[0]
	}
	d.Choices = boxes(q, "settings", "events", hooks.Types(), d.Events, eventWords)
	if d.Failing.Fails > 0 {
		d.Since, d.Why = h.stamp(q, d.Failing.Since), why(q, d.Failing.Why, d.Failing.Status)
	}
	if d.From = q.Typed("from"); d.From == "" {
		d.From = h.Shop.Local(q.Now.Add(-24 * time.Hour)).Format(browserTime)
	}
	if d.Until = q.Typed("until"); d.Until == "" {
		d.Until = h.Shop.Local(q.Now).Format(browserTime)
	}
	return q.Page("connections_one.html", d.Label(), d), err
}

func (h *page) deliveries(q *console.Request, r store.Reader, d *oneData) error {
	waits, more, err := hooks.Waiting(r, d.ID, waitsShown)
	if err != nil {
		return err
	}
	past, next, err := hooks.Past(r, d.ID, q.R.URL.Query().Get("after"), pastShown)
	if err != nil {
		return err
	}
	d.Waiting, d.More, d.Past = lines(q, waits), more, lines(q, past)
	if next != "" {
		d.Pager.Next = q.With("after", next)
	}
	if q.R.URL.Query().Get("after") != "" {
		d.Pager.First = q.With("after", "")
	}
	return nil
}

func lines(q *console.Request, list []hooks.Delivery) (all []line) {
	for _, v := range list {
		all = append(all, line{Delivery: v, What: q.Say(eventWords[v.Type]), Why: why(q, v.Why, v.Status), Member: v.Data.Member})
	}
	return all
}

// browserTime is how a browser writes a moment that was typed.
const browserTime = "2006-01-02T15:04"

// again sends one event once more.
func (h *page) again(q *console.Request) (console.Answer, error) {
	err := h.does(q, i18n.ConsoleConnectionsDidReplay, func(tx store.Tx, id hooks.ID) error {
		return h.hooks.Replay(tx, id, q.Typed("event"), q.Now)
	})
	return h.went(q, q.Say(i18n.ConsoleConnectionsReplayed), err)
}

// replayRange sends all that ended in a time once more.
func (h *page) replayRange(q *console.Request) (console.Answer, error) {
	zone := h.Shop.Local(q.Now).Location()
	from, err1 := time.ParseInLocation(browserTime, q.Typed("from"), zone)
	until, err2 := time.ParseInLocation(browserTime, q.Typed("until"), zone)
	if err1 != nil || err2 != nil || !from.Before(until) {
		q.Wrong("from", q.Say(i18n.ConsoleConnectionsWrongRange))
		return q.Again(h.one(q))
	}
	err := h.does(q, i18n.ConsoleConnectionsDidReplay, func(tx store.Tx, id hooks.ID) error {
		_, err := hooks.Get(tx, id)
		return err
	})
	if err != nil {
		return h.went(q, "", err)
	}
	n, err := h.hooks.ReplayRange(q.R.Context(), idOf(q), from, until.Add(time.Minute), q.Typed("failed") != "")
	return h.went(q, q.Say(i18n.ConsoleConnectionsRangeDone, "Number", i18n.Number(int64(n))), err)
}
