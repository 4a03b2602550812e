package measures

import (
	"math"
	"strconv"
	"strings"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/metric"
)

// Figure is a metric's value in words.
type Figure struct {
	Name, Term string // "Would recommend", "NPS"
	To         string // its page
	Text       string // the number, or why there is none
	Known      bool
	Margin     string // the 95 % interval, "" none
	Behind     string // how many stand behind it, where it is a share or a mean
	Caveat     string
	Before     string // the comparison's number, or why there is none; "" not compared
	Change     string // "▲ +12.5%"
	Good       string // "up", "down" or "", as more is better or worse
	Value      metric.Value
	Beside     *metric.Value
}

// name is what a metric is called, and the term that the trade has for it, which
// is the same in every language.
func name(p i18n.Printer, n metric.Name) (words, term string) {
	return p.Say(i18n.Key("console.measures.name." + string(n))), terms[n]
}

var terms = map[metric.Name]string{metric.NPS: "NPS", metric.CSAT: "CSAT", metric.CSATMean: "CSAT", metric.CLV: "CLV", metric.CLVSimple: "CLV"}

// title is both.
func title(p i18n.Printer, n metric.Name) string {
	words, term := name(p, n)
	return strings.TrimSpace(words + " " + term)
}

// figure words a value and its comparison.
func (p *part) figure(q *console.Request, a *ask, v metric.Value, before *metric.Value) Figure {
	f := Figure{Value: v, Beside: before, Known: v.Known(), Text: p.text(q, v), To: a.at("/console/measures/m/" + string(v.Name))}
	f.Name, f.Term = name(q.P, v.Name)
	if v.Known() && v.HasMargin {
		f.Margin = q.Say(i18n.ConsoleMeasuresMargin, "Low", p.number(q, v.Unit, v.Name, v.Low), "High", p.number(q, v.Unit, v.Name, v.High))
	}
	if info, _ := metric.InfoOf(v.Name); v.Known() && v.N > 0 && (v.Unit == metric.Percent || v.Unit == metric.Score || v.Unit == metric.Ratio || v.Unit == metric.Money && !info.Sums) {
		f.Behind = q.Say(i18n.ConsoleMeasuresBehind, "Number", i18n.Number(v.N))
	}
	if v.Caveat == metric.Historic {
		f.Caveat = q.Say(i18n.ConsoleMeasuresHistoric)
	}
	if before != nil {
		if before.Known() || before.Missing != v.Missing {
			f.Before = p.text(q, *before)
		}
		f.Change, f.Good = change(v, *before)
	}
	return f
}

// text is a value's number, or why there is none.
func (p *part) text(q *console.Request, v metric.Value) string {
	if !v.Known() {
		return q.Say(i18n.Key("console.measures.why." + v.Missing))
	}
	return p.number(q, v.Unit, v.Name, v.Number)
}

// number writes a number in its unit.
func (p *part) number(q *console.Request, u metric.Unit, n metric.Name, v float64) string {
	switch u {
	case metric.Money:
		return p.Shop.Money(q.P, q.Now, loyalty.Money(math.Round(v)))
	case metric.Points:
		return shop.Points(q.P, loyalty.Points(math.Round(v)))
	case metric.Percent:
		return plain(v, 1) + "%"
	case metric.Ratio:
		return plain(v, 2)
	case metric.Score:
		if n == metric.NPS {
			return signed(v, 0)
		}
		return plain(v, 0)
	}
	return i18n.Number(int64(math.Round(v)))
}

// axis writes a number as a drawing's axis does: shorter.
func (p *part) axis(q *console.Request, u metric.Unit, n metric.Name) func(float64) string {
	return func(v float64) string {
		switch {
		case u == metric.Points, u == metric.Count && v == math.Trunc(v):
			return i18n.Number(int64(math.Round(v)))
		case u == metric.Count:
			return plain(v, 1)
		}
		return p.number(q, u, n, v)
	}
}

// plain writes a number with at most so many digits after its point.
func plain(v float64, digits int) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', digits, 64)
	whole, rest, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err == nil {
		whole = i18n.Number(n)
	}
	if rest = strings.TrimRight(rest, "0"); rest != "" {
		whole += "." + rest
	}
	if v < 0 && whole != "0" {
		return "−" + whole
	}
	return whole
}

// signed is plain with a sign.
func signed(v float64, digits int) string {
	s := plain(v, digits)
	switch {
	case s == "0":
		return "±0"
	case strings.HasPrefix(s, "−"):
		return s
	}
	return "+" + s
}

// change is by how much a number rose or fell: shares and scores in points, the
// rest in a hundred of what was. It says nothing where either is not known.
func change(now, before metric.Value) (text, good string) {
	if !now.Known() || !before.Known() {
		return "", ""
	}
	by := now.Number - before.Number
	switch now.Unit {
	case metric.Percent, metric.Score:
		text = signed(by, 1)
	default:
		if before.Number <= 0 {
			return "", ""
		}
		text = signed(100*by/before.Number, 1) + "%"
	}
	if text == "±0" || text == "±0%" {
		return text, ""
	}
	info, _ := metric.InfoOf(now.Name)
	arrow := "▲ "
	if by < 0 {
		arrow = "▼ "
	}
	if by*float64(info.Better) > 0 {
		good = "up"
	} else if info.Better != 0 {
		good = "down"
	}
	return arrow + text, good
}

// cells are a value as a file has it: number, ends of the margin, how many stand
// behind it, and why there is none. Money is in the currency's major unit.
func (p *part) cells(q *console.Request, v metric.Value) []string {
	if !v.Known() {
		return []string{"", "", "", "", v.Missing}
	}
	row := []string{p.raw(q, v.Unit, v.Number), "", "", strconv.FormatInt(v.N, 10), ""}
	if v.HasMargin {
		row[1], row[2] = p.raw(q, v.Unit, v.Low), p.raw(q, v.Unit, v.High)
	}
	return row
}

// raw writes a number for a program.
func (p *part) raw(q *console.Request, u metric.Unit, v float64) string {
	digits := 4
	switch u {
	case metric.Money:
		c := p.Shop.Rules(q.Now).Currency
		for range c.Digits {
			v /= 10
		}
		digits = c.Digits
		if math.Abs(v) < 1000 {
			digits = max(digits, 2)
		}
	case metric.Points, metric.Count:
		digits = 2
	}
	s := strconv.FormatFloat(v, 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}
