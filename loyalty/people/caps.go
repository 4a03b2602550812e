package people

import (
	"strings"

	"regulars/loyalty"
	"regulars/store"
)

// CapsOf are the caps that an employee has instead of the role's, nil for none
// and for who is no employee. It opens nothing that is sealed, so that each sale
// may ask.
func CapsOf(r store.Reader, who loyalty.Actor) (*loyalty.Cap, error) {
	id, ok := strings.CutPrefix(string(who), string(loyalty.ByStaff("")))
	if !ok {
		return nil, nil
	}
	row, ok, err := staff.Get(r, id)
	if err != nil || !ok {
		return nil, err
	}
	return row.Caps, nil
}
