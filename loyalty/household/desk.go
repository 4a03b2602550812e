package household

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Desk is how one shop keeps its households. It is a value without state and may be
// used by many at once.
type Desk struct {
	Book *book.Book
	// Key is the key of codes and ids, at least 32 bytes.
	Key []byte
	// Programme is the version in force at a moment, the Book's own.
	Programme func(at time.Time) *loyalty.Programme
}

// CodeLife is how long an invitation is good.
const CodeLife = 10 * time.Minute

// refusal is a refusal without arguments.
type refusal string

func (r refusal) Error() string { return "household: " + string(r) }

// Refusal marks it as an answer, see [loyalty.Refused].
func (refusal) Refusal() {}

// Refusals.
var (
	ErrOff   = refusal("the programme has no households")
	ErrCode  = refusal("the code is not good") // unknown, used, too old, or of a household that it cannot lead to
	ErrIn    = refusal("the member is in a household already")
	ErrNone  = refusal("the member is in no household")
	ErrFull  = refusal("the household has no place left")
	ErrOwner = refusal("only who made the household may do that")
	ErrOften = refusal("the member joined households too often within a year")
)

var errKey = errors.New("household: the key has fewer than 32 bytes")

// Of is the household that a member is in; ok is false for none. In an Update it
// locks the member.
func (d *Desk) Of(r store.Reader, m loyalty.MemberID) (h House, ok bool, err error) {
	if tx, is := r.(store.Tx); is {
		if err := tx.Lock(member(m)); err != nil {
			return h, false, err
		}
	}
	at, ok, err := places.Get(r, string(m))
	if err != nil || !ok {
		return h, false, err
	}
	return houses.Get(r, at.House)
}

// Together reports whether two members are in one household. In an Update it locks
// both.
func (d *Desk) Together(r store.Reader, a, b loyalty.MemberID) (bool, error) {
	h, ok, err := d.Of(r, a)
	if err != nil || !ok {
		return false, err
	}
	other, ok, err := d.Of(r, b)
	return ok && h.ID == other.ID, err
}

// Pool is whose points a member may use now besides their own, and at most how many
// of them; 0 is no bound. Nobody is an answer, and no error. It reads only; in an
// Update it locks the member.
func (d *Desk) Pool(r store.Reader, m loyalty.MemberID, now time.Time) (list []loyalty.MemberID, most loyalty.Points, err error) {
	p := d.Programme(now)
	h, ok, err := d.Of(r, m)
	own := h.Mate(m)
	if err != nil || !ok || !p.Household.On() || own == nil || !own.Ready(p.Household, now) {
		return nil, 0, err
	}
	if p.Household.Spend == loyalty.SpendOwner && h.Owner != m {
		return nil, 0, nil
	}
	for i := range h.Members {
		if x := &h.Members[i]; x.Member != m && x.Ready(p.Household, now) {
			list = append(list, x.Member)
		}
	}
	if most = p.Household.MonthMost; most > 0 {
		n, _, err := uses.Get(r, string(m), month(p, now))
		if err != nil || n.Points >= most {
			return nil, 0, err
		}
		most -= n.Points
	}
	return list, most, nil
}

// Theirs is how many points of the others a member could use now.
func (d *Desk) Theirs(r store.Reader, m loyalty.MemberID, now time.Time) (n loyalty.Points, err error) {
	list, most, err := d.Pool(r, m, now)
	for _, one := range list {
		if err != nil {
			break
		}
		var k loyalty.Points
		k, err = d.Book.Lendable(r, one, now)
		n += k
	}
	if most > 0 {
		n = min(n, most)
	}
	return n, err
}

// Used counts points of the others that a member used at a moment; those of that
// month that went home are negative.
func (d *Desk) Used(tx store.Tx, m loyalty.MemberID, n loyalty.Points, at time.Time) error {
	if err := tx.Lock(member(m)); err != nil {
		return err
	}
	key := month(d.Programme(at), at)
	row, _, err := uses.Get(tx, string(m), key)
	if err != nil {
		return err
	}
	row.Points = max(0, row.Points+n) // what comes home of an earlier month makes no room for more in this one
	return uses.Put(tx, row, string(m), key)
}

func month(p *loyalty.Programme, now time.Time) string {
	return now.In(p.Location()).Format("2006-01")
}

