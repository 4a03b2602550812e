package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// opHeader carries the caller's own key of a request that has an effect.
const opHeader = "Idempotency-Key"

// opForm is what such a key looks like, without the quotes that the IETF's draft
// puts around it.
var opForm = regexp.MustCompile(`^[\x21\x23-\x7e]{8,200}$`)

// place is when and where something happened, which every body may say.
type place struct {
	OccurredAt moment        `json:"occurred_at,omitzero"`
	Store      loyalty.Store `json:"store,omitempty"`
}

// moment is a time in UTC: a queue that was written and read again may say it in
// another zone, and is the same request.
type moment struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (m *moment) UnmarshalJSON(raw []byte) error {
	err := json.Unmarshal(raw, &m.Time)
	m.Time = m.UTC()
	return err
}

func (p place) where() place { return p }

// body is what a caller sends.
type body interface{ where() place }

// How far back something may have happened, and how far ahead of ours a till's
// clock may be.
const (
	lateFor = 7 * 24 * time.Hour
	aheadBy = 10 * time.Minute
)

// deed is a request with an effect while it is done.
type deed struct {
	*till.Call
	s      *Server
	till   till.Till
	key    Key
	member loyalty.MemberID // whom it concerns: their key seals the answer
	spends bool             // it takes what the member has: the card must be shown now
}

// attempt is one request to do something.
type attempt struct {
	place
	verb   string
	id     string // a hash of the caller's Idempotency-Key
	digest string // of the request
	run    func(*deed) (any, error)

	member loyalty.MemberID
}

// act is the way of everything that has an effect. The answer is stored under
// the caller's Idempotency-Key in the transaction that did it, a refusal too
// (law 2): the same key again gives it again, and with another request it is
// refused (case 8).
func act[B body](s *Server, scope Scope, verb string, run func(*deed, B) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := s.begin(w, r)
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		if err := s.enter(ctx, q, scope); err != nil {
			s.answer(q, nil, err)
			return
		}
		op := strings.Trim(r.Header.Get(opHeader), `"`)
		if !opForm.MatchString(op) {
			s.answer(q, nil, errNoOp)
			return
		}
		var b B
		if err := readBody(w, r, &b); err != nil {
			s.answer(q, nil, err)
			return
		}
		content, err := json.Marshal(b) // as it was understood: spaces do not count
		if err != nil {
			s.answer(q, nil, err)
			return
		}
		s.attempt(ctx, q, &attempt{
			place: b.where(), verb: verb, id: s.mac("op", string(q.key.ID), op),
			digest: s.mac("request", verb, string(content)), run: func(d *deed) (any, error) { return run(d, b) },
		})
	}
}

// attempt does something, or tells what came of it before.
func (s *Server) attempt(ctx context.Context, q *request, a *attempt) {
	res, before, err := s.do(ctx, q, a)
	if p := s.problem(q, err); err != nil && p != nil && p.final() {
		res, before, err = s.refuse(ctx, q, a, err, p)
	}
	var conflict *loyalty.ConflictError
	if errors.As(err, &conflict) {
		s.clashed(ctx, q, a)
	}
	if err != nil {
		s.answer(q, nil, err)
		return
	}
	if before {
		q.w.Header().Set("Idempotent-Replayed", "true")
	}
	s.send(q, res.Status, res.Raw)
}

// do does it in one transaction with its answer; before says that it was done by
// an earlier request.
func (s *Server) do(ctx context.Context, q *request, a *attempt) (res shop.Answer, before bool, err error) {
	var said []bot.Intent
	err = s.DB.Update(ctx, func(tx store.Tx) error {
		res, before, said = shop.Answer{}, false, nil
		known, ok, err := s.known(tx, q, a)
		if err != nil || ok {
			res, before = known, ok
			return err
		}
		letters := s.Shop.Letters(tx, q.now, "api."+string(q.key.ID)+"."+a.id)
		d, err := s.deed(tx, q, a)
		if err != nil {
			return err
		}
		d.Tell = letters.Tell
		answer, err := a.run(d)
		a.member = d.member
		if err != nil {
			return err
		}
		if said, err = letters.Put(s.Outbox); err != nil {
			return err
		}
		res.Status = http.StatusOK
		if res.Raw, err = json.Marshal(answer); err != nil {
			return err
		}
		return answers.Keep(s.Shop, tx, a.asked(q), a.member, res, q.now)
	})
	if err == nil && len(said) > 0 {
		s.Outbox.Nudge(said...)
	}
	return res, before, err
}

// deed is who acts, when and where, as the till wants to know it.
func (s *Server) deed(tx store.Tx, q *request, a *attempt) (*deed, error) {
	at, err := a.when(q.now)
	if err != nil {
		return nil, err
	}
	where, err := s.store(q, a.Store)
	if err != nil {
		return nil, err
	}
	return &deed{s: s, till: s.till(), key: q.key, Call: &till.Call{
		Tx: tx, Now: q.now, At: at, Store: where, Printer: q.printer,
		// What a key may take back is its scopes' to say, and its store's.
		Program: q.key.ID.Actor(), Me: people.Staff{Role: people.Manager, Store: q.key.Store},
		Op: func(part string) loyalty.OpID {
			return loyalty.OpID("api/" + string(q.key.ID) + "/" + a.id + "/" + part)
		},
	}}, nil
}

