package mission

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// held is where a prize of a streak is written: the row of one of the member's ids,
// and its place in it.
type held struct{ row, at int }

// lengths makes the prizes given for the runs from the span first to before end as
// many as the lengths reached in them, where a presence made these more (by > 0) or
// fewer (by < 0). It counts them, and does not ask in which span each was given: a
// receipt that is claimed late moves the spans of all that come after it, and a prize
// that was given for one of them then stands for another.
//
// What was given under other terms is neither counted nor taken, and one that could
// not be taken back is counted.
func (d *Desk) lengths(tx store.Tx, x *member, s *loyalty.Streak, rows []streakRow, want []loyalty.Prized, by, first, end int, act book.Act) (all []Happened, err error) {
	var have []held
	for i := range rows {
		for j := range rows[i].Given {
			g := &rows[i].Given[j]
			switch {
			case g.Length == s.Length && g.Freezes == s.Freezes:
				if g.Span >= first && g.Span < end {
					have = append(have, held{i, j})
				}
			default: // a span that brought something before its terms were changed brings no other
				want = slices.DeleteFunc(want, func(p loyalty.Prized) bool { return p.Span == g.Span })
			}
		}
	}
	at := func(h held) *streakGiven { return &rows[h.row].Given[h.at] }
	bySpan := func(a, b held) int { return cmp.Compare(at(a).Span, at(b).Span) }
	// What cannot come back stands for what was reached before anything else does.
	slices.SortStableFunc(have, func(a, b held) int {
		if ka, kb := at(a).Kept, at(b).Kept; ka != kb {
			if ka {
				return -1
			}
			return 1
		}
		return bySpan(a, b)
	})
	n := min(len(have), len(want))
	stay, rest := have[:n], have[n:]
	slices.SortStableFunc(stay, bySpan)
	for i, h := range stay {
		if g := at(h); g.Span != want[i].Span {
			g.By = g.by(s.ID)
			g.Span, g.Count = want[i].Span, want[i].Count
			if err := streaks.Put(tx, rows[h.row], string(x.all[h.row]), s.ID); err != nil {
				return nil, err
			}
		}
	}
	if open := want[n:]; by > 0 {
		return d.streakReached(tx, x, s, rows, open[max(0, len(open)-by):], act)
	}
	rest = slices.DeleteFunc(rest, func(h held) bool { return at(h).Kept })
	slices.SortStableFunc(rest, bySpan)
	return d.streakGone(tx, x, s, rows, rest[max(0, len(rest)+min(by, 0)):], act)
}

// streakReached gives the prizes of lengths that were reached.
func (d *Desk) streakReached(tx store.Tx, x *member, s *loyalty.Streak, rows []streakRow, open []loyalty.Prized, act book.Act) (all []Happened, err error) {
	for _, p := range open {
		name := fmt.Sprintf("%s/%s/%d", KindStreak, s.ID, p.Span)
		own := by(act, name)
		// What went back is another one when it is earned again, by another deed.
		sum := sha256.Sum256([]byte(act.Op))
		source := name + "." + hex.EncodeToString(sum[:8])
		g, err := d.give(tx, x, own, name, source, s.Prize)
		if loyalty.Refused(err) {
			continue
		}
		if err != nil {
			return all, err
		}
		rows[0].Given = append(rows[0].Given, streakGiven{Span: p.Span, Count: p.Count, Length: s.Length, Freezes: s.Freezes, At: act.Now.UTC(), By: source, given: g})
		if err := streaks.Put(tx, rows[0], string(x.id), s.ID); err != nil {
			return all, err
		}
		if err := d.score(tx, x, loyalty.BoardMission, source, act.Now); err != nil {
			return all, err
		}
		told, err := d.asGiven(tx, x, g, act.Now)
		if all = append(all, Happened{Member: x.id, Kind: KindStreak, ID: s.ID, Count: p.Count, Op: own.Op, Given: told}); err != nil {
			return all, err
		}
	}
	return all, nil
}

// streakGone takes prizes back whose lengths are not reached any more.
func (d *Desk) streakGone(tx store.Tx, x *member, s *loyalty.Streak, rows []streakRow, list []held, act book.Act) (all []Happened, err error) {
	gone := map[held]bool{}
	for _, h := range list {
		g := &rows[h.row].Given[h.at]
		source := g.by(s.ID)
		own := by(act, "back/"+source)
		back, whole, err := d.take(tx, x, own, source, g.given)
		if err != nil {
			return all, err
		}
		gone[h] = whole
		g.Kept, g.Owed = true, ""
		if err := d.unscore(tx, x, source, g.At, act.Now); err != nil {
			return all, err
		}
		all = append(all, Happened{Member: x.id, Kind: KindStreak, ID: s.ID, Count: g.Count, Op: own.Op, Given: back, Taken: true})
	}
	for i := range rows {
		if len(list) == 0 {
			break
		}
		var left []streakGiven
		for j, g := range rows[i].Given {
			if !gone[held{i, j}] {
				left = append(left, g)
			}
		}
		rows[i].Given = left
		if err := streaks.Put(tx, rows[i], string(x.all[i]), s.ID); err != nil {
			return all, err
		}
	}
	return all, nil
}
