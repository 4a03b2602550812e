package event

import (
	"strings"

	"regulars/loyalty"
	"regulars/store"
)

// KeptOf is what is kept about a member, for an export: their [Seat] of each event by
// the event's id, with the answers in words still sealed. It is for a View.
func KeptOf(r store.Reader, m loyalty.MemberID) (k store.Kept, err error) {
	k = store.Kept{}
	rows := k.Of(seats.Word())
	for key := range ofs.Scan(r, ofs.Under(string(m)), &err) {
		_, id, _ := strings.Cut(key, "/")
		seat, ok, err := seats.Get(r, id, string(m))
		if err != nil {
			return k, err
		}
		if ok {
			rows[id] = seat
		}
	}
	return k, err
}
