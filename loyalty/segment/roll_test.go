package segment

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/mem"
)

// TestALife lives a member through purchases, a refund, time and a tag, and asks
// after each.
func TestALife(t *testing.T) {
	w := strict(t)
	ann, _ := w.member("ann"), w.member("bo")
	if w.in("visits == 0 and joined == 0 and reachable") != 2 {
		t.Error("two who have just joined are not found")
	}
	w.sell(ann, 700, "xinyi")
	w.days(10)
	second := w.sell(ann, 400, "main")
	if w.in(`visits == 2 and spend == 1100 and points == 1100 and tier == "gold" and last_visit == 0`) != 1 {
		t.Error("two purchases are not counted")
	}
	before := w.rows("roll/")
	w.days(40)
	if w.in("last_visit == 40 and spend_90 == 1100 and spend_30 == 0 and visits_90 == 2 and joined == 50") != 1 {
		t.Error("time did not pass")
	}
	if !maps.Equal(before, w.rows("roll/")) {
		t.Error("time alone wrote rolls anew")
	}
	w.refund(second, 0)
	if w.in(`visits == 1 and spend == 700 and last_visit == 50 and points == 700 and tier == "basic" and store == "xinyi"`) != 1 {
		t.Error("a purchase that came back still counts")
	}
	if w.in("lapsing(60) == 700") != 1 || w.in("lapsing(20) > 0") != 0 {
		t.Error("what lapses in three months")
	}
	w.days(80)
	if w.in("points > 0") != 0 {
		t.Error("points live after their end")
	}
	w.do(func(tx store.Tx) error { _, err := w.desk.Tag(tx, ann, " Vegan "); return err })
	if w.in(`"vegan" in tags`) != 1 {
		t.Error("the tag is not found")
	}
	w.do(func(tx store.Tx) error { return w.desk.SeenIn(tx, ann, "7KQ") })
	if w.in(`"7KQ" in groups`) != 1 {
		t.Error("the group is not found")
	}
}

