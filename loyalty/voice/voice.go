// Package voice keeps what members say about the shop in public, which an employee
// sees before points are given for it, and the points that members give to a charity.
//
// A member sends a link or words ([Desk.Send]); it waits for a manager, who gives
// what the programme says or less ([Desk.Approve]), or refuses with a reason
// ([Desk.Refuse]). How many bring points within a month, say, is decided when they
// are given, over all who are one person. What was given stands in the ledger under
// "voice/<kind>/<ref>".
//
// What still waits of a member who leaves is refused without a word ([Desk.Left]).
//
// Points for a charity ([Desk.Donate]) are spent at once; the shop pays each month's
// sum ([Desk.Months]) at the rates of the gifts' own days. A gift that an employee
// undoes after its month is taken off the month in which it was undone.
//
// # Rows
//
//	voice/<ref>                               what a member sent; 800 days
//	voiceopen/<ref>                           those that wait; until decided
//	voiceof/<member>/<ref>                    a member's; as the voice
//	charitygift/<charity>/<yyyy-mm>/<entry>   one gift; for ever: the shop's books stand on it
//	charitysum/<charity>/<yyyy-mm>            what a month's gifts come to; for ever
//
// Rows of a voice are guarded by "voice/<ref>", a member's by "member/<id>", a
// charity's by "charity/<id>". What members send, and the reasons of refusals, are
// sealed by callers with the member's key: erasing a member leaves points without
// words.
package voice

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Desk is one shop's. It is a value without state and may be used by many at once.
type Desk struct {
	Book *book.Book
	// Key draws references: 32 secret bytes.
	Key []byte
	// Programme is the version of the rules in force at a moment.
	Programme func(at time.Time) *loyalty.Programme
	// Facts is what is known of a member besides; nil: nothing of anybody. Who left and
	// joined again has no second share of a span in which they were a member before.
	Facts func(store.Reader, loyalty.MemberID) (loyalty.Facts, error)
	// Score is told, in its transaction, of each voice that is given points for, and
	// Unscore when those are taken back; at is when they were given. nil tells nobody.
	Score   func(tx store.Tx, m loyalty.MemberID, ref loyalty.Ref, at time.Time) error
	Unscore func(tx store.Tx, m loyalty.MemberID, ref loyalty.Ref, at time.Time) error
}

// State is how far a voice is.
type State string

// The states.
const (
	Waits   State = "waits"
	Given   State = "given"
	Refused State = "refused"
)

// Voice is one thing that a member said.
type Voice struct {
	Ref    loyalty.Ref       `json:"ref"`
	Member loyalty.MemberID  `json:"member"`
	Kind   loyalty.VoiceKind `json:"kind"`
	At     time.Time         `json:"at"`
	Sealed []byte            `json:"s,omitempty"` // the link or words
	State  State             `json:"state"`
	// Since it was decided: by whom, when, why not, or for how much.
	By      loyalty.Actor  `json:"by,omitempty"`
	Decided time.Time      `json:"decided,omitzero"`
	Reason  []byte         `json:"reason,omitempty"`
	Points  loyalty.Points `json:"points,omitempty"`
	Entry   loyalty.Ref    `json:"entry,omitempty"`
}

// Refusals without arguments; see [loyalty.Refused].
var (
	ErrKind    = refusal("nothing is given for this kind")
	ErrMany    = refusal("too many of the member wait already")
	ErrUnknown = refusal("there is no such voice")
	ErrDecided = refusal("it was decided already")
	ErrCharity = refusal("there is no such charity")
)

// refusal is a refusal without arguments.
type refusal string

func (r refusal) Error() string { return "voice: " + string(r) }

// Refusal marks it as an answer, see [loyalty.Refused].
func (refusal) Refusal() {}

// LimitError refuses more than the programme gives for within a span.
type LimitError struct {
	Most  int64
	Again time.Time // when the span is over; zero for ever
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("voice: points are given for %d", e.Most)
}

