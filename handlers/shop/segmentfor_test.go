package shop

import (
	"errors"
	"testing"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/mission"
	"regulars/loyalty/offer"
	"regulars/loyalty/people"
	"regulars/store"
)

// refreshed makes the rolls anew, as serve does every few seconds.
func (w *audience) refreshed() {
	w.t.Helper()
	w.s.Segments.DB = w.db
	if _, err := w.s.Segments.Refresh(w.t.Context(), w.now); err != nil {
		w.t.Fatal(err)
	}
}

// TestOfferForSegment: an offer for who came once is shown to them, and claimed by
// them; nobody else is told that there is one, and who knows its name is refused.
func TestOfferForSegment(t *testing.T) {
	w := newAudience(t, 2)
	rules := w.s.Rules(w.now)
	rules.Offers = []loyalty.Offer{{ID: "again", Rewards: []string{"free-drink"}, PerPerson: 1, Segment: "once"}}
	sam, came, never := w.hire(people.Clerk), loyalty.MemberID(w.all[0]), loyalty.MemberID(w.all[1])
	w.sale(sam, came, w.now)
	w.refreshed()
	claim := func(m loyalty.MemberID) (err error) {
		w.update(func(tx store.Tx) error {
			_, err = w.s.Offers().Claim(tx, m, book.Act{Op: loyalty.OpID("claim-" + string(m)), Actor: loyalty.ByMember(m), Now: w.now}, "again")
			if loyalty.Refused(err) {
				return nil
			}
			return err
		})
		return err
	}
	for m, want := range map[loyalty.MemberID]int{came: 1, never: 0} {
		var list, public []offer.Shown
		w.update(func(tx store.Tx) (err error) {
			if list, err = w.s.Offers().List(tx, m, w.now); err == nil {
				public, err = w.s.Offers().Public(tx, w.now)
			}
			return err
		})
		if len(list) != want || len(public) != 0 {
			t.Errorf("%d offers are shown and %d in a group; want %d and none", len(list), len(public), want)
		}
	}
	if err := claim(came); err != nil {
		t.Errorf("who came once: %v", err)
	}
	err := claim(never)
	var no *loyalty.OfferError
	if !errors.As(err, &no) || no.Why != loyalty.OfferOther {
		t.Fatalf("who never came: %v", err)
	}
	if said := w.s.Words(err); said == nil || said.Text.Key != i18n.OffersNotYours {
		t.Errorf("who never came is told %+v", said)
	}
}

// TestMissionForSegment: a mission for who never bought is shown to them alone; who
// has begun it goes on when what they bought takes them out of the segment.
func TestMissionForSegment(t *testing.T) {
	w := newAudience(t, 2)
	rules := w.s.Rules(w.now)
	rules.Missions = []loyalty.Mission{{ID: "start", Goal: loyalty.GoalVisits, Count: 2, OptIn: true, Segment: "never", Prize: loyalty.Prize{Points: 5}}}
	sam, old, fresh := w.hire(people.Clerk), loyalty.MemberID(w.all[0]), loyalty.MemberID(w.all[1])
	w.sale(sam, old, w.now)
	w.refreshed()
	begin := func(m loyalty.MemberID) (err error) {
		w.update(func(tx store.Tx) error {
			if _, err = w.s.Missions.Begin(tx, m, "start", w.now); loyalty.Refused(err) {
				return nil
			}
			return err
		})
		return err
	}
	shown := func(m loyalty.MemberID) (list []mission.Progress) {
		w.update(func(tx store.Tx) (err error) {
			list, err = w.s.Missions.List(tx, m, w.now)
			return err
		})
		return list
	}
	if err := begin(old); !errors.Is(err, mission.ErrNone) || len(shown(old)) != 0 {
		t.Errorf("who bought before is shown %+v, and beginning says %v", shown(old), err)
	}
	if list := shown(fresh); len(list) != 1 || list[0].State != mission.Waiting {
		t.Errorf("who never bought is shown %+v", list)
	}
	if err := begin(fresh); err != nil {
		t.Fatal(err)
	}
	w.sale(sam, fresh, w.now)
	w.refreshed()
	if list := shown(fresh); len(list) != 1 || list[0].State != mission.Running {
		t.Errorf("who has begun and bought is shown %+v", list)
	}
}
