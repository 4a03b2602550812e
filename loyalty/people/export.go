package people

import (
	"errors"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Export is everything about a person that this package can read, for himself:
// ready for JSON. Times are UTC.
type Export struct {
	ID          loyalty.MemberID `json:"id"`
	Status      Status           `json:"status"`
	Language    string           `json:"language,omitempty"`
	FirstSeen   time.Time        `json:"first_seen"`
	Joined      time.Time        `json:"joined,omitzero"`
	Name        string           `json:"name,omitempty"`
	DisplayName string           `json:"display_name,omitempty"`
	Phone       string           `json:"phone,omitempty"`
	PhoneProven bool             `json:"phone_proven"`
	Birthday    string           `json:"birthday,omitempty"`
	CardNumber  string           `json:"card_number,omitempty"`
	Quiet       bool             `json:"quiet"`
	Frozen      bool             `json:"frozen"`
	Accounts    []ExportAccount  `json:"accounts"`
	Consents    []ConsentEvent   `json:"consents"` // oldest first
	Asked       *DataRequest     `json:"asked,omitempty"`
	Employment  *Staff           `json:"employment,omitempty"`
	Parts       []Export         `json:"merged,omitempty"` // who he turned out to be as well
}

// ExportAccount is one chat account of an Export.
type ExportAccount struct {
	Channel  string    `json:"channel"`
	User     string    `json:"user"`
	Username string    `json:"username,omitempty"`
	Linked   time.Time `json:"linked"`
	Blocked  bool      `json:"blocked"`
	Frozen   bool      `json:"frozen"`
}

// Export reads everything of a person: ErrNobody, ErrErased. In an Update the
// caller locks Subject(id) first.
func (v *Vault) Export(r store.Reader, id loyalty.MemberID) (Export, error) {
	p, err := v.Get(r, id)
	if err != nil {
		return Export{}, err
	}
	if p.Status == Erased {
		return Export{}, ErrErased
	}
	e := Export{
		ID: id, Status: p.Status, Language: p.Language, FirstSeen: p.CreatedAt, Joined: p.JoinedAt,
		Name: p.Name, DisplayName: p.DisplayName, Phone: p.Phone.E164(), PhoneProven: p.PhoneProven,
		Birthday: p.Birthday.ISO(), CardNumber: p.Card.Bare(), Quiet: p.Quiet, Frozen: p.Frozen,
	}
	for _, a := range p.Accounts {
		e.Accounts = append(e.Accounts, ExportAccount{a.Channel, a.User, a.Username, a.LinkedAt, a.Blocked, a.Frozen})
	}
	if e.Consents, err = ConsentsOf(r, id); err != nil {
		return Export{}, err
	}
	if e.Consents == nil {
		e.Consents = []ConsentEvent{} // none is a list too
	}
	if q, open, err := dataRequests.Get(r, string(id)); err != nil {
		return Export{}, err
	} else if open {
		e.Asked = &q
	}
	s, employed, err := v.staffOf(r, id)
	if employed {
		e.Employment = &s
	}
	for _, part := range p.Parts {
		x, perr := v.Export(r, part)
		if perr != nil && !errors.Is(perr, ErrErased) {
			return Export{}, perr
		}
		if perr == nil {
			e.Parts = append(e.Parts, x)
		}
	}
	return e, err
}
