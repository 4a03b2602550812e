package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"regulars/handlers/admin"
	"regulars/store"
)

// hurt is the café's store, of which one row after the other is damaged.
type hurt struct {
	*consoleTop
	desk admin.Desk
}

func newHurt(t *testing.T) *hurt {
	t.Helper()
	top := newConsoleTop(t, false)
	return &hurt{top, top.cafe.app.desk()}
}

// first are the first n rows of a table.
func (h *hurt) first(prefix string, n int) (rows []store.Row) {
	h.t.Helper()
	err := h.cafe.app.db.View(h.t.Context(), func(r store.Reader) error {
		for row, err := range r.Scan(store.Prefix([]byte(prefix))) {
			if err != nil || len(rows) == n {
				return err
			}
			rows = append(rows, store.Row{Key: slices.Clone(row.Key), Value: slices.Clone(row.Value)})
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return rows
}

// put writes rows as they are; one of no value is removed.
func (h *hurt) put(rows ...store.Row) {
	h.t.Helper()
	h.do(func(tx store.Tx) (err error) {
		for _, r := range rows {
			if r.Value == nil {
				err = errors.Join(err, tx.Delete(r.Key))
			} else {
				err = errors.Join(err, tx.Put(r.Key, r.Value))
			}
		}
		return err
	})
}

// verify is what the command prints, and how it ends.
func (h *hurt) verify() (said string, err error) {
	err = h.desk.Ops()["verify"](context.Background(), nil, func(l admin.Line) {
		if l.Text != "" {
			said += l.Text + "\n"
		}
	})
	return fmt.Sprint(said, err), err
}

// sees tells whether verify notices some damage, which is mended again.
func (h *hurt) sees(damage, mend []store.Row) bool {
	h.t.Helper()
	h.put(damage...)
	_, err := h.verify()
	h.put(mend...)
	return err != nil
}

// TestDamagedRowIsNamed: of whatever table a row is, verify names it when a bit of
// it is turned, it is cut short, or nothing is left of it.
func TestDamagedRowIsNamed(t *testing.T) {
	t.Parallel()
	h := newHurt(t)
	for some := range slices.Chunk(store.Prefixes(), 15) { // verify names no more than 20 at a time
		rows, mend := h.oneOfEach(some)
		for what, damage := range map[string]func([]byte) []byte{
			"turned":    turned,
			"cut short": func(b []byte) []byte { return b[:len(b)-1] },
			"emptied":   func([]byte) []byte { return []byte{} },
		} {
			bad := slices.Clone(rows)
			for i := range bad {
				bad[i].Value = damage(bad[i].Value)
			}
			h.put(bad...)
			err := h.desk.Check(t.Context(), func(uint64, uint64) {})
			for _, row := range bad {
				if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), fmt.Sprintf("%q", row.Key)) {
					t.Errorf("%q was %s, and verify says %v", row.Key, what, err)
				}
			}
		}
		h.put(mend...)
	}
	if said, err := h.verify(); err != nil {
		t.Errorf("mended, and verify says %s", said)
	}
}

// oneOfEach is a row of each table, made where the café has none, and what leaves
// all as it was.
func (h *hurt) oneOfEach(tables []string) (rows, mend []store.Row) {
	h.t.Helper()
	value, err := store.Encode(struct{}{})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, prefix := range tables {
		if has := h.first(prefix, 1); len(has) == 1 {
			rows, mend = append(rows, has[0]), append(mend, has[0])
			continue
		}
		key := []byte(prefix + "made")
		rows, mend = append(rows, store.Row{Key: key, Value: value}), append(mend, store.Row{Key: key})
	}
	return rows, mend
}

// TestRowsWrongTogether: rows that are whole each and wrong beside the others, as
// no disk makes them. A checksum is of a row's value alone, so this is seen where
// verify has something to hold a row against, which is so for points and vouchers;
// of any other table it is blind to a row that is gone or stands in another's place.
func TestRowsWrongTogether(t *testing.T) {
	t.Parallel()
	h := newHurt(t)
	for _, table := range []string{"account", "due", "entry", "lot", "notice", "ref", "rollday", "rollstaff", "rollup", "voucher", "vouchercode", "voucherdue"} {
		rows := h.first(table+"/", 2)
		if len(rows) < 2 {
			t.Errorf("the café has %d rows of %s", len(rows), table)
			continue
		}
		if !h.sees([]store.Row{{Key: rows[0].Key}}, rows) {
			t.Errorf("%q is gone, and verify sees nothing", rows[0].Key)
		}
		if table == "voucher" || bytes.Equal(rows[0].Value, rows[1].Value) {
			continue // each may do for the other: two of one member's are for the same
		}
		swapped := []store.Row{{Key: rows[0].Key, Value: rows[1].Value}, {Key: rows[1].Key, Value: rows[0].Value}}
		if !h.sees(swapped, rows) {
			t.Errorf("%q and %q have changed places, and verify sees nothing", rows[0].Key, rows[1].Key)
		}
	}
	if said, err := h.verify(); err != nil {
		t.Errorf("mended, and verify says %s", said)
	}
}
