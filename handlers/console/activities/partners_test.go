package activities_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/handlers/console/consoletest"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// neighbours are put before the café's referral.
const neighbours = `[[store]]
id = "east"
name = "East"
[[partner]]
id = "bakery"
name = "Second Street Bakery"
contact = "bakery@example.com"
[[partner]]
id = "flowers"
name = "Flowers"
[[reward]]
id = "bread"
name = "A loaf of bread"
valid_days = 60
partner = "bakery"
partner_price = 35
[[offer]]
id = "bread"
name = "Bread from next door"
reward = "bread"
per_person = 5

[referral]`

// TestPartners: what a neighbour hands in is used once, owed for by the month, and
// taken back in the month in which that is done.
func TestPartners(t *testing.T) {
	t.Parallel()
	w := openOffers(t, "[referral]", neighbours)
	n := 0
	claim := func(m loyalty.MemberID) (v voucher.Voucher) {
		n++
		w.Do(func(tx store.Tx) (err error) {
			v, err = w.Shop.Offers().Claim(tx, m, book.Act{Op: loyalty.OpID(fmt.Sprint("claim", n)), Actor: loyalty.ByMember(m), Now: w.Clock.Now()}, "bread")
			return err
		})
		return v
	}
	one, two := claim(w.Ann), claim(w.Bob)
	code := func(v voucher.Voucher) string { return w.Shop.Club.Vouchers.CodeOf(v).String() }
	w.Do(func(tx store.Tx) error { // at our own counter it is not taken
		_, _, err := w.Shop.Club.Vouchers.Use(tx, w.Shop.Club.Vouchers.CodeOf(one), book.Act{Op: "here", Actor: loyalty.ByJob("till"), Store: "main", Now: w.Clock.Now()})
		if words := w.Shop.Words(err); words == nil || !strings.Contains(fmt.Sprint(words.Text.Args), "Second Street Bakery") {
			t.Errorf("here: %v", err)
		}
		return nil
	})
	b := w.Open(w.Manager)
	b.Get("/console/activities/partners").Must("Second Street Bakery", "bakery@example.com", "Flowers", "NT$0")
	page := b.Get("/console/activities/partners/bakery").Must("Nothing in this month yet")
	refused := func(p *consoletest.Page, all ...string) {
		t.Helper()
		for _, what := range all {
			if p.Status != 422 || !p.Says(what) {
				t.Errorf("%d, and says no %q: %s", p.Status, what, p.Text())
			}
		}
	}
	refused(page.Form("/take").Set("codes", " ").Send(), "From one to 100 codes")
	page = page.Form("/take").Set("codes", code(one)+"\n\n"+strings.ToLower(code(two))).Send().Must("Vouchers taken: 2", "NT$70")
	refused(page.Form("/take").Set("codes", code(one)+"\nnonsense").Send(), "0 taken", "Used already", "None of our vouchers")
	refused(b.Get("/console/activities/partners/flowers").Form("/take").Set("codes", code(claim(w.Ann))).Send(), "0 taken", "taken here only")

	// One line of a form is wrong: the others are taken, and once, however often it
	// is sent. What is left is mended, also on the old page.
	three, four, five := claim(w.Ann), claim(w.Bob), claim(w.Ann)
	page = b.Get("/console/activities/partners/bakery")
	form := page.Form("/take").Set("codes", code(three)+"\n"+code(three)+"\nnonsense")
	for range 2 {
		page = form.Send()
		refused(page, "1 taken", "None of our vouchers", "NT$105")
	}
	if left := page.Form("/take"); left.Values.Get("codes") != "nonsense" || left.Values.Get("op") == form.Values.Get("op") {
		t.Errorf("left to be mended: %v", left.Values)
	}
	form.Set("codes", code(four)+"\n"+code(three)).Send().Must("Vouchers taken: 2", "NT$140")
	page.Form("/take").Set("codes", code(five)).Send().Must("Vouchers taken: 1", "NT$175")
	// Two of these are undone at a counter and one here, with a form that is sent twice.
	for _, v := range []voucher.Voucher{three, four} {
		w.Do(func(tx store.Tx) error {
			_, err := w.Shop.Club.UndoUse(tx, v.ID, book.Act{Op: loyalty.OpID("undo" + v.ID), Actor: loyalty.ByJob("till"), Now: w.Clock.Now()})
			return err
		})
	}
	form = b.Get("/console/activities/partners/bakery").Must("NT$105").Form("/back")
	for range 2 {
		form.Send().Must("Taken back", "NT$70")
	}

	// January is over; a mistake of it is February's.
	w.Clock.Move(31 * 24 * time.Hour)
	b = w.Open(w.Manager)
	b.Get("/console/activities/partners?month=2026-01").Must("This month is over", "NT$70")
	p := b.Get("/console/activities/partners/bakery?month=2026-01").Must("NT$35")
	p.Form("/back").Send().Must("Taken back")
	b.Get("/console/activities/partners").Must("The month is still running", "−NT$35")
	if csv := b.Get("/console/activities/partners?month=2026-01&format=csv").Body; !strings.Contains(csv, "bakery,Second Street Bakery,2,70\r\n") {
		t.Errorf("the file: %s", csv)
	}
	if p := w.Open(w.Main).Get("/console/activities/partners"); p.Status != 404 {
		t.Errorf("a store's manager sees what the shop owes: %d", p.Status)
	}
}
