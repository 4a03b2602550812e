package rules

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/console/chart"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/loyalty/whatif"
	"regulars/store"
)

// whatIfPage asks what rules would have made of the ledger, and answers.
type whatIfPage struct {
	Versions []console.Option
	V        string // the version that is asked about
	Text     string // or a whole text, of a change that is not saved
	From, To string
	Wrong    []complained

	Pending     bool
	Done, Total int64
	R           *whatif.Result
	Answer      *whatIfAnswer // nil: no difference
}

// whatIfAnswer is the difference, drawn.
type whatIfAnswer struct {
	Sums                  []besides
	Months, Spread, Tiers template.HTML
	Gifts, Redeemed       []besides
	Winners, Losers       whatIfGroup
}

// besides is a number on both sides.
type besides struct{ Name, Was, New, Diff string }

// whatIfGroup are those who would have got more, or less.
type whatIfGroup struct {
	Count, Mean string
	Rows        []besidesOf
}

type besidesOf struct {
	besides
	To string
}

// whatIf is the page, before and after it was asked.
func (p *part) whatIf(q *console.Request, b Book) (console.Answer, error) {
	if !changes(q) { // its figures are the whole shop's
		return q.Gone(), nil
	}
	d := &whatIfPage{V: q.Typed("v"), Text: q.Text("text"), From: q.Typed("from"), To: q.Typed("to")}
	text := d.Text
	for _, v := range slices.Backward(b.Versions()) {
		n := strconv.Itoa(v.Number)
		d.Versions = append(d.Versions, console.Option{Value: n, Label: n + " · " + begins(q, v)})
		if d.V = cmp.Or(d.V, n); d.V == n && text == "" {
			text = v.Text
		}
	}
	if q.R.Method != "POST" {
		return q.Page("rules_whatif.html", q.Say(i18n.ConsoleWhatifTitle), d), nil
	}
	rules, wrong := programme.Load([]byte(text))
	if d.Wrong = listed(q, wrong); len(wrong) > 0 {
		q.Wrong("", q.Say(i18n.ConsoleRulesFileWrong))
		return q.Again(q.Page("rules_whatif.html", q.Say(i18n.ConsoleWhatifTitle), d), nil)
	}
	if err := p.reckon(q, d, rules, text); err != nil {
		return console.Answer{}, err
	}
	a := q.Page("rules_whatif.html", q.Say(i18n.ConsoleWhatifTitle), d)
	if q.Bad() {
		return q.Again(a, nil)
	}
	return a, nil
}

// reckon has the question answered, or says how far that is.
func (p *part) reckon(q *console.Request, d *whatIfPage, rules *programme.Programme, text string) error {
	from, err1 := dayTyped(q, d.From)
	to, err2 := dayTyped(q, d.To)
	if to.IsZero() || to.After(q.Now) {
		to = q.Now.Add(1) // what happens this instant is in it
	}
	if err1 != nil || err2 != nil || !from.Before(to) {
		q.Wrong("from", q.Say(i18n.ConsoleWhatifDays))
		return nil
	}
	s := q.Shop()
	key := digest([]byte(d.From + "\x00" + d.To + "\x00" + text))
	w, busy := p.asking.of(q.Context(), key, func(ctx context.Context, told func(done, total int64)) (*whatif.Result, error) {
		return s.WhatIf(ctx, s.Metrics.DB, rules.Rules, from, to, told)
	})
	if busy {
		q.Wrong("", q.Say(i18n.ConsoleWhatifBusy))
		return nil
	}
	r, done, err := w.answered()
	if err != nil {
		return err
	}
	if d.Pending = !done; d.Pending {
		d.Done, d.Total = w.now.Load(), w.total.Load()
		return nil
	}
	if d.R = r; !r.Same() {
		d.Answer, err = drawWhatIf(q, r, rules)
	}
	return err
}

// dayTyped is the first instant of a day that was typed; none is the zero time.
func dayTyped(q *console.Request, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.ParseInLocation(time.DateOnly, text, q.Shop().Rules(q.Now).Location())
}

