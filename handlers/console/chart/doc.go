// Package chart draws a shop's figures on the server, as SVG and tables: lines
// over time ([Lines]), bars with their margins ([Bars]), tables with shaded
// cells ([Grid]).
//
// Everything that a drawing shows is also written: a line's numbers stand in a
// table below it, a bar's and a cell's beside and in it. Series differ in dash
// and marker and carry their names, so that a print in black and white and a
// reader who sees no colours lose nothing. Looks are classes of chart.css, which
// follows the frame's light and dark colours; there is no style attribute and no
// inline script, so that the strictest content policy holds. chart.js lets arrow
// keys and a pointer read a line's values one by one; pages are whole without it.
//
// No library draws here. Those that run in a browser (Chart.js, ECharts, Vega,
// uPlot) paint on a canvas or need styles set by a script, weigh more than all
// pages of the console together, leave nothing where no script runs and say
// nothing to a screen reader. Those for Go (gonum/plot, go-chart, go-echarts)
// make pictures in fixed pixels with fonts that lack Chinese, Japanese or Thai,
// or the pages of such a library. Lines, bars and shaded cells need less code
// than a wrapper around any of them.
//
// The package owns no rows.
package chart