// Refusal marks the type for [loyalty.Refused].
func (*LimitError) Refusal() {}

// LeastError refuses a gift below a charity's minimum.
type LeastError struct{ Least loyalty.Points }

func (e *LeastError) Error() string { return fmt.Sprintf("voice: at least %d", e.Least) }

// Refusal marks the type for [loyalty.Refused].
func (*LeastError) Refusal() {}

// mostWaiting is how many of one member may wait, so that nobody floods the shop.
const mostWaiting = 3

var (
	voices  = store.NewTable[Voice]("voice/", store.Readable, store.FirstPart("voice"))
	opens   = store.NewTable[time.Time]("voiceopen/", store.Readable, store.FirstPart("voice"))
	ofs     = store.NewTable[time.Time]("voiceof/", store.Readable, store.FirstPart("member"))
	donated = store.NewTable[Gift]("charitygift/", store.Readable, store.FirstPart("charity"))
	sums    = store.NewTable[Sum]("charitysum/", store.Readable, store.FirstPart("charity"))
)

// Send keeps what a member said until somebody decides. Refusals: ErrKind, ErrMany,
// *LimitError.
func (d *Desk) Send(tx store.Tx, m loyalty.MemberID, act book.Act, kind loyalty.VoiceKind, sealed []byte) (Voice, error) {
	m, err := d.Book.Holder(tx, m)
	if err != nil {
		return Voice{}, err
	}
	if err := d.May(tx, m, kind, act.Now); err != nil {
		return Voice{}, err
	}
	v := Voice{Member: m, Kind: kind, At: act.Now.UTC(), Sealed: sealed, State: Waits}
	for n := 0; ; n++ {
		v.Ref = loyalty.NewRef(d.mac(string(act.Op), strconv.Itoa(n)), 5+n/20)
		if err := lock(tx, v.Ref); err != nil {
			return v, err
		}
		_, taken, err := voices.Get(tx, string(v.Ref))
		if err != nil {
			return v, err
		}
		if !taken {
			break
		}
	}
	return v, cmp.Or(voices.Put(tx, v, string(v.Ref)), opens.Put(tx, v.At, string(v.Ref)), ofs.Put(tx, v.At, string(m), string(v.Ref)))
}

// May decides whether a member may send one more. It reads only. Refusals: as Send.
func (d *Desk) May(r store.Reader, m loyalty.MemberID, kind loyalty.VoiceKind, now time.Time) error {
	rule, ok := d.Programme(now).VoiceOf(kind)
	if !ok {
		return ErrKind
	}
	list, err := d.Mine(r, m)
	if err != nil {
		return err
	}
	waiting := 0
	for _, v := range list {
		if v.State == Waits {
			waiting++
		}
	}
	if waiting >= mostWaiting {
		return ErrMany
	}
	return d.within(r, m, list, rule, now, "")
}

// within holds what a member was given for against the rule's bound; but is left
// out.
func (d *Desk) within(r store.Reader, m loyalty.MemberID, list []Voice, rule loyalty.Voice, now time.Time, but loyalty.Ref) error {
	if rule.PerPerson <= 0 {
		return nil
	}
	p := d.Programme(now)
	from, until := span(p, rule.Per, now)
	if d.Facts != nil {
		if f, err := d.Facts(r, m); err != nil {
			return err
		} else if !f.Since(from) {
			return &LimitError{rule.PerPerson, until}
		}
	}
	had := int64(0)
	for _, v := range list {
		if v.Kind == rule.Kind && v.State == Given && v.Ref != but && !v.Decided.Before(from) {
			had++
		}
	}
	if had >= rule.PerPerson {
		return &LimitError{rule.PerPerson, until}
	}
	return nil
}

