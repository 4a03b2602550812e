package metric

import (
	"context"
	"math"
	"sync"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/segment"
	"regulars/store"
)

// ranks are how members stand in what the loyalty score is made of, as of one
// night: a thousand values of each at even distances.
type ranks struct {
	At         time.Time     `json:"at"`
	Recency    measure.Ranks `json:"recency"`   // day of the newest purchase, 0 never
	Frequency  measure.Ranks `json:"frequency"` // orders of 365 days
	Money      measure.Ranks `json:"money"`     // of 365 days, in minor units
	Retention  measure.Ranks `json:"retention"` // chance of being a customer still, of buyers
	NPS        measure.Ranks `json:"nps"`       // newest answer, of who gave one
	Engagement measure.Ranks `json:"engagement"`
}

var rankRows = store.NewTable[ranks]("metricranks/", store.Readable, store.FirstPart("metricranks"))

// mostRanked is how many values of a figure are kept.
const mostRanked = 1000

// ScoreParts are what a loyalty score is made of and what each weighs: they are
// shown wherever the score is. A part that is not known of somebody (an answer,
// say) leaves its weight to the others.
func ScoreParts() []measure.Part {
	return []measure.Part{
		{Name: "recency", Weight: 2}, {Name: "frequency", Weight: 2}, {Name: "money", Weight: 2},
		{Name: "retention", Weight: 2}, {Name: "nps", Weight: 1}, {Name: "engagement", Weight: 1},
	}
}

// traits are a member's values, in the order of ScoreParts; NaN is not known.
func traits(l segment.Look, fit *segment.Population) [6]float64 {
	roll := l.Roll()
	visits, money := l.Bought(365)
	v := [6]float64{float64(roll.Last), float64(visits), float64(money), math.NaN(), math.NaN(), l.Engagement()}
	if h, _, ok := l.History(); ok && fit.Buying != nil {
		v[3] = fit.Buying.PAlive(h)
	}
	if roll.NPS > 0 {
		v[4] = float64(roll.NPS - 1)
	}
	return v
}

func (r *ranks) all() [6]*measure.Ranks {
	return [6]*measure.Ranks{&r.Recency, &r.Frequency, &r.Money, &r.Retention, &r.NPS, &r.Engagement}
}

// scoreParts is ScoreParts, made once: every member asks for it.
var scoreParts = [6]measure.Part(ScoreParts())

// score is a member's loyalty score; measure.ErrNone where nobody was ranked yet.
func (r *ranks) score(l segment.Look, fit *segment.Population) (float64, error) {
	if r == nil {
		return 0, measure.ErrNone
	}
	parts, lists := scoreParts, r.all()
	for i, v := range traits(l, fit) {
		if math.IsNaN(v) {
			continue
		}
		rank, err := lists[i].Of(v)
		parts[i].Rank, parts[i].Known = rank, err == nil
	}
	return measure.LoyaltyScore(parts[:])
}

// rankedFor is how old ranks may be.
const rankedFor = 26 * time.Hour

// rankAll ranks all members, unless that was done of late, and after the nightly
// fit.
func (d *Desk) rankAll(ctx context.Context, now time.Time) error {
	fit, err := d.population(ctx, now)
	if err != nil {
		return err
	}
	young := false
	err = d.DB.View(ctx, func(r store.Reader) error {
		kept, ok, err := rankRows.Get(r, allKey)
		young = ok && !kept.At.Before(fit.At) && now.Sub(kept.At) < rankedFor && !now.Before(kept.At)
		return err
	})
	if err != nil || young {
		return err
	}
	e, err := segment.Compile("true")
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var values [6][]float64
	err = d.Rolls.Walk(ctx, e, now, func() (func(loyalty.MemberID, segment.Look), func()) {
		var mine [6][]float64
		add := func(_ loyalty.MemberID, l segment.Look) {
			for i, v := range traits(l, &fit) {
				if !math.IsNaN(v) {
					mine[i] = append(mine[i], v)
				}
			}
		}
		return add, func() {
			mu.Lock()
			defer mu.Unlock()
			for i := range values {
				values[i] = append(values[i], mine[i]...)
			}
		}
	})
	if err != nil {
		return err
	}
	row := ranks{At: now.UTC()}
	for i, list := range row.all() {
		*list = measure.RanksOf(values[i], mostRanked)
	}
	return d.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("metricranks/" + allKey)); err != nil {
			return err
		}
		return rankRows.Put(tx, row, allKey)
	})
}

// population is what members are compared with, reckoned now where that was never
// done.
func (d *Desk) population(ctx context.Context, now time.Time) (segment.Population, error) {
	fit, ok, err := d.Rolls.Population(ctx)
	if err == nil && !ok {
		fit, err = d.Rolls.Fit(ctx, now)
	}
	return fit, err
}
