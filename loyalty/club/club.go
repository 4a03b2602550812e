package club

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/referral"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Club is how one shop's ledger, vouchers, referrals and gifts work together. It
// is a value without state and may be used by many at once.
type Club struct {
	Book      *book.Book
	Vouchers  *voucher.Desk
	Referrals *referral.Desk
	// Programme is the version of the rules in force at a moment.
	Programme func(at time.Time) *loyalty.Programme
	// Facts is what is known of a member beside the ledger; nil knows nothing.
	Facts func(store.Reader, loyalty.MemberID) (loyalty.Facts, error)
	// After is told of each new deed at the end of its transaction, once all that
	// it brings is written; nil tells nobody. Whoever listens must not fail for a
	// reason of its own: the deed would fail with it.
	After func(store.Tx, Deed) error
}

// DeedKind says what a member did.
type DeedKind string

// The deeds.
const (
	Bought DeedKind = "sale" // a purchase; Sale and Outcome say all of it
	Joined DeedKind = "join"
	Used   DeedKind = "use" // a voucher at a counter; Voucher says which
	// Returned is a purchase of which something came back, or all: Entry is the
	// sale's, Left what of it stands. A sale that was refunded before it was told
	// is never Bought and never Returned.
	Returned DeedKind = "return"
	// Brought is that a friend's purchase made a referral count for the member, and
	// Unbrought that it came back; Friend says who. Left is that the member leaves.
	Brought   DeedKind = "brought"
	Unbrought DeedKind = "unbrought"
	Left      DeedKind = "leave"
	// Undone is that points which a rule gave, or which were spent on something else
	// than a voucher, were taken back, or given back, by hand: Entry is the one undone.
	Undone DeedKind = "undo"
)

// Deed is something that a member did, for those who act upon it: surveys after
// a visit, thanks for the tenth, the next step of a campaign.
type Deed struct {
	Kind    DeedKind
	Member  loyalty.MemberID
	Act     book.Act
	Sale    loyalty.Sale
	Outcome Outcome
	Voucher voucher.Voucher
	Entry   loyalty.Entry // of Bought and Returned: the sale's; its Member is whose account it stands in; of Undone: what was undone
	Left    loyalty.Money // of Bought and Returned: how much of the sale's amount stands; 0 is none of it
	Friend  loyalty.MemberID
}

// did tells whoever listens.
func (c *Club) did(tx store.Tx, d Deed) error {
	if c.After == nil {
		return nil
	}
	return c.After(tx, d)
}

// Outcome is all that an operation did, for receipts and messages. Of an
// operation that had been done before (Receipt.Replayed) a sale's Vouchers and
// Gifts are told again, of others the Receipt only.
type Outcome struct {
	Receipt  book.Receipt
	Vouchers []voucher.Voucher // given now: prizes, and gifts with one reward
	Gifts    []Given           // given now, prizes too; those with a choice without a voucher yet
	Choices  []Open            // of Gifts, where the member has still to choose, or to wait for stock
	Filled   []string          // stamp cards that are full, one for each filling
	From, To string            // tiers, when the operation changed it; both empty when not
	Returned []voucher.Voucher // that paid a sale and can be used again
	Taken    []Given           // gifts that went back with their sale, or by hand: what of each did
	// Elsewhere is what it did to other members: a referrer's reward that went
	// back. The member of this operation is not to see it.
	Elsewhere []Happened
}

// Given is one gift, given or taken back.
type Given struct {
	Gift    string // its id; "stamp/<card>" for a prize
	Kind    loyalty.GiftKind
	Points  loyalty.Points
	Ref     loyalty.Ref     // of the points' entry; "" without points
	Voucher voucher.Voucher // without an ID: none, or not chosen yet
}

// KindPrize is the kind of a full stamp card's gift.
const KindPrize loyalty.GiftKind = "prize"

// refusal is a refusal without arguments.
type refusal string

func (r refusal) Error() string { return "club: " + string(r) }

// Refusal marks it as an answer, see [loyalty.Refused].
func (refusal) Refusal() {}

// Refusals of [Club.Claim].
var (
	ErrNoGift = refusal("this gift cannot be had now, or was taken already")
	ErrChoice = refusal("this gift has no such reward to choose")
)

// member is what the club looks at when it decides about somebody. What takes
// longer to read is read when it is asked for.
type member struct {
	id    loyalty.MemberID
	rules *loyalty.Programme
	zone  *time.Location
	today time.Time // the local date
	card  card
	facts loyalty.Facts    // see [Club.know]
	acct  *loyalty.Account // see [Club.account]
}

// monthDay is how a day of the year is written in keys.
const monthDay = "01-02"

// card is what the club counts of a member.
type card struct {
	// Visits is how many sales counted as visits, and Last the date of the
	// newest; those taken back excluded.
	Visits int64     `json:"visits,omitempty"`
	Last   time.Time `json:"last,omitzero"`
	// Day is under which day of the year the member's anniversary is indexed.
	Day string `json:"day,omitempty"`
	// Into is who the member was merged into, and Counted how many visits the
	// ledger's months had then; Parts are all who were merged into the member.
	Into    loyalty.MemberID   `json:"into,omitempty"`
	Counted int64              `json:"counted,omitempty"`
	Parts   []loyalty.MemberID `json:"parts,omitempty"`
}

// same reports whether two cards say the same.
func (k card) same(o card) bool {
	return k.Visits == o.Visits && k.Last.Equal(o.Last) && k.Day == o.Day && k.Into == o.Into && k.Counted == o.Counted && slices.Equal(k.Parts, o.Parts)
}

