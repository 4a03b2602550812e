package mission

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/club"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Desk is how one shop keeps missions. It is a value without state and may be
// used by many at once.
type Desk struct {
	Book     *book.Book
	Vouchers *voucher.Desk
	// Key is the key of check-in codes, at least 32 bytes. It must never change.
	Key []byte
	// Programme is the version in force at a moment, the Book's own.
	Programme func(at time.Time) *loyalty.Programme
	// Facts is what the rules may know of a member; nil knows nothing. Who left and
	// came back takes part in what begins after they joined again: what they had
	// before is not known any more.
	Facts func(store.Reader, loyalty.MemberID) (loyalty.Facts, error)
	// In says whether a member is in the segment of a name; nil: nobody is in any.
	In func(r store.Reader, m loyalty.MemberID, name string, now time.Time) (bool, error)
	// Bring gives a free go at a game, for what from names, and Unbring takes it back:
	// all is false where it was used. nil: there are no games.
	Bring   func(tx store.Tx, m loyalty.MemberID, act book.Act, game, from string) error
	Unbring func(tx store.Tx, m loyalty.MemberID, act book.Act, game, from string) (all bool, err error)
	// Tell is told what came to a member by a deed that was not said to this desk by
	// themselves, in its transaction; nil tells nobody. It must not fail for a reason
	// of its own.
	Tell func(store.Tx, Happened) error
}

// What happened.
const (
	KindMission = "mission"
	KindStreak  = "streak"
)

// Happened is a prize that came to a member, or went back.
type Happened struct {
	Member loyalty.MemberID
	Kind   string // KindMission or KindStreak
	ID     string // of the mission or streak
	Count  int    // of a streak: spans in a row
	Op     loyalty.OpID
	Given  Given
	Taken  bool
}

// Given is what a prize was.
type Given struct {
	Points  loyalty.Points
	Ref     loyalty.Ref // of the points' entry; "" without points
	Voucher voucher.Voucher
	Owed    string // a reward that waits for stock
	Badge   string
	Go      string // the game at which there is a free go
}

// refusal is a refusal without arguments.
type refusal string

func (r refusal) Error() string { return "mission: " + string(r) }

// Refusal marks it as an answer, see [loyalty.Refused].
func (refusal) Refusal() {}

// Refusals.
var (
	ErrNone  = refusal("there is no such mission to begin now, or it was begun already")
	ErrCode  = refusal("this is not a code of this time in any store")
	ErrTwice = refusal("they were checked in there today already")
	ErrFull  = refusal("no more can stand on this board")
)

// member is who a deed is counted for.
type member struct {
	id    loyalty.MemberID   // whose account it is
	all   []loyalty.MemberID // they, and who was merged into them
	rules *loyalty.Programme // of the deed's time
	zone  *time.Location
	level *string        // read when it is asked for
	facts *loyalty.Facts // likewise
}

// look locks the member, and all who are one with them.
func (d *Desk) look(r store.Reader, m loyalty.MemberID, at time.Time) (*member, error) {
	all, err := d.Book.Family(r, m)
	if err != nil {
		return nil, err
	}
	if tx, ok := r.(store.Tx); ok {
		subjects := make([]store.Subject, len(all))
		for i, one := range all {
			subjects[i] = store.Subject("member/" + string(one))
		}
		if err := tx.Lock(subjects...); err != nil {
			return nil, err
		}
	}
	rules := d.Programme(at)
	return &member{id: all[0], all: all, rules: rules, zone: rules.Location()}, nil
}

// since reports whether what is given once in a time that began at from can be given
// to the member.
func (d *Desk) since(r store.Reader, x *member, from time.Time) (bool, error) {
	if d.Facts == nil {
		return true, nil
	}
	if x.facts == nil {
		f, err := d.Facts(r, x.id)
		if err != nil {
			return false, err
		}
		x.facts = &f
	}
	return x.facts.Since(from), nil
}

// may reports whether the member may take part in what a mission is at a moment: by
// their tier, and because they had it not before they left and came back.
func (d *Desk) may(r store.Reader, x *member, m *loyalty.Mission, at time.Time) (bool, error) {
	_, from, _ := m.Period(at, x.zone)
	if m.From.After(from) {
		from = m.From
	}
	if may, err := d.since(r, x, from); err != nil || !may {
		return false, err
	}
	if len(m.Levels) == 0 {
		return true, nil
	}
	if x.level == nil {
		a, err := d.Book.Account(r, x.id)
		if err != nil {
			return false, err
		}
		x.level = &a.Standing.Level
	}
	return m.For(*x.level, x.rules), nil
}

// mayBegin reports whether a member is in the segment that a mission is for.
func (d *Desk) mayBegin(r store.Reader, x *member, m *loyalty.Mission, now time.Time) (bool, error) {
	if m.Segment == "" || d.In == nil {
		return m.Segment == "", nil
	}
	return d.In(r, x.id, m.Segment, now)
}

// on reports whether a programme has anything to count.
func on(p *loyalty.Programme) bool { return len(p.Missions) > 0 || len(p.Streaks) > 0 || p.Board.On }

