package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/handlers/shop"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/bolt"
)

// newWireSMS is newWire in a shop with a gateway for text messages.
func newWireSMS(t *testing.T) *wire {
	t.Helper()
	l := newWorld(t, nil)
	l.cfg.SMS = simSMS(l.world)
	l.world.Clock.Set(caseDay)
	l.start(bolt.Options{})
	w := &wire{l}
	t.Cleanup(w.sound)
	return w
}

var (
	recoveryForm = regexp.MustCompile(`\b([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})\b`)
	proveForm    = regexp.MustCompile(`\b([0-9A-Z]{4}-[0-9A-Z]{4})\b`)
)

func (w *wire) noRecovery() string {
	return formed(16, func(s string) bool { _, err := people.ParseRecoveryCode(s); return err == nil })
}

func (w *wire) noProof() string {
	return formed(8, func(s string) bool { _, err := people.ParseProveCode(s); return err == nil })
}

// text is the code last sent to a number.
func (w *wire) text(to string) string {
	w.t.Helper()
	all := w.world.Texts(to)
	if len(all) == 0 {
		w.t.Fatalf("no message to %s", to)
	}
	return sixDigits.FindString(all[len(all)-1].Text)
}

// proves lets a member prove a number by SMS.
func (w *wire) proves(p sim.Person, typed, e164 string) {
	w.t.Helper()
	w.says(p, "/phone")
	w.says(p, typed)
	w.says(p, "/phone prove")
	w.heard(p, w.says(p, w.text(e164)), 1, "is confirmed as yours")
}

// TestWireCase27Recovery: recovery codes are tried out. Unknown, used and
// replaced ones are told the same, and after five even the right one is not
// taken for a while; the old phone hears of the one that is.
func TestWireCase27Recovery(t *testing.T) {
	t.Parallel()
	w := newWireSMS(t)
	for _, platform := range []string{"line", "telegram"} {
		ann := w.member(platform, "Ann "+platform, 500)
		replaced := w.only(recoveryForm, w.says(ann, "/recovery"))
		w.says(ann, "/recovery")
		code := w.only(recoveryForm, w.presses(ann, "Draw a new one"))
		eve := w.phone(platform, "Eve "+platform)
		come(eve)
		w.hush()
		w.same(eve, "/lost %s", w.noRecovery(), replaced, w.noRecovery())
		for range 2 {
			w.says(eve, "/lost "+w.noRecovery())
		}
		w.throttled(eve, "/lost "+code, "/lost "+w.noRecovery(), "/lost "+replaced)

		id := w.id(ann)
		tom := w.phone(platform, "Tom "+platform) // others are not held up
		come(tom)
		w.hush()
		w.heard(tom, w.says(tom, "/lost "+code), 1, "Your card is here, with 500 points")
		w.heard(ann, w.hears(ann, 0), 1, "has moved to another phone")
		w.heard(ann, w.says(ann, "/points"), 1, "locked for safety")
		if w.id(tom) != id {
			t.Errorf("%s: Tom is not who Ann was", platform)
		}
		liz := w.phone(platform, "Liz "+platform)
		come(liz)
		w.hush()
		w.same(liz, "/lost %s", w.noRecovery(), code) // used
		w.untold(code, replaced)
	}
}

// TestWireCase27Counter: employees try out the codes of phones that wait at the
// counter.
func TestWireCase27Counter(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	ann := w.member("line", "Ann", 500)
	sam, mia := w.employee("telegram", "Sam", people.Clerk), w.employee("line", "Mia", people.Manager)
	card := w.card(ann)
	tom, eve := w.phone("telegram", "Tom"), w.phone("line", "Eve")
	come(tom)
	come(eve)
	w.hush()
	old := w.only(proveForm, w.says(eve, "/lost counter"))
	w.moves(16 * time.Minute) // it lived fifteen
	code := w.only(proveForm, w.says(tom, "/lost counter"))
	w.same(sam, "/prove "+card+" %s", w.noProof(), old, w.noProof())
	for range 2 {
		w.says(sam, "/prove "+card+" "+w.noProof())
	}
	w.throttled(sam, "/prove "+card+" "+code, "/prove "+card+" "+w.noProof())
	w.heard(mia, w.says(mia, "/prove "+card+" "+code), 1, "Move Ann's card, with 500 points")
	w.presses(mia, "Move the card")
	w.heard(tom, w.hears(tom, 0), 1, "Your card is here, with 500 points")
	w.heard(ann, w.hears(ann, 0), 1, "has moved to another phone")
	w.wants(tom, 500, 0, 0)
	w.same(mia, "/prove "+w.card(tom)+" %s", w.noProof(), code)
	w.untold(code, old)
}

