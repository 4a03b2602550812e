package admin

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"regulars/bot/outbox"
	"regulars/handlers/campaign"
	"regulars/loyalty"
	"regulars/loyalty/measure"
)

// reportCampaign prints what came of a campaign: what was counted first, what
// rests on a comparison after it.
func (d Desk) reportCampaign(ctx context.Context, args map[string]string, out Out) error {
	id, err := campaign.ParseID(args["id"])
	if err != nil {
		return told(err)
	}
	rep, err := d.Campaigns.Report(ctx, id)
	if err != nil {
		return told(err)
	}
	out.Say("%s  %s, as of %s", rep.ID, rep.Name, d.stamp(rep.At))
	out.Say("sent                 %d of %d", rep.States[outbox.Sent], rep.People)
	out.Say("coupons              %d issued, %d used", rep.Issued, rep.Used)
	for _, at := range slices.Sorted(maps.Keys(rep.Sales)) {
		s := rep.Sales[at]
		out.Say("  at %-16s %d used; %s with them, %s", storeName(at), s.Coupons, count(s.Sales, "sale", "sales"), d.amount(int64(s.Money)))
	}
	out.Say("failed               %d, too late %d, unknown %d, pending %d", rep.States[outbox.Failed], rep.States[outbox.Expired], rep.States[outbox.Unsure], rep.Bulk.Left)
	out.Say("suppressed           %d%s", all(rep.Suppressed()), list(rep.Suppressed()))
	for _, b := range slices.Sorted(maps.Keys(rep.Taps)) {
		out.Say("taps on %-12s %d by %s", b, rep.Taps[b].Times, count(rep.Taps[b].People, "person", "people"))
	}
	journey(out, rep.Walk)
	out.Say("blocked within 48 h  %d", rep.Blocks)
	d.effect(out, &rep)
	for _, v := range rep.Variants {
		d.variant(out, v, rep.Variants[0].Name)
	}
	cost := "prices are not set"
	if rep.Cost.Priced {
		cost = d.amount(rep.Cost.Money)
	}
	out.Say("cost                 %s paid for: %s", count(rep.Billed, "message", "messages"), cost)
	if each, ok := rep.PerExtra(); ok {
		out.Say("                     %s for each purchaser more", d.amount(each))
	}
	return nil
}

func storeName(s loyalty.Store) string {
	if s == "" {
		return "(no store)"
	}
	return string(s)
}

// effect prints the difference to those left out.
func (d Desk) effect(out Out, rep *campaign.Report) {
	out.Say("bought %s to %s", rep.From.Format("2006-01-02"), rep.To.AddDate(0, 0, -1).Format("2006-01-02"))
	for _, g := range []struct {
		who string
		campaign.Bought
	}{{"recipients", rep.Treated}, {"left out", rep.Control}} {
		out.Say("  %-18s %d of %d, %s", g.who, g.Buyers, g.People, d.amount(int64(g.Money)))
	}
	if rep.Campaign.Held == 0 {
		out.Say("difference           nobody was left out, so that there is nothing to compare with")
		return
	}
	out.Say("difference           %s", told95(rep.Buyers.Outcome, rep.Buyers.Diff, 100, "of a hundred bought"))
	if rep.Spent != measure.TooFew {
		out.Say("                     %s a person (95 %%: %s to %s)",
			d.amount(int64(math.Round(rep.Spend.Value))), d.amount(int64(math.Round(rep.Spend.Low))), d.amount(int64(math.Round(rep.Spend.High))))
	}
}

// told95 is a comparison with its interval, or that it says nothing.
func told95(o measure.Outcome, i measure.Interval, times float64, what string) string {
	if o == measure.TooFew {
		return "too few to tell"
	}
	s := fmt.Sprintf("%+.1f %s (95 %%: %+.1f to %+.1f)", i.Value*times, what, i.Low*times, i.High*times)
	if o == measure.None {
		s += ": no effect shown"
	}
	return s
}

func (d Desk) variant(out Out, v campaign.Variant, first string) {
	out.Say("wording %-12s %d sent, %d pressed a button, %d bought", v.Name, v.Sent, v.Tapped, v.Bought.Buyers)
	if v.Name != first {
		out.Say("  against %-10s %s", first, told95(v.Better.Outcome, v.Better.Diff, 100, "of a hundred"))
	}
}

// journey prints how far the members are with what comes after the first message.
func journey(out Out, w *campaign.Walk) {
	if w == nil {
		return
	}
	out.Say("journey              %d began, %d on the way, %d through", w.People, w.OnTheWay(), w.Through)
	for i, s := range w.Steps {
		out.Say("  step %-13d written to %d, passed over %d, left %d", i+1, s.Written, s.Passed, s.Left)
	}
}
