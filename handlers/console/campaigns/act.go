package campaigns

import (
	"errors"
	"strconv"
	"strings"

	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/store"
)

// errChanged refuses to act on a version that somebody has changed since.
var errChanged = errors.New("console: the campaign was changed meanwhile")

// number is a version as forms carry it.
func number(v int) string { return strconv.Itoa(v) }

// why words a refusal; false for accidents.
func (d *desk) why(q *console.Request, err error) (string, bool) {
	switch {
	case err == nil:
		return "", false
	case errors.Is(err, errChanged):
		return q.Say(i18n.CampChangedSince), true
	}
	return d.refused(q, err)
}

// audit writes down what was done to a campaign, with the version that it was
// done to.
func (d *desk) audit(tx store.Tx, q *console.Request, what i18n.Key, id campaign.ID, reason string) error {
	row, err := d.Get(tx, id)
	if err != nil {
		return err
	}
	return q.Audit(tx, what, about(id), "", reason, number(row.Version))
}

// act does something to a campaign in one Update, with its line in the audit, and
// goes to its page. A refusal is said on the page that the form stands on.
func (d *desk) act(q *console.Request, what, said i18n.Key, f func(tx store.Tx, id campaign.ID) error) (console.Answer, error) {
	x, err := d.look(q)
	if errors.Is(err, campaign.ErrNone) {
		return q.Gone(), nil
	}
	if err != nil {
		return console.Answer{}, err
	}
	reason := q.Typed("reason")
	err = q.Update(func(tx store.Tx) error {
		row, err := d.Get(tx, x.ID)
		if err != nil {
			return err
		}
		if v := q.Typed("version"); v != "" && v != number(row.Version) {
			return errChanged
		}
		if err := d.audit(tx, q, what, x.ID, reason); err != nil {
			return err
		}
		return f(tx, x.ID)
	})
	if no, ok := d.why(q, err); ok {
		q.Wrong("", no)
		return q.Again(d.page(q))
	}
	if err != nil {
		return console.Answer{}, err
	}
	return q.Go(to(x.ID), q.Say(said, "Name", named(q, x.Name))), nil
}

// checkPage asks whether a manager is sure of what cannot be taken back, or of
// what is sent.
type checkPage struct {
	one
	Question, Do string
	Action       string
	Danger       bool
	Reason       bool
	Starts       string
	Seen         audience
	Second       bool // another manager has to agree
}

// sure is such a page.
func (d *desk) sure(q *console.Request, action string, question, do i18n.Key, ok func(*one) bool) (console.Answer, checkPage, error) {
	x, err := d.look(q)
	if errors.Is(err, campaign.ErrNone) {
		return q.Gone(), checkPage{}, nil
	}
	if err != nil {
		return console.Answer{}, checkPage{}, err
	}
	if !ok(&x) {
		return q.Go(to(x.ID), q.Say(i18n.CampNotNow, "State", q.Say(campaign.StateWord(x.State)))), checkPage{}, nil
	}
	v := checkPage{one: x, Question: q.Say(question, "Name", named(q, x.Name)), Do: q.Say(do), Action: to(x.ID) + "/" + action}
	return console.Answer{}, v, nil
}

// stopPage asks whether to stop for good.
func (d *desk) stopPage(q *console.Request) (console.Answer, error) {
	a, v, err := d.sure(q, "stop", i18n.CampStopAsk, i18n.CampStop, func(x *one) bool { return stoppable(&x.Campaign) })
	if err != nil || v.Action == "" {
		return a, err
	}
	v.Danger, v.Reason = true, true
	return q.Page("campaigns_sure.html", v.Question, v), nil
}

// stoppable reports whether a campaign can be stopped.
func stoppable(c *campaign.Campaign) bool {
	return c.State != campaign.Drafted && (!c.Ended() || c.Walking())
}

func (d *desk) stop(q *console.Request) (console.Answer, error) {
	return d.act(q, i18n.ConsoleCampaignsDidStop, i18n.ConsoleCampaignsStopped, func(tx store.Tx, id campaign.ID) error {
		_, err := d.Stop(tx, id, by(q), q.Now)
		return err
	})
}

// discardPage asks whether to throw a draft away.
func (d *desk) discardPage(q *console.Request) (console.Answer, error) {
	a, v, err := d.sure(q, "discard", i18n.CampDiscardAsk, i18n.CampDiscard, func(x *one) bool {
		return x.State == campaign.Drafted || x.State == campaign.Waiting
	})
	if err != nil || v.Action == "" {
		return a, err
	}
	v.Danger = true
	return q.Page("campaigns_sure.html", v.Question, v), nil
}

func (d *desk) discard(q *console.Request) (console.Answer, error) {
	x, err := d.look(q)
	if errors.Is(err, campaign.ErrNone) {
		return q.Gone(), nil
	}
	if err == nil {
		err = q.Update(func(tx store.Tx) error {
			if err := d.audit(tx, q, i18n.ConsoleCampaignsDidDiscard, x.ID, ""); err != nil {
				return err
			}
			return d.Discard(tx, x.ID)
		})
	}
	if no, ok := d.why(q, err); ok {
		q.Wrong("", no)
		return q.Again(d.page(q))
	}
	return q.Go("/console/campaigns", q.Say(i18n.CampDiscarded, "Name", named(q, x.Name))), err
}

func (d *desk) pause(q *console.Request) (console.Answer, error) {
	return d.act(q, i18n.ConsoleCampaignsDidPause, i18n.ConsoleCampaignsPaused, func(tx store.Tx, id campaign.ID) error {
		_, err := d.Pause(tx, id, by(q), q.Now)
		return err
	})
}

