package club

import (
	"testing"

	"regulars/loyalty/voucher"
	"regulars/store"
)

// TestUndoToldTwice: an undo whose event comes again tells its receipt and takes
// nothing again, whatever the voucher became meanwhile.
func TestUndoToldTwice(t *testing.T) {
	w := newWorld(t, cafe())
	w.join(ann)
	w.buy(ann, 900)
	undo := func(op string, v voucher.Voucher, used bool) Outcome {
		ref := v.Hold
		if used {
			ref = v.Use
		}
		a := w.act(op)
		return w.do(func(tx store.Tx) (Outcome, error) { return w.c.Undo(tx, ref, a) })
	}
	v := w.redeem(ann, "mug")
	want(t, "taken", len(undo("withdraw", v, false).Taken), 1)
	again := undo("withdraw", v, false)
	want(t, "replayed", again.Receipt.Replayed, true)
	want(t, "taken again", len(again.Taken), 0)

	v = w.redeem(ann, "mug")
	v.Use = w.use(v).Entry().Ref
	want(t, "returned", len(undo("mistake", v, true).Returned), 1)
	w.use(v) // and this time it was meant
	again = undo("mistake", v, true)
	want(t, "replayed", again.Receipt.Replayed, true)
	want(t, "returned again", len(again.Returned), 0)
	want(t, "used", w.vouchers(ann)[voucher.Used], 1)
}
