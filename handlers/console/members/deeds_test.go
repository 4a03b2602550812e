package members_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"regulars/bot"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// fill opens a form about a member, fills it in, and gives the page that says
// what will happen.
func fill(b *consoletest.Browser, id loyalty.MemberID, deed, query string, pairs ...string) *consoletest.Page {
	f := b.Get(page(id) + "/" + deed + query).Form("/" + deed)
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f.Send()
}

// do is fill, and the yes.
func do(b *consoletest.Browser, id loyalty.MemberID, deed, query string, pairs ...string) *consoletest.Page {
	return fill(b, id, deed, query, pairs...).Must("What will happen").Form("/" + deed).Send()
}

// TestCorrect: points are corrected after a look at what will be; the reason
// stands in the statement and among the deeds; the member hears of it; what was
// sent twice is done once.
func TestCorrect(t *testing.T) {
	w, told := world(t, consoletest.Options{})
	b := w.Open(w.Manager)
	if p := fill(b, w.Ann, "correct", "", "points", "20"); p.Status != http.StatusUnprocessableEntity || !p.Says("Please say why") {
		t.Fatalf("without a reason: %d %s", p.Status, p.Text())
	}
	if p := fill(b, w.Ann, "correct", "", "way", "less", "points", "20", "reason", "typed wrong"); p.Status != http.StatusUnprocessableEntity || !p.Says("That takes 20 points") {
		t.Fatalf("into debt: %d %s", p.Status, p.Text())
	}
	sure := fill(b, w.Ann, "correct", "", "points", "20", "reason", "late coffee").Must("What will happen", "+20", "late coffee")
	if n := w.Points(w.Ann); n != 0 {
		t.Fatalf("looking gave %d points", n)
	}
	sure.Form("/correct").Send().Must("Corrected: +20", "late coffee", "mia")
	if said := told.told(w.Ann); w.Points(w.Ann) != 20 || !strings.Contains(said, "Corrected: +20") {
		t.Fatalf("%d points; told %q", w.Points(w.Ann), said)
	}
	// The same form again: what was shown is not true any more, and its operation is done.
	again := sure.Form("/correct").Send()
	if again.Status != http.StatusUnprocessableEntity || !again.Says("Something changed in the meantime") {
		t.Errorf("sent again: %d %s", again.Status, again.Text())
	}
	again.Form("/correct").Send()
	if w.Points(w.Ann) != 20 || told.told(w.Ann) != "" {
		t.Errorf("sent twice it gave %d", w.Points(w.Ann))
	}
	enlist(w, w.Owner)
	if p := fill(w.Open(w.Owner), w.Owner.Member, "correct", "", "points", "5", "reason", "me"); !p.Says("your own card") {
		t.Errorf("one's own card: %s", p.Text())
	}
}

// TestSecondPerson: more than one may give by hand waits for another manager, as
// in the chat.
func TestSecondPerson(t *testing.T) {
	w, told := world(t, consoletest.Options{})
	over := w.Shop.Rules(w.Clock.Now()).ApproveOver
	if over == 0 {
		t.Fatal("the café lets everybody give: nothing is tried here")
	}
	do(w.Open(w.Manager), w.Ann, "correct", "", "points", strings.TrimPrefix(signed(over+1), "+"), "reason", "a big wrong").Must("needs a manager's yes")
	if said := told.told(w.Owner.Member); w.Points(w.Ann) != 0 || !strings.Contains(said, "yes or no?") {
		t.Errorf("%d points, the owner was told %q", w.Points(w.Ann), said)
	}
}

// TestDecidedStaysDecided: a form for many points that is sent again after the
// owner said no asks nobody anew.
func TestDecidedStaysDecided(t *testing.T) {
	w, _ := world(t, consoletest.Options{})
	over := w.Shop.Rules(w.Clock.Now()).ApproveOver
	sure := fill(w.Open(w.Manager), w.Ann, "correct", "", "points", strings.TrimPrefix(signed(over+1), "+"), "reason", "a big wrong")
	sure.Form("/correct").Send().Must("needs a manager's yes")
	list := func() (all []till.Approval) {
		w.See(func(r store.Reader) (err error) { all, err = till.Approvals(r); return err })
		return all
	}
	id := list()[0].ID
	w.Do(func(tx store.Tx) error {
		_, _, err := till.Till{Shop: w.Shop}.Decide(&till.Call{
			Tx: tx, Now: w.Clock.Now(), Me: w.Owner, Printer: i18n.For(i18n.En), Tell: func(bot.Telling) {},
			Op: func(part string) loyalty.OpID { return loyalty.OpID("test/" + part) },
		}, id, false)
		return err
	})
	sure.Form("/correct").Send()
	if all := list(); len(all) != 1 || all[0].Waits(w.Clock.Now()) {
		t.Errorf("after a no and the same form: %+v", all)
	}
}

