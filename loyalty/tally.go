package loyalty

import (
	"fmt"
	"slices"
)

// How many counts an account's head keeps. What a programme looks back at must
// lie in them: 37 months are three years and the month they began in.
const (
	maxBuckets = 37
	maxDays    = 8
)

// tally adds the entry's counts to their month and their day.
func (a *Account) tally(e *Entry) error {
	if e.Tally == (Tally{}) {
		return nil
	}
	month, day := e.Tally, e.Tally
	month.Day, day.Bucket = 0, 0
	var err error
	if a.Buckets, err = count(a.Buckets, month, maxBuckets, func(t Tally) int32 { return t.Bucket }); err != nil {
		return err
	}
	a.Days, err = count(a.Days, day, maxDays, func(t Tally) int32 { return t.Day })
	return err
}

// count adds one tally to an ordered list that keeps its newest n. What is
// older than all of a full list is forgotten: nothing looks at it any more.
func count(list []Tally, t Tally, n int, key func(Tally) int32) ([]Tally, error) {
	i := len(list) // mostly it is the newest
	for i > 0 && key(list[i-1]) > key(t) {
		i--
	}
	if i == 0 || key(list[i-1]) < key(t) {
		list = slices.Insert(list, i, t)
		return slices.Delete(list, 0, max(0, len(list)-n)), nil
	}
	i--
	l := &list[i]
	var bad error
	plus := func(to *int64, n int64) {
		sum, err := add(*to, n)
		if err != nil {
			bad = err
			return
		}
		*to = sum
	}
	plus(&l.Visits, t.Visits)
	plus(&l.Nights, t.Nights)
	plus((*int64)(&l.Money), int64(t.Money))
	plus((*int64)(&l.Points), int64(t.Points))
	plus((*int64)(&l.Earned), int64(t.Earned))
	return list, bad
}

// stamp changes the stamp cards.
func (a *Account) stamp(e *Entry) error {
	for _, s := range e.Stamps {
		if s.Card == "" {
			return fmt.Errorf("stamps without a card")
		}
		if a.Cards == nil {
			a.Cards = map[string]Stamps{}
		}
		c := a.Cards[s.Card]
		var err error
		if c.Have, err = add(c.Have, s.Stamps); err != nil {
			return err
		}
		if c.Filled, err = add(c.Filled, s.Filled); err != nil {
			return err
		}
		a.Cards[s.Card] = c
	}
	return nil
}