// Invite draws a code with which one more may join, and makes the household of who
// is in none. op is the operation's id: the same draws the same. A newer code
// replaces the one before. Refusals: ErrOff, ErrFull, ErrOwner.
func (d *Desk) Invite(tx store.Tx, m loyalty.MemberID, op loyalty.OpID, now time.Time) (code string, h House, err error) {
	p := d.Programme(now)
	switch {
	case !p.Household.On():
		return "", h, ErrOff
	case len(d.Key) < 32:
		return "", h, errKey
	}
	h, ok, err := d.locked(tx, m)
	if err != nil {
		return "", h, err
	}
	if !ok {
		h = House{ID: d.hash("id", string(m), string(op))[:20], Made: now.UTC(), Owner: m, Members: []Mate{{Member: m, Since: now.UTC()}}}
		if err := tx.Lock(house(h.ID)); err != nil {
			return "", h, err
		}
	}
	switch {
	case h.Owner != m:
		return "", h, ErrOwner
	case len(h.Members) >= p.Household.Size:
		return "", h, ErrFull
	}
	code = string(loyalty.NewRef(d.mac("code", h.ID, string(op)), codeLetters))
	key := d.hash("housecode", code)
	if err := tx.Lock(store.Subject("housecode/"+key), store.Subject("housecode/"+h.Code)); err != nil {
		return "", h, err
	}
	if h.Code != "" && h.Code != key {
		if err := codes.Delete(tx, h.Code); err != nil {
			return "", h, err
		}
	}
	h.Code = key
	if err := codes.Put(tx, invitation{h.ID, m, now.Add(CodeLife).UTC()}, key); err != nil {
		return "", h, err
	}
	if err := places.Put(tx, housed{h.ID}, string(m)); err != nil {
		return "", h, err
	}
	return code, h, houses.Put(tx, h, h.ID)
}

// codeLetters is how many letters a code has besides its check character: 11 of 31
// are 54 bits, and trying is throttled by the caller.
const codeLetters = 11

// Look is the household that a code leads to, for who thinks about joining. It
// changes nothing. Refusal: ErrCode.
func (d *Desk) Look(r store.Reader, code string, now time.Time) (House, error) {
	h, _, err := d.follow(r, code, now)
	return h, err
}

func (d *Desk) follow(r store.Reader, typed string, now time.Time) (h House, key string, err error) {
	code, ok := loyalty.ParseRef(typed)
	if !ok || len(code) != codeLetters+1 {
		return h, "", ErrCode
	}
	key = d.hash("housecode", string(code))
	if tx, is := r.(store.Tx); is {
		if err := tx.Lock(store.Subject("housecode/" + key)); err != nil {
			return h, "", err
		}
	}
	row, ok, err := codes.Get(r, key)
	if err != nil || !ok || !now.Before(row.Expires) {
		return h, key, orCode(err)
	}
	h, ok, err = houses.Get(r, row.House)
	if err != nil || !ok || h.Code != key || h.Owner != row.By {
		return h, key, orCode(err)
	}
	return h, key, nil
}

func orCode(err error) error {
	if err != nil {
		return err
	}
	return ErrCode
}

// Join takes an invitation. Refusals: ErrOff, ErrCode, ErrIn, ErrFull, ErrOften.
func (d *Desk) Join(tx store.Tx, m loyalty.MemberID, typed string, now time.Time) (h House, err error) {
	rules := d.Programme(now).Household
	if !rules.On() {
		return h, ErrOff
	}
	h, key, err := d.follow(tx, typed, now)
	if err != nil {
		return h, err
	}
	if err := tx.Lock(house(h.ID), member(m)); err != nil {
		return h, err
	}
	if h, _, err = houses.Get(tx, h.ID); err != nil { // as it is under its lock
		return h, err
	}
	_, in, err := places.Get(tx, string(m))
	switch {
	case err != nil:
		return h, err
	case in:
		return h, ErrIn
	case h.Code != key:
		return h, ErrCode
	case len(h.Members) >= rules.Size:
		return h, ErrFull
	}
	if err := d.countJoin(tx, m, rules, now); err != nil {
		return h, err
	}
	h.Members, h.Code = append(h.Members, Mate{Member: m, Since: now.UTC()}), ""
	if err := errors.Join(codes.Delete(tx, key), places.Put(tx, housed{h.ID}, string(m))); err != nil {
		return h, err
	}
	return h, houses.Put(tx, h, h.ID)
}

