// Package measures is the console's section of figures: every metric of
// loyalty/metric with its window, store, segment and comparison, plain counts
// first and what rests on a model apart; a page for each with its definition in
// words; who comes back, month by month; buyers by recency, frequency and money;
// what people answer and write; which rewards are taken.
//
// A figure is what the metric desk says and nothing is reckoned here but the
// change against the comparison. Where there is none, the page says why, in
// words, never 0. What takes long goes on in the background: the page says so and
// asks again by itself, or by a link where no script runs.
//
// A manager of one store sees that store's figures; those that are of the whole
// shop by their making are left out there.
//
// The package owns no rows. What a shop decides about its metrics is
// loyalty/metric's.
package measures

import (
	"embed"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/people"
)

//go:embed *.html *.css
var files embed.FS

// part is the section at work.
type part struct {
	*console.Console
	slow *later
}

// Part is the section. Its drawings need the files of package chart beside it.
func Part(c *console.Console) console.Part {
	p := &part{c, &later{}}
	return console.Part{Name: "measures", Title: i18n.ConsoleMeasures, Files: files, Routes: []console.Route{
		{Method: "GET", Path: "/console/measures", Do: p.overview},
		{Method: "GET", Path: "/console/measures/advanced", Do: p.advanced},
		{Method: "GET", Path: "/console/measures/m/{name}", Do: p.one},
		{Method: "GET", Path: "/console/measures/rfm", Do: p.rfm},
		{Method: "GET", Path: "/console/measures/segment", Do: p.segment},
		{Method: "GET", Path: "/console/measures/cohorts", Do: p.cohorts},
		{Method: "GET", Path: "/console/measures/feedback", Do: p.feedback},
		{Method: "GET", Path: "/console/measures/words", Do: p.words},
		{Method: "GET", Path: "/console/measures/rewards", Do: p.rewards},
		{Method: "GET", Path: "/console/measures/settings", Do: p.settings},
		{Method: "POST", Path: "/console/measures/settings", Least: people.Owner, Do: p.setSettings},
	}}
}