// TestPeopleAreKnown by what they told, and found no more when they left.
func TestPeopleAreKnown(t *testing.T) {
	w := strict(t)
	ann, bo := w.member("ann"), w.member("bo")
	phone, err := people.ParsePhone("+819012345678")
	if err != nil {
		t.Fatal(err)
	}
	v := w.desk.Vault
	w.do(func(tx store.Tx) error {
		return errors.Join(v.SetPhone(tx, ann, phone, false, w.rand), v.SetBirthday(tx, ann, people.Birthday{Month: time.April, Day: 1}, w.now, w.rand))
	})
	w.do(func(tx store.Tx) error { return v.SetQuiet(tx, bo, true, w.rand) })
	if w.in(`birthday_month == next_month and birthday_day == 1`) != 1 || w.in("reachable") != 1 || w.in(`language == "en" and platform == "line"`) != 2 {
		t.Error("what they told is not known")
	}
	var seen []Row
	each := func(text string) {
		seen = nil
		if _, err := w.desk.Each(context.Background(), w.expr(text), w.now, "", 10, func(r Row) error { seen = append(seen, r); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	each("true")
	want := []Row{
		{Member: ann, Channel: "main", Lang: "en", Zone: "Asia/Tokyo", Promo: true},
		{Member: bo, Channel: "main", Lang: "en", Zone: "Asia/Taipei", Promo: true, Quiet: true},
	}
	if !slices.Equal(seen, want) {
		t.Errorf("%+v", seen)
	}
	w.do(func(tx store.Tx) error { return v.SetBlocked(tx, who("ann"), true, w.now, w.rand) })
	w.refresh()
	if each("true"); !seen[0].Blocked || seen[0].Channel != "" || seen[0].Reachable() {
		t.Errorf("who blocked: %+v", seen[0])
	}
	w.do(func(tx store.Tx) error { _, err := w.desk.Tag(tx, ann, "vegan"); return err })
	w.refresh()
	w.do(func(tx store.Tx) error { return v.Erase(tx, ann, w.now, time.Time{}) })
	for _, prefix := range []string{"roll/", "rolldue/", "tag/"} {
		if _, there := w.rows(prefix)[prefix+string(ann)]; there {
			t.Errorf("%s is left of who was erased", prefix)
		}
	}
	if w.in("true") != 1 {
		t.Error("who left is found")
	}
}

// TestImported: who came with a file is found without having said anything.
func TestImported(t *testing.T) {
	w := strict(t)
	phone, _ := people.ParsePhone("+886912345678")
	yes := true
	x, err := w.desk.Vault.Prepare(people.Imported{Source: "till", External: "7", Name: "Ann", Phone: phone, Promo: &yes, Language: "ja"}, w.now, w.rand)
	if err != nil {
		t.Fatal(err)
	}
	w.do(func(tx store.Tx) error {
		_, err := w.desk.Vault.Import(tx, []*people.Prepared{x}, w.now, w.rand)
		return err
	})
	if w.in(`language == "ja" and consent and not reachable and visits == 0`) != 1 {
		t.Error("who was imported is not found")
	}
}

// TestMerged: two who are one are one, with what both bought, and two again.
func TestMerged(t *testing.T) {
	w := strict(t)
	ann, bo := w.member("ann"), w.member("bo")
	w.sell(ann, 300, "main")
	w.days(5)
	w.sell(bo, 200, "xinyi")
	w.do(func(tx store.Tx) error {
		_, err := w.desk.Tag(tx, bo, "vegan")
		_, two := w.desk.Tag(tx, ann, "early")
		return errors.Join(err, two)
	})
	w.refresh()
	merge := w.act()
	w.do(func(tx store.Tx) error {
		if err := w.desk.Vault.Merge(tx, bo, ann, w.now, w.rand); err != nil {
			return err
		}
		_, err := w.desk.Book.Merge(tx, bo, ann, merge)
		return err
	})
	if w.in("true") != 1 || w.in(`visits == 2 and spend == 500 and last_visit == 0 and visits_30 == 2 and "vegan" in tags and "early" in tags and "xinyi" in stores`) != 1 {
		t.Error("the two are not one")
	}
	w.sell(ann, 50, "main")
	if w.in("visits == 3 and spend_30 == 550") != 1 {
		t.Error("a purchase after it")
	}
	part := w.act()
	w.do(func(tx store.Tx) error {
		if err := w.desk.Vault.Unmerge(tx, bo, w.now, w.rand); err != nil {
			return err
		}
		_, err := w.desk.Book.Unmerge(tx, bo, part)
		return err
	})
	if w.in(`spend == 200 and "vegan" in tags`) != 1 || w.in(`spend == 350 and not ("vegan" in tags)`) != 1 {
		t.Error("the two are not two again")
	}
}

// TestRefreshAsRebuild: whatever happens, in whatever order, rolls that were gone
// on from are those that all entries give.
func TestRefreshAsRebuild(t *testing.T) {
	for seed := range uint64(10) {
		w := strict(t)
		rng := rand.New(rand.NewPCG(seed, 1))
		all := []loyalty.MemberID{w.member("a"), w.member("b"), w.member("c")}
		var refs []loyalty.Ref
		for range 60 {
			m := all[rng.IntN(len(all))]
			switch rng.IntN(8) {
			case 0, 1, 2:
				refs = append(refs, w.sell(m, loyalty.Money(1+rng.IntN(500)), []loyalty.Store{"main", "xinyi", ""}[rng.IntN(3)]))
			case 3:
				if len(refs) > 0 {
					w.refund(refs[rng.IntN(len(refs))], loyalty.Money(rng.IntN(2)*(1+rng.IntN(40))))
				}
			case 4:
				w.days(rng.IntN(60))
			case 5:
				w.do(func(tx store.Tx) error { _, err := w.desk.Book.Settle(tx, m, w.now); return err })
			default:
				w.refresh()
			}
		}
		w.refresh()
		got := w.rows("roll/")
		if len(w.rows("rolldue/")) != 0 {
			t.Fatalf("seed %d: somebody is still marked", seed)
		}
		if err := w.desk.Rebuild(context.Background(), w.now, nil); err != nil {
			t.Fatal(err)
		}
		want := w.rows("roll/")
		for key := range want {
			var a, b Roll
			_ = new(decoder).decode([]byte(got[key]), &a)
			_ = new(decoder).decode([]byte(want[key]), &b)
			// Days further back than a year from the last visit may differ: nobody asks.
			if got[key] != want[key] {
				t.Fatalf("seed %d: %s\ngone on: %+v\nanew:    %+v", seed, key, a, b)
			}
		}
	}
}

// TestMarkedMeanwhile: a roll that was made before somebody bought again does not
// take the mark away.
func TestMarkedMeanwhile(t *testing.T) {
	w := strict(t)
	ann := w.member("ann")
	list, _, _, err := w.desk.stale(context.Background(), w.now, "")
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	w.sell(ann, 100, "main")
	if err := w.desk.write(context.Background(), list); err != nil {
		t.Fatal(err)
	}
	if len(w.rows("rolldue/")) != 1 {
		t.Fatal("the mark is gone")
	}
	if w.in("visits == 1") != 1 {
		t.Error("the purchase is not counted")
	}
}

// TestRefreshCutAnywhere: wherever the store dies, the next one goes on.
func TestRefreshCutAnywhere(t *testing.T) {
	for at := 1; ; at++ {
		db := mem.New()
		w := newWorld(t, db)
		for _, name := range []string{"a", "b", "c"} {
			w.sell(w.member(name), 100, "main")
		}
		db.CrashAt(at)
		_, err := w.desk.Refresh(context.Background(), w.now)
		db.Reopen()
		w.refresh()
		if got := w.in("visits == 1"); got != 3 || len(w.rows("rolldue/")) != 0 {
			t.Fatalf("cut at write %d: %d members, %d marks", at, got, len(w.rows("rolldue/")))
		}
		if err == nil {
			return // it came through whole
		}
	}
}

// TestBegin makes the rolls of a store that is older than they are, once.
func TestBegin(t *testing.T) {
	w := strict(t)
	w.desk.Vault.Changed, w.desk.Book.Changed = nil, nil // as it was before there were rolls
	w.sell(w.member("ann"), 100, "main")
	if w.in("true") != 0 {
		t.Fatal("there is a roll")
	}
	for range 2 {
		if err := w.desk.Begin(context.Background(), w.now); err != nil {
			t.Fatal(err)
		}
		if w.in("visits == 1") != 1 {
			t.Error("the member is not found")
		}
	}
}

// TestAnotherForm: a row of another version of the program is nobody's, and is
// made anew when it is marked.
func TestAnotherForm(t *testing.T) {
	w := strict(t)
	ann := w.member("ann")
	w.sell(ann, 100, "main")
	w.refresh()
	w.do(func(tx store.Tx) error {
		return errors.Join(tx.Lock(people.Subject(ann)), tx.Put(rolls.Key(string(ann)), store.WithSum([]byte{99, 1, 2, 3})))
	})
	if w.in("true") != 0 {
		t.Error("a row that cannot be read is somebody's")
	}
	w.sell(ann, 100, "main")
	if w.in("visits == 2") != 1 {
		t.Error("it was not made anew")
	}
	w.do(func(tx store.Tx) error {
		return errors.Join(tx.Lock(people.Subject(ann)), tx.Put(rolls.Key(string(ann)), []byte("flipped")))
	})
	if _, err := w.desk.Count(context.Background(), w.expr("true"), w.now); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("a damaged row: %v", err)
	}
}

// TestRecheck: who changed without a mark is found, and so is who tapped.
func TestRecheck(t *testing.T) {
	w := strict(t)
	ignored := map[loyalty.MemberID]int32{}
	w.desk.Sources = []Source{func(_ store.Reader, m loyalty.MemberID, _ []loyalty.MemberID, r *Roll) error {
		r.Ignored = ignored[m]
		return nil
	}}
	ann, _ := w.member("ann"), w.member("bo")
	w.refresh()
	ignored[ann] = 3
	n, err := w.desk.Recheck(context.Background(), func(_ store.Reader, m loyalty.MemberID, r *Roll) (bool, error) {
		return r.Ignored == ignored[m], nil
	})
	if err != nil || n != 1 || w.in("ignored == 3") != 1 || w.in("ignored == 0") != 1 {
		t.Errorf("%d marked, %v", n, err)
	}
	before := w.in("engagement > 0")
	w.do(func(tx store.Tx) error { return errors.Join(w.desk.Tapped(tx, ann), w.desk.Tapped(tx, "01NOBODY")) })
	if before != 0 || w.in("engagement > 0") != 1 {
		t.Error("a tap is not known")
	}
}

func TestTags(t *testing.T) {
	w := strict(t)
	ann := w.member("ann")
	tag := func(s string) (have []string, err error) {
		w.do(func(tx store.Tx) error { have, err = w.desk.Tag(tx, ann, s); return nil })
		return have, err
	}
	for _, bad := range []string{"", "  ", "#", "a\nb\x00", "<b>", "word that is longer than twenty", "\xff"} {
		if _, err := tag(bad); !errors.Is(err, ErrTag) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, good := range []string{"Vegan", "#吃素", "รักสุขภาพ", " window  seat ", "vegan"} {
		if _, err := tag(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	have, _ := tag("vegan")
	if !slices.Equal(have, []string{"vegan", "window seat", "รักสุขภาพ", "吃素"}) {
		t.Errorf("%q", have)
	}
	for i := range 16 {
		if _, err := tag(string(rune('a' + i))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tag("one more"); !errors.Is(err, ErrTags) {
		t.Errorf("the 21st: %v", err)
	}
	w.do(func(tx store.Tx) error { have, _ = w.desk.Untag(tx, ann, "VEGAN"); return nil })
	if len(have) != 19 || slices.Contains(have, "vegan") {
		t.Errorf("%q", have)
	}
	w.do(func(tx store.Tx) error {
		if _, err := w.desk.Tag(tx, "01NOBODY", "x"); !errors.Is(err, people.ErrNotMember) {
			t.Errorf("nobody: %v", err)
		}
		return nil
	})
}
