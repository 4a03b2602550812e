package measures

import (
	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/metric"
)

// Title is what a metric is called on pages.
func Title(p i18n.Printer, n metric.Name) string { return title(p, n) }

// Text is a value's number in its unit, or why there is none.
func Text(c *console.Console, q *console.Request, v metric.Value) string {
	return (&part{Console: c}).text(q, v)
}

// Number writes a number as a metric's values are written.
func Number(c *console.Console, q *console.Request, n metric.Name, v float64) string {
	info, _ := metric.InfoOf(n)
	return (&part{Console: c}).number(q, info.Unit, n, v)
}
