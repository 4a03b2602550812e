package metric

import (
	"context"
	"errors"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Settings are what a shop decides about its metrics. The zero fields of a kept
// row are the defaults.
type Settings struct {
	// ActiveDays is within how many days somebody bought who is active: 90.
	ActiveDays int `json:"active,omitempty"`
	// Margin is what of a price is the shop's, above 0 to 1: 1, which makes lifetime
	// values revenue.
	Margin float64 `json:"margin,omitempty"`
	// PointValue is what a point costs the shop, in minor units; 0 is the middle one
	// of what the rewards say they are worth a point.
	PointValue float64 `json:"point,omitempty"`
	// MergeDays makes all orders of a customer on a local day one, for the repeat
	// rates.
	MergeDays bool `json:"merge,omitempty"`
	// FatigueAfter is how many offers in a row somebody let go by who is tired of
	// them: 3.
	FatigueAfter int `json:"tired,omitempty"`
	// Discount is what a month takes off what is yet to come, 0 to 1: 0.01.
	Discount float64 `json:"discount,omitempty"`
}

// ErrSettings: a setting outside of what it can be.
var ErrSettings = errors.New("metric: settings that cannot be")

var settings = store.NewTable[Settings]("metricset/", store.Readable, store.FirstPart("metricset"))

const allKey = "all"

// Settings are those that hold.
func (d *Desk) Settings(r store.Reader) (Settings, error) {
	s, _, err := settings.Get(r, allKey)
	return s.filled(), err
}

// settings are those that hold, read by themselves.
func (d *Desk) settings(ctx context.Context) (s Settings, err error) {
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		s, err = d.Settings(r)
		return err
	})
	return s, err
}

func (s Settings) filled() Settings {
	fill(&s.ActiveDays, 90)
	fill(&s.Margin, 1)
	fill(&s.FatigueAfter, 3)
	fill(&s.Discount, 0.01)
	return s
}

func fill[T int | float64](v *T, by T) {
	if *v == 0 {
		*v = by
	}
}

// SetSettings keeps what a shop decided; zero fields are the defaults.
// [ErrSettings] where one cannot be.
func (d *Desk) SetSettings(tx store.Tx, s Settings) error {
	f := s.filled()
	if f.ActiveDays < 1 || f.ActiveDays > 730 || !(f.Margin > 0 && f.Margin <= 1) || !(f.PointValue >= 0 && f.PointValue < 1e9) ||
		f.FatigueAfter < 1 || f.FatigueAfter > 100 || !(f.Discount >= 0 && f.Discount < 1) {
		return ErrSettings
	}
	if err := tx.Lock(store.Subject("metricset/" + allKey)); err != nil {
		return err
	}
	return settings.Put(tx, s, allKey)
}

// PointValue is what a point costs the shop, in minor units, as set or else as
// the programme's rewards say: the middle one of worth over cost. ok is false
// where nobody says.
func (d *Desk) PointValue(s Settings, now time.Time) (value float64, ok bool) {
	if s.PointValue > 0 {
		return s.PointValue, true
	}
	return worthOf(d.Programme(now).Rewards)
}

func worthOf(rewards []loyalty.Reward) (float64, bool) {
	var each []float64
	for _, r := range rewards {
		if r.Worth > 0 && r.Cost > 0 {
			each = append(each, float64(r.Worth)/float64(r.Cost))
		}
	}
	if len(each) == 0 {
		return 0, false
	}
	slices.Sort(each)
	return (each[(len(each)-1)/2] + each[len(each)/2]) / 2, true
}
