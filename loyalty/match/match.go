// Package match gives members a tier for what they have elsewhere: a member says
// what that is, an employee looks at it and says yes or no, and the ledger has the
// tier until a date ([loyalty.Match]). Where the programme sets a challenge, what the
// member adds to the tiers' measure by then keeps the tier for longer; what comes
// back later does not take that away again.
//
// # Rows
//
//	match/<member>            the member's request, the newest; kept for ever, as a yes is given once
//	matchopen/<ref>/<member>  a request that waits; until it is decided
//
// Both are guarded by the subject "member/<id>", and go when a member leaves whose
// request waits. A request's words are sealed by the
// caller with the person's key, so that erasing the person ends them.
package match

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/club"
	"regulars/store"
)

// Desk is how one shop matches tiers. It is a value without state and may be used by
// many at once.
type Desk struct {
	Book *book.Book
	// Key is the key of references, at least 32 bytes.
	Key []byte
	// Programme is the version in force at a moment, the Book's own.
	Programme func(at time.Time) *loyalty.Programme
}

// State is where a request is.
type State string

// The states.
const (
	Waiting State = "waiting"
	Granted State = "granted"
	Refused State = "refused" // the member may ask again
)

// Request is what a member asked for.
type Request struct {
	Ref    loyalty.Ref      `json:"ref"` // public; it gives no right
	Member loyalty.MemberID `json:"member"`
	Level  string           `json:"level"`
	Sealed []byte           `json:"sealed,omitempty"` // what they have, in their words
	At     time.Time        `json:"at"`
	State  State            `json:"state"`

	By      loyalty.Actor `json:"by,omitempty"` // who decided
	Decided time.Time     `json:"decided,omitzero"`
	Entry   loyalty.Ref   `json:"entry,omitempty"` // of the ledger
	Seq     uint64        `json:"seq,omitempty"`   // its number: what comes after counts for the challenge
	Until   time.Time     `json:"until,omitzero"`  // exclusive
	Goal    int64         `json:"goal,omitempty"`  // of the tiers' measure, 0: none
	KeepTo  time.Time     `json:"keep,omitzero"`   // until when the tier is kept where it is met
	Kept    bool          `json:"kept,omitempty"`
}

var (
	requests = store.NewTable[Request]("match/", store.Locked, store.FirstPart("member"))
	waiting  = store.NewTable[struct{}]("matchopen/", store.Readable, func(rest []byte) store.Subject {
		_, who, _ := bytes.Cut(rest, []byte("/"))
		return store.Subject("member/" + string(who))
	})
)

// refusal is a refusal without arguments.
type refusal string

func (r refusal) Error() string { return "match: " + string(r) }

// Refusal marks it as an answer, see [loyalty.Refused].
func (refusal) Refusal() {}

// Refusals.
var (
	ErrOff     = refusal("the programme matches no such tier")
	ErrOnce    = refusal("a tier was matched for the member before")
	ErrWaiting = refusal("a request waits already")
	ErrUnknown = refusal("no request waits under this reference")
)

// rank is which of several requests of one person is theirs.
var rank = map[State]int{Refused: 0, Waiting: 1, Granted: 2}

// Of is the member's request; of several who became one, one that was granted, or else
// one that waits. In an Update it locks them.
func (d *Desk) Of(r store.Reader, m loyalty.MemberID) (q Request, ok bool, err error) {
	all, err := d.Book.Family(r, m)
	for _, one := range all {
		if err != nil {
			break
		}
		var x Request
		var is bool
		if x, is, err = requests.Get(r, string(one)); is && (!ok || rank[x.State] > rank[q.State]) {
			q, ok = x, true
		}
	}
	return q, ok, err
}