// TestWireCase28Numbers: a stranger tries out phone numbers. Known, unknown and
// typed ones get the same words, cost the same rows and the same tries, and only
// the known one's phone hears anything. Who has the right digits gets in, and
// the old device is told.
func TestWireCase28Numbers(t *testing.T) {
	t.Parallel()
	w := newWireSMS(t)
	ann, bob := w.member("line", "Ann", 500), w.member("telegram", "Bob", 300)
	w.proves(ann, "0912345678", "+886912345678")
	w.says(bob, "/phone")
	w.says(bob, "0987654678") // typed, never proven
	const unknown = "0955555678"
	for _, platform := range []string{"line", "telegram"} {
		w.moves(25 * time.Hour) // the numbers' own limits are over
		before := len(w.world.Texts(""))
		var first []string
		var work map[string]int
		for i, number := range []string{"0912345678", unknown, "0987654678"} {
			eve := w.phone(platform, fmt.Sprintf("Eve %s %d", platform, i))
			come(eve)
			w.hush()
			w.says(eve, "/lost phone")
			rows := w.rows()
			said := w.says(eve, number)
			cost := written(rows, w.rows())
			said = append(said, w.says(eve, "000001")...)
			said = append(said, w.says(eve, "12")...)
			said = append(said, w.says(eve, "000001")...)
			said = append(said, w.says(eve, "000001")...)
			for range 2 {
				w.says(eve, "/lost phone")
				said = append(said, w.says(eve, number)...)
			}
			w.says(eve, "/lost phone")
			said = append(said, w.says(eve, number)...) // a fourth within the hour
			if first == nil {
				first, work = said, cost
			}
			if !slices.Equal(said, first) {
				t.Errorf("%s: %s was told\n%q\nand the known number\n%q", platform, number, said, first)
			}
			if !maps.Equal(cost, work) {
				t.Errorf("%s: %s cost %v, the known number %v", platform, number, cost, work)
			}
			w.heard(eve, said, 1, "Too many tries")
		}
		if n := len(w.world.Texts("")) - before; n != 3 {
			t.Errorf("%s: %d messages went out, not 3", platform, n)
		}
		for _, p := range []sim.Person{ann, bob} {
			if more := w.hears(p, 0); len(more) > 0 {
				t.Errorf("%s heard of what came to nothing: %q", p.Name(), more)
			}
		}
	}
	w.moves(25 * time.Hour)
	tom := w.phone("telegram", "Tom")
	come(tom)
	w.hush()
	w.says(tom, "/lost phone")
	w.says(tom, "0912345678")
	code := w.text("+886912345678")
	w.heard(tom, w.says(tom, code), 1, "Your card is here, with 500 points")
	w.heard(ann, w.hears(ann, 0), 1, "has moved to another phone")
	w.wants(tom, 500, 0, 0)
	w.untold("912345678", "955555678", "987654678", "is your code")
}