// TestUndoAndRefund: a sale is refunded in part and then taken back; both show in
// the purchases.
func TestUndoAndRefund(t *testing.T) {
	w, told := world(t, consoletest.Options{})
	rec := w.Sell(w.Clerk, w.Ann, 350)
	had := w.Points(w.Ann)
	b := w.Open(w.Main)
	ref := string(rec.Entry().Ref)
	if p := fill(b, w.Ann, "refund", "?ref="+ref, "reason", "cold"); !p.Says("Please say how much comes back") {
		t.Errorf("nothing to refund: %s", p.Text())
	}
	do(b, w.Ann, "refund", "?ref="+ref, "amount", "100", "reason", "cold").Must("Refunded: NT$100", "N1", "NT$100")
	if said := told.told(w.Ann); w.Points(w.Ann) >= had || !strings.Contains(said, "Corrected") {
		t.Errorf("%d of %d points are left; told %q", w.Points(w.Ann), had, said)
	}
	b.Get(page(w.Ann) + "/refund?ref=" + ref).Must("NT$250 of NT$350 can still be refunded")
	do(b, w.Ann, "undo", "?ref="+ref, "reason", "not hers").Must("Undone: " + ref)
	if w.Points(w.Ann) != 0 {
		t.Errorf("%d points are left", w.Points(w.Ann))
	}
	b.Get(page(w.Ann)+"/purchases").Must("N1", "all of it")
	if p := fill(b, w.Ann, "undo", "?ref="+ref, "reason", "again"); !p.Says("undone already") {
		t.Errorf("undone twice: %s", p.Text())
	}
	if p := fill(b, w.Bob, "undo", "?ref="+ref, "reason", "not his"); !p.Says("can't find that reference") {
		t.Errorf("another member's entry: %s", p.Text())
	}
	csv := b.Get(page(w.Ann) + "/purchases?format=csv").Body
	if !strings.Contains(csv, "N1,350,350,") {
		t.Errorf("the file: %s", csv)
	}
}

// TestLocks: a card is stopped and unlocked; a colleague above is not.
func TestLocks(t *testing.T) {
	w, told := world(t, consoletest.Options{})
	b := w.Open(w.Manager)
	do(b, w.Ann, "freeze", "", "what", "stop", "reason", "a stolen card").Must("Locked")
	if said := told.told(w.Ann); !strings.Contains(said, "was locked") {
		t.Errorf("told %q", said)
	}
	frozen := func() (f bool) {
		w.See(func(r store.Reader) error {
			p, err := w.Shop.Vault.Get(r, w.Ann)
			bal, err2 := w.Shop.Book.Balance(r, w.Ann, w.Clock.Now())
			if p.Frozen != bal.Frozen {
				t.Error("the person and the account differ")
			}
			f = p.Frozen
			return firstOf(err, err2)
		})
		return f
	}
	if !frozen() {
		t.Fatal("not locked")
	}
	do(b, w.Ann, "thaw", "", "reason", "found").Must("Unlocked")
	if frozen() {
		t.Fatal("still locked")
	}
	enlist(w, w.Owner)
	if p := fill(b, w.Owner.Member, "freeze", "", "what", "stop", "reason", "x"); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("a manager locks the owner: %d", p.Status)
	}
}

// TestTagsAndVoucher: tags come and go, a voucher is taken back with its points.
func TestTagsAndVoucher(t *testing.T) {
	w, told := world(t, consoletest.Options{})
	b := w.Open(w.Manager)
	do(b, w.Ann, "tags", "", "add", "Vegan", "reason", "she said so").Must("vegan")
	f := b.Get(page(w.Ann)+"/tags").Form("/tags").Set("away", "vegan").Set("reason", "no more").Send()
	if p := f.Form("/tags").Send(); strings.Contains(p.Body, ">vegan<") {
		t.Errorf("the tag is there: %s", p.Text())
	}
	w.Sell(w.Clerk, w.Ann, 20000)
	var v voucher.Voucher
	had := w.Points(w.Ann)
	w.Do(func(tx store.Tx) (err error) {
		for _, reward := range w.Shop.Rules(w.Clock.Now()).Rewards {
			a := act(w, "redeem-"+reward.ID)
			a.Actor = loyalty.ByMember(w.Ann)
			if v, _, err = w.Shop.Club.Vouchers.Redeem(tx, w.Ann, a, reward.ID); err == nil && v.Cost > 0 {
				return nil
			}
		}
		return err
	})
	if w.Points(w.Ann) != had-v.Cost {
		t.Fatal("nothing was set aside")
	}
	do(b, w.Ann, "voucher", "?"+url.Values{"voucher": {string(v.ID)}}.Encode(), "reason", "out of cake").Must("Taken back", "taken back")
	if said := told.told(w.Ann); w.Points(w.Ann) != had || !strings.Contains(said, "taken your voucher back") {
		t.Errorf("%d of %d points; told %q", w.Points(w.Ann), had, said)
	}
}

