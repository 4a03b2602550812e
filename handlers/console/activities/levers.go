package activities

import (
	"math"
	"strconv"
	"time"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/lever"
	"regulars/loyalty/measure"
	"regulars/loyalty/recommend"
	"regulars/store"
)

// leversTab is what came of the words of levers.
func leversTab() tab {
	return tab{
		Name: "levers", Title: i18n.ConsoleLevers, On: func(r *loyalty.Programme) bool { return len(r.Levers) > 0 },
		Routes: func(h *page) []console.Route {
			return []console.Route{{Method: "GET", Path: root + "/levers", Do: h.levers}}
		},
	}
}

// leverNames are what managers call levers.
var leverNames = map[loyalty.Lever]i18n.Key{
	loyalty.LeverGoal: i18n.ConsoleLeversGoal, loyalty.LeverFraming: i18n.ConsoleLeversFraming, loyalty.LeverSocial: i18n.ConsoleLeversSocial,
	loyalty.LeverScarcity: i18n.ConsoleLeversScarcity, loyalty.LeverLoss: i18n.ConsoleLeversLoss, loyalty.LeverEndowment: i18n.ConsoleLeversEndowment,
	loyalty.LeverGratitude: i18n.ConsoleLeversGratitude,
}

// leverRow is a lever's line.
type leverRow struct {
	Name, Treated, Held string
	Buyers, Spend       string // in words, or why there are none
	lever.Effect
}

// leversData is the page of levers.
type leversData struct {
	head
	Whole bool // the reader sees the whole shop, whose figures they are
	Days  int
	Rows  []leverRow
}

func (h *page) levers(q *console.Request) (console.Answer, error) {
	d := leversData{head: h.head(q), Whole: q.At == "", Days: lever.Days}
	if d.Whole {
		all, err := h.Shop.Levers.Effects(q.Context(), h.DB, q.Now)
		if err != nil {
			return console.Answer{}, err
		}
		for _, e := range all {
			d.Rows = append(d.Rows, h.leverRow(q, e))
		}
	}
	if q.WantsCSV() {
		return h.leversCSV(q, d.Rows), nil
	}
	return q.Page("activities_levers.html", q.Say(i18n.ConsoleLevers), d), nil
}

// leverRow words what came of a lever. No difference is shown where none can be
// told.
func (h *page) leverRow(q *console.Request, e lever.Effect) leverRow {
	of := func(s measure.Share) string {
		return q.Say(i18n.ConsoleLeversOf, "Hits", i18n.Number(s.Hits), "Of", i18n.Number(s.Of))
	}
	row := leverRow{Name: q.Say(leverNames[e.Rule.Lever]), Treated: of(e.Treated), Held: of(e.Held), Effect: e}
	if e.Rule.Holdout == 0 {
		row.Buyers = q.Say(i18n.CampNoHeld)
		return row
	}
	row.Buyers, row.Spend = q.Say(i18n.CampTooFew), q.Say(i18n.CampTooFew)
	if key, ok := map[measure.Outcome]i18n.Key{measure.None: i18n.CampDiffNone, measure.Higher: i18n.CampDiff, measure.Lower: i18n.CampDiff}[e.Verdict.Outcome]; ok {
		i := e.Verdict.Diff
		row.Buyers = q.Say(key, "Diff", inHundred(i.Value), "Low", inHundred(i.Low), "High", inHundred(i.High))
	}
	if e.Money != measure.TooFew {
		money := func(minor float64) string { return h.Shop.Money(q.P, q.Now, loyalty.Money(math.Round(minor))) }
		row.Spend = q.Say(i18n.ConsoleCampaignsSpendDiff, "Value", money(e.Spend.Value), "Low", money(e.Spend.Low), "High", money(e.Spend.High))
	}
	return row
}

// inHundred writes a share as so many of a hundred: "+2.4".
func inHundred(share float64) string {
	s := strconv.FormatFloat(math.Abs(100*share), 'f', 1, 64)
	if math.Round(share*1000) < 0 {
		return "−" + s
	}
	return "+" + s
}

func (h *page) leversCSV(q *console.Request, rows []leverRow) console.Answer {
	var list [][]string
	n := func(n int64) string { return strconv.FormatInt(n, 10) }
	for _, r := range rows {
		list = append(list, []string{r.Name, strconv.Itoa(r.Rule.Holdout), n(r.Effect.Treated.Of), n(r.Effect.Treated.Hits), n(r.Effect.Held.Of), n(r.Effect.Held.Hits), n(r.Waiting), r.Buyers, r.Spend})
	}
	return q.CSV("levers-"+h.Shop.Local(q.Now).Format(time.DateOnly), []string{
		q.Say(i18n.ConsoleLeversLever), q.Say(i18n.ConsoleLeversHoldout), q.Say(i18n.ConsoleLeversTreated), "", q.Say(i18n.ConsoleLeversHeld), "",
		q.Say(i18n.ConsoleLeversWaiting), q.Say(i18n.ConsoleLeversBuyers), q.Say(i18n.ConsoleLeversSpend),
	}, list)
}

// pairsTab is what is recommended beside what.
func pairsTab() tab {
	return tab{
		Name: "pairs", Title: i18n.ConsolePairs, On: func(r *loyalty.Programme) bool { return r.Recommend.On() },
		Routes: func(h *page) []console.Route {
			return []console.Route{{Method: "GET", Path: root + "/pairs", Do: h.pairs}}
		},
	}
}

// mostPairs is how many pairs the page shows.
const mostPairs = 200

// pairRow is a pair's line.
type pairRow struct {
	First, Other string
	recommend.Pair
	Percent string
}

// pairsData is the page of what goes together.
type pairsData struct {
	head
	Whole bool
	State recommend.State
	Rows  []pairRow
}

func (h *page) pairs(q *console.Request) (console.Answer, error) {
	d := pairsData{head: h.head(q), Whole: q.At == ""}
	err := q.View(func(r store.Reader) (err error) {
		d.Rows = nil
		if !d.Whole {
			return nil
		}
		if d.State, _, err = recommend.Last(r); err != nil {
			return err
		}
		list, err := h.Shop.Recommend.Pairs(r, q.Now, mostPairs)
		for _, p := range list {
			d.Rows = append(d.Rows, pairRow{h.Shop.ThingName(q.P, q.Now, p.First), h.Shop.ThingName(q.P, q.Now, p.Other), p, strconv.Itoa(int(math.Round(100*p.Share))) + "%"})
		}
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	if q.WantsCSV() {
		var list [][]string
		for _, r := range d.Rows {
			list = append(list, []string{r.First, r.Other, strconv.FormatInt(r.Both, 10), r.Percent})
		}
		return q.CSV("pairs-"+h.Shop.Local(q.Now).Format(time.DateOnly), []string{
			q.Say(i18n.ConsolePairsFirst), q.Say(i18n.ConsolePairsOther), q.Say(i18n.ConsolePairsBoth), q.Say(i18n.ConsolePairsShare),
		}, list), nil
	}
	return q.Page("activities_pairs.html", q.Say(i18n.ConsolePairs), d), nil
}
