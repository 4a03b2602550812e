package loyalty

import (
	"encoding/hex"
	"errors"
	"slices"
	"time"
)

// Kind is what an entry does.
type Kind string

// The kinds of entries.
const (
	KindEarn     Kind = "earn"     // a sale's points: pays debt, then opens a lot
	KindGive     Kind = "give"     // points given by hand: the same
	KindAdjust   Kind = "adjust"   // a correction by hand, up or down
	KindSpend    Kind = "spend"    // available points are used
	KindHold     Kind = "hold"     // available points are set aside
	KindCapture  Kind = "capture"  // held points are used
	KindRelease  Kind = "release"  // held points go back
	KindTimeout  Kind = "timeout"  // the same, because the hold's deadline passed
	KindUndo     Kind = "undo"     // a spend, capture or wait is taken back
	KindReverse  Kind = "reverse"  // an earning is taken back, whole or in part
	KindWait     Kind = "wait"     // a reversal came before its earning
	KindActivate Kind = "activate" // a pending lot becomes spendable
	KindExpire   Kind = "expire"   // a lot's rest is gone
	KindRepay    Kind = "repay"    // points that came back pay a debt
	KindFreeze   Kind = "freeze"   // no spending from here on
	KindThaw     Kind = "thaw"     // spending again
	KindGift     Kind = "gift"     // points or stamps that a rule gives: welcome, birthday, referral …
	KindForfeit  Kind = "forfeit"  // held points are gone, because the hold's terms say so at its deadline
	KindTier     Kind = "tier"     // the member's tier changes or is renewed
	KindTerms    Kind = "terms"    // a lot comes under a newer expiry rule
	KindOpening  Kind = "opening"  // brought from another system: points, or a purchase that counts and gives none
	KindMerge    Kind = "merge"    // the account becomes part of another, or takes one in
	KindUnmerge  Kind = "unmerge"  // that is taken back
	KindAdopt    Kind = "adopt"    // what is to be known of an old entry of a member taken in
	KindTransfer Kind = "transfer" // points are lent to another account, or borrowed from one; see [Together]
	KindHome     Kind = "home"     // borrowed points that came free go back to their own lot
	KindMatch    Kind = "match"    // a tier that stands until a date without being counted; see [Match]
)

// Automatic reports whether entries of this kind follow from time and rules
// alone: they have no public reference, no operation and no actor but
// "job/settle".
func (k Kind) Automatic() bool {
	switch k {
	case KindActivate, KindExpire, KindTimeout, KindRepay, KindForfeit, KindTier, KindTerms, KindAdopt, KindHome:
		return true
	}
	return false
}

// Pot is an account of the double entry. The pots of one member sum to 0 at
// all times, and so do all members' together.
type Pot string

// The pots. Issued is the shop's side and mostly negative; Debt is negative
// while the member owes.
const (
	Issued     Pot = "issued"
	Available  Pot = "available"
	Pending    Pot = "pending"
	Held       Pot = "held"
	Redeemed   Pot = "redeemed"
	Expired    Pot = "expired"
	Debt       Pot = "debt"
	WrittenOff Pot = "written_off"
	Joined     Pot = "joined" // what went to, or came from, another account, by a merge or lent
)

// Leg is one side of an entry. An entry's legs sum to 0.
type Leg struct {
	Pot    Pot    `json:"pot"`
	Points Points `json:"points"`
}

// Part is how many of an entry's points came from, or went back to, a lot. A
// lot is named by the Seq of the entry that opened it.
type Part struct {
	Lot    uint64 `json:"lot"`
	Points Points `json:"points"` // > 0; the entry's kind says in which direction
	// Expired says that a reversal takes points that had expired before, so
	// that nobody owes for what they lost unused.
	Expired bool `json:"expired,omitempty"`
}

// Opening is the lot that an entry opens.
type Opening struct {
	Granted   Points    `json:"granted"`
	Rule      int       `json:"rule"` // version of the expiry rule
	Base      time.Time `json:"base"` // the date that the rule counts from
	ActiveAt  time.Time `json:"active,omitzero"`
	ExpiresAt time.Time `json:"expires,omitzero"` // exclusive; zero is never
	Idle      bool      `json:"idle,omitempty"`   // any activity renews it
	// Level is the tier at which it was earned, as it may have a rule of its
	// own; "" is the lowest.
	Level string `json:"level,omitempty"`
}

// Hash is a link of the chain. As text it is 64 hexadecimal digits.
type Hash [32]byte

// AppendText appends the text form.
func (h Hash) AppendText(b []byte) ([]byte, error) { return hex.AppendEncode(b, h[:]), nil }