// TestMerge: two cards become one and two again, each side is shown before.
func TestMerge(t *testing.T) {
	w, told := world(t, consoletest.Options{})
	w.Sell(w.Clerk, w.Ann, 350)
	w.Sell(w.Clerk, w.Bob, 350)
	b := w.Open(w.Manager)
	p := fill(b, w.Ann, "merge", "", "with", "bob", "reason", "the same person").Must("Which one?", "Bob")
	f := p.Form("/merge")
	f.Values.Set("other", string(w.Bob))
	sure := f.Send().Must("becomes part of the other card", "stays", "Ann Lee", "Bob")
	sure.Form("/merge").Send().Must("They are one card now")
	all := w.Points(w.Ann)
	if said := told.told(w.Ann); all != 70 || !strings.Contains(said, "are one now") {
		t.Errorf("%d points; told %q", all, said)
	}
	b.Get(page(w.Bob)).Must("put into another one", "the same person").Click("Open that card").Must("Ann Lee")
	if p := find(b, "0987654321"); p.Path != page(w.Ann) {
		t.Errorf("the other's number leads to %s", p.Path)
	}
	if p := b.Get(page(w.Bob) + "/correct"); !p.Says("Nothing can be done about this card") {
		t.Errorf("a part's form: %s", p.Text())
	}
	do(b, w.Ann, "unmerge", "", "reason", "they are not").Must("Two cards again")
	if w.Points(w.Ann) != 35 || w.Points(w.Bob) != 35 {
		t.Errorf("%d and %d points", w.Points(w.Ann), w.Points(w.Bob))
	}
}

// TestErase: the owner erases somebody after typing the end of their number; the
// ledger stays, nameless, and its chain holds.
func TestErase(t *testing.T) {
	w, _ := world(t, consoletest.Options{})
	rec := w.Sell(w.Clerk, w.Ann, 350)
	end := string(w.Ann[len(w.Ann)-4:])
	manager, owner := w.Open(w.Manager), w.Open(w.Owner)
	if p := manager.Get(page(w.Ann) + "/erase"); p.Status != http.StatusForbidden {
		t.Errorf("a manager may erase: %d", p.Status)
	}
	if p := fill(owner, w.Ann, "erase", "", "end", "ZZZZ", "reason", "asked"); !p.Says("Please type " + end) {
		t.Errorf("a wrong end: %s", p.Text())
	}
	if p := fill(owner, w.Clerk.Member, "erase", "", "end", string(w.Clerk.Member[len(w.Clerk.Member)-4:]), "reason", "asked"); !p.Says("This is a colleague") {
		t.Errorf("a colleague: %s", p.Text())
	}
	do(owner, w.Ann, "erase", "", "end", end, "reason", "asked by letter").Must("Erased", "asked by letter")
	w.See(func(r store.Reader) error {
		p, err := w.Shop.Vault.Get(r, w.Ann)
		if p.Status != people.Erased || p.Called() != "" {
			t.Errorf("she is %s, %s", p.Status, p.Called())
		}
		return err
	})
	manager.Get(page(w.Ann) + "/verify").Must("The chain is whole")
	if p := find(manager, string(rec.Entry().Ref)).Must("erased"); p.Says("Ann") {
		t.Errorf("her name is there: %s", p.Text())
	}
	if p := find(manager, "0912345678"); !p.Says("Nobody is found") {
		t.Errorf("her number leads to %s", p.Path)
	}
}

// TestPlanPaid: a manager records that a plan was paid for, after a look at until when
// that is; the member gets a receipt.
func TestPlanPaid(t *testing.T) {
	const plus = "[[plan]]\nid = \"plus\"\nname = { en = \"Café Plus\", zh-TW = \"咖啡加值\" }\nprice = 310\nevery = \"month\"\n\n[referral]"
	w, told := world(t, consoletest.Options{Change: []string{"[referral]", plus}})
	b := w.Open(w.Manager)
	b.Get(page(w.Ann)).Must("Plan paid")
	if p := fill(b, w.Ann, "paid", "", "plan", "plus", "amount", "a lot", "reason", "bank transfer"); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("no amount: %d %s", p.Status, p.Text())
	}
	sure := fill(b, w.Ann, "paid", "", "plan", "plus", "order", "A-7", "reason", "bank transfer").Must("Café Plus", "NT$310", "Until", "bank transfer")
	sure.Form("/paid").Send().Must("NT$310 recorded", "bank transfer")
	if said := told.told(w.Ann); !strings.Contains(said, "Café Plus") {
		t.Errorf("told %q", said)
	}
	do(b, w.Ann, "paid", "", "plan", "plus", "order", "A-7", "reason", "again").Must("recorded before")
	w.See(func(r store.Reader) error {
		c, err := w.Shop.Plans.Count(r, "plus", w.Clock.Now(), w.Clock.Now())
		if c.Paid != 310 || c.Began != 1 || c.Renewed != 0 {
			t.Errorf("%+v", c)
		}
		return err
	})
}

// TestNoPlans: a shop that sells none is not asked about them.
func TestNoPlans(t *testing.T) {
	w, _ := world(t, consoletest.Options{})
	if p := w.Open(w.Manager).Get(page(w.Ann)); p.Says("Plan paid") {
		t.Error("it can be recorded")
	}
}
