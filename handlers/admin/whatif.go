package admin

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/loyalty/whatif"
	"regulars/store"
)

// whatIf prints what a programme file would have made of the ledger: as tables, or
// as one line of JSON.
func (d Desk) whatIf(ctx context.Context, args map[string]string, out Out) error {
	p, complaints := programme.Load([]byte(args["text"]))
	if len(complaints) > 0 {
		return fmt.Errorf("%s cannot be used:\n  %s", args["file"], strings.ReplaceAll(programme.Mistakes(complaints).Error(), "\n", "\n  "))
	}
	from, err := d.dayOf(args["from"])
	if err != nil {
		return err
	}
	to, err := d.dayOf(args["to"]) // exclusive: without one, now is in it
	if err != nil {
		return err
	}
	if to = cmp.Or(to, d.now().Add(1)); !from.Before(to) {
		return &Error{"--from must lie before --to, and before now", 2}
	}
	r, err := d.Shop.WhatIf(ctx, d.DB, p.Rules, from, to, func(done, total int64) { out.Progress(done, total) })
	if err != nil {
		return err
	}
	if args["json"] == "true" {
		text, err := json.Marshal(r)
		out.Say("%s", text)
		return err
	}
	return d.sayWhatIf(r, p, out)
}

// dayOf is the first instant of a local day as in 2026-01-31; "" is the zero time.
func (d Desk) dayOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, d.Shop.Programme(d.now()).Rules.Location())
	if err != nil {
		return t, &Error{fmt.Sprintf("%q is no day; write it as in 2026-01-31", text), 2}
	}
	return t, nil
}

// sayWhatIf prints the answer for a person.
func (d Desk) sayWhatIf(r *whatif.Result, p *programme.Programme, out Out) error {
	since := "since the beginning"
	if !r.From.IsZero() {
		since = "from " + d.stamp(r.From)
	}
	out.Say("If version %d of the programme had held %s until %s: %s with %s.", p.Rules.Version, since, d.stamp(r.To),
		count(r.Members, "member", "members"), count(r.Entries, "entry", "entries"))
	if r.Same() {
		out.Say("It would have made no difference at all.")
	} else if err := d.sayDifference(r, out); err != nil {
		return err
	}
	out.Say("")
	out.Say("What this cannot know: people would have behaved otherwise; stock and limits a person are not looked at.")
	if r.LeftOut > 0 {
		out.Say("Left out: %s merged with another, or sharing points.", count(r.LeftOut, "member", "members"))
	}
	if r.Kept > 0 {
		out.Say("Left as they were: %s of missions, plans and the like.", count(r.Kept, "gift", "gifts"))
	}
	if n := r.Inexact(); n > 0 {
		out.Say("For %s the rules of then do not give again exactly what the ledger has, as where facts changed since; both columns are reckoned alike.", count(n, "member", "members"))
	}
	return nil
}

func (d Desk) sayDifference(r *whatif.Result, out Out) error {
	if err := d.sayFigures(r, out); err != nil {
		return err
	}
	sayMonths(r, out)
	sayMoves(r, out)
	sayGroups(r, out)
	sayTallies("GIFT", r.Was.Gifts, r.New.Gifts, out)
	sayTallies("REDEEMED", r.Was.Rewards, r.New.Rewards, out)
	return nil
}

// sayFigures prints the sums side by side.
func (d Desk) sayFigures(r *whatif.Result, out Out) error {
	a, b := r.Was, r.New
	t := newTable("POINTS", "WAS", "WOULD HAVE BEEN", "DIFFERENCE")
	row := func(what string, was, is int64) { t.add(what, number(was), number(is), signed(is-was)) }
	row("given", int64(a.Issued), int64(b.Issued))
	row("  by sales", int64(a.BySales), int64(b.BySales))
	row("  by gifts", int64(a.ByGifts), int64(b.ByGifts))
	row("taken back", int64(a.Back), int64(b.Back))
	row("used", int64(a.Burned), int64(b.Burned))
	row("expired", int64(a.Expired), int64(b.Expired))
	row("outstanding at the end", int64(a.Outstanding), int64(b.Outstanding))
	row("owed at the end", int64(a.Owed), int64(b.Owed))
	var worth float64
	err := d.DB.View(context.Background(), func(tx store.Reader) error {
		s, err := d.Shop.Metrics.Settings(tx)
		if err == nil {
			worth, _ = d.Shop.Metrics.PointValue(s, d.now())
		}
		return err
	})
	if worth > 0 {
		c, p := d.Shop.Programme(d.now()).Rules.Currency, i18n.For(i18n.En)
		money := func(n loyalty.Points) string { return p.Money(int64(float64(n)*worth), c.Code, c.Digits) }
		t.add("liability", money(a.Outstanding), money(b.Outstanding), money(b.Outstanding-a.Outstanding))
	}
	row("redemptions without enough points", a.Short, b.Short)
	row("redemptions not allowed", a.Barred, b.Barred)
	row("vouchers lapsed before use", a.Lapsed, b.Lapsed)
	t.print(out)
	return err
}