// span is the calendar span of the shop in which now lies; zero times for ever.
func span(p *loyalty.Programme, per loyalty.Span, now time.Time) (from, until time.Time) {
	local := now.In(p.Location())
	y, m, day := local.Date()
	date := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, p.Location()) }
	switch per {
	case loyalty.SpanDay:
		return date(y, m, day), date(y, m, day+1)
	case loyalty.SpanWeek:
		monday := day - (int(local.Weekday())+6)%7
		return date(y, m, monday), date(y, m, monday+7)
	case loyalty.SpanMonth:
		return date(y, m, 1), date(y, m+1, 1)
	case loyalty.SpanYear:
		return date(y, 1, 1), date(y+1, 1, 1)
	}
	return from, until
}

// Get is a voice by its reference. An Update locks it.
func (d *Desk) Get(r store.Reader, ref loyalty.Ref) (Voice, error) {
	if tx, ok := r.(store.Tx); ok {
		if err := lock(tx, ref); err != nil {
			return Voice{}, err
		}
	}
	v, ok, err := voices.Get(r, string(ref))
	if err == nil && !ok {
		err = ErrUnknown
	}
	return v, err
}

// Approve gives a member points for what they said: n, or what the programme says
// for 0. Refusals: ErrUnknown, ErrDecided, ErrKind, *LimitError, loyalty.ErrSelf,
// and [book.Book.Grant]'s.
func (d *Desk) Approve(tx store.Tx, ref loyalty.Ref, act book.Act, n loyalty.Points) (Voice, book.Receipt, error) {
	v, rule, err := d.toDecide(tx, ref, act)
	if err != nil {
		return v, book.Receipt{}, err
	}
	list, err := d.Mine(tx, v.Member)
	if err != nil {
		return v, book.Receipt{}, err
	}
	if err := d.within(tx, v.Member, list, rule, act.Now, ref); err != nil {
		return v, book.Receipt{}, err
	}
	if n <= 0 || n > rule.Points {
		n = rule.Points
	}
	give := act
	give.Op, give.Actor, give.Role, give.Self = loyalty.OpID("voice/"+string(ref)), loyalty.ByJob("voice"), "", ""
	rec, err := d.Book.Grant(tx, v.Member, give, "voice/"+string(v.Kind)+"/"+string(ref), n, nil)
	if err != nil {
		return v, rec, err
	}
	v.State, v.By, v.Decided, v.Points, v.Entry = Given, act.Actor, act.Now.UTC(), n, rec.Entry().Ref
	if d.Score != nil {
		if err := d.Score(tx, v.Member, ref, v.Decided); err != nil {
			return v, rec, err
		}
	}
	return v, rec, d.decided(tx, v)
}

// Undone takes back what was counted for a voice, or for a charity, whose entry an
// employee undid.
func (d *Desk) Undone(tx store.Tx, e loyalty.Entry, now time.Time) error {
	if part := strings.Split(e.Gift, "/"); len(part) == 3 && part[0] == "voice" && d.Unscore != nil {
		return d.Unscore(tx, e.Member, loyalty.Ref(part[2]), e.EffectiveAt)
	}
	return d.undone(tx, e, now)
}

// Left refuses, without a word, what waits of a member who leaves.
func (d *Desk) Left(tx store.Tx, m loyalty.MemberID, act book.Act) error {
	list, err := d.Mine(tx, m)
	if err != nil {
		return err
	}
	for _, v := range list {
		if v.State != Waits {
			continue
		}
		if v, err = d.Get(tx, v.Ref); err != nil {
			return err
		}
		if v.State != Waits { // decided meanwhile
			continue
		}
		v.State, v.By, v.Decided = Refused, loyalty.ByJob("voice"), act.Now.UTC()
		if err := d.decided(tx, v); err != nil {
			return err
		}
	}
	return nil
}

