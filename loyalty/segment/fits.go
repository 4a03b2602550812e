package segment

import (
	"context"
	"errors"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// Fits says of each of some members whether they are in a segment, in their
// order. Like [Desk.Each] it reads rolls as they are: call [Desk.Refresh] before.
// What cannot be told yet (see [TooFewError]) fits nobody.
func (d *Desk) Fits(ctx context.Context, e *Expr, all []loyalty.MemberID, now time.Time) ([]bool, error) {
	out := make([]bool, len(all))
	s, err := d.scene(ctx, e, now)
	var few *TooFewError
	if errors.As(err, &few) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	j := newJudge(s, e)
	return out, d.DB.View(ctx, func(r store.Reader) error {
		for i, m := range all {
			var err error
			if out[i], err = j.of(r, e, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// In says whether one member is in a segment, which is named as for [Desk.Expr], as
// part of whatever transaction r is; in an Update it locks them. It reads their roll
// as it is: what they did a few seconds ago may not be in it yet, and who has none is
// in no segment.
func (d *Desk) In(r store.Reader, m loyalty.MemberID, name string, now time.Time) (bool, error) {
	e, err := d.Expr(name, now)
	if err != nil {
		return false, err
	}
	if tx, ok := r.(store.Tx); ok {
		if err := tx.Lock(people.Subject(m)); err != nil {
			return false, err
		}
	}
	s, err := d.sceneIn(r, now)
	if err != nil {
		return false, err
	}
	var few *TooFewError
	if errors.As(s.lacks(e), &few) {
		return false, nil
	}
	return newJudge(s, e).of(r, e, m)
}

// of judges a member by the stored roll.
func (j *judge) of(r store.Reader, e *Expr, m loyalty.MemberID) (bool, error) {
	key := rolls.Key(string(m))
	raw, known, err := r.Get(key)
	if err != nil || !known {
		return false, err
	}
	return j.judge(e, store.Row{Key: key, Value: raw})
}
