package admin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/bot/outbox"
	"regulars/handlers/campaign"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/store"
)

// campaignsWhole holds every campaign against its recipients, for verify.
func (d Desk) campaignsWhole(ctx context.Context, out Out) error {
	if d.Campaigns == nil {
		return nil
	}
	faults, err := d.Campaigns.Verify(ctx)
	for i, f := range faults {
		if i < maxFaults {
			out.Say("✗ %s", f)
		}
	}
	if err == nil && len(faults) > 0 {
		err = fmt.Errorf("the campaigns have %s, named above; what was sent stands in the counts, the newest clean backup has the rows", count(len(faults), "fault", "faults"))
	}
	return err
}

// sendCampaign sends a file's campaign, or a draft by its id; with dry it only
// tells whom it would reach and at what cost.
func (d Desk) sendCampaign(ctx context.Context, args map[string]string, out Out) error {
	dry := args["dry"] == "true"
	if args["text"] == "" {
		id, err := campaign.ParseID(args["id"])
		if err != nil {
			return told(err)
		}
		return d.sendDraft(ctx, id, dry, out)
	}
	draft, err := d.readCampaign(ctx, args)
	if err != nil {
		return err
	}
	if dry {
		a, err := d.Campaigns.Audience(ctx, &draft)
		if err != nil {
			return told(err)
		}
		d.audience(out, a)
		return nil
	}
	var id campaign.ID
	err = d.DB.Update(ctx, func(tx store.Tx) (err error) {
		id, err = d.Campaigns.Save(tx, "", draft, campaign.Operator, d.now(), rand.Reader)
		return err
	})
	if err != nil {
		return err
	}
	return d.sendDraft(ctx, id, false, out)
}

// readCampaign is a file's draft, or its mistakes.
func (d Desk) readCampaign(ctx context.Context, args map[string]string) (campaign.Draft, error) {
	draft, lines, wrong := campaign.Parse([]byte(args["text"]))
	if len(wrong) == 0 {
		err := d.DB.View(ctx, func(r store.Reader) error {
			wrong = lines.Place(d.Campaigns.Check(r, &draft))
			return nil
		})
		if err != nil {
			return draft, err
		}
	}
	if len(wrong) == 0 {
		for range d.Shop.Rules(d.now()).Currency.Digits { // a file has amounts in the currency's usual unit
			draft.Budget.Money *= 10
		}
		return draft, nil
	}
	var text []string
	for _, c := range wrong {
		text = append(text, c.String())
	}
	return draft, &Error{args["file"] + " cannot be sent:\n  " + strings.Join(text, "\n  "), 1}
}

func (d Desk) sendDraft(ctx context.Context, id campaign.ID, dry bool, out Out) error {
	a, err := d.Campaigns.Count(ctx, id)
	if err != nil {
		return told(err)
	}
	d.audience(out, a)
	if dry {
		return nil
	}
	var c campaign.Campaign
	err = d.DB.Update(ctx, func(tx store.Tx) (err error) {
		c, err = d.Campaigns.Submit(tx, id, campaign.Operator, d.now())
		return err
	})
	switch {
	case err != nil:
		return told(err)
	case c.State == campaign.Waiting:
		out.Say("campaign %s waits: it is so large, or costs so much, that a manager must confirm it in the chat", id)
	default:
		out.Say("campaign %s is on its way from %s; `regulars campaign show %s` tells how far it is", id, d.stamp(c.Start), id)
	}
	return nil
}

// audience prints whom a campaign would reach.
func (d Desk) audience(out Out, a campaign.Audience) {
	out.Say("in the segment       %d", a.Members)
	out.Say("will get it          %d%s", a.People, list(a.ByChannel))
	if a.Held > 0 {
		out.Say("left out to compare  %d", a.Held)
	}
	if len(a.Skipped) > 0 {
		out.Say("cannot get it        %d%s", all(a.Skipped), list(a.Skipped))
	}
	if a.Groups > 0 {
		out.Say("groups               %d", a.Groups)
	}
	if a.Personal > 0 {
		out.Say("words of their own   %d, which on LINE are sent one by one", a.Personal)
	}
	switch {
	case a.Messages == 0:
		out.Say("cost                 nothing: no message is paid for")
	case !a.Price.Known:
		out.Say("cost                 %s; the programme's [messages] says no price", count(a.Messages, "paid message", "paid messages"))
	default:
		out.Say("cost                 %s, of which %d are in the month's fee: %s", count(a.Messages, "paid message", "paid messages"), a.Price.Included, d.amount(int64(a.Price.Money)))
	}
	if a.Messages > 0 && a.Price.Known && !a.Price.Fits {
		out.Say("                     which is more than the month has left")
	}
	out.Say("takes about          %s", max(a.Takes.Round(time.Second), time.Second))
}

// list writes numbers by name: " (line 3, tg 4)".
func list(by map[string]int64) string {
	var all []string
	for _, k := range slices.Sorted(maps.Keys(by)) {
		all = append(all, fmt.Sprintf("%s %d", k, by[k]))
	}
	if len(all) == 0 {
		return ""
	}
	return " (" + strings.Join(all, ", ") + ")"
}

// all is the sum of numbers by name.
func all(by map[string]int64) (n int64) {
	for _, k := range by {
		n += k
	}
	return n
}

// amount writes minor units of the shop's currency.
func (d Desk) amount(minor int64) string {
	return d.Shop.Money(i18n.For("en"), d.now(), loyalty.Money(minor))
}

