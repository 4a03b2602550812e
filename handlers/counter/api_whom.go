package counter

import (
	"errors"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

// whom names a member: by a handle, or, for what was recorded without a
// look-up, by what was scanned or the phone that was typed.
type whom struct {
	Member string `json:"member,omitempty"`
	Scan   string `json:"scan,omitempty"`
	Phone  string `json:"phone,omitempty"`
}

// whom opens the member whom an act is about.
func (d *doing) whom(w whom) (m people.Person, err error) {
	var id loyalty.MemberID
	switch {
	case w.Member != "":
		h, err := d.api.open(w.Member, d.device.ID, d.At)
		if err != nil {
			return m, err
		}
		id = h.Member
	case w.Scan != "":
		if id, err = d.api.byScan(d.Call, w.Scan, d.At); err != nil {
			return m, err
		}
	default:
		if id, err = d.api.byPhone(d.Call, w.Phone); err != nil {
			return m, err
		}
	}
	if m, err = d.api.memberOf(d.Call, id); err != nil {
		return m, err
	}
	d.member = m.ID
	return m, d.api.shows(d.Call, d.device, m.ID)
}

// shows notes that whoever works at a device is shown a member.
func (c *Counter) shows(call *till.Call, at people.Device, id loyalty.MemberID) error {
	return c.Shop.Saw(call.Tx, shop.Looker{By: call.Me.ID.Actor(), Device: at.ID}, shop.WayCounter, call.Now, id)
}

// memberOf opens a person who must be a member.
func (c *Counter) memberOf(call *till.Call, id loyalty.MemberID) (people.Person, error) {
	if id == "" {
		return people.Person{}, errHandle
	}
	if err := call.Tx.Lock(people.Subject(id)); err != nil {
		return people.Person{}, err
	}
	m, err := c.till().Owner(call.Tx, id)
	if err == nil && m.ID != id { // merged since the page looked them up
		err = call.Tx.Lock(people.Subject(m.ID))
	}
	if errors.Is(err, people.ErrNobody) || err == nil && m.Status != people.Member {
		return m, bot.Refuse(i18n.WhoNotMember)
	}
	return m, err
}

// byScan is whose card was scanned at a moment. A token that lapsed longer ago
// than the page's queue lasts is good for nothing, also for a late entry:
// pictures of cards are kept.
func (c *Counter) byScan(call *till.Call, text string, at time.Time) (loyalty.MemberID, error) {
	s := till.ReadScan(text)
	if s.Card != "" {
		if first := call.Now.Add(-queuedFor); at.Before(first) {
			at = first
		}
		id, err := c.Shop.Vault.ReadCard(call.Tx, s.Card, at)
		if errors.Is(err, people.ErrFrozen) {
			err = nil // a locked card's owner may earn, and not spend
		}
		return id, err
	}
	if code, err := people.ParseCardCode(s.Typed); err == nil {
		return c.byCard(call, code)
	}
	return "", people.ErrCardToken
}

// byPhone is the one member whom a typed number means. Points may be given on a
// number that is not proven, never spent.
func (c *Counter) byPhone(call *till.Call, typed string) (loyalty.MemberID, error) {
	phone, err := people.ParsePhone(typed, c.Shop.Programme(call.Now).Regions()...)
	if err != nil {
		return "", err
	}
	return c.till().OnlyByPhone(call.Tx, phone)
}

// cardTries bounds the wrong card numbers of one employee at devices.
var cardTries = people.CodeThrottle.For("deskcard")

// byCard is the member whose card has a number, also a locked one. Wrong ones are
// counted, because numbers can be guessed.
func (c *Counter) byCard(call *till.Call, code people.CardCode) (loyalty.MemberID, error) {
	who := people.Identity{Channel: "staff", User: string(call.Me.ID)}
	if err := c.Shop.Vault.Barred(call.Tx, cardTries, who, call.Now); err != nil {
		return "", err
	}
	id, err := c.Shop.Vault.ByCard(call.Tx, code)
	if errors.Is(err, people.ErrFrozen) {
		err = nil
	}
	if !errors.Is(err, people.ErrNobody) {
		return id, err
	}
	if err := c.Shop.Vault.Attempt(call.Tx, cardTries, who, call.Now); err != nil {
		return "", err
	}
	return "", till.Counted{Err: bot.Refuse(i18n.WhoNoCard), Tries: cardTries, Who: who}
}
