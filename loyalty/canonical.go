package loyalty

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math"
	"time"
)

// Canonical is the entry without its hash in one exact form, which is what the
// chain covers. A new field asks for a new form, and the old one stays as it is
// for ever, or old chains could not be verified. Form 1 is: the form, then every field in a fixed order, numbers as
// eight bytes, big-endian, texts and lists behind their length in the same way, a
// time as nanoseconds since 1970 in UTC behind one byte that says whether it
// is set. Form 2 is form 1 and behind it the fields from Lines on, form 3 is form 2
// and behind it what the entry carries, form 4 is form 3 and behind it the other half.
func (e *Entry) Canonical() []byte {
	b := canon{e.Form}
	b.text(string(e.Member))
	b.num(e.Seq)
	b.text(string(e.Ref))
	b.text(string(e.Kind))
	b.num(uint64(len(e.Legs)))
	for _, l := range e.Legs {
		b.text(string(l.Pot))
		b.num(uint64(l.Points))
	}
	b.num(uint64(len(e.Parts)))
	for _, p := range e.Parts {
		b.num(p.Lot)
		b.num(uint64(p.Points))
		b.flag(p.Expired)
	}
	b.flag(e.Lot != nil)
	if o := e.Lot; o != nil {
		b.num(uint64(o.Granted))
		b.num(uint64(o.Rule))
		b.time(o.Base)
		b.time(o.ActiveAt)
		b.time(o.ExpiresAt)
		b.flag(o.Idle)
	}
	b.num(e.Of)
	b.num(e.For)
	b.flag(e.Whole)
	b.flag(e.Sale)
	b.text(string(e.Op))
	b = append(b, e.Digest[:]...)
	b.time(e.EffectiveAt)
	b.time(e.RecordedAt)
	b.text(string(e.Actor))
	b.text(string(e.Role))
	b.text(string(e.Approver))
	b.text(string(e.Store))
	b.text(string(e.Reason))
	b.num(uint64(e.Amount))
	b.text(string(e.Order))
	b.num(uint64(e.Programme))
	b.time(e.Deadline)
	b.time(e.RenewsTo)
	if e.Form >= 2 {
		b.second(e)
	}
	if e.Form >= FormCarry {
		b.third(e.Carry)
	}
	if e.Form >= FormPeer {
		b.fourth(e)
	}
	return b
}

// second writes what form 2 added.
func (b *canon) second(e *Entry) {
	b.num(uint64(len(e.Lines)))
	for _, l := range e.Lines {
		b.text(l.Item)
		b.text(l.Category)
		b.num(uint64(l.Quantity))
		b.num(uint64(l.Amount))
	}
	b.num(uint64(len(e.Shares)))
	for _, s := range e.Shares {
		b.text(s.Rule)
		b.num(uint64(s.Points))
	}
	t := &e.Tally
	b.num(uint64(int64(t.Bucket)))
	b.num(uint64(int64(t.Day)))
	b.num(uint64(t.Visits))
	b.num(uint64(t.Nights))
	b.num(uint64(t.Money))
	b.num(uint64(t.Points))
	b.num(uint64(t.Earned))
	b.num(uint64(len(e.Stamps)))
	for _, s := range e.Stamps {
		b.text(s.Card)
		b.num(uint64(s.Stamps))
		b.num(uint64(s.Filled))
	}
	b.flag(e.Standing != nil)
	if s := e.Standing; s != nil {
		b.text(s.Level)
		b.time(s.Since)
		b.time(s.Until)
		b.time(s.Window)
		b.text(s.Floor)
		b.time(s.FloorUntil)
	}
	b.text(e.Level)
	b.text(e.Voucher)
	b.text(e.Gift)
	b.flag(e.Forfeit)
	if e.Lot != nil && e.Lot.Level != "" { // last, so that its absence needs no bytes
		b.text(e.Lot.Level)
	}
}

// Link is the entry's place in its member's chain: HMAC-SHA-256 under key over
// the hash before it and its canonical form.
func Link(key []byte, prev Hash, e *Entry) (h Hash) {
	mac := hmac.New(sha256.New, key)
	mac.Write(prev[:])
	mac.Write(e.Canonical())
	mac.Sum(h[:0])
	return h
}

// canon is a canonical form being written.
type canon []byte

func (b *canon) num(n uint64) { *b = binary.BigEndian.AppendUint64(*b, n) }

func (b *canon) text(s string) {
	b.num(uint64(len(s)))
	*b = append(*b, s...)
}

