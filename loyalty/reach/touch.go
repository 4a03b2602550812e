package reach

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Kind is what a touch was.
type Kind string

// The kinds. Only promos can be ignored: a nudge tells something that is the
// member's own.
const (
	Nudge Kind = "n"
	Promo Kind = "p"
)

// Touch is one message that nobody asked for.
type Touch struct {
	Kind   Kind
	Intent string // which message it is: the same at every try
	At     time.Time
}

// touch is one touch as it is kept.
type touch struct {
	At   int64 // seconds since 1970
	Kind Kind
	ID   intentID
}

// intentID is a hash of an intent.
type intentID [9]byte

// touches is a member's row. A campaign reads and writes one for each of its
// receivers in the commits that claim them, so it is short and quick to read.
type touches struct {
	Packed  []byte `json:"t,omitempty"` // the touches, see pack
	Ignored int    `json:"g,omitempty"` // promos since they last did something
	Last    int64  `json:"l,omitempty"` // when that was, to about a day; 0 is never since the first promo

	all []touch // oldest first, the newest maxTouches of keepDays
}

// packed is how many bytes a touch takes: four of its second, which last until
// 2106, one of its kind, and the intent's.
const packed = 4 + 1 + len(intentID{})

func (x *touches) pack() {
	x.Packed = make([]byte, 0, len(x.all)*packed)
	for _, t := range x.all {
		x.Packed = binary.BigEndian.AppendUint32(x.Packed, uint32(t.At))
		x.Packed = append(append(x.Packed, t.Kind[0]), t.ID[:]...)
	}
}

func (x *touches) unpack() {
	for p := x.Packed; len(p) >= packed; p = p[packed:] {
		x.all = append(x.all, touch{int64(binary.BigEndian.Uint32(p)), Kind(p[4:5]), intentID(p[5:packed])})
	}
}

const (
	keepDays   = 31 // the longest cap, and the day on which a zone's midnight lies
	maxTouches = 64 // for shops without a cap
)

var reached = store.NewTable[touches]("reach/", store.Locked, store.FirstPart("member"))

func idOf(intent string) intentID {
	sum := sha256.Sum256([]byte(intent))
	return intentID(sum[:len(intentID{})])
}

// load reads a member's row; in an Update it locks the member.
func load(r store.Reader, m loyalty.MemberID) (touches, error) {
	if err := lock(r, m); err != nil {
		return touches{}, err
	}
	row, _, err := reached.Get(r, string(m))
	row.unpack()
	return row, err
}

func (x *touches) put(tx store.Tx, m loyalty.MemberID) error {
	x.pack()
	return reached.Put(tx, *x, string(m))
}

// lock makes the members an Update's own; a View needs none.
func lock(r store.Reader, all ...loyalty.MemberID) error {
	tx, ok := r.(store.Tx)
	if !ok {
		return nil
	}
	subjects := make([]store.Subject, len(all))
	for i, m := range all {
		subjects[i] = store.Subject("member/" + string(m))
	}
	return tx.Lock(subjects...)
}

// Ask asks whether t may reach the member now, and notes it where it may: later
// is zero then. Otherwise nothing is noted, and later is when to ask again. What
// was noted before may go, whatever came since. zone is the member's; parts are
// who was merged into them, whose touches were theirs.
func Ask(tx store.Tx, m loyalty.MemberID, parts []loyalty.MemberID, t Touch, caps loyalty.Caps, zone *time.Location) (later time.Time, err error) {
	row, err := load(tx, m)
	if err != nil || row.has(idOf(t.Intent)) {
		return later, err
	}
	later, err = allowed(tx, row, parts, caps, t.At, zone)
	if err != nil || later.After(t.At) {
		return later, err
	}
	return time.Time{}, note(tx, m, row, t)
}

// Note counts a touch that was not asked about, as one that a platform's own
// page sent; noting it twice counts once.
func Note(tx store.Tx, m loyalty.MemberID, t Touch) error {
	row, err := load(tx, m)
	if err != nil || row.has(idOf(t.Intent)) {
		return err
	}
	return note(tx, m, row, t)
}