func drawWhatIf(q *console.Request, r *whatif.Result, rules *programme.Programme) (*whatIfAnswer, error) {
	then := q.Shop().Programme(q.Now)
	named := func(part programme.Part) func(id string) string {
		return func(id string) string {
			if card, ok := strings.CutPrefix(id, "stamp/"); ok {
				return cmp.Or(rules.Words(programme.Card, card, q.Lang()).Name, then.Words(programme.Card, card, q.Lang()).Name, card)
			}
			if id == "" && part != programme.Level {
				return q.Say(i18n.ConsoleWhatifGone)
			}
			return cmp.Or(rules.Words(part, id, q.Lang()).Name, then.Words(part, id, q.Lang()).Name, id, "–")
		}
	}
	sums, err := whatIfSums(q, r)
	return &whatIfAnswer{
		Sums: sums, Months: whatIfMonths(q, r), Spread: whatIfSpread(q, r), Tiers: whatIfTiers(q, r, named(programme.Level)),
		Gifts: talliesOf(r.Was.Gifts, r.New.Gifts, named(programme.Gift)), Redeemed: talliesOf(r.Was.Rewards, r.New.Rewards, named(programme.Reward)),
		Winners: groupOf(q, &r.Winners), Losers: groupOf(q, &r.Losers),
	}, err
}

func beside[N ~int64](name string, was, is N) besides {
	return besides{name, i18n.Number(int64(was)), i18n.Number(int64(is)), shop.Signed(loyalty.Points(is - was))}
}

// whatIfSums are the sums side by side; the counts only where there is something.
func whatIfSums(q *console.Request, r *whatif.Result) (all []besides, err error) {
	a, b := r.Was, r.New
	add := func(key i18n.Key, was, is loyalty.Points) { all = append(all, beside(q.Say(key), was, is)) }
	add(i18n.ConsoleWhatifGiven, a.Issued, b.Issued)
	add(i18n.ConsoleWhatifBySales, a.BySales, b.BySales)
	add(i18n.ConsoleWhatifByGifts, a.ByGifts, b.ByGifts)
	add(i18n.ConsoleWhatifBack, a.Back, b.Back)
	add(i18n.ConsoleWhatifUsed, a.Burned, b.Burned)
	add(i18n.ConsoleWhatifExpired, a.Expired, b.Expired)
	add(i18n.ConsoleWhatifOutstanding, a.Outstanding, b.Outstanding)
	s := q.Shop()
	err = q.View(func(tx store.Reader) error {
		set, err := s.Metrics.Settings(tx)
		if worth, ok := s.Metrics.PointValue(set, q.Now); ok && err == nil {
			money := func(n loyalty.Points) string { return s.Money(q.P, q.Now, loyalty.Money(float64(n)*worth)) }
			all = append(all, besides{q.Say(i18n.ConsoleWhatifLiability), money(a.Outstanding), money(b.Outstanding), money(b.Outstanding - a.Outstanding)})
		}
		return err
	})
	for _, x := range []struct {
		key     i18n.Key
		was, is int64
	}{
		{i18n.ConsoleWhatifOwed, int64(a.Owed), int64(b.Owed)}, {i18n.ConsoleWhatifShort, a.Short, b.Short},
		{i18n.ConsoleWhatifBarred, a.Barred, b.Barred}, {i18n.ConsoleWhatifLapsed, a.Lapsed, b.Lapsed},
	} {
		if x.was != 0 || x.is != 0 {
			add(x.key, loyalty.Points(x.was), loyalty.Points(x.is))
		}
	}
	return all, err
}

// whatIfMonths draws what was given by month: as it was, and as it would have been.
func whatIfMonths(q *console.Request, r *whatif.Result) template.HTML {
	l := chart.Lines{
		ID: "months", Title: q.Say(i18n.ConsoleWhatifMonths), Head: q.Say(i18n.ConsoleWhatifMonth),
		Mark: func(v float64) string { return i18n.Number(int64(v)) },
	}
	was, is := chart.Series{Name: q.Say(i18n.ConsoleWhatifWas)}, chart.Series{Name: q.Say(i18n.ConsoleWhatifNew)}
	value := func(n loyalty.Points) chart.Value {
		return chart.Value{Number: float64(n), Text: i18n.Number(int64(n)), Known: true}
	}
	both := maps.Clone(r.Was.Months)
	maps.Copy(both, r.New.Months)
	for _, m := range slices.Sorted(maps.Keys(both)) {
		l.Labels = append(l.Labels, q.P.Month(time.Date(int(m/100), time.Month(m%100), 1, 12, 0, 0, 0, time.UTC)))
		was.Values, is.Values = append(was.Values, value(r.Was.Months[m].Issued)), append(is.Values, value(r.New.Months[m].Issued))
	}
	l.Series = []chart.Series{was, is}
	return l.Draw(q.P)
}

