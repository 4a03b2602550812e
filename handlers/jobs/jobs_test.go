package jobs

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/referral"
	"regulars/store"
	"regulars/store/mem"
)

// hand is a clock that is set by hand.
type hand struct{ at time.Time }

func (h *hand) Now() time.Time                       { return h.at }
func (h *hand) After(time.Duration) <-chan time.Time { return nil }

// kept is an outbox that keeps what is put, an id once.
type kept struct {
	all    map[bot.IntentID]bot.Intent
	nudged int
}

func (k *kept) Put(_ store.Tx, _ time.Time, list ...bot.Intent) error {
	for _, i := range list {
		if _, known := k.all[i.ID]; !known {
			k.all[i.ID] = i
		}
	}
	return nil
}
func (k *kept) Renew(store.Tx, bot.IntentID, bot.ReplyToken) error { return nil }
func (k *kept) Nudge(...bot.Intent)                                { k.nudged++ }

// to is what a member is told, in all.
func (k *kept) to(m loyalty.MemberID) (list []bot.Intent) {
	for _, i := range k.all {
		if i.Person == bot.PersonID(m) {
			list = append(list, i)
		}
	}
	return list
}

type world struct {
	t     *testing.T
	jobs  Jobs
	out   *kept
	clock *hand
	n     int
}

// newWorld is the default preset's shop on a Monday morning in Taipei.
func newWorld(t *testing.T) *world {
	t.Helper()
	v, err := people.NewVault(bytes.Repeat([]byte{7}, people.MasterSize))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := programme.Preset("cafe")
	p, complaints := programme.Load(text)
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	w := &world{t: t, clock: &hand{time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC)}, out: &kept{all: map[bot.IntentID]bot.Intent{}}}
	s := shop.New(v, func(time.Time) *programme.Programme { return p }, w.clock, rand.Reader, slog.New(slog.DiscardHandler))
	s.Channels = []shop.Channel{{Name: "line", Platform: bot.LINE, Handle: "@cafe"}}
	w.jobs = Jobs{DB: mem.New(mem.Twice), Shop: s, Outbox: w.out}
	return w
}

func (w *world) update(f func(store.Tx) error) {
	w.t.Helper()
	if err := w.jobs.DB.Update(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) run(name string) int {
	w.t.Helper()
	n, err := w.jobs.Run(context.Background(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) act() book.Act {
	w.n++
	return book.Act{Op: loyalty.OpID(fmt.Sprint("test-", w.n)), Actor: loyalty.ByJob("test"), Now: w.clock.at}
}

// join makes a member; code is who brought them, "" nobody.
func (w *world) join(name, code string) (id loyalty.MemberID) {
	w.t.Helper()
	act, s := w.act(), w.jobs.Shop
	w.update(func(tx store.Tx) error {
		p, _, err := s.Vault.Meet(tx, people.Identity{Channel: "line", User: name}, people.Seen{DisplayName: name, Language: "en"}, w.clock.at, rand.Reader)
		if err != nil {
			return err
		}
		id = p.ID
		if code != "" {
			c, err := referral.ParseCode(code)
			if err != nil {
				return err
			}
			if err := s.Club.Referrals.Bind(tx, id, c, loyalty.Facts{}, w.clock.at); err != nil {
				return err
			}
		}
		if _, err := s.Vault.Join(tx, id, shop.Wording, w.clock.at, rand.Reader); err != nil {
			return err
		}
		_, err = s.Club.Join(tx, id, act)
		return err
	})
	return id
}

// A friend's purchase brings both sides their thanks, once, after the wait, and
// not at night; nobody learns who the other was.
func TestReferralIsTold(t *testing.T) {
	w := newWorld(t)
	s := w.jobs.Shop
	ann := w.join("Annabel", "")
	code := ""
	w.update(func(tx store.Tx) error {
		c, err := s.Club.Referrals.Code(tx, ann)
		code = c.String()
		return err
	})
	bob := w.join("Bobby", code)
	act := w.act()
	w.update(func(tx store.Tx) error {
		_, err := s.Club.Sale(tx, bob, act, loyalty.Sale{Amount: 200})
		return err
	})
	if n := w.run("club"); n != 0 || len(w.out.all) != 0 || w.out.nudged != 0 {
		t.Fatalf("before the wait is over: %d done, %v", n, w.out.all)
	}
	w.clock.at = time.Date(2026, 1, 12, 15, 0, 0, 0, time.UTC) // 23:00 in Taipei, a week later
	if n := w.run("club"); n != 1 || w.out.nudged != 1 {
		t.Fatalf("%d done, nudged %d times", n, w.out.nudged)
	}
	w.run("club")
	for who, points := range map[loyalty.MemberID]string{ann: "50 points", bob: "30 points"} {
		list := w.out.to(who)
		if len(list) != 1 {
			t.Fatalf("%s is told %d times", who, len(list))
		}
		i := list[0]
		if i.Class != bot.Gift || i.Carriage != bot.PushNow || !i.NotBefore.Equal(time.Date(2026, 1, 13, 1, 0, 0, 0, time.UTC)) {
			t.Errorf("told as %s, %s, not before %v", i.Class, i.Carriage, i.NotBefore)
		}
		text := i.Letter.Messages[0].Title + i.Letter.Messages[0].Text
		if !strings.Contains(text, points) || strings.Contains(text, "Bob") || strings.Contains(text, "Ann") {
			t.Errorf("told %q, want %s and no name", text, points)
		}
	}
}

// A notice rides, for nothing, until the next one takes its place.
func TestNoticeRides(t *testing.T) {
	w := newWorld(t)
	ann, act := w.join("Ann", ""), w.act()
	w.update(func(tx store.Tx) error {
		_, err := w.jobs.Shop.Club.Sale(tx, ann, act, loyalty.Sale{Amount: 400})
		return err
	})
	zone := w.jobs.Shop.Local(w.clock.at).Location()
	w.clock.at = time.Date(2027, 12, 2, 10, 30, 0, 0, zone)
	for range 2 {
		w.run("nudges")
	}
	list := w.out.to(ann)
	if len(list) != 1 {
		t.Fatalf("told %d times", len(list))
	}
	i := list[0]
	if i.Class != bot.Nudge || i.Carriage != bot.RideOnly || !i.NotAfter.Equal(time.Date(2027, 12, 25, 10, 0, 0, 0, zone)) {
		t.Errorf("told as %s, %s, until %v", i.Class, i.Carriage, i.NotAfter)
	}
	if text := i.Letter.Messages[0].Text; !strings.Contains(text, "40 points") || !strings.Contains(text, "31 Dec 2027") {
		t.Errorf("told %q", text)
	}
}

func TestUnknownJob(t *testing.T) {
	if _, err := newWorld(t).jobs.Run(context.Background(), "dishes"); err == nil || !strings.Contains(err.Error(), "club, settle, nudges") {
		t.Error(err)
	}
}
