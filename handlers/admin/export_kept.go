package admin

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// exportedKept is a row that one of the rooms of activities keeps about a member.
type exportedKept struct {
	Member loyalty.MemberID `json:"member"`
	What   string           `json:"what"` // the table's word
	Key    string           `json:"key,omitempty"`
	Row    any              `json:"row"`
}

// kept writes what activities, plans, households and the like keep about members:
// one line a row, with the row as JSON, as each room has rows of its own form.
func (e *exporting) kept(ctx context.Context) error {
	s, err := e.new("activities", "member", "what", "key", "row")
	if err != nil {
		return err
	}
	add := func(m loyalty.MemberID, word, key string, row any) error {
		text, err := json.Marshal(row)
		if err != nil {
			return err
		}
		return s.add(exportedKept{m, word, key, row}, string(m), word, key, string(text))
	}
	err = people.Everybody(ctx, e.DB, func(r store.Reader, id loyalty.MemberID) error {
		all, err := e.Shop.Kept(r, id)
		if err != nil {
			return err
		}
		for _, word := range slices.Sorted(maps.Keys(all)) {
			for _, key := range slices.Sorted(maps.Keys(all[word])) {
				if err := add(id, word, key, all[word][key]); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return e.DB.View(ctx, func(r store.Reader) error { return e.Shop.EachKept(r, "", add) })
}