// Refuse gives nothing, and says why in words that the caller sealed. Refusals:
// ErrUnknown, ErrDecided, loyalty.ErrSelf.
func (d *Desk) Refuse(tx store.Tx, ref loyalty.Ref, act book.Act, reason []byte) (Voice, error) {
	v, _, err := d.toDecide(tx, ref, act)
	if err != nil && err != ErrKind {
		return v, err
	}
	v.State, v.By, v.Decided, v.Reason = Refused, act.Actor, act.Now.UTC(), reason
	return v, d.decided(tx, v)
}

// toDecide is a voice that waits, with the rule of its kind.
func (d *Desk) toDecide(tx store.Tx, ref loyalty.Ref, act book.Act) (v Voice, rule loyalty.Voice, err error) {
	if v, err = d.Get(tx, ref); err != nil {
		return v, rule, err
	}
	if v.State != Waits {
		return v, rule, ErrDecided
	}
	family, err := d.Book.Family(tx, v.Member)
	if err != nil {
		return v, rule, err
	}
	if act.Self != "" && slices.Contains(family, act.Self) {
		return v, rule, loyalty.ErrSelf
	}
	rule, ok := d.Programme(act.Now).VoiceOf(v.Kind)
	if !ok {
		return v, rule, ErrKind
	}
	return v, rule, nil
}

func (d *Desk) decided(tx store.Tx, v Voice) error {
	return cmp.Or(opens.Delete(tx, string(v.Ref)), voices.Put(tx, v, string(v.Ref)))
}

// Waiting are up to n that wait, the longest first.
func (d *Desk) Waiting(r store.Reader, n int) (list []Voice, err error) {
	for ref := range opens.Scan(r, opens.All(), &err) {
		v, ok, e := voices.Get(r, ref)
		if e != nil {
			return nil, e
		}
		if ok {
			list = append(list, v)
		}
	}
	slices.SortFunc(list, func(a, b Voice) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(string(a.Ref), string(b.Ref))) })
	return list[:min(len(list), n)], err
}

// All are the voices that were sent from a moment on, the newest first. It is for a
// View.
func (d *Desk) All(r store.Reader, from time.Time) (list []Voice, err error) {
	for _, v := range voices.Scan(r, voices.All(), &err) {
		if !v.At.Before(from) {
			list = append(list, v)
		}
	}
	slices.SortFunc(list, func(a, b Voice) int { return cmp.Or(b.At.Compare(a.At), strings.Compare(string(a.Ref), string(b.Ref))) })
	return list, err
}

// Mine are a member's, whoever they were merged with. An Update locks them.
func (d *Desk) Mine(r store.Reader, m loyalty.MemberID) (list []Voice, err error) {
	family, err := d.Book.Family(r, m)
	for _, one := range family {
		for key := range ofs.Scan(r, ofs.Under(string(one)), &err) {
			_, ref, _ := strings.Cut(key, "/")
			v, ok, e := voices.Get(r, ref)
			if e != nil {
				return nil, e
			}
			if ok {
				list = append(list, v)
			}
		}
	}
	return list, err
}

func lock(tx store.Tx, ref loyalty.Ref) error { return tx.Lock(store.Subject("voice/" + string(ref))) }

func (d *Desk) mac(parts ...string) []byte {
	h := hmac.New(sha256.New, d.Key)
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return h.Sum(nil)
}

// keep is how many days a voice is kept.
const keep = 800

// Sweep deletes what was kept long enough. It returns how many rows went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (gone int, err error) {
	old := now.AddDate(0, 0, -keep)
	gone, err = store.Sweep(ctx, db, voices.All(), 200, func(row store.Row) bool {
		var v Voice
		return store.Decode(row.Key, row.Value, &v) == nil && v.State != Waits && v.At.Before(old)
	})
	if err != nil {
		return gone, err
	}
	n, err := store.Sweep(ctx, db, ofs.All(), 200, func(row store.Row) bool {
		var at time.Time
		return store.Decode(row.Key, row.Value, &at) == nil && at.Before(old)
	})
	return gone + n, err
}
