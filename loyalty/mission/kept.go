package mission

import (
	"cmp"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Board is a member on a group's board.
type Board struct {
	At     time.Time `json:"at"`
	Sealed []byte    `json:"s,omitempty"` // the name they chose
	Name   string    `json:"name,omitempty"`
}

// KeptOf is what is kept about a member, for an export: missions, streaks, badges,
// check-ins, what counts on boards, and on which they stand, each a [Board] by the
// group's code with the name still sealed. It is for a View.
func KeptOf(r store.Reader, m loyalty.MemberID) (store.Kept, error) {
	k, who := store.Kept{}, string(m)
	err := cmp.Or(missions.Keep(k, r, who), streaks.Keep(k, r, who), badges.Keep(k, r, who), checkIns.Keep(k, r, who), weeks.Keep(k, r, who))
	if err != nil {
		return k, err
	}
	rows := k.Of(boardIns.Word())
	for key := range boardOfs.Scan(r, boardOfs.Under(who), &err) {
		_, group, _ := strings.Cut(key, "/")
		x, ok, err := boardIns.Get(r, group, who)
		if err != nil {
			return k, err
		}
		if ok {
			rows[group] = Board{At: x.At, Sealed: x.Sealed}
		}
	}
	return k, err
}
