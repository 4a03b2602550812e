package activities_test

import (
	"strings"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// missions are put before the café's referral.
const missions = `[check_in]
[[mission]]
id = "twice"
name = { en = "Twice this week", zh-TW = "一週兩次" }
goal = "visits"
count = 2
every = "week"
points = 5
[[mission]]
id = "old"
name = { en = "An old one", zh-TW = "舊的" }
goal = "visits"
count = 1
points = 5

[referral]`

// TestMissions: who takes part and who reached it is counted, a line a period; the
// code of each store that the manager sees stands below.
func TestMissions(t *testing.T) {
	t.Parallel()
	w := openOffers(t, "[referral]", missions)
	buy := func(m loyalty.MemberID, op string) {
		w.Do(func(tx store.Tx) error {
			act := book.Act{Op: loyalty.OpID(op), Actor: loyalty.ByJob("till"), Store: "main", Now: w.Clock.Now()}
			_, err := w.Shop.Club.Sale(tx, m, act, loyalty.Sale{Amount: 100})
			return err
		})
	}
	b := w.Open(w.Manager)
	b.Get("/console/activities/missions").Must("Nobody has taken part yet")
	buy(w.Ann, "1")
	buy(w.Bob, "2")
	w.Clock.Move(24 * 3600e9)
	buy(w.Ann, "3")
	code, _ := w.Shop.Missions.Code("main", w.Clock.Now())
	b = w.Open(w.Main)
	b.Get("/console/activities").Must("Missions")
	b.Get("/console/activities/missions").Must("Twice this week", "Week from 5 Jan 2026", "50%", code)
	p := b.Get("/console/activities/missions?mission=old").Must("An old one", "Once ever")
	if strings.Contains(p.Body, "Twice this week") {
		t.Error("the filter shows another one")
	}
	if csv := b.Get("/console/activities/missions?format=csv").Body; !strings.Contains(csv, "twice,Twice this week,2026-01-05,2,1\r\n") || !strings.Contains(csv, "old,An old one,ever,2,2\r\n") {
		t.Errorf("the file: %s", csv)
	}
}
