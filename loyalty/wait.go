package loyalty

import (
	"slices"
	"time"
)

// WaitFor is how long a reversal waits. Tills use their numbers again, and a
// number typed wrong must not take back a stranger's sale months later.
const WaitFor = 30 * 24 * time.Hour

// Await decides that a reversal whose sale is not known yet waits for it.
// Refusals: ErrAmount, ErrOverflow, ErrSelf, ErrFull.
func Await(a *Account, p *Programme, d Draft, r Return) ([]Entry, error) {
	switch {
	case d.selfDealing():
		return nil, ErrSelf
	case r.Amount < 0 || d.Order == "":
		return nil, ErrAmount
	}
	lines, err := p.tidy(r.Lines)
	if err != nil {
		return nil, err
	}
	w, err := begin(a, p, d)
	if err != nil {
		return nil, err
	}
	held := len(lines) // all waiting lines lie in the account's row, which has an end
	for i := range w.a.Waits {
		held += len(w.a.Waits[i].Lines)
	}
	if len(w.a.Waits) >= maxOpen || len(w.a.Waits) > 0 && held > maxLines {
		return nil, ErrFull
	}
	e := w.entry(KindWait)
	e.Amount, e.Lines = r.Amount, lines
	return w.finish(w.put(e))
}

// applyWaits applies the reversals that waited for this sale, each once, as
// far as there is something left to take back.
func (w *work) applyWaits(sale Entry) error {
	if sale.Order == "" || len(w.a.Waits) == 0 {
		return nil
	}
	of := sale // so that only a sale for which one waits is copied
	for _, wait := range slices.Clone(w.a.Waits) {
		left := sale.Amount - w.a.Marks[sale.Seq].Amount
		if wait.Order != sale.Order || left == 0 || sale.RecordedAt.Sub(wait.Since) > WaitFor {
			continue
		}
		if err := w.applyWait(&of, wait, left); err != nil {
			return err
		}
	}
	return nil
}

// applyWait takes back what waited, at most left. Lines that the sale does not
// have so many of are money only; what then cannot be taken back goes on
// waiting, for an operator to look at: the sale itself is good.
func (w *work) applyWait(sale *Entry, wait Wait, left Money) error {
	r := Return{Amount: min(wait.Amount, left), Lines: wait.Lines}
	err := w.reverse(sale, r, wait.Seq)
	if _, more := err.(*ExcessError); more && len(wait.Lines) > 0 {
		for _, l := range wait.Lines {
			if wait.Amount == 0 {
				r.Amount = min(left, r.Amount+min(left, l.Amount))
			}
		}
		if r.Lines = nil; r.Amount == 0 {
			return nil
		}
		err = w.reverse(sale, r, wait.Seq)
	}
	if _, short := err.(*ShortError); short || err == ErrAmount {
		return nil
	}
	return err
}