var (
	cards  = store.NewTable[card]("clubcard/", store.Locked, store.FirstPart("member"))
	joined = store.NewTable[struct{}]("joined/", store.Free, nil) // written by its member's transactions only
)

// look locks the member, and those who were merged with them, and reads what is
// known.
func (c *Club) look(tx store.Tx, m loyalty.MemberID, now time.Time) (*member, error) {
	return c.peek(tx, m, now)
}

// lock makes a member's rows an Update's own; a View needs none.
func lock(r store.Reader, m ...loyalty.MemberID) error {
	tx, ok := r.(store.Tx)
	if !ok {
		return nil
	}
	subjects := make([]store.Subject, len(m))
	for i, one := range m {
		subjects[i] = store.Subject("member/" + string(one))
	}
	return tx.Lock(subjects...)
}

// peek is look for who only reads. Who was merged into somebody is that person.
func (c *Club) peek(r store.Reader, m loyalty.MemberID, now time.Time) (*member, error) {
	if err := lock(r, m); err != nil {
		return nil, err
	}
	x := &member{id: m, rules: c.Programme(now)}
	x.zone = x.rules.Location()
	x.today = dateOf(now, x.zone)
	var known bool
	var err error
	if x.card, known, err = cards.Get(r, string(m)); err != nil {
		return nil, err
	}
	if x.card.Into != "" {
		return c.peek(r, x.card.Into, now)
	}
	if known {
		return x, lock(r, x.card.Parts...)
	}
	a, err := c.account(r, x) // a new member, or one from before the club was kept
	if err != nil {
		return nil, err
	}
	x.card.Visits, x.card.Last = a.Count.Visits, lastVisit(a, x.zone)
	return x, nil
}

// account is the member's account as it was when it was read first, or since
// [member.stale].
func (c *Club) account(r store.Reader, x *member) (*loyalty.Account, error) {
	if x.acct == nil {
		a, err := c.Book.Account(r, x.id)
		if err != nil {
			return nil, err
		}
		x.acct = &a
	}
	return x.acct, nil
}

// stale says that the account was changed since it was read.
func (x *member) stale() { x.acct = nil }

// know asks for what is known of the member beside the ledger. Most sales do
// not need it, and it takes opening the person's row.
func (c *Club) know(r store.Reader, x *member) (err error) {
	if c.Facts != nil {
		if x.facts, err = c.Facts(r, x.id); err != nil {
			return err
		}
	}
	if x.facts.Joined.IsZero() {
		a, err := c.account(r, x)
		if err != nil {
			return err
		}
		x.facts.Joined = a.Count.First
	}
	return nil
}

// keep stores the member's card if it is another one than was, and puts a member
// that is new to it into the index of anniversaries.
func (c *Club) keep(tx store.Tx, x *member, was card) error {
	if x.card.Day == "" {
		if err := c.know(tx, x); err != nil {
			return err
		}
		if x.facts.Joined.IsZero() {
			x.facts.Joined = midnight(x.today, x.rules)
		}
		x.card.Day = dateOf(x.facts.Joined, x.zone).Format(monthDay)
		if err := joined.Put(tx, struct{}{}, x.card.Day, string(x.id)); err != nil {
			return err
		}
	}
	if x.card.same(was) {
		return nil
	}
	return cards.Put(tx, x.card, string(x.id))
}

// Leave ends what a member who leaves still has: open vouchers are void, points
// are given up, referrals that wait come to nothing, and no anniversary is kept
// any more. What they were given stays known, so that it is not given twice.
// act.Reason is asked for. Calling it again is no error.
func (c *Club) Leave(tx store.Tx, m loyalty.MemberID, act book.Act) error {
	vouchers := by(act, "vouchers")
	if _, err := c.Vouchers.VoidAll(tx, m, vouchers, "left"); err != nil {
		return err
	}
	if err := c.Book.GiveUp(tx, m, act); err != nil {
		return err
	}
	x, err := c.look(tx, m, act.Now)
	if err != nil {
		return err
	}
	for _, one := range x.family() {
		if c.Referrals == nil {
			break
		}
		if err := c.Referrals.Left(tx, one, act.Now); err != nil {
			return err
		}
	}
	if x.card.Day != "" {
		if err := joined.Delete(tx, x.card.Day, string(x.id)); err != nil {
			return err
		}
	}
	return c.did(tx, Deed{Kind: Left, Member: x.id, Act: act})
}

// by is the act of a rule that follows from act: done by the program, under an
// operation id made from act's.
func by(act book.Act, rule string) book.Act {
	return book.Act{Op: opID(string(act.Op), rule), Actor: loyalty.ByJob("club"), Store: act.Store, Now: act.Now}
}

// opID is an operation id under another's; one that would be too long keeps a
// hash of it.
func opID(op, rule string) loyalty.OpID {
	const longest = 180 // vouchers put a word behind it
	if len(op)+1+len(rule) > longest {
		sum := sha256.Sum256([]byte(op + "/" + rule))
		return loyalty.OpID("long/" + hex.EncodeToString(sum[:]))
	}
	return loyalty.OpID(op + "/" + rule)
}

// accident is err unless it is the rules saying no: what a sale brings besides
// is not given then, and the sale stands.
func accident(err error) error {
	if loyalty.Refused(err) {
		return nil
	}
	return err
}
