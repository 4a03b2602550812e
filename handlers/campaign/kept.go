package campaign

import (
	"regulars/loyalty"
	"regulars/loyalty/reach"
	"regulars/store"
)

// kept is what is known of a member and a campaign, for an export.
type kept struct {
	Campaign string `json:"campaign"`         // its name
	Sent     bool   `json:"sent,omitempty"`   // something of it was sent to them within the last month
	Tapped   *tap   `json:"tapped,omitempty"` // what they did with its buttons
}

// EachKept yields what campaigns brought a member, or for "" what everybody did with
// their buttons: for [shop.Shop.AlsoKept]. It is for a View.
func (e *Engine) EachKept(r store.Reader, of loyalty.MemberID, yield func(m loyalty.MemberID, word, id string, row any) error) error {
	all, err := e.List(r, 0)
	if err != nil {
		return err
	}
	for _, c := range all {
		if of != "" {
			err = ofOne(r, &c, of, yield)
		} else {
			err = ofAll(r, &c, yield)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func ofOne(r store.Reader, c *Campaign, m loyalty.MemberID, yield func(loyalty.MemberID, string, string, any) error) error {
	sent, err := reach.Noted(r, m, string(c.ID))
	if err != nil {
		return err
	}
	x, is, err := taps.Get(r, string(c.ID), string(m))
	if err != nil || !is && !sent {
		return err
	}
	k := kept{Campaign: c.Name, Sent: sent}
	if is {
		k.Tapped = &x
	}
	return yield(m, taps.Word(), string(c.ID), k)
}

func ofAll(r store.Reader, c *Campaign, yield func(loyalty.MemberID, string, string, any) error) (err error) {
	for key, x := range taps.Scan(r, taps.Under(string(c.ID)), &err) {
		m := loyalty.MemberID(key[len(c.ID)+1:])
		if err := yield(m, taps.Word(), string(c.ID), kept{Campaign: c.Name, Tapped: &x}); err != nil {
			return err
		}
	}
	return err
}