// countJoin notes one more joining, or refuses.
func (d *Desk) countJoin(tx store.Tx, m loyalty.MemberID, rules loyalty.Household, now time.Time) error {
	row, _, err := joinset.Get(tx, string(m))
	if err != nil {
		return err
	}
	year := now.AddDate(-1, 0, 0)
	row.At = slices.DeleteFunc(row.At, func(t time.Time) bool { return t.Before(year) })
	if rules.JoinsAYear > 0 && len(row.At) >= rules.JoinsAYear {
		return ErrOften
	}
	row.At = append(row.At, now.UTC())
	return joinset.Put(tx, row, string(m))
}

// Share says whether a member's points are shared from now on, and others' used.
// What is lent already stays so. Refusal: ErrNone.
func (d *Desk) Share(tx store.Tx, m loyalty.MemberID, on bool) (House, error) {
	h, ok, err := d.locked(tx, m)
	if err != nil || !ok {
		return h, orNone(err)
	}
	h.Mate(m).Alone = !on
	return h, houses.Put(tx, h, h.ID)
}

func orNone(err error) error {
	if err != nil {
		return err
	}
	return ErrNone
}

// Remove takes somebody out of the household that by made. Refusals: ErrNone,
// ErrOwner.
func (d *Desk) Remove(tx store.Tx, by, m loyalty.MemberID) (House, error) {
	h, ok, err := d.locked(tx, by)
	switch {
	case err != nil || !ok || h.Mate(m) == nil:
		return h, orNone(err)
	case h.Owner != by || by == m:
		return h, ErrOwner
	}
	return h, d.out(tx, &h, m)
}

// Leave ends a member's place. Points that they lent stay lent until they come free,
// and then go home to them. Refusal: ErrNone.
func (d *Desk) Leave(tx store.Tx, m loyalty.MemberID) (House, error) {
	h, ok, err := d.locked(tx, m)
	if err != nil || !ok {
		return h, orNone(err)
	}
	return h, d.out(tx, &h, m)
}

// locked is the member's household under its lock and theirs.
func (d *Desk) locked(tx store.Tx, m loyalty.MemberID) (h House, ok bool, err error) {
	h, ok, err = d.Of(tx, m)
	if err != nil || !ok {
		return h, false, err
	}
	if err := tx.Lock(house(h.ID)); err != nil {
		return h, false, err
	}
	h, ok, err = houses.Get(tx, h.ID)
	return h, ok && h.Mate(m) != nil, err
}

// out takes a member out; the last one takes the household along.
func (d *Desk) out(tx store.Tx, h *House, m loyalty.MemberID) error {
	if err := tx.Lock(member(m)); err != nil {
		return err
	}
	if err := places.Delete(tx, string(m)); err != nil {
		return err
	}
	h.Members = slices.DeleteFunc(h.Members, func(x Mate) bool { return x.Member == m })
	if h.Owner == m && h.Code != "" { // theirs to give, and nobody else's
		if err := errors.Join(tx.Lock(store.Subject("housecode/"+h.Code)), codes.Delete(tx, h.Code)); err != nil {
			return err
		}
		h.Code = ""
	}
	if len(h.Members) == 0 {
		return houses.Delete(tx, h.ID)
	}
	if h.Owner == m {
		h.Owner = h.Members[0].Member
	}
	return houses.Put(tx, *h, h.ID)
}

// All are at most n households after an id, ordered. It is for a View.
func All(r store.Reader, after string, n int) (list []House, err error) {
	for _, h := range houses.Scan(r, houses.Between(after+"\x00", "\xff"), &err) {
		if list = append(list, h); len(list) >= n {
			break
		}
	}
	return list, err
}

// Sweep deletes codes that are over, and what was used in months two years past.
func Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	n, err := store.Sweep(ctx, db, codes.All(), 100, func(row store.Row) bool {
		var c invitation
		return store.Decode(row.Key, row.Value, &c) == nil && !now.Before(c.Expires)
	})
	if err != nil {
		return n, err
	}
	old := now.AddDate(-2, 0, 0).Format("2006-01")
	more, err := store.Sweep(ctx, db, uses.All(), 100, func(row store.Row) bool {
		return string(row.Key[max(0, len(row.Key)-len(old)):]) < old
	})
	return n + more, err
}

// mac is a keyed hash over parts, none of which holds a zero byte.
func (d *Desk) mac(parts ...string) []byte {
	h := hmac.New(sha256.New, d.Key)
	for _, p := range parts {
		h.Write([]byte(p + "\x00"))
	}
	return h.Sum(nil)
}

func (d *Desk) hash(parts ...string) string { return hex.EncodeToString(d.mac(parts...)[:16]) }