// TestWireCase28Claims: the same with customers of another system. Nobody learns
// that a number is on the list, but who holds it.
func TestWireCase28Claims(t *testing.T) {
	t.Parallel()
	w := newWireSMS(t)
	phone, err := people.ParsePhone("0922333444", "TW")
	w.try(err)
	w.try(bringIn(t.Context(), w.app.app, "A-1", "Bea Ng", phone, 150))
	var first []string
	for i, number := range []string{"0922333444", "0955555444"} {
		eve := w.phone("line", fmt.Sprintf("Eve %d", i))
		come(eve)
		w.hush()
		w.says(eve, "/lost phone")
		said := append(w.says(eve, number), w.says(eve, "000001")...)
		if i > 0 && !slices.Equal(said, first) {
			t.Errorf("%q and %q", said, first)
		}
		first = said
	}
	bea := w.phone("telegram", "Bea").(*sim.TelegramPerson)
	bea.SetNumber("+886922333444")
	come(bea)
	w.hush()
	w.says(bea, "/lost phone")
	bea.ShareContact()
	w.hush()
	w.heard(bea, w.hears(bea, 0), 1, "What you had with us before is here now: 150 points.")
	w.wants(bea, 150, 0, 0)
	w.try(w.app.app.db.View(t.Context(), func(r store.Reader) error {
		id, _, err := w.app.app.shop.Vault.Who(r, shop.Identity(identity(bea)))
		if err != nil {
			return err
		}
		o, ok, err := people.OriginOf(r, id)
		if err == nil && (!ok || o.How != people.ByContact || o.Claimed.IsZero()) {
			err = fmt.Errorf("not noted as claimed: %+v", o)
		}
		return err
	}))
}

// TestWireLostPhone: an employee locks it in seconds, the thief spends nothing,
// and the member is back by SMS with everything, on either platform.
func TestWireLostPhone(t *testing.T) {
	t.Parallel()
	w := newWireSMS(t)
	sam := w.employee("telegram", "Sam", people.Clerk)
	for i, platform := range []string{"line", "telegram"} {
		ann := w.member(platform, "Ann "+platform, 500)
		number := fmt.Sprintf("091234567%d", i)
		w.proves(ann, number, "+886"+number[1:])
		voucher := w.buysLatte(ann)
		card := w.card(ann)
		w.heard(sam, w.says(sam, "/freeze "+number), 1, "is locked")
		w.heard(ann, w.hears(ann, 0), 1, "was locked at the counter")
		for _, line := range []string{"/redeem cookie", "/card", "/lost " + card, "/recovery", "/phone"} {
			w.heard(ann, w.says(ann, line), 1, "locked for safety")
		}
		tom := w.phone(platform, "Tom "+platform)
		come(tom)
		w.hush()
		w.says(tom, "/lost phone")
		w.says(tom, number)
		w.heard(tom, w.says(tom, w.text("+886"+number[1:])), 1, "Your card is here, with 360 points")
		w.heard(ann, w.hears(ann, 0), 1, "has moved to another phone")
		w.wants(tom, 360, 140, 1)
		w.heard(sam, w.says(sam, "/sale "+card+" 100"), 1, "No member has that card number") // its number is no more
		w.heard(sam, w.says(sam, "/use "+voucher), 1, "Hand this to")
	}
}

// TestWireLostTwiceOver: who joined anew in the new chat, and bought there, gets
// both: the two become one.
func TestWireLostTwiceOver(t *testing.T) {
	t.Parallel()
	w := newWireSMS(t)
	ann := w.member("line", "Ann", 500)
	code := w.only(recoveryForm, w.says(ann, "/recovery"))
	tom := w.member("telegram", "Tom", 70)
	w.heard(tom, w.says(tom, "/lost "+code), 1, "Your card is here, with 570 points")
	w.heard(ann, w.hears(ann, 0), 1, "has moved to another phone")
	w.wants(tom, 570, 0, 0)
	w.heard(ann, w.says(ann, "/points"), 1, "locked for safety")
}

// written counts the rows that changed, by table.
func written(before, after map[string]string) map[string]int {
	n := map[string]int{}
	for key, v := range after {
		if before[key] != v {
			table, _, _ := strings.Cut(key, "/")
			n[table]++
		}
	}
	return n
}

// untold complains of secrets in the log or in the store's rows.
func (w *wire) untold(secrets ...string) {
	w.t.Helper()
	log := w.log.String()
	for _, s := range secrets {
		if strings.Contains(log, s) || strings.Contains(log, strings.ReplaceAll(s, "-", "")) {
			w.t.Errorf("the log tells %q", s)
		}
		for key, v := range w.rows() {
			if strings.Contains(key+v, s) || strings.Contains(key+v, strings.ReplaceAll(s, "-", "")) {
				w.t.Errorf("the row %s tells %q", key, s)
			}
		}
	}
}
