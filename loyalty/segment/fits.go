package segment

import (
	"context"
	"errors"
	"time"

	"regulars/loyalty"
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
			key := rolls.Key(string(m))
			raw, known, err := r.Get(key)
			if err == nil && known {
				known, err = j.judge(e, store.Row{Key: key, Value: raw})
			}
			if err != nil {
				return err
			}
			out[i] = known
		}
		return nil
	})
}
