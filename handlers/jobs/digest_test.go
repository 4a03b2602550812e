package jobs

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/survey"
	"regulars/store"
)

// twoStores is the default preset with a second store, and with other lines of
// [digest] where these are given.
func (w *world) twoStores(digest string) {
	w.t.Helper()
	raw, _ := programme.Preset("cafe")
	text := strings.Replace(string(raw), "[[store]]", "[[store]]\nid = \"east\"\nname = \"East\"\n\n[[store]]", 1)
	if digest != "" {
		head, tail, _ := strings.Cut(text, "[digest]")
		_, rest, _ := strings.Cut(tail, "\n[messages]")
		text = head + "[digest]\n" + digest + "\n[messages]" + rest
	}
	p, complaints := programme.Load([]byte(text))
	if len(complaints) > 0 {
		w.t.Fatal(complaints)
	}
	w.jobs.Shop.Programme = func(time.Time) *programme.Programme { return p }
}

// enrols makes an employee.
func (w *world) enrols(name string, role loyalty.Role, at loyalty.Store) (s people.Staff) {
	w.t.Helper()
	v, who := w.jobs.Shop.Vault, people.Identity{Channel: "line", User: name}
	w.update(func(tx store.Tx) error {
		if _, _, err := v.Meet(tx, who, people.Seen{DisplayName: name, Language: "en"}, w.clock.at, rand.Reader); err != nil {
			return err
		}
		code, err := v.Invite(tx, role, at, loyalty.ByJob("test"), w.clock.at, time.Hour, rand.Reader)
		if err != nil {
			return err
		}
		s, err = v.Enrol(tx, code, who, w.clock.at, rand.Reader)
		return err
	})
	return s
}

// sells records a purchase by an employee, and gives its reference.
func (w *world) sells(s people.Staff, m loyalty.MemberID, amount loyalty.Money) (ref loyalty.Ref) {
	w.t.Helper()
	act := w.act()
	act.Actor, act.Role = s.ID.Actor(), s.Role
	w.update(func(tx store.Tx) error {
		out, err := w.jobs.Shop.Club.Sale(tx, m, act, loyalty.Sale{Amount: amount})
		if err == nil {
			ref = out.Receipt.Entry().Ref
		}
		return err
	})
	return ref
}

// monday runs the digest as of the next Monday at ten.
func (w *world) monday() (told int) {
	w.t.Helper()
	local := w.jobs.Shop.Local(w.clock.at)
	day := local.AddDate(0, 0, 7-int(local.Weekday()+6)%7)
	w.clock.at = time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, local.Location())
	return w.run("digest")
}

// digestOf is the one digest that an employee got, by rows.
func (w *world) digestOf(s people.Staff) (bot.Message, map[string]string) {
	w.t.Helper()
	list := w.out.to(s.Member)
	if len(list) != 1 {
		w.t.Fatalf("%s is told %d times", s.ID, len(list))
	}
	msg, rows := list[0].Letter.Messages[0], map[string]string{}
	for _, r := range msg.Rows {
		rows[r.Label] = r.Value
	}
	return msg, rows
}

// Each manager hears of the store they manage, owners of the shop, and nobody
// else of anything; once, however often the job runs.
func TestDigestIsForManagers(t *testing.T) {
	w := newWorld(t)
	w.twoStores("")
	olga, mo := w.enrols("Olga", people.Owner, ""), w.enrols("Mo", people.Manager, "main")
	eve, sam := w.enrols("Eve", people.Manager, "east"), w.enrols("Sam", people.Clerk, "main")
	gone := w.enrols("Gone", people.Manager, "")
	w.update(func(tx store.Tx) error { return w.jobs.Shop.Vault.Dismiss(tx, gone.ID, w.clock.at) })
	ann := w.join("Ann", "")
	w.sells(sam, ann, 300)
	w.sells(eve, ann, 120)
	if n := w.monday(); n != 3 {
		t.Errorf("%d were told", n)
	}
	if n := w.run("digest"); n != 0 || len(w.out.all) != 3 {
		t.Errorf("told again: %d, %d letters", n, len(w.out.all))
	}
	for who, want := range map[people.StaffID]string{olga.ID: "NT$420", mo.ID: "NT$300", eve.ID: "NT$120"} {
		for _, s := range []people.Staff{olga, mo, eve} {
			if s.ID != who {
				continue
			}
			msg, rows := w.digestOf(s)
			if rows["Takings"] != want || !strings.Contains(msg.Title, "5 Jan to 11 Jan") {
				t.Errorf("%s is told %q, %v", s.ID, msg.Title, rows)
			}
			if _, joined := rows["New members"]; joined != (s.ID == olga.ID) {
				t.Errorf("%s is told of new members: %v", s.ID, joined)
			}
		}
	}
	for _, s := range []people.Staff{sam, gone} {
		if n := len(w.out.to(s.Member)); n != 0 {
			t.Errorf("%s is told %d times", s.ID, n)
		}
	}
}

