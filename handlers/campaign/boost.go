package campaign

import (
	"slices"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// boost is one multiplier that a member switched on.
type boost struct {
	Campaign ID        `json:"c"`
	Percent  int64     `json:"p"`
	From     time.Time `json:"f"`
	Until    time.Time `json:"u"` // exclusive: the end of a local day
}

// boosts are a member's; those that ended are kept for as long as a till may tell
// late of a sale.
var boosts = store.NewTable[[]boost]("campboost/", store.Locked, store.FirstPart("member"))

// toldLate is how long after it was made a sale may be told.
const toldLate = 8 * 24 * time.Hour

// Boosts are the multipliers that a member switched on, as the rules' bonuses:
// for [shop.Shop.Boosts]. The shares that they give in receipts and entries are
// called "bonus/campaign-<ID>".
func Boosts(r store.Reader, m loyalty.MemberID) (list []loyalty.Bonus, err error) {
	all, _, err := boosts.Get(r, string(m))
	for _, b := range all {
		list = append(list, loyalty.Bonus{ID: "campaign-" + string(b.Campaign), Percent: b.Percent, From: b.From, To: b.Until})
	}
	return list, err
}

// boost switches the campaign's multiplier on for a member.
func (e *Engine) boost(t *bot.Turn, c Campaign, d *Draft, m people.Person, row tap) error {
	if row.Boost.IsZero() {
		rules := e.Shop.Rules(t.Now)
		until := rules.DayEnd(t.Now.In(rules.Location()).AddDate(0, 0, d.Boost.Days-1))
		if err := switchOn(t.Tx, m.ID, boost{c.ID, d.Boost.Percent, t.Now, until}); err != nil {
			return err
		}
		row.Boost = until
		if err := taps.Put(t.Tx, row, string(c.ID), string(m.ID)); err != nil {
			return err
		}
		if err := e.deed(t.Tx, m.ID, deedCoupon, c.ID, t.Now); err != nil {
			return err
		}
	}
	if !t.Now.Before(row.Boost) {
		return bot.Refuse(i18n.CampaignOver)
	}
	t.SayText(i18n.CampaignBoost, "Times", times(d.Boost.Percent), "Date", e.Shop.LastMoment(row.Boost))
	return nil
}

// times writes 200 percent as "2" and 150 as "1.5".
func times(percent int64) string {
	s := i18n.Number(percent / 100)
	switch rest := percent % 100; {
	case rest == 0:
		return s
	case rest%10 == 0:
		return s + "." + i18n.Number(rest/10)
	default:
		return s + "." + string([]byte{byte('0' + rest/10), byte('0' + rest%10)})
	}
}

// switchOn adds b to the member's, without those whose time is long over.
func switchOn(tx store.Tx, m loyalty.MemberID, b boost) error {
	if err := tx.Lock(people.Subject(m)); err != nil {
		return err
	}
	all, _, err := boosts.Get(tx, string(m))
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(o boost) bool { return o.Campaign == b.Campaign || b.From.Sub(o.Until) > toldLate })
	return boosts.Put(tx, append(all, b), string(m))
}
