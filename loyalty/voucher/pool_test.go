package voucher

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// TestDigitalCodes: in their order, each once, the points spent at once; sold
// out leaves the points.
func TestDigitalCodes(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 100)
	var sold *SoldOutError
	if _, err := s.redeem(ann, "song"); !errors.As(err, &sold) {
		t.Errorf("an empty pool: %v", err)
	}
	s.has(ann, 100, 0)
	if added, twice := addCodes(s, "S-1", " S-2 ", "", "S-1", "S-3"); added != 3 || twice != 1 {
		t.Errorf("%d added, %d known", added, twice)
	}
	if added, twice := addCodes(s, "S-3", "S-4"); added != 1 || twice != 1 {
		t.Errorf("%d added, %d known", added, twice)
	}
	var got []string
	for range 3 {
		v := s.must(s.redeem(ann, "song"))
		code, err := s.d.Digital(v)
		if err != nil || v.State != Used || v.Kind != loyalty.RewardCode {
			t.Errorf("%+v, %v", v, err)
		}
		got = append(got, code)
	}
	if v := s.must(s.present(bo, "song", "gift")); len(v.Sealed) > 0 {
		code, _ := s.d.Digital(v)
		got = append(got, code)
	}
	if want := []string{"S-1", "S-2", "S-3", "S-4"}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if _, err := s.redeem(ann, "song"); !errors.As(err, &sold) {
		t.Errorf("an empty pool: %v", err)
	}
	s.has(ann, 40, 0)
	s.view(func(r store.Reader) error {
		left, total, err := s.d.Pool(r, "song")
		if left != 0 || total != 4 {
			t.Errorf("%d of %d left", left, total)
		}
		for row, err := range r.Scan(store.Range{}) {
			if err == nil && strings.Contains(string(row.Value), "S-1") {
				t.Errorf("row %q holds a code in the open", row.Key)
			}
		}
		return err
	})
	s.clean()
}

// TestUndoneDigitalCode: the points come back, the code never does.
func TestUndoneDigitalCode(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 100)
	addCodes(s, "S-1", "S-2")
	v := s.must(s.redeem(ann, "song"))
	back := s.must(s.undo(v))
	if back.State != Void {
		t.Errorf("%+v", back)
	}
	s.has(ann, 100, 0)
	w := s.must(s.redeem(ann, "song"))
	if code, _ := s.d.Digital(w); code != "S-2" {
		t.Errorf("the next is %s", code)
	}
	if _, err := s.undo(v); !errors.Is(err, ErrNotUsed) {
		t.Errorf("undone twice: %v", err)
	}
	s.clean()
}

func TestAddCodesRefuses(t *testing.T) {
	s := newShop(t, plan())
	add := func(reward string, list []string) error {
		return s.db.Update(t.Context(), func(tx store.Tx) error {
			_, _, err := s.d.AddCodes(tx, reward, list, s.now)
			return err
		})
	}
	if err := add("latte", []string{"S-1"}); !errors.Is(err, ErrUnknownReward) {
		t.Errorf("to an item: %v", err)
	}
	if err := add("song", make([]string, 501)); err == nil || loyalty.Refused(err) {
		t.Errorf("501 at once: %v", err)
	}
	if err := add("song", []string{strings.Repeat("x", 2000)}); err == nil {
		t.Error("a code of 2000 bytes passes")
	}
	many := make([]string, 500)
	for i := range many {
		many[i] = fmt.Sprint("S-", i)
	}
	if err := add("song", many); err != nil {
		t.Error(err)
	}
	s.clean()
}

// TestRefusedAcrossVerbs: a step on what is not there, and on a member's own.
func TestRefusedAcrossVerbs(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 100)
	v := s.must(s.redeem(ann, "latte"))
	for _, id := range []ID{"", "nonsense", ID(ann) + "-AAAA", ID(ann) + "/x-A", v.ID + "/.."} {
		for name, f := range map[string]func(tx store.Tx, a book.Act) (Voucher, book.Receipt, error){
			"void":   func(tx store.Tx, a book.Act) (Voucher, book.Receipt, error) { return s.d.Void(tx, id, a, "") },
			"undo":   func(tx store.Tx, a book.Act) (Voucher, book.Receipt, error) { return s.d.Undo(tx, id, a) },
			"reopen": func(tx store.Tx, a book.Act) (Voucher, book.Receipt, error) { return s.d.Reopen(tx, id, a) },
			"cancel": func(tx store.Tx, a book.Act) (Voucher, book.Receipt, error) { return s.d.Cancel(tx, ann, id, a) },
		} {
			a := s.act(sam)
			if _, _, err := s.run(func(tx store.Tx) (Voucher, book.Receipt, error) { return f(tx, a) }); !errors.Is(err, ErrUnknown) {
				t.Errorf("%s %q: %v", name, id, err)
			}
		}
	}
	a := s.act(sam)
	a.Self = ann
	if _, _, err := s.run(func(tx store.Tx) (Voucher, book.Receipt, error) { return s.d.Void(tx, v.ID, a, "x") }); !errors.Is(err, loyalty.ErrSelf) {
		t.Errorf("an employee's own: %v", err)
	}
	s.must(s.use(v))
	a = s.act(sam)
	a.Self = ann
	if _, _, err := s.run(func(tx store.Tx) (Voucher, book.Receipt, error) { return s.d.Undo(tx, v.ID, a) }); !errors.Is(err, loyalty.ErrSelf) {
		t.Errorf("an employee's own: %v", err)
	}
	s.clean()
}

