package campaign

import (
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/store"
)

// listMost is how many campaigns one list shows, the newest first.
const listMost = 8

// list shows the campaigns with how far they are.
func (c chat) list(t *bot.Turn) error {
	if _, err := c.me(t); err != nil {
		return err
	}
	all, err := c.List(t.Tx, listMost+1)
	if err != nil {
		return err
	}
	begin := bot.Button{Label: t.Word(i18n.CampNew), Do: bot.DoCommand, Value: "campaign"}
	if len(all) == 0 {
		t.Say(bot.Message{Text: t.Word(i18n.CampNone), Buttons: []bot.Button{begin}})
		return nil
	}
	m := bot.Message{Title: t.Word(i18n.CampList)}
	for i := range all[:min(len(all), listMost)] {
		row := &all[i]
		value, err := c.far(t, row)
		if err != nil {
			return err
		}
		m.Rows = append(m.Rows, bot.Row{Label: row.Name, Value: value})
		m.Buttons = append(m.Buttons, row.press(row.Name, ""))
	}
	if len(all) > listMost {
		m.Note = t.Word(i18n.CampOlder)
	}
	m.Buttons = append(m.Buttons, begin)
	t.Say(m)
	return nil
}

// far is one line of how a campaign stands.
func (c chat) far(t *bot.Turn, row *Campaign) (string, error) {
	said := t.Word(stateWords[row.State])
	if row.People == 0 {
		return said, nil
	}
	n, err := c.Counts(t.Tx, row.ID)
	return said + " · " + t.Word(i18n.CampSentOf, "Sent", i18n.Number(n.States[outbox.Sent]), "All", i18n.Number(row.People)), err
}

// report shows what came of it. What is summed over people is reckoned outside of
// the turn and comes by itself.
func (x *talk) report() error {
	if x.c.SendingAt.IsZero() {
		return &StateError{x.c.State}
	}
	rep, ok, err := x.reckonedNow(x.t.Tx, x.c.ID, x.t.Now)
	if err != nil {
		return err
	}
	if ok {
		x.t.Say(x.reportPage(x.t.Printer, x.t.Now, &rep, &x.d))
		return nil
	}
	x.c.Reporting = x.t.Person.ID
	if err := put(x.t.Tx, x.c); err != nil {
		return err
	}
	x.t.SayText(i18n.CampReckoning, "Name", x.d.Name)
	return nil
}

// reckonedNow is the report as it was reckoned lately, if it was.
func (e *Engine) reckonedNow(r store.Reader, id ID, now time.Time) (Report, bool, error) {
	if tx, ok := r.(store.Tx); ok {
		if err := tx.Lock(store.Subject("campreport/" + string(id))); err != nil {
			return Report{}, false, err
		}
	}
	sum, known, err := reports.Get(r, string(id))
	if err != nil || !known || !sum.Final && now.Sub(sum.At) >= fresh {
		return Report{}, false, err
	}
	rep, err := e.reported(r, id, sum, now)
	return rep, err == nil, err
}

// reportPage says what came of a campaign: what was counted first, what rests on a
// comparison after it.
func (c chat) reportPage(p i18n.Printer, now time.Time, rep *Report, d *Draft) bot.Message {
	m := bot.Message{Title: rep.Name}
	add := func(key i18n.Key, value string) {
		m.Rows = append(m.Rows, bot.Row{Label: p.Say(key), Value: value})
	}
	plain := counted(p, &rep.Counts)
	m.Rows = append(m.Rows, plain[0])
	if rep.Issued > 0 || d.Coupon != nil {
		add(i18n.CampCoupons, p.Say(i18n.CampCouponsUsed, "Issued", i18n.Number(rep.Issued), "Used", i18n.Number(rep.Used)))
	}
	for at, s := range rep.Sales {
		label := p.Say(i18n.CampSales)
		if at != "" {
			label += " · " + c.Shop.StoreName(at)
		}
		m.Rows = append(m.Rows, bot.Row{Label: label, Value: i18n.Number(s.Sales) + " · " + c.Shop.Money(p, now, s.Money)})
	}
	slices.SortStableFunc(m.Rows[len(m.Rows)-len(rep.Sales):], func(a, b bot.Row) int { return strings.Compare(a.Label, b.Label) })
	m.Rows = append(m.Rows, plain[1:]...)
	for _, b := range d.Buttons {
		if n, ok := rep.Taps[b.ID]; ok {
			value := p.Say(i18n.CampTapsBy, "Times", i18n.Number(n.Times), "People", i18n.Number(n.People))
			if b.Do == DoOpen {
				value = i18n.Number(n.Times)
			}
			m.Rows = append(m.Rows, bot.Row{Label: p.Say(i18n.CampTaps, "Label", c.label(b, string(p.Lang))), Value: value})
		}
	}
	add(i18n.CampBlocks, i18n.Number(rep.Blocks))
	add(i18n.CampEffect, c.effect(p, rep))
	for _, v := range rep.Variants {
		m.Rows = append(m.Rows, bot.Row{Label: p.Say(i18n.CampWording, "Wording", strings.ToUpper(v.Name)), Value: c.variant(p, v, rep.Variants[0].Name)})
	}
	switch {
	case rep.Bulk.Billed == 0:
		add(i18n.CampCost, p.Say(i18n.CampFree))
	case !rep.Cost.Priced:
		add(i18n.CampCost, p.Say(i18n.CampUnpriced, "Number", i18n.Number(rep.Bulk.Billed)))
	default:
		add(i18n.CampCost, p.Say(i18n.CampPriced, "Money", c.Shop.Money(p, now, loyalty.Money(rep.Cost.Money)), "Number", i18n.Number(rep.Bulk.Billed)))
	}
	if each, ok := rep.PerExtra(); ok {
		add(i18n.CampPerExtra, c.Shop.Money(p, now, loyalty.Money(each)))
	}
	from, to := c.Shop.Local(rep.From), c.Shop.Local(rep.To).AddDate(0, 0, -1)
	m.Note = p.Say(i18n.CampSpan, "From", p.ShortDate(from), "To", p.ShortDate(to))
	m.Buttons = []bot.Button{rep.press(p.Say(i18n.CampOverview), "")}
	return m
}

