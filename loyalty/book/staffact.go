package book

import (
	"cmp"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// StaffAct is one act of an employee's day, as who looks into it needs it: the
// entry says the rest.
type StaffAct struct {
	Ref    loyalty.Ref
	Member loyalty.MemberID
	Kind   loyalty.Kind
	At     time.Time // when it was done
	Amount loyalty.Money
	Points loyalty.Points // given, used or taken back
	Store  loyalty.Store
	Order  bool // it has an order number
	Gift   bool // points by hand
	Round  bool // a sale of a sum that people make up
	Late   bool // taken back after the points were used
}

// Gives reports whether the act is a sale or a gift.
func (a *StaffAct) Gives() bool { return a.Kind == loyalty.KindEarn || a.Gift }

// StaffActs are what an employee recorded for these members on a local day, oldest
// first. It reads each one's newest entries back to that day, and is for a View: a
// day's sums are kept, its single acts are only looked up where the sums are
// unusual.
func (b *Book) StaffActs(r store.Reader, staff loyalty.Actor, day string, members []loyalty.MemberID) (list []StaffAct, err error) {
	for _, m := range members {
		a, _, err := accounts.Get(r, string(m))
		if err != nil {
			return nil, err
		}
		for seq := a.Seq; seq > 0; seq-- {
			e, ok, err := entries.Get(r, string(m), seqKey(seq))
			if err != nil {
				return nil, err
			}
			recorded := b.Programme(e.RecordedAt).Day(e.RecordedAt)
			if !ok || recorded < day {
				break
			}
			if recorded != day || e.Actor != staff || !counted(&e) {
				continue
			}
			act, err := actOf(r, &e)
			if err != nil {
				return nil, err
			}
			list = append(list, act)
		}
	}
	slices.SortFunc(list, func(a, b StaffAct) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Ref, b.Ref)) })
	return list, nil
}

func actOf(r store.Reader, e *loyalty.Entry) (StaffAct, error) {
	late, err := afterUse(r, e)
	return StaffAct{
		Ref: e.Ref, Member: e.Member, Kind: e.Kind, At: e.EffectiveAt, Amount: e.Amount, Points: moved(e), Store: e.Store,
		Order: e.Order != "", Gift: given(e) > 0, Round: e.Kind == loyalty.KindEarn && round(e.Amount), Late: late,
	}, err
}

// counted reports whether an entry is one that an employee's day counts.
func counted(e *loyalty.Entry) bool {
	switch e.Kind {
	case loyalty.KindEarn, loyalty.KindSpend, loyalty.KindCapture, loyalty.KindUndo, loyalty.KindReverse:
		return true
	}
	return given(e) > 0
}

// moved is how many points an entry gives, uses or takes back.
func moved(e *loyalty.Entry) loyalty.Points {
	n := e.In(loyalty.Issued)
	if n == 0 {
		n = e.In(loyalty.Redeemed)
	}
	return max(n, -n)
}

// soon is how long after a use its taking back is the mending of a slip.
const soon = 15 * time.Minute

// afterUse reports whether an entry takes back what was used already: a sale whose
// points are spent, or a use whose reward was handed out a while ago.
func afterUse(r store.Reader, e *loyalty.Entry) (bool, error) {
	switch e.Kind {
	case loyalty.KindReverse:
		return e.In(loyalty.Debt) < 0 || e.In(loyalty.WrittenOff) != 0, nil
	case loyalty.KindUndo:
		of, ok, err := entries.Get(r, string(e.Member), seqKey(e.Of))
		used := of.Kind == loyalty.KindSpend || of.Kind == loyalty.KindCapture
		return ok && used && e.RecordedAt.Sub(of.RecordedAt) > soon, err
	}
	return false, nil
}