// TestCheckFinds: each row that is bent is named.
func TestCheckFinds(t *testing.T) {
	s := newShop(t, plan())
	s.earn(ann, 500)
	addCodes(s, "S-1", "S-2", "S-3")
	open, used, mug, song := s.must(s.redeem(ann, "latte")), s.must(s.redeem(ann, "once")), s.must(s.redeem(ann, "mug")), s.must(s.redeem(ann, "song"))
	used = s.must(s.use(used))
	s.clean()
	tail := func(v Voucher) string { _, tail, _ := v.ID.split(); return tail }
	who := string(ann)
	edit := func(v Voucher, f func(*Voucher)) func(store.Tx) error {
		f(&v)
		return func(tx store.Tx) error { return vouchers.Put(tx, v, who, tail(v)) }
	}
	for what, c := range map[string]struct {
		bend func(store.Tx) error
		says string
	}{
		"price":        {edit(open, func(v *Voucher) { v.Cost++ }), "are held until"},
		"time":         {edit(open, func(v *Voucher) { v.Until = v.Until.Add(1) }), "would never lapse"},
		"terms":        {edit(open, func(v *Voucher) { v.OnExpiry = loyalty.FateForfeit }), "are held until"},
		"still held":   {edit(open, func(v *Voucher) { v.State = Void }), "still held"},
		"used for it":  {edit(used, func(v *Voucher) { v.State = Open }), "not held"},
		"use":          {edit(used, func(v *Voucher) { v.Use = open.Hold }), "did not take its points"},
		"draw":         {edit(open, func(v *Voucher) { v.Draw++ }), "does not lead to it"},
		"stray due":    {func(tx store.Tx) error { return dues.Put(tx, struct{}{}, timeKey(s.now), who, tail(used)) }, "no voucher of which"},
		"stock":        {func(tx store.Tx) error { return stocks.Put(tx, stock{Taken: 2}, "mug") }, "the rows say 1"},
		"stock row":    {func(tx store.Tx) error { return stockDues.Delete(tx, stockDueKey(&mug)...) }, "the rows say 0"},
		"missing":      {func(tx store.Tx) error { return vouchers.Delete(tx, who, tail(open)) }, "no voucher of which"},
		"pool":         {func(tx store.Tx) error { return poolHeads.Put(tx, poolHead{Total: 3}, "song") }, "head says otherwise"},
		"pool's gap":   {func(tx store.Tx) error { return pool.Delete(tx, "song", numberKey(2)) }, "is missing"},
		"pool's end":   {func(tx store.Tx) error { return pool.Delete(tx, "song", numberKey(3)) }, "is missing"},
		"given twice":  {func(tx store.Tx) error { return twice(tx, song.ID) }, "got another code"},
		"another code": {edit(song, func(v *Voucher) { v.Sealed = []byte("x") }), "has another code"},
	} {
		t.Run(what, func(t *testing.T) {
			var back []store.Row
			before := dump(s)
			err := s.db.Update(t.Context(), func(tx store.Tx) error {
				if err := tx.Lock(memberSubject(ann), "stock/mug", "pool/song", "poolcodes"); err != nil {
					return err
				}
				return c.bend(tx)
			})
			if err != nil {
				t.Fatal(err)
			}
			faults, err := s.d.Check(t.Context(), s.db)
			if err != nil || !slices.ContainsFunc(faults, func(f Fault) bool { return strings.Contains(f.String(), c.says) }) {
				t.Errorf("check says %v, %v; want %q", faults, err, c.says)
			}
			back = before
			restore(s, back)
			if !reflect.DeepEqual(dump(s), before) {
				t.Fatal("the test did not put the rows back")
			}
		})
	}
	s.clean()
}

// twice gives a second code to one voucher.
func twice(tx store.Tx, id ID) error {
	if err := poolHeads.Put(tx, poolHead{Total: 3, Given: 2}, "song"); err != nil {
		return err
	}
	c, _, err := pool.Get(tx, "song", numberKey(2))
	if err != nil {
		return err
	}
	c.By, c.At = id, start
	return pool.Put(tx, c, "song", numberKey(2))
}

func dump(s *shop) (rows []store.Row) {
	s.view(func(r store.Reader) error {
		for row, err := range r.Scan(store.Range{}) {
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		return nil
	})
	return rows
}

// restore makes the store's rows these again.
func restore(s *shop, rows []store.Row) {
	have := dump(s)
	err := s.db.Update(s.t.Context(), func(tx store.Tx) error {
		lock := func(row store.Row) error {
			if subject, access := store.SubjectOf(row.Key); access != store.Free {
				return tx.Lock(subject)
			}
			return nil
		}
		for _, row := range have {
			if err := lock(row); err != nil {
				return err
			}
			if err := tx.Delete(row.Key); err != nil {
				return err
			}
		}
		for _, row := range rows {
			if err := lock(row); err != nil {
				return err
			}
			if err := tx.Put(row.Key, row.Value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}
