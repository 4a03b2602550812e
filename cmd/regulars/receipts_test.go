package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/receipt"
	"regulars/store"
)

// verify names what is wrong with receipts' codes.
func TestVerifyLooksAtReceipts(t *testing.T) {
	s, _ := withSale(t)
	var slip receipt.Slip
	s.within(func(a *app, tx store.Tx) (err error) {
		slip, _, err = a.shop.Slips().Issue(tx, receipt.Act{Op: "code-1", Actor: loyalty.ByJob("test"), Now: a.clock.Now()}, loyalty.Sale{Amount: 350, Order: "A-1"})
		return err
	})
	s.must("verify")
	s.within(func(_ *app, tx store.Tx) error { // somebody takes its name away
		key := []byte("slipref/" + string(slip.Ref))
		if err := tx.Lock(store.Subject(key)); err != nil {
			return err
		}
		return tx.Delete(key)
	})
	out := s.refused(exitWrong, "the receipts' codes have 1 fault, named above", "verify")
	if !strings.Contains(out, "✗ slip "+string(slip.Ref)+": its name does not lead to it") {
		t.Error(out)
	}
}

// An export tells of sales without a member, and not their codes.
func TestExportTellsOfReceipts(t *testing.T) {
	s, _ := withSale(t)
	var slip receipt.Slip
	var code receipt.Code
	s.within(func(a *app, tx store.Tx) (err error) {
		slip, code, err = a.shop.Slips().Issue(tx, receipt.Act{Op: "code-1", Actor: loyalty.ByJob("test"), Now: a.clock.Now()}, loyalty.Sale{Amount: 350, Order: "=A-1"})
		return err
	})
	dir := filepath.Join(t.TempDir(), "out")
	s.must("export", dir)
	for _, name := range []string{"receipts.jsonl", "receipts.csv"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), string(slip.Ref)); n != 1 || strings.Contains(string(text), code.Bare()) || strings.Contains(string(text), ",=A-1") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// TestReceiptsOfCafe: a receipt of the preset's is good for fourteen days after its
// own.
func TestReceiptsOfCafe(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.FixedZone("Asia/Taipei", 8*60*60))
	if got := cafeProgramme(t).ReceiptUntil(at).UTC().Format(time.RFC3339); got != "2026-03-16T16:00:00Z" {
		t.Error(got)
	}
}