// sayMonths prints what was given, used and expired by month.
func sayMonths(r *whatif.Result, out Out) {
	keys := slices.Sorted(maps.Keys(r.Was.Months))
	for _, k := range slices.Sorted(maps.Keys(r.New.Months)) {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	out.Say("")
	t := newTable("MONTH", "GIVEN", "WOULD BE", "USED", "WOULD BE", "EXPIRED", "WOULD BE")
	for _, k := range keys {
		a, b := r.Was.Months[k], r.New.Months[k]
		t.add(fmt.Sprintf("%d-%02d", k/100, k%100), number(a.Issued), number(b.Issued), number(a.Burned), number(b.Burned), number(a.Expired), number(b.Expired))
	}
	t.print(out)
}

// sayMoves prints the tiers at the end: rows what they were, columns what they
// would have been.
func sayMoves(r *whatif.Result, out Out) {
	var rows, columns []string
	n := map[[2]string]int64{}
	for _, m := range r.Moves {
		if !slices.Contains(rows, m.Was) {
			rows = append(rows, m.Was)
		}
		if !slices.Contains(columns, m.New) {
			columns = append(columns, m.New)
		}
		n[[2]string{m.Was, m.New}] = m.Count
	}
	if len(rows) < 2 && len(columns) < 2 {
		return
	}
	out.Say("")
	t := newTable(append([]string{"TIER WAS ↓  WOULD BE →"}, columns...)...)
	for _, was := range rows {
		cells := []string{was}
		for _, is := range columns {
			cells = append(cells, number(n[[2]string{was, is}]))
		}
		t.add(cells...)
	}
	t.print(out)
	out.Say("%s would be in a higher tier, %d in a lower one", count(r.Up, "member", "members"), r.Down)
}

// widest is how long the longest bar is, in letters.
const widest = 40

// sayGroups draws how many would have got more and less, and names those who
// differ most.
func sayGroups(r *whatif.Result, out Out) {
	out.Say("")
	most := int64(1)
	for _, b := range r.Spread {
		most = max(most, b.Count)
	}
	t := newTable("POINTS MORE OR LESS", "MEMBERS", "")
	for _, b := range r.Spread {
		bar := strings.Repeat("█", int((b.Count*widest+most-1)/most))
		t.add(bandText(b), number(b.Count), bar)
	}
	t.print(out)
	for _, g := range []struct {
		whatif.Group
		what string
	}{{r.Winners, "more"}, {r.Losers, "less"}} {
		if g.Count == 0 {
			continue
		}
		out.Say("")
		out.Say("%s would have got %s points, %d %s each on average; the largest:", count(g.Count, "member", "members"), g.what, int64(g.Points)/g.Count, g.what)
		t := newTable("MEMBER", "WAS", "WOULD BE", "DIFFERENCE")
		for _, c := range g.Largest {
			t.add(string(c.Member), number(c.Was), number(c.New), signed(c.New-c.Was))
		}
		t.print(out)
	}
}

// bandText is a band of differences in words.
func bandText(b whatif.Band) string {
	switch {
	case b.Open && b.Low < 0:
		return signed(b.High) + " and less"
	case b.Open:
		return signed(b.Low) + " and more"
	case b.Low == b.High:
		return "the same"
	}
	return signed(b.Low) + " to " + signed(b.High)
}

// sayTallies prints what was given or redeemed how often.
func sayTallies(head string, was, is map[string]whatif.Tally, out Out) {
	keys := slices.Sorted(maps.Keys(was))
	for k := range is {
		if _, both := was[k]; !both {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return
	}
	slices.Sort(keys)
	out.Say("")
	t := newTable(head, "TIMES", "WOULD BE", "POINTS", "WOULD BE")
	for _, k := range keys {
		a, b := was[k], is[k]
		t.add(cmp.Or(k, "(not known any more)"), number(a.Count), number(b.Count), number(a.Points), number(b.Points))
	}
	t.print(out)
}

func number[N ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// signed is a number with its sign; 0 has none.
func signed[N ~int64](n N) string {
	if n > 0 {
		return "+" + number(n)
	}
	return number(n)
}
