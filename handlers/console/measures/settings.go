package measures

import (
	"errors"
	"strconv"
	"strings"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/metric"
	"regulars/store"
)

// settingsData is the page of what the shop decides about its figures.
type settingsData struct {
	*Form
	Set                     metric.Settings
	Margin, Discount, Point string
	PointNow                string
	Currency                string
}

func (p *part) settings(q *console.Request) (console.Answer, error) {
	a, err := p.asked(q)
	if err != nil {
		return console.Answer{}, err
	}
	d := settingsData{Form: p.form(q, a, false, false), Currency: p.Shop.Rules(q.Now).Currency.Code}
	err = q.View(func(r store.Reader) (err error) {
		d.Set, err = p.Shop.Metrics.Settings(r)
		return err
	})
	d.Margin, d.Discount = bare(100*d.Set.Margin), bare(100*d.Set.Discount)
	if d.Set.PointValue > 0 {
		d.Point = bare(d.Set.PointValue / p.unitOf(q))
	}
	d.PointNow = p.pointValue(q, d.Set)
	return d.page(q, "measures_settings.html", q.Say(i18n.ConsoleMeasuresSettings), d), err
}

// bare writes a number as an input field has it.
func bare(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// unitOf is the minor units in the currency's major one.
func (p *part) unitOf(q *console.Request) float64 {
	unit := 1.0
	for range p.Shop.Rules(q.Now).Currency.Digits {
		unit *= 10
	}
	return unit
}

func (p *part) setSettings(q *console.Request) (console.Answer, error) {
	s := metric.Settings{MergeDays: q.Typed("merge") != ""}
	whole := func(field string, into *int, low, high int) {
		n, err := strconv.Atoi(q.Typed(field))
		if err != nil || n < low || n > high {
			q.Wrong(field, q.Say(i18n.ConsoleMeasuresNumberBetween, "Low", low, "High", high))
		}
		*into = n
	}
	share := func(field string, into *float64, by, low, high float64) {
		v, err := strconv.ParseFloat(strings.ReplaceAll(q.Typed(field), ",", "."), 64)
		if err != nil || !(v >= low && v <= high) {
			q.Wrong(field, q.Say(i18n.ConsoleMeasuresNumberBetween, "Low", bare(low), "High", bare(high)))
		}
		*into = v * by
	}
	whole("active", &s.ActiveDays, 1, 730)
	whole("tired", &s.FatigueAfter, 1, 100)
	share("margin", &s.Margin, 0.01, 0.1, 100)
	share("discount", &s.Discount, 0.01, 0.01, 50)
	if q.Typed("point") != "" {
		share("point", &s.PointValue, p.unitOf(q), 0, 100000)
	}
	reason, _ := q.Reason()
	if q.Bad() {
		return q.Again(p.settings(q))
	}
	err := q.Update(func(tx store.Tx) error {
		if err := p.Shop.Metrics.SetSettings(tx, s); err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsoleMeasuresSetDeed, "programme", "", reason, "")
	})
	if errors.Is(err, metric.ErrSettings) {
		q.Wrong("", q.Say(i18n.ConsoleMeasuresSetRefused))
		return q.Again(p.settings(q))
	}
	return q.Go("/console/measures/settings", q.Say(i18n.ConsoleMeasuresSetDone)), err
}
