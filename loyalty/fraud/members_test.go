package fraud_test

import (
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/fraud"
	"regulars/store"
	"regulars/store/mem"
)

var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// TestSharedBy: nobody is in two stores at once, and everybody is in one.
func TestSharedBy(t *testing.T) {
	noon := monday.Add(12 * time.Hour)
	last := fraud.Use{Ref: "LAST", At: noon, Store: "north"}
	for name, tc := range map[string]struct {
		others []fraud.Use
		within time.Duration
		least  int // score; 0: no finding
		uses   int64
	}{
		"elsewhere, just now":     {[]fraud.Use{{"A", noon.Add(-time.Minute), "south"}}, 20 * time.Minute, 95, 2},
		"elsewhere, a while ago":  {[]fraud.Use{{"A", noon.Add(-19 * time.Minute), "south"}}, 20 * time.Minute, 50, 2},
		"told later, done before": {[]fraud.Use{{"A", noon.Add(3 * time.Minute), "south"}}, 20 * time.Minute, 90, 2},
		"two elsewhere":           {[]fraud.Use{{"A", noon.Add(-time.Minute), "south"}, {"B", noon.Add(-2 * time.Minute), "east"}}, 20 * time.Minute, 95, 3},
		"the same store":          {[]fraud.Use{{"A", noon, "north"}}, 20 * time.Minute, 0, 0},
		"an hour's ride":          {[]fraud.Use{{"A", noon.Add(-time.Hour), "south"}}, 20 * time.Minute, 0, 0},
		"at no store":             {[]fraud.Use{{"A", noon, ""}}, 20 * time.Minute, 0, 0},
		"turned off":              {[]fraud.Use{{"A", noon, "south"}}, 0, 0, 0},
	} {
		f, ok := fraud.SharedBy("ann", last, tc.others, tc.within, monday, noon)
		if ok != (tc.least > 0) || f.Score < tc.least || f.Score > 99 || f.Numbers["uses"] != tc.uses {
			t.Errorf("%s: %t %+v", name, ok, f)
		}
		for _, u := range tc.others {
			if ok && !f.In(u.Store) {
				t.Errorf("%s: nothing of %s", name, u.Store)
			}
		}
		if ok && (f.Day != "2026-03-02" || len(f.Entries) != int(tc.uses) || f.Subject != fraud.OfMember("ann")) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// TestWhereItHappened: a finding names each store once, also those it had before.
func TestWhereItHappened(t *testing.T) {
	db := mem.New(mem.Twice)
	k := fraud.Key{Subject: fraud.OfMember("ann"), Day: "2026-03-02", Rule: fraud.CheckIns}
	for _, at := range []loyalty.Store{"", "north", "south", "north"} {
		err := db.Update(t.Context(), func(tx store.Tx) error {
			f := fraud.Finding{Key: k, Score: 60, FoundAt: monday}
			f.Happened(at)
			_, err := fraud.Record(tx, f)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err := db.View(t.Context(), func(r store.Reader) error {
		f, _, err := fraud.Get(r, k)
		if !slices.Equal(f.Stores(), []loyalty.Store{"north", "south"}) || !f.In("south") || f.In("east") || f.In("") {
			t.Errorf("it happened in %v", f.Stores())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTally: so many days count, older ones are forgotten, and who is forgotten
// leaves nothing.
func TestTally(t *testing.T) {
	db := mem.New(mem.Twice)
	count := func(m loyalty.MemberID, day int) (n int) {
		t.Helper()
		err := db.Update(t.Context(), func(tx store.Tx) (err error) {
			n, err = fraud.Tally(tx, m, "packets", monday.AddDate(0, 0, day), 7)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i, want := range []int{1, 2, 3} {
		if n := count("ann", i); n != want {
			t.Errorf("on day %d: %d", i, n)
		}
	}
	if n := count("ann", 7); n != 3 { // the first day is seven days ago
		t.Errorf("a week later: %d", n)
	}
	if n := count("bob", 7); n != 1 {
		t.Errorf("somebody else has %d", n)
	}
	err := db.View(t.Context(), func(r store.Reader) error {
		n, err := fraud.Counted(r, "ann", "packets", monday.AddDate(0, 0, 7))
		if n != 1 {
			t.Errorf("the day has %d", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(tx store.Tx) error { return fraud.Forget(tx, "ann") }); err != nil {
		t.Fatal(err)
	}
	if n := count("ann", 7); n != 1 {
		t.Errorf("forgotten, and still %d", n)
	}
	if n, err := fraud.Sweep(t.Context(), db, monday.AddDate(0, 0, 450)); err != nil || n != 2 {
		t.Errorf("%d swept: %v", n, err)
	}
}

// TestMemberDay: below the bound nothing, at it a half, never certain.
func TestMemberDay(t *testing.T) {
	for n, score := range map[int]int{0: 0, 7: 0, 8: 50, 16: 75, 4000: 99} {
		f, ok := fraud.OfMemberDay("ann", fraud.Packets, monday, n, 8, nil, monday)
		if f.Score != score || ok != (score > 0) {
			t.Errorf("%d: %d %t", n, f.Score, ok)
		}
	}
	if _, ok := fraud.OfMemberDay("ann", fraud.Packets, monday, 5, 0, nil, monday); ok {
		t.Error("turned off, and found")
	}
}
