package campaign

import (
	"errors"
	"strings"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/reach"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// tap is what a member did with a campaign's buttons.
type tap struct {
	Count map[string]int64 `json:"n,omitempty"` // by button
	First time.Time        `json:"f,omitzero"`
	Last  time.Time        `json:"l,omitzero"`
	// Offered is when a step of the journey last offered them the coupon.
	Offered time.Time  `json:"o,omitzero"`
	Voucher voucher.ID `json:"v,omitempty"` // the coupon that a tap brought
	// Sale is the newest sale that the coupon was a part of.
	Sale  loyalty.Ref `json:"s,omitempty"`
	Boost time.Time   `json:"b,omitzero"` // until when a tap multiplies their points
}

var taps = store.NewTable[tap]("camptap/", store.Locked, lastPart)

// errNotTheirs refuses an offer that was made to others.
var errNotTheirs = errors.New("campaign: this offer was not made to this member")

// Commands are what can be said about campaigns: recipients press their buttons,
// employees draft, send and follow them. What somebody asked to be counted is told
// to them in the chat, unless Tell was set to something else.
func (e *Engine) Commands() []*bot.Command {
	if e.Tell == nil {
		e.Tell = e.tellCount
	}
	return append([]*bot.Command{{Name: "tap", Place: bot.Private, Run: e.tapped}}, e.chatCommands()...)
}

// tapped counts the press of a campaign's button and does what the button says.
// What it carries is public; who pressed it the event says, and whether the offer
// was made to them the rows do.
func (e *Engine) tapped(t *bot.Turn) error {
	m, err := e.Shop.Member(t)
	if err != nil {
		return err
	}
	typed, button, _ := strings.Cut(t.Args, " ")
	id, err := ParseID(typed)
	if err != nil {
		return bot.Refuse(i18n.CampaignGone)
	}
	c, d, b, err := e.pressed(t.Tx, id, button)
	if errors.Is(err, ErrNone) {
		return bot.Refuse(i18n.CampaignGone)
	}
	if err != nil {
		return err
	}
	row, err := e.count(t.Tx, c, b.ID, m.ID, t.Now)
	if err != nil {
		return err
	}
	t.Args = ""
	switch b.Do {
	case DoRedeem, DoMenu:
		return t.Commands().Named(string(b.Do)).Run(t)
	case DoCoupon:
		return e.take(t, c, &d, m, row)
	case DoOpen: // where the program has no address of its own, the button is the address
		t.Say(bot.Message{Text: t.Word(i18n.CampaignNoted), Buttons: []bot.Button{{Label: e.label(b, string(t.Lang)), Do: bot.DoOpen, Value: b.Value}}})
		return nil
	}
	if b.Value != "" {
		t.Say(bot.Message{Text: b.Value})
		return nil
	}
	t.SayText(i18n.CampaignNoted)
	return nil
}

// pressed finds a button of a campaign that went out: in the newest version, or
// in an older one that some recipients have.
func (e *Engine) pressed(tx store.Tx, id ID, button string) (Campaign, Draft, Button, error) {
	c, err := e.Get(tx, id)
	if err != nil {
		return c, Draft{}, Button{}, err
	}
	if c.SendingAt.IsZero() { // nobody has it yet but who tried it
		return c, Draft{}, Button{}, ErrNone
	}
	for v := c.Version; v > 0; v-- {
		d, err := e.Draft(tx, id, v)
		if errors.Is(err, ErrNone) {
			continue
		}
		if err != nil {
			return c, d, Button{}, err
		}
		if b, ok := d.button(button); ok {
			return c, d, b, nil
		}
	}
	return c, Draft{}, Button{}, ErrNone
}

// button finds one by its id, also in the steps of a journey.
func (d *Draft) button(id string) (Button, bool) {
	all := [][]Button{d.Buttons}
	for i := range d.Journey {
		all = append(all, d.Journey[i].Buttons)
	}
	for _, list := range all {
		for _, b := range list {
			if b.ID == id {
				return b, true
			}
		}
	}
	return Button{}, false
}

// count notes a press, and that its member takes notice of what they are sent.
func (e *Engine) count(tx store.Tx, c Campaign, button string, m loyalty.MemberID, now time.Time) (tap, error) {
	if err := tx.Lock(people.Subject(m)); err != nil {
		return tap{}, err
	}
	row, _, err := taps.Get(tx, string(c.ID), string(m))
	if err != nil {
		return row, err
	}
	if row.Count == nil {
		row.Count = map[string]int64{}
	}
	if row.First.IsZero() {
		row.First = now
	}
	row.Count[button], row.Last = row.Count[button]+1, now
	if err := reach.Engaged(tx, m, now); err != nil {
		return row, err
	}
	if err := e.Shop.Segments.Tapped(tx, m); err != nil {
		return row, err
	}
	if err := taps.Put(tx, row, string(c.ID), string(m)); err != nil {
		return row, err
	}
	return row, e.deed(tx, m, deedTap, c.ID, now)
}

// theirs reports whether a campaign's offer was made to a member: it was sent to
// them, or to a group, where everybody reads it.
func (e *Engine) theirs(r store.Reader, c Campaign, d *Draft, m people.Person, row tap) (bool, error) {
	if !row.Offered.IsZero() || len(d.Groups) > 0 {
		return true, nil
	}
	for _, id := range append([]loyalty.MemberID{m.ID}, m.Parts...) { // a part may have been sent it
		if tx, ok := r.(store.Tx); ok {
			if err := tx.Lock(people.Subject(id)); err != nil {
				return false, err
			}
		}
		if sent, err := reach.Noted(r, id, string(c.ID)); err != nil || sent {
			return sent, err
		}
	}
	return false, nil
}
