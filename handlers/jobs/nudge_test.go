package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
	"regulars/store/mem"
)

// testLetters are what is put, in rows: a transaction that fails leaves none.
var testLetters = store.NewTable[bot.Intent]("testletter/", store.Free, nil)

// queued is an outbox that keeps what is put in its transaction.
type queued struct{ kept }

func (q *queued) Put(tx store.Tx, _ time.Time, list ...bot.Intent) error {
	for _, i := range list {
		if _, known, err := testLetters.Get(tx, string(i.ID)); err != nil || known {
			return err
		}
		if err := testLetters.Put(tx, i, string(i.ID)); err != nil {
			return err
		}
	}
	return nil
}

// nudged is the café's shop with nudges of the test's own.
type nudged struct {
	*world
	rules *programme.Programme
}

var ownNudges = regexp.MustCompile(`(?s)\[contact\].*?\n\[tiers\]`)

// rewrite gives the café other nudges, as its programme file would.
func (w *nudged) rewrite(nudges string) {
	w.t.Helper()
	text, _ := programme.Preset("cafe")
	text = ownNudges.ReplaceAll(text, []byte(nudges+"\n[tiers]"))
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		w.t.Fatal(complaints)
	}
	w.rules = p
}

func newNudged(t *testing.T, nudges string) *nudged {
	t.Helper()
	w := &nudged{world: newWorld(t)}
	w.rewrite(nudges)
	old := w.jobs.Shop
	s := shop.New(old.Vault, func(time.Time) *programme.Programme { return w.rules }, w.clock, rand.Reader, slog.New(slog.DiscardHandler))
	s.Channels = []shop.Channel{{Name: "line", Platform: bot.LINE, Handle: "@cafe"}, {Name: "telegram", Platform: bot.Telegram}}
	w.jobs.Shop, w.jobs.Outbox = s, &queued{}
	return w
}

// at sets the shop's clock.
func (w *nudged) at(local string) {
	w.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", local, w.jobs.Shop.Local(w.clock.at).Location())
	if err != nil {
		w.t.Fatal(err)
	}
	w.clock.at = at
}

func (w *nudged) sell(m loyalty.MemberID, act book.Act, n loyalty.Money) (ref loyalty.Ref) {
	w.t.Helper()
	w.update(func(tx store.Tx) error {
		out, err := w.jobs.Shop.Club.Sale(tx, m, act, loyalty.Sale{Amount: n})
		ref = out.Receipt.Entry().Ref
		return err
	})
	return ref
}

