package mission

import (
	"cmp"
	"math"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// longStreak is about how many spans of a streak are kept, the newest.
const longStreak = 2000

// presence is something that keeps streaks going and counts on boards.
type presence struct {
	goal   loyalty.Goal
	of     string
	at     time.Time
	store  loyalty.Store
	stands bool // false: it was taken back
}

// seen counts a presence, and gives or takes back what follows.
func (d *Desk) seen(tx store.Tx, m loyalty.MemberID, act book.Act, p presence, what string) (all []Happened, err error) {
	x, err := d.look(tx, m, p.at)
	if err != nil {
		return nil, err
	}
	if p.stands {
		err = d.score(tx, x, what, p.of, p.at)
	} else {
		err = d.unscore(tx, x, p.of, p.at, p.at)
	}
	for i := range x.rules.Streaks {
		s := &x.rules.Streaks[i]
		if err != nil {
			return all, err
		}
		if s.Of != p.goal || len(s.Stores) > 0 && !slices.Contains(s.Stores, p.store) {
			continue
		}
		var h []Happened
		h, err = d.streak(tx, x, s, act, p)
		all = append(all, h...)
	}
	return all, err
}

// streak puts a presence into a streak, or takes it out.
func (d *Desk) streak(tx store.Tx, x *member, s *loyalty.Streak, act book.Act, p presence) ([]Happened, error) {
	rows, err := x.streaks(tx, s)
	if err != nil {
		return nil, err
	}
	was := s.Run(active(rows), math.MaxInt32, x.zone)
	n, i := s.Number(p.at, x.zone), 0
	if p.stands {
		if slices.ContainsFunc(rows, func(r streakRow) bool { return r.has(n, p.of) }) {
			return nil, nil
		}
		rows[0].add(n, p.of)
	} else if i = slices.IndexFunc(rows, func(r streakRow) bool { return r.has(n, p.of) }); i < 0 {
		return nil, nil
	} else {
		rows[i].remove(n, p.of)
	}
	if err := streaks.Put(tx, rows[i], string(x.all[i]), s.ID); err != nil {
		return nil, err
	}
	is := s.Run(active(rows), math.MaxInt32, x.zone)
	first, end := was.Between(&is, n)
	before, after := was.In(first, end), is.In(first, end)
	all, err := d.lengths(tx, x, s, rows, after, len(after)-len(before), first, end, act)
	if err != nil || !p.stands {
		return all, err
	}
	return all, x.shorten(tx, s, rows, &is)
}

// streaks are a streak's rows of all who are one.
func (x *member) streaks(r store.Reader, s *loyalty.Streak) ([]streakRow, error) {
	rows := make([]streakRow, len(x.all))
	for i, owner := range x.all {
		var err error
		if rows[i], _, err = streaks.Get(r, string(owner), s.ID); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// shorten forgets the oldest spans of a long streak: a whole length, or a run that
// reached none, so that what is left counts on as it did.
func (x *member) shorten(tx store.Tx, s *loyalty.Streak, rows []streakRow, run *loyalty.Run) error {
	if len(rows[0].Spans) <= longStreak {
		return nil
	}
	cut := math.MaxInt
	if len(run.Prizes) > 0 {
		cut = run.Prizes[0].Span + 1
	}
	if len(run.Starts) > 1 {
		cut = min(cut, run.Starts[1])
	}
	if cut == math.MaxInt {
		return nil
	}
	for i := range rows {
		rows[i].Spans = slices.DeleteFunc(rows[i].Spans, func(p span) bool { return p.N < cut })
		rows[i].Given = slices.DeleteFunc(rows[i].Given, func(g streakGiven) bool { return g.Span < cut && g.Owed == "" })
		if err := streaks.Put(tx, rows[i], string(x.all[i]), s.ID); err != nil {
			return err
		}
	}
	return nil
}

// active are the spans in which any of the rows was kept going.
func active(rows []streakRow) (list []int) {
	for _, r := range rows {
		for _, s := range r.Spans {
			list = append(list, s.N)
		}
	}
	return list
}

func (r *streakRow) find(n int) (int, bool) {
	return slices.BinarySearchFunc(r.Spans, n, func(s span, n int) int { return cmp.Compare(s.N, n) })
}

func (r *streakRow) has(n int, of string) bool {
	i, ok := r.find(n)
	return ok && slices.Contains(r.Spans[i].Of, of)
}

func (r *streakRow) add(n int, of string) {
	i, ok := r.find(n)
	if !ok {
		r.Spans = slices.Insert(r.Spans, i, span{N: n})
	}
	r.Spans[i].Of = append(r.Spans[i].Of, of)
}

func (r *streakRow) remove(n int, of string) {
	i, _ := r.find(n)
	s := &r.Spans[i]
	if s.Of = slices.DeleteFunc(s.Of, func(o string) bool { return o == of }); len(s.Of) == 0 {
		r.Spans = slices.Delete(r.Spans, i, i+1)
	}
}
