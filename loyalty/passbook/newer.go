package passbook

import (
	"errors"
	"fmt"
)

// Refusals of two statements that cannot be held against each other.
var (
	ErrOtherAccount = errors.New("the two statements are not of one account: they are two members', or the older card was put into another one since")
	ErrOtherKey     = errors.New("the two statements are signed with different keys")
	ErrOlder        = errors.New("the statement is older than the one that it is held against")
)

// ContradictError says that a shop has signed two things that cannot both be true.
type ContradictError struct {
	Older, Newer Line // Newer has no Seq where there is none
}

// Error names the entry, and what each says of it.
func (e *ContradictError) Error() string {
	if e.Newer.Seq == 0 {
		return fmt.Sprintf("entry %d%s of the older statement is missing from the newer", e.Older.Seq, named(e.Older.Ref))
	}
	return fmt.Sprintf("entry %d%s was %+d points with a balance of %d in the older statement, and is another in the newer: %+d with a balance of %d%s",
		e.Older.Seq, named(e.Older.Ref), e.Older.Points, e.Older.Balance, e.Newer.Points, e.Newer.Balance, named(e.Newer.Ref))
}

// Newer says whether a statement goes on where an older one ended, with nothing of it
// changed. Both must have been read whole. What a line says in words may differ, as the
// language may and what became of a voucher.
func Newer(older, newer *Statement) error {
	switch {
	case !older.Key.Equal(newer.Key):
		return ErrOtherKey
	case older.Account != newer.Account:
		return ErrOtherAccount
	case newer.Made.Before(older.Made):
		return ErrOlder
	}
	for i, was := range older.Lines {
		if i >= len(newer.Lines) {
			return &ContradictError{Older: was}
		}
		if is := newer.Lines[i]; !was.same(is) {
			return &ContradictError{was, is}
		}
	}
	return nil
}

// same compares what two lines state, and not their words.
func (l Line) same(o Line) bool {
	return l.Seq == o.Seq && l.At.Equal(o.At) && l.Ref == o.Ref && l.Kind == o.Kind &&
		l.Points == o.Points && l.Balance == o.Balance && l.Entry == o.Entry
}