// Ask notes a request. sealed are the member's words. Refusals: ErrOff, ErrOnce,
// ErrWaiting, loyalty.ErrMatched.
func (d *Desk) Ask(tx store.Tx, m loyalty.MemberID, op loyalty.OpID, level string, sealed []byte, now time.Time) (Request, error) {
	p := d.Programme(now)
	if err := d.May(tx, m, level, now); err != nil {
		return Request{}, err
	}
	q := Request{Ref: d.ref(m, op), Member: m, Level: level, Sealed: sealed, At: now.UTC(), State: Waiting}
	if p.Match.Challenge > 0 {
		q.Goal = p.Match.Challenge
	}
	return q, errors.Join(requests.Put(tx, q, string(m)), waiting.Put(tx, struct{}{}, string(q.Ref), string(m)))
}

// May reports whether a member may ask for a level now. It reads only. Refusals: as
// Ask.
func (d *Desk) May(r store.Reader, m loyalty.MemberID, level string, now time.Time) error {
	p := d.Programme(now)
	known := false
	for _, l := range p.Match.Levels {
		known = known || l == level
	}
	if !p.Match.On() || !known {
		return ErrOff
	}
	q, ok, err := d.Of(r, m)
	switch {
	case err != nil:
		return err
	case ok && q.State == Granted:
		return ErrOnce
	case ok && q.State == Waiting:
		return ErrWaiting
	}
	at, _, err := d.Book.Progress(r, m, now)
	if err == nil && p.Tiers.Index(at.Standing.Level) >= p.Tiers.Index(level) {
		err = loyalty.ErrMatched
	}
	return err
}

// Open are at most n requests that wait. It is for a View, or an Update that only
// looks.
func (d *Desk) Open(r store.Reader, n int) (list []Request, err error) {
	var found []string
	for key := range waiting.Scan(r, waiting.All(), &err) {
		if found = append(found, key); len(found) >= n {
			break
		}
	}
	for _, key := range found {
		if err != nil {
			return nil, err
		}
		_, m, _ := strings.Cut(key, "/")
		if tx, is := r.(store.Tx); is {
			if err := tx.Lock(store.Subject("member/" + m)); err != nil {
				return nil, err
			}
		}
		q, ok, err := requests.Get(r, m)
		if err != nil {
			return nil, err
		}
		if ok && q.State == Waiting {
			list = append(list, q)
		}
	}
	return list, err
}

// Find is the request that waits under a reference. Refusal: ErrUnknown.
func (d *Desk) Find(r store.Reader, ref loyalty.Ref) (q Request, err error) {
	for key := range waiting.Scan(r, waiting.Under(string(ref)), &err) {
		_, m, _ := strings.Cut(key, "/")
		if tx, is := r.(store.Tx); is {
			if err := tx.Lock(store.Subject("member/" + m)); err != nil {
				return q, err
			}
		}
		x, ok, err := requests.Get(r, m)
		if err != nil || ok && x.State == Waiting && x.Ref == ref {
			return x, err
		}
	}
	if err == nil {
		err = ErrUnknown
	}
	return q, err
}

// Grant gives the tier that waits under ref. act is the employee's. Refusals:
// ErrUnknown, ErrOff, ErrOnce, loyalty.ErrSelf, loyalty.ErrMatched.
func (d *Desk) Grant(tx store.Tx, ref loyalty.Ref, act book.Act) (Request, book.Receipt, error) {
	q, err := d.Find(tx, ref)
	if err != nil {
		return q, book.Receipt{}, err
	}
	p := d.Programme(act.Now)
	if !p.Match.On() {
		return q, book.Receipt{}, ErrOff
	}
	if had, ok, err := d.Of(tx, q.Member); err != nil || ok && had.State == Granted {
		if err == nil {
			err = ErrOnce // two who asked each became one
		}
		return q, book.Receipt{}, err
	}
	until, keep := p.Match.Ends(p, act.Now)
	rec, err := d.Book.Match(tx, q.Member, act, q.Level, until)
	if err != nil {
		return q, rec, err
	}
	e := rec.Entry()
	q.State, q.By, q.Decided = Granted, act.Actor, act.Now.UTC()
	q.Entry, q.Seq, q.Until, q.Goal = e.Ref, e.Seq, until, p.Match.Challenge
	if q.Goal > 0 {
		q.KeepTo = keep
	}
	return q, rec, d.decided(tx, q)
}

