package people

import (
	"crypto/rand"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/store"
	"regulars/store/mem"
)

// TestCountSeesEverybodyOnce counts over several pages.
func TestCountSeesEverybodyOnce(t *testing.T) {
	db := mem.New()
	v, err := NewVault([]byte(strings.Repeat("k", MasterSize)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	const all = countPage + 100
	err = db.Update(t.Context(), func(tx store.Tx) error {
		for i := range all {
			at := now.AddDate(0, 0, -i%60)
			p, _, err := v.Meet(tx, Identity{"main", strconv.Itoa(i)}, Seen{}, at, rand.Reader)
			if err != nil {
				return err
			}
			if i%2 == 0 {
				if _, err := v.Join(tx, p.ID, "1", at, rand.Reader); err != nil {
					return err
				}
			}
			if i == 0 {
				if err := v.Erase(tx, p.ID, now, now.AddDate(1, 0, 0)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	joined := 0 // 0, 2, … 30 days ago of every 60, but for the one who left
	for i := 2; i < all; i += 2 {
		if i%60 <= 30 {
			joined++
		}
	}
	got, err := Count(t.Context(), db, now.AddDate(0, 0, -30))
	if want := (Counts{Contacts: all / 2, Members: all/2 - 1, Joined: joined, Erased: 1}); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}
