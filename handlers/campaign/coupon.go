package campaign

import (
	"errors"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// source is what brought a coupon: see [voucher.Desk.PresentFor]. A member has
// one of a campaign.
func source(id ID) string { return "campaign/" + string(id) }

// given is how many coupons of a campaign went, kept where their number is bound.
type given struct {
	N int64 `json:"n"`
}

var givens = store.NewTable[given]("campgiven/", store.Locked, store.FirstPart("campgiven"))

// takeWithin is for how long after a campaign ended its offer can be taken: no
// longer than it is known to whom it was made.
const takeWithin = 28 * 24 * time.Hour

// open says whether a campaign's offer can be taken now: for its window, from its
// end or from when a step of the journey last offered it to this member.
func (c *Campaign) open(d *Draft, offered, now time.Time) bool {
	from := c.EndedAt
	if offered.After(from) {
		from = offered
	}
	return c.EndedAt.IsZero() || now.Before(from.Add(min(time.Duration(d.Days())*24*time.Hour, takeWithin)))
}

// take gives a member what the campaign offers: a voucher, or more points for a
// time. Taken twice it is shown again.
func (e *Engine) take(t *bot.Turn, c Campaign, d *Draft, m people.Person, row tap) error {
	ok, err := e.theirs(t.Tx, c, d, m, row)
	if err == nil {
		m, row, err = e.took(t.Tx, c, m, row)
	}
	again := false
	if err == nil && len(d.Groups) > 0 && row.Voucher == "" && row.Boost.IsZero() {
		again, err = e.cameBack(t.Tx, c, m)
	}
	switch {
	case err != nil:
		return err
	case !ok, again:
		return &bot.Refusal{Text: i18n.T(i18n.CampaignNotYours), Cause: errNotTheirs}
	case row.Voucher == "" && row.Boost.IsZero() && !c.open(d, row.Offered, t.Now):
		t.SayText(i18n.CampaignOver) // no refusal: that they would have liked it counts
		return nil
	case d.Coupon != nil:
		return e.coupon(t, c, d, m, row)
	case d.Boost != nil:
		return e.boost(t, c, d, m, row)
	}
	return bot.Refuse(i18n.CampaignGone)
}

// took is under whom of the person an offer was taken before: two members who
// each took or could take it are one since they were merged.
func (e *Engine) took(tx store.Tx, c Campaign, m people.Person, row tap) (people.Person, tap, error) {
	for _, part := range m.Parts {
		if row.Voucher != "" || !row.Boost.IsZero() {
			break
		}
		if err := tx.Lock(people.Subject(part)); err != nil {
			return m, row, err
		}
		x, _, err := taps.Get(tx, string(c.ID), string(part))
		if err != nil {
			return m, row, err
		}
		if x.Voucher != "" || !x.Boost.IsZero() {
			m.ID, row = part, x
		}
	}
	return m, row, nil
}

// cameBack says that somebody left, and joined anew after the campaign was sent:
// what everybody in a group may take they could take before.
func (e *Engine) cameBack(r store.Reader, c Campaign, m people.Person) (bool, error) {
	f, err := e.Shop.Facts(r, m.ID)
	return f.Returned && m.JoinedAt.After(c.SendingAt), err
}

// coupon issues the member's voucher and shows it as /voucher does.
func (e *Engine) coupon(t *bot.Turn, c Campaign, d *Draft, m people.Person, row tap) error {
	v, err := e.issue(t.Tx, c, d, m.ID, book.Act{
		Op: loyalty.OpID(t.Op("coupon")), Actor: loyalty.ByMember(m.ID), Now: t.Now,
	})
	var sold *voucher.SoldOutError
	if errors.Is(err, errAllGone) {
		t.SayText(i18n.CampaignAllGone)
		return nil
	}
	if errors.As(err, &sold) {
		return &bot.Refusal{Text: i18n.T(i18n.CampaignAllGone), Cause: err}
	}
	if err != nil {
		return err
	}
	if row.Voucher == "" {
		row.Voucher = v.ID
		if err := taps.Put(t.Tx, row, string(c.ID), string(m.ID)); err != nil {
			return err
		}
		if err := e.deed(t.Tx, m.ID, deedCoupon, c.ID, t.Now); err != nil {
			return err
		}
		if v.State == voucher.Used { // a code is, as soon as it is given
			if err := e.deed(t.Tx, m.ID, deedUsed, c.ID, t.Now); err != nil {
				return err
			}
		}
		words := e.Shop.Programme(t.Now).Words(programme.Reward, v.Reward, string(t.Lang))
		t.SayText(i18n.CampaignYours, "Reward", words.Name)
	}
	t.Args = e.Shop.Club.Vouchers.CodeOf(v).String()
	return t.Commands().Named("voucher").Run(t)
}

// errAllGone refuses a coupon of which there were only so many.
var errAllGone = errors.New("campaign: all coupons of this campaign were taken")

// issue gives the campaign's voucher to a member, once.
func (e *Engine) issue(tx store.Tx, c Campaign, d *Draft, m loyalty.MemberID, act book.Act) (voucher.Voucher, error) {
	desk := e.Shop.Club.Vouchers
	if err := tx.Lock(people.Subject(m)); err != nil {
		return voucher.Voucher{}, err
	}
	if v, ok, err := desk.BySource(tx, m, source(c.ID)); err != nil || ok {
		v.State = v.StateAt(act.Now)
		return v, err
	}
	if d.Coupon.Most > 0 {
		if err := tx.Lock(store.Subject("campgiven/" + string(c.ID))); err != nil {
			return voucher.Voucher{}, err
		}
		n, _, err := givens.Get(tx, string(c.ID))
		if err != nil {
			return voucher.Voucher{}, err
		}
		if n.N >= d.Coupon.Most {
			return voucher.Voucher{}, errAllGone
		}
		n.N++
		if err := givens.Put(tx, n, string(c.ID)); err != nil {
			return voucher.Voucher{}, err
		}
	}
	return desk.PresentFor(tx, m, act, d.Coupon.Reward, source(c.ID), d.Coupon.Days)
}
