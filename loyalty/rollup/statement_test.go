package rollup

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// TestStatements: three months between two stores. What is taken back late stands
// in the later month, a closed month stays as it is, and the price of a month is
// that of its last moment.
func TestStatements(t *testing.T) {
	w := strict(t)
	ctx := context.Background()
	p := rules()
	p.Settlement = loyalty.Settlement{Points: 10, Worth: 1, Fee: 10}
	dearer := *p
	dearer.Settlement.Worth = 2
	march := Month(202603).first(taipei)
	w.desk.Programme = func(at time.Time) *loyalty.Programme {
		if at.Before(march) {
			return p
		}
		return &dearer
	}
	ann := w.member("ann")
	w.sell(ann, "eve", "north", 1000)
	w.days(3) // February
	w.sell(ann, "eve", "south", 200)
	first := w.spend(ann, "eve", "south", 305)
	second := w.spend(ann, "eve", "south", 100)
	same := w.spend(ann, "eve", "south", 50)
	w.play(func(tx store.Tx) (book.Receipt, error) { return w.book.Undo(tx, same, w.act("eve", "south")) })
	w.refresh()
	statement := func(m Month) *Statement {
		s, err := w.desk.Statement(ctx, m)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if _, _, err := w.desk.Close(ctx, 202602, w.now); !errors.Is(err, ErrMonthOpen) {
		t.Errorf("a month that is not over was closed: %v", err)
	}
	w.days(30) // March
	w.refresh()
	feb, fresh, err := w.desk.Close(ctx, 202602, w.now)
	want := []loyalty.StatementLine{{From: "north", To: "south", Points: 405, Money: 41, Fee: 4}}
	if err != nil || !fresh || !slices.Equal(feb.Lines, want) || feb.Terms != p.Settlement {
		t.Fatalf("%+v, %v, %v", feb, fresh, err)
	}
	if n := feb.Store("south"); n.Given != 200 || n.Own != 0 || feb.Store("north").Given != 0 {
		t.Errorf("south: %+v", n)
	}
	for _, ref := range []loyalty.Ref{first} { // 305 of February's 405 come back in March
		w.play(func(tx store.Tx) (book.Receipt, error) { return w.book.Undo(tx, ref, w.act("eve", "north")) })
	}
	w.spend(ann, "eve", "south", 20)
	w.refresh()
	if again, fresh, err := w.desk.Close(ctx, 202602, w.now); err != nil || fresh || !reflect.DeepEqual(again, statement(202602)) || !slices.Equal(again.Lines, want) {
		t.Errorf("a closed month has changed: %+v, %v, %v", again, fresh, err)
	}
	w.days(31) // April: the rest of it comes back
	w.play(func(tx store.Tx) (book.Receipt, error) { return w.book.Undo(tx, second, w.act("eve", "north")) })
	w.refresh()
	wantMarch := []loyalty.StatementLine{
		{From: "north", To: "south", Points: 20, Money: 4},
		{From: "north", To: "south", Month: 202602, Points: -305, Money: -31, Fee: -3}, // 41 less 10, 4 less 1
	}
	if mar, _, err := w.desk.Close(ctx, 202603, w.now); err != nil || !slices.Equal(mar.Lines, wantMarch) {
		t.Errorf("March: %+v, %v", mar, err)
	}
	wantApril := []loyalty.StatementLine{{From: "north", To: "south", Month: 202602, Points: -100, Money: -10, Fee: -1}}
	if apr := statement(202604); !slices.Equal(apr.Lines, wantApril) || !apr.Closed.IsZero() {
		t.Errorf("April: %+v", apr)
	}
	// North's points of January lapse three months later; they were north's,
	// wherever they went.
	w.days(60)
	if _, err := w.book.SettleAll(ctx, w.db, w.now, nil); err != nil {
		t.Fatal(err)
	}
	w.refresh()
	if jun := statement(MonthOf(w.today())); jun.Store("north").Expired != 980 {
		t.Errorf("%+v", jun.Stores)
	}
	if faults, err := w.desk.Check(ctx, nil); err != nil || len(faults) > 0 {
		t.Errorf("%q, %v", faults, err)
	}
	before := statement(202603)
	if err := w.desk.Rebuild(ctx, w.now, nil); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before, statement(202603)) || !slices.Equal(statement(202604).Lines, wantApril) {
		t.Error("made anew, the statements are others")
	}
}

// TestClosedMonthKeepsLinesThatComeToNothing: as many points are spent in a month
// as come back of an earlier one, so that no row is left of their sum.
func TestClosedMonthKeepsLinesThatComeToNothing(t *testing.T) {
	w := strict(t)
	ctx := context.Background()
	p := rules()
	p.Settlement = loyalty.Settlement{Points: 10, Worth: 1}
	w.desk.Programme = func(time.Time) *loyalty.Programme { return p }
	ann := w.member("ann")
	w.sell(ann, "eve", "north", 1000)
	spent := w.spend(ann, "eve", "south", 100)
	w.days(3) // February
	w.play(func(tx store.Tx) (book.Receipt, error) { return w.book.Undo(tx, spent, w.act("eve", "south")) })
	w.spend(ann, "eve", "south", 100)
	w.refresh()
	open, err := w.desk.Statement(ctx, 202602)
	if err != nil || len(open.Lines) != 2 {
		t.Fatalf("%+v, %v", open, err)
	}
	w.days(30)
	w.refresh()
	if _, _, err := w.desk.Close(ctx, 202602, w.now); err != nil {
		t.Fatal(err)
	}
	if closed, err := w.desk.Statement(ctx, 202602); err != nil || !slices.Equal(closed.Lines, open.Lines) {
		t.Errorf("closed with %+v, %v; it was %+v", closed.Lines, err, open.Lines)
	}
}

// TestRowsOfAnOlderProgramAreMadeAnew: a generation without what statements need
// is replaced at the start, and is no fault before.
func TestRowsOfAnOlderProgramAreMadeAnew(t *testing.T) {
	w := strict(t)
	ctx := context.Background()
	ann := w.member("ann")
	w.sell(ann, "eve", "north", 100)
	w.refresh()
	w.do(func(tx store.Tx) error {
		if err := tx.Lock(all); err != nil {
			return err
		}
		st, err := stateIn(tx)
		st.Form = 0
		return errors.Join(err, states.Put(tx, st, "all"), givens.Delete(tx, givenKey{202601, "north"}.parts(st.Gen)...))
	})
	if faults, err := w.desk.Check(ctx, nil); err != nil || len(faults) > 0 {
		t.Errorf("%q, %v", faults, err)
	}
	if err := w.desk.Begin(ctx, w.now); err != nil {
		t.Fatal(err)
	}
	if s, err := w.desk.Statement(ctx, 202601); err != nil || s.Store("north").Given != 100 {
		t.Errorf("%+v, %v", s, err)
	}
}
