package main

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/receipt"
)

// codeOf lets an employee enter a sale without a member, and reads its code.
func (w *wire) codeOf(p sim.Person, sale string) string {
	w.t.Helper()
	return w.only(receiptForm, w.says(p, "/code "+sale))
}

var hrefs = regexp.MustCompile(`href="(https://[^"]+)"`)

// scans opens what a receipt's QR holds and gives the ways into the shop's chats.
func (w *wire) scans(code string) (line, telegram string) {
	w.t.Helper()
	parsed, ok := receipt.ParseCode(code)
	if !ok {
		w.t.Fatalf("%q is no code", code)
	}
	address := w.app.app.shop.ReceiptLink(parsed)
	path, ok := strings.CutPrefix(address, w.cfg.PublicURL)
	if !ok {
		w.t.Fatalf("the QR leads to %s", address)
	}
	res, err := http.Get(w.app.url + path)
	w.try(err)
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	w.try(err)
	for _, m := range hrefs.FindAllStringSubmatch(string(page), -1) {
		if link := html.UnescapeString(m[1]); strings.HasPrefix(link, "https://line.me/") {
			line = link
		} else {
			telegram = link
		}
	}
	return line, telegram
}

// TestWireReceiptScanned: a member on LINE scans a receipt and sends what is typed
// in; a stranger on Telegram follows the link and joins. Looking at the page, as
// often as anybody likes, uses nothing up.
func TestWireReceiptScanned(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	ann := w.member("line", "Ann", 0).(*sim.LinePerson)
	sam := w.employee("line", "Sam", people.Clerk)
	first, second := w.codeOf(sam, "350 A-1"), w.codeOf(sam, "120 A-2")
	for range 5 {
		w.scans(first)
	}
	line, _ := w.scans(first)
	w.try(ann.Open(line))
	if want := "/claim " + strings.ReplaceAll(first, "-", ""); ann.Draft() != want {
		t.Errorf("typed in is %q, not %q", ann.Draft(), want)
	}
	w.unread(ann)
	w.try(ann.Send())
	w.hush()
	w.heard(ann, w.hears(ann, 0), 1, "+35 points")
	w.wants(ann, 35, 0, 0)

	_, telegram := w.scans(second)
	link, err := url.Parse(telegram)
	w.try(err)
	eve := w.phone("telegram", "Eve").(*sim.TelegramPerson)
	eve.Start(link.Query().Get("start"))
	w.hush()
	w.heard(eve, w.hears(eve, 0), 1, "Your receipt of NT$120 waits for you: 12 points, as soon as you join.")
	w.heard(eve, w.presses(eve, "Join"), 1, "+12 points")
	w.wants(eve, 12, 0, 0)
	if used := w.line.Used(); used != 0 {
		t.Errorf("LINE bills %d messages", used)
	}
}

// TestWireReceiptRace: everybody at the table photographs one receipt. Members,
// people who have yet to join, and one who sends it five times: one has the points,
// once, however often the platforms deliver.
func TestWireReceiptRace(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	sam := w.employee("line", "Sam", people.Clerk)
	var all []sim.Person
	for i := range 6 {
		all = append(all, w.member("line", fmt.Sprintf("L%d", i), 0), w.member("telegram", fmt.Sprintf("T%d", i), 0))
	}
	var strangers []sim.Person
	for i := range 4 {
		p := w.phone([]string{"line", "telegram"}[i%2], fmt.Sprintf("S%d", i))
		come(p)
		strangers = append(strangers, p)
	}
	w.hush()
	code := w.codeOf(sam, "350")
	before := len(w.line.Deliveries())
	var acts []func()
	for _, p := range all {
		acts = append(acts, func() { p.Say("/claim " + code) })
	}
	for _, p := range strangers {
		acts = append(acts, func() { p.Say("/claim " + code); w.press(p, "Join")() })
	}
	atOnce(acts...)
	w.hush()
	for range 5 {
		w.again(w.sent(before))
	}
	w.credited(append(all, strangers...), 35)
}

// credited complains unless exactly one of them has the points, and the others
// none.
func (w *wire) credited(all []sim.Person, points loyalty.Points) (winner sim.Person) {
	w.t.Helper()
	for _, p := range all {
		b, _ := w.has(p)
		switch {
		case b.Available == points && winner == nil:
			winner = p
		case b.Available != 0:
			w.t.Errorf("%s has %d points too: %q", p.Name(), b.Available, p.Received())
		}
	}
	if winner == nil {
		w.t.Error("nobody has the points")
	}
	return winner
}

