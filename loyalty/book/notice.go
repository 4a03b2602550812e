package book

import (
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// told is up to when a member's notices are done with: told, or too old. Open
// says that the one of that instant is not, as the account changed after its
// time had come and before anybody told it.
type told struct {
	At   time.Time `json:"at"`
	Open bool      `json:"open,omitempty"`
}

// Noticed is a notice that is due, and whose it is.
type Noticed struct {
	Member loyalty.MemberID
	loyalty.Notice
}

// nextNotice is the account's next notice after it was changed and after the
// member was told last: so it follows from rows alone, whenever one looks.
func (b *Book) nextNotice(a *loyalty.Account, last told) (loyalty.Notice, bool) {
	if a.Seq == 0 {
		return loyalty.Notice{}, false
	}
	after := a.RecordedAt
	switch {
	case last.Open:
		after = last.At.Add(-1)
	case after.Before(last.At):
		after = last.At
	}
	return loyalty.NextNotice(a, b.Programme(after), after)
}

// saveNotice moves the row of the member's next notice. One whose time has come
// stays until it is told, as long as there is something to tell.
func (o *open) saveNotice(tx store.Tx) error {
	last, _, err := tolds.Get(tx, string(o.member))
	if err != nil {
		return err
	}
	was, planned := o.book.nextNotice(o.before, last)
	if due := planned && !was.At.After(o.account.RecordedAt); due != last.Open {
		if last = (told{At: o.account.RecordedAt}); due {
			last = told{was.At, true}
		}
		if err := tolds.Put(tx, last, string(o.member)); err != nil {
			return err
		}
	}
	is, _ := o.book.nextNotice(o.account, last)
	return moveNotice(tx, string(o.member), was, is)
}

func moveNotice(tx store.Tx, m string, was, is loyalty.Notice) error {
	if was == is {
		return nil
	}
	if !was.At.IsZero() {
		if err := notices.Delete(tx, timeKey(was.At), m); err != nil {
			return err
		}
	}
	if is.At.IsZero() {
		return nil
	}
	return notices.Put(tx, is, timeKey(is.At), m)
}

// DueNotices lists at most n notices whose time has come by now, the oldest
// first, as they are to be told at now: one that comes late says how many days
// are left, and one without points comes too late to be told. Whoever tells a
// member calls [Book.MarkNoticed] in the same Update. While the clock is in
// doubt there are none, as they would speak of the wrong day. It is for a View.
func (b *Book) DueNotices(r store.Reader, now time.Time, n int) (list []Noticed, err error) {
	if b.clockInDoubt() {
		return nil, nil
	}
	p := b.Programme(now)
	for key, notice := range notices.Scan(r, notices.Between("", timeKey(now.Add(1))), &err) {
		_, m, _ := strings.Cut(key, "/")
		if list = append(list, Noticed{loyalty.MemberID(m), notice.As(p, now)}); len(list) >= n {
			break
		}
	}
	return list, err
}

// MarkNoticed says that the member was told at now, and plans their next
// notice: those whose time passed meanwhile are not told any more. Its Tx locks
// the member.
func (b *Book) MarkNoticed(tx store.Tx, m loyalty.MemberID, now time.Time) error {
	if err := read(tx, m); err != nil {
		return err
	}
	a, _, err := accounts.Get(tx, string(m))
	if err != nil {
		return err
	}
	last, _, err := tolds.Get(tx, string(m))
	if err != nil || !last.Open && !last.At.Before(now) {
		return err
	}
	next := told{At: now.Round(0).UTC()}
	if err := tolds.Put(tx, next, string(m)); err != nil {
		return err
	}
	was, _ := b.nextNotice(&a, last)
	is, _ := b.nextNotice(&a, next)
	return moveNotice(tx, string(m), was, is)
}

// Progress is the member's way to the next tier at now; false where the
// programme has none. It is right whether or not anybody settled. In an Update
// it locks the member.
func (b *Book) Progress(r store.Reader, m loyalty.MemberID, now time.Time) (loyalty.Progress, bool, error) {
	v, err := b.View(r, m, now)
	return v.Progress, v.Tiers, err
}

// View is what a member has and is at a moment, from one read of their row.
type View struct {
	Balance  loyalty.Balance
	Progress loyalty.Progress          // only where there are tiers
	Tiers    bool                      // the programme has them
	Cards    map[string]loyalty.Stamps // stamp cards by their id
}

// View reads balance, tier and stamp cards at once: the account is one row, and
// decoding it costs more than any sum over it. In an Update it locks the member.
func (b *Book) View(r store.Reader, m loyalty.MemberID, now time.Time) (v View, err error) {
	a, k, err := reach(r, m)
	if err != nil {
		return v, err
	}
	v.Cards = a.Cards
	rules := b.newest(&a, now)
	if v.Balance, err = loyalty.BalanceAt(&a, rules, now); err != nil || len(rules.Tiers.Levels) == 0 {
		return v, err
	}
	f, err := b.factsOf(r, k.member)
	if err != nil {
		return v, err
	}
	v.Progress, v.Tiers, err = loyalty.ProgressAt(&a, rules, f, now)
	return v, err
}
