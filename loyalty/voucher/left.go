package voucher

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Left is how many of a reward are left at now, nil for no bound, and how many
// have gone: are out or used, or given out of a pool.
func (d *Desk) Left(r store.Reader, w loyalty.Reward, now time.Time) (left *int64, taken int64, err error) {
	switch {
	case w.Kind == loyalty.RewardCode:
		h, _, err := poolHeads.Get(r, w.ID)
		n := h.Total - h.Given
		return &n, h.Given, err
	case w.Stock == nil:
		return nil, 0, nil
	}
	s, _, err := stocks.Get(r, w.ID)
	if err != nil {
		return nil, 0, err
	}
	for range stockDues.Scan(r, lapsedStock(w.ID, now), &err) {
		s.Taken--
	}
	n := max(0, *w.Stock-s.Taken)
	return &n, s.Taken, err
}

// Lately is how many of a limited reward members took in the local week of now,
// Monday to Sunday, whether or not they gave them back; 0 for one without a
// bound, of which nobody counts.
func (d *Desk) Lately(r store.Reader, w loyalty.Reward, now time.Time) (n int64, err error) {
	p := d.Programme(now)
	if w.Kind != loyalty.RewardCode {
		s, _, err := stocks.Get(r, w.ID)
		if s.Week != week(p, now) {
			return 0, err
		}
		return s.Lately, err
	}
	h, _, err := poolHeads.Get(r, w.ID)
	for at := h.Given; at > 0 && err == nil; at-- { // given in their order
		code, ok, gerr := pool.Get(r, w.ID, numberKey(at))
		if gerr != nil || !ok || week(p, code.At) != week(p, now) {
			return n, gerr
		}
		n++
	}
	return n, err
}

// week names the local week of t by its last day.
func week(p *loyalty.Programme, t time.Time) string {
	return period(p, loyalty.SpanWeek, t).Format(time.DateOnly)
}