// written is what was written to a member, oldest first.
func (w *nudged) written(m loyalty.MemberID) (list []bot.Intent) {
	w.t.Helper()
	err := w.jobs.DB.View(context.Background(), func(r store.Reader) (err error) {
		for _, i := range testLetters.Scan(r, testLetters.All(), &err) {
			if i.Person == bot.PersonID(m) {
				list = append(list, i)
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// one is the only message that was written to a member.
func (w *nudged) one(m loyalty.MemberID) bot.Intent {
	w.t.Helper()
	list := w.written(m)
	if len(list) != 1 {
		w.t.Fatalf("%d messages were written, not one: %+v", len(list), list)
	}
	return list[0]
}

// leave is the outbox asking whether a message may go.
func (w *nudged) leave(i bot.Intent) (why string, later time.Time) {
	w.t.Helper()
	w.update(func(tx store.Tx) (err error) {
		why, later, err = w.jobs.Shop.MaySend(tx, i, w.clock.at)
		return err
	})
	return why, later
}

// says is all words of a message, and its button's.
func says(i bot.Intent) string {
	m := i.Letter.Messages[0]
	all := []string{m.Title, m.Text}
	for _, r := range m.Rows {
		all = append(all, r.Label+": "+r.Value)
	}
	all = append(all, m.Note)
	for _, b := range m.Buttons {
		all = append(all, "["+b.Label+"]")
	}
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == "" }), "|")
}

// employ makes an employee of that name.
func (w *nudged) employ(name string) (id people.StaffID) {
	w.t.Helper()
	w.update(func(tx store.Tx) error {
		v, who := w.jobs.Shop.Vault, people.Identity{Channel: "line", User: "staff-" + name}
		if _, _, err := v.Meet(tx, who, people.Seen{DisplayName: name, Language: "en"}, w.clock.at, rand.Reader); err != nil {
			return err
		}
		code, err := v.Invite(tx, people.Clerk, "", loyalty.ByJob("test"), w.clock.at, time.Hour, rand.Reader)
		if err != nil {
			return err
		}
		s, err := v.Enrol(tx, code, who, w.clock.at, rand.Reader)
		id = s.ID
		return err
	})
	return id
}

const thankful = "[[nudge]]\nkind = \"thanks\"\nvisits = 3\nevery = true\n"

// The third visit is thanked for, two hours later, in the name of who rang it up,
// in words that sell nothing, and that are others three visits later.
func TestThanksAreSigned(t *testing.T) {
	w := newNudged(t, thankful)
	amy := w.employ("Amy")
	var all []loyalty.MemberID
	for _, name := range []string{"Ann", "Bob", "Cat", "Dan"} {
		all = append(all, w.join(name, ""))
	}
	visit := func(day int) {
		w.at(fmt.Sprintf("2026-02-0%d 12:00", day))
		for _, m := range all {
			act := w.act()
			act.Actor, act.Role = amy.Actor(), people.Clerk
			w.sell(m, act, 100)
		}
		w.run("nudges")
	}
	for day := range 3 {
		visit(day + 1)
	}
	w.at("2026-02-03 13:59")
	if n := w.run("nudges"); n != 0 {
		t.Fatalf("%d are thanked over the counter", n)
	}
	w.at("2026-02-03 14:00")
	if n := w.run("nudges"); n != 4 {
		t.Fatalf("%d are thanked, not 4", n)
	}
	w.run("nudges")
	wording := func(i bot.Intent) string { return strings.Map(noDigit, i.Letter.Messages[0].Text) }
	for _, m := range all {
		i := w.one(m)
		msg := i.Letter.Messages[0]
		if !strings.Contains(msg.Text, "3") || msg.Note != "Amy, Corner Café" || len(msg.Buttons) != 0 {
			t.Errorf("thanked with %q", says(i))
		}
		if i.Class != bot.Nudge || i.Carriage != bot.RideOnly {
			t.Errorf("thanks go as %s, %s", i.Class, i.Carriage)
		}
	}
	for day := range 3 {
		visit(day + 4)
	}
	w.at("2026-02-06 14:00")
	w.run("nudges")
	for _, m := range all {
		list := w.written(m)
		if len(list) != 2 || wording(list[0]) == wording(list[1]) {
			t.Errorf("thanked alike after the third and the sixth visit: %+v", list)
		}
	}
}

// noDigit leaves digits out.
func noDigit(r rune) rune {
	if r >= '0' && r <= '9' {
		return -1
	}
	return r
}

// Nobody is thanked for a visit that was taken back, nor in the name of who does
// not work here any more.
func TestThanksOfAVisitThatStands(t *testing.T) {
	w := newNudged(t, thankful)
	amy := w.employ("Amy")
	ann, bob := w.join("Ann", ""), w.join("Bob", "")
	var last loyalty.Ref
	for day := range 3 {
		w.at(fmt.Sprintf("2026-02-0%d 12:00", day+1))
		act := w.act()
		act.Actor, act.Role = amy.Actor(), people.Clerk
		last = w.sell(ann, act, 100)
		act.Op += "b"
		w.sell(bob, act, 100)
	}
	w.run("nudges")
	w.update(func(tx store.Tx) error {
		if err := w.jobs.Shop.Vault.Dismiss(tx, amy, w.clock.at); err != nil {
			return err
		}
		act := w.act()
		act.Reason = []byte("x")
		_, err := w.jobs.Shop.Club.Undo(tx, last, act)
		return err
	})
	w.at("2026-02-03 15:00")
	w.run("nudges")
	if list := w.written(ann); len(list) != 0 {
		t.Errorf("thanked for a visit that was taken back: %s", says(list[0]))
	}
	if msg := w.one(bob).Letter.Messages[0]; msg.Note != "Corner Café" {
		t.Errorf("signed %q", msg.Note)
	}
}

const lapsing = "[[nudge]]\nkind = \"voucher-lapse\"\ndays = [30]\n"

// Points and vouchers that go are one message. It tells what is true when it
// leaves: after a purchase it is written anew, and once it left, no more.
func TestOneMessageOfWhatLapses(t *testing.T) {
	w := newNudged(t, lapsing)
	ann := w.join("Ann", "")
	w.sell(ann, w.act(), 400)
	w.at("2027-11-25 12:00")
	w.update(func(tx store.Tx) error { // good for 60 days: to 23 January
		act := w.act()
		_, err := w.jobs.Shop.Club.Vouchers.Present(tx, ann, act, "free-drink", "test")
		return err
	})
	w.run("nudges")
	w.at("2027-12-02 10:00")
	w.run("nudges")
	first := w.one(ann)
	if got := says(first); got != "40 points are good until 31 Dec 2027. There may be something nice for them.|[Rewards]" {
		t.Errorf("in December it is said %q", got)
	}
	w.at("2027-12-26 12:00") // the voucher's notice; the points' last two wait till January
	w.run("nudges")
	list := w.written(ann)
	if len(list) != 2 {
		t.Fatalf("%d messages", len(list))
	}
	both := newest(list)
	if got := says(both); got != "Yours for a little longer|40 points: 31 Dec 2027|Any drink: 24 Jan 2028|[Rewards]|[My vouchers]" {
		t.Errorf("of both it is said %q", got)
	}
	if !first.NotAfter.Equal(w.clock.at.Add(-26 * time.Hour)) {
		t.Errorf("the notice of before is good until %s", first.NotAfter)
	}
	w.at("2027-12-26 13:00")
	w.sell(ann, w.act(), 200)
	if why, _ := w.leave(both); why != "" {
		t.Errorf("what is still true may not leave: %q", why)
	}
}

func newest(list []bot.Intent) bot.Intent {
	n := list[0]
	for _, i := range list {
		if i.Born.After(n.Born) {
			n = i
		}
	}
	return n
}

// What waits to ride counts the last days down, and is told in the figures of the
// day on which it leaves.
func TestLastDaysAreCountedDown(t *testing.T) {
	w := newNudged(t, "")
	ann := w.join("Ann", "")
	w.sell(ann, w.act(), 400)
	w.at("2027-12-25 10:00")
	w.run("nudges")
	for _, c := range []struct{ at, want string }{
		{"2027-12-28 09:00", "40 points are good until 31 Dec 2027"},
		{"2027-12-29 00:00", "The last 3 days for 40 points."},
		{"2027-12-30 00:00", "The last 2 days for 40 points."},
		{"2027-12-31 10:00", "The last day for 40 points is today."},
	} {
		w.at(c.at)
		w.run("nudges")
		list := w.written(ann)
		may := 0
		for _, i := range list {
			if !w.clock.at.Before(i.NotAfter) {
				continue
			}
			w.at(c.at[:11] + "12:00")
			if why, later := w.wouldLeave(i); why == "" && later.IsZero() {
				may++
				if !strings.HasPrefix(says(i), c.want) {
					t.Errorf("%s: %q leaves", c.at, says(i))
				}
			}
		}
		if may != 1 {
			t.Errorf("%s: %d of %d messages may leave", c.at, may, len(list))
		}
	}
}

var errNotNow = errors.New("only asked")

// wouldLeave is leave of which nothing is kept.
func (w *nudged) wouldLeave(i bot.Intent) (why string, later time.Time) {
	w.t.Helper()
	err := w.jobs.DB.Update(context.Background(), func(tx store.Tx) (err error) {
		if why, later, err = w.jobs.Shop.MaySend(tx, i, w.clock.at); err != nil {
			return err
		}
		return errNotNow
	})
	if !errors.Is(err, errNotNow) {
		w.t.Fatal(err)
	}
	return why, later
}

const missing = "[[nudge]]\nkind = \"comeback\"\nafter_days = 45\npoints = 20\nreward = \"free-drink\"\nper_person = 1\nper = \"year\"\npush_after_days = 3\n"

// Who stayed away is missed once a silence, with what was promised, as often as
// set; and not who does not want to be written to.
func TestComeback(t *testing.T) {
	w := newNudged(t, missing)
	ann, bob, cat := w.join("Ann", ""), w.join("Bob", ""), w.join("Cat", "")
	for _, m := range []loyalty.MemberID{ann, bob, cat} {
		w.sell(m, w.act(), 100)
	}
	w.update(func(tx store.Tx) error {
		if err := w.jobs.Shop.Vault.SetQuiet(tx, bob, true, rand.Reader); err != nil {
			return err
		}
		return w.jobs.Shop.Vault.Erase(tx, cat, w.clock.at, time.Time{})
	})
	w.at("2026-02-19 10:00") // 45 days after 5 January
	for range 2 {
		w.run("nudges")
	}
	i := w.one(ann)
	if got := says(i); !strings.Contains(got, "been a while") || !strings.Contains(got, "20 points have been added") || !strings.Contains(got, "Any drink: it's yours until") {
		t.Errorf("said %q", got)
	}
	day := w.clock.at
	if i.Carriage != bot.RideThenPush || !i.RideUntil.Equal(day.AddDate(0, 0, 3)) || !i.NotAfter.Equal(day.AddDate(0, 0, 14)) {
		t.Errorf("goes as %s, rides until %s, and is dropped at %s", i.Carriage, i.RideUntil, i.NotAfter)
	}
	if len(w.written(bob))+len(w.written(cat)) != 0 {
		t.Error("who is quiet, or gone, is written to")
	}
	w.update(func(tx store.Tx) error {
		b, err := w.jobs.Shop.Book.Balance(tx, ann, w.clock.at)
		if b.Available != 30 {
			t.Errorf("%d points, not 30", b.Available)
		}
		return err
	})
	w.sell(ann, w.act(), 100)
	w.at("2026-06-01 10:00")
	w.run("nudges")
	if list := w.written(ann); len(list) != 1 {
		t.Errorf("a second silence of one year is told as well: %d", len(list))
	}
}

// Quiet hours, a nudge's own hours and the caps hold on the clock at the person's
// home; who is there to take it along may have it outside of the nudge's hours.
func TestHoursAndCapsAtHome(t *testing.T) {
	w := newNudged(t, "[contact]\nday = 1\nweek = 0\nmonth = 0\n"+strings.Replace(missing, "push_after_days = 3\n", "push_after_days = 1\nhours = \"11:00-19:00\"\n", 1))
	s := w.jobs.Shop
	ann := w.join("Ann", "")
	w.update(func(tx store.Tx) error { // Bangkok is an hour behind Taipei
		phone, err := people.ParsePhone("+66812345678")
		if err != nil {
			return err
		}
		return s.Vault.SetPhone(tx, ann, phone, false, rand.Reader)
	})
	w.sell(ann, w.act(), 100)
	w.at("2026-02-19 11:00")
	w.run("nudges")
	i := w.one(ann)
	bangkok := func(at string) time.Time {
		zone, err := time.LoadLocation("Asia/Bangkok")
		if err != nil {
			t.Fatal(err)
		}
		x, err := time.ParseInLocation("2006-01-02 15:04", at, zone)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	if _, later := w.wouldLeave(i); !later.IsZero() { // 10:00 in Bangkok, with an answer
		t.Errorf("may not ride until %s", later)
	}
	w.clock.at = bangkok("2026-02-20 10:30")
	if _, later := w.wouldLeave(i); !later.Equal(bangkok("2026-02-20 11:00")) {
		t.Errorf("by itself it is put off until %s", later)
	}
	w.clock.at = bangkok("2026-02-20 20:59")
	if _, later := w.wouldLeave(i); !later.Equal(bangkok("2026-02-21 11:00")) {
		t.Errorf("in the evening it is put off until %s", later)
	}
	other := i
	other.ID, other.Class, other.Carriage = "survey.1", bot.Nudge, bot.PushNow
	w.clock.at = bangkok("2026-02-20 12:00")
	if why, later := w.leave(other); why != "" || !later.IsZero() {
		t.Fatalf("the first of the day: %q %s", why, later)
	}
	// Midnight there is in its quiet hours, and these end at nine.
	if _, later := w.leave(i); !later.Equal(bangkok("2026-02-21 00:00")) {
		t.Errorf("the second of the day is put off until %s", later)
	}
	w.clock.at = bangkok("2026-02-21 00:00")
	if _, later := w.leave(i); !later.Equal(bangkok("2026-02-21 09:00")) {
		t.Errorf("at midnight it is put off until %s", later)
	}
	w.clock.at = bangkok("2026-02-21 11:00")
	if why, later := w.leave(i); why != "" || !later.IsZero() {
		t.Errorf("the next day: %q, %s", why, later)
	}
	if why, later := w.leave(i); why != "" || !later.IsZero() {
		t.Errorf("tried again: %q, %s", why, later)
	}
}

// Nudges that the programme gets later look at everybody there is, and those it
// no longer has are not told.
func TestChangedNudges(t *testing.T) {
	w := newNudged(t, "")
	ann := w.join("Ann", "")
	w.at("2027-01-04 12:00")
	w.run("nudges")
	w.rewrite("[[nudge]]\nkind = \"anniversary\"\ncarriage = \"push\"\ntext = { en = \"{years} year, {name}!\", zh-TW = \"{name} {years}\" }\n")
	w.at("2027-01-05 10:00")
	w.run("nudges")
	i := w.one(ann)
	if got := says(i); got != "1 year, Ann!" {
		t.Errorf("said %q", got)
	}
	if i.Carriage != bot.PushNow {
		t.Errorf("goes as %s", i.Carriage)
	}
	w.rewrite("")
	if why, _ := w.leave(i); why != "outdated" {
		t.Errorf("what is off is sent: %q", why)
	}
}

// A promo needs the consent, and shows the way out of it.
func TestPromoNudge(t *testing.T) {
	w := newNudged(t, "[[nudge]]\nkind = \"anniversary\"\nclass = \"promo\"\n")
	ann, bob := w.join("Ann", ""), w.join("Bob", "")
	w.update(func(tx store.Tx) error {
		return w.jobs.Shop.Vault.SetConsent(tx, ann, people.ForPromo, true, shop.Wording, w.clock.at, rand.Reader)
	})
	w.at("2027-01-05 10:00")
	w.run("nudges")
	if i := w.one(ann); i.Class != bot.Promo || !strings.HasSuffix(says(i), "[No more offers]") {
		t.Errorf("%s: %q", i.Class, says(i))
	}
	if len(w.written(bob)) != 0 {
		t.Error("a promo goes to who never agreed")
	}
}

// Killed at any write, and run by two at once: each member reads each nudge once.
func TestNudgesOnceWhateverHappens(t *testing.T) {
	const members = 5
	build := func() (*nudged, []loyalty.MemberID) {
		w := newNudged(t, missing+thankful)
		var all []loyalty.MemberID
		for i := range members {
			all = append(all, w.join(fmt.Sprint("Member", i), ""))
		}
		for _, day := range []string{"05", "06", "08"} { // on Wednesdays points are doubled
			w.at("2026-01-" + day + " 12:00")
			for _, m := range all {
				w.sell(m, w.act(), 100)
			}
		}
		w.at("2026-02-22 10:00")
		return w, all
	}
	check := func(what string, w *nudged, all []loyalty.MemberID) {
		t.Helper()
		for _, m := range all {
			kinds := map[string]int{}
			for _, i := range w.written(m) {
				kinds[strings.Split(string(i.ID), ".")[1]]++
			}
			if kinds["comeback"] != 1 || kinds["thanks"] > 1 {
				t.Fatalf("%s: %s was told %v", what, m, kinds)
			}
			w.update(func(tx store.Tx) error {
				b, err := w.jobs.Shop.Book.Balance(tx, m, w.clock.at)
				if b.Available != 50 {
					t.Errorf("%s: %s has %d points, not 50", what, m, b.Available)
				}
				return err
			})
		}
	}
	w, all := build()
	db := w.jobs.DB.(*mem.DB)
	before := db.Writes()
	w.run("nudges")
	check("undisturbed", w, all)
	writes := db.Writes() - before
	for cut := 1; cut <= writes; cut += 1 + writes/40 {
		w, all := build()
		db := w.jobs.DB.(*mem.DB)
		db.CrashAt(cut)
		if _, err := w.jobs.Run(context.Background(), "nudges"); err == nil {
			t.Fatalf("cut at write %d of %d, nothing failed", cut, writes)
		}
		db.Reopen()
		w.run("nudges")
		check(fmt.Sprint("cut at write ", cut), w, all)
	}
	w, all = build()
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if _, err := w.jobs.Run(context.Background(), "nudges"); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	check("two at once", w, all)
}
