package api

import (
	"crypto/rand"
	"errors"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// newRef draws a request's id.
func newRef() string { return rand.Text() }

// whom names a member in one of three ways: by the id that this API gave, by
// what was scanned or typed off the card, or by the phone number.
type whom struct {
	Member loyalty.MemberID `json:"member,omitempty"`
	Card   string           `json:"card,omitempty"`
	Phone  string           `json:"phone,omitempty"`
}

// ways is in how many ways somebody is named.
func (w whom) ways() (n int) {
	for _, s := range []string{string(w.Member), w.Card, w.Phone} {
		if s != "" {
			n++
		}
	}
	return n
}

// How often a key may look for phone numbers, and for those and for numbers of
// cards that nobody has: they could be tried out one after the other.
var (
	phoneTries = people.Throttle{Name: "apiphone", Max: 300, Window: 10 * time.Minute}
	wrongTries = people.Throttle{Name: "apiwrong", Max: 30, Window: 10 * time.Minute}
)

// who is the key, for counting tries.
func (d *deed) who() people.Identity {
	return people.Identity{Channel: "program", User: string(d.key.ID)}
}

// whom opens the member whom a request is about.
func (d *deed) whom(w whom) (m people.Person, err error) {
	if w.ways() != 1 {
		return m, badField("member")
	}
	id := w.Member
	switch {
	case w.Card != "":
		id, err = d.byCard(w.Card)
	case w.Phone != "":
		id, err = d.byPhone(w.Phone)
	case !memberForm(id):
		return m, errNoMember
	}
	if err != nil {
		return m, err
	}
	if m, err = d.opened(id); err != nil {
		return m, err
	}
	d.member = m.ID
	return m, d.s.Shop.Saw(d.Tx, d.key.looker(), shop.WayAPI, d.Now, m.ID)
}

// memberForm says whether an id could be a member's, before it becomes a key.
func memberForm(id loyalty.MemberID) bool {
	if len(id) != 26 {
		return false
	}
	for _, r := range string(id) {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return true
}

// opened opens a person who must be a member, or whom they were merged into.
func (d *deed) opened(id loyalty.MemberID) (people.Person, error) {
	if err := d.Tx.Lock(people.Subject(id)); err != nil {
		return people.Person{}, err
	}
	m, err := d.till.Owner(d.Tx, id)
	if err == nil && m.ID != id {
		err = d.Tx.Lock(people.Subject(m.ID))
	}
	return memberOnly(m, err)
}

// memberOnly is a person who is a member; else why not.
func memberOnly(m people.Person, err error) (people.Person, error) {
	switch {
	case errors.Is(err, people.ErrNobody), err == nil && m.Status == people.Contact:
		return people.Person{}, errNoMember
	case errors.Is(err, people.ErrErased), err == nil && m.Status == people.Erased:
		return people.Person{}, errErased
	}
	return m, err
}

// byCard is whose card it is: its QR as of when it was shown, within a day, as a
// till that is cut off tells later; or the number in its bars. A locked card's
// owner may earn, and not spend.
func (d *deed) byCard(text string) (id loyalty.MemberID, err error) {
	s := till.ReadScan(text)
	if s.Card != "" {
		at := d.At
		if first := d.Now.Add(-24 * time.Hour); at.Before(first) {
			at = first
		}
		if d.spends { // a card that was shown an hour ago spends nothing
			at = d.Now
		}
		id, err = d.till.Vault.ReadCard(d.Tx, s.Card, at)
		if errors.Is(err, people.ErrFrozen) {
			err = nil
		}
		return id, err
	}
	code, err := people.ParseCardCode(s.Typed)
	if err != nil {
		return "", people.ErrCardToken
	}
	if err := d.till.Vault.Barred(d.Tx, wrongTries, d.who(), d.Now); err != nil {
		return "", err
	}
	id, err = d.till.Vault.ByCard(d.Tx, code)
	switch {
	case errors.Is(err, people.ErrFrozen):
		err = nil
	case errors.Is(err, people.ErrNobody):
		err = d.wrong(bot.Refuse(i18n.WhoNoCard))
	}
	return id, err
}

// byPhone is the one member whom a number means.
func (d *deed) byPhone(typed string) (loyalty.MemberID, error) {
	phone, err := d.phone(typed)
	if err != nil {
		return "", err
	}
	id, err := d.till.OnlyByPhone(d.Tx, phone)
	var no *bot.Refusal
	if errors.As(err, &no) && no.Text.Key == i18n.WhoNoPhone {
		err = d.wrong(err)
	}
	return id, err
}

// phone reads a number that is to be looked for, which counts as a try.
func (d *deed) phone(typed string) (phone people.Phone, err error) {
	if phone, err = people.ParsePhone(typed, d.till.Programme(d.Now).Regions()...); err != nil {
		return phone, err
	}
	if err := d.till.Vault.Barred(d.Tx, wrongTries, d.who(), d.Now); err != nil {
		return phone, err
	}
	return phone, d.till.Vault.Attempt(d.Tx, phoneTries, d.who(), d.Now)
}

// wrong counts a refusal as a try.
func (d *deed) wrong(no error) error {
	if err := d.till.Vault.Attempt(d.Tx, wrongTries, d.who(), d.Now); err != nil {
		return err
	}
	return till.Counted{Err: no, Tries: wrongTries, Who: d.who()}
}

// spender opens a member who may spend: one whose card was shown this moment, or
// one who is not known by a phone number alone that nobody has proven.
func (d *deed) spender(w whom) (people.Person, error) {
	d.At, d.spends = d.Now, true
	m, err := d.whom(w)
	if err == nil && w.Card == "" && !maySpend(m) {
		err = errShowCard
	}
	return m, err
}

// maySpend says whether a member is known well enough to spend without the card:
// until it is proven, a typed number may earn and never spend.
func maySpend(m people.Person) bool { return m.PhoneProven || m.Phone.IsZero() && len(m.Accounts) > 0 }

// reads opens a member for a question.
func (s *Server) reads(r store.Reader, q *request) (people.Person, error) {
	id := loyalty.MemberID(q.r.PathValue("member"))
	if !memberForm(id) {
		return people.Person{}, errNoMember
	}
	m, err := memberOnly(s.till().Owner(r, id))
	if err == nil {
		q.seen = m.ID
	}
	return m, err
}
