package club

import (
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// TestComing: what a member can look forward to, and from when, in a life of
// purchases and a birthday.
func TestComing(t *testing.T) {
	w := newWorld(t, cafe())
	coming := func() (list []Coming) {
		t.Helper()
		if err := w.update(func(tx store.Tx) (err error) {
			list, err = w.c.Coming(tx, ann, w.now)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return list
	}
	is := func(what string, want ...Coming) {
		t.Helper()
		if got := coming(); !slices.Equal(got, want) {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, taipei).UTC() }
	birthday := func(at time.Time) Coming { return Coming{Gift: "birthday", Kind: loyalty.GiftBirthday, From: at} }
	years := func(y int) Coming {
		return Coming{Gift: "years", Kind: loyalty.GiftAnniversary, From: day(y, 3, 2)}
	}
	visits := func(n int64) Coming { return Coming{Gift: "fifth", Kind: loyalty.GiftVisit, Visits: n} }
	level := func(id string) Coming { return Coming{Gift: id, Kind: loyalty.GiftTier, Level: id} }

	w.join(ann)
	is("a new member, whose birthday nobody knows",
		Coming{Gift: "birthday", Kind: loyalty.GiftBirthday, Birthday: true}, years(2027), visits(5), level("silver"), level("gold"))
	w.born(ann, time.May, 7)
	is("before the week of the birthday", birthday(day(2026, 5, 4)), years(2027), visits(5), level("silver"), level("gold"))
	w.now = on(2026, 5, 5)
	is("within it, this year's is there and next year's is ahead", birthday(day(2027, 5, 3)), years(2027), visits(5), level("silver"), level("gold"))
	for range 3 {
		w.days(1)
		w.buy(ann, 400)
	}
	is("silver, after three visits", birthday(day(2027, 5, 3)), years(2027), visits(2), level("gold"))
	for range 2 {
		w.days(1)
		w.buy(ann, 10)
	}
	is("every fifth visit", birthday(day(2027, 5, 3)), years(2027), visits(5), level("gold"))
}

// TestComingLate: a birthday that was changed too late counts from next year,
// and one that is not known yet says nothing of dates.
func TestComingLate(t *testing.T) {
	p := cafe()
	p.Gifts = p.Gifts[1:2]
	w := newWorld(t, p)
	w.join(ann)
	w.born(ann, time.May, 7)
	f := w.facts[ann]
	f.BirthChanged = on(2026, 4, 20)
	w.facts[ann] = f
	w.now = on(2026, 4, 21)
	var list []Coming
	if err := w.update(func(tx store.Tx) (err error) {
		list, err = w.c.Coming(tx, ann, w.now)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || !list[0].From.Equal(time.Date(2027, 5, 3, 0, 0, 0, 0, taipei)) {
		t.Errorf("changed within 30 days of its week: %+v", list)
	}
}