// effect is the difference to those who were left out.
func (c chat) effect(p i18n.Printer, rep *Report) string {
	if rep.Campaign.Held == 0 {
		return p.Say(i18n.CampNoHeld)
	}
	return difference(p, rep.Buyers.Outcome, rep.Buyers.Diff)
}

// difference writes how many more of a hundred, with its interval, or that it
// cannot be told.
func difference(p i18n.Printer, o measure.Outcome, i measure.Interval) string {
	if o == measure.TooFew {
		return p.Say(i18n.CampTooFew)
	}
	key := i18n.CampDiff
	if o == measure.None {
		key = i18n.CampDiffNone
	}
	return p.Say(key, "Diff", signed(i.Value), "Low", signed(i.Low), "High", signed(i.High))
}

// signed writes a share as so many of a hundred, with one digit: "+2.4".
func signed(share float64) string {
	tenths := int64(math.Round(share * 1000))
	sign := "+"
	if tenths < 0 {
		sign, tenths = "−", -tenths
	}
	return sign + i18n.Number(tenths/10) + "." + string(rune('0'+tenths%10))
}

// variant is one wording's line.
func (c chat) variant(p i18n.Printer, v Variant, first string) string {
	said := p.Say(i18n.CampVariant, "Sent", i18n.Number(v.Sent), "Tapped", i18n.Number(v.Tapped), "Bought", i18n.Number(v.Bought.Buyers))
	if v.Name != first {
		said += "\n" + p.Say(i18n.CampAgainst, "Wording", strings.ToUpper(first), "Difference", difference(p, v.Better.Outcome, v.Better.Diff))
	}
	return said
}

// Classes of what comes by itself: asked for, so that no cap counts it.
func (e *Engine) tell(tx store.Tx, who bot.PersonID, what string, words func(p i18n.Printer, by By) (bot.Message, error)) error {
	to, p, ok, err := e.Shop.Reach(tx, loyalty.MemberID(who))
	if err != nil || !ok {
		return err
	}
	s, ok, err := e.Shop.Vault.StaffOfMember(tx, loyalty.MemberID(who))
	if err != nil || !ok { // no employee any more
		return err
	}
	m, err := words(p, Employee(s))
	if err != nil {
		return err
	}
	now := e.now()
	return e.Outbox.Put(tx, now, bot.Intent{
		ID: bot.IntentID("asked." + what + "." + now.UTC().Format("20060102T150405.000000")), Channel: to.Channel, Lane: e.Shop.Lane(to.Chat), Person: who,
		Class: bot.Receipt, Carriage: bot.PushNow, Born: now, NotAfter: now.Add(time.Hour), Letter: bot.Letter{To: to, Messages: []bot.Message{m}},
	})
}

// tellCount shows the overview to who asked for a count.
func (e *Engine) tellCount(tx store.Tx, row Campaign, who bot.PersonID) error {
	d, err := e.Draft(tx, row.ID, row.Version)
	if err != nil {
		return err
	}
	return e.tell(tx, who, string(row.ID)+"."+number(row.Version), func(p i18n.Printer, by By) (bot.Message, error) {
		return chat{e}.overview(tx, p, e.now(), &row, &d, by), nil
	})
}

// answerReport reckons for who asked what came of a campaign.
func (e *Engine) answerReport(rep Report, id ID) func(store.Tx) error {
	return func(tx store.Tx) error {
		row, err := e.Get(tx, id)
		if errors.Is(err, ErrNone) || err == nil && row.Reporting == "" {
			return nil
		}
		if err != nil {
			return err
		}
		d, err := e.Draft(tx, id, row.Version)
		if err != nil {
			return err
		}
		who := row.Reporting
		row.Reporting = ""
		if err := put(tx, row); err != nil {
			return err
		}
		return e.tell(tx, who, string(id)+".report", func(p i18n.Printer, _ By) (bot.Message, error) {
			return chat{e}.reportPage(p, e.now(), &rep, &d), nil
		})
	}
}
