package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/mem"
)

// kinds counts the rows of each table.
func (w *world) kinds() map[string]int {
	w.t.Helper()
	n := map[string]int{}
	err := w.db.View(context.Background(), func(r store.Reader) error {
		for row, err := range r.Scan(store.Range{}) {
			if err != nil {
				return err
			}
			table, _, _ := bytes.Cut(row.Key, []byte("/"))
			n[string(table)]++
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// named finds the one person of a name.
func (w *world) named(name string) (list []loyalty.MemberID) {
	w.t.Helper()
	err := w.db.View(context.Background(), func(r store.Reader) (err error) {
		list, err = w.shop.Vault.ByName(r, name, 5)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

const cutRows = 70 // three transactions

func cutFile() (string, loyalty.Points) {
	var b strings.Builder
	var sum loyalty.Points
	b.WriteString("id,name,phone,points\n")
	for i := range cutRows {
		fmt.Fprintf(&b, "%d,Name%c%c 王%c,09%08d,%d\n", i, 'a'+i/26, 'a'+i%26, '一'+i, 10_000_000+i, 1+i)
		sum += loyalty.Points(1 + i)
	}
	return b.String(), sum
}

// TestCutOffAnywhere cuts a run off at many writes and after each commit. The
// next run ends with the rows of one that was not cut off, and everybody is
// found by name and has his points.
func TestCutOffAnywhere(t *testing.T) {
	text, points := cutFile()
	db := mem.New()
	whole := newWorld(t, db)
	if got := whole.take(text, Options{}); got.New != cutRows || got.Opened != points {
		t.Fatalf("%+v %v", got.Sum, whole.refused)
	}
	want, writes := whole.kinds(), db.Writes()
	if want["unnamed"] != 0 || want["name"] < cutRows {
		t.Fatalf("the rows of a whole run: %v", want)
	}
	cuts := map[string]func(*mem.DB){}
	for n := 1; n <= writes; n += 1 + writes/20 {
		cuts[fmt.Sprintf("at write %d of %d", n, writes)] = func(db *mem.DB) { db.CrashAt(n) }
	}
	for n := 1; n <= 6; n++ {
		cuts[fmt.Sprintf("after commit %d", n)] = func(db *mem.DB) { db.CrashAfterCommit(n) }
	}
	for cut, crash := range cuts {
		t.Run(cut, func(t *testing.T) {
			db := mem.New()
			w := newWorld(t, db)
			crash(db)
			_, err := w.try(text, Options{})
			if err != nil && !errors.Is(err, mem.ErrCrash) {
				t.Fatal(err)
			}
			db.Reopen()
			got := w.take(text, Options{})
			if got.Taken+got.Unchanged != cutRows || got.Opened+got.Known != points {
				t.Errorf("the second run: %+v %v", got.Sum, w.refused)
			}
			if have := w.kinds(); !maps.Equal(have, want) {
				t.Errorf("rows %v, want %v", have, want)
			}
			for _, i := range []int{0, 31, 32, 69} {
				m := w.member(fmt.Sprint(i), "")
				found := w.named(fmt.Sprintf("name%c%c", 'a'+i/26, 'a'+i%26))
				if len(found) != 1 || found[0] != m || w.account(m).Count.Earned != loyalty.Points(1+i) {
					t.Errorf("line %d: %v found by name, is %s with %+v", i, found, m, w.account(m).Count)
				}
			}
			w.whole()
		})
	}
}

// TestCutOffRunIsIndexedByTheSweep: names are found again although nobody runs
// the import once more.
func TestCutOffRunIsIndexedByTheSweep(t *testing.T) {
	text, _ := cutFile()
	db := mem.New()
	w := newWorld(t, db)
	db.CrashAfterCommit(2)
	if _, err := w.try(text, Options{}); !errors.Is(err, mem.ErrCrash) {
		t.Fatal(err)
	}
	db.Reopen()
	before := w.kinds()
	if before["person"] == 0 || before["unnamed"] == 0 || before["name"] != 0 {
		t.Fatalf("cut off in the middle: %v", before)
	}
	if _, err := people.Sweep(context.Background(), w.db, w.clock.now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	after := w.kinds()
	if after["unnamed"] != 0 || after["name"] < after["person"] {
		t.Errorf("after the sweep: %v", after)
	}
}
