package rollup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

var (
	// ErrMonthOpen refuses to close a month that is not over, or of which not
	// everything was taken in yet.
	ErrMonthOpen = errors.New("rollup: the month is not over, or not all of it is counted yet")
	// ErrNoPrice refuses to close a month in which the programme had no price for
	// points between stores.
	ErrNoPrice = errors.New("rollup: the programme has no [settlement]")
)

// Statement is a month between the shop's stores. Once closed it never changes:
// what is taken back later is a correction in a later one.
type Statement struct {
	Month    Month
	Closed   time.Time // when; zero of one that is reckoned anew each time
	Currency loyalty.Currency
	Terms    loyalty.Settlement // zero: in points alone
	Stores   []StoreStatement   // ordered; those with anything in the month
	Lines    []loyalty.StatementLine
}

// StoreStatement is what a store gave, took and lost in a month.
type StoreStatement struct {
	Store loyalty.Store `json:"-"`
	GivenMonth
	Own loyalty.Points `json:"own,omitempty"` // its own points spent there, less what was given back
}

// Of are the lines that a store is a side of.
func (s *Statement) Of(at loyalty.Store) (lines []loyalty.StatementLine) {
	for _, l := range s.Lines {
		if l.From == at || l.To == at {
			lines = append(lines, l)
		}
	}
	return lines
}

// Store is a store's own part; a zero one where it had nothing.
func (s *Statement) Store(at loyalty.Store) StoreStatement {
	for _, x := range s.Stores {
		if x.Store == at {
			return x
		}
	}
	return StoreStatement{Store: at}
}

// closedMonth is the row of a closed month; its stores have rows of their own.
type closedMonth struct {
	At       time.Time          `json:"at"`
	Currency loyalty.Currency   `json:"currency"`
	Terms    loyalty.Settlement `json:"terms"`
}

// closedStore is a store of a closed month, with the lines of what it owes.
type closedStore struct {
	StoreStatement
	Lines []loyalty.StatementLine `json:"lines,omitempty"`
}

var (
	closedMonths = store.NewTable[closedMonth]("statement/", store.Readable, guarded)
	closedStores = store.NewTable[closedStore]("statementof/", store.Readable, guarded)
)

func (m Month) key() string { return pad(int32(m)) }

// Date is the month's first day, at midnight UTC.
func (m Month) Date() time.Time { return m.first(time.UTC) }

// Before is the month before.
func (m Month) Before() Month {
	if m%100 == 1 {
		return m - 89
	}
	return m - 1
}

// first is the month's first instant in a zone.
func (m Month) first(zone *time.Location) time.Time {
	return time.Date(int(m/100), time.Month(m%100), 1, 0, 0, 0, 0, zone)
}

// end is the first instant after the month, by the shop's zone.
func (d *Desk) end(m Month) time.Time {
	zone := d.zoneAt(m.first(time.UTC))
	return m.first(zone).AddDate(0, 1, 0)
}

// Statement is a month as it was closed, or as far as it has come. The error is
// ErrNotYet where the rows were never made.
func (d *Desk) Statement(ctx context.Context, m Month) (s *Statement, err error) {
	err = d.read(ctx, Where{}, func(r store.Reader, st state, _ resolver) (err error) {
		s, err = d.statement(r, st, m)
		return err
	})
	return s, err
}

// Close writes a month's statement down. One that is closed stays as it is, and
// fresh is false. Refusals: ErrMonthOpen, ErrNoPrice, ErrNotYet.
func (d *Desk) Close(ctx context.Context, m Month, now time.Time) (s *Statement, fresh bool, err error) {
	at, err := d.AsOf(ctx)
	if err != nil {
		return nil, false, err
	}
	if end := d.end(m); now.Before(end) || at.Before(end) {
		return nil, false, ErrMonthOpen
	}
	err = d.DB.Update(ctx, func(tx store.Tx) error {
		fresh = false
		if err := tx.Lock(all); err != nil {
			return err
		}
		st, err := stateIn(tx)
		if err != nil {
			return err
		}
		if st.Gen == 0 || st.Form < formNow {
			return ErrNotYet
		}
		if s, err = d.statement(tx, st, m); err != nil || !s.Closed.IsZero() {
			return err
		}
		if !s.Terms.On() {
			return ErrNoPrice
		}
		s.Closed, fresh = now.UTC(), true
		return s.put(tx)
	})
	return s, fresh, err
}

// Unclosed are the months that are to be closed up to one: those after the last that
// was closed, which may be more than one where nobody ran the program, and where
// none was closed that one alone.
func (d *Desk) Unclosed(ctx context.Context, upTo Month) (list []Month, err error) {
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		last := Month(0)
		for key := range closedMonths.Scan(r, closedMonths.All(), &err) {
			last = max(last, Month(number(key)))
		}
		list = nil
		for m := upTo; m > last; m = m.Before() {
			if list = append(list, m); last == 0 {
				break
			}
		}
		slices.Reverse(list)
		return err
	})
	return list, err
}

func (s *Statement) put(tx store.Tx) error {
	for _, x := range s.Stores {
		row := closedStore{StoreStatement: x}
		for _, l := range s.Lines {
			if l.From == x.Store {
				row.Lines = append(row.Lines, l)
			}
		}
		if err := closedStores.Put(tx, row, s.Month.key(), storePart(x.Store)); err != nil {
			return err
		}
	}
	return closedMonths.Put(tx, closedMonth{s.Closed, s.Currency, s.Terms}, s.Month.key())
}