// Refuse says no to the request that waits under ref. Refusal: ErrUnknown.
func (d *Desk) Refuse(tx store.Tx, ref loyalty.Ref, by loyalty.Actor, now time.Time) (Request, error) {
	q, err := d.Find(tx, ref)
	if err != nil {
		return q, err
	}
	q.State, q.By, q.Decided = Refused, by, now.UTC()
	return q, d.decided(tx, q)
}

func (d *Desk) decided(tx store.Tx, q Request) error {
	q.Sealed = nil // what it was is nobody's business any more
	return errors.Join(requests.Put(tx, q, string(q.Member)), waiting.Delete(tx, string(q.Ref), string(q.Member)))
}

// Value is how much of the challenge a member has done. In an Update it locks them.
func (d *Desk) Value(r store.Reader, q Request, now time.Time) (n int64, err error) {
	tiers := &d.Programme(now).Tiers
	holder, err := d.Book.Holder(r, q.Member)
	if err != nil {
		return 0, err
	}
	after := q.Seq
	if holder != q.Member { // their numbers are of another chain: what was since counts
		after = 0
	}
	for {
		list, err := d.Book.Since(r, holder, after, 500)
		if err != nil || len(list) == 0 {
			return n, err
		}
		for i := range list {
			if e := &list[i]; !e.RecordedAt.Before(q.Decided) && e.EffectiveAt.Before(q.Until) {
				n += tiers.Qualifies(e)
			}
		}
		after = list[len(list)-1].Seq
	}
}

// Heard keeps the tier of a member whose purchase met their challenge, and ends what
// waits of one who leaves. It is for [club.Club.After].
func (d *Desk) Heard(tx store.Tx, x club.Deed) error {
	if x.Kind == club.Left {
		return d.left(tx, x.Member)
	}
	if x.Kind != club.Bought || !d.Programme(x.Act.Now).Match.On() {
		return nil
	}
	q, ok, err := d.Of(tx, x.Member)
	if err != nil || !ok || q.State != Granted || q.Kept || q.Goal <= 0 || !x.Act.Now.Before(q.Until) {
		return err
	}
	n, err := d.Value(tx, q, x.Act.Now)
	if err != nil || n < q.Goal {
		return err
	}
	act := book.Act{Op: loyalty.OpID("match/keep/" + string(q.Ref)), Actor: loyalty.ByJob("match"), Now: x.Act.Now}
	_, err = d.Book.Match(tx, q.Member, act, q.Level, q.KeepTo)
	switch {
	case loyalty.Refused(err): // what they reached stands for as long by itself
		return nil
	case err != nil:
		return err
	}
	q.Kept = true
	return requests.Put(tx, q, string(q.Member))
}

// left ends the requests that wait of somebody who leaves: nobody could read their
// words any more. A tier that was given stays known, as it is given once.
func (d *Desk) left(tx store.Tx, m loyalty.MemberID) error {
	family, err := d.Book.Family(tx, m)
	if err != nil {
		return err
	}
	for _, one := range family {
		q, ok, err := requests.Get(tx, string(one))
		if err == nil && ok && q.State == Waiting {
			err = errors.Join(requests.Delete(tx, string(one)), waiting.Delete(tx, string(q.Ref), string(one)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ref is a reference that nobody guesses and that tells nothing.
func (d *Desk) ref(m loyalty.MemberID, op loyalty.OpID) loyalty.Ref {
	mac := hmac.New(sha256.New, d.Key)
	mac.Write([]byte("match\x00" + string(m) + "\x00" + string(op)))
	return loyalty.NewRef(mac.Sum(nil), 7)
}