// when is when it happened. A till that was cut off tells it later.
func (a *attempt) when(now time.Time) (time.Time, error) {
	at := a.OccurredAt.Time
	switch {
	case at.IsZero():
		return now, nil
	case at.Sub(now) > aheadBy:
		return at, badField("occurred_at")
	case at.After(now):
		return now, nil
	case now.Sub(at) > lateFor:
		return at, errLate
	}
	return at, nil
}

// store is where something happens: the key's store, or the one that is named,
// or the only one there is.
func (s *Server) store(q *request, named loyalty.Store) (loyalty.Store, error) {
	all := s.Shop.Programme(q.now)
	switch {
	case q.key.Store != "" && named != "" && named != q.key.Store:
		return "", errOtherStore
	case q.key.Store != "":
		if _, ok := all.Store(q.key.Store); !ok {
			return "", errClosed
		}
		return q.key.Store, nil
	case named == "" && len(all.Stores) == 1:
		return all.Stores[0].ID, nil
	case named == "":
		return "", badField("store")
	}
	if _, ok := all.Store(named); !ok {
		return "", badField("store")
	}
	return named, nil
}

// refuse stores that it was refused, as what counts as a try does.
func (s *Server) refuse(ctx context.Context, q *request, a *attempt, why error, p *Problem) (res shop.Answer, before bool, err error) {
	err = s.DB.Update(ctx, func(tx store.Tx) error {
		known, ok, err := s.known(tx, q, a)
		if res, before = known, ok; err != nil || ok {
			return err
		}
		if err := s.till().Count(tx, why, q.now); err != nil {
			return err
		}
		a.member = "" // a refusal says nothing that is a member's own
		if res.Raw, err = json.Marshal(p); err != nil {
			return err
		}
		res.Status = p.Status
		return answers.Keep(s.Shop, tx, a.asked(q), a.member, res, q.now)
	})
	if err == nil && !before {
		s.Shop.Log.Info("refused over the API", "key", q.key, "act", a.verb, "why", p.Type, "ref", q.ref)
	}
	return res, before, err
}

// known is what came of the same request before. The key is asked for anew: one
// that was revoked a moment ago does nothing any more.
func (s *Server) known(tx store.Tx, q *request, a *attempt) (res shop.Answer, ok bool, err error) {
	key, err := s.keys().Get(tx, q.key.ID)
	if err != nil {
		return res, false, err
	}
	if !key.Good() {
		return res, false, errNoKey
	}
	return answers.Known(s.Shop, tx, a.asked(q))
}

// asked is the request as its answer is kept.
func (a *attempt) asked(q *request) shop.Asked {
	return shop.Asked{By: string(q.key.ID), ID: a.id, Digest: a.digest}
}

// clashed notes, for owners and for the log, that one Idempotency-Key stood for
// two requests: a program with a mistake, or somebody who tries something.
func (s *Server) clashed(ctx context.Context, q *request, a *attempt) {
	s.Shop.Log.Warn("an Idempotency-Key came again with another request, and was refused", "key", q.key, "act", a.verb, "ref", q.ref)
	if err := s.DB.Update(ctx, func(tx store.Tx) error { return clash(tx, q.key.ID, q.now) }); err != nil {
		s.Shop.Log.Error("that could not be noted for the owners", "key", q.key, "error", err)
	}
}

// fed bounds how often a key gives to one member in a day: at a till whose cashier
// scans their own card for customers who have none, each purchase is a real one.
// Refusal: *loyalty.StopError.
func (d *deed) fed(e loyalty.Entry) error {
	most := d.till.Programme(d.Now).Fraud.KeyCard
	if most == 0 {
		return nil
	}
	n, err := d.till.Book.SalesLike(d.Tx, &e, most+1)
	if err == nil && n > most {
		err = &loyalty.StopError{By: loyalty.StoppedAll, Limit: most}
	}
	return err
}

// within counts the points that the key gave against its caps. Refusal:
// *loyalty.LimitError.
func (d *deed) within(n loyalty.Points) error {
	if n <= 0 {
		return nil
	}
	if limit := d.key.ActCap; limit > 0 && n > limit {
		return &loyalty.LimitError{Span: loyalty.SpanAct, Limit: limit, Asked: n}
	}
	limit := d.key.DayCap
	if limit == 0 {
		return nil
	}
	key := []string{string(d.key.ID), d.till.Rules(d.Now).Day(d.Now)}
	if err := d.Tx.Lock(store.Subject("apiday/" + strings.Join(key, "/"))); err != nil {
		return err
	}
	row, _, err := days.Get(d.Tx, key...)
	if err != nil {
		return err
	}
	if n > limit-row.Points {
		return &loyalty.LimitError{Span: loyalty.SpanDay, Limit: limit, Used: row.Points, Asked: n}
	}
	row.Points, row.At = row.Points+n, d.Now.UTC()
	return days.Put(d.Tx, row, key...)
}
