package campaigns

import (
	"errors"
	"net/http"
	"unicode/utf8"

	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/store"
)

// fresh is the composer of a new campaign, to a segment where the address names
// one, as the section of figures does.
func (d *desk) fresh(q *console.Request) (console.Answer, error) {
	return d.compose(q, campaign.Campaign{}, campaign.Draft{Segment: shop.TypedSegment(q.Typed("segment"))})
}

// page is a campaign: a draft's composer, or how it stands.
func (d *desk) page(q *console.Request) (console.Answer, error) {
	x, err := d.look(q)
	switch {
	case errors.Is(err, campaign.ErrNone):
		return q.Gone(), nil
	case err != nil:
		return console.Answer{}, err
	case x.State == campaign.Drafted:
		return d.edit(q)
	}
	return d.show(q, x)
}

// open reports whether the words of a campaign can be changed in its state.
func open(s campaign.State) bool {
	return s == campaign.Drafted || s == campaign.Waiting || s == campaign.Paused
}

// edit is the composer of what can still be changed; a draft's says what keeps it
// from being sent.
func (d *desk) edit(q *console.Request) (console.Answer, error) {
	x, err := d.look(q)
	switch {
	case errors.Is(err, campaign.ErrNone):
		return q.Gone(), nil
	case err != nil:
		return console.Answer{}, err
	case !open(x.State):
		return q.Go(to(x.ID), ""), nil
	}
	err = q.View(func(r store.Reader) error {
		d.complain(q, &x.D, d.Check(r, &x.D))
		return nil
	})
	if err != nil {
		return console.Answer{}, err
	}
	return d.compose(q, x.Campaign, x.D)
}

// compose is the composer's page.
func (d *desk) compose(q *console.Request, row campaign.Campaign, n campaign.Draft) (console.Answer, error) {
	var v composer
	err := q.View(func(r store.Reader) (err error) {
		v, err = d.form(r, q, row, &n)
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	if v.Seen, err = d.audience(q, &row, &n, false); err != nil {
		return console.Answer{}, err
	}
	if v.Tired, err = d.Shop.Tired(q.Context(), q.P, q.At, q.Now); err != nil {
		return console.Answer{}, err
	}
	title := q.Say(i18n.CampNew)
	if row.ID != "" {
		title = named(q, row.Name)
	}
	return q.Page("campaigns_compose.html", title, v), nil
}

// named is a campaign's name, or what is said where it has none.
func named(q *console.Request, name string) string {
	if name == "" {
		return q.Say(i18n.ConsoleCampaignsNoName)
	}
	return name
}

// create keeps a new draft.
func (d *desk) create(q *console.Request) (console.Answer, error) {
	return d.keep(q, one{})
}

// save keeps a draft's newest version, or the new words of what is paused.
func (d *desk) save(q *console.Request) (console.Answer, error) {
	x, err := d.look(q)
	if errors.Is(err, campaign.ErrNone) {
		return q.Gone(), nil
	}
	if err != nil {
		return console.Answer{}, err
	}
	return d.keep(q, x)
}

// longName is how many letters a name may have.
const longName = 60

// keep stores what was typed, if a draft can hold it: it need not be fit to be
// sent. Then it is counted, and what the pressed button asks for is led to.
func (d *desk) keep(q *console.Request, x one) (console.Answer, error) {
	paused := x.State == campaign.Paused
	n := d.read(q, x.D, paused)
	if file := d.uploaded(q); file != "" {
		n.Picture = file
	}
	if l := utf8.RuneCountInString(n.Name); l == 0 || l > longName {
		q.Wrong("name", q.Say(i18n.CampNameLong, "Most", longName))
	}
	again := func() (console.Answer, error) { return q.Again(d.compose(q, x.Campaign, n)) }
	if q.Bad() {
		return again()
	}
	id, changed := x.ID, x.ID == "" || !sameDraft(x.D, n)
	if changed {
		err := q.Update(func(tx store.Tx) (err error) {
			id, err = d.store(tx, q, x, n)
			return err
		})
		if err != nil {
			return d.keepRefused(q, x, n, err)
		}
	}
	if paused {
		return q.Go(to(id), q.Say(i18n.CampChanged)), nil
	}
	if err := d.recount(q, id, &n); err != nil {
		return console.Answer{}, err
	}
	switch q.Typed("act") {
	case "send":
		return q.Go(to(id)+"/send", ""), nil
	case "test":
		return d.testOf(q, id)
	}
	return q.Go(to(id), q.Say(i18n.ConsoleCampaignsKept)), nil
}

// store is the Update of keep.
func (d *desk) store(tx store.Tx, q *console.Request, x one, n campaign.Draft) (campaign.ID, error) {
	if x.ID == "" {
		id, err := d.Save(tx, "", n, by(q), q.Now, q.Rand())
		if err != nil {
			return "", err
		}
		return id, d.audit(tx, q, i18n.ConsoleCampaignsDidDraft, id, "")
	}
	row, err := d.Get(tx, x.ID)
	switch {
	case err != nil:
		return "", err
	case q.Typed("version") != number(row.Version):
		return "", errChanged
	case row.State == campaign.Paused:
		if _, err = d.NewVersion(tx, x.ID, n, by(q), q.Now); err != nil {
			return "", err
		}
		return x.ID, d.audit(tx, q, i18n.ConsoleCampaignsDidWords, x.ID, "")
	}
	if _, err := d.Save(tx, x.ID, n, by(q), q.Now, q.Rand()); err != nil {
		return "", err
	}
	return x.ID, d.audit(tx, q, i18n.ConsoleCampaignsDidSave, x.ID, "")
}

// keepRefused gives the form again with why it was refused.
func (d *desk) keepRefused(q *console.Request, x one, n campaign.Draft, err error) (console.Answer, error) {
	var unfit *campaign.DraftError
	if errors.As(err, &unfit) { // of what is under way: it has to be fit
		d.complain(q, &n, unfit.Complaints)
		return q.Again(d.compose(q, x.Campaign, n))
	}
	why, ok := d.why(q, err)
	if !ok {
		return console.Answer{}, err
	}
	q.Wrong("", why)
	return q.Again(d.compose(q, x.Campaign, n))
}

// recount counts a draft that was saved: its segment for the page, and whom it
// reaches at what cost if it can be sent.
func (d *desk) recount(q *console.Request, id campaign.ID, n *campaign.Draft) error {
	if _, err := d.count(q.Context(), n.Segment, q.Now); err != nil {
		return nil // the condition is wrong: the page says so
	}
	_, err := d.Count(q.Context(), id)
	if _, refused := d.why(q, err); refused {
		return nil // the page says what keeps it from being sent
	}
	return err
}

// Status of a page that could not do what was asked.
const unprocessable = http.StatusUnprocessableEntity