// MarshalText writes the text form.
func (h Hash) MarshalText() ([]byte, error) { return h.AppendText(nil) }

// UnmarshalText reads the text form.
func (h *Hash) UnmarshalText(b []byte) error {
	if len(b) != hex.EncodedLen(len(h)) {
		return errors.New("loyalty: a hash has 64 hexadecimal digits")
	}
	_, err := hex.Decode(h[:], b)
	return err
}

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// FormNow is the canonical form in which new entries are written.
const FormNow = 2

// FormCarry is the form of entries with a [Carry]; no others have one.
const FormCarry = 3

// FormPeer is the form of entries with a [Peer], and of those that carry borrowed
// lots; no others have it.
const FormPeer = 4

// Formed is the form in which a new entry is written: the oldest that can hold it.
func (e *Entry) Formed() uint8 {
	switch {
	case e.Peer != nil, e.Carry != nil && slices.ContainsFunc(e.Carry.Lots, func(l Lot) bool { return l.From != "" }):
		return FormPeer
	case e.Carry != nil:
		return FormCarry
	}
	return FormNow
}

// Entry is one change of one member's account. Entries are only ever added.
// It holds nothing that names a person but Reason, which callers seal.
type Entry struct {
	Form        uint8     `json:"form"` // of [Entry.Canonical]: FormNow when it was written
	Member      MemberID  `json:"member"`
	Seq         uint64    `json:"seq"` // 1, 2, 3 …
	Ref         Ref       `json:"ref,omitempty"`
	Kind        Kind      `json:"kind"`
	Legs        []Leg     `json:"legs,omitempty"`
	Parts       []Part    `json:"parts,omitempty"`
	Lot         *Opening  `json:"lot,omitempty"`
	Of          uint64    `json:"of,omitempty"`    // the entry that this one corrects, captures, releases
	For         uint64    `json:"for,omitempty"`   // a reversal that had waited: its wait entry
	Whole       bool      `json:"whole,omitempty"` // a reversal that leaves nothing to take back
	Sale        bool      `json:"sale,omitempty"`  // a reversal of a sale, not of a gift
	Op          OpID      `json:"op,omitempty"`
	Digest      Hash      `json:"digest,omitzero"` // of the operation's payload
	EffectiveAt time.Time `json:"effective"`
	RecordedAt  time.Time `json:"recorded"` // never falls from entry to entry
	Actor       Actor     `json:"actor"`
	Role        Role      `json:"role,omitempty"`
	Approver    Actor     `json:"approver,omitempty"`
	Store       Store     `json:"store,omitempty"`
	Reason      []byte    `json:"reason,omitempty"` // sealed by the caller
	Amount      Money     `json:"amount,omitempty"` // of the sale, or of the refund
	Order       Order     `json:"order,omitempty"`
	Programme   int       `json:"programme,omitempty"` // version of the rules
	Deadline    time.Time `json:"deadline,omitzero"`   // of a hold
	RenewsTo    time.Time `json:"renews,omitzero"`     // idle lots expire then from now on

	// From form 2 on.

	Lines    []Line     `json:"lines,omitempty"`    // of the sale, or of what came back
	Shares   []Share    `json:"shares,omitempty"`   // which rules gave the points
	Tally    Tally      `json:"tally,omitzero"`     // what it adds to the counts
	Stamps   []Stamping `json:"stamps,omitempty"`   // what it does to stamp cards
	Standing *Standing  `json:"standing,omitempty"` // KindTier, KindMatch: the member's from here on; a sale: nil
	Level    string     `json:"level,omitempty"`    // the tier under which a sale was decided; KindTier: the one that it ends
	Voucher  string     `json:"voucher,omitempty"`  // a sale: paid a part; a hold or spend: what it is for
	Gift     string     `json:"gift,omitempty"`     // KindGift: which gift, as in "birthday/2026"
	Forfeit  bool       `json:"forfeit,omitempty"`  // a hold: its points are gone at the deadline, not back

	// From form 3 on.

	Carry *Carry `json:"carry,omitempty"` // KindMerge, KindUnmerge, KindAdopt

	// From form 4 on.

	Peer *Peer `json:"peer,omitempty"` // KindTransfer, KindHome: the other half

	Hash Hash `json:"hash"` // of the one before and of this entry's canonical form
}

// In is what the entry adds to a pot.
func (e Entry) In(p Pot) Points {
	var sum Points
	for _, l := range e.Legs {
		if l.Pot == p {
			sum += l.Points
		}
	}
	return sum
}

// Change is what the member sees the entry do to their points, signed: points
// that pay a debt count, points that move to or from a hold do as well.
func (e Entry) Change() Points { return e.In(Available) + e.In(Pending) + e.In(Debt) }
