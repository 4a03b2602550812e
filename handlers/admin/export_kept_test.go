package admin_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"regulars/loyalty"
	"regulars/store"
)

// kept, in exports, stand for themselves: what [shop.Shop.Kept] reads is not in here.
var (
	// otherwise are tables of a member's that exports show in a form of their own.
	otherwise = []string{
		"person", "consent", "datarequest", "staffof", "recoveryof", "lost", "imported", "nameof", "unnamed", "erased", // people.Export, and its indexes
		"account", "entry", "lot", "mark", "order", // the ledger and the balance
		"camptap", "voucher", "voucherpast", "tag", "reach", "survey", "surveyed",
		"referral", "referrer", "refinvite", "refgiven", "refflag", "clubcard", "clubpaid", "gift",
	}
	// work are notes of what is to be done, or what was, that say no more of the member
	// than the rows that they lead to.
	work = []string{
		"due", "notice", "told", "wait", "slipwait", "voucherdue", "nudged", "nudgedue", "nudgestale", "rolltodo", "rolldue", "roll",
		"refdue", "refheld", "intake", "campboost", "campway", "campdue", "campwaits", "matchopen", "planorder", "eventof", "voiceof", "boardof",
	}
)

// TestExportLacksNoTable: each table whose rows are a member's is in the exports, or
// somebody decided, above, why it need not be.
func TestExportLacksNoTable(t *testing.T) {
	d := newDesk(t, new(bool))
	const who = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
	var shown store.Kept
	err := d.DB.View(context.Background(), func(r store.Reader) (err error) {
		shown, err = d.Shop.Kept(r, loyalty.MemberID(who))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, prefix := range store.Prefixes() {
		word := strings.TrimSuffix(prefix, "/")
		for _, key := range []string{who, who + "/x", "x/" + who, "x/" + who + "/x"} {
			if on, _ := store.SubjectOf([]byte(prefix + key)); on != "member/"+who {
				continue
			}
			if _, is := shown[word]; !is && !slices.Contains(otherwise, word) && !slices.Contains(work, word) {
				t.Errorf("table %s/ is a member's and stands in no export: add it to its room's KeptOf (and the room to shop.Kept)", word)
			}
			break
		}
	}
}