func (b *canon) flag(f bool) {
	if f {
		*b = append(*b, 1)
	} else {
		*b = append(*b, 0)
	}
}

func (b *canon) time(t time.Time) {
	b.flag(!t.IsZero())
	if !t.IsZero() {
		b.num(uint64(t.UnixNano()))
	}
}

// ErrCanonical reports bytes that are no canonical form.
var ErrCanonical = errors.New("loyalty: not the canonical form of an entry")

// ParseEntry reads a canonical form. Only the exact bytes that Canonical would
// write are accepted. The entry's Hash is not in them.
func ParseEntry(b []byte) (e Entry, err error) {
	r := &parser{b: b}
	if e.Form = r.byte(); e.Form < 1 || e.Form > FormPeer {
		return Entry{}, ErrCanonical
	}
	e.Member, e.Seq = MemberID(r.text()), r.num()
	e.Ref, e.Kind = Ref(r.text()), Kind(r.text())
	for range r.count(16) {
		e.Legs = append(e.Legs, Leg{Pot(r.text()), Points(r.num())})
	}
	for range r.count(17) {
		e.Parts = append(e.Parts, Part{r.num(), Points(r.num()), r.flag()})
	}
	if r.flag() {
		e.Lot = &Opening{Granted: Points(r.num()), Rule: r.int(), Base: r.time(), ActiveAt: r.time(), ExpiresAt: r.time(), Idle: r.flag()}
	}
	e.Of, e.For, e.Whole, e.Sale = r.num(), r.num(), r.flag(), r.flag()
	e.Op = OpID(r.text())
	copy(e.Digest[:], r.take(uint64(len(e.Digest))))
	e.EffectiveAt, e.RecordedAt = r.time(), r.time()
	e.Actor, e.Role, e.Approver, e.Store = Actor(r.text()), Role(r.text()), Actor(r.text()), Store(r.text())
	if s := r.text(); s != "" {
		e.Reason = []byte(s)
	}
	e.Amount, e.Order, e.Programme = Money(r.num()), Order(r.text()), r.int()
	e.Deadline, e.RenewsTo = r.time(), r.time()
	if e.Form >= 2 {
		r.second(&e)
	}
	if e.Form >= FormCarry {
		e.Carry = r.third()
	}
	if e.Form >= FormPeer {
		r.fourth(&e)
	}
	if r.bad || len(r.b) > 0 {
		return Entry{}, ErrCanonical
	}
	return e, nil
}

// second reads what form 2 added.
func (r *parser) second(e *Entry) {
	for range r.count(32) {
		e.Lines = append(e.Lines, Line{r.text(), r.text(), int64(r.num()), Money(r.num())})
	}
	for range r.count(16) {
		e.Shares = append(e.Shares, Share{r.text(), Points(r.num())})
	}
	e.Tally = Tally{r.short(), r.short(), int64(r.num()), int64(r.num()), Money(r.num()), Points(r.num()), Points(r.num())}
	for range r.count(24) {
		e.Stamps = append(e.Stamps, Stamping{r.text(), int64(r.num()), int64(r.num())})
	}
	if r.flag() {
		e.Standing = &Standing{Level: r.text(), Since: r.time(), Until: r.time(), Window: r.time(), Floor: r.text(), FloorUntil: r.time()}
	}
	e.Level, e.Voucher, e.Gift, e.Forfeit = r.text(), r.text(), r.text(), r.flag()
}

// parser reads a canonical form. After its first mistake it gives zeros.
type parser struct {
	b   []byte
	bad bool
}

func (r *parser) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *parser) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *parser) num() uint64 {
	if b := r.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (r *parser) int() int {
	n := r.num()
	if n > math.MaxInt32 {
		r.bad = true
	}
	return int(n)
}

// short is a number of 32 bits with its sign, written in eight bytes.
func (r *parser) short() int32 {
	n := int64(r.num())
	if n < math.MinInt32 || n > math.MaxInt32 {
		r.bad = true
	}
	return int32(n)
}

func (r *parser) text() string { return string(r.take(r.num())) }

// count is a list's length, refused when the rest cannot hold that many items
// of at least size bytes, so that a wrong length costs nothing.
func (r *parser) count(size int) uint64 {
	n := r.num()
	if n > uint64(len(r.b)/size) {
		r.bad = true
		return 0
	}
	return n
}

func (r *parser) flag() bool {
	b := r.byte()
	if b > 1 {
		r.bad = true
	}
	return b == 1
}

func (r *parser) time() time.Time {
	if !r.flag() {
		return time.Time{}
	}
	return time.Unix(0, int64(r.num())).UTC()
}
