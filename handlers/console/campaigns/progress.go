package campaigns

import (
	"context"
	"errors"
	"slices"
	"time"

	"regulars/bot/outbox"
	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/people"
	"regulars/store"
)

// lookEvery is how often a page that watches a campaign is brought up to date.
const lookEvery = 2 * time.Second

// watchFor is for how long one stream lasts: then the browser asks again, with
// whatever session and role there are by then.
const watchFor = 10 * time.Minute

// progress are the figures of a campaign that was sent, or is about to be.
type progress struct {
	campaign.Campaign
	To, State string
	Said      string // why it paused, when it starts
	Sent      int64
	Done, All int64 // who have an outcome, of all
	Lines     []split
	Out       []split // who got nothing, by why
	Groups    []split
	Old       int64 // who got the words of before the last change
	Moving    bool  // there is something to watch
	Walk      *campaign.Walk
	At        time.Time
}

// showData is a campaign's page once it is no draft.
type showData struct {
	one
	Progress                             progress
	For, Starts, By                      string
	Waiting, MayAgree, Asks              bool
	CanPause, CanResume, CanStop, Report bool
	CanEdit                              bool
	Yes                                  []string
	Preview                              previews
	Seen                                 audience
	Deeds                                []console.Told
}

// show is the page of a campaign that waits, goes out or is over.
func (d *desk) show(q *console.Request, x one) (console.Answer, error) {
	v := showData{
		one: x, For: d.Shop.SegmentName(q.P, q.Now, x.D.Segment), Starts: d.Starts(q.P, &x.D), Waiting: x.State == campaign.Waiting,
		Asks: x.Asks(), CanEdit: open(x.State), CanStop: stoppable(&x.Campaign), Report: !x.SendingAt.IsZero(),
	}
	v.MayAgree = (v.Waiting || v.Asks) && !slices.Contains(x.Yes, by(q).Actor) && x.Asked != by(q).Actor
	switch x.State {
	case campaign.Scheduled, campaign.Freezing, campaign.Sending:
		v.CanPause = true
	case campaign.Done:
		v.CanPause = x.Walking()
	case campaign.Paused:
		v.CanResume = !v.Asks
	}
	err := q.View(func(r store.Reader) (err error) {
		v.By, v.Yes = d.nameOf(r, q, x.By), nil
		for _, a := range x.Yes {
			v.Yes = append(v.Yes, d.nameOf(r, q, a))
		}
		if v.Progress, err = d.progress(r, q, x.ID); err != nil {
			return err
		}
		if v.Preview, err = d.previews(r, q, x.ID, &x.D); err != nil {
			return err
		}
		v.Deeds, err = q.Deeds(r, about(x.ID), deedsMost)
		return err
	})
	if err == nil && v.Waiting && x.Counted != nil {
		v.Seen.Gets = x.Counted.Audience
		v.Seen.Priced, v.Seen.Cost, v.Seen.Why = true, d.CostWords(q.P, q.Now, &v.Seen.Gets), whys(q, v.Seen.Gets.Skipped)
		v.Seen.Caution = d.Caution(q.P, q.Now, &x.D, &v.Seen.Gets, by(q))
	}
	return q.Page("campaigns_show.html", named(q, x.Name), v), err
}

// progress reads how a campaign stands.
func (d *desk) progress(r store.Reader, q *console.Request, id campaign.ID) (progress, error) {
	n, err := d.Counts(r, id)
	if err != nil {
		return progress{}, err
	}
	p := progress{
		Campaign: n.Campaign, To: to(id), State: q.Say(campaign.StateWord(n.State)), Said: d.stands(q, n.Campaign), At: d.Shop.Clock.Now(),
		Sent: n.States[outbox.Sent], All: n.People, Done: max(n.People-n.Bulk.Left, 0), Out: whys(q, n.Suppressed()), Walk: n.Walk,
		Moving: n.State == campaign.Scheduled || n.State == campaign.Freezing || n.State == campaign.Sending || n.Walking(),
	}
	if n.FrozenAt.IsZero() {
		p.Done = 0
	}
	add := func(key i18n.Key, k int64) {
		if k > 0 || key == i18n.CampSent {
			p.Lines = append(p.Lines, split{q.Say(key), int(k)})
		}
	}
	add(i18n.CampSent, n.States[outbox.Sent])
	add(i18n.CampLeft, n.Bulk.Left)
	add(i18n.CampFailed, n.States[outbox.Failed])
	add(i18n.CampLate, n.States[outbox.Expired])
	add(i18n.CampUnsure, n.States[outbox.Unsure])
	add(i18n.CampHeld, n.Campaign.Held)
	groups := 0
	for _, k := range n.Groups {
		groups += k
	}
	add(i18n.CampGroups, int64(groups))
	if last := len(n.Changes) - 1; last >= 0 {
		p.Old = n.Changes[last].Begun
	}
	return p, nil
}

// stands says why it paused by itself, or when it starts.
func (d *desk) stands(q *console.Request, c campaign.Campaign) string {
	switch {
	case c.State == campaign.Scheduled:
		return q.Say(i18n.CampStarts, "Time", d.moment(q, c))
	case c.State == campaign.Paused && c.Why == campaign.WhyGrew:
		return q.Say(i18n.CampGrew)
	case c.State == campaign.Paused && c.Why == campaign.WhyChanged:
		return q.Say(i18n.CampNeedsTwo)
	case c.State == campaign.Paused && c.Why != "":
		return q.Say(i18n.CampHalted)
	}
	return ""
}

// progressPiece are the figures alone.
func (d *desk) progressPiece(q *console.Request) (console.Answer, error) {
	var p progress
	err := q.View(func(r store.Reader) error {
		x, err := d.find(r, q)
		if err == nil {
			p, err = d.progress(r, q, x.ID)
		}
		return err
	})
	if errors.Is(err, campaign.ErrNone) {
		return q.Gone(), nil
	}
	return q.Piece("campaigns_progress.html", p), err
}

// live sends the figures whenever they changed, and "over" when there is nothing
// more to watch.
func (d *desk) live(q *console.Request) (console.Answer, error) {
	id, err := campaign.ParseID(q.R.PathValue("id"))
	if err != nil {
		return q.Gone(), nil
	}
	return q.Stream(func(ctx context.Context, send func(event, data string) error) error {
		until, last := d.Shop.Clock.Now().Add(watchFor), ""
		for {
			now, moving, err := d.figures(q, id)
			if err != nil {
				return err
			}
			if now != last {
				if last = now; send("figures", now) != nil {
					return nil // the browser has left
				}
			}
			if !moving {
				_ = send("over", "-") // so has it then
				return nil
			}
			select {
			case <-ctx.Done():
				return nil
			case <-d.Shop.Clock.After(lookEvery):
			}
			if d.Shop.Clock.Now().After(until) {
				return nil
			}
		}
	}), nil
}

// figures are the piece as it looks now; nothing to watch for who may not look
// any more.
func (d *desk) figures(q *console.Request, id campaign.ID) (drawn string, moving bool, err error) {
	var p progress
	err = q.View(func(r store.Reader) error {
		me, err := d.Shop.Vault.StaffByID(r, q.Me.ID)
		if err != nil || !me.Active || !people.AtLeast(me.Role, people.Manager) {
			return err
		}
		p, err = d.progress(r, q, id)
		return err
	})
	if err != nil || p.ID == "" {
		return "", false, err
	}
	p.At = time.Time{} // another time alone is nothing new
	drawn, err = q.Draw("campaigns_progress.html", p)
	return drawn, p.Moving, err
}
