package survey

import (
	"maps"
	"slices"

	"regulars/loyalty"
	"regulars/store"
)

// Current is the newest answer to each survey that this very member was asked
// (of who was merged ask for each): the only ones that can still change. What
// was not answered is not among them. An Update must have locked the member.
func Current(r store.Reader, m loyalty.MemberID) (list []Score, err error) {
	own, _, err := persons.Get(r, string(m))
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(own.Open)) {
		o := own.Open[id]
		if !o.Score {
			continue
		}
		a, ok, err := answers.Get(r, id, o.Wave, string(m))
		if err != nil {
			return nil, err
		}
		if ok && a.State == Answered {
			list = append(list, a.score())
		}
	}
	return list, nil
}
