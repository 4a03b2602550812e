package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/sim"
	"regulars/handlers/admin"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
	"regulars/store"
	"regulars/store/bolt"
)

// This file and its neighbours cases_*_test.go let LEDGER's cases happen to the
// whole program: signed webhooks over HTTP, phones of both platforms, a store on
// disk.

// wire is a lab on a Monday, with as many phones as a case needs.
type wire struct{ *lab }

// caseDay is when cases begin: a Monday in no double day, nobody's birthday
// week and no last days of a month.
var caseDay = time.Date(2026, 3, 2, 10, 0, 0, 0, time.FixedZone("Asia/Taipei", 8*60*60))

// newWire starts the café, its programme changed by pairs of old and new text.
func newWire(t *testing.T, changes ...string) *wire {
	t.Helper()
	return newWireOn(t, caseDay, changes...)
}

// newWireOn is newWire on another day.
func newWireOn(t *testing.T, day time.Time, changes ...string) *wire {
	t.Helper()
	text := string(cafeText())
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(text, changes[i]) {
			t.Fatalf("the programme has no %q", changes[i])
		}
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	p, complaints := programme.Load([]byte(text))
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	l := newWorld(t, nil)
	l.at = always(p)
	l.world.Clock.Set(day)
	l.start(bolt.Options{})
	w := &wire{l}
	t.Cleanup(w.sound)
	return w
}

// sound is what must hold after every case.
func (w *wire) sound() {
	w.t.Helper()
	// A connection that was opened and never used would hold the front door
	// open for five seconds (net/http, Server.Shutdown).
	defer http.DefaultClient.CloseIdleConnections()
	if w.t.Failed() {
		return
	}
	var said []string
	err := w.app.app.desk().Ops()["verify"](context.Background(), nil, func(l admin.Line) { said = append(said, l.Text) })
	if err != nil {
		w.t.Errorf("verify: %v\n%s", err, strings.Join(said, "\n"))
	}
	for _, c := range w.line.Complaints() {
		w.t.Errorf("LINE complains: %s", c)
	}
}

// phone is somebody on LINE or on Telegram.
func (w *wire) phone(platform, name string) sim.Person {
	if platform == "line" {
		return w.line.Person(name, "en")
	}
	return w.telegram.Person(name, "en")
}

// identity is what the program knows a phone by.
func identity(p sim.Person) bot.Identity {
	switch p := p.(type) {
	case *sim.LinePerson:
		return bot.Identity{Channel: "main", User: bot.UserID(p.ID())}
	case *sim.TelegramPerson:
		return bot.Identity{Channel: "tg", User: bot.UserID(fmt.Sprint(p.ID()))}
	}
	panic("who is this?")
}

// come lets somebody add the shop.
func come(p sim.Person) {
	switch p := p.(type) {
	case *sim.LinePerson:
		p.Follow()
	case *sim.TelegramPerson:
		p.Start("")
	}
}

// member is somebody who joined by chat and was given points.
func (w *wire) member(platform, name string, points loyalty.Points) sim.Person {
	w.t.Helper()
	p := w.phone(platform, name)
	come(p)
	w.hears(p, 1)
	w.try(p.Press("Join"))
	w.hears(p, 1)
	w.given(p, points)
	return p
}

// given gives points by no chat.
func (w *wire) given(p sim.Person, points loyalty.Points) {
	w.t.Helper()
	if points == 0 {
		return
	}
	id := w.id(p)
	w.try(w.app.app.db.Update(w.t.Context(), func(tx store.Tx) error {
		_, err := w.app.app.shop.Book.Give(tx, id, book.Act{
			Op: loyalty.OpID(fmt.Sprintf("deed-%d", deedsDone.Add(1))), Actor: loyalty.ByJob("test"), Reason: []byte("test"), Now: w.world.Clock.Now(),
		}, points)
		return err
	}))
}

// employee is somebody at the counter.
func (w *wire) employee(platform, name string, role loyalty.Role) sim.Person {
	w.t.Helper()
	p := w.phone(platform, name)
	if l, ok := p.(*sim.LinePerson); ok {
		l.Befriend()
	} else {
		come(p)
		w.hears(p, 1)
	}
	w.try(enrol(w.t.Context(), w.app.app, identity(p), role))
	return p
}

// id is whose phone it is.
func (w *wire) id(p sim.Person) (id loyalty.MemberID) {
	w.t.Helper()
	w.try(w.app.app.db.View(w.t.Context(), func(r store.Reader) error {
		found, known, err := w.app.app.shop.Vault.Who(r, shop.Identity(identity(p)))
		if err == nil && !known {
			err = errors.New("nobody knows " + p.Name())
		}
		id = found
		return err
	}))
	return id
}

// card is the number that an employee finds a member by.
func (w *wire) card(p sim.Person) string {
	w.t.Helper()
	id, number := w.id(p), ""
	w.try(w.app.app.db.Update(w.t.Context(), func(tx store.Tx) error {
		code, err := w.app.app.shop.Vault.Card(tx, id, rand.Reader)
		number = code.String()
		return err
	}))
	return number
}

// plainCard gives a member a card whose number has no digit in it, as one card
// in thirty-five has, and says it.
func (w *wire) plainCard(p sim.Person) (number string) {
	w.t.Helper()
	id := w.id(p)
	for number = "0"; strings.ContainsAny(number, "0123456789"); {
		w.try(w.app.app.db.Update(w.t.Context(), func(tx store.Tx) error {
			code, err := w.app.app.shop.Vault.ReissueCard(tx, id, rand.Reader)
			number = code.String()
			return err
		}))
	}
	return number
}