// Heard counts what a member did; it is one of the shop's listeners.
func (d *Desk) Heard(tx store.Tx, deed club.Deed) error {
	switch deed.Kind {
	case club.Left:
		return d.leave(tx, deed.Member)
	case club.Bought, club.Returned:
		if on(d.Programme(deed.Entry.EffectiveAt)) {
			return d.tell(tx)(d.sold(tx, deed))
		}
	case club.Brought:
		if !on(d.Programme(deed.Act.Now)) {
			return nil
		}
		s := loyalty.Step{Of: friend(deed.Friend), N: 1}
		return d.tell(tx)(d.count(tx, deed.Member, deed.Act, deed.Act.Now, s.Of, func(*loyalty.Mission) (loyalty.Step, bool) { return s, true },
			func(m *loyalty.Mission) bool { return m.Goal == loyalty.GoalFriends }))
	case club.Unbrought:
		return d.tell(tx)(d.unbrought(tx, deed))
	}
	return nil
}

// friend is the step of a friend who was brought: who it was is not the member's to
// know from here.
func friend(m loyalty.MemberID) string {
	sum := sha256.Sum256([]byte("friend/" + m))
	return "friend/" + hex.EncodeToString(sum[:8])
}

// unbrought takes a friend out of wherever they were counted: what they bought comes
// back long after, in another period, and maybe when there is no such mission any
// more.
func (d *Desk) unbrought(tx store.Tx, deed club.Deed) (all []Happened, err error) {
	x, err := d.look(tx, deed.Member, deed.Act.Now)
	if err != nil {
		return nil, err
	}
	of, found := friend(deed.Friend), map[[2]string]bool{}
	for _, owner := range x.all {
		for key, r := range missions.Scan(tx, missions.Under(string(owner)), &err) {
			if slices.ContainsFunc(r.Steps, func(s loyalty.Step) bool { return s.Of == of }) {
				_, id, period := split3(key)
				found[[2]string{id, period}] = true
			}
		}
		if err != nil {
			return nil, err
		}
	}
	for _, in := range slices.SortedFunc(maps.Keys(found), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		m, ok := x.rules.Mission(in[0])
		if !ok {
			m = loyalty.Mission{ID: in[0], Goal: loyalty.GoalFriends}
		}
		v, err := x.view(tx, &m, in[1])
		if err != nil {
			return all, err
		}
		h, err := d.unstep(tx, x, &v, deed.Act, of)
		if all = append(all, h...); err != nil {
			return all, err
		}
	}
	return all, nil
}

// tell says what happened to who listens.
func (d *Desk) tell(tx store.Tx) func([]Happened, error) error {
	return func(all []Happened, err error) error {
		for _, h := range all {
			if err != nil || d.Tell == nil {
				break
			}
			err = d.Tell(tx, h)
		}
		return err
	}
}

// sold counts a purchase as it stands now.
func (d *Desk) sold(tx store.Tx, deed club.Deed) ([]Happened, error) {
	e := deed.Entry
	back, err := d.Book.Reversed(tx, e)
	if err != nil {
		return nil, err
	}
	b := loyalty.Bought{At: e.EffectiveAt, Store: e.Store, Left: deed.Left, Visit: e.Tally.Visits > 0, Lines: minus(e.Lines, back.Lines)}
	of := "sale/" + string(e.Ref)
	all, err := d.count(tx, deed.Member, deed.Act, b.At, of, func(m *loyalty.Mission) (loyalty.Step, bool) { return m.Step(of, b) },
		func(m *loyalty.Mission) bool { return m.Goal.Sold() })
	if err != nil || !b.Visit {
		return all, err
	}
	more, err := d.seen(tx, deed.Member, deed.Act, presence{loyalty.GoalVisits, of, b.At, b.Store, b.Left > 0}, loyalty.BoardVisit)
	return append(all, more...), err
}

// minus are lines without what came back of each.
func minus(lines, back []loyalty.Line) []loyalty.Line {
	left := slices.Clone(lines)
	for _, b := range back {
		for i := range left {
			l := &left[i]
			if l.Item != b.Item || l.Category != b.Category && b.Category != "" || l.Quantity <= 0 {
				continue
			}
			q, a := min(l.Quantity, b.Quantity), min(l.Amount, b.Amount)
			l.Quantity, l.Amount = l.Quantity-q, l.Amount-a
			b.Quantity, b.Amount = b.Quantity-q, b.Amount-a
			if b.Quantity <= 0 {
				break
			}
		}
	}
	return slices.DeleteFunc(left, func(l loyalty.Line) bool { return l.Quantity <= 0 })
}

// Answered counts a survey that a member answered, called of in the operation's
// name. What it brought is given back, to be said to them.
func (d *Desk) Answered(tx store.Tx, m loyalty.MemberID, act book.Act, of string) ([]Happened, error) {
	if !on(d.Programme(act.Now)) {
		return nil, nil
	}
	of = "answer/" + of
	return d.count(tx, m, act, act.Now, of, func(g *loyalty.Mission) (loyalty.Step, bool) { return loyalty.Step{Of: of, N: 1}, true },
		func(g *loyalty.Mission) bool { return g.Goal == loyalty.GoalAnswers })
}

// opID is an operation id under another's; one that would be too long keeps a
// hash of it.
func opID(op loyalty.OpID, rule string) loyalty.OpID {
	const longest = 180 // vouchers put a word behind it
	if len(op)+1+len(rule) > longest {
		sum := sha256.Sum256([]byte(string(op) + "/" + rule))
		return loyalty.OpID("long/" + hex.EncodeToString(sum[:]))
	}
	return op + "/" + loyalty.OpID(rule)
}

// by is the act of a rule that follows from act.
func by(act book.Act, rule string) book.Act {
	return book.Act{Op: opID(act.Op, rule), Actor: loyalty.ByJob("mission"), Store: act.Store, Now: act.Now}
}

// accident is err unless it is the rules saying no.
func accident(err error) error {
	if loyalty.Refused(err) {
		return nil
	}
	return err
}