// TestWireReceiptVoidedMeanwhile: the sale is taken back in the moment in which
// its code is sent. Whichever was first, nobody has its points in the end, and who
// had them is told.
func TestWireReceiptVoidedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	ann, bob := w.member("line", "Ann", 0), w.member("telegram", "Bob", 0)
	sam := w.employee("line", "Sam", people.Clerk)
	for range 8 {
		code := w.codeOf(sam, "350")
		w.unread(ann, bob, sam)
		atOnce(func() { ann.Say("/claim " + code) }, func() { bob.Say("/claim " + code) }, func() { sam.Say("/undo " + code) })
		w.hush()
		told := append(w.hears(ann, 0), w.hears(bob, 0)...)
		if got, back := count(told, "+35 points"), count(told, "Corrected: −35"); got != back {
			t.Errorf("%d had the points and %d were told that they went back: %q", got, back, told)
		}
		w.heard(sam, w.hears(sam, 0), 1, "Undone: ")
		w.wants(ann, 0, 0, 0)
		w.wants(bob, 0, 0, 0)
	}
}

// TestWireCase27Receipts: receipts' codes are tried out. Nobody learns whether one
// was ever good, and after five wrong ones even the right one waits.
func TestWireCase27Receipts(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	ann, bob := w.member("line", "Ann", 0), w.member("telegram", "Bob", 0)
	sam := w.employee("line", "Sam", people.Clerk)
	late := w.codeOf(sam, "350")
	w.moves(20 * 24 * time.Hour)
	used, void, good := w.codeOf(sam, "350"), w.codeOf(sam, "350"), w.codeOf(sam, "350")
	w.heard(ann, w.says(ann, "/claim "+used), 1, "+35 points")
	w.says(sam, "/undo "+void)
	w.same(bob, "/claim %s", w.noReceipt(), used, void, late)
	w.says(bob, "/claim "+w.noReceipt())
	w.throttled(bob, "/claim "+good, "/claim "+w.noReceipt(), "/claim "+used)
	w.linked("line", "Bo", w.only(linkForm, w.says(bob, "/link")), bob)
	w.wants(bob, 0, 0, 0)

	eve := w.phone("telegram", "Eve") // a stranger learns no more
	come(eve)
	w.hush()
	w.same(eve, "/claim %s", w.noReceipt(), used, void, late)
	w.heard(eve, w.says(eve, "/claim "+good), 1, "waits for you")
	w.moves(11 * time.Minute)
	w.heard(bob, w.says(bob, "/claim "+good), 1, "+35 points")
	w.heard(eve, w.presses(eve, "Join"), 1, "can't be used")
	w.wants(eve, 0, 0, 0)
}

func (w *wire) noReceipt() string {
	return formed(16, func(s string) bool { _, ok := receipt.ParseCode(s); return ok })
}

// TestWireReceiptCap: codes of one employee count in the day on which they were
// made. Where that day is full, the customer is sent to the counter, nothing is
// lost, and a manager can take the slip back and record the purchase.
func TestWireReceiptCap(t *testing.T) {
	t.Parallel()
	w := newWire(t, "sale_day = 0", "sale_day = 60")
	ann, bob := w.member("line", "Ann", 0), w.member("telegram", "Bob", 0)
	sam, boss := w.employee("line", "Sam", people.Clerk), w.employee("line", "Boss", people.Manager)
	first, second := w.codeOf(sam, "350"), w.codeOf(sam, "350")
	w.moves(26 * time.Hour)
	w.heard(ann, w.says(ann, "/claim "+first), 1, "+35 points")
	w.heard(bob, w.says(bob, "/claim "+second), 1, "can't be given in chat")
	w.heard(sam, w.answer(sam, "/sale "+w.card(ann)+" 600"), 1, "60 points for") // today's own are untouched
	w.heard(boss, w.says(boss, "/undo "+second), 1, "brings no points any more")
	w.heard(boss, w.answer(boss, "/sale "+w.card(bob)+" 350"), 1, "35 points for")
	w.wants(bob, 35, 0, 0)
}
