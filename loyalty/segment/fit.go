package segment

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"regulars/loyalty/measure"
	"regulars/store"
)

// Population is what one member is compared with: all of them.
type Population struct {
	At    time.Time     `json:"at"`
	Scale measure.Scale `json:"scale,omitzero"` // of who bought in the last 365 days
	// Buying and Spending are the models; nil where too few came again, or where
	// nothing fits.
	Buying   *measure.BGNBD      `json:"buying,omitempty"`
	Spending *measure.GammaGamma `json:"spending,omitempty"`
}

const populationKey = "population"

// mostFitted is how many buyers the models are fitted to: more take longer and
// change nothing that is shown. Of more, so many are drawn, always the same.
const mostFitted = 50_000

// Fit reckons the population from all rolls and keeps it. It takes some seconds
// with a million members.
func (d *Desk) Fit(ctx context.Context, now time.Time) (Population, error) {
	p := d.Programme(now)
	f := &fitting{today: DayOf(now, p.Location()), draw: rand.New(rand.NewPCG(1, 2))}
	unit := 1.0
	for range p.Currency.Digits {
		unit *= 10
	}
	err := d.walk(ctx, func(roll *Roll) { f.add(roll, unit) })
	if err != nil {
		return Population{}, err
	}
	fit, err := f.done()
	if err != nil {
		return fit, err
	}
	fit.At = now.UTC()
	return fit, d.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("rollfit/" + populationKey)); err != nil {
			return err
		}
		return fits.Put(tx, fit, populationKey)
	})
}

// fitting is what a walk over all rolls gathers.
type fitting struct {
	today                     int32
	draw                      *rand.Rand
	buyers                    int
	recency, frequency, money []int64
	histories                 []measure.History
	spenders                  []measure.Spender
}

func (f *fitting) add(roll *Roll, unit float64) {
	if visits, money := roll.bought(f.today, window); visits > 0 {
		f.recency = append(f.recency, int64(roll.Last))
		f.frequency = append(f.frequency, visits)
		f.money = append(f.money, int64(money))
	}
	h, ok := roll.history(f.today)
	if !ok {
		return
	}
	f.buyers++
	if len(f.histories) < mostFitted {
		f.histories, f.spenders = append(f.histories, h), append(f.spenders, roll.spender(unit))
		return
	}
	if i := f.draw.IntN(f.buyers); i < mostFitted {
		f.histories[i], f.spenders[i] = h, roll.spender(unit)
	}
}

func (f *fitting) done() (fit Population, err error) {
	fit.Scale = measure.Scale{
		Recency: measure.CutsOf(f.recency), Frequency: measure.CutsOf(f.frequency), Money: measure.CutsOf(f.money),
	}
	buying, err := measure.FitBGNBD(f.histories)
	if unfit(err) {
		return fit, nil
	}
	if err != nil {
		return fit, err
	}
	fit.Buying = &buying
	spending, err := measure.FitGammaGamma(f.spenders)
	if unfit(err) {
		return fit, nil
	}
	if err == nil {
		fit.Spending = &spending
	}
	return fit, err
}

func unfit(err error) bool {
	return errors.Is(err, measure.ErrTooFew) || errors.Is(err, measure.ErrNoFit)
}
