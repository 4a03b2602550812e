package shop

import (
	"context"
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// One who looks at one member in one way is noted once an hour, by whichever door.
func TestLooksAreNotedOnceAnHour(t *testing.T) {
	db, ctx, now := mem.New(), context.Background(), time.Date(2026, 3, 1, 9, 10, 0, 0, time.UTC)
	var s Shop
	sam := Looker{By: loyalty.ByStaff("sam")}
	for _, at := range []time.Time{now, now.Add(20 * time.Minute), now.Add(time.Hour)} {
		for range 2 {
			if err := s.SawIn(ctx, db, sam, WayChat, at, "ann", "bo"); err != nil {
				t.Fatal(err)
			}
		}
	}
	err := db.Update(ctx, func(tx store.Tx) error {
		return s.Saw(tx, Looker{By: "job/api.K1", Device: "d1"}, WayAPI, now, "ann")
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := log(t, db, now, now.Add(30*time.Minute)), []string{
		"ann api job/api.K1@d1 09:10", "ann chat staff/sam 09:10", "bo chat staff/sam 09:10",
	}; !slices.Equal(got, want) {
		t.Errorf("the log has %q, want %q", got, want)
	}
	if got := log(t, db, now.Add(time.Hour), now.Add(2*time.Hour)); len(got) != 2 {
		t.Errorf("an hour later the log has %q, want a look at each", got)
	}
	of := func(m loyalty.MemberID) (all []string) {
		t.Helper()
		err := db.View(ctx, func(r store.Reader) error {
			list, err := LooksOf(r, m)
			for _, l := range list {
				all = append(all, string(l.Member)+" "+string(l.Way)+" "+l.Looker.String()+" "+l.At.Format("15:04"))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if err := db.Update(ctx, func(tx store.Tx) error {
		return s.Saw(tx, Looker{By: Operator}, WayExport, now.Add(5*time.Minute), Everybody)
	}); err != nil {
		t.Fatal(err)
	}
	if got, want := of("bo"), []string{"bo chat staff/sam 09:10", "* export job/command-line 09:15", "bo chat staff/sam 10:10"}; !slices.Equal(got, want) {
		t.Errorf("of bo are known %q, want %q", got, want)
	}
	err = db.View(ctx, func(r store.Reader) error {
		both, err := LooksOf(r, "ann", "bo") // two cards that were put together
		if everybody := slices.DeleteFunc(both, func(l Look) bool { return l.Member != Everybody }); len(everybody) != 1 {
			t.Errorf("one look at everybody is listed %d times", len(everybody))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		after time.Duration
		gone  int
	}{{LooksKept * 24 * time.Hour, 0}, {(LooksKept*24 + 1) * time.Hour, 4}, {(LooksKept*24 + 2) * time.Hour, 2}} {
		if n, err := SweepLooks(ctx, db, now.Add(x.after)); n != x.gone || err != nil {
			t.Errorf("after %v %d rows went, want %d: %v", x.after, n, x.gone, err)
		}
	}
	if left := append(of("ann"), of("bo")...); len(left) != 0 {
		t.Errorf("what was swept is still theirs: %q", left)
	}
}

func log(t *testing.T, db store.DB, since, until time.Time) (all []string) {
	t.Helper()
	err := db.View(context.Background(), func(r store.Reader) error {
		return EachLook(r, since, until, func(l Look) error {
			all = append(all, string(l.Member)+" "+string(l.Way)+" "+l.Looker.String()+" "+l.At.Format("15:04"))
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