// listCampaigns prints them, the newest first.
func (d Desk) listCampaigns(ctx context.Context, _ map[string]string, out Out) error {
	var all []campaign.Counts
	err := d.DB.View(ctx, func(r store.Reader) error {
		list, err := d.Campaigns.List(r, 0)
		if err != nil {
			return err
		}
		all = nil
		for _, c := range list {
			n, err := d.Campaigns.Counts(r, c.ID)
			if err != nil {
				return err
			}
			all = append(all, n)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		out.Say("there are no campaigns; `regulars campaign send FILE.toml` makes one")
		return nil
	}
	t := newTable("CAMPAIGN", "STATE", "BEGAN", "PEOPLE", "SENT", "PENDING", "NAME")
	for _, c := range all {
		t.add(string(c.ID), string(c.State), d.stamp(c.SendingAt), fmt.Sprint(c.People), fmt.Sprint(c.States[outbox.Sent]), fmt.Sprint(c.Bulk.Left), c.Name)
	}
	t.print(out)
	return nil
}

// showCampaign prints the plain counts of one.
func (d Desk) showCampaign(ctx context.Context, args map[string]string, out Out) error {
	id, err := campaign.ParseID(args["id"])
	if err != nil {
		return told(err)
	}
	var c campaign.Counts
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		c, err = d.Campaigns.Counts(r, id)
		return err
	})
	if err != nil {
		return told(err)
	}
	out.Say("%s  %s", c.ID, c.Name)
	why := c.Why
	if why == "" {
		why = c.Bulk.Why
	}
	if why != "" {
		why = ": " + why
	}
	out.Say("state                %s%s, version %d", c.State, why, c.Version)
	out.Say("began                %s, ended %s", d.stamp(c.SendingAt), d.stamp(c.EndedAt))
	out.Say("audience             %d", c.Audience())
	out.Say("sent                 %d; %s paid for", c.States[outbox.Sent], count(c.Bulk.Billed, "message", "messages"))
	out.Say("pending              %d", c.States[outbox.Pending]+c.States[outbox.Trying])
	out.Say("failed               %d", c.States[outbox.Failed])
	out.Say("too late             %d", c.States[outbox.Expired])
	out.Say("unknown              %d", c.States[outbox.Unsure])
	out.Say("suppressed           %d%s", all(c.Suppressed()), list(c.Suppressed()))
	out.Say("left out to compare  %d", c.Campaign.Held)
	journey(out, c.Walk)
	for s, n := range c.Groups {
		out.Say("groups               %d %s", n, s)
	}
	for _, x := range c.Changes {
		out.Say("version %-12d since %s, when %d were begun", x.Version, d.stamp(x.At), x.Begun)
	}
	return nil
}

// steered does one of the campaign's verbs.
func (d Desk) steered(done string, f func(store.Tx, campaign.ID, campaign.By, time.Time) (campaign.Campaign, error)) Op {
	return func(ctx context.Context, args map[string]string, out Out) error {
		id, err := campaign.ParseID(args["id"])
		if err != nil {
			return told(err)
		}
		var c campaign.Campaign
		err = d.DB.Update(ctx, func(tx store.Tx) (err error) {
			c, err = f(tx, id, campaign.Operator, d.now())
			return err
		})
		if err != nil {
			return told(err)
		}
		if d.Outbox != nil {
			d.Outbox.LookBulks()
		}
		out.Say("campaign %s %s; it is now %s", id, done, c.State)
		return nil
	}
}

// changeCampaign gives a paused campaign a file's words.
func (d Desk) changeCampaign(ctx context.Context, args map[string]string, out Out) error {
	draft, err := d.readCampaign(ctx, args)
	if err != nil {
		return err
	}
	return d.steered("has new words, for whom it has not begun", func(tx store.Tx, id campaign.ID, by campaign.By, now time.Time) (campaign.Campaign, error) {
		return d.Campaigns.NewVersion(tx, id, draft, by, now)
	})(ctx, args, out)
}

// campaignOps are the operations of `regulars campaign`.
func (d Desk) campaignOps() Ops {
	e := d.Campaigns
	if e == nil {
		return nil
	}
	return Ops{
		"campaign-send": d.sendCampaign, "campaign-list": d.listCampaigns, "campaign-groups": d.campaignGroups, "campaign-show": d.showCampaign, "campaign-change": d.changeCampaign, "campaign-report": d.reportCampaign,
		"campaign-approve": d.steered("is confirmed", e.Approve),
		"campaign-pause":   d.steered("is paused", e.Pause), "campaign-resume": d.steered("goes on", e.Resume), "campaign-stop": d.steered("is stopped", e.Stop),
	}
}

// told turns a refusal into what an operator does next.
func told(err error) error {
	var state *campaign.StateError
	var budget *campaign.BudgetError
	text := ""
	switch {
	case errors.Is(err, campaign.ErrNone):
		text = "no campaign has this id; `regulars campaign list` shows them"
	case errors.Is(err, campaign.ErrSame):
		text = "the operator sent it, so somebody else must confirm it: a manager in the chat"
	case errors.Is(err, campaign.ErrNobody):
		text = "it would reach nobody; look at its segment, channels and at who agreed to news"
	case errors.As(err, &state):
		text = fmt.Sprintf("its state is %q, in which this cannot be done; only what is paused can be changed or go on", string(state.State))
	case errors.As(err, &budget):
		text = fmt.Sprintf("it needs %d paid messages, and its budget says %d; choose fewer people, or a larger budget", budget.Needs, budget.Has)
	default:
		return err
	}
	return &Error{text, 1}
}
