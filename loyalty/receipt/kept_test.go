package receipt_test

import (
	"slices"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/receipt"
	"regulars/store"
)

// An export has the receipts that somebody claimed, and no more: not those of others,
// nor those of nobody.
func TestKept(t *testing.T) {
	w, cat := newWorld(t), loyalty.MemberID("cat")
	slip, code := w.issue(loyalty.Sale{Amount: 350, Order: "A-1"})
	other, codeOfCat := w.issue(loyalty.Sale{Amount: 200, Order: "A-2"})
	w.issue(loyalty.Sale{Amount: 100, Order: "A-3"})
	for c, m := range map[receipt.Code]loyalty.MemberID{code: ann, codeOfCat: cat} {
		if _, err := w.claim(c, m); err != nil {
			t.Fatal(err)
		}
	}
	for of, want := range map[loyalty.MemberID][]string{
		ann: {string(ann) + " " + string(slip.Ref)}, cat: {string(cat) + " " + string(other.Ref)}, "": {string(ann) + " " + string(slip.Ref), string(cat) + " " + string(other.Ref)},
	} {
		var got []string
		err := w.db.View(t.Context(), func(r store.Reader) error {
			return receipt.EachKept(r, of, func(m loyalty.MemberID, word, id string, row any) error {
				s := row.(receipt.Slip)
				if word != "slip" || s.Order == "" || s.Digest != nil {
					t.Errorf("%s: %+v", word, s)
				}
				got = append(got, string(m)+" "+id)
				return nil
			})
		})
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("of %q are kept %q, not %q: %v", of, got, want, err)
		}
	}
}
