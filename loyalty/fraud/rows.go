package fraud

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// listed is a finding's place in its day.
type listed struct {
	Score    int      `json:"score"`
	Decision Decision `json:"decision,omitempty"`
}

var (
	findings = store.NewTable[Finding]("finding/", store.Readable, about(0))
	days     = store.NewTable[listed]("findingday/", store.Readable, about(1))
)

// about is whom a row is about: two parts of its key, after so many others.
func about(skip int) func([]byte) store.Subject {
	return func(rest []byte) store.Subject {
		p := bytes.Split(rest, []byte("/"))
		if len(p) < skip+2 {
			return store.Subject(rest)
		}
		return store.Subject(string(p[skip]) + "/" + string(p[skip+1]))
	}
}

func (k Key) row() []string {
	return []string{string(k.Subject.Kind), k.Subject.ID, k.Day, string(k.Rule)}
}

func (k Key) dayRow() []string {
	return []string{k.Day, string(k.Subject.Kind), k.Subject.ID, string(k.Rule)}
}

var (
	// ErrNone refuses to decide what is not there, or not any more.
	ErrNone = errors.New("fraud: no such finding")
	// ErrDecision reports a decision that is neither fine nor fraud.
	ErrDecision = errors.New("fraud: a finding is decided as fine or as fraud")
)

// Record keeps a finding. One that is there already and open takes the newer
// numbers, and stays told: a day's count that rises is no second finding, and where it
// happened before it did happen. What was
// decided stays as it was decided. isNew says that it was not there before.
func Record(tx store.Tx, f Finding) (isNew bool, err error) {
	if err := tx.Lock(store.Subject(f.Subject.String())); err != nil {
		return false, err
	}
	was, known, err := findings.Get(tx, f.row()...)
	if err != nil || known && !was.Open() {
		return false, err
	}
	if known {
		f.FoundAt = was.FoundAt
		f.Happened(was.Stores()...)
	}
	f.Decision, f.Entries = Open, newest(f.Entries)
	return !known, put(tx, f)
}

// newest are the last of the entries, as many as a finding names.
func newest(all []Entry) []Entry {
	slices.SortStableFunc(all, func(a, b Entry) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Ref, b.Ref)) })
	return all[max(0, len(all)-MostEntries):]
}

func put(tx store.Tx, f Finding) error {
	if err := findings.Put(tx, f, f.row()...); err != nil {
		return err
	}
	return days.Put(tx, listed{f.Score, f.Decision}, f.dayRow()...)
}

// Get is one finding.
func Get(r store.Reader, k Key) (f Finding, ok bool, err error) { return findings.Get(r, k.row()...) }

// Of are all findings about one subject, oldest first.
func Of(r store.Reader, s Subject) (list []Finding, err error) {
	for _, f := range findings.Scan(r, findings.Under(string(s.Kind), s.ID), &err) {
		list = append(list, f)
	}
	return list, err
}

// Held reports whether an open finding about the subject, or one decided as
// fraud, has at least so high a score.
func Held(r store.Reader, s Subject, least int) (bool, error) {
	all, err := Of(r, s)
	return slices.ContainsFunc(all, func(f Finding) bool {
		return f.Decision == Fraud || f.Open() && f.Score >= least
	}), err
}

// Between are the findings of the local days from first to last, both included,
// the highest score first and of equal ones the newest.
func Between(r store.Reader, first, last string) (list []Finding, err error) {
	var keys []Key
	for row := range days.Scan(r, days.Between(first, last+"0"), &err) {
		day, rest, _ := bytes.Cut([]byte(row), []byte("/"))
		if k, ok := keyOf(string(day), rest); ok {
			keys = append(keys, k)
		}
	}
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		f, ok, err := Get(r, k)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Score*b.Weight, a.Score*a.Weight), cmp.Compare(b.Day, a.Day), cmp.Compare(a.Key.String(), b.Key.String()))
	})
	return list, nil
}

func keyOf(day string, rest []byte) (k Key, ok bool) {
	p := bytes.Split(rest, []byte("/"))
	if len(p) != 3 {
		return k, false
	}
	return Key{Subject{Kind(p[0]), string(p[1])}, day, Rule(p[2])}, true
}

// Decide writes what a person made of a finding; it may be changed again. Who it
// is about decides nothing: that is the caller's care. Refusals: ErrNone.
func Decide(tx store.Tx, k Key, d Decision, by loyalty.Actor, note []byte, now time.Time) (Finding, error) {
	if d != Fine && d != Fraud {
		return Finding{}, ErrDecision
	}
	return change(tx, k, func(f *Finding) { f.Decision, f.By, f.Note, f.DecidedAt = d, by, note, now.UTC() })
}

func change(tx store.Tx, k Key, f func(*Finding)) (Finding, error) {
	if err := tx.Lock(store.Subject(k.Subject.String())); err != nil {
		return Finding{}, err
	}
	row, ok, err := findings.Get(tx, k.row()...)
	if err != nil {
		return row, err
	}
	if !ok {
		return row, ErrNone
	}
	f(&row)
	return row, put(tx, row)
}

// kept is how long a finding stays: the year in which an owner compares, and a
// little more.
const kept = 400 * 24 * time.Hour

// Sweep deletes findings older than 400 days. It returns how many rows went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	to := now.Add(-kept).UTC().Format(time.DateOnly)
	n, err := store.Sweep(ctx, db, findings.All(), 100, func(row store.Row) bool {
		var f Finding
		return store.Decode(row.Key, row.Value, &f) == nil && f.Day < to
	})
	if err != nil {
		return n, err
	}
	more, err := store.Sweep(ctx, db, days.Between("", to), 100, func(store.Row) bool { return true })
	if n += more; err != nil {
		return n, err
	}
	more, err = sweepTallies(ctx, db, now)
	return n + more, err
}

// KeptOf is what is kept about a member under their own id. It is for a View.
func KeptOf(r store.Reader, m loyalty.MemberID) (store.Kept, error) {
	k := store.Kept{}
	return k, cmp.Or(findings.Keep(k, r, OfMember(m).String()), tallies.Keep(k, r, string(m)))
}

// Forget deletes what is kept about a member under their own id.
func Forget(tx store.Tx, m loyalty.MemberID) error {
	if err := tx.Lock(store.Subject(OfMember(m).String())); err != nil {
		return err
	}
	all, err := Of(tx, OfMember(m))
	for _, f := range all {
		if err := errors.Join(findings.Delete(tx, f.row()...), days.Delete(tx, f.dayRow()...)); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	return forgetTallies(tx, m)
}
