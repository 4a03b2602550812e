package campaigns

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/bot/outbox"
	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/store"
)

// reckonMost is to how many people a campaign went whose report a page reckons by
// itself; for a larger one somebody presses a button.
const reckonMost = 5000

// storeLine is what was sold with a campaign's coupon in one store.
type storeLine struct {
	Store string
	campaign.Sold
}

// tapLine is how often a button was pressed.
type tapLine struct {
	Label  string
	Times  int64
	People int64
	Open   bool // an address: who opened it is not known
}

// wordingLine is what came of one wording.
type wordingLine struct {
	campaign.Variant
	Name    string
	Against string // the verdict beside the first
}

// reportData is what came of a campaign.
type reportData struct {
	one
	Known      bool
	R          campaign.Report
	Sent       int64
	Stores     []storeLine
	Total      campaign.Sold
	Plain      []split // failed, too late, unknown, left out to compare
	Out        []split
	Taps       []tapLine
	Wordings   []wordingLine
	Effect     string
	Spend      string
	Cost       string
	PerExtra   string
	Groups     []splits
	HasCoupons bool
	MayReckon  bool
}

// report is what came of a campaign: plain counts first, comparisons after them.
func (d *desk) report(q *console.Request) (console.Answer, error) {
	x, err := d.look(q)
	if errors.Is(err, campaign.ErrNone) || err == nil && x.SendingAt.IsZero() {
		return q.Gone(), nil
	}
	if err != nil {
		return console.Answer{}, err
	}
	v := reportData{one: x, HasCoupons: x.D.Coupon != nil, MayReckon: x.People+x.Held > reckonMost}
	if v.MayReckon {
		err = q.View(func(r store.Reader) (err error) {
			v.R, v.Known, err = d.LastReport(r, x.ID)
			return err
		})
	} else {
		v.R, err = d.Report(q.Context(), x.ID)
		v.Known = true
	}
	if err != nil {
		return console.Answer{}, err
	}
	if v.Known {
		d.fill(q, &v)
	}
	if q.WantsCSV() {
		return d.reportCSV(q, &v), nil
	}
	return q.Page("campaigns_report.html", q.Say(i18n.ConsoleCampaignsReportOf, "Name", named(q, x.Name)), v), nil
}

// reckon sums up what came of a large campaign, as a look at its page does not.
func (d *desk) reckon(q *console.Request) (console.Answer, error) {
	x, err := d.look(q)
	if errors.Is(err, campaign.ErrNone) || err == nil && x.SendingAt.IsZero() {
		return q.Gone(), nil
	}
	if err == nil {
		_, err = d.Report(q.Context(), x.ID)
	}
	return q.Go(to(x.ID)+"/report", ""), err
}

// fill words a report.
func (d *desk) fill(q *console.Request, v *reportData) {
	rep := &v.R
	v.Sent = rep.States[outbox.Sent]
	for at, s := range rep.Sales {
		if !q.Sees(at) {
			continue
		}
		name := d.Shop.StoreName(at)
		if at == "" {
			name = q.Say(i18n.ConsoleCampaignsNoStore)
		}
		v.Stores = append(v.Stores, storeLine{name, s})
		v.Total.Coupons, v.Total.Sales, v.Total.Money = v.Total.Coupons+s.Coupons, v.Total.Sales+s.Sales, v.Total.Money+s.Money
	}
	slices.SortFunc(v.Stores, func(a, b storeLine) int { return strings.Compare(a.Store, b.Store) })
	v.HasCoupons = v.HasCoupons || rep.Issued > 0
	for _, s := range []struct {
		key i18n.Key
		n   int64
	}{{i18n.CampFailed, rep.States[outbox.Failed]}, {i18n.CampLate, rep.States[outbox.Expired]}, {i18n.CampUnsure, rep.States[outbox.Unsure]}, {i18n.CampLeft, rep.Bulk.Left}, {i18n.CampHeld, rep.Campaign.Held}} {
		v.Plain = append(v.Plain, split{q.Say(s.key), int(s.n)})
	}
	v.Out = whys(q, rep.Suppressed())
	buttons := v.D.Buttons
	for _, s := range v.D.Journey {
		buttons = append(slices.Clone(buttons), s.Buttons...)
	}
	for _, b := range buttons {
		n := rep.Taps[b.ID]
		v.Taps = append(v.Taps, tapLine{d.ButtonLabel(b, string(q.P.Lang)), n.Times, n.People, b.Do == campaign.DoOpen})
	}
	d.compared(q, v)
}

