package whatif

import (
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
)

// story is what happened to one member, as the ledger and the vouchers have it.
type story struct {
	member  loyalty.MemberID
	entries []loyalty.Entry
	facts   loyalty.Facts
	rewards map[string]string // by a voucher's id, of those whose rows are kept
}

// at is what was known of the member at a moment: a birthday only once it was
// entered.
func (st *story) at(t time.Time) loyalty.Facts {
	f := st.facts
	if f.BirthSet.After(t) {
		f.BirthMonth, f.BirthDay = 0, 0
	}
	if f.BirthChanged.After(t) {
		f.BirthChanged = time.Time{}
	}
	return f
}

// alone reports whether the story can be told without anybody else's: it has
// entries of the kinds below and no others, as merging two members or sharing
// points make them.
func (st *story) alone() bool {
	for i := range st.entries {
		k := st.entries[i].Kind
		if !k.Automatic() && !slices.Contains(lived, k) || k == loyalty.KindAdopt || k == loyalty.KindHome {
			return false
		}
	}
	return true
}

// lived are the kinds of what people did and rules gave; what time does is besides.
var lived = []loyalty.Kind{
	loyalty.KindEarn, loyalty.KindGive, loyalty.KindAdjust, loyalty.KindSpend, loyalty.KindHold, loyalty.KindCapture,
	loyalty.KindRelease, loyalty.KindUndo, loyalty.KindReverse, loyalty.KindWait, loyalty.KindFreeze, loyalty.KindThaw,
	loyalty.KindGift, loyalty.KindOpening, loyalty.KindMatch,
}

// follows reports whether an entry came with the one before it, as part of one
// sale: a head start on a card, or a refund that had waited.
func (st *story) follows(i int) bool {
	e := &st.entries[i]
	if e.For != 0 {
		return true
	}
	for k := i - 1; k >= 0 && e.Kind == loyalty.KindGift && e.Gift == loyalty.StartGift; k-- {
		if b := &st.entries[k]; !b.Kind.Automatic() {
			return b.Kind == loyalty.KindEarn && b.Op == e.Op
		}
	}
	return false
}

// numbered is one of the ledger's entries, nil for none.
func (st *story) numbered(seq uint64) *loyalty.Entry {
	if seq == 0 || seq > uint64(len(st.entries)) {
		return nil
	}
	return &st.entries[seq-1] // they are numbered from 1 without a gap
}

// giftName parts the name that a gift's entry has.
func giftName(name string) (id, period string) {
	i := strings.LastIndexByte(name, '/')
	return name[:max(i, 0)], name[i+1:]
}

// giftOf is the programme's gift of an id, nil for none.
func giftOf(p *loyalty.Programme, id string) *loyalty.Gift {
	for i := range p.Gifts {
		if p.Gifts[i].ID == id {
			return &p.Gifts[i]
		}
	}
	return nil
}

// bySale reports whether gifts of a kind follow from sales alone, so that they
// are decided anew.
func bySale(k loyalty.GiftKind) bool {
	return k == loyalty.GiftVisit || k == loyalty.GiftComeback || k == loyalty.GiftTier
}