// whatIfSpread draws how many members would have got how many points more or less.
func whatIfSpread(q *console.Request, r *whatif.Result) template.HTML {
	b := chart.Bars{ID: "spread", Title: q.Say(i18n.ConsoleWhatifSpread), Head: q.Say(i18n.ConsoleWhatifBand), Value: q.Say(i18n.ConsoleWhatifMembers)}
	for _, x := range r.Spread {
		name := q.Say(i18n.ConsoleWhatifBetween, "Low", shop.Signed(x.Low), "High", shop.Signed(x.High))
		switch {
		case x.Open && x.Low < 0:
			name = q.Say(i18n.ConsoleWhatifBelow, "N", shop.Signed(x.High))
		case x.Open:
			name = q.Say(i18n.ConsoleWhatifAbove, "N", shop.Signed(x.Low))
		case x.Low == x.High:
			name = q.Say(i18n.ConsoleWhatifLevel)
		}
		b.Rows = append(b.Rows, chart.Bar{Label: name, Value: chart.Value{Number: float64(x.Count), Text: i18n.Number(x.Count), Known: true}})
	}
	return b.Draw(q.P)
}

// whatIfTiers draws who moves from which tier to which; nothing where there are
// none.
func whatIfTiers(q *console.Request, r *whatif.Result, name func(string) string) template.HTML {
	var rows, columns []string
	n, most := map[[2]string]int64{}, int64(1)
	for _, m := range r.Moves {
		if !slices.Contains(rows, m.Was) {
			rows = append(rows, m.Was)
		}
		if !slices.Contains(columns, m.New) {
			columns = append(columns, m.New)
		}
		n[[2]string{m.Was, m.New}], most = m.Count, max(most, m.Count)
	}
	if len(rows) < 2 && len(columns) < 2 && r.Up+r.Down == 0 {
		return ""
	}
	g := chart.Grid{
		ID: "tiers", Title: q.Say(i18n.ConsoleWhatifTiers), Corner: q.Say(i18n.ConsoleWhatifWas),
		Note: q.Say(i18n.ConsoleWhatifTiersHow, "Up", i18n.Number(r.Up), "Down", i18n.Number(r.Down)),
	}
	for _, is := range columns {
		g.Columns = append(g.Columns, name(is))
	}
	for _, was := range rows {
		row := chart.GridRow{Label: name(was)}
		for _, is := range columns {
			k := n[[2]string{was, is}]
			row.Cells = append(row.Cells, chart.Cell{Text: i18n.Number(k), Share: float64(k) / float64(most)})
		}
		g.Rows = append(g.Rows, row)
	}
	return g.Draw(q.P)
}

// talliesOf are how often something was given, on both sides.
func talliesOf(was, is map[string]whatif.Tally, name func(string) string) (all []besides) {
	both := maps.Clone(was)
	maps.Copy(both, is)
	for _, k := range slices.Sorted(maps.Keys(both)) {
		all = append(all, beside(name(k), was[k].Count, is[k].Count))
	}
	return all
}

// groupOf are those of a group who differ most. They are named by the end of
// their number: who has to know more follows the link, which is noted down there.
func groupOf(q *console.Request, g *whatif.Group) (all whatIfGroup) {
	if g.Count == 0 {
		return all
	}
	all.Count, all.Mean = i18n.Number(g.Count), i18n.Number(int64(g.Points)/g.Count)
	for _, c := range g.Largest {
		id := string(c.Member)
		name := q.Say(i18n.ConsoleWhatifMember, "Tail", id[max(0, len(id)-6):])
		all.Rows = append(all.Rows, besidesOf{beside(name, c.Was, c.New), fmt.Sprintf("/console/members/%s", id)})
	}
	return all
}