func TestDigestTo(t *testing.T) {
	for digest, want := range map[string]int{`to = "owner"`: 1, `to = "managers"`: 2} {
		w := newWorld(t)
		w.twoStores(digest)
		w.enrols("Olga", people.Owner, "")
		sam := w.enrols("Sam", people.Manager, "main")
		w.sells(sam, w.join("Ann", ""), 300)
		if n := w.monday(); n != want {
			t.Errorf("%s: %d were told", digest, n)
		}
	}
	// Where there is no owner, whoever manages every store takes their place.
	w := newWorld(t)
	w.twoStores(`to = "owner"`)
	all := w.enrols("All", people.Manager, "")
	sam := w.enrols("Sam", people.Manager, "main")
	w.sells(sam, w.join("Ann", ""), 300)
	if n := w.monday(); n != 1 || len(w.out.to(all.Member)) != 1 {
		t.Errorf("without an owner %d were told", n)
	}
	w.twoStores(`to = "nobody"`)
	if _, err := w.jobs.Run(context.Background(), "digest"); err == nil {
		t.Error("the job is there for nobody")
	}
}

// A week in which nothing happened is no letter; the day and hour are the
// programme's, and a letter waits for a ride first, and for the morning.
func TestDigestTravels(t *testing.T) {
	w := newWorld(t)
	w.twoStores("weekday = \"wed\"\nhour = 23")
	olga := w.enrols("Olga", people.Owner, "")
	if n := w.monday(); n != 0 || len(w.out.all) != 0 {
		t.Fatalf("an empty week: %d were told", n)
	}
	w.sells(olga, w.join("Ann", ""), 300) // on Monday the 12th
	for _, job := range w.jobs.All() {
		if job.Name == "digest" && job.Spec != "0 23 * * 3" {
			t.Errorf("the spec is %q", job.Spec)
		}
	}
	zone := w.clock.at.Location()
	w.clock.at = time.Date(2026, 1, 14, 23, 5, 0, 0, zone)
	if n := w.run("digest"); n != 1 {
		t.Fatalf("%d were told", n)
	}
	i := w.out.to(olga.Member)[0]
	morning := time.Date(2026, 1, 15, 9, 0, 0, 0, zone)
	if i.Class != bot.Receipt || i.Carriage != bot.RideThenPush || !i.NotBefore.Equal(morning) || !i.RideUntil.Equal(morning.Add(digestRides)) || i.NotAfter.IsZero() {
		t.Errorf("told as %s, %s, not before %v, riding until %v, not after %v", i.Class, i.Carriage, i.NotBefore, i.RideUntil, i.NotAfter)
	}
	if title := i.Letter.Messages[0].Title; !strings.Contains(title, "7 Jan to 13 Jan") {
		t.Errorf("the days are %q", title)
	}
}

