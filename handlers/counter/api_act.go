package counter

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// common is what every act says.
type common struct {
	Session string    `json:"session"`
	ID      string    `json:"id"`
	At      time.Time `json:"at"`   // when it happened; absent: now
	Late    bool      `json:"late"` // entered by hand after the fact
}

// How far back an act may have happened: as the page queued it, and as an
// employee enters it by hand.
const (
	queuedFor = 24 * time.Hour
	lateFor   = 7 * 24 * time.Hour
)

// doing is an act while it is done.
type doing struct {
	*till.Call
	till   till.Till
	device people.Device
	member loyalty.MemberID // whom it concerns: their key seals the answer
	api    *Counter
}

var idForm = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

// act is the way of everything that has an effect. The answer is stored under
// the act's id in the transaction that did it, a refusal too (law 2): the same id
// again gives it again, and with other contents it is refused.
func act[B any](c *Counter, verb string, run func(*doing, B) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := c.begin(w, r)
		var raw json.RawMessage
		var a attempt
		var body B
		if err := readBody(w, r, &raw); err != nil {
			c.answer(q, nil, err)
			return
		}
		if json.Unmarshal(raw, &a.common) != nil || json.Unmarshal(raw, &body) != nil || !idForm.MatchString(a.ID) {
			c.answer(q, nil, errForm)
			return
		}
		a.content, _ = json.Marshal(body) // what was just read can be written
		a.verb, a.run = verb, func(d *doing) (any, error) { return run(d, body) }
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		if err := c.DB.View(ctx, func(r store.Reader) error { return c.registered(r, q) }); err != nil {
			c.answer(q, nil, err)
			return
		}
		c.attempt(ctx, q, &a)
	}
}

// attempt is one request to do an act.
type attempt struct {
	common
	verb    string
	content []byte
	run     func(*doing) (any, error)

	member loyalty.MemberID
}

// attempt does an act, or tells what came of it before.
func (c *Counter) attempt(ctx context.Context, q *request, a *attempt) {
	res, err := c.do(ctx, q, a)
	if f := c.failure(q.printer, err); err != nil && f != nil && f.final() {
		res, err = c.refuse(ctx, q, a, err, f)
	}
	if err != nil {
		c.answer(q, nil, err)
		return
	}
	c.send(q, res.Status, res.Raw)
}

// final says whether a failure is an answer to the act itself: it stays. Others
// are about who asks, or about our own trouble.
func (f *failure) final() bool {
	return f.Status == http.StatusUnprocessableEntity || f.Status == http.StatusTooManyRequests || f.Status == http.StatusNotFound
}

// do does the act in one transaction with its answer.
func (c *Counter) do(ctx context.Context, q *request, a *attempt) (res shop.Answer, err error) {
	var told []bot.Intent
	err = c.DB.Update(ctx, func(tx store.Tx) error {
		res, told = shop.Answer{}, nil
		d, desk, before, err := c.known(tx, q, a)
		if err != nil || before != nil {
			res = orNone(before)
			return err
		}
		s, err := c.employed(tx, d, desk.Staff)
		if err != nil {
			return err
		}
		at, err := a.when(desk, q.now)
		if err != nil {
			return err
		}
		letters := c.Shop.Letters(tx, q.now, "counter."+string(d.ID)+"."+a.ID)
		work := &doing{till: c.till(), device: d, api: c, Call: &till.Call{
			Tx: tx, Now: q.now, At: at, Me: s, Store: d.Store, Printer: q.printer, Tell: letters.Tell,
			Op: func(part string) loyalty.OpID {
				return loyalty.OpID("counter/" + string(d.ID) + "/" + a.ID + "/" + part)
			},
		}}
		answer, err := a.run(work)
		a.member = work.member
		if err != nil {
			return err
		}
		if told, err = letters.Put(c.Outbox); err != nil {
			return err
		}
		res.Status = http.StatusOK
		if res.Raw, err = json.Marshal(answer); err != nil {
			return err
		}
		return c.keep(tx, q, a, d, desk, res)
	})
	if err == nil && len(told) > 0 {
		c.Outbox.Nudge(told...)
	}
	return res, err
}

func orNone(r *shop.Answer) shop.Answer {
	if r == nil {
		return shop.Answer{}
	}
	return *r
}

// refuse stores that an act was refused, as it counts as a try if it does.
func (c *Counter) refuse(ctx context.Context, q *request, a *attempt, why error, f *failure) (res shop.Answer, err error) {
	err = c.DB.Update(ctx, func(tx store.Tx) error {
		d, desk, before, err := c.known(tx, q, a)
		if err != nil || before != nil {
			res = orNone(before)
			return err
		}
		if _, err := a.when(desk, q.now); err != nil && !errors.Is(err, errLate) {
			return err
		}
		if err := c.till().Count(tx, why, q.now); err != nil {
			return err
		}
		res.Status = f.Status
		if res.Raw, err = json.Marshal(f); err != nil {
			return err
		}
		return c.keep(tx, q, a, d, desk, res)
	})
	if err == nil {
		c.Shop.Log.Info("refused at the counter", "device", c.deviceOf(ctx, q), "act", a.verb, "why", f.Code)
	}
	return res, err
}

// deviceOf is the device's id for the log.
func (c *Counter) deviceOf(ctx context.Context, q *request) (id people.DeviceID) {
	c.DB.View(ctx, func(r store.Reader) error {
		d, err := c.device(r, q)
		id = d.ID
		return err
	})
	return id
}

// known finds device and session, and what came of the act before.
func (c *Counter) known(tx store.Tx, q *request, a *attempt) (d people.Device, desk people.Desk, before *shop.Answer, err error) {
	if d, err = c.device(tx, q); err != nil {
		return d, desk, nil, err
	}
	desk, ok, err := c.Shop.Vault.DeskOf(tx, d.ID, a.Session)
	if err != nil {
		return d, desk, nil, err
	}
	if !ok {
		return d, desk, nil, errSession
	}
	before, err = c.before(tx, a, d, desk.Staff)
	return d, desk, before, err
}

// errLate refuses what happened too long ago.
var errLate = &failure{Status: http.StatusUnprocessableEntity, Code: "counter.late", key: i18n.CounterLate}

// when is when an act happened. In a session that goes on it is believed, as the
// page queues what it cannot send; after the lock only of what was said to be
// waiting then, and only before the lock.
func (a *attempt) when(desk people.Desk, now time.Time) (time.Time, error) {
	at := a.At
	if at.IsZero() || at.After(now) {
		at = now
	}
	switch {
	case !desk.Ended.IsZero() && (desk.Waiting <= 0 || at.After(desk.Ended)):
		return at, errSession
	case at.After(desk.End()), now.After(desk.End().Add(queuedFor)):
		return at, errSession
	}
	back := queuedFor
	if a.Late {
		back = lateFor
	}
	if now.Sub(at) > back {
		return at, errLate
	}
	return at, nil
}
