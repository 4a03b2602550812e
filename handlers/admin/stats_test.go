package admin_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// The figures tell what customers said once somebody did, and no score that a
// handful of answers cannot carry.
func TestStatsTellWhatCustomersSaid(t *testing.T) {
	broken := false
	d := newDesk(t, &broken)
	stats := func() string {
		t.Helper()
		said, err := do(t, d, "stats", nil)
		if err != nil {
			t.Fatal(err)
		}
		return said
	}
	if said := stats(); strings.Contains(said, "NPS") {
		t.Errorf("before anybody answered:\n%s", said)
	}
	desk := &survey.Desk{Key: make([]byte, 32), Zone: func(time.Time) *time.Location { return time.UTC }}
	now := still{}.Now()
	answers := func(from, to, score int) {
		t.Helper()
		for n := from; n < to; n++ {
			m := loyalty.MemberID(fmt.Sprint("m", n))
			err := d.DB.Update(t.Context(), func(tx store.Tx) error {
				if err := tx.Lock(people.Subject(m)); err != nil {
					return err
				}
				if _, err := desk.Ask(tx, m, loyalty.Survey{ID: "visit", Kind: loyalty.SurveyNPS, OpenFor: time.Hour}, survey.Visit{}, now, "en", "main", true); err != nil {
					return err
				}
				a, _, err := desk.Answer(tx, m, "visit", survey.Given{Score: score}, now, "en", "main")
				if err == nil && score < 3 {
					_, _, err = desk.Alert(tx, a, now)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	answers(0, 1, 2)
	if said := stats(); !strings.Contains(said, "NPS, 90 days         too few answers to tell (1 answer); 1 unhappy in 7 days, 1 case open\n") {
		t.Errorf("one answer:\n%s", said)
	}
	answers(1, 40, 10)
	if said := stats(); !strings.Contains(said, "NPS, 90 days         +95, give or take 10 (40 answers); 1 unhappy in 7 days, 1 case open\n") {
		t.Errorf("forty answers:\n%s", said)
	}
}