// compared words what rests on a comparison, and what it cost.
func (d *desk) compared(q *console.Request, v *reportData) {
	rep := &v.R
	v.Effect, v.Spend = q.Say(i18n.CampNoHeld), ""
	if rep.Campaign.Held > 0 {
		v.Effect = campaign.Difference(q.P, rep.Buyers.Outcome, rep.Buyers.Diff)
		if rep.Spent != measure.TooFew {
			v.Spend = q.Say(i18n.ConsoleCampaignsSpendDiff, "Value", d.signed(q, rep.Spend.Value), "Low", d.signed(q, rep.Spend.Low), "High", d.signed(q, rep.Spend.High))
		}
	}
	for _, w := range rep.Variants {
		l := wordingLine{Variant: w, Name: strings.ToUpper(w.Name)}
		if first := rep.Variants[0].Name; w.Name != first {
			l.Against = q.Say(i18n.CampAgainst, "Wording", strings.ToUpper(first), "Difference", campaign.Difference(q.P, w.Better.Outcome, w.Better.Diff))
		}
		v.Wordings = append(v.Wordings, l)
	}
	switch {
	case rep.Billed == 0:
		v.Cost = q.Say(i18n.CampFree)
	case !rep.Cost.Priced:
		v.Cost = q.Say(i18n.CampUnpriced, "Number", i18n.Number(rep.Billed))
	default:
		v.Cost = q.Say(i18n.CampPriced, "Money", d.Shop.Money(q.P, q.Now, loyalty.Money(rep.Cost.Money)), "Number", i18n.Number(rep.Billed))
	}
	if each, ok := rep.PerExtra(); ok {
		v.PerExtra = d.Shop.Money(q.P, q.Now, loyalty.Money(each))
	}
}

// signed writes a difference of money.
func (d *desk) signed(q *console.Request, minor float64) string {
	s := d.Shop.Money(q.P, q.Now, loyalty.Money(minor))
	if minor > 0 {
		return "+" + s
	}
	return s
}

// reportCSV is one of the page's tables as a file.
func (d *desk) reportCSV(q *console.Request, v *reportData) console.Answer {
	n := func(n int64) string { return strconv.FormatInt(n, 10) }
	var rows [][]string
	name := "campaign-" + string(v.ID)
	switch q.Typed("table") {
	case "stores":
		for _, s := range v.Stores {
			rows = append(rows, []string{s.Store, n(s.Coupons), n(s.Sales), n(int64(s.Money))})
		}
		return q.CSV(name+"-stores", []string{q.Say(i18n.ConsoleCampaignsStore), q.Say(i18n.ConsoleCampaignsUsed), q.Say(i18n.ConsoleCampaignsSalesCount), q.Say(i18n.ConsoleCampaignsMinor)}, rows)
	case "taps":
		for _, t := range v.Taps {
			people := n(t.People)
			if t.Open {
				people = ""
			}
			rows = append(rows, []string{t.Label, n(t.Times), people})
		}
		return q.CSV(name+"-taps", []string{q.Say(i18n.CampButton), q.Say(i18n.ConsoleCampaignsTimes), q.Say(i18n.ConsoleCampaignsPeople)}, rows)
	case "wordings":
		for _, w := range v.Wordings {
			rows = append(rows, []string{w.Name, n(w.Sent), n(w.Tapped), n(w.Bought.Buyers), n(int64(w.Bought.Money)), w.Against})
		}
		return q.CSV(name+"-wordings", []string{q.Say(i18n.CampWordings), q.Say(i18n.CampSent), q.Say(i18n.ConsoleCampaignsTapped), q.Say(i18n.ConsoleCampaignsBuyers), q.Say(i18n.ConsoleCampaignsMinor), q.Say(i18n.ConsoleCampaignsVerdict)}, rows)
	case "compared":
		for _, g := range []struct {
			key i18n.Key
			b   campaign.Bought
		}{{i18n.ConsoleCampaignsRecipients, v.R.Treated}, {i18n.CampHeld, v.R.Control}} {
			rows = append(rows, []string{q.Say(g.key), n(g.b.People), n(g.b.Buyers), n(int64(g.b.Money))})
		}
		return q.CSV(name+"-compared", []string{"", q.Say(i18n.ConsoleCampaignsPeople), q.Say(i18n.ConsoleCampaignsBuyers), q.Say(i18n.ConsoleCampaignsMinor)}, rows)
	}
	rows = append(rows, []string{q.Say(i18n.CampSent), n(v.Sent)}, []string{q.Say(i18n.ConsoleCampaignsIssued), n(v.R.Issued)}, []string{q.Say(i18n.ConsoleCampaignsUsed), n(v.R.Used)})
	for _, l := range append(slices.Clone(v.Plain), v.Out...) {
		rows = append(rows, []string{l.Label, strconv.Itoa(l.N)})
	}
	rows = append(rows, []string{q.Say(i18n.CampBlocks), n(v.R.Blocks)}, []string{q.Say(i18n.ConsoleCampaignsBilled), n(v.R.Billed)}, []string{q.Say(i18n.CampEffect), v.Effect})
	return q.CSV(name, []string{q.Say(i18n.ConsoleCampaignsFigure), q.Say(i18n.ConsoleCampaignsNumber)}, rows)
}

// LastDay is the last day of the window.
func (v reportData) LastDay() time.Time { return v.R.To.AddDate(0, 0, -1) }