func note(tx store.Tx, m loyalty.MemberID, row touches, t Touch) error {
	old := t.At.AddDate(0, 0, -keepDays).Unix()
	row.all = slices.DeleteFunc(row.all, func(x touch) bool { return x.At < old })
	row.all = append(row.all, touch{t.At.Unix(), t.Kind, idOf(t.Intent)})
	row.all = row.all[max(0, len(row.all)-maxTouches):]
	if t.Kind == Promo {
		row.Ignored++
	}
	return row.put(tx, m)
}

func (x *touches) has(id intentID) bool {
	return slices.ContainsFunc(x.all, func(t touch) bool { return t.ID == id })
}

// Noted says whether the intent's touch of the member was counted: it was tried
// at least once. In an Update it locks the member.
func Noted(r store.Reader, m loyalty.MemberID, intent string) (bool, error) {
	row, err := load(r, m)
	return row.has(idOf(intent)), err
}

// Allowed is when one more message may reach the member: now, or the first
// local midnight that the caps allow. In an Update it locks the member.
func Allowed(r store.Reader, m loyalty.MemberID, parts []loyalty.MemberID, caps loyalty.Caps, now time.Time, zone *time.Location) (time.Time, error) {
	row, err := load(r, m)
	if err != nil {
		return time.Time{}, err
	}
	return allowed(r, row, parts, caps, now, zone)
}

func allowed(r store.Reader, row touches, parts []loyalty.MemberID, caps loyalty.Caps, now time.Time, zone *time.Location) (time.Time, error) {
	if caps == (loyalty.Caps{}) {
		return now, nil
	}
	all := slices.Clone(row.all)
	for _, part := range parts {
		more, err := load(r, part)
		if err != nil {
			return time.Time{}, err
		}
		all = append(all, more.all...)
	}
	slices.SortFunc(all, func(a, b touch) int { return int(a.At - b.At) })
	return after(all, caps, now, zone), nil
}

// after is the first moment from now on at which one more touch breaks no cap.
func after(all []touch, caps loyalty.Caps, now time.Time, zone *time.Location) time.Time {
	at := now
	for _, c := range []struct{ most, days int }{{caps.Day, 1}, {caps.Week, 7}, {caps.Month, 30}} {
		if c.most <= 0 || len(all) < c.most {
			continue
		}
		// The oldest of the newest so many must be out of the days that end
		// with the one on which the next goes.
		free := midnight(time.Unix(all[len(all)-c.most].At, 0), c.days, zone)
		if free.After(at) {
			at = free
		}
	}
	return at
}

// midnight is the start of the local day so many days after t's.
func midnight(t time.Time, days int, zone *time.Location) time.Time {
	p := loyalty.Programme{Zone: zone}
	y, m, d := t.In(zone).Date()
	return p.DayEnd(time.Date(y, m, d+days-1, 12, 0, 0, 0, zone))
}

// Ignored is how many promos in a row reached the member without their doing
// anything since. In an Update it locks the member.
func Ignored(r store.Reader, m loyalty.MemberID) (int, error) {
	row, err := load(r, m)
	return row.Ignored, err
}

// Engaged says that the member did something at now: bought, used a voucher,
// tapped a button of a message. It writes little: nothing for who was never
// written to, and else once a day.
func Engaged(tx store.Tx, m loyalty.MemberID, now time.Time) error {
	row, err := load(tx, m)
	if err != nil || len(row.all) == 0 && row.Ignored == 0 {
		return err
	}
	if row.Ignored == 0 && now.Unix()-row.Last < 24*60*60 {
		return nil
	}
	row.Ignored, row.Last = 0, now.Unix()
	return row.put(tx, m)
}

// LastEngaged is when the member did something since they were first written to,
// to about a day; zero where it is not known. In an Update it locks the member.
func LastEngaged(r store.Reader, m loyalty.MemberID) (time.Time, error) {
	row, err := load(r, m)
	if err != nil || row.Last == 0 {
		return time.Time{}, err
	}
	return time.Unix(row.Last, 0).UTC(), nil
}