// Two of a week's figures are compared with the week before; what went back is
// off the takings; unhappy customers and open cases are told.
func TestDigestFigures(t *testing.T) {
	w := newWorld(t)
	s := w.jobs.Shop
	olga := w.enrols("Olga", people.Owner, "")
	ann := w.join("Ann", "")
	w.sells(olga, ann, 200)
	w.clock.at = w.clock.at.AddDate(0, 0, 7)
	bob := w.join("Bob", "")
	w.sells(olga, ann, 250)
	back := w.sells(olga, bob, 990)
	act := w.act()
	act.Actor, act.Role = olga.ID.Actor(), olga.Role
	w.update(func(tx store.Tx) error {
		_, err := s.Club.Undo(tx, back, act)
		return err
	})
	desk := &survey.Desk{Key: make([]byte, 32), Zone: func(time.Time) *time.Location { return time.UTC }}
	asked := loyalty.Survey{ID: "visit", Kind: loyalty.SurveyNPS, Wave: loyalty.SpanMonth, OpenFor: 24 * time.Hour}
	w.update(func(tx store.Tx) error {
		if err := tx.Lock(people.Subject(ann)); err != nil {
			return err
		}
		if _, err := desk.Ask(tx, ann, asked, survey.Visit{}, w.clock.at, "en", "line", true); err != nil {
			return err
		}
		a, _, err := desk.Answer(tx, ann, "visit", survey.Given{Score: 2}, w.clock.at, "en", "line")
		if err != nil {
			return err
		}
		_, _, err = desk.Alert(tx, a, w.clock.at)
		return err
	})
	w.monday()
	msg, rows := w.digestOf(olga)
	for label, want := range map[string]string{
		"Takings": "NT$250 · +25%", "Purchases": "2 · +100%", "New members": "1 · ±0%", "Points given": "25",
		"Unhappy customers": "1", "Cases still open": "1", "NPS, last 90 days": "too few answers to tell (1)",
	} {
		if rows[label] != want {
			t.Errorf("%s: %q, want %q", label, rows[label], want)
		}
	}
	if b := msg.Buttons; len(b) != 2 || b[0].Value != "cases" || b[1].Value != "stats month" {
		t.Errorf("the buttons are %v", b)
	}
}

// The fullest digest fits every language and both platforms, and a screen.
func TestDigestFits(t *testing.T) {
	w := newWorld(t)
	f := shop.Figures{
		First: w.clock.at, Last: w.clock.at, Sales: 12345, Takings: 1234567890, Given: 9999999, Spent: 8888888, Uses: 54321, Joined: 4321,
		NPS: measure.Score{N: 4321, Value: -42.4, Margin: 3.2}, NPSDays: 28, Unhappy: 321, Cases: 123,
		Sent: &shop.Sent{Billed: 123456, Rode: 654321, Saved: 98765, Priced: true},
	}
	for _, p := range []shop.Pattern{shop.OneCard, shop.Generous, shop.TakenBack, shop.OneCard} {
		f.Unusual = append(f.Unusual, shop.Unusual{Staff: people.Staff{Name: "Bartholomäus Featherstonehaugh"}, Day: "2026-01-05", Pattern: p, Number: 120, Of: 300})
	}
	before := f
	before.Takings *= 3
	for _, lang := range i18n.Langs {
		msg := w.jobs.digestMessage(i18n.For(lang), &week{f, before})
		if err := msg.Check(); err != nil {
			t.Errorf("%s: %v", lang, err)
		}
		lines := 2 + strings.Count(msg.Text, "\n") + 1 + len(msg.Rows) + len(msg.Buttons)
		if len(msg.Rows) != 11 || strings.Count(msg.Text, "\n") != looks+1 || lines > 20 {
			t.Errorf("%s: %d rows, %d lines:\n%s", lang, len(msg.Rows), lines, msg.Text)
		}
		for _, r := range msg.Rows {
			if r.Label == "" || r.Value == "" || strings.Contains(r.Label+r.Value, "digest.") {
				t.Errorf("%s: %+v", lang, r)
			}
		}
		score := msg.Rows[6].Value
		if !strings.Contains(score, "−42") || !strings.Contains(score, "3") {
			t.Errorf("%s: the score reads %q", lang, score)
		}
		if !strings.Contains(msg.Rows[0].Value, "−67%") {
			t.Errorf("%s: takings read %q", lang, msg.Rows[0].Value)
		}
	}
}

// looks is how many unusual things are named.
const looks = 3

// A digest that came late, after an outage, is of the days before its own tick.
func TestLateDigest(t *testing.T) {
	w := newWorld(t)
	olga := w.enrols("Olga", people.Owner, "")
	w.sells(olga, w.join("Ann", ""), 300) // Monday the 5th
	tick := time.Date(2026, 1, 12, 9, 0, 0, 0, w.jobs.Shop.Local(w.clock.at).Location())
	w.clock.at = tick.AddDate(0, 0, 2)
	for _, key := range []string{"2026-01-12T09:00", "2026-01-12T09:00"} {
		if _, err := w.jobs.digest(t.Context(), schedule.Tick{Job: "digest", At: tick, Key: key}); err != nil {
			t.Fatal(err)
		}
	}
	msg, rows := w.digestOf(olga)
	if !strings.Contains(msg.Title, "5 Jan to 11 Jan") || rows["Takings"] != "NT$300" {
		t.Errorf("told %q, %v", msg.Title, rows)
	}
}
