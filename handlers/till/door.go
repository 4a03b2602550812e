package till

import (
	"regulars/loyalty"
	"regulars/loyalty/event"
)

// Gone takes an arrival at an event back that was a mistake: a clerk their own, a
// manager anybody's. Refusals: as [event.Desk.Gone], and in words.
func (t Till) Gone(c *Call, m loyalty.MemberID, id string) (event.Seat, error) {
	s, ok, err := t.Events.Of(c.Tx, m, id)
	if err != nil {
		return s, err
	}
	if !ok || s.State != event.Arrived {
		return s, event.ErrNoSeat
	}
	if err := MayUndo(c.Me, s.By); err != nil {
		return s, err
	}
	return t.Events.Gone(c.Tx, m, c.Act("gone"), id)
}