// has is what a member has now: points, and vouchers that are open.
func (w *wire) has(p sim.Person) (b loyalty.Balance, open []voucher.Voucher) {
	w.t.Helper()
	id, now, s := w.id(p), w.clock.Now(), w.app.app.shop
	w.try(w.app.app.db.View(w.t.Context(), func(r store.Reader) (err error) {
		if b, err = s.Book.Balance(r, id, now); err != nil {
			return err
		}
		all, err := s.Club.Vouchers.List(r, id, now)
		open = slices.DeleteFunc(all, func(v voucher.Voucher) bool { return v.State != voucher.Open })
		return err
	}))
	return b, open
}

// wants is what a member must have now.
func (w *wire) wants(p sim.Person, available, held loyalty.Points, vouchers int) {
	w.t.Helper()
	if b, open := w.has(p); b.Available != available || b.Held != held || len(open) != vouchers {
		w.t.Errorf("%s has %d points, %d set aside and %d vouchers, not %d, %d and %d: %q",
			p.Name(), b.Available, b.Held, len(open), available, held, vouchers, p.Received())
	}
}

// says lets somebody say something and gives all that they hear until nothing
// more is on its way.
func (w *wire) says(p sim.Person, text string) []string {
	w.t.Helper()
	w.hears(p, 0)
	p.Say(text)
	w.hush()
	return w.hears(p, 0)
}

// answer is the last of what says gives: what rode along comes before it.
func (w *wire) answer(p sim.Person, text string) []string {
	w.t.Helper()
	said := w.says(p, text)
	return said[max(0, len(said)-1):]
}

// presses is says with a button.
func (w *wire) presses(p sim.Person, label string) []string {
	w.t.Helper()
	w.hears(p, 0)
	w.try(p.Press(label))
	w.hush()
	return w.hears(p, 0)
}

// hush waits until the program has nothing to say for now. LINE delivers again
// what was not taken.
func (w *wire) hush() {
	w.t.Helper()
	w.eventually("quiet", func() bool {
		w.line.Redeliver()
		yes, err := quietFor(w.t.Context(), w.app.app, time.Second)
		w.try(err)
		return yes && w.telegram.Pending() == 0
	})
}

// unread throws away what anybody heard so far.
func (w *wire) unread(all ...sim.Person) {
	w.t.Helper()
	for _, p := range all {
		w.hears(p, 0)
	}
}

// atOnce does everything at the same moment and returns when the last is done.
func atOnce(acts ...func()) {
	start := make(chan struct{})
	var all sync.WaitGroup
	for _, act := range acts {
		all.Go(func() { <-start; act() })
	}
	close(start)
	all.Wait()
}

// press is an act for atOnce.
func (w *wire) press(p sim.Person, label string) func() {
	return func() {
		if err := p.Press(label); err != nil {
			w.t.Error(err)
		}
	}
}

// sent are the webhooks that LINE has sent since there were n of them.
func (w *wire) sent(n int) []sim.Delivery { return w.line.Deliveries()[n:] }

// again sends webhooks of LINE's once more, byte for byte and all at once: a
// network may.
func (w *wire) again(all []sim.Delivery) {
	w.t.Helper()
	var acts []func()
	for _, d := range all {
		acts = append(acts, func() {
			req, err := http.NewRequest("POST", w.app.url+"/webhook/main", bytes.NewReader(d.Body))
			if err != nil {
				w.t.Error(err)
				return
			}
			req.Header.Set("X-Line-Signature", sim.LineSignature(labLineSecret, d.Body))
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				w.t.Error(err)
				return
			}
			res.Body.Close()
			if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusServiceUnavailable {
				w.t.Errorf("delivered again: %s", res.Status)
			}
		})
	}
	atOnce(acts...)
	w.hush()
}

// ticks does all that the schedule does.
func (w *wire) ticks() {
	w.t.Helper()
	for _, name := range w.app.app.jobs().Names() {
		_, err := w.app.app.jobs().Run(w.t.Context(), name)
		w.try(err)
	}
	w.hush()
}

// moves sets everybody's clock.
func (w *wire) moves(d time.Duration) {
	w.world.Clock.Advance(d)
	w.hush()
}

var (
	linkForm    = regexp.MustCompile(`/link ([0-9A-Z-]+)`)
	voucherForm = regexp.MustCompile(`Code\W+([0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3})`)
)

// spotted finds what a form says in messages, each once.
func spotted(form *regexp.Regexp, all []string) (found []string) {
	for _, m := range all {
		for _, f := range form.FindAllStringSubmatch(m, -1) {
			if !slices.Contains(found, f[1]) {
				found = append(found, f[1])
			}
		}
	}
	return found
}

// only is the one thing that a form says in messages.
func (w *wire) only(form *regexp.Regexp, all []string) string {
	w.t.Helper()
	found := spotted(form, all)
	if len(found) != 1 {
		w.t.Fatalf("%d of %v in %q", len(found), form, all)
	}
	return found[0]
}

// heard complains unless exactly so many messages contain a text.
func (w *wire) heard(p sim.Person, all []string, n int, text string) {
	w.t.Helper()
	if got := count(all, text); got != n {
		w.t.Errorf("%s heard %q %d times, not %d: %q", p.Name(), text, got, n, all)
	}
}

// buysLatte redeems a latte for 140 points and gives its voucher's code.
func (w *wire) buysLatte(p sim.Person) string {
	w.t.Helper()
	w.says(p, "/redeem latte")
	return w.only(voucherForm, w.presses(p, "Redeem 140 points"))
}
