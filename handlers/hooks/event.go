package hooks

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
)

// Type is what sort of event it is. Types are for programs: their names never
// change.
type Type string

// The types of events.
const (
	MemberJoined     Type = "member.joined"
	MemberErased     Type = "member.erased" // left, and everything personal is gone: forget the id
	MemberMerged     Type = "member.merged" // into another, who has the points from now on
	MemberUnmerged   Type = "member.unmerged"
	PointsEarned     Type = "points.earned"    // a sale, a gift, by hand, or brought along
	PointsSpent      Type = "points.spent"     // used for something
	PointsExpired    Type = "points.expired"   // their time was over
	PointsCorrected  Type = "points.corrected" // by hand, up or down
	PointsReversed   Type = "points.reversed"  // an earlier entry was taken back, whole or in part
	TierChanged      Type = "tier.changed"
	VoucherIssued    Type = "voucher.issued"
	VoucherUsed      Type = "voucher.used"
	VoucherReopened  Type = "voucher.reopened" // its use was taken back
	VoucherVoid      Type = "voucher.void"     // given back or withdrawn
	VoucherExpired   Type = "voucher.expired"
	CampaignFinished Type = "campaign.finished"
	// Test is sent to an endpoint to see whether it hears; it is in no list.
	Test Type = "test"
)

// Types are all that an endpoint may want, in the order in which they are shown.
func Types() []Type {
	return []Type{
		MemberJoined, MemberErased, MemberMerged, MemberUnmerged, PointsEarned, PointsSpent, PointsExpired, PointsCorrected, PointsReversed,
		TierChanged, VoucherIssued, VoucherUsed, VoucherReopened, VoucherVoid, VoucherExpired, CampaignFinished,
	}
}

// Event is something that happened, as its row and its body have it.
type Event struct {
	ID   string    `json:"id"` // "evt_" and 32 hexadecimal digits
	Type Type      `json:"type"`
	At   time.Time `json:"timestamp"` // when it was recorded
	Data Data      `json:"data"`
}

// Data are the ids of what an event is about; which there are depends on its
// type. There is nothing else about anybody, by intention.
type Data struct {
	Member   loyalty.MemberID `json:"member,omitempty"`
	Into     loyalty.MemberID `json:"into,omitempty"`  // of a merge
	Entry    loyalty.Ref      `json:"entry,omitempty"` // its reference, where it has one
	Seq      uint64           `json:"seq,omitempty"`   // its number in the member's ledger
	Voucher  voucher.ID       `json:"voucher,omitempty"`
	Reward   string           `json:"reward,omitempty"` // as the programme calls it
	From     string           `json:"from,omitempty"`   // tiers, as the programme calls them
	To       string           `json:"to,omitempty"`
	Campaign string           `json:"campaign,omitempty"`
	Store    loyalty.Store    `json:"store,omitempty"`
}

// newEvent is an event; what tells it from all others, so that the same one has
// the same id however often its transaction runs.
func newEvent(t Type, at time.Time, d Data, what ...string) Event {
	sum := sha256.Sum256([]byte(string(t) + "\x00" + strings.Join(what, "\x00")))
	return Event{ID: "evt_" + hex.EncodeToString(sum[:16]), Type: t, At: at.UTC().Truncate(time.Millisecond), Data: d}
}

// typeOf is the type of an entry's event, and whether it makes one: what follows
// from another entry, or moves points between pots only, makes none.
func typeOf(e *loyalty.Entry) (Type, bool) {
	switch e.Kind {
	case loyalty.KindEarn, loyalty.KindGive, loyalty.KindGift, loyalty.KindOpening:
		return PointsEarned, e.Change() != 0
	case loyalty.KindSpend, loyalty.KindCapture:
		return PointsSpent, true
	case loyalty.KindExpire, loyalty.KindForfeit:
		return PointsExpired, true
	case loyalty.KindAdjust:
		return PointsCorrected, true
	case loyalty.KindUndo, loyalty.KindReverse:
		return PointsReversed, len(e.Legs) > 0
	case loyalty.KindTier:
		return TierChanged, e.Standing != nil && e.Standing.Level != e.Level
	case loyalty.KindMerge: // of the two entries, that of who went
		return MemberMerged, e.Carry != nil && e.Carry.Wing == 0
	case loyalty.KindUnmerge:
		return MemberUnmerged, e.Carry != nil && e.Carry.Wing == 0
	}
	return "", false
}

// ofEntry is an entry's event.
func ofEntry(e *loyalty.Entry) (Event, bool) {
	t, ok := typeOf(e)
	if !ok {
		return Event{}, false
	}
	d := Data{Member: e.Member, Entry: e.Ref, Seq: e.Seq, Store: e.Store}
	switch t {
	case TierChanged:
		d.From, d.To = e.Level, e.Standing.Level
	case MemberMerged:
		d.Into = e.Carry.With
	}
	return newEvent(t, e.RecordedAt, d, string(e.Member), e.Hash.String()), true
}

// ofVoucher is the event of a voucher that became another; a zero was is one that
// did not exist. Rows do not say when a use was taken back: that is now.
func ofVoucher(was, is *voucher.Voucher, now time.Time) (Event, bool) {
	if was.State == is.State {
		return Event{}, false
	}
	var t Type
	d := Data{Member: is.Member, Voucher: is.ID, Reward: is.Reward}
	at, once := now, now
	switch {
	case was.ID == "": // a digital code is used at once; that it was issued is enough
		t, at, once = VoucherIssued, is.Issued, is.Issued
	case is.State == voucher.Used:
		t, at, once, d.Store = VoucherUsed, is.UsedAt, is.UsedAt, is.UsedStore
	case is.State == voucher.Open:
		t, once, d.Store = VoucherReopened, was.UsedAt, was.UsedStore
	case is.State == voucher.Void:
		t, at, once = VoucherVoid, is.VoidAt, is.VoidAt
	default:
		t, once = VoucherExpired, is.Until
	}
	return newEvent(t, at, d, string(is.ID), once.UTC().Format(time.RFC3339Nano)), true
}

// known reports whether there is such a type.
func known(t Type) bool { return slices.Contains(Types(), t) }