func (d *desk) resume(q *console.Request) (console.Answer, error) {
	return d.act(q, i18n.ConsoleCampaignsDidResume, i18n.ConsoleCampaignsResumed, func(tx store.Tx, id campaign.ID) error {
		_, err := d.Resume(tx, id, by(q), q.Now)
		return err
	})
}

// sendPage shows what will be sent to how many at what cost, and asks once.
func (d *desk) sendPage(q *console.Request) (console.Answer, error) {
	a, v, err := d.sure(q, "send", i18n.CampSendAsk, i18n.CampSend, func(x *one) bool { return x.State == campaign.Drafted })
	if err != nil || v.Action == "" {
		return a, err
	}
	if !v.Current(q.Now) { // nobody counted it, or it cannot be sent: its page says why
		return q.Go(to(v.ID), q.Say(i18n.CampUncounted)), nil
	}
	if v.Seen, err = d.audience(q, &v.Campaign, &v.D, false); err != nil {
		return console.Answer{}, err
	}
	if !v.Seen.Priced { // the segment's split is not remembered: the numbers that count are
		if err := d.cost(q, &v.Campaign, &v.D, &v.Seen); err != nil {
			return console.Answer{}, err
		}
	}
	v.Starts, v.Second = d.Starts(q.P, &v.D), d.Needs(v.Seen.Gets) > 1
	return q.Page("campaigns_sure.html", v.Question, v), nil
}

// send asks for it to be sent: it goes, or waits for a second manager, who is
// told in the chat.
func (d *desk) send(q *console.Request) (console.Answer, error) {
	waits, asked := false, false
	a, err := d.act(q, i18n.ConsoleCampaignsDidSend, i18n.CampGoes, func(tx store.Tx, id campaign.ID) error {
		c, err := d.Submit(tx, id, by(q), q.Now)
		if err != nil {
			return err
		}
		if waits, asked = c.State == campaign.Waiting, false; waits {
			asked, err = d.AskManagers(tx, c, q.Me)
		}
		return err
	})
	x, e := d.look(q)
	switch {
	case err != nil || e != nil || q.Bad():
	case waits && asked:
		return q.Go(to(x.ID), q.Say(i18n.CampAskedSecond, "Name", x.Name)), nil
	case waits:
		return q.Go(to(x.ID), q.Say(i18n.ConsoleCampaignsAskedNobody)), nil
	case x.Start.After(q.Now):
		return q.Go(to(x.ID), q.Say(i18n.CampGoesAt, "Name", x.Name, "Time", d.moment(q, x.Campaign))), nil
	}
	return a, err
}

// moment is when a campaign begins.
func (d *desk) moment(q *console.Request, c campaign.Campaign) string {
	at := d.Shop.Local(c.Start)
	return q.P.ShortDate(at) + " " + q.P.Clock(at)
}

// approve is a second manager's yes, or lets go on what grew or was changed.
func (d *desk) approve(q *console.Request) (console.Answer, error) {
	var c campaign.Campaign
	a, err := d.act(q, i18n.ConsoleCampaignsDidApprove, i18n.CampAgreed, func(tx store.Tx, id campaign.ID) (err error) {
		if c, err = d.Approve(tx, id, by(q), q.Now); err != nil || c.State == campaign.Waiting || c.Asked == by(q).Actor {
			return err
		}
		return d.TellAsker(tx, c, c.Asked, true)
	})
	if err == nil && !q.Bad() && c.State == campaign.Waiting {
		return q.Go(to(c.ID), q.Say(i18n.CampOneMore)), nil
	}
	return a, err
}

// decline makes it a draft again, and tells who asked.
func (d *desk) decline(q *console.Request) (console.Answer, error) {
	return d.act(q, i18n.ConsoleCampaignsDidDecline, i18n.CampDeclined, func(tx store.Tx, id campaign.ID) error {
		before, err := d.Get(tx, id)
		if err != nil {
			return err
		}
		c, err := d.Decline(tx, id, by(q))
		if err != nil || before.Asked == by(q).Actor {
			return err
		}
		return d.TellAsker(tx, c, before.Asked, false)
	})
}

// test sends the manager what a recipient gets.
func (d *desk) test(q *console.Request) (console.Answer, error) {
	x, err := d.look(q)
	if errors.Is(err, campaign.ErrNone) {
		return q.Gone(), nil
	}
	if err != nil {
		return console.Answer{}, err
	}
	return d.testOf(q, x.ID)
}

func (d *desk) testOf(q *console.Request, id campaign.ID) (console.Answer, error) {
	reached := false
	err := q.Update(func(tx store.Tx) error {
		c, err := d.Get(tx, id)
		if err != nil {
			return err
		}
		n, err := d.Draft(tx, id, c.Version)
		if err != nil {
			return err
		}
		reached, err = d.Test(tx, c, &n, q.Me)
		return err
	})
	switch no, ok := d.why(q, err); {
	case ok:
		return q.Go(to(id), no), nil
	case err != nil:
		return console.Answer{}, err
	case !reached:
		return q.Go(to(id), q.Say(i18n.ConsoleCampaignsTestNowhere)), nil
	}
	return q.Go(to(id), q.Say(i18n.ConsoleCampaignsTested)), nil
}

// nameOf is what an employee is called who stands in a campaign's row as an actor;
// the command line is the shop's computer.
func (d *desk) nameOf(r store.Reader, q *console.Request, a loyalty.Actor) string {
	all, err := d.Shop.Vault.AllStaff(r)
	if err != nil || a == "" {
		return ""
	}
	for _, s := range all {
		if s.ID.Actor() == a && s.Name != "" {
			return s.Name
		}
	}
	if strings.HasPrefix(string(a), "staff") {
		return q.Say(i18n.ConsoleCampaignsSomebody)
	}
	return q.Say(i18n.ConsoleCampaignsComputer)
}
