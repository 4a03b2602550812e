package main

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// liveAddress is where somebody's live card is, for its hours.
func (w *wire) liveAddress(p sim.Person) (path string) {
	w.t.Helper()
	id := w.id(p)
	w.try(w.app.app.db.Update(w.t.Context(), func(tx store.Tx) error {
		v := w.app.app.shop.Vault
		if _, err := v.Card(tx, id, rand.Reader); err != nil {
			return err
		}
		token, err := v.LiveToken(tx, id, w.clock.Now(), people.LiveLife)
		path = "/m/" + token
		return err
	}))
	return path
}

// stamped counts the stamps in sight.
func (b *tab) stamped() (n int) {
	b.t.Helper()
	b.value(`document.querySelectorAll("#stamps .dots .on").length`, &n)
	return n
}

// shownCode is the picture of the code in sight.
func (b *tab) shownCode() string {
	b.t.Helper()
	return b.text(`document.querySelector("#code .qr img").src`)
}

// TestBrowserLive looks at a member's live card while an employee works: points
// and stamps change before their eyes, the code is renewed before it ends, a
// voucher comes and goes, and when the card is frozen nothing of it stays. No
// message is sent for any of it, and none is paid for.
func TestBrowserLive(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	w := newWire(t)
	sam := w.employee("telegram", "Sam", people.Clerk)
	ann := w.member("line", "Ann", 100)
	address := w.app.url + w.liveAddress(ann)
	w.unread(ann, sam)
	used, heard := w.line.Used(), len(ann.Received())
	b := openTab(t, browser, address, phone)
	p := i18n.For("en")
	b.sees("points", shop.Points(p, 100))
	stamps := b.stamped()
	b.picture("live-before")

	w.says(sam, "/sale "+w.card(ann)+" 350")
	b.sees("points", shop.Points(p, 135))
	b.until(fmt.Sprintf(`document.querySelectorAll("#stamps .dots .on").length === %d`, stamps+1))
	b.picture("live-sold")
	w.says(sam, "/undo")
	b.sees("points", shop.Points(p, 100))
	b.until(fmt.Sprintf(`document.querySelectorAll("#stamps .dots .on").length === %d`, stamps))

	renewed(b, w, ann)
	voucherComesAndGoes(b, w, ann, sam)
	b.readable("en")
	if now := len(ann.Received()); now != heard+2 { // the undone sale's and the used voucher's receipts, which are due anyway
		t.Errorf("Ann heard %q", ann.Received()[heard:])
	}
	if paid := w.line.Used() - used; paid != 2 {
		t.Errorf("%d messages were paid for", paid)
	}

	// Who has no connection is told so, and is not left with a code that nobody
	// can scan.
	b.value(`(Object.defineProperty(navigator, "onLine", { configurable: true, get: () => false }), document.getElementById("code").dataset.end = "1", dispatchEvent(new Event("offline")), 1)`, new(int))
	b.sees("lost", p.Say(i18n.LiveLost))
	b.sees("code", p.Say(i18n.LiveOut))
	b.picture("live-offline")
	b.value(`(delete navigator.onLine, dispatchEvent(new Event("online")), 1)`, new(int))
	b.until(`document.getElementById("lost").hidden && !document.getElementById("code").classList.contains("late")`)

	w.says(sam, "/freeze "+w.card(ann))
	b.until(`document.body.className === "gone"`)
	if left := b.text(`document.body.innerText`); strings.Contains(left, "Ann") || strings.Contains(left, w.card(ann)) {
		t.Errorf("of a frozen card this stays in sight: %s", left)
	}
	b.picture("live-gone")
	b.close()
}

// TestBrowserLiveLanguages looks at a full card in each language, by day and by
// night: every letter has a glyph and nothing runs off the side.
func TestBrowserLiveLanguages(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	w := newWire(t)
	for i, lang := range i18n.Langs {
		ann := w.line.Person("Ann-"+string(lang), string(lang))
		ann.Follow()
		w.hears(ann, 1)
		w.try(ann.Press(i18n.For(lang).Say(i18n.JoinButton)))
		w.hears(ann, 1)
		w.given(ann, 300)
		w.redeemed(ann, "latte")
		s := phone
		if i%2 == 1 {
			s = phone.dark()
		}
		b := openTab(t, browser, w.app.url+w.liveAddress(ann), s)
		b.sees("vouchers", cafeReward(t, lang, "latte"))
		b.readable(lang)
		b.picture(fmt.Sprintf("live-%s-top", lang))
		b.click("#vouchers summary")
		b.value(`(scrollTo({ top: 1e6, behavior: "instant" }), 1)`, new(int))
		b.readable(lang)
		b.picture(fmt.Sprintf("live-%s-end", lang))
		b.close()
	}
}

// renewed moves the clock: the code stays until half a minute before its end.
func renewed(b *tab, w *wire, ann sim.Person) {
	b.t.Helper()
	b.until(`document.getElementById("code").dataset.end > document.body.dataset.now`)
	code, life := b.shownCode(), cafeProgramme(b.t).CardLife()
	var end int64
	b.value(`Number(document.getElementById("code").dataset.end)`, &end)
	if left := time.Unix(end, 0).Sub(w.clock.Now()); left < 30*time.Second || left > life {
		b.t.Errorf("the code in sight is good for another %s", left)
	}
	w.world.Clock.Set(time.Unix(end, 0).Add(-45 * time.Second))
	w.given(ann, 1) // what it changes comes with whatever else has changed
	b.sees("points", shop.Points(i18n.For("en"), 101))
	if b.shownCode() != code {
		b.t.Error("the code was renewed long before its end")
	}
	w.world.Clock.Set(time.Unix(end, 0).Add(-29 * time.Second))
	b.until(`document.querySelector("#code .qr img").src !== ` + quote(code))
	b.until(fmt.Sprintf(`Number(document.getElementById("code").dataset.end) > %d`, end))
}

// voucherComesAndGoes redeems a reward in chat and uses it at the counter.
func voucherComesAndGoes(b *tab, w *wire, ann, sam sim.Person) {
	b.t.Helper()
	cookie := cafeReward(b.t, "en", "cookie")
	w.redeemed(ann, "cookie")
	b.sees("vouchers", cookie)
	b.click("#vouchers summary")
	b.until(`document.querySelector("#vouchers details[open] .qr img").naturalWidth > 0`)
	b.until(`/^\d+:\d\d(:\d\d)?$/.test(document.querySelector("#vouchers .count").textContent)`)
	b.value(`(document.querySelector("#vouchers details").scrollIntoView({ block: "end", behavior: "instant" }), 1)`, new(int))
	b.picture("live-voucher")
	_, open := w.has(ann)
	w.says(sam, "/use "+w.app.app.shop.Club.Vouchers.CodeOf(open[0]).String())
	b.until(`document.getElementById("vouchers").hidden`)
}

// redeemed gives points for a reward by no chat.
func (w *wire) redeemed(p sim.Person, reward string) {
	w.t.Helper()
	id := w.id(p)
	w.try(w.app.app.db.Update(w.t.Context(), func(tx store.Tx) error {
		_, _, err := w.app.app.shop.Club.Vouchers.Redeem(tx, id, book.Act{
			Op: loyalty.OpID(fmt.Sprintf("deed-%d", deedsDone.Add(1))), Actor: loyalty.ByMember(id), Now: w.world.Clock.Now(),
		}, reward)
		return err
	}))
}
