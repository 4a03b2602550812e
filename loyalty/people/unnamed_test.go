package people

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// bringMany imports persons who are not found by name yet.
func (w *world) bringMany(list ...Imported) (ids []loyalty.MemberID) {
	w.t.Helper()
	var all []*Prepared
	for i, p := range list {
		p.Source, p.External, p.Line = "old-till", fmt.Sprint(i), i+1
		x, err := w.v.Prepare(p, w.now, w.rand)
		if err != nil {
			w.t.Fatalf("%v", err)
		}
		all = append(all, x)
	}
	w.do(func(tx store.Tx) error {
		came, err := w.v.ImportLater(tx, all, w.now, w.rand)
		ids = nil
		for _, t := range came {
			ids = append(ids, t.Member)
		}
		return err
	})
	return ids
}

func (w *world) byName(name string) (list []loyalty.MemberID) {
	w.t.Helper()
	w.view(func(r store.Reader) (err error) {
		list, err = w.v.ByName(r, name, 5)
		return err
	})
	return list
}

// TestNamesOfWhoChangedMeanwhile: between gathering and writing somebody is
// given another name, and somebody leaves. Nothing stays that leads to what is
// gone, and nothing is missing.
func TestNamesOfWhoChangedMeanwhile(t *testing.T) {
	w := newWorld(t)
	ids := w.bringMany(Imported{Name: "Ann Lee"}, Imported{Name: "Bob Lee"}, Imported{Name: "王大明"})
	if ids[0] >= ids[1] || ids[1] >= ids[2] {
		t.Errorf("ids do not follow the lines: %v", ids)
	}
	if found := w.byName("Lee"); len(found) != 0 {
		t.Fatalf("found before their time: %v", found)
	}
	ctx := context.Background()
	g, more, err := gatherNames(ctx, w.db)
	if err != nil || more || len(g.groups) != 1 {
		t.Fatalf("%d groups, %v %v", len(g.groups), more, err)
	}
	w.do(func(tx store.Tx) error {
		return errors.Join(w.v.SetName(tx, ids[0], "Ann Wu", w.rand), w.v.Erase(tx, ids[1], w.now, w.now.Add(time.Hour)))
	})
	if err := g.write(ctx, w.db); err != nil {
		t.Fatal(err)
	}
	if got := w.byName("Wu"); len(got) != 1 || got[0] != ids[0] {
		t.Errorf("by the new name: %v", got)
	}
	if got := w.byName("Ann"); len(got) != 1 || got[0] != ids[0] {
		t.Errorf("by the part of the name that stayed: %v", got)
	}
	if got := w.byName("大明"); len(got) != 1 || got[0] != ids[2] {
		t.Errorf("by a name that nobody touched: %v", got)
	}
	want := 0
	for _, id := range ids {
		w.view(func(r store.Reader) error {
			have, _, err := namesOf.Get(r, string(id))
			want += len(have)
			return err
		})
	}
	if n := w.countRows("name/"); n != want || w.countRows("unnamed/") != 0 {
		t.Errorf("%d rows of name/, %d are somebody's; %d of unnamed/", n, want, w.countRows("unnamed/"))
	}
	if n, err := IndexNames(ctx, w.db); n != 0 || err != nil {
		t.Errorf("again: %d rows, %v", n, err)
	}
}
