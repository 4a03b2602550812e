package admin

import (
	"context"
	"fmt"
	"time"

	"regulars/bot/outbox"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// recently is the span of "joined lately" and of the messages counted.
const recently = 30 * 24 * time.Hour

// stats prints the shop in a dozen numbers.
func (d Desk) stats(ctx context.Context, _ map[string]string, out Out) error {
	now := d.now()
	who, err := people.Count(ctx, d.DB, now.Add(-recently))
	if err != nil {
		return err
	}
	sum, err := d.Shop.Book.Totals(ctx, d.DB, now, func(n int) { out.Progress(int64(n), int64(who.Members)) })
	if err != nil {
		return err
	}
	out.Say("members              %d (%d joined in 30 days; %d wrote and have not joined; %d left)", who.Members, who.Joined, who.Contacts, who.Erased)
	if err := d.imported(ctx, out); err != nil {
		return err
	}
	out.Say("points outstanding   %d (%d spendable, %d pending, %d held); owed by members %d",
		sum.Available+sum.Pending+sum.Held, sum.Available, sum.Pending, sum.Held, sum.Debt)
	if err := d.vouchers(ctx, out); err != nil {
		return err
	}
	d.programme(now, out)
	if err := d.today(ctx, now, out); err != nil {
		return err
	}
	if err := d.waits(ctx, now, out); err != nil {
		return err
	}
	if err := d.messages(ctx, now, out); err != nil {
		return err
	}
	if err := d.bill(ctx, now, out); err != nil {
		return err
	}
	if err := d.customers(ctx, now, out); err != nil {
		return err
	}
	return d.lastBackup(ctx, out)
}

// customers prints what customers said, and who is still to be answered.
func (d Desk) customers(ctx context.Context, now time.Time, out Out) error {
	var f shop.Figures
	err := d.DB.View(ctx, func(r store.Reader) (err error) {
		f, err = d.Shop.Figures(r, now.AddDate(0, 0, -6), now, "")
		return err
	})
	if err != nil || f.NPS.N == 0 && f.Cases == 0 {
		return err
	}
	score := "too few answers to tell"
	if !f.NPS.Few {
		score = fmt.Sprintf("%+.0f, give or take %.0f", f.NPS.Value, f.NPS.Margin)
	}
	out.Say("NPS, %2d days         %s (%s); %d unhappy in 7 days, %s open", f.NPSDays, score, count(f.NPS.N, "answer", "answers"), f.Unhappy, count(f.Cases, "case", "cases"))
	return nil
}

// lastBackup prints which backup is the newest, and whether one failed since.
func (d Desk) lastBackup(ctx context.Context, out Out) error {
	var b shop.Backups
	err := d.DB.View(ctx, func(r store.Reader) (err error) {
		b, err = shop.BackupsOf(r)
		return err
	})
	if err != nil {
		return err
	}
	if b.Good.IsZero() {
		out.Say("newest backup        none yet")
	} else {
		out.Say("newest backup        %s, as of %s, %s", b.File, d.stamp(b.Good), size(b.Bytes))
	}
	if !b.Failed.IsZero() {
		out.Say("                     one failed on %s: %s", d.stamp(b.Failed), b.Why)
	}
	return nil
}

// programme prints which version of the rules holds, and which ones wait.
func (d Desk) programme(now time.Time, out Out) {
	if d.History == nil {
		return
	}
	held, since := d.History.At(now).Rules, "the beginning"
	if !held.From.IsZero() {
		since = d.stamp(held.From)
	}
	out.Say("programme            version %d, since %s", held.Version, since)
	for _, p := range d.History.Waiting(now) {
		out.Say("                     version %d waits for %s", p.Rules.Version, d.stamp(p.Rules.From))
	}
}

// today prints what employees did on the shop's day.
func (d Desk) today(ctx context.Context, now time.Time, out Out) error {
	var sum book.DaySum
	err := d.DB.View(ctx, func(r store.Reader) error {
		sum = book.DaySum{}
		all, err := d.Shop.Vault.AllStaff(r)
		if err != nil {
			return err
		}
		for _, s := range all {
			day, err := d.Shop.Book.Day(r, s.ID.Actor(), d.Shop.Rules(now).Day(now))
			if err != nil {
				return err
			}
			sum.Sales, sum.SaleMoney, sum.SalePoints = sum.Sales+day.Sales, sum.SaleMoney+day.SaleMoney, sum.SalePoints+day.SalePoints
			sum.Gives, sum.GivePoints = sum.Gives+day.Gives, sum.GivePoints+day.GivePoints
			sum.Uses, sum.UsePoints = sum.Uses+day.Uses, sum.UsePoints+day.UsePoints
			sum.Undos, sum.UndoPoints = sum.Undos+day.Undos, sum.UndoPoints+day.UndoPoints
		}
		return nil
	})
	if err != nil {
		return err
	}
	money := d.Shop.Money(i18n.For(i18n.En), now, sum.SaleMoney)
	out.Say("today, by staff      %s, %s, %d points", count(sum.Sales, "sale", "sales"), money, sum.SalePoints)
	out.Say("                     %d points given by hand, %d used, %d undone", sum.GivePoints, sum.UsePoints, sum.UndoPoints)
	return nil
}

// messages prints what was sent in 30 days, and what stands in the way now.
func (d Desk) messages(ctx context.Context, now time.Time, out Out) error {
	var sum outbox.Counts
	var sent int64
	var stops []outbox.Stop
	err := d.DB.View(ctx, func(r store.Reader) error {
		sum, sent = outbox.Counts{}, 0
		days, err := d.Outbox.Stats(r, now.Add(-recently), now)
		if err != nil {
			return err
		}
		for _, day := range days {
			for _, n := range day.Sent {
				sent += n
			}
			sum.Billed += day.Billed
			sum.Free += day.Free
			sum.Rode += day.Rode
			sum.Saved += day.Saved
		}
		stops, err = d.Outbox.Stops(r)
		return err
	})
	if err != nil {
		return err
	}
	all, err := d.readDead(ctx)
	if err != nil {
		return err
	}
	out.Say("messages, 30 days    %d sent, %d of them billed and %d free by reply; %d rode along free, which saved %d pushes", sent, sum.Billed, sum.Free, sum.Rode, sum.Saved)
	out.Say("dead letters         %d received, %d to be sent", len(all.in), len(all.out))
	for _, s := range stops {
		until := "until lifted"
		if !s.Until.IsZero() {
			until = "until " + d.stamp(s.Until)
		}
		out.Say("stopped              %s: %s, since %s, %s", s.Channel, s.Why, d.stamp(s.Since), until)
	}
	if len(stops) == 0 {
		out.Say("stops in force       none")
	}
	return nil
}