// statement is the closed one, or the one as the rows are now.
func (d *Desk) statement(r store.Reader, st state, m Month) (*Statement, error) {
	row, ok, err := closedMonths.Get(r, m.key())
	if err != nil {
		return nil, err
	}
	if ok {
		return closed(r, m, row)
	}
	s := &Statement{Month: m}
	s.Currency, s.Terms = d.terms(m)
	return s, d.fill(r, st, s)
}

// terms are what a month is reckoned by: the programme of its last moment.
func (d *Desk) terms(m Month) (loyalty.Currency, loyalty.Settlement) {
	p := d.Programme(d.end(m).Add(-time.Nanosecond))
	return p.Currency, p.Settlement
}

// closed reads a month that was closed.
func closed(r store.Reader, m Month, row closedMonth) (*Statement, error) {
	s := &Statement{Month: m, Closed: row.At, Currency: row.Currency, Terms: row.Terms}
	var err error
	for key, x := range closedStores.Scan(r, closedStores.Under(m.key()), &err) {
		x.Store = storeOf(key[len(m.key())+1:])
		s.Stores = append(s.Stores, x.StoreStatement)
		s.Lines = append(s.Lines, x.Lines...)
	}
	slices.SortFunc(s.Stores, func(a, b StoreStatement) int { return cmp.Compare(a.Store, b.Store) })
	slices.SortFunc(s.Lines, loyalty.CompareLines)
	return s, err
}

// fill reckons a month from the rows.
func (d *Desk) fill(r store.Reader, st state, s *Statement) error {
	net, err := settledIn(r, st, s.Month)
	if err != nil {
		return err
	}
	late, err := latesIn(r, st, s.Month)
	if err != nil {
		return err
	}
	sums := map[loyalty.Store]*StoreStatement{}
	at := func(id loyalty.Store) *StoreStatement {
		if sums[id] == nil {
			sums[id] = &StoreStatement{Store: id}
		}
		return sums[id]
	}
	for key, g := range givens.Scan(r, givens.Under(generation(st.Gen), s.Month.key()), &err) {
		at(givenKeyOf(key).store).GivenMonth = g
	}
	if err != nil {
		return err
	}
	for k, n := range net {
		at(k.from)
		if at(k.to); k.from == k.to {
			at(k.from).Own += n
		}
	}
	corrections, err := d.corrections(r, st, s.Month, late)
	if err != nil {
		return err
	}
	for k, n := range late {
		at(k.from) // its line is kept with it, even where the month's rows come to nothing
		at(k.to)
		net[k.settleKey] -= n // what is left is of this month alone
	}
	var moved []loyalty.Crossing
	for k, n := range net {
		moved = append(moved, loyalty.Crossing{From: k.from, To: k.to, Points: n})
	}
	if s.Lines, err = loyalty.SettleMonth(s.Terms, moved, corrections); err != nil {
		return fmt.Errorf("rollup: the statement of %d: %w", s.Month, err)
	}
	for _, x := range sums {
		s.Stores = append(s.Stores, *x)
	}
	slices.SortFunc(s.Stores, func(a, b StoreStatement) int { return cmp.Compare(a.Store, b.Store) })
	return nil
}

// corrections are what a month takes back of earlier ones, each with what stood
// for it before, and the terms under which it was settled.
func (d *Desk) corrections(r store.Reader, st state, m Month, late map[lateKey]loyalty.Points) (list []loyalty.Correction, err error) {
	befores := map[Month]map[settleKey]loyalty.Points{}
	terms := map[Month]loyalty.Settlement{}
	for k, n := range late {
		if k.from == k.to {
			continue
		}
		if befores[k.of] == nil {
			if befores[k.of], err = stood(r, st, k.of, m); err != nil {
				return nil, err
			}
			if row, ok, err := closedMonths.Get(r, k.of.key()); err != nil {
				return nil, err
			} else if ok {
				terms[k.of] = row.Terms
			} else {
				_, terms[k.of] = d.terms(k.of)
			}
		}
		then := settleKey{k.of, k.from, k.to}
		list = append(list, loyalty.Correction{
			Month: int32(k.of), From: k.from, To: k.to, Before: befores[k.of][then], Points: n, Terms: terms[k.of],
		})
	}
	return list, nil
}

// stood is what was spent in a month, less what was taken back of it before
// another one.
func stood(r store.Reader, st state, of, before Month) (map[settleKey]loyalty.Points, error) {
	n, err := settledIn(r, st, of)
	if err != nil {
		return nil, err
	}
	mine, err := latesIn(r, st, of)
	for k, x := range mine {
		n[k.settleKey] -= x // of months before
	}
	if err != nil {
		return nil, err
	}
	for m := of.next(); m < before; m = m.next() {
		back, err := latesIn(r, st, m)
		if err != nil {
			return nil, err
		}
		for k, x := range back {
			if k.of == of {
				n[settleKey{of, k.from, k.to}] += x
			}
		}
	}
	return n, nil
}

func (m Month) next() Month {
	if m%100 == 12 {
		return m + 89
	}
	return m + 1
}

func settledIn(r store.Reader, st state, m Month) (n map[settleKey]loyalty.Points, err error) {
	n = map[settleKey]loyalty.Points{}
	for key, x := range settled.Scan(r, settled.Under(generation(st.Gen), m.key()), &err) {
		n[settleKeyOf(key)] = x
	}
	return n, err
}

func latesIn(r store.Reader, st state, m Month) (n map[lateKey]loyalty.Points, err error) {
	n = map[lateKey]loyalty.Points{}
	for key, x := range lates.Scan(r, lates.Under(generation(st.Gen), m.key()), &err) {
		n[lateKeyOf(key)] = x
	}
	return n, err
}
