package trust_test

import (
	"net/http"
	"testing"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty/people"
	"regulars/store"
)

// Who waits for a copy of their data stands in the console, the most urgent first, until
// the file is saved on their page or a manager says that it was handed over.
func TestDataRequests(t *testing.T) {
	w := world(t)
	mia := w.Open(w.Manager)
	mia.Get("/console/trust").Click("Requests for data").Must("Nobody is waiting")
	asked := w.Clock.Now()
	w.Do(func(tx store.Tx) error {
		if _, _, err := people.AskForData(tx, w.Bob, asked, asked.AddDate(0, 0, 15)); err != nil {
			return err
		}
		_, _, err := people.AskForData(tx, w.Ann, asked, asked.AddDate(0, 0, 2))
		return err
	})
	p := mia.Get("/console/trust/requests").Must("Ann Lee", "Bob", "5 Jan 2026", "20 Jan 2026")
	if p.Says("overdue") || len(p.Forms("/given")) != 2 {
		t.Errorf("two wait, and nobody too long: %s", p.Text())
	}
	saw := map[shop.Way]int{}
	w.See(func(r store.Reader) error {
		return shop.EachLook(r, asked, w.Clock.Now(), func(l shop.Look) error { saw[l.Way]++; return nil })
	})
	if saw[shop.WayCase] != 2 || len(saw) != 1 {
		t.Errorf("their names were shown; noted is %v", saw)
	}

	w.Clock.Move(3 * 24 * time.Hour)
	mia = w.Open(w.Manager)
	p = mia.Get("/console/trust/requests").Must("Ann Lee", "overdue: answer today")
	urgent, again := p.Forms("/given")[0], p.Forms("/given")[0]
	if p := urgent.Send().Must("Noted: they have it", "Bob"); p.Says("Ann Lee") || p.Says("overdue") {
		t.Errorf("Ann has hers: %s", p.Text())
	}
	again.Send().Must("This request was closed already")
	mia.Get("/console/members/"+string(w.Bob)).Form("/export").Set("reason", "he asked").Send()
	mia.Get("/console/trust/requests").Must("Nobody is waiting")
	if p := w.Fresh().Get("/console/trust/requests"); p.Status != http.StatusUnauthorized {
		t.Errorf("a stranger gets %d", p.Status)
	}
	w.See(func(r store.Reader) error {
		all, err := people.DataRequests(r)
		if len(all) != 0 {
			t.Errorf("still open: %v", all)
		}
		return err
	})
}
